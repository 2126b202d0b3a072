"""The bot's records: votes, servers' choices, refused questions, notes and leases.

By default no question is kept. People can get and delete every row that they caused, and none
outlives ``KEPT_DAYS``; a server's rows are deleted some time after the bot was removed from it. The
time when somebody last asked is deleted within two hours.

A feature with records of its own adds a dataclass to ``people`` and its table to ``schema``; the
methods here then store, find, end and delete them like the others.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import delete, func, literal, or_, select, union, update

from embeddings.errors import AwayError, StorageError
from embeddings.store import schema
from embeddings.store.people import KEPT_DAYS, Choices, Feed, Record, Unfinished, Vote
from embeddings.store.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Connection, Delete, Insert, Table, Update

    from embeddings.store.database import Database, Transaction

THREADS = 4
"""Threads reserved for waiting for the database, so that one without answer blocks nothing else."""
PATIENCE = 15.0
"""The timeout of a call in seconds: longer than the database waits for a lock or a connection."""
RELEASING = 3.0
"""The timeout of the release of a lease, in seconds."""
TURNS_KEPT = 3600.0
"""Seconds for which a lease is kept: no lease and no cooldown lasts longer."""
TOKEN = 15 / (24 * 60)
"""Days for which Discord accepts an answer to an interaction: a quarter of an hour."""

_CHOICES = TypeAdapter(Choices)
T = TypeVar("T")
R = TypeVar("R", bound=Record)


class Records:
    """The records, which several processes share.

    All methods but ``choices`` wait for the database on a thread; cancelled, they change nothing.
    They raise StorageError if it cannot be reached or written.
    """

    def __init__(
        self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._now = now
        self._threads = ThreadPoolExecutor(THREADS, "records")
        self._choices: dict[int, Choices] = {}
        self._looking = threading.Lock()
        self._begun: set[int | str] = set()

    async def open(self) -> None:
        """Delete old rows, read the servers' choices, and follow changes by other processes."""
        self._database.follow(self._look)
        await self.tidy()
        await asyncio.get_running_loop().run_in_executor(self._threads, self._look)

    def close(self) -> None:
        """Cancel the waiting calls; the engine closes the database."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def reach(self) -> None:
        """Check that the database can be reached."""
        await self._read(lambda c: c.scalar(select(1)))

    def choices(self, guild: int | None) -> Choices:
        """Return a server's choices from memory, as last read."""
        return self._choices.get(guild, Choices()) if guild is not None else Choices()

    async def choose(self, guild: int, choices: Choices) -> None:
        """Store a server's choices."""
        row = {"guild": guild, "chosen": _CHOICES.dump_json(choices).decode()}
        await self._put(schema.choices, row)
        self._choices = self._choices | {guild: choices}

    async def explain(self, answer: str, user: int, reason: str) -> bool:
        """Add the reason to a vote; False if the vote does not exist any more."""
        table = TABLES[Vote]
        statement = update(table).where(table.c.answer == answer, table.c.user == user)
        return await self._do(statement.values(reason=reason)) > 0

    async def keep(self, record: Record) -> int:
        """Store a record, or replace the one with its key; return its number, 0 if it has none."""
        table, row = TABLES[type(record)], asdict(record) | {"at": record.at or self._moment()}
        if isinstance(record, Unfinished) and record.button:
            self._begun.add(record.token)
        if "n" not in table.c:
            await self._put(table, row)
            return 0
        row = {name: value for name, value in row.items() if name != "n" or value}
        insert = table.insert().values(row).returning(table.c.n)
        return int(await self._write(lambda c: c.scalar(insert)) or 0)

    async def end(self, kind: type[Record], key: int | str) -> bool:
        """Delete a record by its number or token; False if another caller already has."""
        self._begun.discard(key)
        table = TABLES[kind]
        return await self._do(delete(table).where(*(c == key for c in table.primary_key))) > 0

    async def find(
        self, kind: type[R], *, guild: int | None = None, user: int | None = None
    ) -> list[R]:
        """Return the records of a server or of a person, newest first."""
        c = TABLES[kind].c
        owner = c.user == user if user is not None else c.guild == guild
        order = (c.at.desc(), c.get("n", c.at).desc())
        return await self._list(kind, owner, c.at >= self._moment(KEPT_DAYS), order=order)

    async def list_all(self, kind: type[R]) -> list[R]:
        """Return the records of a numbered kind, of all servers, oldest first."""
        return await self._list(kind, order=(TABLES[kind].c.n,))

    async def get(self, kind: type[R], n: int) -> R | None:
        """Return a record by its number; None if it was ended or deleted."""
        return next(iter(await self._list(kind, TABLES[kind].c.n == n)), None)

    async def list_unfinished(self) -> list[Unfinished]:
        """Return the unfinished questions and changes, except changes begun by this process.

        Questions whose token has expired are deleted.
        """
        table = TABLES[Unfinished]
        is_late = (table.c.button == "") & (table.c.at < self._moment(TOKEN))
        await self._do(delete(table).where(is_late))
        found = await self._list(Unfinished, order=(table.c.at,))
        return [record for record in found if record.token not in self._begun]

    async def feeds(self, guild: int) -> list[Feed]:
        """Return the feeds of a server, oldest first."""
        table = TABLES[Feed]
        return await self._list(Feed, table.c.guild == guild, order=(table.c.n,))

    async def feeds_due(self, now: float, interval: float) -> list[Feed]:
        """Return the feeds, of all servers, not fetched for ``interval`` seconds."""
        c = TABLES[Feed].c
        is_due = or_(c.looked <= now - interval, c.looked > now)  # after now: a clock was set back
        return await self._list(Feed, is_due, order=(c.n,))

    async def change_feed(self, n: int, **fields: str | float | None) -> None:
        """Change some fields of a feed, if it is still watched."""
        await self._do(update(TABLES[Feed]).where(TABLES[Feed].c.n == n).values(**fields))

    async def forget(self, user: int) -> int:
        """Delete all rows that a person caused; return their number."""
        return await self._do(*(delete(t).where(t.c.user == user) for t in schema.OF_PEOPLE))

    async def leave(self, *guilds: int) -> None:
        """Note that the bot has left servers; a date noted earlier stays."""
        rows = [{"guild": guild, "at": self._moment()} for guild in guilds]
        if rows:
            await self._do(self._database.insert(schema.left).values(rows).on_conflict_do_nothing())

    async def come_back(self, *guilds: int) -> None:
        """Note that the bot is on servers, so that their rows are not deleted."""
        if guilds:
            await self._do(delete(schema.left).where(schema.left.c.guild.in_(guilds)))

    async def left_servers(self, days: float = 0.0) -> list[int]:
        """Return the servers that the bot left at least that many days ago."""
        c = schema.left.c
        query = select(c.guild).where(c.at <= self._moment(days)).order_by(c.guild)
        return await self._read(lambda c: list(c.scalars(query)))

    async def guilds(self) -> set[int]:
        """Return the ids of the servers that have records or choices."""
        queries = (select(t.c.guild).where(t.c.guild > 0) for t in schema.OF_SERVERS)
        return await self._read(lambda c: set(c.scalars(union(*queries))))

    async def forget_guild(self, guild: int) -> None:
        """Delete all rows of a server, and the note that the bot left it."""
        tables = (*schema.OF_SERVERS, schema.left)
        await self._do(*(delete(table).where(table.c.guild == guild) for table in tables))
        self._choices = {key: chosen for key, chosen in self._choices.items() if key != guild}

    async def note(self, name: str) -> str | None:
        """Return a note that the bot wrote to itself; None if there is none of that name."""
        query = select(schema.notes.c.value).where(schema.notes.c.name == name)
        return await self._read(lambda c: c.scalar(query))

    async def write_note(self, name: str, value: str) -> None:
        """Store a note, replacing the one of the same name."""
        await self._put(schema.notes, {"name": name, "value": value})

    async def take_turn(self, name: str, seconds: float, holder: str = "") -> float:
        """Take a lease or, without a holder, begin a cooldown; across all processes.

        It lasts for ``seconds``; its ``holder`` may renew it. Returns 0 if it was taken, otherwise
        the seconds until it is free.
        """
        table, now = schema.turns, self._clock()
        is_ours = (table.c.holder == holder) & (literal(holder) != "")
        is_free = or_(table.c.at <= now - seconds, table.c.at > now + 1, is_ours)
        values: dict[str, Any] = {"holder": holder, "at": now}
        insert = self._database.insert(table).values(name=name, **values)
        upsert = insert.on_conflict_do_update(index_elements=["name"], set_=values, where=is_free)
        take = upsert.returning(table.c.name)
        rest = select(table.c.at + seconds - now).where(table.c.name == name)
        return await self._write(
            lambda c: 0.0 if c.scalar(take) else max(0.001, float(c.scalar(rest) or 0.0))
        )

    async def end_turn(self, name: str, holder: str) -> None:
        """Release a lease of this holder; it ends by itself if that fails, or takes too long."""
        table = schema.turns
        with suppress(StorageError, TimeoutError):
            async with asyncio.timeout(RELEASING):
                await self._do(delete(table).where(table.c.name == name, table.c.holder == holder))

    async def tidy(self) -> None:
        """Delete old rows."""
        old = [delete(t).where(t.c.at < self._moment(KEPT_DAYS)) for t in schema.OF_PEOPLE]
        old.append(delete(schema.turns).where(schema.turns.c.at < self._clock() - TURNS_KEPT))
        await self._do(*old)

    def _clock(self) -> ColumnElement[Any]:
        """Return the seconds since 1970: by the server's clock if machines share the database."""
        if self._database.is_remote:
            return func.extract("epoch", func.clock_timestamp())
        return literal(self._now().timestamp())

    def _look(self) -> None:
        """Read the servers' choices into memory, unless newer ones were chosen meanwhile."""
        with self._looking, self._database.read() as connection:
            before = self._choices
            rows = connection.execute(select(schema.choices)).all()
            if self._choices is before:
                self._choices = {row.guild: _CHOICES.validate_json(row.chosen) for row in rows}

    def _moment(self, days: float = 0.0) -> str:
        """Return the time that many days ago, in ISO 8601."""
        return (self._now() - timedelta(days=days)).isoformat(timespec="seconds")

    async def _put(self, table: Table, row: dict[str, Any]) -> None:
        """Insert a row, or replace the one with the same key."""

        def put(connection: Connection) -> None:
            # not on the event loop's thread: SQLAlchemy takes half a millisecond to build it
            insert = self._database.insert(table).values(row)
            key = [column.name for column in table.primary_key]
            connection.execute(insert.on_conflict_do_update(index_elements=key, set_=row))

        await self._write(put)

    async def _list(self, kind: type[R], *where: ColumnElement[bool], order: Any = ()) -> list[R]:
        columns = (TABLES[kind].c[field.name] for field in fields(kind))
        query = select(*columns).where(*where).order_by(*order)
        return await self._read(lambda c: [kind(**row) for row in c.execute(query).mappings()])

    async def _do(self, *statements: Delete | Insert | Update) -> int:
        """Execute statements in one transaction; return the number of affected rows."""
        return await self._write(lambda c: sum(c.execute(each).rowcount for each in statements))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        return await self._run(self._database.read, work)

    async def _write(self, work: Callable[[Connection], T]) -> T:
        return await self._run(self._database.write, work)

    async def _run(self, begin: Transaction, work: Callable[[Connection], T]) -> T:
        given_up = threading.Event()

        def run() -> T:
            with begin() as connection:
                result = work(connection)
                if given_up.is_set():
                    raise TimeoutError  # rolls back: the caller does not wait for it any more
                return result

        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.get_running_loop().run_in_executor(self._threads, run)
        except TimeoutError:
            raise AwayError(
                f"The database {self._database.describe()} did not answer within {PATIENCE:.0f} s: "
                "nothing was changed; try again."
            ) from None
        finally:
            given_up.set()
