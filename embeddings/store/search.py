"""Nearest vectors in the database, for collections whose indexes outgrow the memory.

Up to ``EXACT_UP_TO`` rows every row is compared; above, an index of halves (HNSW) names candidates,
which are scored again from the vectors as they are. Either way the scores are FAISS's. While the
database is away, the copy on this machine is searched.
"""

from __future__ import annotations

import logging
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
from pgvector import HalfVector, Vector
from sqlalchemy import select, text

from embeddings.errors import SnapshotError, StorageError
from embeddings.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.database import Database
    from embeddings.vectors.index import Index, VectorIndex

log = logging.getLogger(__name__)

KINDS = ("passage_vectors", "sentence_vectors")
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


class Searching:
    """Searches the vectors of snapshots in tables of the database.

    Args:
        database: PostgreSQL with pgvector.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def push(self, collection: str, snapshot: Snapshot) -> None:
        """Copy a new snapshot's vectors to tables of their own, and try them.

        Raises:
            StorageError: They cannot be written.
            SnapshotError: A search there finds too little.
        """
        self._drop_old()
        for kind in KINDS:
            rows = snapshot.array(kind)
            index = DatabaseIndex(self._database, _table(collection, snapshot, kind), rows)
            index.fill()
            index.try_out()

    def indexes(self, collection: str, snapshot: Snapshot) -> tuple[Index, Index]:
        """Return what searches the passages and the sentences of a snapshot."""
        passages, sentences = (
            DatabaseIndex(
                self._database,
                _table(collection, snapshot, kind),
                snapshot.array(kind),
                snapshot.index(kind),
            )
            for kind in KINDS
        )
        return passages, sentences

    def _drop_old(self) -> None:
        """Drop the tables of snapshots that are not kept any more."""
        rows = schema.snapshots
        there = text("SELECT tablename FROM pg_tables WHERE tablename LIKE 'vectors\\_%'")
        with self._database.write() as connection:
            kept = connection.execute(select(rows.c.collection, rows.c.number))
            wanted = {_prefix(name, number) for name, number in kept}
            for table in connection.scalars(there).all():
                if table.rpartition("_")[0] not in wanted:
                    connection.execute(text(f"DROP TABLE {table}"))


class DatabaseIndex:
    """Rows of a matrix in a table, found by inner product; as ``index.VectorIndex``.

    Args:
        database: Where they lie.
        table: In which table.
        rows: The same rows on this machine, float32 or float16 ``[n, d]``.
        here: What searches those.
    """

    def __init__(
        self,
        database: Database,
        table: str,
        rows: NDArray[Any],
        here: VectorIndex | None = None,
    ) -> None:
        self.rows = rows
        self.size, self.dimension = rows.shape
        self._database = database
        self._table = table
        self._here = here
        self._type = "halfvec" if rows.dtype == np.float16 else "vector"
        self._is_indexed = self.size > EXACT_UP_TO and self.dimension <= INDEXED_UP_TO

    @property
    def kind(self) -> str:
        """What it is, as ``status`` shows it."""
        return f"pgvector {'hnsw' if self._is_indexed else 'exact'}"

    def search(
        self, vectors: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Find the k rows with the largest inner product; see ``index.VectorIndex.search``.

        Raises:
            ValueError: ``allowed`` is not about these rows.
            StorageError: The database is away, and there is no copy.
        """
        if allowed is not None and allowed.shape != (self.size,):
            raise ValueError(f"{self.size} rows, but shape {allowed.shape} of allowed ones.")
        try:
            return self._search(vectors, k, allowed)
        except StorageError as error:
            if self._here is None:
                raise
            log.warning("the copy here is searched: %s", error)
            return self._here.search(vectors, k, allowed)

    def fill(self) -> None:
        """Make the table and fill it."""
        insert = text(f"INSERT INTO {self._table} VALUES (:row, :vector)")  # noqa: S608 - our name
        with self._database.write() as connection:
            connection.execute(text(f"DROP TABLE IF EXISTS {self._table}"))
            columns = f"row int4 PRIMARY KEY, vector {self._type}({self.dimension}) NOT NULL"
            connection.execute(text(f"CREATE TABLE {self._table} ({columns})"))
        for batch in self._batches():
            with self._database.write() as connection:
                connection.execute(insert, batch)
        if self._is_indexed:
            with self._database.write() as connection:
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(
                    text(
                        f"CREATE INDEX ON {self._table} USING hnsw ((vector::halfvec("
                        f"{self.dimension})) halfvec_ip_ops) WITH (m = 16, ef_construction = 100)"
                    )
                )

    def try_out(self) -> None:
        """Search some vectors there, and compare with what is nearest in truth.

        Raises:
            SnapshotError: Too little is found.
        """
        matrix = np.asarray(self.rows, np.float32)
        shares = []
        for row in (
            np.unique(np.linspace(0, self.size - 1, PROBES).astype(int)) if self.size else ()
        ):
            scores = matrix @ matrix[row]
            nearest = np.sort(scores)[::-1][:10]
            _, found = self._search(matrix[row : row + 1], 10, None)
            good = sum(scores[each] >= nearest[-1] - 1e-3 for each in found[0] if each >= 0)
            shares.append(good / len(nearest))
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
            for i, vector in enumerate(vectors):
                found = self._nearest(connection, vector, k, allowed)
                rows[i, : len(found)] = [row for row, _ in found]
                scores[i, : len(found)] = [score for _, score in found]
        return scores, rows

    def _nearest(
        self,
        connection: Connection,
        vector: NDArray[np.float32],
        k: int,
        allowed: NDArray[np.bool_] | None,
    ) -> list[tuple[int, float]]:
        where, given = _narrow(allowed)
        whole = f"vector::vector({self.dimension})" if self._type == "halfvec" else "vector"
        source = f"{self._table} {where}"
        if self._is_indexed:
            connection.execute(text(f"SET LOCAL hnsw.ef_search = {min(1000, max(100, k * SPARE))}"))
            connection.execute(text("SET LOCAL hnsw.iterative_scan = relaxed_order"))
            half = f"halfvec({self.dimension})"
            source = (
                f"(SELECT row, vector FROM {source} ORDER BY (vector::{half}) <#> "  # noqa: S608 - our own names
                f"(CAST(:vector AS vector)::{half}) LIMIT {k * SPARE}) AS near"
            )
        query = (
            f"SELECT row, -({whole} <#> CAST(:vector AS vector)) AS score FROM {source} "  # noqa: S608 - as above
            f"ORDER BY {whole} <#> CAST(:vector AS vector), row LIMIT :k"
        )
        asked = {"vector": Vector(vector.astype(np.float32)).to_text(), "k": k, **given}
        return [(row, score) for row, score in connection.execute(text(query), asked)]

    def _batches(self) -> Iterator[list[dict[str, Any]]]:
        make = HalfVector if self._type == "halfvec" else Vector
        for first in range(0, self.size, BATCH):
            block = self.rows[first : first + BATCH]
            yield [
                {"row": first + place, "vector": make(vector).to_text()}
                for place, vector in enumerate(block)
            ]


def _narrow(allowed: NDArray[np.bool_] | None) -> tuple[str, dict[str, Any]]:
    """Say which rows may be found, by the shorter of the two lists."""
    if allowed is None:
        return "", {}
    inside, outside = np.flatnonzero(allowed), np.flatnonzero(~allowed)
    if len(inside) <= len(outside):
        return "WHERE row = ANY(:rows)", {"rows": inside.tolist()}
    return "WHERE row <> ALL(:rows)", {"rows": outside.tolist()}


def _table(collection: str, snapshot: Snapshot, kind: str) -> str:
    return f"{_prefix(collection, snapshot.number)}_{kind.partition('_')[0]}"


def _prefix(collection: str, number: int) -> str:
    return f"vectors_{sha256(collection.encode()).hexdigest()[:12]}_{number}"
