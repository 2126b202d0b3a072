"""From labelled sets to a calibration: each is indexed, asked, and fitted on by scikit-learn."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from embeddings.errors import ModelError, QuestionError
from embeddings.loaded import as_query, stand_alone
from embeddings.measuring.figures import Outcome, figures
from embeddings.measuring.labelled import Indexed, LabelledSet, index, read_set
from embeddings.measuring.sampling import Asked, Kind, Pool, Sample, fit_mix
from embeddings.question.understanding import check_question
from embeddings.ranking.confidence import Calibration, Story, smallness, value
from embeddings.types import Progress, ProgressCallback
from embeddings.vectors.worker import Priority

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from config.settings import Settings
    from embeddings.vectors.encoder import Encoder

    Values = NDArray[np.float64]

_BY_SIZE = ("lead", "nearer", "passage", "sentence", "tokens")
FEATURES = (
    "covered", "body", "spelt", "worth", "unknown", "length", "early", "lines", "several",
    "fits", "lacks", "says", "lead", "likely", "clear", "nearer", "passage", "sentence", "tokens",
    "meant", "unnamed", "small", *(f"small*{name}" for name in _BY_SIZE),
)  # fmt: skip
"""What the confidence rests on: of what ``features.describe`` offers, what paid on other sets."""
GIVEN = {"unheard": -6.0, "amiss": -3.0}
"""What it rests on that cannot be fitted: few questions of the sets have it."""
ABOUT = ("unknown", "grams", "covered", "present", "passage", "sentence", "length", "early")
"""What tells whether a question is about a story at all."""
MEASURED = (
    "questions", "ece", "auroc", "recall@1", "answer_rate", "precision_at_threshold",
    "false_answer_rate",
)  # fmt: skip
"""What is noted of each set, on questions that were held out."""
FOLDS = 5
UNSUPPORTED = 0.1
"""The share of answers that may be unsupported at the threshold, in corpora of all sizes."""
LEAST_SMALL = 60
"""The most passages of a corpus whose samples decide the threshold of small ones."""
UNRELATED = 0.25
"""The share of questions about other stories that may get a passage of a story asked alone."""
SMALL_SHARE = 0.5
"""What the small corpora cut from a set weigh beside the set itself."""
_WEIGHT = {Kind.OWN: 1.0, Kind.GONE: 0.2, Kind.OTHER: 0.7}


async def calibrate(
    folders: Sequence[Path],
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    progress: ProgressCallback | None = None,
) -> Calibration:
    """Fit the ranking and the confidence of a model on labelled sets.

    Args:
        folders: The sets; the more unlike, the better it will do on others.
        settings: Which model.
        encoder: What makes vectors, in place of the model that the settings name.
        progress: Told how far it is.

    Raises:
        InputError: A set cannot be read.
        ModelError: There are too few questions.
    """
    sets = [(folder.resolve().name, read_set(folder)) for folder in folders]
    async with contextlib.AsyncExitStack() as stack:
        pools: list[Pool] = []
        for name, labelled in sets:
            inside = index(labelled.material, settings, encoder, progress)
            indexed = await stack.enter_async_context(inside)
            pools.append(await _pool(name, labelled, indexed, progress))
        return await asyncio.to_thread(_fit, pools, indexed.models.encoder.model_id)


def _fit(pools: Sequence[Pool], model: str) -> Calibration:
    """Fit what the evidence counts, and then how sure the ranking that it makes may be."""
    mixed = replace(Calibration.fallback(model), mix=fit_mix(pools))
    found = [each for pool in pools for each in replace(pool, calibration=mixed).samples()]
    fitted = fit(found, model)
    return replace(fitted, mix=mixed.mix, coefficients={**fitted.coefficients, **GIVEN})


async def _pool(
    name: str, labelled: LabelledSet, indexed: Indexed, progress: ProgressCallback | None
) -> Pool:
    """Encode the questions of a set that is indexed."""
    row = {name: number for number, name in enumerate(labelled.lines)}  # in their order
    encoder, asked = indexed.models.encoder, list[Asked]()
    for done, question in enumerate(labelled.questions, 1):
        try:
            text = check_question(question.question)
        except QuestionError:
            continue
        text = stand_alone(text, question.before, [indexed.loaded])
        gold = frozenset(row[p] for p in question.para_ids)
        read = await indexed.worker.run(Priority.INDEXING, encoder.read_query, text)
        asked.append(Asked(as_query(text, read), gold, question.answer))
        if progress:
            progress(Progress("ask", done, len(labelled.questions)))
    loaded = indexed.loaded
    return Pool(name, asked, loaded.arrays, labelled.material.documents()[1], loaded.calibration)


def fit(found: Sequence[Sample], model: str) -> Calibration:
    """Fit a logistic regression; every set weighs the same, however many questions it has.

    Args:
        found: The samples.
        model: The id of the model whose vectors they come from.

    Raises:
        ModelError: There are too few samples of one kind.
    """
    if min(sum(s.correct for s in found), sum(not s.correct for s in found)) < FOLDS:
        raise ModelError(
            "Too few questions to calibrate with: it takes some dozens, and some that are missed."
        )
    folds = np.array([(s.group * 2654435761 >> 7) % FOLDS for s in found])  # Knuth's hash
    correct, weight = [s.correct for s in found], _weights(found)
    features = _matrix(found, FEATURES)
    held_out, given = np.zeros(len(found)), _matrix(found, [*GIVEN]) @ [*GIVEN.values()]
    for fold in range(FOLDS):
        rest = folds != fold
        weights, intercept = _logistic(features[rest], np.array(correct)[rest], weight[rest])
        held_out[~rest] = expit(features[~rest] @ weights + intercept + given[~rest])
    rows = [(float(p), s) for p, s in zip(held_out, found, strict=True)]
    whole = [(p, s) for p, s in rows if s.kind is Kind.WHOLE]
    small = [(p, s) for p, s in rows if s.features["small"] >= smallness(LEAST_SMALL)]
    threshold = _threshold(whole)
    weights, intercept = _logistic(features, np.array(correct), weight)
    return Calibration(
        model=model,
        intercept=intercept,
        coefficients=dict(zip(FEATURES, weights.tolist(), strict=True)),
        threshold=threshold,
        note=f"Fitted on {', '.join(sorted({s.source for s in found}))}.",
        figures=_figures(whole, threshold),
        story=_story([s for s in found if s.alone]),
        lenience=max(0.0, threshold - _threshold(small)) if small else 0.0,
    )


def _story(found: Sequence[Sample]) -> Story | None:
    """Fit what tells a question about a story from one about another; None without both."""
    about = np.array([s.kind is Kind.OWN for s in found])
    if not about.any() or about.all():
        return None
    features = _matrix(found, ABOUT)
    balance = np.where(about, 1 / about.sum(), 1 / (~about).sum()) * len(found)
    weights, intercept = _logistic(features, about, balance)
    strangers = expit(features[~about] @ weights + intercept)
    return Story(
        intercept=intercept,
        coefficients=dict(zip(ABOUT, weights.tolist(), strict=True)),
        threshold=float(np.quantile(strangers, 1 - UNRELATED)),
    )


def _weights(found: Sequence[Sample]) -> Values:
    """Return what each sample weighs: every set the same, its small corpora half of that."""
    weight = np.array([_WEIGHT.get(s.kind, 1.0) for s in found])
    for source in {s.source for s in found}:
        for whole in (True, False):
            part = np.array([s.source == source and (s.kind is Kind.WHOLE) == whole for s in found])
            if part.any():
                weight[part] *= (1 if whole else SMALL_SHARE) / weight[part].sum()
    weight *= len(found) / weight.sum()
    return weight


def _matrix(found: Sequence[Sample], names: Sequence[str]) -> Values:
    columns = {k: np.array([s.features[k] for s in found], np.float32) for k in found[0].features}
    return np.array([value(columns, name) for name in names], np.float64).T


def _logistic(features: Values, correct: NDArray[np.bool_], weight: Values) -> tuple[Values, float]:
    """Return the weights, in units of the features, and the intercept."""
    from sklearn.linear_model import LogisticRegression  # not needed to serve

    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=3000)
    model.fit((features - mean) / spread, correct, sample_weight=weight)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ mean)


def _threshold(rows: Sequence[tuple[float, Sample]]) -> float:
    """Return the least confidence above which few enough answers are unsupported.

    Every set weighs the same, or the one with the most questions would decide: of those measured
    with, it has no question without an answer.
    """
    sure, correct = np.array([p for p, _ in rows]), np.array([s.correct for _, s in rows])
    weight = np.array([_WEIGHT.get(s.kind, 1.0) for _, s in rows])
    for source in {s.source for _, s in rows}:
        part = np.array([s.source == source for _, s in rows])
        weight[part] /= part.sum()
    for least in np.arange(0.3, 1.0, 0.005).round(3).tolist():
        given = weight * (sure >= least)
        if given.sum() and 1 - given @ correct / given.sum() <= UNSUPPORTED:
            return float(least)
    return 0.99


def _figures(rows: Sequence[tuple[float, Sample]], threshold: float) -> dict[str, Any]:
    """Return what was measured on each set, on questions that were held out."""
    sources = sorted({s.source for _, s in rows})
    of_sets = {
        source: _of_set([(p, s) for p, s in rows if s.source == source], threshold)
        for source in sources
    }
    return {"folds": FOLDS, "held_out_by": "article"} | of_sets


def _of_set(rows: Sequence[tuple[float, Sample]], threshold: float) -> dict[str, Any]:
    outcomes = [Outcome(s.answerable, 1 if s.correct else None, p, 0.0) for p, s in rows]
    measured = {"questions": len(rows)} | figures(outcomes, threshold)
    noted = {name: measured[name] for name in MEASURED}
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in noted.items()}
