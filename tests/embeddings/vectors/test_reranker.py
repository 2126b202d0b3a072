"""The reranker: its probabilities, the new order, and the models that it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.groups import EncoderSettings
from config.settings import Settings
from embeddings.errors import ModelError
from embeddings.vectors.models import Models, Reranker, rerank
from tests.embeddings import models
from tests.embeddings.fakes import WordEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

QUESTION = "qui ?"
PASSAGES = ["le chat", "la cat of the who", "passage passage passage", "les de le la qui", ""]


class ByLength:
    """A reranker that prefers longer passages, and records its questions."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        self.asked += passages
        return np.array([min(len(p), 100) / 100 for p in passages], dtype=np.float32)


def load(folder: Path, **options: object) -> Reranker:
    return Reranker(Settings(reranker=str(folder), encoder=EncoderSettings(**options)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models.cross_encoder(tmp_path_factory.mktemp("cross"))


@pytest.fixture(scope="module")
def yes_no(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models.cross_encoder(tmp_path_factory.mktemp("yes_no"), labels=2)


def logits(folder: Path) -> NDArray[np.float64]:
    """Return the logits of the bare model for the passages."""
    import torch
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(folder), device="cpu", activation_fn=torch.nn.Identity())
    pairs = [(QUESTION, passage) for passage in PASSAGES]
    return np.asarray(model.predict(pairs), dtype=np.float64)


def test_one_label_becomes_a_probability_by_the_sigmoid(folder: Path) -> None:
    scores = load(folder).scores(QUESTION, PASSAGES)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, 1 / (1 + np.exp(-logits(folder))), atol=1e-6)
    assert np.ptp(scores) > 0.01


def test_of_two_labels_the_second_is_yes(yes_no: Path) -> None:
    raw = np.exp(logits(yes_no))
    expected = raw[:, 1] / raw.sum(axis=1)
    np.testing.assert_allclose(load(yes_no).scores(QUESTION, PASSAGES), expected, atol=1e-6)


def test_the_models_own_activation_is_not_applied_on_top(folder: Path, tmp_path: Path) -> None:
    import torch
    from sentence_transformers import CrossEncoder

    CrossEncoder(str(folder), device="cpu", activation_fn=torch.nn.Sigmoid()).save_pretrained(
        str(tmp_path / "saved")
    )
    np.testing.assert_allclose(
        load(tmp_path / "saved").scores(QUESTION, PASSAGES),
        load(folder).scores(QUESTION, PASSAGES),
        atol=1e-6,
    )


@pytest.mark.parametrize("batch_size", [1, 2, 16])
def test_the_batch_does_not_change_a_probability(folder: Path, batch_size: int) -> None:
    alone = [load(folder).scores(QUESTION, [passage])[0] for passage in PASSAGES]
    scores = load(folder, batch_size=batch_size).scores(QUESTION, PASSAGES)
    np.testing.assert_allclose(scores, alone, atol=1e-6)


def test_no_passages_have_no_probabilities(folder: Path) -> None:
    assert load(folder).scores(QUESTION, []).shape == (0,)


def test_a_lone_surrogate_reads_as_a_question_mark(folder: Path) -> None:
    made = load(folder)
    assert made.scores("qui \ud800", ["cat\udfff"]) == made.scores("qui ?", ["cat?"])


def test_a_passage_beyond_the_models_length_is_cut_and_not_an_error(folder: Path) -> None:
    assert 0 <= load(folder).scores(QUESTION, ["le chat " * 500])[0] <= 1


def test_a_model_with_three_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has 3 labels"):
        load(models.cross_encoder(tmp_path, labels=3))


def test_a_model_that_only_makes_vectors_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is not a reranker"):
        load(models.bert(tmp_path))
    with pytest.raises(ModelError, match="is not a reranker"):
        load(models.sentence_model(tmp_path / "sentences"))


def test_a_model_with_settings_nested_without_end_is_refused(tmp_path: Path) -> None:
    folder = models.cross_encoder(tmp_path)
    (folder / "config.json").write_text("[" * 100_000, "utf-8")
    with pytest.raises(ModelError, match="is not a reranker"):
        load(folder)


def test_a_pickled_reranker_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="pickled"):
        load(models.pickled(models.cross_encoder(tmp_path)))


def test_a_reranker_that_brings_its_own_code_is_refused(tmp_path: Path) -> None:
    folder = models.cross_encoder(tmp_path)
    auto = {"AutoConfig": "theirs.C", "AutoModelForSequenceClassification": "theirs.M"}
    models.rewritten(folder, "config.json", auto_map=auto, model_type="theirs")
    with pytest.raises(ModelError, match="code of its own"):
        load(folder)


def test_without_the_setting_there_is_no_reranker() -> None:
    assert Models.load(Settings(), WordEncoder()).reranker is None


def test_the_setting_loads_one(folder: Path) -> None:
    made = Models.load(Settings(reranker=str(folder)), WordEncoder()).reranker
    assert made is not None
    assert made.scores(QUESTION, PASSAGES).shape == (len(PASSAGES),)


def test_a_real_model_decides_over_the_best_candidates(folder: Path) -> None:
    made = load(folder)
    order = rerank(QUESTION, PASSAGES, made)
    assert list(order) == np.argsort(-made.scores(QUESTION, PASSAGES), kind="stable").tolist()
    assert order != (0, 1, 2, 3, 4)


def test_the_reranker_decides_over_the_best_and_leaves_the_rest_as_ranked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("embeddings.vectors.models.RERANKED", 4)
    reranker = ByLength()
    passages = ["a" * 3, "a" * 6, "a" * 9, "a" * 6, "a" * 80]
    assert rerank("q", passages, reranker) == (2, 1, 3, 0, 4)
    assert "a" * 80 not in reranker.asked


def test_nothing_to_rerank_is_nothing() -> None:
    assert rerank("q", [], ByLength()) == ()


@given(st.lists(st.text("a", max_size=30), max_size=30), st.integers(0, 30))
def test_no_candidate_is_lost_or_doubled(passages: list[str], top: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("embeddings.vectors.models.RERANKED", top)
        order = rerank("q", passages, ByLength())
    assert sorted(order) == list(range(len(passages)))
    assert list(order[top:]) == list(range(len(passages)))[top:]
