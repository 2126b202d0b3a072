"""Taking articles in by themselves: proposed first, confirmed when nobody writes, told once."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from config.settings import Settings
from embeddings.errors import (
    BrokenQuestion,
    BusyError,
    GateError,
    InputError,
    StorageError,
    UnknownProposal,
)
from embeddings.watching.watcher import Taking, Watcher
from tests.embeddings.intake import FakeIntake
from tests.records import records_in


@pytest.fixture
def intake() -> FakeIntake:
    return FakeIntake()


@pytest.fixture
def taking(intake: FakeIntake, monkeypatch: pytest.MonkeyPatch) -> Taking:
    monkeypatch.setattr("embeddings.watching.watcher.FIRST_WAIT", 0.001)
    return Taking(intake)


async def test_what_is_new_is_proposed_and_then_confirmed(
    intake: FakeIntake, taking: Taking
) -> None:
    taken = await taking.take(["a.md", "b.md"])
    assert intake.confirmed == [["a.md", "b.md"]]
    assert taken.rejected == {}


async def test_what_is_there_already_changes_nothing_and_leaves_no_proposal(
    intake: FakeIntake, taking: Taking
) -> None:
    await taking.take(["same.md"])
    assert intake.confirmed == []
    assert intake.dropped == ["0"]


async def test_what_cannot_be_read_is_returned_with_its_sentence(taking: Taking) -> None:
    taken = await taking.take(["a.md", "bad.md"])
    assert taken.rejected == {"bad.md": "bad.md is not read here."}
    assert not taken.is_refused


async def test_a_busy_writer_is_waited_for_without_reading_again(
    intake: FakeIntake, taking: Taking, caplog: pytest.LogCaptureFixture
) -> None:
    intake.failures = [BusyError("Somebody else is writing."), BusyError("Still.")]
    with caplog.at_level(logging.INFO, logger="embeddings"):
        await taking.take(["a.md"])
    assert len(intake.proposed) == 1
    assert intake.confirmed == [["a.md"]]
    assert caplog.text.count("wait their turn") == 1


async def test_what_was_overtaken_is_proposed_anew(intake: FakeIntake, taking: Taking) -> None:
    intake.failures = [InputError("It changed since."), UnknownProposal("It is gone.")]
    await taking.take(["a.md"])
    assert len(intake.proposed) == 3
    assert intake.confirmed == [["a.md"]]


async def test_one_article_that_cannot_be_stored_does_not_keep_the_others_out(
    intake: FakeIntake, taking: Taking
) -> None:
    intake.unfit = {"odd.md": InputError("odd.md cannot be stored.")}
    taken = await taking.take(["a.md", "odd.md", "b.md"])
    assert intake.confirmed == [["a.md"], ["b.md"]]
    assert taken.rejected == {"odd.md": "odd.md cannot be stored."}


async def test_the_golden_questions_refusal_is_told_and_its_proposal_dropped(
    intake: FakeIntake, taking: Taking, caplog: pytest.LogCaptureFixture
) -> None:
    intake.failures = [GateError((BrokenQuestion("Qui demande ?", "La lettre"),), 1.0, 0.5)]
    taken = await taking.take(["a.md"])
    assert taken.is_refused
    assert intake.dropped == ["0"]
    assert "Qui demande ?" in caplog.text


async def test_a_refusal_of_one_article_is_told_with_what_became_of_the_others(
    intake: FakeIntake, taking: Taking
) -> None:
    intake.unfit = {"odd.md": InputError("odd.md cannot be stored.")}
    intake.failures = [GateError((BrokenQuestion("Qui demande ?", "La lettre"),), 1.0, 0.5)]
    taken = await taking.take(["a.md", "odd.md", "b.md"])
    assert (taken.is_refused, [each.id for each in taken.added]) == (True, ["b"])
    assert list(taken.rejected) == ["odd.md"]


async def test_a_full_disk_is_the_callers_to_wait_for(intake: FakeIntake, taking: Taking) -> None:
    intake.failures = [StorageError("The disk is full.")]
    with pytest.raises(StorageError):
        await taking.take(["a.md"])


async def test_two_lots_come_one_after_the_other(intake: FakeIntake, taking: Taking) -> None:
    intake.failures = [BusyError("Somebody else is writing.")]
    await asyncio.gather(taking.take(["a.md"]), taking.take(["b.md"]))
    assert intake.confirmed == [["a.md"], ["b.md"]]


def test_a_sentence_is_told_once_until_all_was_well_again(
    intake: FakeIntake, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watcher = Watcher(Settings(), intake, records_in(tmp_path))
    for _ in range(3):
        watcher._tell("feed", "It does not answer.")
    watcher._tell("feed")
    watcher._tell("feed", "It does not answer.")
    assert [record.message for record in caplog.records] == ["It does not answer."] * 2
