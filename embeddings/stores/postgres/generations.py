"""A collection's snapshots in PostgreSQL, each with a copy on the local disk that serves."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import shutil
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from embeddings import files as local
from embeddings.errors import (
    BusyError,
    EmbeddingsError,
    OtherFormat,
    SnapshotError,
    StorageError,
    UnknownSnapshot,
)
from embeddings.snapshot import Snapshot
from embeddings.snapshots.generations import Generations
from embeddings.stores.postgres.pulling import find, pull
from embeddings.stores.postgres.sessions import locked
from embeddings.stores.postgres.uploading import collect, upload
from embeddings.types import SnapshotSummary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asyncpg import Connection, Record

    from embeddings.stores.postgres.database import Database
    from embeddings.stores.postgres.following import Follower
    from embeddings.stores.postgres.sessions import Session

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
        self._summaries: tuple[SnapshotSummary, ...] = ()

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

    def ids(self) -> list[str]:
        """Return the ids of the generations that the database keeps, newest first."""
        rows = self._database.read(lambda c: c.fetch(_IDS, self.collection))
        return [row["id"] for row in rows]

    def summaries(self) -> tuple[SnapshotSummary, ...]:
        """Return the kept generations, newest first, as this process last heard of them."""
        return self._summaries

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
        names = dict.fromkeys([live, *kept] if live else kept)
        notes = []
        for name in names:
            try:
                snapshot = self.load(name)
            except OtherFormat:
                notes.append("The index was made by another version: it is built again.")
                return None, tuple(notes)
            except EmbeddingsError as error:
                notes.append(f"{error} The last good snapshot serves instead; run reindex.")
                log.warning("snapshot %s is not served: %s", name, error)
            else:
                return snapshot, tuple(notes)
        return None, tuple(notes)

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
            self._clear_here(set(self.ids()) | {serving})
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
        while True:
            live = await connection.fetchval(_LIVE, self.collection)
            if live == self._latest:
                return
            await self._pull(connection, live)
            async with self._moving:
                if await connection.fetchval(_LIVE, self.collection) == live:
                    await self._list(connection)
                    await asyncio.to_thread(self._here.publish, live)
                    self._latest = live

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
        await connection.execute(_DONE, self.collection)
        await collect(connection, self.collection)
        await self._list(connection)

    def _clear_here(self, kept: set[str]) -> None:
        """Remove the local copies of what is kept no more; what is open stays readable."""
        for name in self._here.ids():
            if name not in kept and name != self._latest:
                shutil.rmtree(self.folder / name, ignore_errors=True)

    async def _pull(self, connection: Connection[Record], snapshot: str) -> None:
        await asyncio.to_thread(local.make_folder, self.folder)
        await pull(connection, await find(connection, self.collection, snapshot), self.folder)

    async def _list(self, connection: Connection[Record]) -> None:
        live = await connection.fetchval(_LIVE, self.collection)
        rows = await connection.fetch(_MANIFESTS, self.collection)
        self._summaries = tuple(_summary(row["manifest"], live) for row in rows)

    def _session(self) -> Session:
        if self._held is None:
            raise StorageError("The builder's lock is not held; nothing was changed.")
        return self._held


def _summary(manifest: bytes, live: str | None) -> SnapshotSummary:
    fields = json.loads(manifest)
    return SnapshotSummary(
        snapshot=fields["snapshot"],
        created_at=datetime.fromisoformat(fields["created_at"]),
        articles=fields["articles"],
        passages=fields["passages"],
        live=fields["snapshot"] == live,
    )
