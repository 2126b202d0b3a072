"""Ranking: candidates, filters, near-duplicates, mixed articles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from embeddings.ranking import ranker
from embeddings.ranking.confidence import Calibration, Weights
from embeddings.ranking.ranker import read_terms
from tests.embeddings.ranked import CORPUS, arrays, ask, found

SURE = Calibration("m", 0.0, {"covered": 1.0, "lead": 1.0}, 0.5)


def test_the_passage_that_has_the_words_comes_first() -> None:
    assert found(ask("Qui signe une lettre ?", CORPUS))[0] == 0


def test_a_word_of_the_title_counts() -> None:
    assert found(ask("Que vend Palantir ?", CORPUS))[0] == 1


def test_a_question_what_a_term_means_is_about_the_term_alone() -> None:
    lexical = arrays(("Titre", [["Le sens du mot signifie un outil."]])).lexical
    terms = read_terms("Que signifie le mot EAM ?", lexical)
    assert (terms.words, terms.language) == (("eam",), "fr")
    assert len(read_terms("Que signifie la lettre pour EAM ?", lexical).words) > 1


def test_candidates_come_best_first() -> None:
    scores = [c.score for c in ask("lettre outils contrats", CORPUS, fold=False)]
    assert scores == sorted(scores, reverse=True)


def test_no_more_than_the_limit_come_back() -> None:
    assert len(ask("lettre outils contrats", CORPUS, limit=2)) == 2


def test_an_empty_snapshot_has_no_candidates() -> None:
    assert ask("lettre", arrays()) == ()


@pytest.mark.parametrize("fold", [True, False])
@pytest.mark.parametrize(
    ("name", "passage"), [("Microsoft", 1), ("Google", 0), ("Microsoft ou Google", 0)]
)
def test_what_is_about_others_of_the_names_that_its_title_lists_stands_back(
    name: str, passage: int, fold: bool
) -> None:
    others = [["Google est critiqué pour ses contrats."], ["Microsoft vend des outils."]]
    where = arrays(("Microsoft, Google : la vallée contestée", others))
    question = f"Pourquoi {name} est critiqué pour ses contrats ?"
    assert found(ask(question, where, fold=fold))[0] == passage


def test_what_only_asks_stands_back() -> None:
    where = arrays(("Entretien", [["Qui a écrit la lettre ?"], ["Des salariés, dit-il."]]))
    assert found(ask("Qui a écrit la lettre ?", where)) == [1, 0]
    told = arrays(("Entretien", [["Qui a écrit la lettre ?", "Des salariés."], ["Rien."]]))
    assert found(ask("Qui a écrit la lettre ?", told))[0] == 0


def test_what_stands_back_makes_those_before_it_less_sure() -> None:
    others = [["Google est critiqué pour ses contrats."], ["Microsoft vend des outils."]]
    where = arrays(("Microsoft, Google : la vallée contestée", others))
    leads = [c.features["lead"] for c in ask("Pourquoi Microsoft est critiqué ?", where)]
    assert leads[0] < 0 < leads[1]


@pytest.mark.parametrize("fold", [True, False])
def test_a_filter_lets_only_its_passages_through(fold: bool) -> None:
    allowed = np.array([False, True, True, False])
    assert set(found(ask("lettre", CORPUS, allowed=allowed, fold=fold))) <= {1, 2}


def test_a_filter_that_leaves_nothing_gives_nothing() -> None:
    assert not ask("lettre", CORPUS, allowed=np.zeros(4, np.bool_))


def test_no_candidate_is_surer_than_one_before_it() -> None:
    ranking = ask("lettre outils contrats Amazon", CORPUS, calibration=SURE)
    sure = [candidate.confidence for candidate in ranking]
    assert sure == sorted(sure, reverse=True)
    assert all(0 <= value <= 1 for value in sure)


def test_half_precision_sentences_change_no_score_by_much() -> None:
    half = replace(CORPUS, sentences=CORPUS.sentences.astype(np.float16))
    question = "Que vend la société Palantir ?"
    assert found(ask(question, half))[0] == found(ask(question, CORPUS))[0]
    scores = [[c.score for c in ask(question, where)] for where in (half, CORPUS)]
    assert scores[0] == pytest.approx(scores[1], abs=0.01)


COPY = ["Des ingénieurs signent une lettre ouverte contre la vente de Rekognition aux polices."]
COPIES = arrays(
    ("Un journal", [COPY]),
    ("Un autre journal", [COPY, ["Le temps sera beau."]]),
    ("Un tiers", [["La vente de chats est libre."]]),
)


def test_the_same_copy_in_two_articles_is_one_candidate() -> None:
    first = ask("Qui signe une lettre ouverte ?", COPIES)[0]
    assert {first.passage, *first.also} == {0, 1}
    assert len(first.also) == 1


def test_without_folding_both_copies_are_ranked() -> None:
    assert set(found(ask("Qui signe une lettre ouverte ?", COPIES, fold=False))) >= {0, 1}


def test_different_passages_are_not_folded() -> None:
    assert not any(c.also for c in ask("lettre outils contrats", CORPUS))


def test_a_third_passage_of_an_article_lets_an_equal_one_of_another_article_before_it() -> None:
    scores = np.array([9.0, 8.0, 7.5, 7.0], np.float32)
    assert ranker.mix_articles(scores, np.array([0, 0, 0, 1], np.int32)) == [0, 1, 3, 2]


def test_an_article_that_the_question_is_about_keeps_its_places() -> None:
    scores = np.array([9.0, 8.0, 7.5, 2.0], np.float32)
    assert ranker.mix_articles(scores, np.array([0, 0, 0, 1], np.int32)) == [0, 1, 2, 3]


def test_the_score_is_the_weighted_sum_of_the_evidence() -> None:
    question = "Qui signe une lettre ?"
    first = ask(question, CORPUS)[0]
    weights = Weights()
    names = ("grams", "passage", "sentence", "covered", "early")
    assert first.score == pytest.approx(
        sum(getattr(weights, name) * first.features[name] for name in names), rel=1e-5
    )
