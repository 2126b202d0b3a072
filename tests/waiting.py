"""Waiting for what nobody tells of: another process, a thread, a database."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable


async def until(holds: Callable[[], object], seconds: float = 20.0, pause: float = 0.02) -> None:
    """Look again and again, at once or by a coroutine, until something holds.

    Raises:
        TimeoutError: It does not within so many seconds.
    """
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            if await found if inspect.isawaitable(found) else found:
                return
            await asyncio.sleep(pause)
