"""How long a work takes, before it begins and while it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.admin.progress import FEW, START, USUAL, Stopwatch, expect_seconds, learn_speed
from bot.translate import Languages
from bot.ui.naming import say_duration
from embeddings.errors import StorageError
from embeddings.store.records import Records
from embeddings.types import Progress
from tests.records import records_in

if TYPE_CHECKING:
    from pathlib import Path

FR, EN = (Languages.load("fr").of(code) for code in ("fr", "en"))


@pytest.fixture
async def store(tmp_path: Path) -> Records:
    opened = records_in(tmp_path)
    await opened.open()
    return opened


class Broken:
    """A store whose disk fails."""

    async def note(self, _: str) -> str:
        raise StorageError("The disk is full.")

    async def write_note(self, *_: str) -> None:
        raise StorageError("The disk is full.")


async def test_before_anything_was_measured_a_usual_speed_is_taken(store: Records) -> None:
    """After the start of what computes."""
    assert await expect_seconds(store, "m", 120) == START + 120 / USUAL


@pytest.mark.parametrize(("rest", "start"), [(0.2, START), (6.0, 6.0)])
async def test_the_last_speed_is_taken_after_what_else_took_its_time(
    store: Records, rest: float, start: float
) -> None:
    await learn_speed(store, "m", 100.0, rest)
    assert await expect_seconds(store, "m", 50) == pytest.approx(start + 0.5)


async def test_each_model_has_its_own_speed(store: Records) -> None:
    await learn_speed(store, "m", 100.0, 1.0)
    assert await expect_seconds(store, "n", 60) == START + 60 / USUAL


@pytest.mark.parametrize("noted", ["soon", "0 1", "100.0"])
async def test_a_note_that_is_no_speed_is_passed_over(store: Records, noted: str) -> None:
    await store.write_note("pace:m", noted)
    assert await expect_seconds(store, "m", 60) == START + 60 / USUAL


async def test_a_store_that_fails_keeps_nothing_back(caplog: pytest.LogCaptureFixture) -> None:
    broken: Any = Broken()
    await learn_speed(broken, "m", 100.0, 1.0)
    assert await expect_seconds(broken, "m", 60) == START + 60 / USUAL
    assert "could not be stored" in caplog.text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "one second"), (1.2, "2 seconds"), (60, "one minute"), (61, "2 minutes")],
)
def test_a_time_is_told_in_seconds_or_minutes(seconds: float, said: str) -> None:
    assert say_duration(seconds, EN) == said


def test_a_time_is_told_in_french() -> None:
    assert (say_duration(0.1, FR), say_duration(300, FR)) == ("une seconde", "5 minutes")


def after(*notes: tuple[float, str, int]) -> Stopwatch:
    """Return what was told of some news: seconds, stage, how many of 100."""
    now = [0.0]
    watch = Stopwatch(lambda: now[0])
    for seconds, stage, done in notes:
        now[0] = seconds
        watch.note(Progress(stage, done, 100))
    return watch


def test_the_models_speed_is_measured_without_what_starts_it_or_comes_after() -> None:
    first = (9.0, "encode", 10)
    last = (10.0, "encode", 10 + FEW)
    assert after(first, last, (99.0, "write", 0)).speed == pytest.approx(FEW)


@pytest.mark.parametrize(
    "notes",
    [
        (),
        ((9.0, "encode", 100),),
        ((9.0, "encode", 0), (10.0, "encode", FEW - 1)),
        ((9.0, "encode", 0), (9.0, "encode", FEW)),
        ((9.0, "write", 0), (10.0, "write", 100)),
    ],
    ids=["nothing", "the first ones alone", "too few", "no time", "another stage"],
)
def test_what_says_nothing_of_the_speed_tells_none(notes: Any) -> None:
    assert after(*notes).speed is None


def test_the_time_left_follows_from_what_was_done() -> None:
    assert after((0, "encode", 0), (10, "encode", 25)).left == pytest.approx(30)


@pytest.mark.parametrize(
    "notes",
    [
        (),
        ((0.0, "encode", 5),),
        ((0.0, "encode", 5), (1.0, "encode", 50)),
        ((0.0, "encode", 5), (9.0, "encode", 5)),
        ((0.0, "encode", 5), (9.0, "encode", 100)),
        ((0.0, "read", 5), (9.0, "encode", 50)),
    ],
    ids=["nothing", "one note", "too soon", "no step", "at the end", "another stage"],
)
def test_the_time_left_is_not_told_when_it_cannot_be(notes: Any) -> None:
    assert after(*notes).left is None
