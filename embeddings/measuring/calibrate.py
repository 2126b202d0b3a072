"""Fits a calibration: indexes labelled sets, asks their questions, and fits with scikit-learn."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from config.settings import Settings
from embeddings.errors import ModelError, QuestionError
from embeddings.loaded import stand_alone
from embeddings.measuring.figures import Outcome, figures
from embeddings.measuring.labelled import Indexed, LabelledSet, index, read_set
from embeddings.measuring.sampling import LabelledQuery, Pool, Relation, Sample, Values, fit_mix
from embeddings.question.understanding import check_question
from embeddings.ranking.confidence import Calibration, Relevance, get_feature, smallness
from embeddings.threads import Priority
from embeddings.types import Progress, ProgressCallback
from embeddings.vectors.models import Encoder

_BY_SIZE = ("lead", "nearer", "passage", "sentence", "tokens")
FEATURES = (
    "covered", "body", "spelt", "worth", "unknown", "length", "early", "lines", "several",
    "fits", "lacks", "says", "lead", "likely", "clear", "nearer", "passage", "sentence", "tokens",
    "meant", "unnamed", "small", *(f"small*{name}" for name in _BY_SIZE),
)  # fmt: skip
"""Features of the confidence: those of ``features.describe`` that helped on sets not fitted on."""
FIXED = {"unheard": -6.0, "amiss": -3.0}
"""Features with a fixed weight, since too few questions of the sets have them to fit it."""
STORY = ("unknown", "grams", "covered", "present", "passage", "sentence", "length", "early")
"""Features that show whether a question is about an article at all."""
MEASURED = (
    "questions", "ece", "auroc", "recall@1", "answer_rate", "precision_at_threshold",
    "false_answer_rate",
)  # fmt: skip
"""Figures to record for each set, measured on held-out questions."""
FOLDS = 5
UNSUPPORTED = 0.1
"""Share of answers that may be unsupported at the threshold, in corpora of any size."""
LEAST_SMALL = 60
"""Most passages of a small corpus, whose samples set the threshold of small corpora."""
UNRELATED = 0.25
"""Share of questions about other articles that may get a passage of an article asked alone."""
SMALL_SHARE = 0.5
"""Weight of all small corpora cut from a set, relative to the set."""
_WEIGHT = {Relation.OWN: 1.0, Relation.GONE: 0.2, Relation.OTHER: 0.7}


async def calibrate(
    folders: Sequence[Path],
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    progress: ProgressCallback | None = None,
) -> Calibration:
    """Fit the ranking and the confidence of a model on labelled sets.

    The more the sets differ, the better the fit does on others. ``encoder`` replaces the one that
    the settings name.

    Raises:
        InputError: A set cannot be read.
        ModelError: The sets have too few questions.
    """
    sets = [(folder.resolve().name, read_set(folder)) for folder in folders]
    async with contextlib.AsyncExitStack() as stack:
        pools: list[Pool] = []
        for name, labelled in sets:
            inside = index(labelled.material, settings, encoder, progress)
            indexed = await stack.enter_async_context(inside)
            pools.append(await _encode_set(name, labelled, indexed, progress))
        return await asyncio.to_thread(_fit, pools, indexed.models.encoder.model_id)


def _fit(pools: Sequence[Pool], model: str) -> Calibration:
    """Fit the weights of the evidence, then the confidence of the ranking that they make."""
    mixed = replace(Calibration.fallback(model), mix=fit_mix(pools))
    samples = [s for pool in pools for s in replace(pool, calibration=mixed).samples()]
    fitted = fit(samples, model)
    return replace(fitted, mix=mixed.mix, coefficients={**fitted.coefficients, **FIXED})


async def _encode_set(
    name: str, labelled: LabelledSet, indexed: Indexed, progress: ProgressCallback | None
) -> Pool:
    """Encode the questions of an indexed set."""
    row = {name: number for number, name in enumerate(labelled.texts)}  # in the index's order
    encoder, questions = indexed.models.encoder, list[LabelledQuery]()
    for done, question in enumerate(labelled.questions, 1):
        try:
            text = check_question(question.question)
        except QuestionError:
            continue
        text = stand_alone(text, question.before, [indexed.loaded])
        gold = frozenset(row[p] for p in question.para_ids)
        encoding = await indexed.worker.run(Priority.INDEXING, encoder.encode_query, text)
        questions.append(LabelledQuery(encoding, gold, question.answer))
        if progress:
            progress(Progress("ask", done, len(labelled.questions)))
    loaded = indexed.loaded
    _, documents = labelled.material.plan_documents()
    return Pool(name, questions, loaded.arrays, documents, loaded.calibration)


def fit(samples: Sequence[Sample], model: str) -> Calibration:
    """Fit the confidence; every set has the same weight. Raises ModelError for too few samples."""
    if min(sum(s.correct for s in samples), sum(not s.correct for s in samples)) < FOLDS:
        raise ModelError(
            "Too few questions to calibrate with: it takes some dozens, and some that are missed."
        )
    folds = np.array([(s.group * 2654435761 >> 7) % FOLDS for s in samples])  # Knuth's hash
    correct, weight = [s.correct for s in samples], _weigh(samples)
    features = _stack(samples, FEATURES)
    held_out, fixed = np.zeros(len(samples)), _stack(samples, [*FIXED]) @ [*FIXED.values()]
    for fold in range(FOLDS):
        train = folds != fold
        weights, intercept = _regress(features[train], np.array(correct)[train], weight[train])
        held_out[~train] = expit(features[~train] @ weights + intercept + fixed[~train])
    rows = [(float(p), s) for p, s in zip(held_out, samples, strict=True)]
    whole = [(p, s) for p, s in rows if s.relation is Relation.WHOLE]
    small = [(p, s) for p, s in rows if s.features["small"] >= smallness(LEAST_SMALL)]
    threshold = _find_threshold(whole)
    weights, intercept = _regress(features, np.array(correct), weight)
    return Calibration(
        model=model,
        intercept=intercept,
        coefficients=dict(zip(FEATURES, weights.tolist(), strict=True)),
        threshold=threshold,
        note=f"Fitted on {', '.join(sorted({s.source for s in samples}))}.",
        figures=_measure(whole, threshold),
        story=_fit_relevance([s for s in samples if s.alone]),
        lenience=max(0.0, threshold - _find_threshold(small)) if small else 0.0,
    )


def _fit_relevance(samples: Sequence[Sample]) -> Relevance | None:
    """Fit the features that tell questions about an article from others; None if one is missing."""
    about = np.array([s.relation is Relation.OWN for s in samples])
    if not about.any() or about.all():
        return None
    features = _stack(samples, STORY)
    balance = np.where(about, 1 / about.sum(), 1 / (~about).sum()) * len(samples)
    weights, intercept = _regress(features, about, balance)
    unrelated = expit(features[~about] @ weights + intercept)
    return Relevance(
        intercept=intercept,
        coefficients=dict(zip(STORY, weights.tolist(), strict=True)),
        threshold=float(np.quantile(unrelated, 1 - UNRELATED)),
    )


def _weigh(samples: Sequence[Sample]) -> Values:
    """Return each sample's weight: sets weigh the same, and their small corpora SMALL_SHARE."""
    weight = np.array([_WEIGHT.get(s.relation, 1.0) for s in samples])
    sources = np.array([s.source for s in samples])
    is_whole = np.array([s.relation is Relation.WHOLE for s in samples])
    for source in set(sources.tolist()):
        for whole in (True, False):
            part = (sources == source) & (is_whole == whole)
            if part.any():
                weight[part] *= (1 if whole else SMALL_SHARE) / weight[part].sum()
    weight *= len(samples) / weight.sum()
    return weight


