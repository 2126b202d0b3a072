"""What the bot keeps: votes, what servers chose, refused questions, notes, and whose turn it is.

By default nothing of a question is kept. Every row that a person caused can be given to them and
deleted by them, and none outlives ``KEPT_DAYS``; all of a server's are deleted some time after the
bot was removed from it. When somebody last asked is forgotten within two hours.

A feature that keeps rows of its own adds a table in ``schema`` (and there to ``OF_PEOPLE`` and
``OF_SERVERS``, so that its rows are forgotten with the rest) and methods here, each of which is
one call of those of ``Rows``.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from sqlalchemy import delete, func, literal, or_, select, union, update

from embeddings.store import schema
from embeddings.store.people import (
    KEPT_DAYS,
    TABLES,
    Choices,
    Feed,
    Inquiry,
    Pending,
    Rows,
    Unanswered,
    Vote,
    Watch,
    Work,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement

    from embeddings.store.database import Database

TURNS_KEPT = 3600.0
"""How long it is kept who took which turn, in seconds: no wait is longer."""
TOKEN = 15 / (24 * 60)
"""Days that Discord takes an answer to an interaction: a quarter of an hour."""

_CHOICES = TypeAdapter(Choices)


class Records(Rows):
    """The rows, for several processes at once.

    All methods but ``choices`` wait for the database on a thread, and raise StorageError when it
    cannot be reached or written.
    """

    def __init__(
        self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        super().__init__(database, now)
        self._choices: dict[int, Choices] = {}
        self._begun: set[str] = set()

    async def open(self) -> None:
        """Drop what is too old, read what servers chose, and hear what they choose elsewhere."""
        self._database.follow(self._look)
        await self.tidy()
        await asyncio.get_running_loop().run_in_executor(self._threads, self._look)

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

    async def vote(self, vote: Vote) -> None:
        """Count a vote; it takes the place of the same person's earlier one on that answer."""
        await self._put(schema.votes, asdict(vote) | {"at": self._moment()})

    async def explain(self, answer: str, user: int, reason: str) -> bool:
        """Add the reason to a vote; False when that vote is gone."""
        table = schema.votes
        change = update(table).where(table.c.answer == answer, table.c.user == user)
        return await self._do(change.values(reason=reason)) > 0

    async def keep(self, asked: Unanswered | Watch | Inquiry | Feed) -> int:
        """Keep a question that was refused, waits for a story or is the newsroom's; or a feed.

        Returns:
            Its number.
        """
        table = TABLES[type(asked)]
        given = {key: value for key, value in asdict(asked).items() if key != "n"}
        insert = table.insert().values(**given | {"at": self._moment()}).returning(table.c.n)
        return int(await self._write(lambda c: c.scalar(insert)) or 0)

    async def end(self, kind: type[Watch | Inquiry | Feed], n: int) -> bool:
        """Delete one of these by its number; False when somebody else already did."""
        table = TABLES[kind]
        return await self._do(delete(table).where(table.c.n == n)) > 0

    async def all_watches(self) -> list[Watch]:
        """Return the questions of all servers, oldest first."""
        return await self._list(Watch, order=(schema.watches.c.n,))

    async def inquiry(self, n: int) -> Inquiry | None:
        """Return a question that is not answered yet; None when it is, or was deleted."""
        return next(iter(await self._list(Inquiry, schema.inquiries.c.n == n)), None)

    async def begin(self, pending: Pending) -> None:
        """Keep a question that was acknowledged."""
        await self._put(schema.pending, asdict(pending) | {"at": self._moment()})

    async def finish(self, token: str) -> bool:
        """Delete a question that is answered; False when another process took it over."""
        return await self._do(delete(schema.pending).where(schema.pending.c.token == token)) > 0

    async def unfinished(self) -> list[Pending]:
        """Return the questions that can still be answered, and delete those that cannot."""
        at = schema.pending.c.at
        await self._do(delete(schema.pending).where(at < self._moment(TOKEN)))
        return await self._list(Pending, order=(at,))

    async def begin_work(self, work: Work) -> None:
        """Keep that a change has begun."""
        self._begun.add(work.token)
        await self._put(schema.works, asdict(work) | {"at": self._moment()})

    async def end_work(self, token: str) -> bool:
        """Delete that a change has begun; False when another process already did."""
        self._begun.discard(token)
        return await self._do(delete(schema.works).where(schema.works.c.token == token)) > 0

    async def works(self) -> list[Work]:
        """Return the changes that others than this process began, and of which no end is known."""
        found = await self._list(Work, order=(schema.works.c.at,))
        return [work for work in found if work.token not in self._begun]

    async def feeds(self, guild: int) -> list[Feed]:
        """Return the feeds of a server, oldest first."""
        table = schema.feeds
        return await self._list(Feed, table.c.guild == guild, order=(table.c.n,))

    async def feeds_due(self, before: float) -> list[Feed]:
        """Return the feeds that were not looked at since then, of all servers."""
        table = schema.feeds
        return await self._list(Feed, table.c.looked <= before, order=(table.c.n,))

    async def change_feed(self, n: int, **fields: str | float | None) -> None:
        """Change some fields of a feed, unless it is not watched any more."""
        await self._do(update(schema.feeds).where(schema.feeds.c.n == n).values(**fields))

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
        table = schema.left
        found = (
            select(table.c.guild).where(table.c.at <= self._moment(days)).order_by(table.c.guild)
        )
        return await self._read(lambda c: list(c.scalars(found)))

    async def guilds(self) -> set[int]:
        """Return the servers of which anything is kept."""
        found = union(*(select(table.c.guild) for table in schema.OF_SERVERS))
        return await self._read(
            lambda c: {guild for guild in c.scalars(found) if guild is not None}
        )

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
