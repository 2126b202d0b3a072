"""Labelled sets asked whole and cut small, and what each kind of evidence counts, fitted on it."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from embeddings.errors import ModelError
from embeddings.lexical import bm25 as lexical
from embeddings.lexical.stretches import gather, stretches
from embeddings.ranking.confidence import Calibration, Marks, Mix
from embeddings.ranking.evidence import Arrays, Query, speaking
from embeddings.ranking.ranker import evidence_for, rank, terms_of
from embeddings.vectors.index import VectorIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from embeddings.lexical.bm25 import Ints
    from embeddings.lexical.words import Document

    Values = NDArray[np.float64]

SIZES = (1, 1, 2, 3, 5, 8, 15, 30, 80)
"""How many articles a small corpus has, in turn."""
CORPORA = 200
"""How many small corpora are cut from each set."""
EACH = 6
"""The most questions of each kind that are asked of one small corpus."""


class Kind(StrEnum):
    """How a question stands to the corpus that it is asked of."""

    WHOLE = "whole"
    """Asked of the whole set."""
    OWN = "own"
    """Asked of a small corpus that has the passage."""
    GONE = "gone"
    """Asked of one that has the article but not the passage."""
    OTHER = "other"
    """Asked of one that has nothing to do with it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A labelled question, the rows of the passages that answer it, and the answer's words."""

    query: Query
    gold: frozenset[int]
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """The first passage that a question got.

    Attributes:
        source: The set that the question is of.
        group: What must not be split between fitting and testing: the article that answers.
        answerable: Whether some passage that was searched answers.
        correct: Whether the first does.
        features: What is known of the first.
        kind: How the question stands to the corpus.
        alone: Whether the corpus is one article.
    """

    source: str
    group: int
    answerable: bool
    correct: bool
    features: Mapping[str, float]
    kind: Kind = Kind.WHOLE
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """A labelled set, ready to be asked.

    Attributes:
        source: Its name.
        asked: Its questions.
        arrays: What they are asked of.
        documents: The words that the arrays were made of.
        calibration: What the evidence counts.
    """

    source: str
    asked: Sequence[Asked]
    arrays: Arrays
    documents: Sequence[Document]
    calibration: Calibration

    def samples(self) -> Iterator[Sample]:
        """Ask every question of the whole set, and some of small corpora."""
        for number, question in enumerate(self.asked):
            yield from self._ask(question, number, self.arrays, range(len(self.documents)))
        for corpus in range(CORPORA):
            chance = random.Random(corpus)  # noqa: S311 - no secret, and the same each time
            yield from self._small(chance, SIZES[corpus % len(SIZES)])

    def _small(self, chance: random.Random, size: int) -> Iterator[Sample]:
        """Cut a small corpus and ask it questions of all kinds; the same every time."""
        article_of = self.arrays.article_of
        answered = [q for q in self.asked if q.gold]
        articles = {int(article_of[min(chance.choice(answered).gold)])}
        count = int(article_of[-1]) + 1
        articles |= set(chance.sample(range(count), min(size, count) - 1))
        rows = np.flatnonzero(np.isin(article_of, list(articles)))
        inside = set(rows.tolist())
        own = [i for i, q in enumerate(self.asked) if q.gold and q.gold <= inside]
        other = [i for i, q in enumerate(self.asked) if not q.gold & inside]
        alone, cut = len(articles) == 1, self.cut(rows)
        for number in chance.sample(own, min(EACH, len(own))):
            yield from self._ask(self.asked[number], number, cut, rows, Kind.OWN, alone=alone)
        for number in chance.sample(other, min(EACH, len(other))):
            yield from self._ask(self.asked[number], number, cut, rows, Kind.OTHER, alone=alone)
        for number in chance.sample(own, min(EACH // 2, len(own))):
            left = np.setdiff1d(rows, list(self.asked[number].gold))
            if len(left) > 1:
                yield from self._ask(self.asked[number], number, self.cut(left), left, Kind.GONE)

    def _ask(
        self,
        question: Asked,
        number: int,
        arrays: Arrays,
        rows: Sequence[int] | Ints,
        kind: Kind = Kind.WHOLE,
        *,
        alone: bool = False,
    ) -> Iterator[Sample]:
        own = min(question.gold, default=-1)
        for first in rank(
            question.query, arrays, calibration=self.calibration, limit=1, fold=False
        ):
            yield Sample(
                source=self.source,
                group=int(self.arrays.article_of[own]) if own >= 0 else -1 - number,
                answerable=bool(question.gold) and kind in {Kind.WHOLE, Kind.OWN},
                correct=int(rows[first.passage]) in question.gold,
                features=first.features,
                kind=kind,
                alone=alone,
            )

    def cut(self, rows: Ints) -> Arrays:
        """Return the arrays of some passages alone, their words counted anew.

        Args:
            rows: Which passages, ascending, int64 [n], at least one.
        """
        whole = self.arrays
        lines = gather(whole.first_sentence, rows)[0]
        passages, sentences = whole.passages[rows], whole.sentences[lines]
        _, article_of = np.unique(whole.article_of[rows], return_inverse=True)
        return Arrays(
            passages=passages,
            sentences=sentences,
            first_sentence=stretches(np.diff(whole.first_sentence)[rows]),
            article_of=article_of.astype(np.int32),
            lexical=lexical.build([self.documents[row] for row in rows]),
            passage_index=VectorIndex.of(passages),
            sentence_index=VectorIndex.of(sentences),
            tokens=whole.tokens and whole.tokens.of(rows, whole.article_of[rows]),
        )


WEIGHTS = ("grams", "passage", "sentence", "covered", "early", "tokens", "opens")
"""What is fitted; ``foreign`` cannot be, on sets in one language."""
SELDOM = 1e-4
"""The share of pairs of passages that are so near that copies are looked for among them."""
ROUNDS = 3
"""The tokens of the best candidates alone are read, and which are the best depends on the fit."""
SMALL = 2e-5
"""What the squares of the weights cost, so that one that tells nothing is near 0."""
SIXTH = 6.0
"""How many times as likely the best sentence is than one that is just marked with it."""


class Lists(NamedTuple):
    """Candidates of questions: their figures [n, c, k], which there are, and which are right."""

    figures: Values
    there: NDArray[np.bool_]
    right: NDArray[np.bool_]


def fit_mix(pools: Sequence[Pool]) -> Mix:
    """Fit the weights of evidence and of marks, listwise: a softmax over what is compared.

    Every set weighs the same. No weight is below 0.

    Args:
        pools: The labelled sets.

    Raises:
        ModelError: No question has its passage among the candidates.
    """
    alike = round(max(_seldom(pool.arrays.passages) for pool in pools), 2)
    mix = Mix(alike=alike)
    for _ in range(ROUNDS):
        found = [_pad(list(_candidates(pool, mix))) for pool in pools]
        fitted = dict(zip(WEIGHTS, _listwise(found).tolist(), strict=True))
        rounded = {name: round(value, 2) for name, value in fitted.items()}
        mix = replace(mix, weights=replace(mix.weights, **rounded))
    said = [list(_sentences(pool)) for pool in pools]
    return replace(mix, marks=_marks(said)) if all(said) else mix


def _seldom(vectors: NDArray[np.float32]) -> float:
    """Return the cosine that few pairs of passages reach."""
    pairs = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    return float(np.quantile(pairs, 1 - SELDOM))


def _marks(said: Sequence[list[tuple[Values, NDArray[np.bool_]]]]) -> Marks:
    cosine, news, long, before, fits = _listwise([_pad(each) for each in said])
    parts = np.round(np.array([news, long, before, fits, np.log(SIXTH)]) / cosine, 4)
    return Marks(*parts.tolist())


def _candidates(pool: Pool, mix: Mix) -> Iterator[tuple[Values, NDArray[np.bool_]]]:
    """Yield the figures of each question's candidates, and which of them answer."""
    for question in pool.asked:
        if question.gold:
            _, evidence, _ = evidence_for(question.query, pool.arrays, mix)
            figures = np.stack([getattr(evidence, name) for name in WEIGHTS], axis=1)
            right = np.isin(evidence.passages, list(question.gold))
            if right.any():
                yield figures.astype(np.float64), right


def _sentences(pool: Pool) -> Iterator[tuple[Values, NDArray[np.bool_]]]:
    """Yield what speaks for each sentence of the passage that answers, and which hold the answer.

    Where all hold it or none does, there is nothing to tell apart.
    """
    for question in pool.asked:
        if question.gold and question.answer:
            row = min(question.gold)
            sentences = pool.documents[row].sentences
            right = np.array([question.answer.lower() in each.lower() for each in sentences])
            if right.any() and not right.all():
                terms = terms_of(question.query.text, pool.arrays.lexical)
                yield speaking(question.query, terms, pool.arrays, row).astype(np.float64), right


def _pad(lists: Sequence[tuple[Values, NDArray[np.bool_]]]) -> Lists:
    if not lists:
        raise ModelError("No question of a set has its passage among the candidates: no fit.")
    longest = max(len(right) for _, right in lists)
    figures = np.zeros((len(lists), longest, lists[0][0].shape[1]))
    there, good = np.zeros((2, len(lists), longest), np.bool_)
    for place, (rows, right) in enumerate(lists):
        figures[place, : len(rows)], there[place, : len(rows)] = rows, True
        good[place, : len(rows)] = right
    return Lists(figures, there, good)


def _listwise(sets: Sequence[Lists]) -> Values:
    """Return the weights under which what is right is likeliest, float64 [k]."""
    from scipy.optimize import minimize  # not needed to serve

    def loss(weights: Values) -> tuple[float, Values]:
        parts = [_loss(each, weights) for each in sets]
        value = sum(part[0] for part in parts) + SMALL * weights @ weights
        return float(value), sum(part[1] for part in parts) + 2 * SMALL * weights

    count = sets[0].figures.shape[2]
    start, bounds = np.ones(count), [(0.0, None)] * count
    return np.asarray(minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x)


def _loss(lists: Lists, weights: Values) -> tuple[float, Values]:
    """Return the mean negative logarithm of the share of what is right, and its gradient."""
    score = np.where(lists.there, lists.figures @ weights, -np.inf)
    odds = np.exp(score - score.max(axis=1, keepdims=True))
    share = odds / odds.sum(axis=1, keepdims=True)
    good = np.maximum((share * lists.right).sum(axis=1, keepdims=True), 1e-300)
    slope = share - share * lists.right / good
    gradient = np.einsum("nc,nck->k", slope, lists.figures) / len(score)
    return float(-np.log(good).mean()), gradient
