"""The database that everything is kept in: its transactions, its locks, and what it says in words.

Which one that is, ``opening`` says. All methods may block, so that the event loop calls none.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, Table, event, exc
from sqlalchemy.dialects import sqlite

from embeddings.errors import StorageError
from embeddings.store import schema

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.dialects import postgresql
    from sqlalchemy.pool import ConnectionPoolEntry

Transaction = Callable[[], contextlib.AbstractContextManager[Connection]]
"""Begins a transaction that writes, by who holds a collection."""

log = logging.getLogger(__name__)


class Database(ABC):
    """One database; the tables are made at first need.

    Attributes:
        folder: Where this machine keeps the files of snapshots.
        is_shared: True when other machines have no access to that folder.
        searches: True when vectors are compared in the database.
    """

    is_shared = False
    searches = False

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.folder = folder
        self._engine = engine
        event.listen(engine, "connect", lambda _, each: each.info.update(pool=engine.pool))
        event.listen(engine, "checkin", self._end_late)
        self._is_made = False
        self._making = threading.Lock()
        self._looks: list[weakref.WeakMethod[Callable[[], None]]] = []
        self._stop = threading.Event()
        self._following: threading.Thread | None = None

    @abstractmethod
    def where(self) -> str:
        """Return what to call it in a sentence, without a password."""

    @abstractmethod
    def hold(self, collection: str) -> contextlib.AbstractContextManager[Transaction]:
        """Be the one who changes a collection, across processes; never waits.

        A process that dies frees it. What is returned begins a transaction, which cannot be
        committed by who does not hold the collection any more.

        Raises:
            BusyError: Somebody else holds it; the sentence says who, and since when.
            StorageError: The database cannot be written.
        """

    @abstractmethod
    def in_words(self, error: exc.DBAPIError) -> StorageError | None:
        """Return what the database says as a sentence for a person; None: it is our mistake."""

    @abstractmethod
    def _follow(self) -> None:
        """Look again whenever somebody has written something, until it is closed."""

    def problems(self) -> list[str]:
        """Return a sentence for each thing that is wrong with the database itself."""
        return []  # where it looks after its own pages

    def make_room(self) -> None:  # noqa: B027 - PostgreSQL's disk is not this one
        """Give up room that was reserved for when the disk is full, where there is any."""

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an ``INSERT`` that knows ``ON CONFLICT``."""
        if self._engine.dialect.name == "sqlite":
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # 30 ms that SQLite does not take

        return postgresql.insert(table)

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Begin a transaction that changes nothing and sees one state of the database.

        Raises:
            StorageError: It cannot be reached or read.
        """
        self._make()
        with self.tell_errors(), self._engine.connect() as connection, connection.begin():
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

    def _end_late(self, _: object, entry: ConnectionPoolEntry) -> None:
        """End a connection that a thread gives back after all were ended."""
        if entry.info.get("pool") is not self._engine.pool:
            entry.close()

    @contextlib.contextmanager
    def tell_errors(self) -> Iterator[None]:
        """Turn what the database says into a sentence, raised as a StorageError."""
        try:
            yield
        except exc.DBAPIError as error:
            if (sentence := self.in_words(error)) is None:
                raise
            raise sentence from error
        except UnicodeDecodeError as error:  # sqlite3, of a damaged name or of what SQLite says
            raise StorageError(
                f"The database {self.where()} is damaged: put a backup in its place, or import an "
                "export into another data folder."
            ) from error
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
            self.tell_errors(),
            self._engine.connect() as connection,
            connection.execution_options(writes=True).begin(),
        ):
            yield connection

    def _make(self) -> None:
        """Make the tables, once."""
        with self._making:
            if self._is_made:
                return
            with self.tell_errors(), self._engine.connect() as connection, connection.begin():
                is_there = self._engine.dialect.has_table(connection, schema.about.name)
                is_made = is_there and schema.version(connection) == schema.VERSION
            if not is_made:
                with self._writing() as connection:
                    self._alone(connection)
                    schema.make(connection)
            self._is_made = True

    def _alone(self, connection: Connection) -> None:  # noqa: B027 - SQLite's writers are alone
        """Keep others from making the tables at the same time."""
