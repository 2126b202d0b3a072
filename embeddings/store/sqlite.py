"""The SQLite database: one file in the data folder, which the processes of one machine share."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, exc, text
from sqlalchemy.pool import QueuePool

from embeddings.errors import FullError, InputError, PlaceError, StorageError
from embeddings.snapshots.disk import make_folder, reserve_space, writer_lock
from embeddings.store import schema
from embeddings.store.database import Database, Transaction

FILE = "verbatim.db"
"""The name of the database file in the data folder."""
SNAPSHOTS = "snapshots"
"""The folder of the snapshots' files in the data folder."""
RESERVE = ".reserve"
"""The file in the data folder that reserves space for the case of a full disk."""
RESERVED = 1 << 20
"""The size of the reserve in bytes. Reading takes 32 KiB beside the database for SQLite's shared
memory (https://sqlite.org/walformat.html), and a rollback as much again, or a few times that."""
BEFORE = "collections"
"""The folder in which versions before 0.2 kept everything."""
WAIT = 2.0
"""Seconds to wait for another process's write: a click must be acknowledged within three."""
LOOK = 0.2
"""Seconds between two looks at whether another process has written."""


class SqliteDatabase(Database):
    """An SQLite file in the data folder, which is created on first use, for its owner alone.

    Raises:
        InputError: The folder holds the collections of a version before 0.2.
    """

    def __init__(self, data: Path) -> None:
        self.path = data / FILE
        self._reserve = data / RESERVE
        if (data / BEFORE / "shared" / "corpus").is_dir() and not self.path.exists():
            raise InputError(
                f"The folder {data} was written by an earlier version, which kept each article in "
                "a file: export each collection with that version, then import it here into "
                "another folder."
            )
        engine = create_engine(
            "sqlite://", creator=self._connect, poolclass=QueuePool, pool_timeout=5
        )
        event.listen(engine, "begin", _begin)
        super().__init__(engine, data / SNAPSHOTS)

    def describe(self) -> str:
        """Return the path of the file."""
        return str(self.path)

    @contextlib.contextmanager
    def hold(self, collection: str) -> Iterator[Transaction]:
        """Hold a file lock, which the operating system releases if the process dies."""
        try:
            with writer_lock(self.folder / collection):
                yield self.write
        finally:
            reserve_space(self._reserve, RESERVED)

    def make_room(self) -> None:
        """Delete the reserve; it is written again when a collection is released."""
        with contextlib.suppress(OSError):
            self._reserve.unlink()

    def close(self) -> None:
        """Close the connections, then write the reserve into the space that they used."""
        super().close()
        reserve_space(self._reserve, RESERVED)

    def problems(self) -> list[str]:
        """Run SQLite's integrity check, and compare the tables with the schema."""
        with self.read() as connection:
            found = [*connection.execute(text("PRAGMA integrity_check")).scalars()]
            found += schema.find_changed(connection)
        mend = "put a backup in its place, or import an export into another data folder"
        return [f"{self.path}: {problem}; {mend}." for problem in found if problem != "ok"]

    def explain(self, error: exc.DBAPIError) -> StorageError | None:
        """Return an error of SQLite as a sentence for a person."""
        code = getattr(error.orig, "sqlite_errorcode", 0)
        is_full = code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
        code = sqlite3.SQLITE_FULL if is_full else code & 0xFF  # the primary result code
        if isinstance(error, exc.IntegrityError | exc.ProgrammingError | exc.InterfaceError):
            return None
        reason = _REASONS.get(code, f"cannot be used ({error.orig}): put a backup in its place.")
        is_place = code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
        kind = FullError if is_full else PlaceError if is_place else StorageError
        return kind(f"The database {self.path} {reason}")

    def _connect(self) -> sqlite3.Connection:
        """Open the file; on a full disk, in the space of the reserve, whose rest is kept."""
        try:
            return self._start()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
                raise
            self.make_room()
            try:
                return self._start()
            finally:
                reserve_space(self._reserve, RESERVED)

    def _start(self) -> sqlite3.Connection:
        """Open the file, read-only if it cannot be written."""
        if not self.path.exists():
            make_folder(self.path.parent)
            with contextlib.suppress(OSError):  # SQLite's own error says more
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = self._open("rw")
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            may_read = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
            if error.sqlite_errorcode & 0xFF not in may_read:
                raise
            wal = self.path.with_name(f"{FILE}-wal")
            is_whole = not wal.exists() or not wal.stat().st_size  # no write is only in the WAL
            connection = self._open("ro&immutable=1" if is_whole else "ro")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    def _open(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=WAIT,
            isolation_level=None,  # ``_begin`` begins the transactions
            check_same_thread=False,
        )

    def _follow(self) -> None:
        """Poll SQLite's counter of the transactions of other connections."""
        last: Any = None
        connection: sqlite3.Connection | None = None
        while not self._stop.wait(LOOK):
            try:
                connection = connection or self._connect()
                version = connection.execute("PRAGMA data_version").fetchone()
            except (sqlite3.Error, StorageError, OSError, UnicodeDecodeError):
                connection = None
                continue
            if version != last:
                last = version
                self._call_back()
        if connection:
            connection.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_REASONS = {
    sqlite3.SQLITE_FULL: "cannot be written, because the disk is full: nothing was changed; make "
    "room and try again.",
    sqlite3.SQLITE_BUSY: f"has been locked by somebody else for {WAIT:.0f} s: nothing was changed; "
    "try again when that is done.",
    sqlite3.SQLITE_LOCKED: "is locked by somebody else: nothing was changed; try again.",
    sqlite3.SQLITE_READONLY: "may not be written: nothing was changed; change the owner or the "
    "permissions of the file and its folder.",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that its folder is there, and the "
    "permissions.",
    sqlite3.SQLITE_PERM: "may not be opened: check its permissions.",
    sqlite3.SQLITE_IOERR: "cannot be used: is the disk full, or broken? Nothing was changed.",
    sqlite3.SQLITE_CORRUPT: "is damaged: put a backup in its place, or import an export into "
    "another data folder.",
    sqlite3.SQLITE_NOTADB: "is no database any more: put a backup in its place, or import an "
    "export into another data folder.",
}
"""Primary result code (https://sqlite.org/rescode.html) -> the rest of the sentence about it."""
