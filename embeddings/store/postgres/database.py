"""One process's connections to PostgreSQL, on a thread with an event loop of its own.

The rest of the product calls its store from many threads and several event loops; here is the one
place where that meets asyncpg, and where what asyncpg says becomes a sentence for a person.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import CancelledError, Future
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

import asyncpg
from pgvector.asyncpg import register_vector

from embeddings.errors import AwayError, StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator

    from asyncpg import Connection, Pool, Record

    Work = Callable[[Connection[Record]], Awaitable["T"]]

T = TypeVar("T")

CONNECTIONS = 4
"""The most connections of one process, besides those that listen or hold a lock."""
PATIENCE = 5.0
"""Seconds that connecting may take."""
QUERY = 60.0
"""Seconds that an ordinary statement may take."""
LEAST = (150_000, (0, 8))
"""The oldest server and pgvector that have what is used here: 15 and 0.8 (iterative scans)."""
LOST = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a statement on a line that is just being cut
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)
"""What asyncpg raises when the server is gone, is going or is coming."""
WRONG = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)
"""What it raises when there is no such user, password or database."""
_CLOSED = "The database was closed; nothing was changed."
_SETTINGS = {
    "search_path": "verbatim,public",
    "tcp_keepalives_idle": "30",  # a machine that vanished frees its locks within a minute
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",
}


@contextlib.contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what asyncpg raises into a sentence.

    Raises:
        AwayError: The database is gone.
        StorageError: It refuses.
    """
    try:
        yield
    except LOST as error:
        raise AwayError(
            f"The database cannot be reached ({str(error) or type(error).__name__}). Questions are "
            "answered from the last snapshot; changes and reindexing wait until it runs again."
        ) from error
    except WRONG as error:
        raise StorageError(
            f"The database does not let anybody in with that address ({error}): check the user, "
            "the password and the name in VERBATIM_STORE__ADDRESS."
        ) from error
    except asyncpg.PostgresError as error:
        raise StorageError(
            f"The database refused: {error}. Nothing was changed; mend that and try again."
        ) from error


