"""Snapshots in a remote database: their files in parts, and a search of their vectors.

Up to ``EXACT_UP_TO`` rows the search is exact; above, an HNSW index of half-precision vectors finds
candidates, which are scored again by the full vectors. Either way the scores are those of FAISS.
If the database cannot be reached, this machine's copy is searched.
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

    from embeddings.ranking.evidence import Index
    from embeddings.store.database import Database
    from embeddings.store.rows import SnapshotRow

log = logging.getLogger(__name__)

PART = 4 << 20
"""The largest part of a file, in bytes."""
EXACT_UP_TO = 50_000
"""Rows up to which the search is exact: some 30 ms of one core with 512 dimensions."""
INDEXED_UP_TO = 4_000
"""The most dimensions of a half-precision vector that pgvector indexes."""
PATIENCE = 10_000
"""The timeout of a search in milliseconds, after which this machine's copy is searched."""
SPARE = 4
"""The number of candidates that are scored again, as a multiple of those wanted."""
BATCH = 1_000
"""Rows that one statement inserts."""
PROBES = 20
"""The number of vectors that a new table is tested with."""
LEAST_RECALL = 0.95
"""The share of the ten nearest rows that an HNSW index must find to be used."""


class Chunks:
    """The files of one collection's snapshots in the database, and their tables of vectors."""

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection

    def push(self, number: int, folder: Path) -> None:
        """Copy a new snapshot's files to the database, and delete those of snapshots not kept.

        Raises:
            StorageError: The database cannot be written.
            SnapshotError: A search of the new vectors there has too low a recall.
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
            index.test_recall()

    def pull(self, row: SnapshotRow, folder: Path) -> None:
        """Copy a snapshot's files into an empty folder.

        Raises:
            AwayError: The database cannot be reached.
            SnapshotError: A file is damaged; the sentence names it.
        """
        if not row.manifest:
            raise AwayError(
                f"The snapshot {row.number} is not on this machine, and the database is away."
            )
        manifest = parse_manifest(row.manifest, _name(row.number), row.digest)
        for name, expected in manifest.files.items():
            if self._copy(row.number, name, folder / name) != expected:
                raise SnapshotError(_differs(row.number, name))
        write_atomic(folder / MANIFEST, row.manifest)

    def indexes(self, snapshot: Snapshot) -> tuple[DatabaseIndex, DatabaseIndex] | None:
        """Return the indexes of passages and sentences; None if the database does not search."""
        if not self._database.searches:
            return None
        table = _prefix(self._collection, snapshot.number)
        return (
            DatabaseIndex(self._database, f"{table}_passage", snapshot.index("passage_vectors")),
            DatabaseIndex(self._database, f"{table}_sentence", snapshot.index("sentence_vectors")),
        )

    def _drop_old(self) -> None:
        """Delete the files and the tables of vectors of snapshots that are not kept any more."""
        rows, table, name = schema.snapshots, schema.chunks, self._collection
        kept = select(rows.c.number).where(rows.c.collection == name)
        old = delete(table).where(table.c.collection == name, table.c.number.not_in(kept))
        tables = text("SELECT tablename FROM pg_tables WHERE tablename LIKE 'vectors\\_%'")
        with self._database.write() as connection:
            connection.execute(old)
            keys = connection.execute(select(rows.c.collection, rows.c.number))
            wanted = {_prefix(name, number) for name, number in keys}
            for name in connection.scalars(tables).all() if self._database.searches else ():
                if name.rpartition("_")[0] not in wanted:
                    connection.execute(DropTable(Table(name, MetaData())))

    def check_all(self, row: SnapshotRow) -> tuple[int, list[str]]:
        """Check a snapshot's manifest and all its files, as ``manifest.check_all`` does here."""
        try:
            manifest = parse_manifest(row.manifest, _name(row.number), row.digest)
        except SnapshotError as error:
            return 1, [str(error)]
        files = [n for n, sha in manifest.files.items() if self._hash(row.number, n) != sha]
        return 1 + len(manifest.files), [_differs(row.number, name) for name in files]

    def _copy(self, number: int, name: str, path: Path) -> str:
        """Copy a file from the database to a path; return its SHA-256."""
        with storage_errors(path.parent):
            with path.open("xb") as file:
                digest = self._hash(number, name, file.write)
            sync(path)
        return digest

    def _hash(self, number: int, name: str, write: Callable[[bytes], object] = len) -> str:
        """Return the SHA-256 of a file in the database, passing its parts to ``write`` in order."""
        digest = hashlib.sha256()
        for data in self._read(number, name):
            digest.update(data)
            write(data)
        return digest.hexdigest()

    def _read(self, number: int, name: str) -> Iterator[bytes]:
        """Yield the parts of a file in order, one transaction each."""
        c = schema.chunks.c
        key = (c.collection == self._collection, c.number == number, c.name == name)
        with self._database.read() as connection:
            parts = connection.scalars(select(c.part).where(*key).order_by(c.part)).all()
        for part in parts:
            with self._database.read() as connection:
                yield bytes(connection.scalar(select(c.data).where(*key, c.part == part)) or b"")


class DatabaseIndex:
    """A matrix in a table, searched as by ``VectorIndex``; ``copy`` has the same rows here."""

    def __init__(self, database: Database, table: str, copy: Index) -> None:
        self.rows = copy.rows
        self.size, self.dimension = len(copy.rows), copy.dimension
        self._database = database
        self._copy = copy
        kind = HALFVEC if copy.rows.dtype == np.float16 else VECTOR
        row = Column("row", Integer, primary_key=True, autoincrement=False)
        vector = Column("vector", kind(self.dimension), nullable=False)
        self._table = Table(table, MetaData(), row, vector)
        self._is_indexed = self.size > EXACT_UP_TO and self.dimension <= INDEXED_UP_TO

    @property
    def kind(self) -> str:
        """The kind of the index, as ``status`` shows it."""
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
            return self._copy.search(vectors, k, allowed)

    def fill(self) -> None:
        """Create the table, insert the rows, and index them."""
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

    def test_recall(self) -> None:
        """Search for some of the vectors, and compare with the exact nearest rows.

        Raises:
            SnapshotError: The recall at 10 is too low.
        """
        matrix = np.asarray(self.rows[:], np.float32)
        recalls = []
        for row in {*np.linspace(0, self.size - 1, PROBES).astype(int)} if self.size else ():
            scores = matrix @ matrix[row]
            ten = np.sort(scores)[::-1][:10]
            _, found = self._search(matrix[row : row + 1], 10, None)
            recalls.append(sum(scores[n] >= ten[-1] - 1e-3 for n in found[0] if n >= 0) / len(ten))
        recall = float(np.mean(recalls)) if recalls else 1.0
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
                candidates = min(1000, max(100, k * SPARE))
                connection.execute(text(f"SET LOCAL hnsw.ef_search = {candidates}"))
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
        if allowed is not None:  # by the shorter list: of the allowed rows, or of the others
            inside, outside = np.flatnonzero(allowed).tolist(), np.flatnonzero(~allowed).tolist()
            is_inside, is_not_outside = c.row == func.any(inside), c.row != func.all(outside)
            source = source.where(is_inside if len(inside) <= len(outside) else is_not_outside)
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
    """Yield the parts of a file; an empty file has one empty part."""
    with path.open("rb") as file:
        yield file.read(PART)
        yield from iter(lambda: file.read(PART), b"")
