"""Rows of what the bot keeps, as values: statements, each on a thread of its own."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select

from embeddings.store import schema
from embeddings.store.people import KEPT_DAYS, Feed, Inquiry, Pending, Unanswered, Vote, Watch, Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Connection, Delete, Insert, Table, Update

    from embeddings.store.database import Database, Transaction

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
    """Statements on a database.

    Args:
        database: Where the rows are.
        now: The present moment, with its time zone.
    """

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

    async def _of(self, kind: type[R], guild: int | None, user: int | None) -> list[R]:
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
