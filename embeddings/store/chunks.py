"""The files of snapshots in the database, in parts, and copies of them on this machine."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from embeddings.errors import AwayError, SnapshotError
from embeddings.snapshots.disk import storage_errors, write_atomic
from embeddings.snapshots.manifest import MANIFEST, parse_manifest
from embeddings.snapshots.snapshot import Snapshot
from embeddings.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from embeddings.store.database import Database
    from embeddings.store.pointers import Kept, Published
    from embeddings.store.search import Searching
    from embeddings.vectors.index import Index

PART = 4 << 20
"""The most bytes of one part."""


class Chunks:
    """The files of one collection's snapshots.

    Args:
        database: Where they are.
        collection: The collection's name.
    """

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection
        self._searching: Searching | None = None
        if database.searches:
            from embeddings.store.search import Searching  # which takes pgvector

            self._searching = Searching(database)

    def push(self, number: int, folder: Path) -> None:
        """Copy a new snapshot's files to the database; those of no snapshot are removed there.

        Raises:
            StorageError: They cannot be written.
        """
        table, rows = schema.chunks, schema.snapshots
        kept = select(rows.c.number).where(rows.c.collection == self._collection)
        with self._database.write() as connection:
            mine = table.c.collection == self._collection
            connection.execute(delete(table).where(mine, table.c.number.not_in(kept)))
        key = {"collection": self._collection, "number": number}
        for path in sorted(folder.iterdir()):
            for part, data in enumerate(_parts(path)):
                row = {**key, "name": path.name, "part": part, "data": data}
                with self._database.write() as connection:
                    connection.execute(table.insert().values(row))
        if self._searching:
            self._searching.push(self._collection, Snapshot(folder, check=False))

    def pull(self, kept: Kept, folder: Path) -> None:
        """Copy a snapshot's files into an empty folder.

        Raises:
            AwayError: The database is away.
            SnapshotError: What is there is not what was written; the sentence names it.
        """
        if not kept.manifest:
            raise AwayError(
                f"The snapshot {kept.number} is not on this machine, and the database is away."
            )
        manifest = parse_manifest(kept.manifest, f"the manifest of snapshot {kept.number}")
        for name, expected in manifest.files.items():
            if self._copy(kept.number, name, folder / name) != expected:
                raise SnapshotError(_differs(kept.number, name))
        write_atomic(folder / MANIFEST, kept.manifest)

    def indexes(self, snapshot: Snapshot) -> tuple[Index, Index] | None:
        """Return what searches the passages and sentences; None: the snapshot's own indexes."""
        return self._searching.indexes(self._collection, snapshot) if self._searching else None

    def verify(self, published: Published) -> tuple[int, list[str]]:
        """Compare every file of every kept snapshot with its digest."""
        checked, problems = 0, []
        for number, kept in sorted(published.kept.items()):
            checked += 1
            if hashlib.sha256(kept.manifest).hexdigest() != kept.digest:
                problems.append(_differs(number, MANIFEST))
                continue
            try:
                manifest = parse_manifest(kept.manifest, f"the manifest of snapshot {number}")
            except SnapshotError as error:
                problems.append(str(error))
                continue
            checked += len(manifest.files)
            for name, expected in manifest.files.items():
                found = hashlib.sha256()
                for data in self._read(number, name):
                    found.update(data)
                if found.hexdigest() != expected:
                    problems.append(_differs(number, name))
        return checked, problems

    def _copy(self, number: int, name: str, path: Path) -> str:
        """Copy a file; return the SHA-256 of what was copied."""
        found = hashlib.sha256()
        with storage_errors(path.parent), path.open("xb") as file:
            path.chmod(0o600)
            for data in self._read(number, name):
                found.update(data)
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return found.hexdigest()

    def _read(self, number: int, name: str) -> Iterator[bytes]:
        """Return the parts of a file, in order, one at a time."""
        c = schema.chunks.c
        of = (c.collection == self._collection, c.number == number, c.name == name)
        with self._database.read() as connection:
            parts = connection.scalars(select(c.part).where(*of).order_by(c.part)).all()
        for part in parts:
            with self._database.read() as connection:
                yield bytes(connection.scalar(select(c.data).where(*of, c.part == part)) or b"")


def _differs(number: int, name: str) -> str:
    return (
        f"{name} of snapshot {number} is not what was written to the database: run reindex --full."
    )


def _parts(path: Path) -> Iterator[bytes]:
    """Cut a file into parts; an empty file has one empty part."""
    with path.open("rb") as file:
        yield file.read(PART)
        yield from iter(lambda: file.read(PART), b"")
