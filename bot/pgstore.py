"""What the bot keeps, in PostgreSQL, where all processes share it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from bot.keeping import KEPT_DAYS, TURNS_KEPT, Choices, Unanswered, Vote, read_choices
from embeddings.store.postgres.database import Database
from embeddings.store.postgres.following import POLL, Follower

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncpg import Connection, Record

    from embeddings.store.postgres.database import Work

T = TypeVar("T")
CHANNEL = "verbatim_choices"
"""Where it is called out that a server chose something."""
_OF_GUILDS = ("votes", "unanswered", "choices")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS votes (
    answer text NOT NULL, "user" bigint NOT NULL, guild bigint, useful boolean NOT NULL,
    reason text, question text, article text NOT NULL, paragraph integer NOT NULL,
    digest text NOT NULL, at text NOT NULL, PRIMARY KEY (answer, "user"));
CREATE INDEX IF NOT EXISTS votes_of_a_guild ON votes (guild);
CREATE TABLE IF NOT EXISTS unanswered (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "user" bigint NOT NULL, guild bigint,
    question text NOT NULL, refusal text NOT NULL, at text NOT NULL);
CREATE INDEX IF NOT EXISTS unanswered_of_a_guild ON unanswered (guild);
CREATE TABLE IF NOT EXISTS choices (guild bigint PRIMARY KEY, chosen text NOT NULL);
CREATE TABLE IF NOT EXISTS gone (guild bigint PRIMARY KEY, at text NOT NULL);
CREATE TABLE IF NOT EXISTS notes (name text PRIMARY KEY, value text NOT NULL);
CREATE UNLOGGED TABLE IF NOT EXISTS turns (
    name text PRIMARY KEY, holder text NOT NULL, at timestamptz NOT NULL);
"""
_MAKING = "SELECT pg_advisory_xact_lock(hashtextextended('verbatim bot', 0))"
_CHOOSE = """
INSERT INTO choices VALUES ($1, $2) ON CONFLICT (guild) DO UPDATE SET chosen = excluded.chosen
"""
_VOTE = """
INSERT INTO votes (answer, "user", guild, useful, article, paragraph, digest, reason, question, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (answer, "user") DO UPDATE SET (guild, useful, article, paragraph, digest, reason,
question, at) = (excluded.guild, excluded.useful, excluded.article, excluded.paragraph,
excluded.digest, excluded.reason, excluded.question, excluded.at)
"""
_EXPLAIN = 'UPDATE votes SET reason = $1 WHERE answer = $2 AND "user" = $3'
_KEEP = 'INSERT INTO unanswered ("user", guild, question, refusal, at) VALUES ($1, $2, $3, $4, $5)'
_NOTE = "INSERT INTO notes VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_CALL = "SELECT pg_notify($1, '')"
_TURN = """
WITH taken AS (
    INSERT INTO turns VALUES ($1, $3, clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, at = excluded.at
    WHERE turns.at <= clock_timestamp() - $2::float * interval '1 second'
       OR (turns.holder = $3 AND $3 <> '')
    RETURNING 1)
SELECT CASE WHEN EXISTS (SELECT FROM taken) THEN 0 ELSE coalesce(
    (SELECT $2 + extract(epoch FROM at - clock_timestamp())::float FROM turns WHERE name = $1),
    $2) END
"""
"""One clock for all, the database's; a row that came meanwhile is not seen and has just come."""
_END_TURN = "DELETE FROM turns WHERE name = $1 AND holder = $2"
_OLD_TURNS = "DELETE FROM turns WHERE at < clock_timestamp() - $1::float * interval '1 second'"


