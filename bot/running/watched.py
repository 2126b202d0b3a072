"""Articles that come by themselves, when several processes could take them: one of them does."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

from bot.running import turns
from embeddings.watching.watcher import Watcher, watching

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from config.settings import Settings
    from embeddings.store.records import Records
    from embeddings.watching.taking import Intake

_NAME = "watching"


@contextlib.asynccontextmanager
async def watched(settings: Settings, engine: Intake, store: Records) -> AsyncIterator[None]:
    """Watch what the settings name for as long as this lasts, unless another process does.

    Raises:
        InputError: The watched folder holds the data folder, or lies in it.
    """
    watch = partial(watching, settings, engine, store)
    if not (settings.discord.shard_ids and (settings.watch.folder or settings.watch.feeds)):
        async with watch():
            yield
        return
    Watcher(settings, engine, store)  # what is wrong with the settings is told now
    task = asyncio.create_task(turns.alone(store, _NAME, watch, turns.LEASE), name=_NAME)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
