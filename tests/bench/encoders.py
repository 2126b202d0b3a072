"""``e5`` beside sentence-transformers in torch, float32, of the same weights: ``python -m`` this.

It makes a BERT of the package's file, whose four bits it widens, with a tokenizer of the same
pieces, and prints what a passage and a question of the seeds take of one core's time, in turns.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.vectors import e5
from embeddings.vectors.e5file import DIMENSION, EPSILON, HEADS, INNER, LAYERS, Weights, dequantize
from tests.bench import words

PASSAGES, TURNS = 20, 5
PARTS = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
"""A layer's parts in the package's file -> their names in BERT."""


def other(weights: Weights, folder: Path) -> Any:
    """Return sentence-transformers' model of the same weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    def rows(name: str, columns: int) -> torch.Tensor:
        return torch.from_numpy(dequantize(weights.blocks(name, columns)))

    def floats(name: str) -> torch.Tensor:
        return torch.from_numpy(weights.floats(name).copy())

    state = {
        "embeddings.word_embeddings.weight": rows("emb.word", DIMENSION),
        "embeddings.position_embeddings.weight": floats("emb.pos").reshape(-1, DIMENSION),
        "embeddings.token_type_embeddings.weight": floats("emb.type").reshape(-1, DIMENSION),
        "embeddings.LayerNorm.weight": floats("emb.ln.w"),
        "embeddings.LayerNorm.bias": floats("emb.ln.b"),
    }
    for layer in range(LAYERS):
        for part, name in PARTS.items():
            read = floats if part.endswith("ln") else lambda n, p=part: rows(n, SIZES[p])
            state[f"encoder.layer.{layer}.{name}.weight"] = read(f"l{layer}.{part}.w")
            state[f"encoder.layer.{layer}.{name}.bias"] = floats(f"l{layer}.{part}.b")
    shapes = [state[f"embeddings.{n}_embeddings.weight"].shape[0]
              for n in ("word", "position", "token_type")]  # fmt: skip
    config = BertConfig(
        vocab_size=shapes[0],
        hidden_size=DIMENSION,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=INNER,
        max_position_embeddings=shapes[1],
        type_vocab_size=shapes[2],
        layer_norm_eps=EPSILON,
    )
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(state, strict=True)
    pieces = list(zip(weights.texts, weights.scores.tolist(), strict=True))
    made = Tokenizer(models.Unigram(pieces, e5.UNK, byte_fallback=False))
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", e5.BOS), ("</s>", e5.EOS)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", model_max_length=512
    ).save_pretrained(folder)
    model.save_pretrained(folder)
    torch.set_num_threads(1)
    parts = [Transformer(str(folder)), Pooling(DIMENSION), Normalize()]
    return SentenceTransformer(modules=parts, device="cpu")


SIZES = dict.fromkeys(("q", "k", "v", "ao", "fi"), DIMENSION) | {"fo": INNER}
"""How long the rows of each matrix are."""


def seconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def main() -> None:
    """Print the milliseconds of both, and how many times as long the other takes."""
    weights = Weights(e5.find())
    ours, source = e5.load(1), words.Model()
    texts = [" ".join(part) for n in range(PASSAGES) for part in source.article(n)[2]][:PASSAGES]
    lines = (words.SEEDS / "queries.jsonl").read_text("utf-8").splitlines()[:PASSAGES]
    asked = [e5.QUERY + json.loads(line)["question"] for line in lines]
    told = [f"{e5.PASSAGE}{text}" for text in texts]
    with tempfile.TemporaryDirectory() as folder:
        theirs = other(weights, Path(folder))
    near = (ours.encode(told) * theirs.encode(told)).sum(axis=1)
    sys.stdout.write(f"cosine of both: {near.mean():.4f}, {near.min():.4f} at the least\n")
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "passages": (lambda: ours.encode(told), lambda: theirs.encode(told)),
        "questions": (
            lambda: [ours.encode_text(e5.QUERY, text[len(e5.QUERY) :]) for text in asked],
            lambda: [theirs.encode(text) for text in asked],
        ),
    }
    for name, calls in pairs.items():
        took = np.array([[seconds(call) for call in calls] for _ in range(TURNS)])
        one, two = (statistics.median(column) * 1000 / PASSAGES for column in took.T)
        sys.stdout.write(f"{name}: {one:.1f} ms, {two:.1f} ms, {two / one:.1f} x\n")


if __name__ == "__main__":
    main()
