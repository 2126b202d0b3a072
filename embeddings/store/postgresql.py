"""The PostgreSQL database, which several machines share.

A collection's lock is an advisory lock of the session that also writes: if the session is lost, so
is the transaction. Every write sends ``NOTIFY``, to which one connection of each process listens.
"""

import contextlib
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from pgvector.psycopg import register_vector
from sqlalchemy import Connection, create_engine, exc, text

from embeddings.errors import AwayError, BusyError, FullError, PlaceError, StorageError
from embeddings.store.database import Database, Transaction

log = logging.getLogger(__name__)

CONNECT = 3
"""The timeout of an attempt to connect, in seconds."""
LOCKS, STATEMENT = 2_000, 60_000
"""The timeouts of a statement, in milliseconds: for a lock, and in all."""
POLL = 30.0
"""Seconds between two looks without a notification."""
LONGEST = 15.0
"""The longest pause between two attempts to reconnect, in seconds."""
CHANNEL = "verbatim"
"""The channel of the notifications."""
_OPTIONS = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "search_path": "verbatim,public",
        "lock_timeout": LOCKS,
        "statement_timeout": STATEMENT,
        "idle_in_transaction_session_timeout": 60_000,
        "jit": "off",
    }.items()
)
_KEY = "hashtextextended('verbatim ' || :name, 0)"
_HOLDER = """
SELECT host(client_addr), pid, backend_start FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND pg_locks.database =
    (SELECT oid FROM pg_database WHERE datname = current_database())
AND (classid::bigint << 32) | objid::bigint = hashtextextended('verbatim ' || :name, 0)
"""


