"""A collection's files in PostgreSQL: articles, history, journal, proposals and the audit log."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from embeddings.store.postgres.sessions import locked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from asyncpg import Connection, Record

    from embeddings.errors import StorageError
    from embeddings.store.postgres.database import Database, Work
    from embeddings.store.postgres.following import Follower
    from embeddings.store.postgres.sessions import Session

LINES = "verbatim_lines"
"""Where a collection's name is called out when lines were added to a file of it."""
_RIGHT_IN = (
    "collection = $1 AND name > $2 || '/' AND name < $2 || '0' "  # 0 comes right after /
    "AND substr(name, length($2) + 2) !~ '^[.]|/'"
)
_NAMES = f"SELECT name FROM files WHERE {_RIGHT_IN} ORDER BY name"  # noqa: S608 - all of it is ours
_FOLDERS = """
SELECT DISTINCT $2 || '/' || split_part(substr(name, length($2) + 2), '/', 1) AS name FROM files
WHERE collection = $1 AND name > $2 || '/' AND name < $2 || '0'
  AND substr(name, length($2) + 2) LIKE '%/%' ORDER BY 1
"""
_ALL = f"SELECT name, data FROM files WHERE {_RIGHT_IN} ORDER BY name"  # noqa: S608 - the same
_SWEEP = f"DELETE FROM files WHERE {_RIGHT_IN} AND at < now() - $3 * interval '1 second'"  # noqa: S608 - the same
_APPEND = "INSERT INTO lines (collection, name, line) VALUES ($1, $2, $3)"
_LINES = "SELECT n, line FROM lines WHERE collection = $1 AND name = $2 AND n > $3 ORDER BY n"
_WRITE = """
INSERT INTO files (collection, name, data) VALUES ($1, $2, $3)
ON CONFLICT (collection, name) DO UPDATE SET data = excluded.data, at = now()
"""
_MAKE = "INSERT INTO collections (name) VALUES ($1) ON CONFLICT DO NOTHING"


class PostgresFiles:
    """The files of one collection; see ``stores.Files``.

    Args:
        database: Where they lie.
        collection: The collection's name.
        follower: What tells of lines that another process added.
    """

    def __init__(
        self, database: Database, collection: str, follower: Follower | None = None
    ) -> None:
        self._database = database
        self._follower = follower
        self._collection = collection
        self._held: Session | None = None
        self._lines: dict[str, PostgresLines] = {}

    def where(self, name: str = "") -> str:
        """Return what to call a file, or all of them, in a sentence for a person."""
        place = f"the collection {self._collection!r} in the database"
        return f"{name} of {place}" if name else place

    def names(self, folder: str) -> list[str]:
        """Return the names of the files right in a folder, in order."""
        rows = self._database.read(lambda c: c.fetch(_NAMES, self._collection, folder))
        return [row["name"] for row in rows]

    def folders(self, folder: str) -> list[str]:
        """Return the names of the folders right in a folder, in order."""
        rows = self._database.read(lambda c: c.fetch(_FOLDERS, self._collection, folder))
        return [row["name"] for row in rows]

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes; None when there is none."""
        query = "SELECT data FROM files WHERE collection = $1 AND name = $2"

        async def work(connection: Connection[Record]) -> bytes | None:
            data: bytes | None = await connection.fetchval(query, self._collection, name)
            return data

        return self._database.read(work)

    def read_all(self, folder: str) -> Iterator[tuple[str, bytes | StorageError]]:
        """Return the files right in a folder, in order, all of one moment."""
        rows = self._database.read(lambda c: c.fetch(_ALL, self._collection, folder))
        yield from ((row["name"], row["data"]) for row in rows)

    def write(self, files: Mapping[str, bytes], *, alone: bool = True) -> None:
        """Write files, all of them or none."""
        rows = [(self._collection, name, data) for name, data in files.items()]

        async def work(connection: Connection[Record]) -> None:
            await connection.execute(_MAKE, self._collection)
            await connection.executemany(_WRITE, rows)

        if alone and rows:
            self.change(work)
        elif rows:
            self._database.write(work)

    def remove(self, name: str) -> None:
        """Delete a file, if it is there."""
        query = "DELETE FROM files WHERE collection = $1 AND name = $2"
        self.change(lambda c: c.execute(query, self._collection, name))

    def sweep(self, folder: str, seconds: float) -> None:
        """Delete what was last written in a folder longer ago than that."""
        self.change(lambda c: c.execute(_SWEEP, self._collection, folder, seconds))

    def written(self, name: str) -> datetime | None:
        """Return when a file was last written, by the database's clock."""
        query = "SELECT at FROM files WHERE collection = $1 AND name = $2"

        async def work(connection: Connection[Record]) -> datetime | None:
            at: datetime | None = await connection.fetchval(query, self._collection, name)
            return at

        return self._database.read(work)

    def lines(self, name: str) -> PostgresLines:
        """Return a file that only ever grows, line by line."""
        if name not in self._lines:
            self._lines[name] = PostgresLines(self, self._database, name, self._follower)
        return self._lines[name]

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one who writes in the collection; what is written then goes by that session."""
        with locked(self._database, f"verbatim {self._collection} writer", self.where()) as session:
            self._held = session
            try:
                yield
            finally:
                self._held = None

    def change(self, work: Work[object]) -> None:
        """Do something in one transaction, on the session that holds the lock while one does."""
        held = self._held
        if held:
            held.write(work)
        else:
            self._database.write(work)

    @property
    def collection(self) -> str:
        """The collection's name."""
        return self._collection


class PostgresLines:
    """A file of lines, one row each; see ``stores.Lines``.

    Args:
        files: Whose it is.
        database: Where it lies.
        name: Its name.
        follower: What tells that another process added some.
    """

    def __init__(
        self, files: PostgresFiles, database: Database, name: str, follower: Follower | None
    ) -> None:
        self._files = files
        self._database = database
        self._name = name
        self._adding = threading.Lock()
        self._seen = 0
        self._known: tuple[bytes, ...] = ()
        if follower:
            follower.watch(LINES, files.collection, self._fetch)

    def append(self, lines: list[bytes]) -> None:
        """Add lines, all of them or none, and tell the other processes."""
        rows = [(self._files.collection, self._name, line) for line in lines]

        async def work(connection: Connection[Record]) -> None:
            await connection.execute(_MAKE, self._files.collection)
            await connection.executemany(_APPEND, rows)
            await connection.execute("SELECT pg_notify($1, $2)", LINES, self._files.collection)

        self._files.change(work)

    def read(self) -> tuple[bytes, ...]:
        """Return all lines, oldest first; only those that are new are asked for."""
        self._database.read(self._fetch)
        return self._known

    def known(self) -> tuple[bytes, ...]:
        """Return the lines that this process has heard of, from memory."""
        return self._known

    async def _fetch(self, connection: Connection[Record]) -> None:
        rows = await connection.fetch(_LINES, self._files.collection, self._name, self._seen)
        with self._adding:
            if new := [row for row in rows if row["n"] > self._seen]:
                self._known += tuple(row["line"] for row in new)
                self._seen = new[-1]["n"]
