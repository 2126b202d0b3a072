"""Fits the confidence on labelled questions; the only place that needs scikit-learn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.confidence import Calibration
from embeddings.errors import ModelError
from embeddings.metrics import auroc, calibration_error
from embeddings.ranker import rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from embeddings.evidence import Arrays, Query

    Values = NDArray[np.float64]

FEATURES = ("covered", "grams", "early", "length", "several", "lacks", "lead", "away")
"""What the confidence rests on: of what ``ranker.describe`` offers, what paid on other sets."""
FOLDS = 5
UNSUPPORTED = 0.1
"""The share of answers that may be unsupported at the threshold."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A labelled question: its vector, and the rows of the passages that answer it."""

    query: Query
    gold: frozenset[int]


@dataclass(frozen=True, slots=True)
class Sample:
    """The first passage that a question got.

    Attributes:
        source: The set that the question is of.
        group: What must not be split between fitting and testing: the article that answers.
        answerable: Whether some passage that was searched answers.
        correct: Whether the first does.
        features: What is known of the first.
    """

    source: str
    group: int
    answerable: bool
    correct: bool
    features: Mapping[str, float]


def samples(source: str, asked: Iterable[Asked], arrays: Arrays) -> Iterator[Sample]:
    """Ask the questions of a set, and yield what came first.

    Args:
        source: Name of the set.
        asked: Its questions.
        arrays: Its passages.
    """
    for number, question in enumerate(asked):
        own = min(question.gold, default=-1)
        ranking = rank(question.query, arrays, limit=1, fold=False)
        for first in ranking.candidates:
            yield Sample(
                source=source,
                group=int(arrays.article_of[own]) if own >= 0 else -1 - number,
                answerable=bool(question.gold),
                correct=first.passage in question.gold,
                features={name: first.features[name] for name in FEATURES},
            )


def fit(found: Sequence[Sample], model: str) -> Calibration:
    """Fit a logistic regression; every set weighs the same, however many questions it has.

    Args:
        found: The samples.
        model: The id of the model whose vectors they come from.

    Raises:
        ModelError: scikit-learn is missing, or there are too few samples of one kind.
    """
    if min(sum(s.correct for s in found), sum(not s.correct for s in found)) < FOLDS:
        raise ModelError(
            "Too few questions to calibrate with: it takes some dozens, and some that are missed."
        )
    folds = np.array([(s.group * 2654435761 >> 7) % FOLDS for s in found])  # Knuth's hash
    held_out = np.zeros(len(found))
    for fold in range(FOLDS):
        there = folds == fold
        weights, intercept = _logistic([s for s, t in zip(found, there, strict=True) if not t])
        held_out[there] = _probability(_matrix(found)[there], weights, intercept)
    threshold = _threshold(found, held_out)
    weights, intercept = _logistic(found)
    return Calibration(
        model=model,
        intercept=intercept,
        coefficients=dict(zip(FEATURES, weights.tolist(), strict=True)),
        threshold=threshold,
        note=f"Fitted on {', '.join(sorted({s.source for s in found}))}.",
        figures=_figures(found, held_out, threshold),
    )


def _matrix(found: Sequence[Sample]) -> Values:
    return np.array([[s.features[name] for name in FEATURES] for s in found], np.float64)


def _logistic(found: Sequence[Sample]) -> tuple[Values, float]:
    """Return the weights, in units of the features, and the intercept."""
    try:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - not needed to serve
    except ImportError:
        raise ModelError(
            "calibrate needs scikit-learn: install it with pip install scikit-learn."
        ) from None
    features = _matrix(found)
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    counts = Counter(s.source for s in found)
    weight = np.array([len(found) / counts[s.source] / len(counts) for s in found])
    model = LogisticRegression(max_iter=1000)
    model.fit((features - mean) / spread, [s.correct for s in found], sample_weight=weight)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ mean)


def _probability(features: Values, weights: Values, intercept: float) -> Values:
    return np.asarray(1 / (1 + np.exp(-(features @ weights + intercept))), np.float64)


def _threshold(found: Sequence[Sample], sure: Values) -> float:
    """Return the least confidence above which few enough answers are unsupported."""
    correct = np.array([s.correct for s in found])
    for least in np.arange(0.3, 1.0, 0.005).round(3).tolist():
        answers = correct[sure >= least]
        if len(answers) and 1 - answers.mean() <= UNSUPPORTED:
            return float(least)
    return 0.99


def _figures(found: Sequence[Sample], sure: Values, threshold: float) -> dict[str, Any]:
    """Return what was measured on each set, on questions that were held out."""
    figures: dict[str, Any] = {"folds": FOLDS, "held_out_by": "article"}
    for source in sorted({s.source for s in found}):
        rows = [(float(p), s) for p, s in zip(sure, found, strict=True) if s.source == source]
        figures[source] = _of_set(rows, threshold)
    return figures


def _of_set(rows: Sequence[tuple[float, Sample]], threshold: float) -> dict[str, Any]:
    asked = [(p, s) for p, s in rows if s.answerable]
    none = [p for p, s in rows if not s.answerable]
    answers = [s.correct for p, s in asked if p >= threshold]
    measured = {
        "questions": len(rows),
        "ece": calibration_error([p for p, _ in rows], [s.correct for _, s in rows]),
        "auroc": auroc([p for p, s in asked if s.correct], none),
        "answer_rate": len(answers) / max(len(asked), 1),
        "precision_at_threshold": float(np.mean(answers)) if answers else None,
        "false_answer_rate": float(np.mean(np.array(none) >= threshold)) if none else None,
    }
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in measured.items()}