class PostgresDatabase(Database):
    """A PostgreSQL database.

    Args:
        url: ``postgresql://user:password@host:port/name``; several hosts are tried in turn.
        folder: The folder of this machine's copies of the snapshots' files.
        searches: Whether the database searches the vectors, which needs its extension pgvector.
    """

    is_remote = True

    def __init__(self, url: str, folder: Path, *, searches: bool = False) -> None:
        self._url = url
        self.searches = searches
        engine = create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            pool_size=4,
            max_overflow=4,
            pool_timeout=5,
            pool_pre_ping=True,
        )
        super().__init__(engine, folder)

    def describe(self) -> str:
        """Return the address without the user and the password."""
        address = urlsplit(self._url)
        return f"postgresql://{address.netloc.rpartition('@')[2]}{address.path}"

    @contextlib.contextmanager
    def hold(self, collection: str) -> Iterator[Transaction]:
        """Hold an advisory lock, which the server releases when the session ends."""
        self._create_tables()
        with self.translate_errors(), self._engine.connect() as session:
            key = {"name": collection}
            with session.begin():
                if not session.scalar(text(f"SELECT pg_try_advisory_lock({_KEY})"), key):
                    raise self._busy_error(session, collection)

            @contextlib.contextmanager
            def write() -> Iterator[Connection]:
                with self.translate_errors(), session.begin():
                    yield session
                    self._notify(session)

            try:
                yield write
            finally:
                if not session.invalidated:
                    with contextlib.suppress(exc.SQLAlchemyError):  # releases the lock at once
                        session.execute(text(f"SELECT pg_advisory_unlock({_KEY})"), key)
                session.invalidate()  # ends the session and so releases the lock in any case

    def explain(self, error: exc.DBAPIError) -> StorageError | None:
        """Return an error of PostgreSQL as a sentence for a person."""
        state = getattr(error.orig, "sqlstate", None) or ""
        first = " ".join(str(error.orig).split("\n")[0].split())
        is_refused = not state and any(word in first for word in _REFUSALS)
        if state.startswith("28") or state == "3D000" or is_refused:
            return PlaceError(
                "The database does not let anybody in with that address: check the user, the "
                "password and the name in VERBATIM_STORE__ADDRESS."
            )
        if reason := _REASONS.get(state):
            kind = FullError if state == "53100" else StorageError
            return kind(f"The database {self.describe()} {reason}")
        if error.connection_invalidated or state[:2] in {"", "08", "57"}:
            return AwayError(
                f"The database {self.describe()} cannot be reached ({first}); check that it runs, "
                "and the host and the port in VERBATIM_STORE__ADDRESS."
            )
        if isinstance(error, exc.IntegrityError | exc.ProgrammingError):
            return None
        return StorageError(
            f"The database {self.describe()} refused: {first}. Nothing was changed; mend that and "
            "try again."
        )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        with super()._writing() as connection:
            yield connection
            self._notify(connection)

    def _lock_schema(self, connection: Connection) -> None:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_KEY})"), {"name": "tables"})
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS verbatim"))
        if self.searches:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public"))
        if connection.scalar(text("SELECT to_regclass('verbatim.generations')")):
            raise StorageError(
                f"The database {self.describe()} was written by an earlier version: export each "
                "collection with that version, then import it here into another database."
            )

    def _connect(self) -> psycopg.Connection:
        connection = psycopg.connect(
            self._url,
            connect_timeout=CONNECT,
            options=_OPTIONS,
            application_name="verbatim",
            keepalives_idle=30,  # the locks of a machine that vanished are free within a minute
            keepalives_interval=10,
            keepalives_count=3,
            tcp_user_timeout=10_000,
        )
        try:
            with contextlib.suppress(psycopg.ProgrammingError):  # pgvector is not installed there
                register_vector(connection)
            connection.rollback()
        except BaseException:
            connection.close()
            raise
        return connection

    def _notify(self, connection: Connection) -> None:
        connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})

    def _busy_error(self, session: Connection, collection: str) -> BusyError:
        """Return the error that names the holder of a collection's lock."""
        holder = session.execute(text(_HOLDER), {"name": collection}).first()
        who, since = "another process", None
        if holder:
            since = holder.backend_start.astimezone(UTC)
            place = f" on {holder.host}" if holder.host else ""
            who = f"another process{place}, since {since:%Y-%m-%d %H:%M:%S} UTC"
        return BusyError(
            f"Somebody else is writing in {collection} ({who}); try again when that is done.", since
        )

    def _follow(self) -> None:
        """Listen to the notifications, reconnecting when the connection is lost."""
        last_error, pause = "", 0.2
        while not self._stop.is_set():
            try:
                with self._connect() as connection:
                    connection.autocommit = True
                    connection.execute(f"LISTEN {CHANNEL}")
                    last_error, pause = "", 0.2
                    self._listen(connection)
            except (psycopg.Error, OSError) as error:
                sentence = " ".join(str(error).split())
                if sentence != last_error:
                    log.warning("the database is away, and what serves goes on: %s", sentence)
                last_error = sentence
            self._stop.wait(pause)
            pause = min(LONGEST, pause * 2)

    def _listen(self, connection: psycopg.Connection) -> None:
        """Look at once, after each notification, and every ``POLL`` seconds."""
        looked = datetime.min.replace(tzinfo=UTC)
        while not self._stop.is_set():
            now = datetime.now(UTC)
            notifications = list(connection.notifies(timeout=0.2, stop_after=1))
            if notifications or (now - looked).total_seconds() >= POLL:
                looked = now
                self._call_back()


_REFUSALS = ("password", "authentication", "does not exist")
"""Words of libpq's messages about a refused connection, which have no SQLSTATE."""
_REASONS = {
    "25006": "may only be read just now, such as a standby: nothing was changed; name the server "
    "that may be written in VERBATIM_STORE__ADDRESS.",
    "42P01": "lacks a table: run reindex --full, or else put a backup in its place.",
    "42501": "does not allow that to this user: nothing was changed; grant it CREATE on the "
    "database, or name another user in VERBATIM_STORE__ADDRESS.",
    "53100": "cannot be written, because its disk is full: nothing was changed; make room and try "
    "again.",
    "55P03": f"is locked by somebody else for more than {LOCKS // 1000} s: nothing was changed; "
    "try again when that is done.",
    "57014": f"did not answer within {STATEMENT // 1000} s: nothing was changed; try again.",
}
"""SQLSTATE -> the rest of the sentence about it.

Source: https://www.postgresql.org/docs/current/errcodes-appendix.html.
"""
