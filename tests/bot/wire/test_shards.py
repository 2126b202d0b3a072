"""Several connections in one process: each brings some servers' events, and all are answered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.bot.wire.messages import text_of
from tests.bot.wire.running import QUOTE, WORDS, answers, person_of_each, running
from tests.bot.wire.test_survival import IDENTIFY, RESUME
from tests.fakes import FakeEngine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import User

SHARDS = 2


@pytest.fixture
async def people(server: FakeDiscord) -> list[User]:
    """One person on a server of each shard."""
    return await person_of_each(server, SHARDS)


@pytest.fixture(params=[SHARDS, 0], ids=["as set", "as recommended"])
async def life(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    server: FakeDiscord,
    people: list[User],
    tmp_path: Path,
) -> AsyncIterator[asyncio.Task[int]]:
    """The bot's task, once both of its shards are on Discord."""
    server.gateway.shards = SHARDS
    shards = {"shards": request.param}
    async with running(monkeypatch, server, FakeEngine(), tmp_path, **shards) as started:
        await server.until(lambda: len(server.gateway.sessions) == SHARDS)
        yield started


async def test_people_of_each_shard_are_answered(
    server: FakeDiscord, life: asyncio.Task[int], people: list[User]
) -> None:
    shards = [data["shard"] for op, data in server.gateway.received if op == IDENTIFY]
    assert shards == [[0, SHARDS], [1, SHARDS]]
    for person in people:
        assert await answers(server, person)


async def test_a_private_message_is_answered_once(
    server: FakeDiscord, life: asyncio.Task[int], people: list[User]
) -> None:
    said = await server.dm(WORDS, user=people[1])
    assert QUOTE in text_of(await server.reply_to(said))


async def test_all_shards_come_back_after_their_connections_were_cut(
    server: FakeDiscord, life: asyncio.Task[int], people: list[User]
) -> None:
    server.drop_sockets(reset=True)
    await server.until(lambda: server.ops() == [IDENTIFY] * SHARDS + [RESUME] * SHARDS)
    for person in people:
        assert await answers(server, person)


async def test_a_shard_that_has_to_begin_anew_does_not_end_the_others(
    server: FakeDiscord, life: asyncio.Task[int], people: list[User]
) -> None:
    second = next(s for s in server.gateway.sessions.values() if s.shard[0] == 1)
    connection = second.connection
    assert connection is not None
    del server.gateway.sessions[second.id]
    connection.send({"op": 9, "d": False})
    await server.until(lambda: server.ops() == [IDENTIFY] * 3)
    for person in people:
        assert await answers(server, person)
    assert not life.done()
