"""Nearest vectors in a generation's own table, for collections that outgrow the memory.

Up to ``EXACT_UP_TO`` rows every row is compared; above, an index of halves (HNSW) names candidates,
which are scored again from the vectors as they are. Either way the scores are FAISS's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.store.postgres.tables import value

if TYPE_CHECKING:
    from asyncpg import Connection, Record
    from numpy.typing import NDArray

    from embeddings.store.postgres.database import Database

EXACT_UP_TO = 50_000
"""Rows up to which every row is compared: some 30 ms of one core with 512 dimensions."""
INDEXED_UP_TO = 4_000
"""The most dimensions that pgvector indexes in halves."""
PATIENCE = 10.0
"""Seconds that a search may take before the question is answered from elsewhere."""
SPARE = 4
"""How many times as many candidates as wanted are scored again."""
_EXACT = """
SELECT row, -({vector} <#> $1) AS score FROM {table} {where}
ORDER BY {vector} <#> $1, row LIMIT $2
"""
_INDEXED = """
WITH near AS MATERIALIZED (
    SELECT row, vector FROM {table} {where}
    ORDER BY (vector::halfvec({dimension})) <#> $1::vector::halfvec({dimension}) LIMIT $2 * {spare})
SELECT row, -({vector} <#> $1) AS score FROM near ORDER BY {vector} <#> $1, row LIMIT $2
"""
_INDEX = """
CREATE INDEX ON {table} USING hnsw ((vector::halfvec({dimension})) halfvec_ip_ops)
WITH (m = 16, ef_construction = 100)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the vectors lie: a table with ``row`` and ``vector``, and what is known of it.

    Attributes:
        table: Its name.
        rows: How many rows it has.
        dimension: Length of a vector.
        halves: Whether the vectors are stored in halves.
        indexed: Whether it is searched by its index.
    """

    table: str
    rows: int
    dimension: int
    halves: bool
    indexed: bool = False


def wants_index(rows: int, dimension: int) -> bool:
    """Say whether a table of so many rows is searched by an index."""
    return rows > EXACT_UP_TO and dimension <= INDEXED_UP_TO


def placed(table: str, vectors: NDArray[Any]) -> Place:
    """Return where the rows of a matrix are that was made ready to be searched."""
    rows, dimension = vectors.shape
    halves = vectors.dtype == np.float16
    return Place(table, rows, dimension, halves, wants_index(rows, dimension))


async def make_index(connection: Connection[Record], table: str, dimension: int) -> None:
    """Build the index of a table that is whole."""
    statement = _INDEX.format(table=table, dimension=dimension)
    await connection.execute(statement, timeout=24 * 3600)


async def nearest(
    connection: Connection[Record],
    place: Place,
    vector: NDArray[np.float32],
    k: int,
    allowed: NDArray[np.bool_] | None = None,
) -> list[tuple[int, float]]:
    """Return the rows with the largest inner product and that product, best first, then by row.

    Args:
        connection: Outside of any transaction.
        place: Where to search.
        vector: float32, shape ``[d]``.
        k: How many at the most.
        allowed: Rows that may be found, shape ``[n]``; None: all.
    """
    where, rows = _narrowed(allowed)
    query = (_INDEXED if place.indexed else _EXACT).format(
        table=place.table,
        where=where,
        dimension=place.dimension,
        spare=SPARE,
        vector=f"vector::vector({place.dimension})" if place.halves else "vector",
    )
    given = value(vector.astype(np.float32))
    async with connection.transaction(readonly=True):
        if place.indexed:
            await connection.execute(
                f"SET LOCAL hnsw.ef_search = {min(1000, max(100, k * SPARE))};"
                "SET LOCAL hnsw.iterative_scan = relaxed_order;"
                "SET LOCAL hnsw.max_scan_tuples = 200000"
            )
        found = await connection.fetch(query, given, k, *rows, timeout=PATIENCE)
    return [(each["row"], each["score"]) for each in found]


def _narrowed(allowed: NDArray[np.bool_] | None) -> tuple[str, tuple[Any, ...]]:
    """Say which rows may be found, by the shorter of the two lists."""
    if allowed is None:
        return "", ()
    inside, outside = np.flatnonzero(allowed), np.flatnonzero(~allowed)
    if len(inside) <= len(outside):
        return "WHERE row = ANY($3::int4[])", (inside.tolist(),)
    return "WHERE row <> ALL($3::int4[])", (outside.tolist(),)


class PostgresIndex:
    """Rows of a matrix in the database, found by inner product; as ``index.VectorIndex``.

    Args:
        database: Where they lie.
        place: In which table.
    """

    def __init__(self, database: Database, place: Place) -> None:
        self._database = database
        self._place = place
        self.size, self.dimension = place.rows, place.dimension

    @property
    def kind(self) -> str:
        """What it is, as ``status`` shows it."""
        return f"pgvector {'hnsw' if self._place.indexed else 'exact'}"

    def search(
        self, vectors: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Find the k rows with the largest inner product; see ``index.VectorIndex.search``.

        Raises:
            StorageError: The database is gone.
            ValueError: ``allowed`` is not about these rows.
        """
        if allowed is not None and allowed.shape != (self.size,):
            raise ValueError(f"{self.size} rows, but shape {allowed.shape} of allowed ones.")
        scores = np.full((len(vectors), k), -np.inf, dtype=np.float32)
        rows = np.full((len(vectors), k), -1, dtype=np.int64)
        for i, vector in enumerate(vectors):
            found = self._one(vector, k, allowed)
            rows[i, : len(found)] = [row for row, _ in found]
            scores[i, : len(found)] = [score for _, score in found]
        return scores, rows

    def _one(
        self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None
    ) -> list[tuple[int, float]]:
        return self._database.read(lambda c: nearest(c, self._place, vector, k, allowed))
