"""What people wait for: to be told, and to be answered."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from embeddings.store import schema
from embeddings.store.records import Records

if TYPE_CHECKING:
    from sqlalchemy import Table

TOKEN = 15 / (24 * 60)
"""Days that Discord takes an answer to an interaction: a quarter of an hour."""


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
class Inquiry:
    """A question that the newsroom was asked; its fields are those of a watch."""

    user: int
    guild: int
    channel: int | None
    question: str
    language: str
    at: str = ""
    n: int = 0


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


class Wishes(Records):
    """The records, with what people wait for."""

    async def watch(self, watch: Watch) -> None:
        """Keep a question until a story answers."""
        await self._add(schema.watches, watch)

    async def watches(self, *, guild: int | None = None, user: int | None = None) -> list[Watch]:
        """Return the questions of a server or of a person, newest first."""
        return [Watch(**row) for row in await self._of(schema.watches, guild, user)]

    async def all_watches(self) -> list[Watch]:
        """Return the questions of all servers, oldest first."""
        found = select(schema.watches).order_by(schema.watches.c.n)
        rows = await self._read(lambda c: [dict(r) for r in c.execute(found).mappings()])
        return [Watch(**row) for row in rows]

    async def end_watch(self, n: int) -> bool:
        """Delete a question; False when somebody else already did."""
        return await self._remove(schema.watches, n=n)

    async def inquire(self, inquiry: Inquiry) -> int:
        """Keep a question for the newsroom; return its number."""
        return await self._add(schema.inquiries, inquiry)

    async def inquiries(
        self, *, guild: int | None = None, user: int | None = None
    ) -> list[Inquiry]:
        """Return the questions of a server or of a person, newest first."""
        return [Inquiry(**row) for row in await self._of(schema.inquiries, guild, user)]

    async def inquiry(self, n: int) -> Inquiry | None:
        """Return a question that is not answered yet; None when it is, or was deleted."""
        found = select(schema.inquiries).where(schema.inquiries.c.n == n)
        row = await self._read(lambda c: c.execute(found).mappings().first())
        return Inquiry(**row) if row else None

    async def end_inquiry(self, n: int) -> bool:
        """Delete a question that was answered; False when somebody else already did."""
        return await self._remove(schema.inquiries, n=n)

    async def begin(self, pending: Pending) -> None:
        """Keep a question that was acknowledged."""
        await self._put(schema.pending, asdict(pending) | {"at": self._moment()})

    async def finish(self, token: str) -> bool:
        """Delete a question that is answered; False when another process took it over."""
        return await self._remove(schema.pending, token=token)

    async def unfinished(self) -> list[Pending]:
        """Return the questions that can still be answered, and delete those that cannot."""
        table, since = schema.pending, self._moment(TOKEN)
        old = delete(table).where(table.c.at < since)
        await self._write(lambda c: c.execute(old) and None)
        found = select(table).order_by(table.c.at)
        rows = await self._read(lambda c: [dict(r) for r in c.execute(found).mappings()])
        return [Pending(**row) for row in rows]

    async def _add(self, table: Table, row: Any) -> int:
        """Write a row; return its number."""
        given = {key: value for key, value in asdict(row).items() if key != "n"}
        insert = table.insert().values(**given | {"at": self._moment()}).returning(table.c.n)
        return int(await self._write(lambda c: c.scalar(insert)) or 0)

    async def _remove(self, table: Table, **key: object) -> bool:
        remove = delete(table).where(*(table.c[name] == value for name, value in key.items()))
        return await self._write(lambda c: c.execute(remove).rowcount > 0)
