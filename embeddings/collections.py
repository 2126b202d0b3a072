"""All collections: opened on demand, closed when idle, and which of them a server may search."""

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
from embeddings.engine import SERVER, SearchEngine
from embeddings.errors import InputError, StorageError

log = logging.getLogger(__name__)


def name_collection(server: int) -> str:
    """Return the name of a server's own collection."""
    return f"{SERVER}{server}"


@dataclass(slots=True)
class _Opened:
    """A collection that is open or being opened, and the time of its last use."""

    engine: asyncio.Task[SearchEngine]
    used: float


class Collections:
    """All collections; an async context manager.

    Only the most recently used collections stay in memory. A caller may go on using one that was
    dropped, since its model and thread are those of the ``shared`` collection's open engine, which
    outlives this object; it is freed after that. ``clock`` returns monotonic seconds.
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
        self._database = shared.database
        self._clock = clock
        self._opened: OrderedDict[str, _Opened] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        """Remove the files of deleted collections that a crash left behind."""
        await asyncio.to_thread(self._sweep)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Drop the servers' collections, and cancel those that are being opened."""
        tasks = [opened.engine for opened in self._opened.values()]
        self._opened.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def list_visible(self, server: int | None) -> tuple[SearchEngine, ...]:
        """Return the collections that a server may search: the shared one, then its own if any.

        A private conversation, whose server is None, has the shared one only.

        Raises:
            EmbeddingsError: The server's own collection cannot be opened.
        """
        own = await self.of(server) if server is not None else None
        return (self.shared, own) if own else (self.shared,)

    async def of(self, server: int) -> SearchEngine | None:
        """Return the collection of the server with that id, if any; raises EmbeddingsError."""
        name = name_collection(server)
        if name not in self._database.known:
            self._opened.pop(name, None)  # another process has deleted it
            return None
        try:
            return await self._use(name, create=False)
        except InputError:  # it was just deleted
            return None

    async def create(self, server: int) -> SearchEngine:
        """Return a server's own collection, created if it has none; raises EmbeddingsError."""
        name = name_collection(server)
        try:
            return await self._use(name, create=True)
        except InputError:  # it was just deleted, before this began to open it
            return await self._use(name, create=True)

    async def _use(self, name: str, *, create: bool) -> SearchEngine:
        """Return a collection, opened unless it is open, as the most recently used one."""
        opened = self._opened.get(name) or self._begin(name, create=create)
        opened.used = self._clock()
        self._opened.move_to_end(name)
        self.forget_idle()
        return await asyncio.shield(opened.engine)

    def _begin(self, name: str, *, create: bool) -> _Opened:
        """Begin to open a collection; after a failure the next caller tries again."""
        opened = _Opened(asyncio.ensure_future(self._open(name, create=create)), 0.0)

        def forget_failed(task: asyncio.Task[SearchEngine]) -> None:
            if (task.cancelled() or task.exception()) and self._opened.get(name) is opened:
                del self._opened[name]

        opened.engine.add_done_callback(forget_failed)
        self._opened[name] = opened
        return opened

    async def _open(self, name: str, *, create: bool) -> SearchEngine:
        engine = SearchEngine(self._settings, collection=name, create=create, beside=self.shared)
        async with self._lock(name):
            return await engine.__aenter__()  # never left: it owns no thread and no connection

    def _lock(self, name: str) -> asyncio.Lock:
        """Return the lock that keeps opening and deleting a collection apart."""
        return self._locks.setdefault(name, asyncio.Lock())

    def forget_idle(self) -> None:
        """Drop collections from memory: idle ones, and the least recently used above the limit."""
        idle = self._clock() - self._settings.servers.idle * 60
        for name in list(self._opened):
            oldest = self._opened[name]
            if len(self._opened) <= self._settings.servers.open and oldest.used >= idle:
                break
            if oldest.engine.done():
                del self._opened[name]
                log.info("%s is out of memory until somebody asks again", name)

    async def servers(self) -> tuple[int, ...]:
        """Return the ids of the servers that have a collection."""
        await asyncio.to_thread(self._database.look)
        names = (name for name in self._database.known if name.startswith(SERVER))
        ids = (name.removeprefix(SERVER) for name in names)
        return tuple(sorted(int(each) for each in ids if each.isdecimal()))

    async def delete(self, server: int) -> bool:
        """Delete a server's collection with all its data; False if the server has none.

        One transaction deletes its rows; a crash after that leaves only files, which the next start
        removes. A question under way is still answered.

        Raises:
            BusyError: Somebody is writing to the collection.
            StorageError: The store cannot be written.
        """
        name = name_collection(server)
        async with self._lock(name):
            self._opened.pop(name, None)
            is_deleted = await asyncio.to_thread(self._delete, name)
        if is_deleted:
            log.info("%s is deleted", name)
        return is_deleted

    def _sweep(self) -> None:
        """Remove the folders of no collection; the row of a new collection precedes its folder."""
        folders = list(self._database.folder.glob("*/"))
        with contextlib.suppress(StorageError):
            self._database.look()
            for path in folders:
                if path.name not in self._database.known:
                    shutil.rmtree(path, ignore_errors=True)

    def _delete(self, name: str) -> bool:
        is_deleted = self._database.delete_collection(name)
        shutil.rmtree(self._database.folder / name, ignore_errors=True)
        return is_deleted
