"""The base class of the databases: transactions, locks, collections, and errors as sentences.

``open_database`` chooses one. All methods may block: the event loop must not call them.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, Table, delete, event, exc, select
from sqlalchemy.dialects import sqlite

from embeddings.errors import StorageError
from embeddings.store import schema

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.dialects import postgresql
    from sqlalchemy.pool import ConnectionPoolEntry

    from embeddings.threads import Listener

Transaction = Callable[[], contextlib.AbstractContextManager[Connection]]
"""Begins a transaction that writes; a holder of a collection gets its own."""

log = logging.getLogger(__name__)


class Database(ABC):
    """One database; its tables are created when it is first used.

    Attributes:
        folder: The folder of the snapshots' files on this machine.
        known: Collection name -> the number of its live snapshot, as of the last ``look``.
        is_remote: Whether other machines may use the database, which cannot read ``folder``.
        searches: Whether the database itself searches the vectors.
    """

    is_remote = False
    searches = False

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.folder = folder
        self.known: Mapping[str, int | None] = MappingProxyType({})
        self._engine = engine
        event.listen(engine, "connect", lambda _, entry: entry.info.update(pool=engine.pool))
        event.listen(engine, "checkin", self._close_stale)
        self._has_tables = False
        self._creating = threading.Lock()
        self._callbacks: list[weakref.WeakMethod[Callable[[], None]]] = []
        self._listeners: weakref.WeakSet[Listener] = weakref.WeakSet()
        self._looking = threading.Lock()
        self._stop = threading.Event()
        self._follower: threading.Thread | None = None

    @abstractmethod
    def describe(self) -> str:
        """Return the file or address of the database for messages, without a password."""

    @abstractmethod
    def hold(self, collection: str) -> contextlib.AbstractContextManager[Transaction]:
        """Lock a collection for a change, across processes; never waits.

        The lock is freed if the process dies. The result begins transactions, none of which can be
        committed once the lock is lost.

        Raises:
            BusyError: The collection is locked; the sentence says by whom, and since when.
            StorageError: The database cannot be written.
        """

    @abstractmethod
    def explain(self, error: exc.DBAPIError) -> StorageError | None:
        """Return an error of the database as a sentence for a person; None if it is a bug here."""

    @abstractmethod
    def _follow(self) -> None:
        """Call ``_call_back`` whenever somebody may have written, until the database is closed."""

    def problems(self) -> list[str]:
        """Return a sentence for each problem of the database itself."""
        return []  # PostgreSQL checks its own pages

    def make_room(self) -> None:  # noqa: B027 - PostgreSQL has a disk of its own
        """Delete the file that reserves disk space, if there is one."""

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an ``INSERT`` of the dialect, which supports ``ON CONFLICT``."""
        if self._engine.dialect.name == "sqlite":
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # takes 30 ms, for nothing with SQLite

        return postgresql.insert(table)

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Begin a read-only transaction, which sees one state; raises StorageError."""
        self._create_tables()
        with self.translate_errors(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a transaction; commit it at the end, roll it back on an exception.

        Raises:
            StorageError: The database cannot be reached or written; nothing was changed.
        """
        self._create_tables()
        with self._writing() as connection:
            yield connection

    def look(self) -> None:
        """Update ``known``, and notify the listeners if it changed; raises StorageError."""
        c = schema.collections.c
        with self._looking:
            with self.read() as connection:
                rows = connection.execute(select(c.name, c.live)).all()
            before, self.known = self.known, MappingProxyType({row.name: row.live for row in rows})
        if before != self.known:
            for listener in tuple(self._listeners):
                listener.notify()

    def listen(self, listener: Listener) -> None:
        """Notify a listener whenever this or another process publishes a snapshot."""
        if not self._listeners:
            self.follow(self.look)
        self._listeners.add(listener)

    def create_collection(self, name: str) -> None:
        """Create a collection unless it exists."""
        insert = self.insert(schema.collections).values(name=name, numbers=0)
        with self.write() as connection:
            connection.execute(insert.on_conflict_do_nothing())
        self.look()

    def delete_collection(self, name: str) -> bool:
        """Delete all rows of a collection, not its files; False if it does not exist."""
        statement = delete(schema.collections).where(schema.collections.c.name == name)
        with self.hold(name) as write, write() as connection:
            is_deleted = connection.execute(statement).rowcount > 0
        self.look()
        return is_deleted

    def follow(self, look: Callable[[], None]) -> None:
        """Call a method, on a thread of this database, whenever somebody may have written.

        Only a weak reference to its object is held.
        """
        live = [reference for reference in self._callbacks if reference()]
        self._callbacks = [*live, weakref.WeakMethod(look)]
        if self._follower is None:
            self._follower = threading.Thread(target=self._follow, name="follow", daemon=True)
            self._follower.start()

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        self._stop.set()
        if self._follower:
            self._follower.join()
        self._stop, self._follower = threading.Event(), None
        self._engine.dispose()

    def _close_stale(self, _: object, entry: ConnectionPoolEntry) -> None:
        """Close a connection that a thread returns after ``close`` has replaced the pool."""
        if entry.info.get("pool") is not self._engine.pool:
            entry.close()

    @contextlib.contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Turn the database's errors into StorageErrors with a sentence for a person."""
        try:
            yield
        except exc.DBAPIError as error:
            if (translated := self.explain(error)) is None:
                raise
            raise translated from error
        except UnicodeDecodeError as error:  # from sqlite3, in a damaged name or error message
            raise StorageError(
                f"The database {self.describe()} is damaged: put a backup in its place, or import "
                "an export into another data folder."
            ) from error
        except exc.TimeoutError as error:
            raise StorageError(
                f"{self.describe()} has been busy for too long; nothing was changed, try again."
            ) from error

    def _call_back(self) -> None:
        for reference in self._callbacks:
            if look := reference():
                try:
                    look()
                except StorageError as error:
                    log.info("not followed just now: %s", error)
                except Exception:  # must not end the thread, and with it all following
                    log.exception("what was written elsewhere is not followed just now")

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        with (
            self.translate_errors(),
            self._engine.connect() as connection,
            connection.execution_options(writes=True).begin(),
        ):
            yield connection

    def _create_tables(self) -> None:
        """Create or upgrade the tables, once."""
        with self._creating:
            if self._has_tables:
                return
            with self.translate_errors(), self._engine.connect() as connection, connection.begin():
                is_known = self._engine.dialect.has_table(connection, schema.about.name)
                is_current = is_known and schema.version(connection) == schema.VERSION
            if not is_current:
                with self._writing() as connection:
                    self._lock_schema(connection)
                    schema.make(connection)
            self._has_tables = True

    def _lock_schema(self, connection: Connection) -> None:  # noqa: B027 - SQLite has one writer
        """Keep other processes from creating the tables at the same time."""
