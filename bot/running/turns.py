"""What of several processes only one does at a time, and where each waits its turn.

Who has what stands in what the bot keeps, for so long at the most: of a process that dies nothing
is left. While that cannot be reached, each process goes by its own memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
import time
from typing import TYPE_CHECKING

from embeddings.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from embeddings.store.wishes import Wishes

BETWEEN = 5.5
"""Seconds between two sessions that are begun in one bucket, which is the shard's id modulo
``max_concurrency``: five (https://discord.com/developers/docs/events/gateway#sharding), and a
little for the way to Discord, which may be longer for the first."""
LEASE = 60.0
"""Seconds after which another process does what a process was doing that died."""
PROMPT = 3.0
"""Seconds that taking or ending a turn may take."""
_log = logging.getLogger(__name__)


async def begin(store: Wishes, bucket: int) -> None:
    """Wait until a session may be begun with Discord, whichever processes begin some too."""
    while True:
        left = await _left(store, f"identify:{bucket}", BETWEEN)
        if left is None:
            await asyncio.sleep(BETWEEN * random.uniform(1, 2))  # noqa: S311 - no secret
            return
        if not left:
            return
        await asyncio.sleep(left)


@contextlib.asynccontextmanager
async def once(store: Wishes, name: str, lease: float = LEASE) -> AsyncIterator[float]:
    """Have one process at a time do something short.

    Yields:
        0 when it is this one, or else the seconds until another may.
    """
    holder = secrets.token_hex(8)
    left = await _left(store, name, lease, holder)
    try:
        yield left or 0.0
    finally:
        if left == 0:
            await _end(store, name, holder)


async def alone(
    store: Wishes,
    name: str,
    work: Callable[[], AbstractAsyncContextManager[None]],
    lease: float = LEASE,
) -> None:
    """Have one process at a time do something that goes on, until this is cancelled.

    Args:
        store: Where it stands who does it.
        name: What it is called there.
        work: Does it for as long as the context lasts.
        lease: Seconds after which it may be another's, unless it is taken again.
    """
    holder = secrets.token_hex(8)
    try:
        while True:
            left = await _left(store, name, lease, holder)
            if left == 0:
                _log.info("%s: done by this process", name)
                async with work():
                    await _until_lost(store, name, holder, lease)
                _log.info("%s: no longer done by this process", name)
            await asyncio.sleep(min(left or lease, lease / 4))
    finally:
        await _end(store, name, holder)


async def _until_lost(store: Wishes, name: str, holder: str, lease: float) -> None:
    """Take a turn again and again until it is another's, or could be."""
    taken = time.monotonic()
    while time.monotonic() - taken < lease:
        await asyncio.sleep(lease / 4)
        left = await _left(store, name, lease, holder)
        if left:
            return
        if left == 0:
            taken = time.monotonic()


async def _left(store: Wishes, name: str, seconds: float, holder: str = "") -> float | None:
    """Take a turn if it is free; return how long it is not, None when nobody can say."""
    try:
        async with asyncio.timeout(PROMPT):
            return await store.take_turn(name, seconds, holder)
    except (TimeoutError, StorageError) as error:
        _log.info("whose turn it is cannot be looked up: %s", error or type(error).__name__)
        return None


async def _end(store: Wishes, name: str, holder: str) -> None:
    with contextlib.suppress(TimeoutError, StorageError):  # it ends by itself too
        async with asyncio.timeout(PROMPT):
            await store.end_turn(name, holder)