class SharedStore:
    """The tables, beside those of the articles; see ``keeping.Keeping`` for the methods.

    No thread waits for it: a database that does not answer holds up nothing else.

    Args:
        url: ``postgresql://user:password@host:port/name``.
        now: The present moment, with its time zone.
        poll: Seconds between two looks at what servers chose, besides being told.
    """

    def __init__(
        self,
        url: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        poll: float = POLL,
    ) -> None:
        self._database = Database(url)
        self._follower = Follower(self._database, poll)
        self._now = now
        self._choices: dict[int, Choices] = {}
        self._is_made = False

    async def open(self) -> None:
        """Make the tables if there are none, drop what is too old, and read what servers chose.

        Raises:
            StorageError: The database cannot be reached; once it can, all is as if it had been.
        """
        await asyncio.to_thread(self._follower.watch, CHANNEL, "", self._look)
        await self._read(self._look)

    async def _look(self, connection: Connection[Record]) -> None:
        """Read what servers chose; the first time, make the tables."""
        if not self._is_made:
            async with connection.transaction():
                await connection.execute(_MAKING)
                await connection.execute(_SCHEMA)
                await self._drop_old(connection)
            self._is_made = True
        rows = await connection.fetch("SELECT guild, chosen FROM choices")
        self._choices = {row["guild"]: read_choices(row["chosen"]) for row in rows}

    async def close(self) -> None:
        """End the connections."""
        await asyncio.to_thread(self._database.close)

    async def reach(self) -> None:
        """Look whether the database can be reached."""
        await self._read(lambda c: c.fetchval("SELECT 1"))

    def choices(self, guild: int | None) -> Choices:
        """Return what a server chose, from memory; what another process was told comes at once."""
        return self._choices.get(guild, Choices()) if guild is not None else Choices()

    async def choose(self, guild: int, choices: Choices) -> None:
        """Keep what a server chose, and tell the other processes."""
        chosen = json.dumps(asdict(choices))

        async def work(connection: Connection[Record]) -> None:
            await connection.execute(_CHOOSE, guild, chosen)
            await connection.execute(_CALL, CHANNEL)

        await self._write(work)
        self._choices = self._choices | {guild: choices}

    async def vote(self, vote: Vote) -> None:
        """Count a vote; it takes the place of the same person's earlier one on that answer."""
        fields = asdict(vote) | {"at": self._at()}

        async def work(connection: Connection[Record]) -> None:
            await self._drop_old(connection)
            await connection.execute(_VOTE, *fields.values())

        await self._write(work)

    async def explain(self, answer: str, user: int, reason: str) -> bool:
        """Add the reason to a vote; False when that vote is gone."""
        done = await self._write(lambda c: c.execute(_EXPLAIN, reason, answer, user))
        return done != "UPDATE 0"

    async def keep(self, asked: Unanswered) -> None:
        """Keep a question that was refused."""
        row = (asked.user, asked.guild, asked.question, asked.refusal, self._at())

        async def work(connection: Connection[Record]) -> None:
            await self._drop_old(connection)
            await connection.execute(_KEEP, *row)

        await self._write(work)

    async def votes(self, *, guild: int | None = None, user: int | None = None) -> list[Vote]:
        """Return the votes of a server or of a person, newest first."""
        return [Vote(**row) for row in await self._select("votes", guild, user)]

    async def unanswered(
        self, *, guild: int | None = None, user: int | None = None
    ) -> list[Unanswered]:
        """Return the refused questions of a server or of a person, newest first."""
        rows = await self._select("unanswered", guild, user)
        return [Unanswered(**{k: v for k, v in row.items() if k != "id"}) for row in rows]

    async def forget(self, user: int) -> int:
        """Delete all that a person caused; return how many rows that was."""

        async def work(connection: Connection[Record]) -> int:
            votes = await connection.execute('DELETE FROM votes WHERE "user" = $1', user)
            asked = await connection.execute('DELETE FROM unanswered WHERE "user" = $1', user)
            return sum(int(done.split()[1]) for done in (votes, asked))

        return await self._write(work)

    async def leave(self, *guilds: int) -> None:
        """Note that the bot is no longer on servers; of those noted before, the day stays."""
        rows = [(guild, self._at()) for guild in guilds]
        statement = "INSERT INTO gone VALUES ($1, $2) ON CONFLICT DO NOTHING"
        await self._write(lambda c: c.executemany(statement, rows))

    async def come_back(self, *guilds: int) -> None:
        """Note that the bot is on servers: nothing of theirs is deleted."""
        statement = "DELETE FROM gone WHERE guild = ANY($1::bigint[])"
        await self._write(lambda c: c.execute(statement, list(guilds)))

    async def left(self, days: float = 0.0) -> list[int]:
        """Return the servers that the bot has not been on for so many days."""
        until = self._at(-timedelta(days=days))
        statement = "SELECT guild FROM gone WHERE at <= $1 ORDER BY guild"
        return [row["guild"] for row in await self._read(lambda c: c.fetch(statement, until))]

    async def guilds(self) -> set[int]:
        """Return the servers of which anything is kept."""
        tables = " UNION ".join(f"SELECT guild FROM {table}" for table in _OF_GUILDS)  # noqa: S608 - ours
        rows = await self._read(lambda c: c.fetch(tables))
        return {row["guild"] for row in rows if row["guild"] is not None}

    async def forget_guild(self, guild: int) -> None:
        """Delete all that is kept of a server, and that the bot was removed from it."""

        async def work(connection: Connection[Record]) -> None:
            for table in (*_OF_GUILDS, "gone"):
                await connection.execute(f"DELETE FROM {table} WHERE guild = $1", guild)  # noqa: S608 - ours
            await connection.execute(_CALL, CHANNEL)

        await self._write(work)
        self._choices = {key: kept for key, kept in self._choices.items() if key != guild}

    async def note(self, name: str) -> str | None:
        """Return a small note of the bot to itself."""

        async def work(connection: Connection[Record]) -> str | None:
            value: str | None = await connection.fetchval(
                "SELECT value FROM notes WHERE name = $1", name
            )
            return value

        return await self._read(work)

    async def write_note(self, name: str, value: str) -> None:
        """Keep a small note."""
        await self._write(lambda c: c.execute(_NOTE, name, value))

    async def turn(self, name: str, seconds: float, holder: str = "") -> float:
        """Take what may be taken once in so many seconds; return 0, or how long it may not be."""
        left = await self._write(lambda c: c.fetchval(_TURN, name, seconds, holder))
        return float(left) and max(0.001, float(left))

    async def end_turn(self, name: str, holder: str) -> None:
        """Let others take what this holder had, at once."""
        await self._write(lambda c: c.execute(_END_TURN, name, holder))

    async def tidy(self) -> None:
        """Drop what is too old."""
        await self._write(self._drop_old)

    async def _select(
        self, table: str, guild: int | None, user: int | None
    ) -> list[dict[str, Any]]:
        column, value = ('"user"', user) if user is not None else ("guild", guild)
        where = f"{column} IS NOT DISTINCT FROM $1::bigint AND at >= $2"
        statement = f"SELECT * FROM {table} WHERE {where} ORDER BY at DESC"  # noqa: S608 - ours
        oldest = self._at(-timedelta(days=KEPT_DAYS))
        return [dict(row) for row in await self._read(lambda c: c.fetch(statement, value, oldest))]

    async def _drop_old(self, connection: Connection[Record]) -> None:
        oldest = self._at(-timedelta(days=KEPT_DAYS))
        for table in ("votes", "unanswered"):
            await connection.execute(f"DELETE FROM {table} WHERE at < $1", oldest)  # noqa: S608 - ours
        await connection.execute(_OLD_TURNS, TURNS_KEPT)

    def _at(self, later: timedelta = timedelta()) -> str:
        return (self._now() + later).isoformat(timespec="seconds")

    async def _read(self, work: Work[T]) -> T:
        return await self._database.read_soon(work)

    async def _write(self, work: Work[T]) -> T:
        return await self._database.write_soon(work)
