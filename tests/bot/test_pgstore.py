"""The same claims as of the SQLite file, tried on PostgreSQL; and what several processes share."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator

import pytest

from bot.access import Choices
from bot.pgstore import SharedStore
from embeddings.errors import StorageError
from tests.bot import test_store
from tests.bot.test_store import Clock, clock  # noqa: F401 - a fixture

OF_A_FILE = (
    "test_a_file_that_is_no_database_is_an_error",
    "test_what_a_server_chose_outlives_a_start",
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


async def test_a_database_that_is_away_is_an_error_with_a_sentence() -> None:
    store = SharedStore("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StorageError, match="cannot be reached"):
        await store.open()
    await store.close()
