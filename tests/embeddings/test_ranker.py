"""Ranking: candidates, the sentence that answers, filters, near-duplicates, mixed articles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from embeddings import folding, ranker
from embeddings.confidence import Calibration
from embeddings.evidence import Arrays, Query, sentence_text, weigh
from embeddings.lexical import Document, build
from embeddings.ranker import Ranking, Weights, rank

DIMENSION = 64


def vector(text: str) -> np.ndarray:
    """Hash words into a vector of length 1: texts that share words are near."""
    made = np.full(DIMENSION, 0.01)
    for word in text.lower().replace(".", " ").replace("?", " ").split():
        made[sum(map(ord, word)) * 7 % DIMENSION] += 1
    return (made / np.linalg.norm(made)).astype(np.float32)


class Exact:
    """Exact search, counting how often it is asked."""

    def __init__(self, rows: np.ndarray) -> None:
        self.rows, self.calls = rows, 0

    def search(
        self, vectors: np.ndarray, k: int, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        self.calls += 1
        scores = vectors @ self.rows.T
        if allowed is not None:
            scores = np.where(allowed, scores, -np.inf)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(scores, order, 1)
        return best, np.where(np.isfinite(best), order, -1)


def arrays(*articles: tuple[str, list[list[str]]], language: str = "fr") -> Arrays:
    """Index articles, each a title and its passages, each a list of sentences."""
    passages = [(t, p, a) for a, (t, group) in enumerate(articles) for p in group]
    lines = [vector(sentence_text(t, s)) for t, p, _ in passages for s in p]
    whole = np.array([vector(" ".join(p)) for _, p, _ in passages]).reshape(-1, DIMENSION)
    sentences = np.array(lines, np.float32).reshape(-1, DIMENSION)
    return Arrays(
        passages=whole.astype(np.float32),
        sentences=sentences,
        first_sentence=np.cumsum([0, *(len(p) for _, p, _ in passages)]),
        titles=np.array([vector(t) for t, _ in articles]),
        article_of=np.array([a for _, _, a in passages], np.int32),
        lexical=build([Document(t, p, language) for t, p, _ in passages]),
        passage_index=Exact(whole),
        sentence_index=Exact(sentences),
    )


def ask(question: str, where: Arrays, **options: object) -> Ranking:
    return rank(Query(question, vector(question)), where, **options)  # type: ignore[arg-type]


def found(ranking: Ranking) -> list[int]:
    return [candidate.passage for candidate in ranking.candidates]


CORPUS = arrays(
    ("Amazon", [["Des ingénieurs signent une lettre.", "Elle vise Rekognition."]]),
    ("Palantir", [["La société vend des outils.", "Elle compte 450 salariés."], ["Rien."]]),
    ("Google", [["Le moteur change ses contrats militaires."]]),
)
SURE = Calibration("m", 0.0, {"covered": 1.0, "lead": 1.0}, 0.5)


def test_the_passage_that_has_the_words_comes_first() -> None:
    assert found(ask("Qui signe une lettre ?", CORPUS))[0] == 0


def test_a_word_of_the_title_counts() -> None:
    assert found(ask("Que vend Palantir ?", CORPUS))[0] == 1


def test_the_sentence_that_has_the_words_is_marked() -> None:
    first = ask("Qui vise Rekognition ?", CORPUS).candidates[0]
    assert (first.passage, first.sentence) == (0, 1)


def test_a_sentence_with_a_number_answers_how_many() -> None:
    where = arrays(("Palantir", [["Ce sont des outils de police.", "Ils sont plus de 450."]]))
    assert ask("Combien chez Palantir ?", where).candidates[0].sentence == 1


def test_the_marked_sentence_lies_inside_its_passage() -> None:
    for candidate in ask("Amazon Palantir Google outils", CORPUS).candidates:
        first, end = CORPUS.first_sentence[candidate.passage : candidate.passage + 2]
        assert first <= candidate.sentence < end


def test_candidates_come_best_first() -> None:
    scores = [c.score for c in ask("lettre outils contrats", CORPUS, fold=False).candidates]
    assert scores == sorted(scores, reverse=True)


def test_no_more_than_the_limit_come_back() -> None:
    assert len(ask("lettre outils contrats", CORPUS, limit=2).candidates) == 2


def test_an_empty_snapshot_has_no_candidates() -> None:
    assert ask("lettre", arrays()) == Ranking()


@pytest.mark.parametrize("fold", [True, False])
def test_a_filter_lets_only_its_passages_through(fold: bool) -> None:
    allowed = np.array([False, True, True, False])
    assert set(found(ask("lettre", CORPUS, allowed=allowed, fold=fold))) <= {1, 2}


def test_a_filter_that_leaves_nothing_gives_nothing() -> None:
    assert not ask("lettre", CORPUS, allowed=np.zeros(4, np.bool_)).candidates


def test_being_alone_within_a_filter_does_not_make_a_passage_sure() -> None:
    many = arrays(*((f"Titre {i}", [[f"Lettre {i} des ingénieurs."]]) for i in range(8)))
    alone = np.arange(8) == 7
    within = ask("lettre des ingénieurs", many, allowed=alone).candidates[0]
    assert within.features["lead"] < 0.5


def test_no_candidate_is_surer_than_one_before_it() -> None:
    ranking = ask("lettre outils contrats Amazon", CORPUS, calibration=SURE)
    sure = [candidate.confidence for candidate in ranking.candidates]
    assert sure == sorted(sure, reverse=True)
    assert all(0 <= value <= 1 for value in sure)


def test_without_a_calibration_nothing_is_sure() -> None:
    assert {c.confidence for c in ask("lettre", CORPUS).candidates} == {0.0}


def test_half_precision_sentences_change_no_score_by_much() -> None:
    half = replace(CORPUS, sentences=CORPUS.sentences.astype(np.float16))
    question = "Que vend la société Palantir ?"
    assert found(ask(question, half))[0] == found(ask(question, CORPUS))[0]
    scores = [[c.score for c in ask(question, where).candidates] for where in (half, CORPUS)]
    assert scores[0] == pytest.approx(scores[1], abs=0.01)


COPY = ["Des ingénieurs signent une lettre ouverte contre la vente de Rekognition aux polices."]
COPIES = arrays(
    ("Un journal", [COPY]),
    ("Un autre journal", [COPY, ["Le temps sera beau."]]),
    ("Un tiers", [["La vente de chats est libre."]]),
)


def test_the_same_copy_in_two_articles_is_one_candidate() -> None:
    first = ask("Qui signe une lettre ouverte ?", COPIES).candidates[0]
    assert {first.passage, *first.also} == {0, 1}
    assert len(first.also) == 1


def test_without_folding_both_copies_are_ranked() -> None:
    assert set(found(ask("Qui signe une lettre ouverte ?", COPIES, fold=False))) >= {0, 1}


def test_different_passages_are_not_folded() -> None:
    assert not any(c.also for c in ask("lettre outils contrats", CORPUS).candidates)


def test_a_third_passage_of_an_article_lets_an_equal_one_of_another_article_before_it() -> None:
    scores = np.array([9.0, 8.0, 7.5, 7.0], np.float32)
    assert folding.mix(scores, np.array([0, 0, 0, 1], np.int32)) == [0, 1, 3, 2]


def test_an_article_that_the_question_is_about_keeps_its_places() -> None:
    scores = np.array([9.0, 8.0, 7.5, 2.0], np.float32)
    assert folding.mix(scores, np.array([0, 0, 0, 1], np.int32)) == [0, 1, 2, 3]


def test_a_lead_is_taken_over_the_best_other_passage() -> None:
    first, second = ask("lettre des ingénieurs Amazon", CORPUS, fold=False).candidates[:2]
    gap = min(first.score - second.score, ranker.LIMIT)
    assert first.features["lead"] == pytest.approx(np.log1p(gap), rel=1e-4)
    assert second.features["lead"] == pytest.approx(-np.log1p(gap), rel=1e-4)


def test_the_share_of_unknown_words_is_told() -> None:
    features = ask("xylophone", CORPUS).candidates[0].features
    assert features["unknown"] == pytest.approx(1)


def test_a_passage_of_another_language_is_told() -> None:
    features = ask("Who has signed the lettre?", CORPUS).candidates[0].features
    assert features["foreign"] == 1


def test_a_passage_without_the_number_that_is_asked_for_lacks_it() -> None:
    lacking = {
        c.passage: c.features["lacks"]
        for c in ask("Combien d'ingénieurs chez Palantir et Amazon ?", CORPUS).candidates
    }
    assert (lacking[0], lacking[1]) == (1, 0)


def test_the_score_is_the_weighted_sum_of_the_evidence() -> None:
    question = "Qui signe une lettre ?"
    first = ask(question, CORPUS).candidates[0]
    weights = Weights()
    names = ("grams", "passage", "sentence", "covered", "early")
    assert first.score == pytest.approx(
        sum(getattr(weights, name) * first.features[name] for name in names), rel=1e-5
    )


def test_the_evidence_is_that_of_brute_force() -> None:
    question = "lettre outils"
    query = Query(question, vector(question))
    terms = CORPUS.lexical.read(question)
    evidence = weigh(query, terms, CORPUS.lexical.score(terms), CORPUS, np.array([3, 1]))
    np.testing.assert_allclose(evidence.passage, CORPUS.passages[[3, 1]] @ query.vector, rtol=1e-5)
    best = (CORPUS.sentences[2:4] @ query.vector).max()
    assert evidence.sentence[1] == pytest.approx(best, rel=1e-5)
    assert evidence.covered.tolist() == [0, pytest.approx(0.5)]


def test_an_early_word_counts_more_than_a_late_one() -> None:
    where = arrays(("T", [["lettre " + "mot " * 30], ["mot " * 30 + "lettre"]]))
    early = {c.passage: c.features["early"] for c in ask("lettre", where, fold=False).candidates}
    assert early[0] == pytest.approx(1)
    assert 0 < early[1] < 0.3


def test_a_sentence_is_read_with_its_title_without_markup() -> None:
    assert sentence_text("<i>Nana</i>", "Elle part.") == "Nana. Elle part."
