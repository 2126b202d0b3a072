"""What the confidence rests on: figures of a passage beside its rivals."""

from __future__ import annotations

import numpy as np
import pytest

from embeddings.ranking import features
from tests.embeddings.ranked import CORPUS, arrays, ask


def test_being_alone_within_a_filter_makes_a_passage_neither_sure_nor_likely() -> None:
    many = arrays(*((f"Titre {i}", [[f"Lettre {i} des ingénieurs."]]) for i in range(8)))
    alone = np.arange(8) == 7
    within = ask("lettre des ingénieurs", many, allowed=alone)[0]
    assert within.features["lead"] < 0.5
    assert within.features["likely"] < 0.5


def test_a_lead_is_taken_over_the_best_other_passage() -> None:
    first, second = ask("lettre des ingénieurs Amazon", CORPUS, fold=False)[:2]
    gap = min(first.score - second.score, features.LIMIT)
    assert first.features["lead"] == pytest.approx(np.log1p(gap), rel=1e-4)
    assert second.features["lead"] == pytest.approx(-np.log1p(gap), rel=1e-4)


def test_the_share_of_unknown_words_is_told() -> None:
    features = ask("xylophone", CORPUS)[0].features
    assert features["unknown"] == pytest.approx(1)


def test_a_passage_of_another_language_is_told() -> None:
    features = ask("Who has signed the lettre?", CORPUS)[0].features
    assert features["foreign"] == 1


def test_a_sentence_that_begins_with_the_term_may_say_what_it_is() -> None:
    where = arrays(
        ("T", [["On craint ELAS partout.", "Rien."], ["Voici.", "L'ELAS est une armée."]]),
        ("ELAS", [["Rien."]]),
    )
    opens = {
        question: {c.passage: c.features["opens"] for c in ask(question, where, fold=False)}
        for question in ("Qu'est-ce que l'ELAS ?", "Qui craint ELAS ?")
    }
    assert opens["Qu'est-ce que l'ELAS ?"] == {0: 0, 1: 1, 2: 0}
    assert set(opens["Qui craint ELAS ?"].values()) == {0}


def test_a_passage_without_the_number_that_is_asked_for_lacks_it() -> None:
    lacking = {
        c.passage: c.features["lacks"]
        for c in ask("Combien d'ingénieurs chez Palantir et Amazon ?", CORPUS)
    }
    assert (lacking[0], lacking[1]) == (1, 0)


@pytest.mark.parametrize(
    ("question", "amiss"),
    [
        ("Quand la lettre est-elle parue ?", {0: 1, 1: 0, 2: 1}),
        ("Combien de temps a duré la lettre ?", {0: 1, 1: 1, 2: 0}),
        ("What was the average price of the lettre?", {0: 0, 1: 1, 2: 1}),
        ("Combien de signatures sous la lettre ?", {0: 1, 1: 0, 2: 0}),
        ("How many pages has the lettre?", {0: 0, 1: 0, 2: 0}),
        ("Quelle part de la lettre ?", {0: 1, 1: 1, 2: 1}),
        ("À quelle fréquence paraît la lettre ?", {0: 0, 1: 0, 2: 0}),
        ("Qui a écrit la lettre ?", {0: 0, 1: 0, 2: 0}),
        ("Pourquoi cette lettre ?", {0: 0.5, 1: 0.5, 2: 0}),
    ],
)
def test_a_passage_without_what_the_question_needs_is_amiss(
    question: str, amiss: dict[int, float]
) -> None:
    where = arrays(
        ("Lettre", [["La lettre vaut trente euros.", "Il y a des signatures."]]),
        ("Lettre", [["Parue le 3 mars, la lettre a 450 signatures."]]),
        ("Lettre", [["La lettre a circulé deux semaines durant, parce qu'elle dérange."]]),
    )
    found = {c.passage: c.features["amiss"] for c in ask(question, where, fold=False)}
    assert found == amiss


def test_nothing_is_amiss_in_a_language_that_is_not_read() -> None:
    where = arrays(("Brief", [["Der Brief erschien im Winter."]]), language="de")
    assert ask("When was the Brief published?", where)[0].features["amiss"] == 0


def test_an_early_word_counts_more_than_a_late_one() -> None:
    where = arrays(("T", [["lettre " + "mot " * 30], ["mot " * 30 + "lettre"]]))
    early = {c.passage: c.features["early"] for c in ask("lettre", where, fold=False)}
    assert early[0] == pytest.approx(1)
    assert 0 < early[1] < 0.3


def test_the_shares_of_the_odds_add_up_to_one() -> None:
    everything = ask("lettre outils contrats", CORPUS, fold=False)
    assert sum(c.features["likely"] for c in everything) == pytest.approx(1)


def test_a_share_of_the_odds_is_that_of_the_scores() -> None:
    everything = ask("lettre outils contrats", CORPUS, fold=False)
    odds = np.exp([c.score for c in everything])
    assert everything[0].features["likely"] == pytest.approx(odds[0] / odds.sum(), rel=1e-4)


def test_the_only_passage_has_no_rival() -> None:
    only = ask("Qui signe ?", arrays(("Amazon", [["Il signe une lettre."]])))[0].features
    assert [only["likely"], only["clear"]] == pytest.approx([1, only["covered"]])
    assert only["nearer"] == only["sentence"]


def test_what_covers_more_than_any_other_is_clear() -> None:
    first, second = ask("lettre des ingénieurs Amazon", CORPUS, fold=False)[:2]
    gap = first.features["covered"] - second.features["covered"]
    assert first.features["clear"] == pytest.approx(gap)
    assert second.features["clear"] == pytest.approx(-gap)


def test_the_nearest_sentence_of_all_is_nearer() -> None:
    everything = ask("outils de la société", CORPUS, fold=False)
    near = sorted((c.features["sentence"], c.features["nearer"]) for c in everything)
    assert near[-1][1] == pytest.approx(near[-1][0] - near[-2][0], abs=1e-6)


def test_a_word_with_a_typo_is_spelt_in_part() -> None:
    shares = [ask(q, CORPUS)[0].features["spelt"] for q in ("ingénieurs", "ingénieuur")]
    assert shares[0] == pytest.approx(1)
    assert 0.3 < shares[1] < 1


def test_the_words_of_the_title_are_no_words_of_the_body() -> None:
    told = ask("Amazon", CORPUS)[0].features
    assert [told["present"], told["body"]] == pytest.approx([1, 0])


def test_a_word_that_nobody_else_used_is_worth_a_whole_one() -> None:
    many = arrays(*((f"Titre {i}", [[f"Le mot{i} est là."]]) for i in range(200)))
    worth = ask("mot7", many)[0].features["worth"]
    assert worth == pytest.approx(np.log1p(1), abs=0.05)


def test_a_longer_passage_has_more_lines() -> None:
    lines = {c.passage: c.features["lines"] for c in ask("lettre outils", CORPUS)}
    assert [lines[0], lines[3]] == pytest.approx([np.log(2), 0])


def test_every_feature_is_a_number() -> None:
    for candidate in ask("Combien d'ingénieurs, xylophone ?", CORPUS, fold=False):
        assert np.isfinite(list(candidate.features.values())).all()


def test_an_article_with_several_passages_is_told_from_one_with_a_single_one() -> None:
    where = arrays(
        ("Un", [["Une lettre."]]),
        ("Deux", [["La lettre."], ["Une autre lettre."]]),
        ("Trois", [["Encore une lettre."]]),
    )
    several = {c.passage: c.features["several"] for c in ask("lettre", where, fold=False)}
    assert several == {0: 0, 1: 1, 2: 1, 3: 0}
