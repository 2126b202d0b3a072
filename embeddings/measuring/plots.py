"""Drawings of an evaluation: the reliability diagram and the risk-coverage curve, by matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embeddings.errors import InputError, StorageError
from embeddings.measuring.figures import calibration_error, reliability, risk_coverage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from embeddings.measuring.figures import Outcome

RELIABILITY = "reliability.png"
RISK_COVERAGE = "risk-coverage.png"
INK, REST = "#1f6f8b", "#9aa5ab"
SIZE = (5.0, 4.2)
"""Inches, at 130 dots each."""
TITLE = 10
"""Size of the letters of a title, in points."""


def ready(folder: Path) -> None:
    """Check, before anything is measured, that drawings can be made and kept in a folder.

    Raises:
        InputError: matplotlib is not installed, or the folder cannot be made.
    """
    try:
        import matplotlib  # noqa: F401, ICN001 - an extra, for this alone
    except ImportError:
        raise InputError(
            "The plots need matplotlib, which is not installed: pip install 'verbatim[plots]'."
        ) from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be made: {error.strerror}.") from None


def draw(outcomes: Sequence[Outcome], threshold: float, folder: Path) -> tuple[Path, ...]:
    """Draw both plots into a folder, as ``reliability.png`` and ``risk-coverage.png``.

    Args:
        outcomes: What each question got, at least one.
        threshold: The confidence from which on it answers.
        folder: Where the files go; see ``ready``.

    Returns:
        The files.

    Raises:
        StorageError: They cannot be written.
    """
    sure = [outcome.confidence for outcome in outcomes]
    right = [outcome.correct for outcome in outcomes]
    figures = {
        RELIABILITY: _reliability(sure, right),
        RISK_COVERAGE: _risk_coverage(sure, right, threshold),
    }
    try:
        for name, figure in figures.items():
            figure.savefig(folder / name, dpi=130)
    except OSError as error:
        raise StorageError(f"The plots cannot be written to {folder}: {error}.") from error
    return tuple(folder / name for name in figures)


def _figure() -> tuple[Figure, Axes]:
    """Return an empty drawing; without pyplot, which would keep it and look for a screen."""
    from matplotlib.figure import Figure  # an extra, for this alone

    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#e6e9ea", linewidth=0.7)
    axes.set_axisbelow(True)
    return figure, axes


def _reliability(sure: Sequence[float], right: Sequence[bool]) -> Figure:
    """Draw the share of right answers against the confidence; the diagonal is the ideal."""
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


def _risk_coverage(sure: Sequence[float], right: Sequence[bool], threshold: float) -> Figure:
    """Draw the share of wrong answers against the share answered, and where the threshold is."""
    figure, axes = _figure()
    points = risk_coverage(sure, right)
    axes.plot([p[0] for p in points], [p[1] for p in points], color=INK, linewidth=1.5)
    answered = sum(value >= threshold for value in sure)
    said = "nothing answered"
    if answered:
        coverage, risk = points[answered - 1]
        axes.plot(coverage, risk, "o", color=INK)
        said = f"{coverage:.0%} answered, {risk:.1%} of them wrong"
    axes.set(xlim=(0, 1), ylim=(0, None))
    axes.set(xlabel="share of questions answered", ylabel="share of wrong answers")
    axes.set_title(f"Risk and coverage, at {threshold:.2f}: {said}", fontsize=TITLE)
    return figure
