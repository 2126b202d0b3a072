"""What the bot keeps: votes, what servers chose, refused questions, notes, and whose turn it is.

By default nothing of a question is kept. Every row that a person caused can be given to them and
deleted by them, and none outlives ``KEPT_DAYS``; all of a server's are deleted some time after the
bot was removed from it. When somebody last asked is forgotten within two hours.

A feature that keeps records of its own adds a dataclass to ``people`` and its table to ``schema``:
they are kept, found and ended here by the same methods, and forgotten with the rest.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import delete, func, literal, or_, select, union, update

from embeddings.errors import AwayError
from embeddings.store import schema
from embeddings.store.people import KEPT_DAYS, Choices, Feed, Record, Unfinished, Vote
from embeddings.store.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Connection, Delete, Insert, Table, Update

    from embeddings.store.database import Database, Transaction

THREADS = 4
"""Threads of its own that wait for the database, so that one that is mute holds up no other."""
PATIENCE = 15.0
"""Seconds that it may take: longer than it waits itself for a lock or a connection."""
TURNS_KEPT = 3600.0
"""How long it is kept who took which turn, in seconds: no wait is longer."""
TOKEN = 15 / (24 * 60)
"""Days that Discord takes an answer to an interaction: a quarter of an hour."""

_CHOICES = TypeAdapter(Choices)
T = TypeVar("T")
R = TypeVar("R", bound=Record)


class Records:
    """The rows, for several processes at once.

    All methods but ``choices`` wait for the database on a thread, and raise StorageError when it
    cannot be reached or written.
    """

    def __init__(
        self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._now = now
        self._threads = ThreadPoolExecutor(THREADS, "records")
        self._choices: dict[int, Choices] = {}
        self._begun: set[int | str] = set()

    async def open(self) -> None:
        """Drop what is too old, read what servers chose, and hear what they choose elsewhere."""
        self._database.follow(self._look)
        await self.tidy()
        await asyncio.get_running_loop().run_in_executor(self._threads, self._look)

    def close(self) -> None:
        """Give up what waits; the database is somebody else's to close."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def reach(self) -> None:
        """Look whether the database can be reached."""
        await self._read(lambda c: c.scalar(select(1)))

    def choices(self, guild: int | None) -> Choices:
        """Return what a server chose, from memory: what was last known."""
        return self._choices.get(guild, Choices()) if guild is not None else Choices()

    async def choose(self, guild: int, choices: Choices) -> None:
        """Keep what a server chose."""
        row = {"guild": guild, "chosen": _CHOICES.dump_json(choices).decode()}
        await self._put(schema.choices, row)
        self._choices = self._choices | {guild: choices}

    async def explain(self, answer: str, user: int, reason: str) -> bool:
        """Add the reason to a vote; False when that vote is gone."""
        table = TABLES[Vote]
        change = update(table).where(table.c.answer == answer, table.c.user == user)
        return await self._do(change.values(reason=reason)) > 0

    async def keep(self, record: Record) -> int:
        """Keep a record, in the place of the one with the same key.

        Returns:
            Its number, where such records are numbered, or else 0.
        """
        table, row = TABLES[type(record)], asdict(record) | {"at": self._moment()}
        if isinstance(record, Unfinished) and record.button:
            self._begun.add(record.token)
        if "n" not in table.c:
            await self._put(table, row)
            return 0
        row.pop("n", None)
        insert = table.insert().values(row).returning(table.c.n)
        return int(await self._write(lambda c: c.scalar(insert)) or 0)

    async def end(self, kind: type[Record], key: int | str) -> bool:
        """Delete a record by its number or token; False when somebody else already did."""
        self._begun.discard(key)
        table = TABLES[kind]
        return await self._do(delete(table).where(*(c == key for c in table.primary_key))) > 0

    async def of(
        self, kind: type[R], *, guild: int | None = None, user: int | None = None
    ) -> list[R]:
        """Return the records of a server or of a person, newest first."""
        c = TABLES[kind].c
        chosen = c.user == user if user is not None else c.guild == guild
        order = (c.at.desc(), c.get("n", c.at).desc())
        return await self._list(kind, chosen, c.at >= self._moment(KEPT_DAYS), order=order)

    async def all_of(self, kind: type[R]) -> list[R]:
        """Return the numbered records of all servers, oldest first."""
        return await self._list(kind, order=(TABLES[kind].c.n,))

    async def one(self, kind: type[R], n: int) -> R | None:
        """Return a record by its number; None when it was ended or deleted."""
        return next(iter(await self._list(kind, TABLES[kind].c.n == n)), None)

    async def list_unfinished(self) -> list[Unfinished]:
        """Return what was not seen to its end, but for the changes that this process began.

        Questions that cannot be answered any more are deleted.
        """
        table = TABLES[Unfinished]
        is_late = (table.c.button == "") & (table.c.at < self._moment(TOKEN))
        await self._do(delete(table).where(is_late))
        found = await self._list(Unfinished, order=(table.c.at,))
        return [each for each in found if each.token not in self._begun]

    async def feeds(self, guild: int) -> list[Feed]:
        """Return the feeds of a server, oldest first."""
        table = TABLES[Feed]
        return await self._list(Feed, table.c.guild == guild, order=(table.c.n,))

    async def feeds_due(self, now: float, interval: float) -> list[Feed]:
        """Return all servers' feeds not looked at for so long, or later: a clock was set back."""
        c = TABLES[Feed].c
        due = or_(c.looked <= now - interval, c.looked > now)
        return await self._list(Feed, due, order=(c.n,))

    async def change_feed(self, n: int, **fields: str | float | None) -> None:
        """Change some fields of a feed, unless it is not watched any more."""
        await self._do(update(TABLES[Feed]).where(TABLES[Feed].c.n == n).values(**fields))

    async def forget(self, user: int) -> int:
        """Delete all that a person caused; return how many rows that was."""
        return await self._do(*(delete(t).where(t.c.user == user) for t in schema.OF_PEOPLE))

    async def leave(self, *guilds: int) -> None:
        """Note that the bot is no longer on servers; of those noted before, the day stays."""
        rows = [{"guild": guild, "at": self._moment()} for guild in guilds]
        if rows:
            await self._do(self._database.insert(schema.left).values(rows).on_conflict_do_nothing())

    async def come_back(self, *guilds: int) -> None:
        """Note that the bot is on servers: nothing of theirs is deleted."""
        if guilds:
            await self._do(delete(schema.left).where(schema.left.c.guild.in_(guilds)))

    async def left_servers(self, days: float = 0.0) -> list[int]:
        """Return the servers that the bot has not been on for so many days."""
        c = schema.left.c
        found = select(c.guild).where(c.at <= self._moment(days)).order_by(c.guild)
        return await self._read(lambda c: list(c.scalars(found)))

    async def guilds(self) -> set[int]:
        """Return the servers of which anything is kept."""
        some = (select(t.c.guild).where(t.c.guild > 0) for t in schema.OF_SERVERS)
        return await self._read(lambda c: set(c.scalars(union(*some))))

    async def forget_guild(self, guild: int) -> None:
        """Delete all that is kept of a server, and that the bot was removed from it."""
        tables = (*schema.OF_SERVERS, schema.left)
        await self._do(*(delete(table).where(table.c.guild == guild) for table in tables))
        self._choices = {key: kept for key, kept in self._choices.items() if key != guild}

    async def note(self, name: str) -> str | None:
        """Return a small note of the bot to itself."""
        found = select(schema.notes.c.value).where(schema.notes.c.name == name)
        return await self._read(lambda c: c.scalar(found))

    async def write_note(self, name: str, value: str) -> None:
        """Keep a small note."""
        await self._put(schema.notes, {"name": name, "value": value})

    async def take_turn(self, name: str, seconds: float, holder: str = "") -> float:
        """Take what may be taken once in so many seconds, whichever process wants it.

        Args:
            name: What it is.
            seconds: How long it is nobody else's.
            holder: Who takes it, and may take it again meanwhile; empty: nobody may.

        Returns:
            0 when it was taken, or else the seconds until it may be.
        """
        table, now = schema.turns, self._clock()
        ours = (table.c.holder == holder) & (literal(holder) != "")
        free = or_(table.c.at <= now - seconds, table.c.at > now + 1, ours)
        given: dict[str, Any] = {"holder": holder, "at": now}
        insert = self._database.insert(table).values(name=name, **given)
        take = insert.on_conflict_do_update(index_elements=["name"], set_=given, where=free)
        taken = take.returning(table.c.name)
        rest = select(table.c.at + seconds - now).where(table.c.name == name)
        return await self._write(
            lambda c: 0.0 if c.scalar(taken) else max(0.001, float(c.scalar(rest) or 0.0))
        )

    async def end_turn(self, name: str, holder: str) -> None:
        """Let others take what this holder had, at once."""
        table = schema.turns
        await self._do(delete(table).where(table.c.name == name, table.c.holder == holder))

    async def tidy(self) -> None:
        """Drop what is too old."""
        old = [delete(t).where(t.c.at < self._moment(KEPT_DAYS)) for t in schema.OF_PEOPLE]
        old.append(delete(schema.turns).where(schema.turns.c.at < self._clock() - TURNS_KEPT))
        await self._do(*old)

    def _clock(self) -> ColumnElement[Any]:
        """Return the seconds since 1970 by one clock for all: the database's, where it has one."""
        if self._database.is_shared:
            return func.extract("epoch", func.clock_timestamp())
        return literal(self._now().timestamp())

    def _look(self) -> None:
        """Read what servers chose."""
        with self._database.read() as connection:
            rows = connection.execute(select(schema.choices)).all()
        self._choices = {row.guild: _CHOICES.validate_json(row.chosen) for row in rows}

    def _moment(self, days: float = 0.0) -> str:
        """Return the moment so many days ago, as it is kept."""
        return (self._now() - timedelta(days=days)).isoformat(timespec="seconds")

    async def _put(self, table: Table, row: dict[str, Any]) -> None:
        """Write a row in the place of the one with the same key."""

        def put(connection: Connection) -> None:  # SQLAlchemy takes half a millisecond to write it
            insert = self._database.insert(table).values(row)
            key = [column.name for column in table.primary_key]
            connection.execute(insert.on_conflict_do_update(index_elements=key, set_=row))

        await self._write(put)

    async def _list(
        self, kind: type[R], *chosen: ColumnElement[bool], order: tuple[Any, ...] = ()
    ) -> list[R]:
        columns = (TABLES[kind].c[field.name] for field in fields(kind))
        found = select(*columns).where(*chosen).order_by(*order)
        return await self._read(lambda c: [kind(**row) for row in c.execute(found).mappings()])

    async def _do(self, *statements: Delete | Insert | Update) -> int:
        """Execute statements in one transaction; return how many rows that was."""
        return await self._write(lambda c: sum(c.execute(each).rowcount for each in statements))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        return await self._run(self._database.read, work)

    async def _write(self, work: Callable[[Connection], T]) -> T:
        return await self._run(self._database.write, work)

    async def _run(self, begin: Transaction, work: Callable[[Connection], T]) -> T:
        given_up = threading.Event()

        def run() -> T:
            with begin() as connection:
                found = work(connection)
                if given_up.is_set():
                    raise TimeoutError  # nobody waits any more: what was done is undone
                return found

        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.get_running_loop().run_in_executor(self._threads, run)
        except TimeoutError:
            given_up.set()
            raise AwayError(
                f"The database {self._database.where()} did not answer within {PATIENCE:.0f} s: "
                "nothing was changed; try again."
            ) from None
