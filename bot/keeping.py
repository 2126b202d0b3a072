"""What the bot keeps, wherever that is: in a file of this machine, or in a database that is shared.

By default nothing of a question is kept. Every row that a person caused can be given to them and
deleted by them, and none outlives ``KEPT_DAYS``; all of a server's are deleted some time after the
bot was removed from it. When somebody last asked is forgotten within two hours.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Protocol

from embeddings.errors import StorageError

KEPT_DAYS = 180
"""How long votes and questions are kept, in days."""
TURNS_KEPT = 3600.0
"""How long it is kept who took which turn, in seconds: no wait is longer."""
UNKEPT = (sqlite3.Error, StorageError)
"""What is raised when something cannot be kept or read: the disk is full, the database away."""


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
class Unanswered:
    """A question that was refused, where keeping is on."""

    user: int
    guild: int | None
    question: str
    refusal: str
    at: str = ""


class Keeping(Protocol):
    """What keeps it, for several processes at once; all but ``choices`` may raise ``UNKEPT``."""

    async def open(self) -> None:
        """Make what is not there yet, drop what is too old, and read what servers chose."""

    async def close(self) -> None:
        """End what is open; it may be opened again."""

    async def reach(self) -> None:
        """Look whether it can be reached."""

    def choices(self, guild: int | None) -> Choices:
        """Return what a server chose, from memory: what was last known."""
        ...

    async def choose(self, guild: int, choices: Choices) -> None:
        """Keep what a server chose."""

    async def vote(self, vote: Vote) -> None:
        """Count a vote; it takes the place of the same person's earlier one on that answer."""

    async def explain(self, answer: str, user: int, reason: str) -> bool:
        """Add the reason to a vote; False when that vote is gone."""
        ...

    async def keep(self, asked: Unanswered) -> None:
        """Keep a question that was refused."""

    async def votes(self, *, guild: int | None = None, user: int | None = None) -> list[Vote]:
        """Return the votes of a server or of a person, newest first."""
        ...

    async def unanswered(
        self, *, guild: int | None = None, user: int | None = None
    ) -> list[Unanswered]:
        """Return the refused questions of a server or of a person, newest first."""
        ...

    async def forget(self, user: int) -> int:
        """Delete all that a person caused; return how many rows that was."""
        ...

    async def leave(self, *guilds: int) -> None:
        """Note that the bot is no longer on servers; of those noted before, the day stays."""

    async def come_back(self, *guilds: int) -> None:
        """Note that the bot is on servers: nothing of theirs is deleted."""

    async def left(self, days: float = 0.0) -> list[int]:
        """Return the servers that the bot has not been on for so many days."""
        ...

    async def guilds(self) -> set[int]:
        """Return the servers of which anything is kept."""
        ...

    async def forget_guild(self, guild: int) -> None:
        """Delete all that is kept of a server, and that the bot was removed from it."""

    async def note(self, name: str) -> str | None:
        """Return a small note of the bot to itself."""
        ...

    async def write_note(self, name: str, value: str) -> None:
        """Keep a small note."""

    async def turn(self, name: str, seconds: float, holder: str = "") -> float:
        """Take what may be taken once in so many seconds, whichever process wants it.

        Args:
            name: What it is.
            seconds: How long it is nobody else's.
            holder: Who takes it, and may take it again meanwhile; empty: nobody may.

        Returns:
            0 when it was taken, or else the seconds until it may be.
        """
        ...

    async def end_turn(self, name: str, holder: str) -> None:
        """Let others take what this holder had, at once."""

    async def tidy(self) -> None:
        """Drop what is too old."""


def read_choices(text: str) -> Choices:
    """Read what ``Keeping.choose`` kept of a server."""
    fields = json.loads(text)
    lists = {name: tuple(fields[name]) for name in ("channels", "editors") if fields.get(name)}
    return Choices(**fields | lists)
