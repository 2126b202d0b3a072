"""Adding articles automatically: proposed, confirmed once no other writer is busy, logged once."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from embeddings.errors import (
    BrokenQuestion,
    BusyError,
    GateError,
    InputError,
    StorageError,
    UnknownProposal,
)
from embeddings.watching.watched import WatchedFolder
from embeddings.watching.watcher import Watcher, take
from tests.embeddings.intake import FakeIntake
from tests.records import records_in


@pytest.fixture
def intake() -> FakeIntake:
    return FakeIntake()


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embeddings.watching.watcher.FIRST_WAIT", 0.001)


async def test_new_articles_are_proposed_and_then_confirmed(intake: FakeIntake) -> None:
    taken = await take(intake, ["a.md", "b.md"])
    assert intake.confirmed == [["a.md", "b.md"]]
    assert taken.rejected == {}


async def test_known_articles_change_nothing_and_leave_no_proposal(
    intake: FakeIntake,
) -> None:
    await take(intake, ["same.md"])
    assert intake.confirmed == []
    assert intake.dropped == ["0"]


async def test_an_unreadable_input_is_returned_with_the_reason(intake: FakeIntake) -> None:
    taken = await take(intake, ["a.md", "bad.md"])
    assert taken.rejected == {"bad.md": "bad.md is not read here."}
    assert not taken.is_refused


async def test_a_busy_writer_is_waited_for_without_reading_again(
    intake: FakeIntake, caplog: pytest.LogCaptureFixture
) -> None:
    intake.failures = [BusyError("Somebody else is writing."), BusyError("Still.")]
    with caplog.at_level(logging.INFO, logger="embeddings"):
        await take(intake, ["a.md"])
    assert len(intake.proposed) == 1
    assert intake.confirmed == [["a.md"]]
    assert caplog.text.count("wait their turn") == 1


async def test_an_overtaken_proposal_is_proposed_again(intake: FakeIntake) -> None:
    intake.failures = [InputError("It changed since."), UnknownProposal("It is gone.")]
    await take(intake, ["a.md"])
    assert len(intake.proposed) == 3
    assert intake.confirmed == [["a.md"]]


async def test_an_article_that_cannot_be_stored_does_not_stop_the_others(
    intake: FakeIntake,
) -> None:
    intake.unfit = {"odd.md": InputError("odd.md cannot be stored.")}
    taken = await take(intake, ["a.md", "odd.md", "b.md"])
    assert intake.confirmed == [["a.md"], ["b.md"]]
    assert taken.rejected == {"odd.md": "odd.md cannot be stored."}


async def test_a_change_refused_by_the_golden_questions_is_reported_and_dropped(
    intake: FakeIntake, caplog: pytest.LogCaptureFixture
) -> None:
    intake.failures = [GateError((BrokenQuestion("Qui demande ?", "La lettre"),), 1.0, 0.5)]
    taken = await take(intake, ["a.md"])
    assert taken.is_refused
    assert intake.dropped == ["0"]
    assert "Qui demande ?" in caplog.text


async def test_a_refused_article_is_reported_along_with_the_others(
    intake: FakeIntake,
) -> None:
    intake.unfit = {"odd.md": InputError("odd.md cannot be stored.")}
    intake.failures = [GateError((BrokenQuestion("Qui demande ?", "La lettre"),), 1.0, 0.5)]
    taken = await take(intake, ["a.md", "odd.md", "b.md"])
    assert (taken.is_refused, [each.id for each in taken.added]) == (True, ["b"])
    assert list(taken.rejected) == ["odd.md"]


async def test_a_full_disk_is_raised_to_the_caller(intake: FakeIntake) -> None:
    intake.failures = [StorageError("The disk is full.")]
    with pytest.raises(StorageError):
        await take(intake, ["a.md"])


def test_a_warning_is_logged_once_until_the_problem_is_over(
    intake: FakeIntake, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watcher = Watcher(WatchedFolder(tmp_path, 1.0), intake, records_in(tmp_path))
    for _ in range(3):
        watcher._warn("feed", "It does not answer.")
    watcher._warn("feed")
    watcher._warn("feed", "It does not answer.")
    assert [record.message for record in caplog.records] == ["It does not answer."] * 2
