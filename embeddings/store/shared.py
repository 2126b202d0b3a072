"""Snapshots in a database that machines share: their files in parts, and their vectors, searched.

Up to ``EXACT_UP_TO`` rows every row is compared; above, an index of halves (HNSW) names candidates,
which are scored again from the vectors as they are. Either way the scores are FAISS's. While the
database is away, the copy on this machine is searched.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

import numpy as np
from pgvector.sqlalchemy import HALFVEC, VECTOR
from sqlalchemy import Column, Integer, MetaData, Select, Table, cast, delete, func, select, text
from sqlalchemy.schema import CreateTable, DropTable

from embeddings.errors import AwayError, SnapshotError, StorageError
from embeddings.snapshots.disk import storage_errors, sync, write_atomic
from embeddings.snapshots.manifest import MANIFEST, parse_manifest
from embeddings.snapshots.snapshot import Snapshot
from embeddings.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from embeddings.store.database import Database
    from embeddings.store.pointers import Kept, Published
    from embeddings.vectors.index import Index

log = logging.getLogger(__name__)

PART = 4 << 20
"""The most bytes of one part of a file."""
EXACT_UP_TO = 50_000
"""Rows up to which every row is compared: some 30 ms of one core with 512 dimensions."""
INDEXED_UP_TO = 4_000
"""The most dimensions that pgvector indexes in halves."""
PATIENCE = 10_000
"""Milliseconds that a search may take before the copy on this machine is searched."""
SPARE = 4
"""How many times as many candidates as wanted are scored again."""
BATCH = 1_000
"""Rows that are copied by one statement."""
PROBES = 20
"""Vectors that a new table is tried with."""
LEAST_RECALL = 0.95
"""The share of the ten nearest that an index must find: less than that, and it is not used."""


class Chunks:
    """The files of one collection's snapshots, and their vectors where those are searched there."""

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection

    def push(self, number: int, folder: Path) -> None:
        """Copy a new snapshot's files to the database; those of no snapshot are removed there.

        Raises:
            StorageError: They cannot be written.
            SnapshotError: A search of the vectors there finds too little.
        """
        self._drop_old()
        key = {"collection": self._collection, "number": number}
        for path in sorted(folder.iterdir()):
            for part, data in enumerate(_parts(path)):
                row = {**key, "name": path.name, "part": part, "data": data}
                with self._database.write() as connection:
                    connection.execute(schema.chunks.insert().values(row))
        for index in self.indexes(Snapshot(folder, check=False)) or ():
            index.fill()
            index.try_out()

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
        manifest = parse_manifest(kept.manifest, _name(kept.number), kept.digest)
        for name, expected in manifest.files.items():
            if self._copy(kept.number, name, folder / name) != expected:
                raise SnapshotError(_differs(kept.number, name))
        write_atomic(folder / MANIFEST, kept.manifest)

    def indexes(self, snapshot: Snapshot) -> tuple[DatabaseIndex, DatabaseIndex] | None:
        """Return what searches the passages and sentences; None: the snapshot's own indexes."""
        if not self._database.searches:
            return None
        table = _prefix(self._collection, snapshot.number)
        return (
            DatabaseIndex(self._database, f"{table}_passage", snapshot.index("passage_vectors")),
            DatabaseIndex(self._database, f"{table}_sentence", snapshot.index("sentence_vectors")),
        )

    def _drop_old(self) -> None:
        """Drop the files and the tables of vectors of snapshots that are not kept any more."""
        rows, table = schema.snapshots, schema.chunks
        mine, here = rows.c.collection == self._collection, table.c.collection == self._collection
        lost = table.c.number.not_in(select(rows.c.number).where(mine))
        there = text("SELECT tablename FROM pg_tables WHERE tablename LIKE 'vectors\\_%'")
        with self._database.write() as connection:
            connection.execute(delete(table).where(here, lost))
            kept = connection.execute(select(rows.c.collection, rows.c.number))
            wanted = {_prefix(name, number) for name, number in kept}
            for name in connection.scalars(there).all() if self._database.searches else ():
                if name.rpartition("_")[0] not in wanted:
                    connection.execute(DropTable(Table(name, MetaData())))

    def verify(self, published: Published) -> tuple[int, list[str]]:
        """Compare every file of every kept snapshot with its digest."""
        checked, problems = 0, []
        for number, kept in sorted(published.kept.items()):
            checked += 1
            try:
                manifest = parse_manifest(kept.manifest, _name(number), kept.digest)
            except SnapshotError as error:
                problems.append(str(error))
                continue
            checked += len(manifest.files)
            files = manifest.files.items()
            problems += [_differs(number, n) for n, sha in files if self._hash(number, n) != sha]
        return checked, problems

    def _copy(self, number: int, name: str, path: Path) -> str:
        """Copy a file; return the SHA-256 of what was copied."""
        with storage_errors(path.parent):
            with path.open("xb") as file:
                found = self._hash(number, name, file.write)
            sync(path)
        return found

    def _hash(self, number: int, name: str, write: Callable[[bytes], object] = len) -> str:
        """Return the SHA-256 of a file whose parts are written somewhere, in order."""
        found = hashlib.sha256()
        for data in self._read(number, name):
            found.update(data)
            write(data)
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


