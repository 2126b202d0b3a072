"""Encoding with whoever else has the model: the one who reindexes leads, the others help."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.errors import EmbeddingsError
from embeddings.store.postgres.queue import CHANNEL
from embeddings.types import Progress
from embeddings.vectors.worker import Priority

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from asyncpg import Connection, Record
    from numpy.typing import NDArray

    from embeddings.store.postgres.following import Follower
    from embeddings.store.postgres.queue import Queue
    from embeddings.types import ProgressCallback
    from embeddings.vectors.encoder import Encoder
    from embeddings.vectors.worker import Worker

log = logging.getLogger(__name__)

BATCH = 16
"""Texts that one process takes at a time: a question waits for no more than these."""
BLOCK = 1_000
"""Texts that are offered, and vectors that are fetched, at a time."""
TOLD = 1.0
"""Seconds between two times that it is told how far it is."""
LOOK = 0.2
"""Seconds between two looks at whether the others are done."""


class Sharing:
    """One process's part in encoding the texts of one collection's queue.

    Args:
        queue: The texts that wait.
        encoder: What makes vectors.
        worker: The thread that it runs on; questions pass between two batches.
    """

    def __init__(self, queue: Queue, encoder: Encoder, worker: Worker) -> None:
        self._queue = queue
        self._encoder = encoder
        self._worker = worker

    async def make(
        self, texts: Sequence[str], progress: ProgressCallback | None = None
    ) -> AsyncIterator[tuple[int, NDArray[np.float32]]]:
        """Give texts their vectors, together with whoever helps; yield them by blocks, in order.

        Args:
            texts: Each of them once.
            progress: Told how many are done, whoever does them.

        Yields:
            The number of the first text of a block, and the block's vectors, float32 ``[m, d]``.

        Raises:
            StorageError: The database is gone; what was done is kept there.
        """
        keys = [sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        for first in range(0, len(keys), BLOCK):
            past = first + BLOCK
            offered = dict(zip(keys[first:past], texts[first:past], strict=True))
            await asyncio.to_thread(self._queue.offer, offered)
        while left := await asyncio.to_thread(self._queue.left):
            if progress:
                progress(Progress("encode", max(0, len(texts) - left), len(texts)))
            if not await self._help_a_while():
                await asyncio.sleep(LOOK)  # what is left is held by others, or by the dead
        for first in range(0, len(keys), BLOCK):
            some = keys[first : first + BLOCK]
            made = await asyncio.to_thread(self._queue.vectors, some)
            rows: list[Any] = [made[key] for key in some]
            yield first, np.array(rows, dtype=np.float32).reshape(len(rows), -1)

    async def _help_a_while(self) -> bool:
        """Encode until it is time to tell how far it is; say whether there was anything to do."""
        until = time.monotonic() + TOLD
        done = 0
        while time.monotonic() < until and (count := await self.help()):
            done += count
        return done > 0

    async def help(self) -> int:
        """Encode some texts that nobody holds; return how many that were."""
        taken = await asyncio.to_thread(self._queue.take, BATCH)
        if taken:
            encode = self._encoder.encode_documents
            rows = await self._worker.run(Priority.INDEXING, encode, list(taken.values()))
            await asyncio.to_thread(self._queue.give, dict(zip(taken, rows, strict=True)))
        return len(taken)


class Helper:
    """Helps whenever texts begin to wait.

    Args:
        follower: What tells that they do.
        name: The collection's name.
        work: Encodes some of them; returns how many that were.
    """

    def __init__(self, follower: Follower, name: str, work: Callable[[], Awaitable[int]]) -> None:
        self._follower = follower
        self._key = (CHANNEL, name)
        self._work = work
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Help from now on."""
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._follower.watch, *self._key, self._tell)
        self._task = asyncio.create_task(self._help(), name=f"help {self._key[1]}")

    async def _tell(self, _: Connection[Record]) -> None:
        self._loop.call_soon_threadsafe(self._news.set)

    async def stop(self) -> None:
        """Help no more; what is held is free for others when its lease ends."""
        self._follower.forget(*self._key)
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _help(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                while await self._work():
                    pass
            except EmbeddingsError as error:
                log.info("not helping any more: %s", error)
            except Exception:  # who leads will meet the same, and tell
                log.exception("a text that waits cannot be encoded here")
