"""The samples that fit the confidence: of whole sets, and of small corpora cut from them."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np

from embeddings.lexical.words import Document
from embeddings.measuring.sampling import LabelledQuery, Pool, Relation, Sample
from embeddings.ranking.confidence import Calibration
from embeddings.ranking.maxsim import Encoding
from tests.embeddings.ranked import CORPUS, arrays, vector

TITLES = ("Lorient", "Brest", "Vannes", "Quimper")
STORIES = [
    (title, [[f"Le port de {title} a ouvert.", "Il pleuvait."], [f"Le pont de {title} est fermé."]])
    for title in TITLES
]
DOCUMENTS = [Document(title, lines, "fr") for title, group in STORIES for lines in group]


RULE = Calibration.fallback("words")


def asked(text: str, *gold: int) -> LabelledQuery:
    return LabelledQuery(Encoding(text, vector(text)), frozenset(gold))


def pool() -> Pool:
    questions = [asked(f"Le port de {t} a ouvert ?", 2 * n) for n, t in enumerate(TITLES)]
    questions += [asked(f"Le pont de {t} ?", 2 * n + 1) for n, t in enumerate(TITLES)]
    return Pool("set", [*questions, asked("Qui chante ?")], arrays(*STORIES), DOCUMENTS, RULE)


@cache
def samples() -> list[Sample]:
    return list(pool().samples())


def test_samples_of_the_whole_set_tell_what_came_first() -> None:
    documents = [Document("", [""]) for _ in range(len(CORPUS.article_of))]
    questions = [
        asked("Qui signe une lettre ?", 0),
        asked("Qui signe une lettre ?", 2),
        asked("Qui gagne ?"),
    ]
    source = Pool("set", questions, CORPUS, documents, RULE)
    given = CORPUS, np.arange(9), Relation.WHOLE
    found = [s for n in range(len(questions)) for s in source._ask(n, *given)]
    assert [s.correct for s in found[:2]] == [True, False]
    assert [s.answerable for s in found] == [True, True, False]
    assert found[2].group == -3


def test_a_corpus_that_is_cut_out_has_the_same_passages_and_its_own_word_counts() -> None:
    whole = arrays(*STORIES)
    cut = pool().cut(np.array([2, 3, 6, 7]))
    alone = arrays(STORIES[1], STORIES[3])
    for name in ("passages", "sentences", "first_sentence", "article_of"):
        assert np.array_equal(getattr(cut, name), getattr(alone, name)), name
    assert np.array_equal(cut.lexical.impacts, alone.lexical.impacts)
    assert not np.array_equal(cut.lexical.impacts, whole.lexical.impacts)


def test_small_corpora_are_asked_questions_of_every_kind() -> None:
    kinds = Counter(sample.relation for sample in samples())
    assert kinds[Relation.WHOLE] == 9
    assert set(kinds) == set(Relation)


def test_only_questions_whose_passage_is_there_can_be_right() -> None:
    for sample in samples():
        if sample.relation in {Relation.GONE, Relation.OTHER}:
            assert not sample.correct
            assert not sample.answerable


def test_the_same_set_gives_the_same_samples() -> None:
    assert list(pool().samples()) == samples()