class DatabaseIndex:
    """Rows of a matrix in a table, found by inner product; as ``index.VectorIndex``.

    Args:
        here: The same rows on this machine, and what searches them.
    """

    def __init__(self, database: Database, table: str, here: Index) -> None:
        self.rows = here.rows
        self.size, self.dimension = len(here.rows), here.dimension
        self._database = database
        self._here = here
        kind = HALFVEC if here.rows.dtype == np.float16 else VECTOR
        row = Column("row", Integer, primary_key=True, autoincrement=False)
        vector = Column("vector", kind(self.dimension), nullable=False)
        self._table = Table(table, MetaData(), row, vector)
        self._is_indexed = self.size > EXACT_UP_TO and self.dimension <= INDEXED_UP_TO

    @property
    def kind(self) -> str:
        """What it is, as ``status`` shows it."""
        return f"pgvector {'hnsw' if self._is_indexed else 'exact'}"

    def search(
        self, vectors: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Find the k rows with the largest inner product; see ``index.VectorIndex.search``."""
        if allowed is not None and allowed.shape != (self.size,):
            raise ValueError(f"{self.size} rows, but shape {allowed.shape} of allowed ones.")
        try:
            return self._search(vectors, k, allowed)
        except StorageError as error:
            log.warning("the copy here is searched: %s", error)
            return self._here.search(vectors, k, allowed)

    def fill(self) -> None:
        """Make the table and fill it."""
        with self._database.write() as connection:
            connection.execute(DropTable(self._table, if_exists=True))
            connection.execute(CreateTable(self._table))
        for first in range(0, self.size, BATCH):
            rows = enumerate(self.rows[first : first + BATCH], first)
            with self._database.write() as connection:
                connection.execute(self._table.insert(), [{"row": n, "vector": v} for n, v in rows])
        if self._is_indexed:
            halves = f"(vector::halfvec({self.dimension})) halfvec_ip_ops"
            graph = f"USING hnsw ({halves}) WITH (m = 16, ef_construction = 100)"
            with self._database.write() as connection:
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text(f"CREATE INDEX ON {self._table} {graph}"))

    def try_out(self) -> None:
        """Search some vectors there, and compare with what is nearest in truth.

        Raises:
            SnapshotError: Too little is found.
        """
        matrix = np.asarray(self.rows[:], np.float32)
        shares = []
        for row in {*np.linspace(0, self.size - 1, PROBES).astype(int)} if self.size else ():
            scores = matrix @ matrix[row]
            ten = np.sort(scores)[::-1][:10]
            _, found = self._search(matrix[row : row + 1], 10, None)
            shares.append(sum(scores[n] >= ten[-1] - 1e-3 for n in found[0] if n >= 0) / len(ten))
        recall = float(np.mean(shares)) if shares else 1.0
        if recall < (LEAST_RECALL if self._is_indexed else 1.0):
            raise SnapshotError(
                f"The database did not keep what was written: its search finds {recall:.0%} of the "
                "nearest. The new snapshot is not used."
            )

    def _search(
        self, vectors: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        scores = np.full((len(vectors), k), -np.inf, dtype=np.float32)
        rows = np.full((len(vectors), k), -1, dtype=np.int64)
        with self._database.read() as connection:
            connection.execute(text(f"SET LOCAL statement_timeout = {PATIENCE}"))
            if self._is_indexed:
                few = min(1000, max(100, k * SPARE))
                connection.execute(text(f"SET LOCAL hnsw.ef_search = {few}"))
                connection.execute(text("SET LOCAL hnsw.iterative_scan = relaxed_order"))
            for i, vector in enumerate(vectors):
                found = connection.execute(self._nearest(vector, k, allowed)).all()
                rows[i, : len(found)] = [row for row, _ in found]
                scores[i, : len(found)] = [score for _, score in found]
        return scores, rows

    def _nearest(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None
    ) -> Select[int, float]:
        c = self._table.c
        source = select(c.row, c.vector)
        if allowed is not None:  # the shorter of the two lists says which rows may be found
            inside, outside = np.flatnonzero(allowed).tolist(), np.flatnonzero(~allowed).tolist()
            some, others = c.row == func.any(inside), c.row != func.all(outside)
            source = source.where(some if len(inside) <= len(outside) else others)
        if self._is_indexed:
            half = cast(c.vector, HALFVEC(self.dimension))
            source = source.order_by(half.max_inner_product(vector)).limit(k * SPARE)
        near = source.subquery().c
        distance = cast(near.vector, VECTOR(self.dimension)).max_inner_product(vector)
        return select(near.row, -distance).order_by(distance, near.row).limit(k)


def _prefix(collection: str, number: int) -> str:
    return f"vectors_{hashlib.sha256(collection.encode()).hexdigest()[:12]}_{number}"


def _name(number: int) -> str:
    return f"The manifest of snapshot {number} in the database"


def _differs(of: int, name: str) -> str:
    return f"{name} of snapshot {of} is not what was written to the database: run reindex --full."


def _parts(path: Path) -> Iterator[bytes]:
    """Cut a file into parts; an empty file has one empty part."""
    with path.open("rb") as file:
        yield file.read(PART)
        yield from iter(lambda: file.read(PART), b"")
