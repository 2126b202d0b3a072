"""A collection's snapshots in PostgreSQL, each with a copy on the local disk that serves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from functools import partial
from typing import TYPE_CHECKING

from embeddings import files as local
from embeddings.errors import (
    BusyError,
    EmbeddingsError,
    SnapshotError,
    StorageError,
    UnknownSnapshot,
)
from embeddings.snapshots.kept import Generations
from embeddings.snapshots.snapshot import Snapshot
from embeddings.store.postgres import standing
from embeddings.store.postgres.pulling import find, forget, forget_aside, is_old, pull, summary
from embeddings.store.postgres.sessions import locked
from embeddings.store.postgres.uploading import LONG, collect, upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from asyncpg import Connection, Record

    from embeddings.store.postgres.database import Database
    from embeddings.store.postgres.following import Follower
    from embeddings.store.postgres.sessions import Session
    from embeddings.types import SnapshotSummary
    from embeddings.vectors.index import Index

log = logging.getLogger(__name__)

CHANNEL = "verbatim"
"""Where a collection's name is called out when another generation of it goes live."""
_LIVE = "SELECT live FROM collections WHERE name = $1"
_IDS = "SELECT id FROM generations WHERE collection = $1 AND state = 'kept' ORDER BY id DESC"
_MANIFESTS = (
    "SELECT id, manifest FROM generations WHERE collection = $1 AND state = 'kept' ORDER BY id DESC"
)
_MAKE = "INSERT INTO collections (name) VALUES ($1) ON CONFLICT DO NOTHING"
_CALL = "SELECT pg_notify($1, $2)"
_KEEP = "UPDATE generations SET state = 'kept' WHERE seq = $1"
_POINT = "UPDATE collections SET live = $2 WHERE name = $1"
_DONE = "DELETE FROM work WHERE collection = $1"
_DROP = """
UPDATE generations SET state = 'dropped' WHERE collection = $1 AND state = 'kept'
AND id <> coalesce((SELECT live FROM collections WHERE name = $1), '') AND id <> ALL($2)
AND id NOT IN (SELECT id FROM generations WHERE collection = $1 AND state = 'kept'
               ORDER BY id DESC LIMIT $3)
"""


