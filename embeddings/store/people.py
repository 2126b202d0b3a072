"""What is kept of people and servers, as values, and the statements that keep such rows."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select

from embeddings.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Connection, Delete, Insert, Table, Update

    from embeddings.store.database import Database, Transaction

KEPT_DAYS = 180
"""How long votes and questions are kept, in days."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the admins of one server chose; None where they left it to the settings.

    Attributes:
        public: Whether /ask answers in the channel by default.
        channels: The channels it answers in; empty: all.
        cooldown_user: Seconds between two questions of one person.
        cooldown_channel: Seconds between two questions in one channel.
        keep: Whether unanswered questions and the questions of votes are kept.
        editors: Roles that may change the articles without managing the server.
        news: The channel where the newsroom takes questions; 0: none.
        tell: Whether people may ask to be told when a story answers.
    """

    public: bool | None = None
    channels: tuple[int, ...] | None = None
    cooldown_user: float | None = None
    cooldown_channel: float | None = None
    keep: bool | None = None
    editors: tuple[int, ...] | None = None
    news: int | None = None
    tell: bool | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person thought of one answer.

    Attributes:
        answer: The answer's name.
        user: Who voted, by Discord's id.
        guild: On which server; None in private.
        useful: What they thought.
        article: Digest of the id of the first passage's article.
        paragraph: Its paragraph there.
        digest: The beginning of the digest of its words.
        reason: Why it was not useful.
        question: The question, where keeping is on.
        at: When, in UTC, as ISO 8601.
    """

    answer: str
    user: int
    guild: int | None
    useful: bool
    article: str
    paragraph: int
    digest: str
    reason: str | None = None
    question: str | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that was refused, where keeping is on."""

    user: int
    guild: int | None
    question: str
    refusal: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """A question whose asker wants to be told once a story answers.

    Attributes:
        user: Who asked, by Discord's id.
        guild: On which server; None in private.
        channel: Where they are told; None: in private.
        question: What they asked.
        language: ISO 639-1 code of theirs.
        at: When, in UTC, as ISO 8601.
        n: Its number; 0 before it is kept.
    """

    user: int
    guild: int | None
    channel: int | None
    question: str
    language: str
    at: str = ""
    n: int = 0


@dataclass(frozen=True, slots=True)
class Inquiry(Watch):
    """A question that the newsroom was asked, always on a server."""

    guild: int


@dataclass(frozen=True, slots=True)
class Pending:
    """A question that was acknowledged and is not answered yet.

    Attributes:
        token: The interaction's, by which it can be answered for 15 minutes.
        user: Who asked, by Discord's id.
        guild: On which server; None in private.
        question: What they asked.
        language: ISO 639-1 code of theirs.
        private: Whether they alone are answered.
        at: When, in UTC, as ISO 8601.
    """

    token: str
    user: int
    guild: int | None
    question: str
    language: str
    private: bool
    at: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """A change that a process is about.

    Attributes:
        token: The interaction's, by which its card can be changed for 15 minutes.
        user: Who wants it, by Discord's id.
        guild: On which server.
        button: The custom id of the button that begins it.
        language: ISO 639-1 code of theirs.
        at: When, in UTC, as ISO 8601.
    """

    token: str
    user: int
    guild: int | None
    button: str
    language: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed or a sitemap that a server watches.

    Attributes:
        guild: The server.
        address: Where it is.
        channel: Where new stories are announced; None: nowhere.
        looked: When it was last looked at, in seconds since 1970; 0: never.
        memory: What it has given already, as a JSON object; empty before the first look.
        trouble: Why the last look gave nothing; empty where all is well.
        at: Since when, in UTC, as ISO 8601.
        n: Its number; 0 before it is kept.
    """

    guild: int
    address: str
    channel: int | None = None
    looked: float = 0.0
    memory: str = ""
    trouble: str = ""
    at: str = ""
    n: int = 0


T = TypeVar("T")
R = TypeVar("R", Vote, Unanswered, Watch, Inquiry, Pending, Work, Feed)

THREADS = 4
"""Threads of its own that wait for the database, so that one that is mute holds up no other."""
TABLES: dict[type[Any], Table] = {
    Vote: schema.votes,
    Unanswered: schema.unanswered,
    Watch: schema.watches,
    Inquiry: schema.inquiries,
    Pending: schema.pending,
    Work: schema.works,
    Feed: schema.feeds,
}


class Rows:
    """Statements on a database."""

    def __init__(
        self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._now = now
        self._threads = ThreadPoolExecutor(THREADS, "records")

    def close(self) -> None:
        """Give up what waits; the database is somebody else's to close."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _moment(self, days: float = 0.0) -> str:
        """Return the moment so many days ago, as it is kept."""
        return (self._now() - timedelta(days=days)).isoformat(timespec="seconds")

    async def _put(self, table: Table, row: dict[str, Any]) -> None:
        """Write a row in the place of the one with the same key."""
        insert = self._database.insert(table).values(row)
        key = [column.name for column in table.primary_key]
        await self._do(insert.on_conflict_do_update(index_elements=key, set_=row))

    async def of(
        self, kind: type[R], *, guild: int | None = None, user: int | None = None
    ) -> list[R]:
        """Return the rows of a server or of a person, newest first."""
        c = TABLES[kind].c
        chosen = c.user == user if user is not None else c.guild == guild
        order = (c.at.desc(), c.get("n", c.at).desc())
        return await self._list(kind, chosen, c.at >= self._moment(KEPT_DAYS), order=order)

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
        def run() -> T:
            with begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)
