"""All collections, opened when they are wanted, and those that one place may see."""

import asyncio
import contextlib
import logging
import shutil
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from weakref import WeakValueDictionary

from config.settings import Settings
from embeddings.engine import SearchEngine
from embeddings.errors import InputError, StorageError
from embeddings.store.pointers import SERVER, name_of

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Opened:
    """A collection that is open or being opened, and when it was last wanted."""

    engine: asyncio.Task[SearchEngine]
    wanted: float


class Collections:
    """All collections; an async context manager.

    Only so many are kept in memory, those that were wanted last. One that leaves it works on for
    who still holds it, since model and thread are the shared collection's, and is freed after.

    Args:
        settings: Where the data lives, and how much of it is kept in memory.
        shared: The shared collection, open; it outlives this.
        clock: Tells seconds that only go forward.
    """

    def __init__(
        self,
        settings: Settings,
        shared: SearchEngine,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.shared = shared
        self._settings = settings
        self._pointers = shared.pointers
        self._clock = clock
        self._opened: OrderedDict[str, _Opened] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        """Remove the files of collections that a crash left after they were deleted."""
        await asyncio.to_thread(self._sweep)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the servers' collections, and give up those that are being opened."""
        tasks = [opened.engine for opened in self._opened.values()]
        self._opened.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def list_seen(self, server: int | None) -> tuple[SearchEngine, ...]:
        """Return what may be seen from a server: the shared collection, then its own if any.

        None: from a private conversation.

        Raises:
            EmbeddingsError: The server's own collection cannot be opened.
        """
        own = await self.of(server) if server is not None else None
        return (self.shared, own) if own else (self.shared,)

    async def of(self, server: int, *, create: bool = False) -> SearchEngine | None:
        """Return a server's own collection, opened if need be; None when it has none.

        Args:
            server: The server's id on Discord.
            create: Make one where there is none.

        Raises:
            EmbeddingsError: It cannot be opened.
        """
        name = name_of(server)
        if not create and name not in self._pointers.known:
            self._opened.pop(name, None)  # somebody else has deleted it
            return None
        opened = self._opened.get(name) or self._begin(name, create=create)
        opened.wanted = self._clock()
        self._opened.move_to_end(name)
        self.forget_idle()
        try:
            return await asyncio.shield(opened.engine)
        except InputError:
            return await self.of(server, create=True) if create else None  # just deleted

    def _begin(self, name: str, *, create: bool) -> _Opened:
        """Begin to open a collection; one that cannot be is forgotten, to be tried again."""
        opened = _Opened(asyncio.ensure_future(self._open(name, create=create)), 0.0)

        def look_at(task: asyncio.Task[SearchEngine]) -> None:
            if (task.cancelled() or task.exception()) and self._opened.get(name) is opened:
                del self._opened[name]

        opened.engine.add_done_callback(look_at)
        self._opened[name] = opened
        return opened

    async def _open(self, name: str, *, create: bool) -> SearchEngine:
        engine = SearchEngine(self._settings, collection=name, create=create, beside=self.shared)
        async with self._lock(name):
            return await engine.__aenter__()  # what it opens is freed with it, see the class

    def _lock(self, name: str) -> asyncio.Lock:
        """Return the lock that opening and deleting a collection both take."""
        return self._locks.setdefault(name, asyncio.Lock())

    def forget_idle(self) -> None:
        """Drop from memory the collections that nobody used for long, and those beyond the most."""
        idle = self._clock() - self._settings.servers.idle * 60
        for name in list(self._opened):
            oldest = self._opened[name]
            if len(self._opened) <= self._settings.servers.open and oldest.wanted >= idle:
                break
            if oldest.engine.done():
                del self._opened[name]
                log.info("%s is out of memory until somebody asks again", name)

    async def servers(self) -> tuple[int, ...]:
        """Return the ids of the servers that have a collection."""
        await asyncio.to_thread(self._pointers.look)
        names = (name for name in self._pointers.known if name.startswith(SERVER))
        found = (name.removeprefix(SERVER) for name in names)
        return tuple(sorted(int(name) for name in found if name.isdecimal()))

    async def delete(self, server: int) -> bool:
        """Delete a server's collection, all of it; False when it has none.

        It is gone at once, by one transaction; a crash in the middle leaves files that nobody
        names. A question that is being answered from it is answered to its end.

        Raises:
            BusyError: Somebody is writing to it.
            StorageError: The disk refuses.
        """
        name = name_of(server)
        async with self._lock(name):
            self._opened.pop(name, None)
            gone = await asyncio.to_thread(self._delete, name)
        if gone:
            log.info("%s is deleted", name)
        return gone

    def _sweep(self) -> None:
        """Remove the folders that belong to no collection; a new collection has its row first."""
        there = list(self.shared.database.folder.glob("*/"))
        with contextlib.suppress(StorageError):
            self._pointers.look()
            for path in there:
                if path.name not in self._pointers.known:
                    shutil.rmtree(path, ignore_errors=True)

    def _delete(self, name: str) -> bool:
        gone = self._pointers.delete(name)
        shutil.rmtree(self.shared.database.folder / name, ignore_errors=True)
        return gone
