"""How long a person or a channel has to wait before the next question; the clock is given."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING

from embeddings.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from embeddings.store.records import Records

Key = tuple[str, int]
"""What is waited for, and whose wait it is, by Discord's id."""
PROMPT = 0.5
"""Seconds for which an answer waits to hear what other processes were asked."""
PAUSE = 10.0
"""Seconds for which they are not asked again after nothing was heard."""
_MOST = 10_000
"""How many are remembered; the oldest are forgotten first."""


class Cooldown:
    """Remembers when each one last asked."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: OrderedDict[Key, float] = OrderedDict()
        self._alone_until = 0.0

    def left(self, key: Key, seconds: float) -> float:
        """Return how many seconds are left to wait; 0 when the next question may come."""
        last = self._last.get(key)
        return 0.0 if last is None else max(0.0, last + seconds - self._clock())

    def start(self, *keys: Key) -> None:
        """Remember that these have just asked."""
        for key in keys:
            self._start(key, self._clock())

    async def left_elsewhere(self, store: Records, key: Key, seconds: float) -> float:
        """Return how many seconds are left to wait after a question to another process.

        Where that cannot be heard at once, this process's own memory has to do.

        Args:
            store: What the processes share.
            key: Who asks here, which is told to the others.
            seconds: How long they wait between two questions.
        """
        if seconds <= 0 or self._clock() < self._alone_until:
            return 0.0
        try:
            async with asyncio.timeout(PROMPT):
                left = await store.take_turn("{}:{}".format(*key), seconds)
        except (TimeoutError, StorageError):
            self._alone_until = self._clock() + PAUSE
            return 0.0
        if left:
            self._start(key, self._clock() + left - seconds)
        return left

    def _start(self, key: Key, at: float) -> None:
        self._last[key] = at
        self._last.move_to_end(key)
        while len(self._last) > _MOST:
            self._last.popitem(last=False)
