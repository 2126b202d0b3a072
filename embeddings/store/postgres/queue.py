"""Texts that wait for a vector, shared by all processes that have the model.

Who takes some holds them for ``LEASE`` seconds; when it dies, another takes them then. Vectors stay
until the snapshot that wanted them is live, so that a builder that dies has lost none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncpg import Connection, Record
    from numpy.typing import NDArray

    from embeddings.store.postgres.database import Database

CHANNEL = "verbatim_work"
"""Where a collection's name is called out when texts of it begin to wait."""
LEASE = 60.0
"""Seconds that a batch may take."""
_DTYPE = np.dtype("<f4")
_MAKE = "INSERT INTO collections (name) VALUES ($1) ON CONFLICT DO NOTHING"
_OFFER = """
INSERT INTO work (collection, model, key, text) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""
_TAKE = """
UPDATE work SET leased_until = now() + $3 * interval '1 second'
WHERE (collection, model, key) IN (
    SELECT collection, model, key FROM work
    WHERE collection = $1 AND model = $2 AND vector IS NULL
      AND (leased_until IS NULL OR leased_until < now())
    ORDER BY length(text) LIMIT $4 FOR UPDATE SKIP LOCKED)
RETURNING key, text
"""
_GIVE = """
UPDATE work SET vector = $4, leased_until = NULL
WHERE collection = $1 AND model = $2 AND key = $3 AND vector IS NULL
"""
_LEFT = """
SELECT count(*) FROM work WHERE collection = $1 AND model = $2 AND vector IS NULL
"""
_VECTORS = """
SELECT key, vector FROM work
WHERE collection = $1 AND model = $2 AND vector IS NOT NULL AND key = ANY($3::bytea[])
"""


class Queue:
    """The texts of one collection that wait for a vector of one model.

    Args:
        database: Where they wait.
        collection: The collection's name.
        model: The model's id, its revision included.
        lease: Seconds that a batch may take.
    """

    def __init__(
        self, database: Database, collection: str, model: str, *, lease: float = LEASE
    ) -> None:
        self._database = database
        self._key = (collection, model)
        self._lease = lease

    def offer(self, texts: Mapping[bytes, str]) -> None:
        """Put texts into the queue, by key; those that wait or are done already stay as they are.

        Raises:
            StorageError: The database is gone, or refuses.
        """
        rows = [
            (*self._key, key, text.encode("utf-8", "surrogatepass")) for key, text in texts.items()
        ]

        async def work(connection: Connection[Record]) -> None:
            await connection.execute(_MAKE, self._key[0])
            await connection.executemany(_OFFER, rows)
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, self._key[0])

        self._database.write(work)

    def take(self, count: int) -> dict[bytes, str]:
        """Take some texts, the shortest first, and hold them for a while; empty: none is free.

        Raises:
            StorageError: The database is gone, or refuses.
        """
        rows = self._database.write(lambda c: c.fetch(_TAKE, *self._key, self._lease, count))
        return {row["key"]: row["text"].decode("utf-8", "surrogatepass") for row in rows}

    def give(self, vectors: Mapping[bytes, NDArray[Any]]) -> None:
        """Keep the vectors of texts that were taken; the first one that is given counts.

        Raises:
            StorageError: The database is gone, or refuses.
        """
        rows = [(*self._key, key, row.astype(_DTYPE).tobytes()) for key, row in vectors.items()]
        self._database.write(lambda c: c.executemany(_GIVE, rows))

    def left(self) -> int:
        """Return how many texts have no vector yet, those included that somebody holds.

        Raises:
            StorageError: The database is gone, or refuses.
        """

        async def work(connection: Connection[Record]) -> int:
            return int(await connection.fetchval(_LEFT, *self._key))

        return self._database.read(work)

    def vectors(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """Return the vectors that are there, by key, float32 ``[d]``.

        Raises:
            StorageError: The database is gone, or refuses.
        """
        wanted = list(keys)
        rows = self._database.read(lambda c: c.fetch(_VECTORS, *self._key, wanted))
        return {row["key"]: np.frombuffer(row["vector"], _DTYPE).astype(np.float32) for row in rows}
