"""What of several processes only one does at a time, and where each waits its turn.

The store says which process has which turn, and until when: a process that dies loses its turns.
While the store cannot be reached, each process goes by its own memory.
"""

import asyncio
import contextlib
import logging
import random
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any

from embeddings.errors import StorageError
from embeddings.store.records import Records

BETWEEN = 5.5
"""Seconds between two sessions that are begun in one bucket, which is the shard's id modulo
``max_concurrency``: five (https://discord.com/developers/docs/events/gateway#sharding), and a
little for the way to Discord, which may be longer for the first."""
LEASE = 60.0
"""Seconds after which another process does what a process was doing that died."""
AT_ONCE = -1.0
"""Seconds after which a turn is taken that is another's now, however late the clock there is."""
PROMPT = 3.0
"""Seconds that taking or ending a turn may take."""
_log = logging.getLogger(__name__)


async def begin(store: Records, bucket: int) -> None:
    """Wait until a session may be begun with Discord, whichever processes begin some too."""
    while True:
        left = await _take(store, f"identify:{bucket}", BETWEEN)
        if left is None:
            await asyncio.sleep(BETWEEN * random.uniform(1, 2))  # noqa: S311 - no secret
            return
        if not left:
            return
        await asyncio.sleep(left)


@contextlib.asynccontextmanager
async def once(store: Records, name: str, lease: float = LEASE) -> AsyncIterator[float]:
    """Have one process at a time do something short.

    Yields:
        0 when it is this one, or else the seconds until another may.
    """
    holder = secrets.token_hex(8)
    left = await _take(store, name, lease, holder)
    try:
        yield left or 0.0
    finally:
        if left == 0:
            await _end(store, name, holder)


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run some work in a task of its own for as long as this lasts."""
    task = asyncio.create_task(work, name="turns")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


class Shards:
    """The shards of this process; ``twice``: those that another has too, so that both answer.

    After ``lease`` seconds a shard is nobody's, unless it is taken again.
    """

    def __init__(self, lease: float = LEASE) -> None:
        self.twice: frozenset[int] = frozenset()
        self._lease = lease
        self._holder = secrets.token_hex(8)
        self._seen: set[int] = set()

    def claim(
        self, store: Records, ours: Callable[[], Iterable[int]]
    ) -> AbstractAsyncContextManager[None]:
        """Hold the shards of this process for as long as this lasts, and see who else does."""
        return _beside(self._look(store, ours))

    async def _look(self, store: Records, ours: Callable[[], Iterable[int]]) -> None:
        while True:
            self._note(frozenset([id_ for id_ in ours() if await self._is_held(store, id_)]))
            await asyncio.sleep(self._lease / 4)

    async def _is_held(self, store: Records, id_: int) -> bool:
        """Take a shard; say whether another process has taken it at each of the last two looks.

        Once only may have been a process that has died since. It is taken from the other, which
        then notices as well.
        """
        name, before = f"shard:{id_}", id_ in self._seen
        left = await _take(store, name, self._lease, self._holder)
        if left is None:
            return id_ in self.twice
        self._seen.discard(id_)
        if left:
            await _take(store, name, AT_ONCE, self._holder)
            self._seen.add(id_)
        return bool(left) and before

    def _note(self, twice: frozenset[int]) -> None:
        if twice - self.twice:
            _log.error("%s", self.sentence(twice))
        elif self.twice and not twice:
            _log.info("no other process has a shard of this one any more")
        self.twice = twice

    @staticmethod
    def sentence(twice: Iterable[int]) -> str:
        """Return what to do about shards that two processes have."""
        return (
            "Another process has the same shards as this one, so that people are answered twice: "
            f"{', '.join(map(str, sorted(twice)))}. End one of the two, or set "
            "VERBATIM_DISCORD__SHARD_IDS to other shards in each."
        )


async def _take(store: Records, name: str, seconds: float, holder: str = "") -> float | None:
    """Take a turn if it is free; return how long it is not, None when nobody can say."""
    try:
        async with asyncio.timeout(PROMPT):
            return await store.take_turn(name, seconds, holder)
    except (TimeoutError, StorageError) as error:
        _log.info("whose turn it is cannot be looked up: %s", error or type(error).__name__)
        return None


async def _end(store: Records, name: str, holder: str) -> None:
    with contextlib.suppress(TimeoutError, StorageError):  # it ends by itself too
        async with asyncio.timeout(PROMPT):
            await store.end_turn(name, holder)
