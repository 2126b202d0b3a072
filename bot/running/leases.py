"""Leases in the store for work that only one of several processes may do at a time.

The store notes the holder of each lease and its end, so that the leases of a dead process expire.
While the store cannot be reached, each process acts on its own.
"""

import asyncio
import contextlib
import logging
import random
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager

from bot.context import run_beside
from embeddings.errors import StorageError
from embeddings.store.records import Records

BETWEEN = 5.5
"""Seconds between two identifies in one bucket, which is the shard's id modulo
``max_concurrency``: Discord asks for five, and the rest is for the network's delay
(https://discord.com/developers/docs/events/gateway#sharding)."""
LEASE = 60.0
"""Seconds after which a lease ends unless it is renewed, so that another process may take it."""
SEIZE = -1.0
"""The duration, in seconds, that takes a lease from any holder, whatever its clock says."""
PROMPT = 3.0
"""Seconds that taking a lease may take."""
_log = logging.getLogger(__name__)


async def wait_to_identify(store: Records, bucket: int) -> None:
    """Wait until a session may be begun with Discord in a bucket that all processes share."""
    while True:
        left = await _take(store, f"identify:{bucket}", BETWEEN)
        if left is None:
            await asyncio.sleep(BETWEEN * random.uniform(1, 2))  # noqa: S311 - no secret
            return
        if not left:
            return
        await asyncio.sleep(left)


@contextlib.asynccontextmanager
async def hold_lease(store: Records, name: str) -> AsyncIterator[float]:
    """Hold a lease for a short piece of work.

    Yields:
        0 if this process holds the lease or the store is away; else seconds until it may be free.
    """
    holder = secrets.token_hex(8)
    left = await _take(store, name, LEASE, holder)
    try:
        yield left or 0.0
    finally:
        if left == 0:
            await store.end_turn(name, holder)


class ShardLeases:
    """Leases on the shards of this process; ``twice``: those that another process serves too.

    ``lease``: the seconds after which an unrenewed lease ends.
    """

    def __init__(self, lease: float = LEASE) -> None:
        self.twice: frozenset[int] = frozenset()
        self._lease = lease
        self._holder = secrets.token_hex(8)
        self._contested: set[int] = set()

    def claim(
        self, store: Records, ours: Callable[[], Iterable[int]]
    ) -> AbstractAsyncContextManager[None]:
        """Renew the leases on ``ours`` inside the ``async with``, and look for other holders."""
        return run_beside(self._renew(store, ours), "leases")

    async def _renew(self, store: Records, ours: Callable[[], Iterable[int]]) -> None:
        while True:
            twice = frozenset([id_ for id_ in ours() if await self._is_shared(store, id_)])
            if twice - self.twice:
                _log.error("%s", self.sentence(twice))
            elif self.twice and not twice:
                _log.info("no other process serves this one's shards any more")
            self.twice = twice
            await asyncio.sleep(self._lease / 4)

    async def _is_shared(self, store: Records, id_: int) -> bool:
        """Renew a shard's lease; return whether another process held it at the last two renewals.

        A process that held it only once may be dead. The lease is taken from the other process,
        so that it notices as well.
        """
        name, was_contested = f"shard:{id_}", id_ in self._contested
        left = await _take(store, name, self._lease, self._holder)
        if left is None:
            return id_ in self.twice
        self._contested.discard(id_)
        if left:
            await _take(store, name, SEIZE, self._holder)
            self._contested.add(id_)
        return bool(left) and was_contested

    @staticmethod
    def sentence(twice: Iterable[int]) -> str:
        """Return the sentence that tells the operator what to do about shards served twice."""
        return (
            "Another process has the same shards as this one, so that people are answered twice: "
            f"{', '.join(map(str, sorted(twice)))}. End one of the two, or set "
            "VERBATIM_DISCORD__SHARD_IDS to other shards in each."
        )


async def _take(store: Records, name: str, seconds: float, holder: str = "") -> float | None:
    """Take a lease if it is free; return the seconds until it is, 0 if taken; None: unknown."""
    try:
        async with asyncio.timeout(PROMPT):
            return await store.take_turn(name, seconds, holder)
    except (TimeoutError, StorageError) as error:
        _log.info("a lease cannot be looked up: %s", error or type(error).__name__)
        return None