def _stack(rows: Sequence[Sample], names: Sequence[str]) -> Values:
    columns = {k: np.array([s.features[k] for s in rows], np.float32) for k in rows[0].features}
    return np.array([get_feature(columns, name) for name in names], np.float64).T


def _regress(features: Values, correct: NDArray[np.bool_], weight: Values) -> tuple[Values, float]:
    """Fit a logistic regression; return its weights, in units of the features, and intercept."""
    from sklearn.linear_model import LogisticRegression  # serving does not need it

    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=3000)
    model.fit((features - mean) / spread, correct, sample_weight=weight)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ mean)


def _find_threshold(rows: Sequence[tuple[float, Sample]]) -> float:
    """Return the lowest confidence from which few enough answers are unsupported.

    Every set has the same weight, or the one with most questions would decide, and of the sets used
    that one has no unanswerable questions.
    """
    sure, correct = np.array([p for p, _ in rows]), np.array([s.correct for _, s in rows])
    weight = np.array([_WEIGHT.get(s.relation, 1.0) for _, s in rows])
    for source in {s.source for _, s in rows}:
        part = np.array([s.source == source for _, s in rows])
        weight[part] /= part.sum()
    for threshold in np.arange(0.3, 1.0, 0.005).round(3).tolist():
        answered = weight * (sure >= threshold)
        if answered.sum() and 1 - answered @ correct / answered.sum() <= UNSUPPORTED:
            return float(threshold)
    return 0.99


def _measure(rows: Sequence[tuple[float, Sample]], threshold: float) -> dict[str, Any]:
    """Return the figures of each set, measured on held-out questions."""
    sources = sorted({s.source for _, s in rows})
    of_sets = {
        source: _measure_set([(p, s) for p, s in rows if s.source == source], threshold)
        for source in sources
    }
    return {"folds": FOLDS, "held_out_by": "article"} | of_sets


def _measure_set(rows: Sequence[tuple[float, Sample]], threshold: float) -> dict[str, Any]:
    outcomes = [Outcome(s.answerable, 1 if s.correct else None, p, 0.0) for p, s in rows]
    measured = {"questions": len(rows)} | figures(outcomes, threshold)
    recorded = {name: measured[name] for name in MEASURED}
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in recorded.items()}
