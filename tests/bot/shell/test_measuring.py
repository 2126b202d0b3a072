"""The command eval: its figures as one document, its misses in a file, its plots in a folder."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from embeddings.errors import ModelError
from embeddings.measuring.figures import Outcome, figures, percentiles
from embeddings.ranking.confidence import Calibration
from tests.bot.shell.stage import Stage

OUTCOMES = (
    Outcome(answerable=True, rank=1, confidence=0.9, milliseconds=3.0),
    Outcome(answerable=True, rank=2, confidence=0.6, milliseconds=4.0),
    Outcome(answerable=False, rank=None, confidence=0.2, milliseconds=5.0),
)
FIGURES = figures(OUTCOMES, 0.5) | {
    "passages": 9,
    "quote_fidelity": 1.0,
    "milliseconds": percentiles([3.0, 4.0, 5.0]),
    "threshold": 0.5,
    "model": "fake",
}
KEYS = {
    *("queries", "answerable", "unanswerable", "passages"),
    *("recall@1", "recall@3", "recall@5", "recall@10", "mrr@10"),
    *("answer_rate", "precision_at_threshold", "false_answer_rate", "auroc", "ece"),
    *("quote_fidelity", "milliseconds", "threshold", "model"),
}


MISS = {
    "qid": "q2",
    "question": "Où ?",
    "gold": ["Ici."],
    "first": "Là.",
    "rank": 2,
    "confidence": 0.6,
}


@pytest.fixture
def stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Stage:
    """Have the program in a folder with a labelled set, and an evaluation that is made up."""
    (tmp_path / "set").mkdir()
    made = Stage(tmp_path, monkeypatch, capsys)
    made.patch.setitem(sys.modules, "embeddings.measuring.evaluate", Evaluating())
    made.patch.setenv("VERBATIM_LANGUAGE", "en")
    return made


class Evaluating(ModuleType):
    """Stands for the module that measures, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__("embeddings.measuring.evaluate")
        self.limit: int | None = None

    async def evaluate(
        self, folder: Path, settings: Any, *, limit: int | None, progress: Any
    ) -> Any:
        self.limit = limit
        return SimpleNamespace(figures=FIGURES, outcomes=OUTCOMES, misses=(MISS,))


def test_eval_writes_the_figures_of_the_contract(stage: Stage) -> None:
    said = stage.run("eval", "set", "--json")
    assert (said.code, set(said.document)) == (0, KEYS)
    assert set(said.document["milliseconds"]) == {"p50", "p95", "p99"}


def test_eval_shows_people_a_table(stage: Stage) -> None:
    assert "recall@1\t0.500\tshare of questions" in stage.run("eval", "set").out


def test_the_limit_reaches_the_evaluation(stage: Stage) -> None:
    stage.run("eval", "set", "--limit", "7")
    assert sys.modules["embeddings.measuring.evaluate"].limit == 7


def test_each_miss_is_a_line_with_the_question_the_gold_and_what_came_first(stage: Stage) -> None:
    stage.run("eval", "set", "--misses", "misses.jsonl")
    (line,) = Path("misses.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == MISS


def test_a_link_stays_a_link_to_what_is_written(stage: Stage) -> None:
    Path("link").symlink_to("misses.jsonl")
    stage.run("eval", "set", "--misses", "link")
    assert Path("link").is_symlink()
    assert json.loads(Path("misses.jsonl").read_text(encoding="utf-8")) == MISS


def test_the_plots_are_drawn_and_named_beside_the_document(stage: Stage) -> None:
    said = stage.run("eval", "set", "--plots", "drawn", "--json")
    names = ["drawn/reliability.png", "drawn/risk-coverage.png"]
    assert said.err.splitlines() == names
    assert all(Path(name).read_bytes().startswith(b"\x89PNG") for name in names)
    assert set(said.document) == KEYS


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["eval"], "DIR"),
        (["eval", "nowhere"], "'nowhere' does not exist"),
        (["eval", "set", "--limit", "0"], "--limit"),
        (["eval", "set", "--misses", "no/such/folder"], "no/such does not exist; make it"),
        (["eval", "set", "--misses", "set"], "is a directory"),
        (["eval", "set", "--plots", "file/below"], "cannot be made"),
    ],
)
def test_a_mistake_is_told_before_anything_is_measured(
    stage: Stage, arguments: list[str], reason: str
) -> None:
    Path("file").touch()
    said = stage.run(*arguments, "--json")
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert reason in said.err
    assert sys.modules["embeddings.measuring.evaluate"].limit is None


FITTED = Calibration("fake", -1.0, {"lead": 2.0}, 0.55, "Fitted on set.", {"set": {"ece": 0.04}})


class Fitting(ModuleType):
    """Stands for the module that fits, and keeps what it was given."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__("embeddings.measuring.calibrate")
        self.folders: tuple[Path, ...] = ()
        self.error = error

    async def calibrate(self, folders: tuple[Path, ...], settings: Any, *, progress: Any) -> Any:
        self.folders = folders
        if self.error:
            raise self.error
        return FITTED


def fitting(stage: Stage, error: Exception | None = None) -> Fitting:
    made = Fitting(error)
    stage.patch.setitem(sys.modules, "embeddings.measuring.calibrate", made)
    return made


def test_calibrate_writes_a_file_that_the_settings_take(stage: Stage) -> None:
    made = fitting(stage)
    said = stage.run("calibrate", "set", "--output", "c.json", "--json")
    assert (said.code, made.folders) == (0, (Path("set"),))
    assert Calibration.load(Path("c.json")) == FITTED
    Path("usual").touch()  # another user may run the bot
    assert Path("c.json").stat().st_mode == Path("usual").stat().st_mode
    assert said.document == FITTED.document()


def test_calibrate_shows_people_its_figures(stage: Stage) -> None:
    fitting(stage)
    out = stage.run("calibrate", "set", "--output", "c.json").out
    assert "threshold\t0.550" in out
    assert "set: ece\t0.040" in out
    assert "Fitted on set." in out
    stage.patch.setenv("VERBATIM_LANGUAGE", "fr")
    out = stage.run("calibrate", "set", "--output", "c.json").out
    assert "Ajusté sur set." in out


def test_a_calibration_that_fails_leaves_the_file_that_was_there(stage: Stage) -> None:
    fitting(stage, ModelError("Too few questions."))
    Path("c.json").write_text("before", encoding="utf-8")
    said = stage.run("calibrate", "set", "--output", "c.json")
    assert (said.code, said.err) == (2, "Too few questions.\n")
    assert Path("c.json").read_text(encoding="utf-8") == "before"
    stage.run("calibrate", "set", "--output", "new.json")
    assert not Path("new.json").exists()


@pytest.mark.parametrize("command", ["calibrate set --output", "eval set --misses"])
def test_a_full_disk_leaves_the_file_that_was_there(stage: Stage, command: str) -> None:
    fitting(stage)
    Path("f.json").write_text("before", encoding="utf-8")
    stage.patch.setattr(os, "fsync", Mock(side_effect=OSError(errno.ENOSPC, "No space left")))
    said = stage.run(*command.split(), "f.json")
    assert (said.code, Path("f.json").read_text(encoding="utf-8")) == (1, "before")
    assert "the disk is full" in said.err
    assert [path.name for path in Path().iterdir() if path.is_file()] == ["f.json"]


def test_a_file_that_cannot_be_written_is_told_before_anything_is_fitted(stage: Stage) -> None:
    made = fitting(stage)
    said = stage.run("calibrate", "set", "--output", "no/such/folder")
    assert said.code == 2
    assert "no/such does not exist; make it" in said.err
    assert made.folders == ()