class Database:
    """The connections; made at first need, and again when the server was away.

    Args:
        url: ``postgresql://user:password@host:port/name``.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._loop = asyncio.new_event_loop()
        self._pool: Pool[Record] | None = None
        self._making = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="postgres", daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        """Which database it is, for a person: its address without the user and the password."""
        address = urlsplit(self._url)
        return f"postgresql://{address.netloc.rpartition('@')[2]}{address.path}"

    def close(self) -> None:
        """End the connections and the thread."""
        if not self._thread.is_alive():
            return
        with contextlib.suppress(StorageError):
            self._await(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def read(self, work: Work[T]) -> T:
        """Do something that changes nothing; it is tried again when the connection was lost.

        Raises:
            StorageError: The database is gone, or refuses.
        """
        return self._await(self._read(work))

    def write(self, work: Work[T]) -> T:
        """Do something in one transaction.

        Raises:
            StorageError: The database is gone, or refuses.
        """
        return self._await(self._write(work))

    async def read_soon(self, work: Work[T]) -> T:
        """Do the same as ``read`` without a thread that waits; cancelled, it is given up."""
        with storage_errors():
            return await asyncio.wrap_future(self._begun(self._read(work)))

    async def write_soon(self, work: Work[T]) -> T:
        """Do the same as ``write`` without a thread that waits; cancelled, it is given up."""
        with storage_errors():
            return await asyncio.wrap_future(self._begun(self._write(work)))

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the connections' loop, and wait for it.

        Raises:
            StorageError: The database is gone, or refuses.
        """
        return self._await(coroutine)

    def start(self, make: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
        """Run a coroutine that goes on by itself; return what ends it and waits for that."""

        async def begin() -> asyncio.Task[None]:
            task = self._loop.create_task(make())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return task

        task = self._await(begin())
        return lambda: self._await(_cancelled(task)) if self._thread.is_alive() else None

    async def connect(self) -> Connection[Record]:
        """Open a connection that is nobody else's; on the connections' loop."""
        await self.pool()
        connection: Connection[Record] = await asyncpg.connect(
            self._url, timeout=PATIENCE, command_timeout=QUERY, server_settings=_SETTINGS
        )
        try:
            await _prepare(connection)
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def pool(self) -> Pool[Record]:
        """Return the pool; made at first need, with the tables; on the connections' loop."""
        async with self._making:
            if self._pool is None:
                await self._make_tables()
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=0,
                    max_size=CONNECTIONS,
                    max_inactive_connection_lifetime=60,
                    timeout=PATIENCE,
                    command_timeout=QUERY,
                    server_settings=_SETTINGS,
                    init=_prepare,
                )
        return self._pool

    async def _make_tables(self) -> None:
        connection = await asyncpg.connect(self._url, timeout=PATIENCE, command_timeout=QUERY)
        try:
            await make_tables(connection)
        finally:
            await connection.close(timeout=PATIENCE)

    async def _read(self, work: Work[T]) -> T:
        try:
            async with self._lent() as connection:
                return await work(connection)
        except LOST:
            async with self._lent() as connection:
                return await work(connection)

    async def _write(self, work: Work[T]) -> T:
        async with self._lent() as connection, connection.transaction():
            return await work(connection)

    @contextlib.asynccontextmanager
    async def _lent(self) -> AsyncIterator[Connection[Record]]:
        async with (await self.pool()).acquire(timeout=PATIENCE) as connection:
            yield cast("Connection[Record]", connection)  # a stand-in for one, with all it has

    def _await(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait, on any thread but the connections' own, for what runs there."""
        with storage_errors():
            try:
                return self._begun(coroutine).result()
            except CancelledError:
                raise StorageError(_CLOSED) from None

    def _begun(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        if not self._thread.is_alive():
            coroutine.close()
            raise StorageError(_CLOSED)
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def _close(self) -> None:
        for task in tuple(self._tasks):
            await _cancelled(task)
        if self._pool is not None:
            try:
                await asyncio.wait_for(self._pool.close(), PATIENCE)
            except TimeoutError:
                self._pool.terminate()
        rest = asyncio.all_tasks() - {asyncio.current_task()}  # asyncpg ends what was cancelled
        if rest:
            for task in (await asyncio.wait(rest, timeout=PATIENCE))[1]:
                await _cancelled(task)
        await self._loop.shutdown_default_executor()
        await asyncio.sleep(0)  # transports that were cut off close their sockets now


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


async def _prepare(connection: Connection[Record]) -> None:
    """Teach a connection pgvector's types, wherever the extension's owner put them."""
    schema = await connection.fetchval(
        "SELECT nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace "
        "WHERE extname = 'vector'"
    )
    await register_vector(connection, schema=schema)


async def make_tables(connection: Connection[Record]) -> None:
    """Make the tables that are not there, one process at a time.

    Raises:
        StorageError: The server or its pgvector is too old, or pgvector is not installed there.
    """
    if connection.get_server_version()[0] * 10_000 < LEAST[0]:
        raise StorageError("The database is too old: Verbatim needs PostgreSQL 15 or later.")
    schema = files("embeddings.store.postgres").joinpath("schema.sql").read_text("utf-8")
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('verbatim', 0))")
        try:
            await connection.execute("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public")
        except asyncpg.InsufficientPrivilegeError as error:
            raise StorageError(
                f"The database has no pgvector yet ({error}): have its owner run CREATE EXTENSION "
                "vector SCHEMA public."
            ) from error
        except (asyncpg.FeatureNotSupportedError, asyncpg.UndefinedFileError) as error:
            raise StorageError(
                f"The database has no pgvector ({error}): install it on the server, 0.8 or later."
            ) from error
        found = await connection.fetchval(
            "SELECT extversion FROM pg_extension WHERE extname = 'vector'"
        )
        if tuple(int(part) for part in found.split(".")[:2]) < LEAST[1]:
            raise StorageError(
                f"The database's pgvector is {found}, and Verbatim needs 0.8 or later: install it, "
                "then run ALTER EXTENSION vector UPDATE."
            )
        await connection.execute(schema)
