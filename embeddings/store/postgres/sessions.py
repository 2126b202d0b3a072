"""A lock that is a session: one holder at a time, who writes on the session that holds it.

When the session is lost, so is the lock, and with it every way to write: a holder that was cut off
cannot spoil what the next one does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from embeddings.errors import BusyError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncpg import Connection, Record

    from embeddings.store.postgres.database import Database, Work

T = TypeVar("T")

_HOLDER = """
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND ((l.classid::bigint << 32) | l.objid::bigint) = $1
"""


class Session:
    """A connection that holds a lock; one statement at a time, from whatever thread.

    Args:
        database: Whose loop it lives on.
        connection: The connection.
    """

    def __init__(self, database: Database, connection: Connection[Record]) -> None:
        self._database = database
        self._connection = connection
        self._turn = asyncio.Lock()

    def write(self, work: Work[T]) -> T:
        """Do something in one transaction, while the lock is held.

        Raises:
            StorageError: The session was lost and the lock with it; nothing was changed.
        """
        return self._database.run(self._write(work))

    def run(self, work: Work[T]) -> T:
        """Do something in as many transactions as it wants.

        Raises:
            StorageError: The session was lost and the lock with it.
        """
        return self._database.run(self._run(work))

    async def _write(self, work: Work[T]) -> T:
        async with self._turn, self._connection.transaction():
            return await work(self._connection)

    async def _run(self, work: Work[T]) -> T:
        async with self._turn:
            return await work(self._connection)


@contextlib.contextmanager
def locked(database: Database, name: str, place: str) -> Iterator[Session]:
    """Hold a lock; never waits.

    Args:
        database: Where.
        name: The lock's name.
        place: What it locks, in a sentence.

    Raises:
        BusyError: Somebody else holds it.
        StorageError: The database cannot be reached.
    """
    connection = database.run(_take(database, name, place))
    try:
        yield Session(database, connection)
    finally:
        with contextlib.suppress(StorageError):
            database.run(_end(connection))


async def _take(database: Database, name: str, place: str) -> Connection[Record]:
    connection = await database.connect()
    try:
        key = await connection.fetchval("SELECT hashtextextended($1, 0)", name)
        if await connection.fetchval("SELECT pg_try_advisory_lock($1)", key):
            await connection.execute("SELECT set_config('application_name', $1, false)", _owner())
            return connection
        holder = await connection.fetchval(_HOLDER, key)
    except BaseException:
        await _end(connection)
        raise
    await _end(connection)
    who = holder or "another process"
    raise BusyError(f"Somebody else is writing in {place} ({who}); try again when that is done.")


async def _end(connection: Connection[Record]) -> None:
    """Close a connection, which frees its lock; one that does not answer is cut off."""
    try:
        await connection.close(timeout=2)
    except Exception:  # noqa: BLE001 - whatever it says, the connection is gone after this
        connection.terminate()


def _owner() -> str:
    """Return who holds a lock, as the server shows it to the others: 63 bytes at the most."""
    since = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f"process {os.getpid()} on {socket.gethostname()[:18]}, since {since}"
