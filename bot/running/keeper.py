"""Where the bot keeps things: the one place that chooses."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from bot.keeping import UNKEPT
from bot.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.keeping import Keeping
    from config.settings import Settings


def keeping_of(settings: Settings) -> Keeping:
    """Return what keeps things: the database of the settings, or a file in the data folder."""
    if not settings.store.url:
        return Store(settings.data / "bot" / "bot.sqlite3")
    from bot.pgstore import SharedStore  # its packages are an extra

    return SharedStore(settings.store.url)


@contextlib.asynccontextmanager
async def keeping(settings: Settings) -> AsyncIterator[Keeping]:
    """Have things kept for as long as this lasts."""
    store = keeping_of(settings)
    with contextlib.suppress(*UNKEPT):  # the client tries again, and tells
        await store.open()
    try:
        yield store
    finally:
        await store.close()
