"""Several processes are one bot: each has some shards, and what is once for all of them is once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import discord.shard
import pytest

from bot.client import run
from bot.running import askers, leases
from bot.running import commands as commandset
from bot.running.health import Health
from config.groups import StoreSettings
from embeddings.store.people import Unanswered, Vote
from tests.bot.wire.hurry import hurry
from tests.bot.wire.messages import custom_ids, text_of
from tests.bot.wire.running import QUOTE, WORDS, answers, ask, person_of_each, settings_for
from tests.bot.wire.state import Member
from tests.fakes import FakeEngine
from tests.records import open_records
from tests.waiting import PATIENCE, Elapsed, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from config.settings import Settings
    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import User
    from tests.embeddings.store.server import Server

SHARDS = 3
PARTS = ("0,2", "1")
"""The shards of the two processes."""
PUT = ("PUT", "/commands$")


@pytest.fixture
async def people(server: FakeDiscord) -> list[User]:
    """One person on a server of each shard."""
    return await person_of_each(server, SHARDS)


@pytest.fixture(params=["a file", "a database"])
def address(request: pytest.FixtureRequest) -> str:
    """Where the processes keep things; empty: in a file of one machine."""
    return request.getfixturevalue("postgres_url") if request.param == "a database" else ""


@contextlib.asynccontextmanager
async def processes(
    monkeypatch: pytest.MonkeyPatch,
    server: FakeDiscord,
    data: Path,
    address: str = "",
    between: float = 0.4,
    **discord_settings: Any,
) -> AsyncIterator[list[Health]]:
    """Run both clients until the block ends, from when both are on Discord; yields their health.

    In one process of the test's: each with a store of its own, as two processes have. ``between``:
    seconds between two sessions.
    """
    hurry(monkeypatch, discord.shard)
    monkeypatch.setattr(leases, "BETWEEN", between)
    monkeypatch.setattr(commandset, "AGAIN", 0.2)
    async with contextlib.AsyncExitStack() as stack:
        found = [
            await stack.enter_async_context(
                _one(server, _settings(server, data, address, ids, **discord_settings))
            )
            for ids in PARTS
        ]
        await server.until(lambda: len(server.gateway.sessions) == SHARDS)
        await until(lambda: not any(health.problems for health in found))
        yield found


def _settings(
    server: FakeDiscord, data: Path, address: str, ids: str, **discord_settings: Any
) -> Settings:
    made = settings_for(server, data, shards=SHARDS, shard_ids=ids, **discord_settings)
    store = StoreSettings.model_validate({"address": address})
    return made.model_copy(update={"store": store})


@contextlib.asynccontextmanager
async def _one(server: FakeDiscord, settings: Settings) -> AsyncIterator[Health]:
    health, engine = Health(), FakeEngine()
    health.engine = engine
    async with open_records(settings) as engine.records:
        life = asyncio.create_task(run(settings, engine, health))
        try:
            yield health
        finally:
            life.cancel()
            await asyncio.wait([life])


def timed(server: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the moments at which sessions begin, from now on."""
    moments: list[float] = []
    identify: Callable[..., None] = server.gateway._identify

    def noting(*arguments: Any) -> None:
        moments.append(time.monotonic())
        identify(*arguments)

    monkeypatch.setattr(server.gateway, "_identify", noting)
    return moments


BETWEEN = 1.0
"""Seconds between two sessions; a turn is taken some moments before its session is seen."""


