"""What the bot keeps, in one SQLite file, which several processes of one machine may share."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from bot.keeping import KEPT_DAYS, TURNS_KEPT, Choices, Unanswered, Vote, read_choices

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")
_WAIT = 2.0
"""Seconds to wait for another process's write: a click has to be acknowledged within three."""
_OF_GUILDS = ("votes", "unanswered", "choices")
"""The tables that keep something of a server."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS votes (
    answer TEXT NOT NULL, user INTEGER NOT NULL, guild INTEGER, useful INTEGER NOT NULL,
    reason TEXT, question TEXT, article TEXT NOT NULL, paragraph INTEGER NOT NULL,
    digest TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (answer, user));
CREATE TABLE IF NOT EXISTS unanswered (
    id INTEGER PRIMARY KEY, user INTEGER NOT NULL, guild INTEGER, question TEXT NOT NULL,
    refusal TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS choices (guild INTEGER PRIMARY KEY, chosen TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS gone (guild INTEGER PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS turns (
    name TEXT PRIMARY KEY, holder TEXT NOT NULL, at REAL NOT NULL);
"""
_TURN = """
INSERT INTO turns VALUES (:name, :holder, :now)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, at = excluded.at
WHERE at <= :now - :seconds OR at > :now + 1 OR (holder = :holder AND holder <> '')
"""