class PostgresGenerations(Generations):
    """The snapshots of one collection; see ``generations.Generations``.

    Args:
        database: Where they are kept.
        collection: The collection's name.
        folder: Where this process keeps its copies.
        searchable: Make them ready to be searched in the database too.
        follower: Told to keep the copy here the one that is live, once one was loaded.
    """

    def __init__(
        self,
        database: Database,
        collection: str,
        folder: Path,
        *,
        searchable: bool = False,
        follower: Follower | None = None,
    ) -> None:
        super().__init__(folder)
        self._here = Generations(folder)
        self._database = database
        self.collection = collection
        self._searchable = searchable
        self._follower = follower
        self._held: Session | None = None
        self._moving = asyncio.Lock()
        self._latest: str | None = None
        self._tell: Callable[[], None] | None = None
        self._summaries: tuple[SnapshotSummary, ...] = ()
        self._seen: set[str] = set()

    @property
    def live(self) -> str | None:
        """The id of the generation that is live, as the database says now."""

        async def work(connection: Connection[Record]) -> str | None:
            live: str | None = await connection.fetchval(_LIVE, self.collection)
            return live

        return self._database.read(work)

    @property
    def latest(self) -> str | None:
        """The newest live generation that was pulled already, from memory."""
        return self._latest

    def copied(self) -> str | None:
        """Return the id of the copy here that can serve without the database."""
        return self._here.live

    def ids(self) -> list[str]:
        """Return the ids of the generations that the database keeps, newest first."""
        rows = self._database.read(lambda c: c.fetch(_IDS, self.collection))
        return [row["id"] for row in rows]

    def summaries(self) -> tuple[SnapshotSummary, ...]:
        """Return the kept generations, newest first, as this process last heard of them."""
        return self._summaries or self._here.summaries()

    @contextlib.contextmanager
    def building(self) -> Iterator[None]:
        """Be the one who builds; what is published then goes by the session with the lock."""
        place = f"the snapshots of {self.collection!r} in the database"
        with locked(self._database, f"verbatim {self.collection} builder", place) as session:
            self._held = session
            try:
                yield
            finally:
                self._held = None

    def publish(self, snapshot: str) -> None:
        """Make a snapshot the live one: sent and checked first, if the database has it not.

        Raises:
            StorageError: The database is gone, or refuses; the old one is live.
            SnapshotError: The database did not keep what was sent; the old one is live.
        """
        with contextlib.ExitStack() as stack:
            if self._held is None:
                stack.enter_context(self.building())
            self._session().run(lambda c: self._publishing(c, snapshot))
        self._here.publish(snapshot)

    def load(self, snapshot: str) -> Snapshot:
        """Load a kept snapshot, checked; it is pulled first, if it is not here or is damaged."""
        if snapshot == self._latest:
            with contextlib.suppress(SnapshotError):
                return Snapshot(self.folder / snapshot)
        self._database.read(lambda c: self._pull(c, snapshot))
        return Snapshot(self.folder / snapshot)

    def load_best(self) -> tuple[Snapshot | None, tuple[str, ...]]:
        """Load the live generation, the newest good one in its place, or what lies here already."""
        if self._follower:
            self._follower.watch(CHANNEL, self.collection, self.follow)
        try:
            live, kept = self.live, self.ids()
        except StorageError as error:
            found, problems = self._here.load_best()
            return found, (str(error), *problems)
        with contextlib.suppress(EmbeddingsError):
            self.refresh()
        return self._best(live, [name for name in kept if name != live])

    def _opened(self, snapshot: str) -> Snapshot:
        return self.load(snapshot)

    def listen(self, tell: Callable[[], None]) -> None:
        """Have somebody told when ``latest`` has changed, on whatever thread."""
        self._tell = tell

    def indexes(self, snapshot: Snapshot) -> tuple[Index, Index] | None:
        """Return what searches in the database; None where that is not wanted, or not ready."""

        async def work(connection: Connection[Record]) -> int | None:
            seq = (await find(connection, self.collection, snapshot.id)).seq
            there = await connection.fetchval("SELECT to_regclass($1)", f"g{seq}_sentences")
            return seq if there else None

        seq = None
        if self._searchable:
            with contextlib.suppress(EmbeddingsError):
                seq = self._database.read(work)
        return standing.indexes(self._database, seq, snapshot) if seq else None

    def verify(self) -> tuple[int, list[str]]:
        """Pull every kept generation that is not here, and compare every file with its digest."""
        problems = []
        for name in self.ids():
            try:
                self._database.read(partial(self._pull, snapshot=name))
            except SnapshotError as error:
                problems.append(str(error))
        checked, rest = self._here.verify()
        return checked, [*problems, *rest]

    def clear(self, keep: int, serving: str) -> None:
        """Drop all but the newest generations and what a crash left aside; never the live one.

        What cannot be dropped now is dropped by the next.
        """
        try:
            with contextlib.ExitStack() as stack:
                if self._held is None:
                    stack.enter_context(self.building())
                self._session().run(lambda c: self._clearing(c, keep, serving))
                forget_aside(self.folder)
            self._clear_here()
        except (BusyError, StorageError) as error:
            log.info("old snapshots are not dropped yet: %s", error)

    def forget(self) -> None:
        """Drop every table of the collection, and the copies here; it was deleted."""
        with contextlib.suppress(BusyError, StorageError), self.building():
            # when it cannot be done now, the next sweep does it
            self._session().run(lambda c: collect(c, self.collection))
        shutil.rmtree(self.folder.parent, ignore_errors=True)

    def refresh(self) -> None:
        """Ask the database what is live and kept, and pull the live one.

        Raises:
            EmbeddingsError: It cannot be had; what served goes on.
        """
        self._database.read(self._list)
        self._database.read(self.follow)

    async def follow(self, connection: Connection[Record]) -> None:
        """Pull the generation that is live, unless it is here; on the connections' loop."""
        while (live := await connection.fetchval(_LIVE, self.collection)) != self._latest:
            await self._pull(connection, live)
            async with self._moving:
                if await connection.fetchval(_LIVE, self.collection) == live:
                    await self._list(connection)
                    await asyncio.to_thread(self._here.publish, live)
                    self._latest = live
                    if self._tell:
                        self._tell()
        await self._list(connection)  # what was dropped since
        await asyncio.to_thread(self._clear_here)

    async def _publishing(self, connection: Connection[Record], snapshot: str) -> None:
        await connection.execute(_MAKE, self.collection)
        await collect(connection, self.collection)
        try:
            seq = (await find(connection, self.collection, snapshot)).seq
        except UnknownSnapshot:
            here = await asyncio.to_thread(Snapshot, self.folder / snapshot)
            seq = await upload(connection, self.collection, here, searchable=self._searchable)
        async with self._moving:
            async with connection.transaction():
                await connection.execute(_KEEP, seq)
                await connection.execute(_POINT, self.collection, snapshot)
                await connection.execute(_CALL, CHANNEL, self.collection)
            self._latest = snapshot
        await self._list(connection)

    async def _clearing(self, connection: Connection[Record], keep: int, serving: str) -> None:
        await connection.execute(_DROP, self.collection, [serving], keep)
        await connection.execute(_DONE, self.collection, timeout=LONG)
        await connection.execute(_CALL, CHANNEL, self.collection)
        await collect(connection, self.collection)
        await self._list(connection)

    def _clear_here(self) -> None:
        """Remove the copies of what the database keeps no more, but never what is being built."""
        kept = {self._latest, *(summary.snapshot for summary in self._summaries)}
        gone = [name for name in self._here.ids() if name not in kept]
        forget(self.folder, [n for n in gone if n in self._seen or is_old(self.folder / n)])

    async def _pull(self, connection: Connection[Record], snapshot: str) -> None:
        await asyncio.to_thread(local.make_folder, self.folder)
        await pull(connection, await find(connection, self.collection, snapshot), self.folder)

    async def _list(self, connection: Connection[Record]) -> None:
        live = await connection.fetchval(_LIVE, self.collection)
        rows = await connection.fetch(_MANIFESTS, self.collection)
        self._summaries = tuple(summary(row["manifest"], live) for row in rows)
        self._seen.update(each.snapshot for each in self._summaries)

    def _session(self) -> Session:
        if self._held is None:
            raise StorageError("The builder's lock is not held; nothing was changed.")
        return self._held