async def test_people_of_all_shards_are_answered_and_sessions_begin_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
    server: FakeDiscord,
    people: list[User],
    tmp_path: Path,
    address: str,
) -> None:
    moments = timed(server, monkeypatch)
    async with processes(monkeypatch, server, tmp_path, address, BETWEEN) as both:
        shards = [data["shard"] for op, data in server.gateway.received if op == 2]
        assert sorted(shards) == [[n, SHARDS] for n in range(SHARDS)]
        gaps = [b - a for a, b in pairwise(moments)]
        assert len(gaps) == SHARDS - 1
        assert min(gaps) > BETWEEN / 2
        for person in people:
            assert await answers(server, person)
        assert len(server.faults.statuses(*PUT)) == 1
        said = await server.dm(WORDS, user=people[1])
        assert QUOTE in text_of(await server.reply_to(said))
        found = [await health.readiness() for health in both]
        assert [each["shards"] for each in found] == [{"0": True, "2": True}, {"1": True}]
        assert [each.get("database") for each in found] == [True if address else None] * 2


async def test_each_process_looks_after_its_own_servers_alone(
    monkeypatch: pytest.MonkeyPatch,
    server: FakeDiscord,
    people: list[User],
    tmp_path: Path,
    address: str,
) -> None:
    gone = [n << 22 for n in range(1, 1 + SHARDS)]
    async with open_records(_settings(server, tmp_path, address, PARTS[0])) as store:
        for guild in (*server.world.guilds, *gone):
            await store.keep(Unanswered(1, guild, "Q", "not_found"))
        async with processes(monkeypatch, server, tmp_path, address):

            async def are_found() -> bool:
                return set(await store.left_servers()) == set(gone)

            await until(are_found)
            await asyncio.sleep(0.1)
            assert await store.left_servers() == gone


async def test_who_asks_on_two_servers_of_two_processes_waits(
    monkeypatch: pytest.MonkeyPatch,
    server: FakeDiscord,
    people: list[User],
    tmp_path: Path,
    address: str,
) -> None:
    ana, here, there = people[0], server.world.home(people[0]), server.world.home(people[1])
    assert there.guild
    there.guild.members[ana.id] = Member(ana)
    monkeypatch.setattr(askers, "PROMPT", PATIENCE)
    async with processes(monkeypatch, server, tmp_path, address, cooldown_user=60):
        first = await server.slash("ask", {"question": WORDS}, user=ana, channel=here)
        assert QUOTE in text_of(await first.answer())
        second = await server.slash("ask", {"question": WORDS}, user=ana, channel=there)
        assert "Un instant" in text_of(await second.answer())
        mention = await server.mention(WORDS, user=ana, channel=there)
        assert "Un instant" in text_of(await server.reply_to(mention))
        assert await answers(server, people[1])


async def test_a_database_that_goes_away_stops_votes_and_settings_but_no_answer(
    monkeypatch: pytest.MonkeyPatch,
    server: FakeDiscord,
    people: list[User],
    tmp_path: Path,
    postgres_of_its_own: Server,
) -> None:
    address = await asyncio.to_thread(postgres_of_its_own.database)
    options = {"cooldown_user": 0.01}
    async with processes(monkeypatch, server, tmp_path, address, **options) as both:
        client = both[0]._client
        assert client is not None
        here = server.world.home(people[0]).guild
        assert here is not None
        await client.records.choose(here.id, client.records.choices(here.id))
        await asyncio.to_thread(postgres_of_its_own.stop, "immediate")
        elapsed = Elapsed()
        asked = await ask(server, people[0])
        shown = await asked.answer()
        assert QUOTE in text_of(shown)
        assert elapsed.seconds() < 3
        useful = next(name for name in custom_ids(shown) if name.startswith("v:vote:+"))
        click = await server.click(shown, useful, user=people[0])
        told = text_of(await click.answer())
        assert "la base de données est injoignable" in told
        found = await both[0].readiness()
        assert (found["ready"], found["database"]) == (True, False)
        assert b"verbatim_store_up 0.0" in await both[0].measure()
        await asyncio.to_thread(postgres_of_its_own.start)

        async def is_back() -> bool:
            return bool((await both[0].readiness())["database"])

        await until(is_back)
        again = await server.click(shown, useful, user=people[0])
        assert "votre avis est pris en compte" in text_of(await again.answer())
        assert len(await client.records.find(Vote, user=people[0].id)) == 1
