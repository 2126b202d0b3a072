"""Fits what each kind of evidence counts for a model, on labelled sets; by scipy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from embeddings.errors import ModelError
from embeddings.ranking.confidence import Marks, Mix
from embeddings.ranking.evidence import speaking
from embeddings.ranking.ranker import evidence_for, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from embeddings.measuring.sampling import Pool

    Values = NDArray[np.float64]

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
