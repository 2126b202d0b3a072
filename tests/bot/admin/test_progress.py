"""The progress of a reindex: now and then, handed over in good time, and always ended."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from bot.admin import progress as work
from bot.admin.progress import Reporter
from bot.context import run_beside
from bot.running.askers import FairQueue
from bot.translate import Languages
from bot.ui.components import notice
from embeddings.types import Progress
from tests.bot.people import World, text_of
from tests.bot.test_errors import http
from tests.waiting import PATIENCE, until


class Message:
    """An ordinary message that can be edited."""

    jump_url = "https://discord.example/1"

    def __init__(self, log: list[str], *, fails: bool = False) -> None:
        self.log, self.fails = log, fails

    async def edit(self, **shown: Any) -> None:
        if self.fails:
            raise http(discord.NotFound, 404)
        self.log.append(f"message: {words(shown)}")


class Place(discord.abc.Messageable):
    """A channel, or a person: somewhere to write."""

    def __init__(self, name: str, log: list[str], *, refuses: bool = False) -> None:
        self.name, self.log, self.refuses = name, log, refuses

    async def _get_channel(self) -> Any:
        raise NotImplementedError

    async def send(self, *_: Any, **shown: Any) -> Any:
        if self.refuses:
            raise http(discord.Forbidden, 403)
        self.log.append(f"{self.name}: {words(shown)}")
        return Message(self.log)


class Interaction:
    """As much of an interaction as a progress needs."""

    def __init__(self, *, refuses: bool = False, dead: bool = False) -> None:
        self.log: list[str] = []
        self.dead = dead
        self.locale = self.guild_locale = "fr"
        self.extras = {"state": "deferred"}
        self.channel = Place("channel", self.log, refuses=refuses)
        self.user = Place("user", self.log)
        self.client: Any = type("Bot", (), {})()
        self.client.languages = Languages.load("fr")
        self.client.queue = FairQueue(1)

    async def edit_original_response(self, **shown: Any) -> None:
        if self.dead:
            raise http(discord.NotFound, 404)
        self.log.append(f"original: {words(shown)}")


def words(shown: dict[str, Any]) -> str:
    return " ".join(
        item.content for item in shown["view"].walk_children() if hasattr(item, "content")
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "EVERY", 0.01)


@contextlib.asynccontextmanager
async def reporter(interaction: Interaction, **options: Any) -> AsyncIterator[Reporter]:
    """Show the progress of a work for as long as this lasts."""
    given: Any = interaction
    made = Reporter(given, **options)
    async with run_beside(made.show(), "progress"):
        yield made


async def test_progress_is_shown_in_place_of_the_acknowledgement() -> None:
    interaction = Interaction()
    async with reporter(interaction) as shown:
        shown.note(Progress("encode", 3, 9))
        await until(lambda: interaction.log)
    assert interaction.log == [
        "original: Indexation\N{NO-BREAK SPACE}: lecture des textes, 3 sur 9"
    ]


async def test_a_stage_of_another_name_is_work() -> None:
    interaction = Interaction()
    async with reporter(interaction) as shown:
        shown.note(Progress("polish", 1, 2))
        await until(lambda: interaction.log)
    assert "travail, 1 sur 2" in interaction.log[0]


async def test_many_notes_are_few_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "EVERY", 0.05)
    interaction, began = Interaction(), time.monotonic()
    async with reporter(interaction) as shown:
        for done in range(100):
            shown.note(Progress("encode", done, 100))
            await asyncio.sleep(0.001)
    assert 1 <= len(interaction.log) <= (time.monotonic() - began) / work.EVERY


async def test_nothing_new_is_not_shown_again() -> None:
    interaction = Interaction()
    async with reporter(interaction) as shown:
        shown.note(Progress("encode", 1, 2))
        await until(lambda: interaction.log)
        await asyncio.sleep(0.1)
    assert len(interaction.log) == 1


async def test_an_ordinary_message_takes_over_before_the_token_dies() -> None:
    interaction = Interaction()
    now = [0.0]
    async with reporter(interaction, clock=lambda: now[0]) as shown:
        now[0] = 781.0
        shown.note(Progress("encode", 1, 2))
        await until(lambda: len(interaction.log) == 2)
        shown.note(Progress("encode", 2, 2))
        await until(lambda: len(interaction.log) == 3)
    await shown.finish(notice("Fini"))
    assert [entry.partition(":")[0] for entry in interaction.log] == [
        "channel",
        "original",
        "message",
        "message",
    ]
    assert "https://discord.example/1" in interaction.log[1]
    assert interaction.log[-1] == "message: Fini"


async def test_the_message_says_that_it_begins_when_nothing_is_known_yet() -> None:
    interaction = Interaction()
    now = [0.0]
    async with reporter(interaction, clock=lambda: now[0]):
        now[0] = 781.0
        await until(lambda: interaction.log)
    assert interaction.log[0] == "channel: L’indexation commence."


async def test_where_the_bot_may_not_write_the_person_gets_the_message() -> None:
    interaction = Interaction(refuses=True)
    now = [0.0]
    async with reporter(interaction, clock=lambda: now[0]):
        now[0] = 781.0
        await until(lambda: interaction.log)
    assert interaction.log[0].startswith("user: ")


async def test_a_result_that_cannot_take_its_place_is_a_new_message() -> None:
    interaction = Interaction(dead=True)
    async with reporter(interaction) as shown:
        pass
    await shown.finish(notice("Fini"))
    assert interaction.log == ["channel: Fini"]


async def test_progress_that_cannot_be_shown_does_not_stop_the_work() -> None:
    interaction = Interaction(dead=True)
    async with reporter(interaction) as shown:
        shown.note(Progress("encode", 1, 2))
        await asyncio.sleep(0.05)
    assert interaction.log == []


async def test_what_goes_wrong_in_the_showing_does_not_hide_the_result(
    caplog: pytest.LogCaptureFixture,
) -> None:
    interaction = Interaction()
    async with reporter(interaction) as shown:
        shown.note(Progress("encode", 1, 2))
        shown._card = None
        await until(lambda: "progress could not be shown" in caplog.text)
    await shown.finish(notice("Fini"))
    assert interaction.log == ["original: Fini"]


async def test_the_showing_ends_with_work_that_fails() -> None:
    interaction = Interaction()

    async def fail() -> None:
        async with reporter(interaction) as shown:
            shown.note(Progress("encode", 1, 2))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await asyncio.sleep(0.03)
    assert interaction.log == []


async def test_after_an_hour_edits_are_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    real, is_rare = asyncio.sleep, asyncio.Event()

    async def sleep(seconds: float) -> None:
        if seconds == work.EVERY_OLD:
            is_rare.set()
        await real(0.001)

    interaction = Interaction()
    now = [0.0]
    monkeypatch.setattr("bot.admin.progress.asyncio.sleep", sleep)
    async with reporter(interaction, clock=lambda: now[0]):
        now[0] = 3600.0
        async with asyncio.timeout(PATIENCE):
            await is_rare.wait()


async def test_what_begins_is_shown_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "EVERY", 10 * PATIENCE)
    interaction = Interaction()
    async with reporter(interaction) as shown:
        shown.note(Progress("write", 1, 2))
        await until(lambda: interaction.log)
    assert interaction.log == ["original: Indexation\N{NO-BREAK SPACE}: écriture, 1 sur 2"]
    assert shown.is_shown


async def test_what_ends_at_once_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "EVERY", 60.0)
    interaction = Interaction()
    async with reporter(interaction) as shown:
        shown.note(Progress("write", 1, 2))
        await asyncio.sleep(0.05)
    assert interaction.log == []
    assert not shown.is_shown


async def test_the_time_left_is_told_once_it_can_be() -> None:
    interaction = Interaction()
    now = [0.0]
    async with reporter(interaction, clock=lambda: now[0]) as shown:
        shown.note(Progress("encode", 10, 110))
        now[0] = 5.0
        shown.note(Progress("encode", 20, 110))
        await until(lambda: interaction.log)
    assert interaction.log[-1].endswith(
        "20 sur 110\N{NARROW NO-BREAK SPACE}; encore 45 secondes environ"
    )


async def test_a_long_reindex_shows_its_progress(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.own.step, world.own.steps = 0.05, 3
    monkeypatch.setattr(work, "EVERY", 0.02)
    result = await world.admin.slash(world.channel, "admin reindex")
    edits = [str(r.json) for r in world.env.http_requests if r.method == "PATCH"]
    assert any("lecture des textes" in edit for edit in edits)
    assert "finie" in text_of(result.response)
