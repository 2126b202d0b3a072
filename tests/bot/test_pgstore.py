"""The same claims as of the SQLite file, tried on PostgreSQL; and what several processes share."""

from __future__ import annotations

import asyncio
import inspect
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.keeping import TURNS_KEPT, Choices
from bot.pgstore import SharedStore
from embeddings.errors import AwayError, StorageError
from tests.bot import test_store
from tests.bot.test_store import VOTE, Clock, clock  # noqa: F401 - a fixture
from tests.embeddings.store.postgres.server import Server

OF_A_FILE = (
    "test_a_file_that_is_no_database_is_an_error",
    "test_what_a_server_chose_outlives_a_start",
    "test_turns_are_forgotten_when_no_wait_is_longer",
    "test_a_clock_that_was_set_back_locks_nobody_out",
    "test_two_processes_share_the_file",
)
globals().update(
    {
        name: test
        for name, test in inspect.getmembers(test_store, inspect.iscoroutinefunction)
        if name.startswith("test_") and name not in OF_A_FILE
    }
)


@pytest.fixture
async def store(
    postgres_url: str,
    clock: Clock,  # noqa: F811 - the fixture
) -> AsyncIterator[SharedStore]:
    made = SharedStore(postgres_url, clock)
    await made.open()
    yield made
    await made.close()


async def test_what_a_server_chose_outlives_a_start_and_other_processes_are_told(
    store: SharedStore, postgres_url: str
) -> None:
    again = SharedStore(postgres_url)
    await again.open()
    chosen = Choices(public=False, channels=(1, 2), cooldown_user=5.0, keep=True)
    await store.choose(2, chosen)
    for _ in range(500):
        if again.choices(2) != chosen:
            await asyncio.sleep(0.01)
    assert again.choices(2) == chosen
    assert again.choices(3) == again.choices(None) == Choices()
    await again.close()


async def test_two_processes_share_votes_and_turns(store: SharedStore, postgres_url: str) -> None:
    other = SharedStore(postgres_url)
    await other.open()
    await store.vote(VOTE)
    await other.vote(replace(VOTE, useful=False))
    assert [v.useful for v in await store.votes(guild=2)] == [False]
    assert await store.turn("user:1", 60) == 0
    assert await other.turn("user:1", 60) > 0
    await other.close()


async def test_turns_are_forgotten_when_no_wait_is_longer(
    store: SharedStore, postgres: Server, postgres_url: str
) -> None:
    await store.turn("user:1", 60)
    aged = f"UPDATE turns SET at = at - interval '{TURNS_KEPT + 1} seconds'"  # noqa: S608
    await asyncio.to_thread(postgres.execute, postgres_url, aged)
    await store.tidy()
    none = "DO $$ BEGIN ASSERT (SELECT count(*) FROM turns) = 0; END $$"
    await asyncio.to_thread(postgres.execute, postgres_url, none)


async def test_a_database_that_was_away_at_the_start_is_used_once_it_is_there(
    postgres_of_its_own: Server,
) -> None:
    url = await asyncio.to_thread(postgres_of_its_own.database)
    await asyncio.to_thread(postgres_of_its_own.stop)
    store = SharedStore(url)
    with pytest.raises(AwayError):
        await store.open()
    with pytest.raises(AwayError):
        await store.vote(VOTE)
    await asyncio.to_thread(postgres_of_its_own.start)
    async with asyncio.timeout(20):
        while True:
            try:
                await store.vote(VOTE)
                break
            except StorageError:
                await asyncio.sleep(0.1)
    assert len(await store.votes(user=1)) == 1
    await store.close()


async def test_a_database_that_does_not_answer_holds_up_no_other_thread() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes connections, and is mute
        store = SharedStore(f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/x")
        votes = [asyncio.create_task(store.vote(VOTE)) for _ in range(40)]
        await asyncio.sleep(0.05)
        async with asyncio.timeout(1):
            await asyncio.to_thread(str)
        for vote in votes:
            vote.cancel()
        await asyncio.wait(votes)
        await store.close()


async def test_a_database_that_is_away_is_an_error_with_a_sentence() -> None:
    store = SharedStore("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StorageError, match="cannot be reached"):
        await store.open()
    await store.close()
