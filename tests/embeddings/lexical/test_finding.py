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


@pytest.fixture(params=range(8))
def both(
    index: Lexical, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> tuple[Terms, Terms]:
    question = " ".join(random.Random(request.param).choices(WORDS, k=4))
    summed = read(index, question, 10_000, monkeypatch)
    listed = read(index, question, 0, monkeypatch)
    assert isinstance(summed.found, Summed)
    assert isinstance(listed.found, Listed)
    return summed, listed


def test_adding_up_and_looking_up_give_the_same_scores(
    index: Lexical, both: tuple[Terms, Terms]
) -> None:
    some = np.array([3, 0, 299, 17, 150])
    for one, other in zip(*(index.score(terms, some) for terms in both), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("filtered", [False, True])
def test_adding_up_and_looking_up_find_passages_that_are_as_good(
    index: Lexical, both: tuple[Terms, Terms], filtered: bool
) -> None:
    allowed = np.arange(300) % 3 == 0 if filtered else None
    found = [index.best(terms, 20, allowed) for terms in both]
    sums = [np.sort(np.sum(index.score(both[0], rows), axis=0)) for rows in found]
    np.testing.assert_allclose(*sums, atol=1e-6)
    assert all(len(set(rows.tolist())) == 20 for rows in found)
    if allowed is not None:
        assert all(allowed[rows].all() for rows in found)


def test_of_passages_that_are_equally_good_the_first_are_found() -> None:
    index = build([Document("T", ["chat"])] * 9)
    assert sorted(index.best(index.read("chat"), 4).tolist()) == [0, 1, 2, 3]


def test_passages_without_any_of_the_words_are_not_found(index: Lexical) -> None:
    assert not len(index.best(index.read("zzzz"), 5))
