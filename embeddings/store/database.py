"""The database that everything is kept in: its transactions, its locks, and what it says in words.

``open_database`` returns the one that the settings name: a file of SQLite in the data folder, or
PostgreSQL (``postgresql``), where several machines share one. All methods may block, so that the
event loop calls none of them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import threading
import weakref
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, exc, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import QueuePool

from embeddings.errors import FullError, InputError, StorageError
from embeddings.snapshots.disk import make_folder, writer_lock
from embeddings.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Connection, Engine, Table

    from config.settings import Settings
    from embeddings.store.chunks import Chunks

    Transaction = Callable[[], AbstractContextManager[Connection]]
    """Begins a transaction that writes, by who holds a collection."""

log = logging.getLogger(__name__)

FILE = "verbatim.db"
"""Name of SQLite's file in the data folder."""
SNAPSHOTS, COPIES = "snapshots", "copies"
"""Names of the folders in the data folder that hold the snapshots' files: the only ones there are,
or what this machine has copied from a database, which may be deleted."""
BEFORE = "collections"
"""Name of the folder that a program of before 0.2 kept everything in."""
WAIT = 2.0
"""Seconds to wait for another process's write: a click has to be acknowledged within three."""
LOOK = 0.2
"""Seconds between two looks at whether another process has written something."""


def open_database(settings: Settings) -> Database:
    """Return the database that the settings name; nothing is opened before it is needed.

    Raises:
        InputError: What PostgreSQL takes is not installed, or an older program wrote the folder.
    """
    if not settings.store.url:
        return SqliteDatabase(settings.data)
    try:
        from embeddings.store.postgresql import PostgresDatabase
    except ModuleNotFoundError as error:
        raise InputError(
            f"{error.name} is not installed, and VERBATIM_STORE__ADDRESS names a database, which "
            "takes it: pip install verbatim[postgres]"
        ) from None
    searches = settings.store.search == "database"
    return PostgresDatabase(settings.store.url, settings.data / COPIES, searches=searches)


