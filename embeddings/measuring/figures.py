"""Figures of retrieval, refusal and calibration from the outcomes of questions, and their plots."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.errors import InputError, StorageError

BINS = 10
RELIABILITY = "reliability.png"
RISK_COVERAGE = "risk-coverage.png"
INK, REST = "#1f6f8b", "#9aa5ab"
SIZE = (5.0, 4.2)
"""Size of a plot in inches, at 130 dots an inch."""
TITLE = 10
"""Font size of a plot's title, in points."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one question.

    Attributes:
        answerable: Whether a passage of the set answers.
        rank: Rank of the first passage that answers, from 1; None if it is not among ten.
        confidence: The first passage's confidence, in [0, 1]; 0 without a passage.
        milliseconds: Time that the answer took.
    """

    answerable: bool
    rank: int | None
    confidence: float
    milliseconds: float

    @property
    def correct(self) -> bool:
        """Whether the first passage answers."""
        return self.rank == 1

    def miss(self, threshold: float) -> str | None:
        """Return the error at a threshold: "wrong", "refused", or "answered" where none answers."""
        answers = self.confidence >= threshold
        if not self.answerable:
            return "answered" if answers else None
        if not answers:
            return "refused"
        return None if self.correct else "wrong"


def recall_at(outcomes: Sequence[Outcome], k: int) -> float:
    """Return recall@k: the share of questions whose passage is among the first k."""
    return _mean([o.rank is not None and o.rank <= k for o in outcomes])


def mean_reciprocal_rank(outcomes: Sequence[Outcome], k: int) -> float:
    """Return the mean reciprocal rank, with 0 for ranks beyond k."""
    return _mean([1 / o.rank if o.rank and o.rank <= k else 0.0 for o in outcomes])


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Return the area under the ROC curve; None without both kinds.

    It is the probability that a positive scores above a negative, a tie counting half.
    """
    if not positive or not negative:
        return None
    from sklearn.metrics import roc_auc_score  # takes a second; only eval and calibrate need it

    kinds = [True] * len(positive) + [False] * len(negative)
    return float(roc_auc_score(kinds, [*positive, *negative]))


def calibration_error(confidences: Sequence[float], correct: Sequence[bool]) -> float | None:
    """Return the expected calibration error over ten equal bins (Guo et al., 2017), if any."""
    if not confidences:
        return None
    bins = reliability(confidences, correct)
    return sum(count * abs(sure - share) for sure, share, count in bins) / len(confidences)


def reliability(
    confidences: Sequence[float], correct: Sequence[bool]
) -> list[tuple[float, float, int]]:
    """Return mean confidence, share of correct answers and count, for each non-empty bin of ten."""
    sure, right = np.asarray(confidences, dtype=float), np.asarray(correct, dtype=float)
    number = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    bins = [number == b for b in np.unique(number)]
    return [(float(sure[b].mean()), float(right[b].mean()), int(b.sum())) for b in bins]


def risk_coverage(
    confidences: Sequence[float], correct: Sequence[bool]
) -> list[tuple[float, float]]:
    """Return coverage and risk, the share of wrong answers, for each threshold that matters.

    Questions are answered in order of falling confidence (El-Yaniv and Wiener, 2010).
    """
    order = np.argsort(-np.asarray(confidences, dtype=float), kind="stable")
    wrong = 1 - np.asarray(correct, dtype=float)[order]
    count = np.arange(1, len(order) + 1)
    coverage, risk = count / len(order), np.cumsum(wrong) / count
    return list(zip(coverage.tolist(), risk.tolist(), strict=True))


def figures(outcomes: Sequence[Outcome], threshold: float) -> dict[str, float | int | None]:
    """Return the figures of the contract that need no quotes."""
    asked = [o for o in outcomes if o.answerable]
    none = [o for o in outcomes if not o.answerable]
    answered = [o for o in asked if o.confidence >= threshold]
    return {
        "queries": len(outcomes),
        "answerable": len(asked),
        "unanswerable": len(none),
        **{f"recall@{k}": recall_at(asked, k) for k in (1, 3, 5, 10)},
        "mrr@10": mean_reciprocal_rank(asked, 10),
        "answer_rate": _mean([o.confidence >= threshold for o in asked]),
        "precision_at_threshold": _mean([o.correct for o in answered]) if answered else None,
        "false_answer_rate": _mean([o.confidence >= threshold for o in none]) if none else None,
        "auroc": auroc([o.confidence for o in asked if o.correct], [o.confidence for o in none]),
        "ece": calibration_error([o.confidence for o in outcomes], [o.correct for o in outcomes]),
    }


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    """Return the 50th, 95th and 99th percentiles."""
    values = np.percentile(milliseconds, [50, 95, 99]) if milliseconds else np.zeros(3)
    return dict(zip(("p50", "p95", "p99"), (float(v) for v in values), strict=True))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else 0.0


