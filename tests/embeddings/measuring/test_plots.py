"""The plots of an evaluation: their content, and the errors if they cannot be drawn."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from embeddings.errors import InputError, StorageError
from embeddings.measuring import figures as plots
from embeddings.measuring.figures import Outcome

if TYPE_CHECKING:
    from pathlib import Path

OUTCOMES = [
    Outcome(answerable=True, rank=1, confidence=0.95, milliseconds=1.0),
    Outcome(answerable=True, rank=1, confidence=0.85, milliseconds=1.0),
    Outcome(answerable=True, rank=3, confidence=0.75, milliseconds=1.0),
    Outcome(answerable=False, rank=None, confidence=0.15, milliseconds=1.0),
]
SURE = [o.confidence for o in OUTCOMES]
RIGHT = [o.correct for o in OUTCOMES]


def test_both_plots_are_png_files(tmp_path: Path) -> None:
    drawn = plots.draw_plots(OUTCOMES, 0.5, tmp_path)
    assert [path.name for path in drawn] == ["reliability.png", "risk-coverage.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)


def test_the_reliability_diagram_has_each_bin_that_has_questions_and_names_its_error() -> None:
    (axes,) = plots._reliability(SURE, RIGHT).axes
    points = axes.lines[1].get_xydata()
    assert points.tolist() == [[0.15, 0.0], [0.75, 0.0], [0.85, 1.0], [0.95, 1.0]]
    assert axes.get_title().endswith("0.275")  # (0.05 + 0.15 + 0.75 + 0.15) / 4


def test_the_risk_coverage_curve_goes_from_the_surest_to_all_and_marks_the_threshold() -> None:
    (axes,) = plots._risk_coverage(SURE, RIGHT, 0.5).axes
    points = axes.lines[0].get_xydata()
    assert points.tolist() == [[0.25, 0.0], [0.5, 0.0], [0.75, 1 / 3], [1.0, 0.5]]
    assert axes.lines[1].get_xydata().tolist() == [[0.75, 1 / 3]]
    assert axes.get_title().endswith("at 0.50: 75% answered, 33.3% of them wrong")


def test_a_threshold_that_nothing_reaches_is_not_marked() -> None:
    (axes,) = plots._risk_coverage(SURE, RIGHT, 0.99).axes
    assert len(axes.lines) == 1
    assert axes.get_title().endswith("at 0.99: nothing answered")


def test_the_folder_is_made(tmp_path: Path) -> None:
    plots.check_plots(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_folder_that_is_a_file_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(InputError, match="cannot be made"):
        plots.check_plots(tmp_path / "a")


def test_without_matplotlib_the_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match="pip install matplotlib"):
        plots.check_plots(tmp_path)


def test_a_folder_that_vanished_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        plots.draw_plots(OUTCOMES, 0.5, tmp_path / "gone")