class Database(ABC):
    """One database; the tables are made at first need.

    Attributes:
        folder: Where this machine keeps the files of snapshots.
        is_shared: True when other machines have no access to that folder.
        insert: Returns an ``INSERT`` that knows ``ON CONFLICT``.
    """

    is_shared = False

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.folder = folder
        self._engine = engine
        self._is_made = False
        self._making = threading.Lock()
        self._looks: list[weakref.WeakMethod[Callable[[], None]]] = []
        self._stop = threading.Event()
        self._following: threading.Thread | None = None

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an ``INSERT`` that knows ``ON CONFLICT``."""
        return postgresql.insert(table) if self.is_shared else sqlite.insert(table)

    @abstractmethod
    def where(self) -> str:
        """Return what to call it in a sentence, without a password."""

    @abstractmethod
    def hold(self, collection: str) -> AbstractContextManager[Transaction]:
        """Be the one who changes a collection, across processes; never waits.

        A process that dies frees it. What is returned begins a transaction, which cannot be
        committed by who does not hold the collection any more.

        Raises:
            BusyError: Somebody else holds it; the sentence says who, and since when.
            StorageError: The database cannot be written.
        """

    @abstractmethod
    def problems(self) -> list[str]:
        """Return a sentence for each thing that is wrong with the database itself."""

    def chunks(self, collection: str) -> Chunks | None:  # noqa: ARG002 - where a folder is all
        """Return where the files of a collection's snapshots are; None: in the folder alone."""
        return None

    @abstractmethod
    def in_words(self, error: exc.DBAPIError) -> StorageError | None:
        """Return what the database says as a sentence for a person; None: it is our mistake."""

    @abstractmethod
    def _follow(self) -> None:
        """Look again whenever somebody has written something, until it is closed."""

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Begin a transaction that changes nothing and sees one state of the database.

        Raises:
            StorageError: It cannot be reached or read.
        """
        self._make()
        with self.told(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a transaction; it is committed at the end, and undone when that is not reached.

        Raises:
            StorageError: It cannot be reached or written; nothing was changed.
        """
        self._make()
        with self._writing() as connection:
            yield connection

    def follow(self, look: Callable[[], None]) -> None:
        """Have somebody look, on a thread of ours, whenever something may have been written.

        Args:
            look: A method, which does not keep its object alive.
        """
        self._looks = [each for each in self._looks if each()] + [weakref.WeakMethod(look)]
        if self._following is None:
            self._following = threading.Thread(target=self._follow, name="follow", daemon=True)
            self._following.start()

    def close(self) -> None:
        """End the connections; it may be used again."""
        self._stop.set()
        if self._following:
            self._following.join()
        self._stop, self._following = threading.Event(), None
        self._engine.dispose()

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Turn what the database says into a sentence.

        Raises:
            StorageError: It said something.
        """
        try:
            yield
        except exc.DBAPIError as error:
            sentence = self.in_words(error)
            if sentence is None:
                raise
            raise sentence from error
        except exc.TimeoutError as error:
            raise StorageError(
                f"{self.where()} has been busy for too long; nothing was changed, try again."
            ) from error

    def _look(self) -> None:
        for each in self._looks:
            if look := each():
                try:
                    look()
                except StorageError as error:
                    log.info("not followed just now: %s", error)
                except Exception:  # who does not follow any more would never know
                    log.exception("what was written elsewhere is not followed just now")

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        with (
            self.told(),
            self._engine.connect() as connection,
            connection.execution_options(writes=True).begin(),
        ):
            yield connection

    def _make(self) -> None:
        """Make the tables, once."""
        with self._making:
            if self._is_made:
                return
            with self.told(), self._engine.connect() as connection, connection.begin():
                is_there = self._engine.dialect.has_table(connection, schema.about.name)
                is_made = is_there and schema.version(connection) == schema.VERSION
            if not is_made:
                with self._writing() as connection:
                    self._alone(connection)
                    schema.make(connection)
            self._is_made = True

    def _alone(self, connection: Connection) -> None:  # noqa: B027 - SQLite's writers are alone
        """Keep others from making the tables at the same time."""


class SqliteDatabase(Database):
    """A file of SQLite, which the processes of one machine share.

    Args:
        data: The data folder; made at first need, for its owner alone.

    Raises:
        InputError: An older program keeps its collections in that folder.
    """

    def __init__(self, data: Path) -> None:
        self.path = data / FILE
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

    def where(self) -> str:
        """Return the path of the file."""
        return str(self.path)

    @contextlib.contextmanager
    def hold(self, collection: str) -> Iterator[Transaction]:
        """Hold a lock on a file, which the operating system frees when the process dies."""
        with writer_lock(self.folder / collection):
            yield self.write

    def problems(self) -> list[str]:
        """Have SQLite look at every page."""
        with self.read() as connection:
            found = connection.execute(text("PRAGMA quick_check")).scalars().all()
        mend = "put a backup in its place, or import an export into another data folder"
        return [f"{self.path}: {each}; {mend}." for each in found if each != "ok"]

    def in_words(self, error: exc.DBAPIError) -> StorageError | None:
        """Return what SQLite says as a sentence for a person."""
        code = (
            getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        )  # the primary code, as in its C API
        reason = _REASONS.get(code)
        kind = FullError if code == sqlite3.SQLITE_FULL else StorageError
        return kind(f"The database {self.path} {reason}") if reason else None

    def _connect(self) -> sqlite3.Connection:
        """Open the file; one that may only be read is read as it lies there."""
        if not self.path.exists():
            make_folder(self.path.parent)
            with contextlib.suppress(OSError):  # what is wrong there, SQLite says in its words
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = self._open("rw")
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (
                sqlite3.SQLITE_READONLY,
                sqlite3.SQLITE_CANTOPEN,
            ):
                raise
            connection.close()
            waits = self.path.with_name(f"{FILE}-wal")
            is_whole = not waits.exists() or not waits.stat().st_size
            connection = self._open("ro&immutable=1" if is_whole else "ro")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    def _open(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=WAIT,
            isolation_level=None,  # transactions begin where ``_begin`` says
            check_same_thread=False,
        )

    def _follow(self) -> None:
        """Ask SQLite, which counts the transactions of others."""
        seen: Any = None
        connection: sqlite3.Connection | None = None
        while not self._stop.wait(LOOK):
            try:
                connection = connection or self._connect()
                now = connection.execute("PRAGMA data_version").fetchone()
            except (sqlite3.Error, StorageError, OSError):
                connection = None
                continue
            if now != seen:
                seen = now
                self._look()
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
    sqlite3.SQLITE_IOERR: "cannot be read or written: look after the disk; nothing was changed.",
    sqlite3.SQLITE_CORRUPT: "is damaged: put a backup in its place, or import an export into "
    "another data folder.",
    sqlite3.SQLITE_NOTADB: "is no database any more: put a backup in its place, or import an "
    "export into another data folder.",
}
"""SQLite's primary result code (https://sqlite.org/rescode.html) -> the rest of a sentence."""


def ping(database: Database) -> None:
    """Look whether a database can be reached.

    Raises:
        StorageError: It cannot.
    """
    with database.read() as connection:
        connection.execute(text("SELECT 1"))
