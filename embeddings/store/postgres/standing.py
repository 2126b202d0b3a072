"""A snapshot's vectors searched in the database, and in the copy here while that is away."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from embeddings.errors import StorageError
from embeddings.store.postgres.search import PostgresIndex, placed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.postgres.database import Database
    from embeddings.vectors.index import Index, Rows, VectorIndex

log = logging.getLogger(__name__)

PAUSE = 10.0
"""Seconds for which a database that did not answer is not asked again."""


class StandingIndex:
    """Rows of a matrix, found by inner product, wherever they can be found now.

    Both ways give the same rows with the same scores, to the rounding of float32, as far as both
    are exact; so nobody who asks can tell which one it was.

    Args:
        there: Searches in the database.
        here: Searches the copy on this machine; nothing of it is read before it is needed.
        pause: Seconds for which the database is not asked again when it did not answer.
    """

    def __init__(self, there: PostgresIndex, here: VectorIndex, *, pause: float = PAUSE) -> None:
        self._there = there
        self._here = here
        self._pause = pause
        self._away_until = 0.0
        self.dimension = here.dimension

    @property
    def rows(self) -> Rows:
        """The matrix, shape ``[n, d]``, mapped from this machine's disk."""
        return self._here.rows

    @property
    def kind(self) -> str:
        """What it is, as ``status`` shows it."""
        return self._there.kind

    def search(
        self, vectors: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Find the k rows with the largest inner product; see ``PostgresIndex.search``."""
        if time.monotonic() >= self._away_until:
            try:
                return self._there.search(vectors, k, allowed)
            except StorageError as error:
                self._away_until = time.monotonic() + self._pause
                log.warning("searching the copy here for %.0f s: %s", self._pause, error)
        return self._here.search(vectors, k, allowed)


def indexes(database: Database, seq: int, snapshot: Snapshot) -> tuple[Index, Index]:
    """Return what searches a snapshot's passages and sentences.

    Args:
        database: Where it was made ready to be searched.
        seq: The number of its tables there.
        snapshot: The copy on this machine.
    """
    passages, sentences = (
        StandingIndex(
            PostgresIndex(database, placed(f"g{seq}_{kind}s", snapshot.array(f"{kind}_vectors"))),
            snapshot.index(f"{kind}_vectors"),
        )
        for kind in ("passage", "sentence")
    )
    return passages, sentences
