"""A snapshot to tables of its own in the database, checked there before it may be published."""

from __future__ import annotations

import logging
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any

import asyncpg
import numpy as np

from embeddings.errors import SnapshotError
from embeddings.snapshots.snapshot import MANIFEST
from embeddings.store.postgres import search
from embeddings.store.postgres.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncpg import Connection, Record

    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.postgres.tables import Table

log = logging.getLogger(__name__)

BATCH = 2_000
"""Rows that are copied by one statement."""
FILES_BATCH = 4
"""Parts of files that are copied by one statement."""
LONG = 3600.0
"""Seconds that copying or digesting a table may take."""
PROBES = 20
"""Vectors that the search in the database is tried with."""
TEN = 10
LEAST_RECALL = 0.95
"""The share of the ten nearest that an index must find: less than that, and it is not used."""
ROUNDING = 1e-6
"""How much two sums of the same products may differ."""
_NEW = """
INSERT INTO generations (collection, id, state, manifest, digest)
VALUES ($1, $2, 'building', $3, $4) RETURNING seq
"""
_DROP_TABLES = (
    "DROP TABLE IF EXISTS g{seq}_files, g{seq}_articles, g{seq}_passages, g{seq}_sentences"
)


async def upload(
    connection: Connection[Record], collection: str, snapshot: Snapshot, *, searchable: bool
) -> int:
    """Write a snapshot aside and check it; return the number that names its tables.

    Args:
        connection: The session that holds the builder's lock.
        collection: Whose snapshot.
        snapshot: What was written and checked on the local disk.
        searchable: Make it ready to be searched in the database too.

    Raises:
        SnapshotError: What is in the database is not what was sent.
        asyncpg.PostgresError: The database refuses, such as for want of room.
    """
    manifest = (snapshot.folder / MANIFEST).read_bytes()
    mark = sha256(manifest).digest()
    seq: int = await connection.fetchval(_NEW, collection, snapshot.id, manifest, mark)
    tables = Tables(seq, snapshot, sentences=searchable)
    await _fill(connection, tables)
    await _check(connection, tables, snapshot)
    if searchable:
        await _index(connection, tables, snapshot)
    await _probe(connection, tables, snapshot)
    return seq


async def _fill(connection: Connection[Record], tables: Tables) -> None:
    await _copy(connection, tables.files, tables.file_rows(), FILES_BATCH)
    await _copy(connection, tables.articles, tables.article_rows())
    await _copy(connection, tables.passages, tables.passage_rows())
    if tables.sentences:
        await _copy(connection, tables.sentence_vectors, tables.sentence_rows())


async def _copy(
    connection: Connection[Record],
    table: Table,
    rows: Iterable[tuple[Any, ...]],
    batch: int = BATCH,
) -> None:
    """Make a table and fill it by binary COPY."""
    columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    await connection.execute(f"CREATE TABLE {table.name} ({columns})")
    left = iter(rows)
    while some := list(islice(left, batch)):
        await connection.copy_records_to_table(
            table.name, records=some, columns=list(table.columns), timeout=LONG
        )
    key = "name, part" if "part" in table.columns else "row"
    await connection.execute(f"ALTER TABLE {table.name} ADD PRIMARY KEY ({key})", timeout=LONG)


async def _check(connection: Connection[Record], tables: Tables, snapshot: Snapshot) -> None:
    """Compare counts and digests in the database with those of the snapshot."""
    expected = [
        (tables.articles, snapshot.manifest.articles, None),
        (tables.passages, snapshot.manifest.passages, tables.passage_digest()),
        (tables.files, None, tables.file_digest()),
    ]
    if tables.sentences:
        count = snapshot.manifest.sentences
        expected.append((tables.sentence_vectors, count, tables.sentence_digest()))
    for table, rows, mark in expected:
        found = await connection.fetchval(f"SELECT count(*) FROM {table.name}", timeout=LONG)  # noqa: S608 - our own name
        if rows is not None and found != rows:
            raise SnapshotError(_differs(f"{table.name} holds {found} rows in place of {rows}"))
        if mark is not None and await connection.fetchval(table.check, timeout=LONG) != mark:
            raise SnapshotError(_differs(f"the digest of {table.name} differs"))


def _differs(what: str) -> str:
    return f"The database did not keep what was written ({what}). The new snapshot is not used."


async def _index(connection: Connection[Record], tables: Tables, snapshot: Snapshot) -> None:
    for table, kind in ((tables.passages, "passage"), (tables.sentence_vectors, "sentence")):
        rows, dimension = snapshot.array(f"{kind}_vectors").shape
        if search.wants_index(rows, dimension):
            await search.make_index(connection, table.name, dimension)
        await connection.execute(f"ANALYZE {table.name}", timeout=LONG)


async def _probe(connection: Connection[Record], tables: Tables, snapshot: Snapshot) -> None:
    """Search some vectors in the database, and compare with what is nearest in truth."""
    vectors = snapshot.array("passage_vectors")
    rows, dimension = vectors.shape
    indexed = tables.sentences and search.wants_index(rows, dimension)
    halves = vectors.dtype == np.float16
    place = search.Place(tables.passages.name, rows, dimension, halves, indexed)
    shares = []
    for row in np.unique(np.linspace(0, rows - 1, PROBES).astype(int)) if rows else ():
        probe = np.asarray(vectors[row], dtype=np.float32)
        scores = np.asarray(vectors, dtype=np.float32) @ probe
        nearest = np.sort(scores)[::-1][:TEN]
        found = await search.nearest(connection, place, probe, TEN)
        good = sum(scores[each] >= nearest[-1] - ROUNDING for each, _ in found)
        shares.append(good / len(nearest))
    recall = float(np.mean(shares)) if shares else 1.0
    log.info("probes of %s in the database: recall %.3f", snapshot.id, recall)
    if recall < (LEAST_RECALL if indexed else 1.0):
        raise SnapshotError(_differs(f"its search finds {recall:.0%} of the nearest passages"))


async def collect(connection: Connection[Record], collection: str) -> None:
    """Drop the tables of what was left aside or is not kept any more.

    Args:
        connection: The session that holds the builder's lock.
        collection: Whose.
    """
    gone = await connection.fetch(
        "SELECT seq FROM generations WHERE collection = $1 AND state <> 'kept'", collection
    )
    for row in gone:
        try:
            async with connection.transaction():
                await connection.execute("SET LOCAL lock_timeout = '5s'")
                await connection.execute(_DROP_TABLES.format(seq=row["seq"]))
                await connection.execute("DELETE FROM generations WHERE seq = $1", row["seq"])
        except asyncpg.LockNotAvailableError:
            log.info("generation %s is being read; it is collected later", row["seq"])