class Store:
    """The file; every method that may wait for the disk is a coroutine on a thread of its own."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = path
        self._now = now
        self._lock = threading.Lock()
        self._choices: dict[int, Choices] = {}

    async def open(self) -> None:
        """Make the file if there is none, drop what is too old, and read what servers chose.

        Raises:
            sqlite3.Error: It cannot be read or written.
        """
        self._choices = await self._do(self._open)

    def _open(self, db: sqlite3.Connection) -> dict[int, Choices]:
        db.executescript(_SCHEMA)
        self._drop_old(db)
        rows = db.execute("SELECT guild, chosen FROM choices").fetchall()
        return {row["guild"]: read_choices(row["chosen"]) for row in rows}

    def choices(self, guild: int | None) -> Choices:
        """Return what a server chose, from memory."""
        return self._choices.get(guild, Choices()) if guild is not None else Choices()

    async def choose(self, guild: int, choices: Choices) -> None:
        """Keep what a server chose."""
        chosen = json.dumps(asdict(choices))
        await self._do(
            lambda db: db.execute("REPLACE INTO choices VALUES (?, ?)", (guild, chosen)) and None
        )
        self._choices = self._choices | {guild: choices}

    async def vote(self, vote: Vote) -> None:
        """Count a vote; it takes the place of the same person's earlier one on that answer."""

        def write(db: sqlite3.Connection) -> None:
            self._drop_old(db)
            row = asdict(vote) | {"at": self._now().isoformat(timespec="seconds")}
            db.execute(
                "REPLACE INTO votes (answer, user, guild, useful, reason, question, article, "
                "paragraph, digest, at) VALUES (:answer, :user, :guild, :useful, :reason, "
                ":question, :article, :paragraph, :digest, :at)",
                row,
            )

        await self._do(write)

    async def explain(self, answer: str, user: int, reason: str) -> bool:
        """Add the reason to a vote; False when that vote is gone."""
        statement = "UPDATE votes SET reason = ? WHERE answer = ? AND user = ?"
        return await self._do(lambda db: db.execute(statement, (reason, answer, user)).rowcount > 0)

    async def keep(self, asked: Unanswered) -> None:
        """Keep a question that was refused."""

        def write(db: sqlite3.Connection) -> None:
            self._drop_old(db)
            row = (asked.user, asked.guild, asked.question, asked.refusal)
            at = self._now().isoformat(timespec="seconds")
            db.execute(
                "INSERT INTO unanswered (user, guild, question, refusal, at) "
                "VALUES (?, ?, ?, ?, ?)",
                (*row, at),
            )

        await self._do(write)

    async def votes(self, *, guild: int | None = None, user: int | None = None) -> list[Vote]:
        """Return the votes of a server or of a person, newest first."""
        rows = await self._select("votes", guild, user)
        return [Vote(**row | {"useful": bool(row["useful"])}) for row in rows]

    async def unanswered(
        self, *, guild: int | None = None, user: int | None = None
    ) -> list[Unanswered]:
        """Return the refused questions of a server or of a person, newest first."""
        rows = await self._select("unanswered", guild, user)
        return [Unanswered(**{k: v for k, v in row.items() if k != "id"}) for row in rows]

    async def forget(self, user: int) -> int:
        """Delete all that a person caused; return how many rows that was."""

        def delete(db: sqlite3.Connection) -> int:
            votes = db.execute("DELETE FROM votes WHERE user = ?", (user,)).rowcount
            return votes + db.execute("DELETE FROM unanswered WHERE user = ?", (user,)).rowcount

        return await self._do(delete)

    async def leave(self, *guilds: int) -> None:
        """Note that the bot is no longer on servers; of those noted before, the day stays."""
        at = self._now().isoformat(timespec="seconds")
        rows = [(guild, at) for guild in guilds]
        statement = "INSERT OR IGNORE INTO gone VALUES (?, ?)"
        await self._do(lambda db: db.executemany(statement, rows) and None)

    async def come_back(self, *guilds: int) -> None:
        """Note that the bot is on servers: nothing of theirs is deleted."""
        rows = [(guild,) for guild in guilds]
        await self._do(lambda db: db.executemany("DELETE FROM gone WHERE guild = ?", rows) and None)

    async def left(self, days: float = 0.0) -> list[int]:
        """Return the servers that the bot has not been on for so many days."""
        until = (self._now() - timedelta(days=days)).isoformat(timespec="seconds")
        statement = "SELECT guild FROM gone WHERE at <= ? ORDER BY guild"
        rows = await self._do(lambda db: db.execute(statement, (until,)).fetchall())
        return [row["guild"] for row in rows]

    async def guilds(self) -> set[int]:
        """Return the servers of which anything is kept."""
        tables = " UNION ".join(f"SELECT guild FROM {table}" for table in _OF_GUILDS)  # noqa: S608 - ours
        rows = await self._do(lambda db: db.execute(tables).fetchall())
        return {row["guild"] for row in rows if row["guild"] is not None}

    async def forget_guild(self, guild: int) -> None:
        """Delete all that is kept of a server, and that the bot was removed from it."""

        def delete(db: sqlite3.Connection) -> None:
            for table in (*_OF_GUILDS, "gone"):
                db.execute(f"DELETE FROM {table} WHERE guild = ?", (guild,))  # noqa: S608 - ours

        await self._do(delete)
        self._choices = {key: kept for key, kept in self._choices.items() if key != guild}

    async def note(self, name: str) -> str | None:
        """Return a small note of the bot to itself."""
        row = await self._do(
            lambda db: db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        )
        return row["value"] if row else None

    async def write_note(self, name: str, value: str) -> None:
        """Keep a small note."""
        await self._do(
            lambda db: db.execute("REPLACE INTO notes VALUES (?, ?)", (name, value)) and None
        )

    async def turn(self, name: str, seconds: float, holder: str = "") -> float:
        """Take what may be taken once in so many seconds; return 0, or how long it may not be."""
        now = self._now().timestamp()
        row = {"name": name, "holder": holder, "now": now, "seconds": seconds}

        def take(db: sqlite3.Connection) -> float:
            if db.execute(_TURN, row).rowcount > 0:
                return 0.0
            taken = db.execute("SELECT at FROM turns WHERE name = ?", (name,)).fetchone()
            return max(0.001, float(taken["at"]) + seconds - now)

        return await self._do(take)

    async def end_turn(self, name: str, holder: str) -> None:
        """Let others take what this holder had, at once."""
        statement = "DELETE FROM turns WHERE name = ? AND holder = ?"
        await self._do(lambda db: db.execute(statement, (name, holder)) and None)

    async def tidy(self) -> None:
        """Drop what is too old."""
        await self._do(self._drop_old)

    async def reach(self) -> None:
        """Look whether the file can be read."""
        await self._do(lambda db: db.execute("SELECT 1") and None)

    async def close(self) -> None:
        """Do nothing: no connection outlives what it is for."""

    async def _select(
        self, table: str, guild: int | None, user: int | None
    ) -> list[dict[str, Any]]:
        column, value = ("user", user) if user is not None else ("guild", guild)
        statement = f"SELECT * FROM {table} WHERE {column} IS ? ORDER BY at DESC"  # noqa: S608 - ours

        def read(db: sqlite3.Connection) -> list[dict[str, Any]]:
            self._drop_old(db)
            return [dict(row) for row in db.execute(statement, (value,))]

        return await self._do(read)

    def _drop_old(self, db: sqlite3.Connection) -> None:
        oldest = (self._now() - timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds")
        db.execute("DELETE FROM votes WHERE at < ?", (oldest,))
        db.execute("DELETE FROM unanswered WHERE at < ?", (oldest,))
        before = self._now().timestamp() - TURNS_KEPT
        db.execute("DELETE FROM turns WHERE at < ?", (before,))

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.to_thread(self._locked, work)

    def _locked(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            _make(self._path.parent)
            with closing(sqlite3.connect(self._path, timeout=_WAIT)) as db, db:
                db.row_factory = sqlite3.Row
                return work(db)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise sqlite3.OperationalError(str(error)) from error
