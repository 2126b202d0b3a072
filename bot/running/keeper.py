"""Where the bot keeps things: the one place that chooses."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from bot.keeping import UNKEPT, Keeping
from embeddings.store.database import open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from config.settings import Settings


def keeping_of(settings: Settings) -> Keeping:
    """Return what keeps things: rows of the store that the settings name."""
    return Keeping(open_database(settings))


@contextlib.asynccontextmanager
async def keeping(settings: Settings) -> AsyncIterator[Keeping]:
    """Have things kept for as long as this lasts."""
    database = open_database(settings)
    store = Keeping(database)
    with contextlib.suppress(*UNKEPT):  # the client tries again, and tells
        await store.open()
    try:
        yield store
    finally:
        store.close()
        await asyncio.to_thread(database.close)
