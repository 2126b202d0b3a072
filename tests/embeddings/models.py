"""Small real models with fixed weights, saved to disk by the tests that load them.

Their libraries take seconds to import, which who only collects the tests is spared.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import BertConfig, BertTokenizerFast

WORDS = ["query", "passage", "le", "la", "les", "de", "the", "of", "who", "qui", "chat", "cat"]
SIGNS = list("abcdefghijklmnopqrstuvwxyzàâçéèêîôûœ0123456789:?.,!'-")
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def tokenizer(folder: Path) -> BertTokenizerFast:
    """Write a vocabulary of some words and of single letters, and a tokenizer upon it."""
    from transformers import BertTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    entries = dict.fromkeys([*SPECIAL, *WORDS, *SIGNS, *(f"##{sign}" for sign in SIGNS)])
    (folder / "vocab.txt").write_text("\n".join(entries), encoding="utf-8")
    made = BertTokenizerFast(str(folder / "vocab.txt"), strip_accents=False, model_max_length=64)
    made.save_pretrained(folder)
    return made


def config(size: int, **more: Any) -> BertConfig:
    """Return the settings of a BERT of one layer and 16 dimensions."""
    from transformers import BertConfig

    return BertConfig(
        vocab_size=size,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        **more,
    )


def bert(folder: Path) -> Path:
    """Save a bare BERT with random weights, always the same; no sentence-transformers files."""
    import torch
    from transformers import BertModel

    size = len(tokenizer(folder))
    torch.manual_seed(7)
    BertModel(config(size)).eval().save_pretrained(folder)
    return folder


def sentence_model(
    folder: Path, prompts: dict[str, str] | None = None, max_seq_length: int = 64
) -> Path:
    """Save a sentence-transformers model of that BERT with mean pooling."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    transformer = Transformer(str(bert(folder / "bert")), max_seq_length=max_seq_length)
    pooling = Pooling(transformer.get_embedding_dimension())
    model = SentenceTransformer(modules=[transformer, pooling], prompts=prompts, device="cpu")
    model.save_pretrained(str(folder / "model"))
    return folder / "model"


def cross_encoder(folder: Path, labels: int = 1) -> Path:
    """Save a sequence classifier with random weights, as rerankers on the hub are."""
    import torch
    from transformers import BertForSequenceClassification

    size = len(tokenizer(folder))
    torch.manual_seed(11)
    model = BertForSequenceClassification(
        config(size, num_labels=labels, initializer_range=0.5)
    ).eval()
    model.save_pretrained(folder)
    return folder


def rewritten(folder: Path, file: str, **changes: object) -> Path:
    """Change some entries of one of a model's JSON files."""
    path = folder / file
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")
    return folder


def pickled(folder: Path) -> Path:
    """Put the weights of a model into a pickle, in place of safetensors."""
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder
