"""The tokenizer of e5: its pieces are those of sentencepiece, ties and rounding included."""

from __future__ import annotations

from typing import Any

import pytest
from sentencepiece import SentencePieceNormalizer, SentencePieceProcessor
from sentencepiece import sentencepiece_model_pb2 as proto

from embeddings.vectors import e5
from embeddings.vectors.e5file import Weights
from tests.embeddings.vectors.oddtexts import odd_texts

message: Any = proto


@pytest.fixture(scope="module")
def weights() -> Weights:
    return Weights(e5.find())


@pytest.fixture(scope="module")
def judge(weights: Weights) -> SentencePieceProcessor:
    """Return sentencepiece's own Unigram over the same pieces."""
    kind, of = message.ModelProto.SentencePiece, message.TrainerSpec
    kinds = dict.fromkeys((e5.BOS, e5.BOS + 1, e5.EOS, e5.MASK), kind.CONTROL)
    kinds[e5.UNK] = kind.UNKNOWN
    rule = SentencePieceNormalizer(rule_name="nmt_nfkc").serialized_model_proto()
    model = message.ModelProto(
        normalizer_spec=message.ModelProto.FromString(rule).normalizer_spec,
        trainer_spec=of(model_type=of.UNIGRAM, vocab_size=len(weights.texts), unk_id=e5.UNK,
                        bos_id=e5.BOS, eos_id=e5.EOS, pad_id=1),
    )  # fmt: skip
    model.normalizer_spec.add_dummy_prefix = True
    for number, (text, score) in enumerate(zip(weights.texts, weights.scores, strict=True)):
        model.pieces.add(piece=text, score=score, type=kinds.get(number, kind.NORMAL))
    return SentencePieceProcessor(model_proto=model.SerializeToString())


def test_pieces_are_those_of_sentencepiece(weights: Weights, judge: SentencePieceProcessor) -> None:
    tokenize = e5.load_tokenizer(weights).tokenize
    marks = ["<s></s><mask> <unk>", f"{e5.SPACE} {e5.SPACE * 3}a", "query: "]
    texts = odd_texts(marks, 1500)
    assert [tokenize(text) for text in texts] == [judge.encode(text) for text in texts]
