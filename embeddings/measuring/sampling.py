"""Asks the questions of labelled sets, whole and cut small, and fits the evidence's weights."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import ModelError
from embeddings.lexical import bm25 as lexical
from embeddings.lexical.arrays import Ints, gather, to_offsets
from embeddings.lexical.words import Document
from embeddings.ranking.confidence import Calibration, Marks, Mix
from embeddings.ranking.evidence import Arrays, describe_sentences
from embeddings.ranking.maxsim import Encoding
from embeddings.ranking.ranker import find_candidates, rank, read_terms
from embeddings.vectors.index import VectorIndex

Values = NDArray[np.float64]

SIZES = (1, 1, 2, 3, 5, 8, 15, 30, 80)
"""Number of articles of the small corpora, in turn."""
CORPORA = 200
"""Number of small corpora cut from each set."""
EACH = 6
"""Most questions of each kind asked of one small corpus."""


class Relation(StrEnum):
    """The relation of a question to the corpus that it is asked of."""

    WHOLE = "whole"
    """Asked of the whole set."""
    OWN = "own"
    """Asked of a small corpus that contains the passage."""
    GONE = "gone"
    """Asked of a small corpus that contains the article but not the passage."""
    OTHER = "other"
    """Asked of a small corpus that contains nothing relevant."""


@dataclass(frozen=True, slots=True)
class LabelledQuery:
    """An encoded question, the rows of the passages that answer it, and the answer's words."""

    query: Encoding
    gold: frozenset[int]
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """The first passage that is found for a question.

    Attributes:
        source: The name of the question's set.
        group: The article that answers: no fit is tested on samples of an article that it saw.
        answerable: Whether the searched passages contain an answer.
        correct: Whether the first passage answers.
        features: The features of the first passage.
        relation: The relation of the question to the corpus.
        alone: Whether the corpus is one article.
    """

    source: str
    group: int
    answerable: bool
    correct: bool
    features: Mapping[str, float]
    relation: Relation = Relation.WHOLE
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """A labelled set of the name ``source``, indexed, with its questions encoded.

    ``documents`` are the passages that its lexical index was built from; ``calibration`` ranks.
    """

    source: str
    questions: Sequence[LabelledQuery]
    arrays: Arrays
    documents: Sequence[Document]
    calibration: Calibration

    def samples(self) -> Iterator[Sample]:
        """Ask all questions of the whole set, and some of them of small corpora."""
        whole = np.arange(len(self.documents))
        for number in range(len(self.questions)):
            yield from self._ask(number, self.arrays, whole, Relation.WHOLE)
        for corpus in range(CORPORA):
            chance = random.Random(corpus)  # noqa: S311 - reproducible on purpose
            yield from self._sample_small(chance, SIZES[corpus % len(SIZES)])

    def _sample_small(self, chance: random.Random, size: int) -> Iterator[Sample]:
        """Cut a small corpus of ``size`` articles at random, and ask it questions of all kinds."""
        article_of = self.arrays.article_of
        answerable = [q for q in self.questions if q.gold]
        articles = {int(article_of[min(chance.choice(answerable).gold)])}
        count = int(article_of[-1]) + 1
        articles |= set(chance.sample(range(count), min(size, count) - 1))
        rows = np.flatnonzero(np.isin(article_of, list(articles)))
        inside = set(rows.tolist())
        own = [i for i, q in enumerate(self.questions) if q.gold and q.gold <= inside]
        other = [i for i, q in enumerate(self.questions) if not q.gold & inside]
        alone, cut = len(articles) == 1, self.cut(rows)
        for number in chance.sample(own, min(EACH, len(own))):
            yield from self._ask(number, cut, rows, Relation.OWN, alone=alone)
        for number in chance.sample(other, min(EACH, len(other))):
            yield from self._ask(number, cut, rows, Relation.OTHER, alone=alone)
        for number in chance.sample(own, min(EACH // 2, len(own))):
            remaining = np.setdiff1d(rows, list(self.questions[number].gold))
            if len(remaining) > 1:
                yield from self._ask(number, self.cut(remaining), remaining, Relation.GONE)

    def _ask(
        self, row: int, arrays: Arrays, rows: Ints, relation: Relation, *, alone: bool = False
    ) -> Iterator[Sample]:
        """Ask the question of a row; yield a sample unless no passage is found."""
        question = self.questions[row]
        first_gold = min(question.gold, default=-1)
        ranked = rank(question.query, arrays, calibration=self.calibration, limit=1, fold=False)
        for first in ranked:
            yield Sample(
                source=self.source,
                group=int(self.arrays.article_of[first_gold]) if first_gold >= 0 else -1 - row,
                answerable=bool(question.gold) and relation in {Relation.WHOLE, Relation.OWN},
                correct=int(rows[first.passage]) in question.gold,
                features=first.features,
                relation=relation,
                alone=alone,
            )

    def cut(self, rows: Ints) -> Arrays:
        """Return the arrays of a corpus of some passages, at least one, their rows ascending."""
        whole = self.arrays
        lines = gather(whole.first_sentence, rows)[0]
        passages, sentences = whole.passages[rows], whole.sentences[lines]
        _, article_of = np.unique(whole.article_of[rows], return_inverse=True)
        return Arrays(
            passages=passages,
            sentences=sentences,
            first_sentence=to_offsets(np.diff(whole.first_sentence)[rows]),
            article_of=article_of.astype(np.int32),
            lexical=lexical.build([self.documents[row] for row in rows]),
            passage_index=VectorIndex(passages),
            sentence_index=VectorIndex(sentences),
            tokens=whole.tokens and whole.tokens.of(rows, whole.article_of[rows]),
        )


WEIGHTS = ("grams", "passage", "sentence", "covered", "early", "tokens", "opens")
"""The evidence whose weights are fitted; sets in one language cannot fit ``foreign``."""
ALIKE_SHARE = 1e-4
"""The share of passage pairs, the most similar ones, among which copies are searched."""
ROUNDS = 3
"""Rounds of the fit, since it decides which candidates are best, and only their tokens are read."""
PENALTY = 2e-5
"""L2 penalty of the weights, so that useless evidence gets a weight near 0."""
BEST_ODDS = 6.0
"""The odds of the best sentence against the last one that is still marked with it."""


class Lists(NamedTuple):
    """Lists of candidates, one after the other: their features, and which of them are right."""

    features: Values  # [n, k]
    right: NDArray[np.bool_]  # [n]
    first: Ints  # the first candidate of each list


def fit_mix(pools: Sequence[Pool]) -> Mix:
    """Fit the weights of evidence and of marks by listwise softmax regression.

    Every set has the same weight. No weight is below 0.

    Raises:
        ModelError: No question has its passage among the candidates.
    """
    alike = round(max(_find_alike(pool.arrays.passages) for pool in pools), 2)
    mix = Mix(alike=alike)
    for _ in range(ROUNDS):
        lists = [_chain(list(_list_candidates(pool, mix))) for pool in pools]
        fitted = dict(zip(WEIGHTS, _fit_weights(lists).tolist(), strict=True))
        rounded = {name: round(value, 2) for name, value in fitted.items()}
        mix = replace(mix, weights=replace(mix.weights, **rounded))
    sentences = [list(_list_sentences(pool)) for pool in pools]
    return replace(mix, marks=_fit_marks(sentences)) if all(sentences) else mix


def _find_alike(vectors: NDArray[np.float32]) -> float:
    """Return the cosine that only ALIKE_SHARE of the pairs of passages exceed."""
    pairs = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    return float(np.quantile(pairs, 1 - ALIKE_SHARE))


def _fit_marks(sets: Sequence[list[tuple[Values, NDArray[np.bool_]]]]) -> Marks:
    cosine, news, long, before, fits = _fit_weights([*map(_chain, sets)])
    parts = np.round(np.array([news, long, before, fits, np.log(BEST_ODDS)]) / cosine, 4)
    return Marks(*parts.tolist())


def _list_candidates(pool: Pool, mix: Mix) -> Iterator[tuple[Values, NDArray[np.bool_]]]:
    """Yield the features of each question's candidates, and which candidates answer."""
    for question in pool.questions:
        if question.gold:
            _, evidence, *_ = find_candidates(question.query, pool.arrays, mix)
            figures = np.stack([evidence.figures[name] for name in WEIGHTS], axis=1)
            right = np.isin(evidence.passages, list(question.gold))
            if right.any():
                yield figures.astype(np.float64), right


def _list_sentences(pool: Pool) -> Iterator[tuple[Values, NDArray[np.bool_]]]:
    """Yield the evidence for each sentence of an answering passage, and which contain the answer.

    Passages in which all sentences contain it, or none, are left out.
    """
    for question in pool.questions:
        if question.gold and question.answer:
            row = min(question.gold)
            sentences = pool.documents[row].sentences
            right = np.array([question.answer.lower() in each.lower() for each in sentences])
            if right.any() and not right.all():
                terms = read_terms(question.query.text, pool.arrays.lexical)
                figures = describe_sentences(question.query, terms, pool.arrays, row)
                yield figures.astype(np.float64), right


def _chain(lists: Sequence[tuple[Values, NDArray[np.bool_]]]) -> Lists:
    if not lists:
        raise ModelError("No question of a set has its passage among the candidates: no fit.")
    features, right = map(np.concatenate, zip(*lists, strict=True))
    return Lists(features, right, to_offsets([len(own) for _, own in lists])[:-1])


def _fit_weights(sets: Sequence[Lists]) -> Values:
    """Return the weights of maximum likelihood, penalised and at least 0, float64 [k]."""
    from scipy.optimize import minimize  # not needed to serve

    def loss(weights: Values) -> tuple[float, Values]:
        parts = [_loss(each, weights) for each in sets]
        value = sum(part[0] for part in parts) + PENALTY * weights @ weights
        return float(value), sum(part[1] for part in parts) + 2 * PENALTY * weights

    count = sets[0].features.shape[1]
    start, bounds = np.ones(count), [(0.0, None)] * count
    return np.asarray(minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x)


def _loss(lists: Lists, weights: Values) -> tuple[float, Values]:
    """Return the mean negative log probability of the right candidates, and its gradient."""
    features, right, first = lists
    sizes = np.diff(first, append=len(right))
    score = features @ weights
    odds = np.exp(score - np.repeat(np.maximum.reduceat(score, first), sizes))
    share = odds / np.repeat(np.add.reduceat(odds, first), sizes)
    good = np.maximum(np.add.reduceat(share * right, first), 1e-300)
    slope = share - share * right / np.repeat(good, sizes)
    return float(-np.log(good).mean()), slope @ features / len(first)
