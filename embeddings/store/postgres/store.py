"""All collections in one PostgreSQL database, as ``stores.Store``."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from embeddings.errors import AwayError, StorageError
from embeddings.store.folder import FolderStore
from embeddings.store.postgres.database import Database
from embeddings.store.postgres.files import PostgresFiles
from embeddings.store.postgres.following import POLL, Follower
from embeddings.store.postgres.generations import PostgresGenerations
from embeddings.store.postgres.queue import Queue
from embeddings.store.postgres.sharing import Helper, Sharing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from asyncpg import Connection, Record

    from embeddings.vectors.encoder import Encoder
    from embeddings.vectors.worker import Worker

_DROPPED = "UPDATE generations SET state = 'dropped' WHERE collection = $1"
_LEFT = """
SELECT DISTINCT collection FROM generations
WHERE state = 'dropped' AND collection NOT IN (SELECT name FROM collections)
"""
COLLECTIONS = "verbatim_collections"
"""Where it is called out that a collection was made or deleted."""
_CALL = "SELECT pg_notify($1, '')"
_NAMES = "SELECT name FROM collections ORDER BY name"
_MAKE = "INSERT INTO collections (name) VALUES ($1) ON CONFLICT DO NOTHING"


class PostgresStore:
    """The collections in a database.

    Args:
        url: ``postgresql://user:password@host:port/name``.
        folder: Where this process keeps its copies of the snapshots, a folder each.
        searchable: Make snapshots ready to be searched in the database too.
        poll: Seconds between two looks at what is live, besides being told.
    """

    def __init__(
        self, url: str, folder: Path, *, searchable: bool = False, poll: float = POLL
    ) -> None:
        self._folder = folder
        self._searchable = searchable
        self._known: tuple[str, ...] | None = None
        self.database = Database(url)
        self.follower = Follower(self.database, poll)

    def names(self) -> tuple[str, ...]:
        """Return the names of the collections, in order."""
        self.known()  # and be told of those to come
        self.database.read(self._list)
        return self.known()

    def known(self) -> tuple[str, ...]:
        """Return those that this process has heard of: at first those it has copies of."""
        if self._known is None:
            self._known = FolderStore(self._folder).names()
            self.follower.watch(COLLECTIONS, "", self._list)
        return self._known

    async def _list(self, connection: Connection[Record]) -> None:
        rows = await connection.fetch(_NAMES)
        self._known = tuple(row["name"] for row in rows)

    def make(self, name: str) -> bool:
        """Make a collection that is not there yet; one that has a copy here can serve without.

        Raises:
            StorageError: The database cannot be reached, and there is no copy here.
        """

        async def work(connection: Connection[Record]) -> None:
            await connection.execute(_MAKE, name)
            await connection.execute(_CALL, COLLECTIONS)
            await self._list(connection)

        try:
            self.database.write(work)
        except AwayError as error:
            if self.generations(name).copied() is None:
                raise AwayError(
                    f"The database cannot be reached ({error.__cause__}), and there is no copy of "
                    f"{name!r} here that could answer: start it, or check VERBATIM_STORE__ADDRESS."
                ) from error
            return False
        return True

    def has(self, name: str) -> bool:
        """Say whether this process has heard of a collection."""
        return name in self.known()

    def delete(self, name: str) -> bool:
        """Delete a collection with all that is in it, while nobody writes to it."""

        async def work(connection: Connection[Record]) -> bool:
            await connection.execute(_DROPPED, name)
            done = await connection.execute("DELETE FROM collections WHERE name = $1", name)
            await connection.execute(_CALL, COLLECTIONS)
            await self._list(connection)
            return done != "DELETE 0"

        files, generations = self.files(name), self.generations(name)
        with files.writing(), generations.building():
            there = self.database.write(work)
        self.follower.forget_all(name)
        generations.forget()
        return there

    def sweep(self) -> None:
        """Drop the tables that a crash left of collections that were being deleted."""
        with contextlib.suppress(StorageError):
            self.names()
            for row in self.database.read(lambda c: c.fetch(_LEFT)):
                self.generations(row["collection"]).forget()

    def files(self, name: str) -> PostgresFiles:
        """Return a collection's files."""
        return PostgresFiles(self.database, name, self.follower)

    def generations(self, name: str) -> PostgresGenerations:
        """Return a collection's snapshots."""
        return PostgresGenerations(
            self.database,
            name,
            self._folder / name,
            searchable=self._searchable,
            follower=self.follower,
        )

    def queue(self, collection: str, model: str) -> Queue:
        """Return the texts of a collection that wait for a vector."""
        return Queue(self.database, collection, model)

    def encoding(self, name: str, encoder: Encoder, worker: Worker) -> Sharing:
        """Return how several processes encode a collection together."""
        return Sharing(self.queue(name, encoder.model_id), encoder, worker)

    def helper(self, name: str, work: Callable[[], Awaitable[int]]) -> Helper:
        """Return what helps other processes when they have much to encode."""
        return Helper(self.follower, name, work)

    def where(self) -> str:
        """Return which database it is."""
        return self.database.name

    def close(self) -> None:
        """End the connections."""
        self.database.close()
