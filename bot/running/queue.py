"""Searches in a fair order: acknowledgements first, then each person in turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

PATIENCE = 2.0
"""Seconds for which a search waits until everybody is acknowledged who has just come."""


class FairQueue:
    """Lets a few things be done at a time; who waits for several waits behind who waits for one.

    Args:
        places: How many are done at the same time, from 1 on.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._due = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._waiting: OrderedDict[int, deque[asyncio.Future[None]]] = OrderedDict()

    @contextlib.asynccontextmanager
    async def turn(self, person: int) -> AsyncIterator[None]:
        """Wait until it is somebody's turn, and have it for as long as this lasts."""
        if self._free > 0:
            self._free -= 1
        else:
            await self._wait(person)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._quiet.wait()
            yield
        finally:
            self._pass_on()

    @contextlib.contextmanager
    def hold_back(self) -> Iterator[None]:
        """Let no search begin for as long as this lasts: somebody is being acknowledged."""
        self._due += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._due -= 1
            if not self._due:
                self._quiet.set()

    async def _wait(self, person: int) -> None:
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(person, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._pass_on()  # it was given, and is not used
            raise

    def _pass_on(self) -> None:
        """Give the place to the next person, who then goes to the end of the line."""
        while self._waiting:
            person, theirs = self._waiting.popitem(last=False)
            mine = theirs.popleft()
            if theirs:
                self._waiting[person] = theirs
            if not mine.done():
                mine.set_result(None)
                return
        self._free += 1
