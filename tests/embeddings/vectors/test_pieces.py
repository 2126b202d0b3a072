"""A text's pieces: those that sentencepiece itself cuts it into, ties and rounding included."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from sentencepiece import SentencePieceNormalizer, SentencePieceProcessor
from sentencepiece import sentencepiece_model_pb2 as proto

from embeddings.vectors import e5
from embeddings.vectors.e5file import Weights

SEEDS = Path(__file__).resolve().parents[3] / "seeds"
message: Any = proto


@pytest.fixture(scope="module")
def weights() -> Weights:
    return Weights(e5.find())


@pytest.fixture(scope="module")
def judge(weights: Weights) -> SentencePieceProcessor:
    """Return sentencepiece's own Unigram over the same pieces."""
    kind, of = message.ModelProto.SentencePiece, message.TrainerSpec
    kinds = dict.fromkeys((e5.BEGIN, e5.BEGIN + 1, e5.END, e5.MASK), kind.CONTROL)
    kinds[e5.UNKNOWN] = kind.UNKNOWN
    rule = SentencePieceNormalizer(rule_name="nmt_nfkc").serialized_model_proto()
    model = message.ModelProto(
        normalizer_spec=message.ModelProto.FromString(rule).normalizer_spec,
        trainer_spec=of(model_type=of.UNIGRAM, vocab_size=len(weights.texts), unk_id=e5.UNKNOWN,
                        bos_id=e5.BEGIN, eos_id=e5.END, pad_id=1),
    )  # fmt: skip
    model.normalizer_spec.add_dummy_prefix = True
    for number, (text, score) in enumerate(zip(weights.texts, weights.scores, strict=True)):
        model.pieces.add(piece=text, score=score, type=kinds.get(number, kind.NORMAL))
    return SentencePieceProcessor(model_proto=model.SerializeToString())


def test_pieces_are_those_of_sentencepiece(weights: Weights, judge: SentencePieceProcessor) -> None:
    cut = e5.read_pieces(weights).cut
    draw = random.Random(7)
    planes = [range(32, 127), range(0x250), range(0x300, 0x600), range(0x3000, 0xD800),
              range(0xE000, 0x20000)]  # fmt: skip
    texts = [
        "",
        " ",
        "\0",
        "<s></s><mask> <unk>",
        f"{e5.SPACE} {e5.SPACE * 3}a",
        "query: ",
        "中" * 900,
    ]
    for path in sorted(SEEDS.glob("*.md")):
        texts += path.read_text("utf-8").split("\n")
    for _ in range(1500):
        size = draw.randrange(1, 60)
        texts.append("".join(chr(draw.choice(draw.choice(planes))) for _ in range(size)))
        few = [draw.choice("ab.!é ") for _ in range(3)]  # ties, which rounding decides
        texts.append("".join(draw.choice(few) for _ in range(3 * size)))
    assert [cut(text) for text in texts] == [judge.encode(text) for text in texts]
