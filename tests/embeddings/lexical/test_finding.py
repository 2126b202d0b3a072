"""The best passages of a question: the same whether all postings are added up or only some."""

from __future__ import annotations

import random

import numpy as np
import pytest

from embeddings.lexical import bm25 as lexical
from embeddings.lexical.bm25 import Document, Lexical, Terms, build
from embeddings.lexical.finding import Listed, Summed

WORDS = [f"mot{a}{b}" for a in "abcdefgh" for b in "nopqrst"]


@pytest.fixture(scope="module")
def index() -> Lexical:
    chance = random.Random(0)
    texts = [" ".join(chance.choices(WORDS, range(1, 57), k=12)) for _ in range(300)]
    return build(Document(f"Titre {i % 40}", [text]) for i, text in enumerate(texts))


def read(index: Lexical, question: str, few: int, monkeypatch: pytest.MonkeyPatch) -> Terms:
    monkeypatch.setattr(lexical, "FEW", few)
    return index.read(question)


@pytest.fixture
def pairs(index: Lexical, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Terms, Terms]]:
    """Return the same questions read in both ways."""
    questions = [" ".join(random.Random(n).choices(WORDS, k=4)) for n in range(8)]
    summed = [read(index, question, 10_000, monkeypatch) for question in questions]
    listed = [read(index, question, 0, monkeypatch) for question in questions]
    assert all(isinstance(terms.found, Summed) for terms in summed)
    assert all(isinstance(terms.found, Listed) for terms in listed)
    return list(zip(summed, listed, strict=True))


def test_adding_up_and_looking_up_give_the_same_scores(
    pairs: list[tuple[Terms, Terms]],
) -> None:
    some = np.array([3, 0, 299, 17, 150])
    for both in pairs:
        np.testing.assert_allclose(*(terms.found.scores(some) for terms in both), atol=1e-6)


@pytest.mark.parametrize("allowed", [None, np.arange(300) % 3 == 0], ids=["all", "filtered"])
def test_adding_up_and_looking_up_find_passages_that_are_as_good(
    pairs: list[tuple[Terms, Terms]], allowed: np.ndarray | None
) -> None:
    for both in pairs:
        found = [terms.found.best(20, allowed) for terms in both]
        sums = [np.sort(np.sum(both[0].found.scores(rows), axis=0)) for rows in found]
        np.testing.assert_allclose(*sums, atol=1e-6)
        assert all(len(set(rows.tolist())) == 20 for rows in found)
        assert allowed is None or all(allowed[rows].all() for rows in found)


def test_of_passages_that_are_equally_good_the_first_are_found() -> None:
    index = build([Document("T", ["chat"])] * 9)
    assert sorted(index.read("chat").found.best(4).tolist()) == [0, 1, 2, 3]


def test_passages_without_any_of_the_words_are_not_found(index: Lexical) -> None:
    assert not len(index.read("zzzz").found.best(5))