def figures_by_kind(
    kinds: Sequence[str | None], outcomes: Sequence[Outcome], threshold: float
) -> dict[str, dict[str, float | int]]:
    """Return the number of questions of each kind, and the shares of their outcomes."""
    names = [kind or "" for kind in kinds]
    grouped = {n: [o for k, o in zip(names, outcomes, strict=True) if k == n] for n in names}
    return {
        kind: {
            "queries": len(group),
            "recall@1": recall_at(group, 1),
            "recall@3": recall_at(group, 3),
            "right": _mean([o.answerable and o.miss(threshold) is None for o in group]),
            "wrong": _mean([o.miss(threshold) in {"wrong", "answered"} for o in group]),
            "refused": _mean([o.confidence < threshold for o in group]),
        }
        for kind, group in grouped.items()
    }


def check_plots(folder: Path) -> None:
    """Check, before the measuring, that plots can be drawn and saved.

    Raises:
        InputError: matplotlib is not installed, or the folder cannot be made.
    """
    if find_spec("matplotlib") is None:
        raise InputError(
            "The plots need matplotlib, which is not installed: pip install matplotlib."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be made: {error.strerror}.") from None


def draw_plots(outcomes: Sequence[Outcome], threshold: float, folder: Path) -> tuple[Path, ...]:
    """Save both plots of at least one outcome; return their paths; raises StorageError."""
    sure = [outcome.confidence for outcome in outcomes]
    right = [outcome.correct for outcome in outcomes]
    plots = {
        RELIABILITY: _reliability(sure, right),
        RISK_COVERAGE: _risk_coverage(sure, right, threshold),
    }
    try:
        for name, figure in plots.items():
            figure.savefig(folder / name, dpi=130)
    except OSError as error:
        raise StorageError(f"The plots cannot be written to {folder}: {error}.") from error
    return tuple(folder / name for name in plots)


def _figure() -> tuple[Any, Any]:
    """Return an empty figure and its axes; pyplot would keep it and look for a screen."""
    from matplotlib.figure import Figure  # an optional dependency

    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#e6e9ea", linewidth=0.7)
    axes.set_axisbelow(True)
    return figure, axes


def _reliability(sure: Sequence[float], right: Sequence[bool]) -> Any:
    """Plot the share of right answers over the confidence, beside the ideal diagonal."""
    figure, axes = _figure()
    points = reliability(sure, right)
    axes.plot([0, 1], [0, 1], color=REST, linestyle="--", linewidth=1, label="ideal")
    axes.plot([p[0] for p in points], [p[1] for p in points], color=INK, linewidth=1)
    sizes = [20 + 380 * count / len(sure) for *_, count in points]
    axes.scatter(
        [p[0] for p in points], [p[1] for p in points], sizes, color=INK, alpha=0.8, clip_on=False
    )
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share of right answers")
    gap = calibration_error(sure, right)
    axes.set_title(f"Reliability: expected calibration error {gap:.3f}", fontsize=TITLE)
    return figure


def _risk_coverage(sure: Sequence[float], right: Sequence[bool], threshold: float) -> Any:
    """Plot the share of wrong answers over the share answered, and mark the threshold."""
    figure, axes = _figure()
    points = risk_coverage(sure, right)
    axes.plot([p[0] for p in points], [p[1] for p in points], color=INK, linewidth=1.5)
    answered = sum(value >= threshold for value in sure)
    summary = "nothing answered"
    if answered:
        coverage, risk = points[answered - 1]
        axes.plot(coverage, risk, "o", color=INK)
        summary = f"{coverage:.0%} answered, {risk:.1%} of them wrong"
    axes.set(xlim=(0, 1), ylim=(0, None))
    axes.set(xlabel="share of questions answered", ylabel="share of wrong answers")
    axes.set_title(f"Risk and coverage, at {threshold:.2f}: {summary}", fontsize=TITLE)
    return figure
