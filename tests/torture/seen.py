"""How hard a run is, and all that is seen in it: what the judge is told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.torture.stories import Story

DONE, LATER, REFUSED = "done", "put off", "refused"
"""What an editor is told: it serves; not now; it could not be done."""


@dataclass(frozen=True)
class Plan:
    """How long, and how hard.

    Attributes:
        seconds: For how long somebody is killed now and then.
        every: Seconds between two kills.
        seed: Another one kills others, and asks and changes other things.
        bots: How many, one shard each.
        askers: How many ask at once.
        filling: How many passages there are that no question is about.
    """

    seconds: float = 600.0
    every: float = 20.0
    seed: int = 1
    bots: int = 3
    askers: int = 12
    filling: int = 270


@dataclass(eq=False)
class Asked:
    """A question that reached a bot.

    Attributes:
        town: What it is about.
        shard: Which bot it went to.
        life: Which of that bot's lives.
        began: When, in seconds of the clock that everybody here shares.
        ended: When it was answered; None: it was not.
        reply: All that the answer shows.
        lost: The bot was killed before it answered.
    """

    town: str
    shard: int
    life: str
    began: float
    ended: float | None = None
    reply: str = ""
    lost: bool = False


@dataclass
class Work:
    """One change of the articles.

    Attributes:
        paper: Whose editor it is.
        what: ``add``, ``edit``, ``remove``, ``reindex`` or ``rollback``.
        edition: The edition that it brings; 0: none.
        towns: Which of the paper's articles it is about.
        began: When it was set out on.
        ended: When it was told; 0: never.
        told: ``done``, ``put off`` or ``refused``; empty: never.
        snapshot: What serves then, where that was told.
        said: The sentence, where it was not done.
    """

    paper: str
    what: str
    edition: int = 0
    towns: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.time)
    ended: float = 0.0
    told: str = ""
    snapshot: str = ""
    said: str = ""

    def end(self, told: str, snapshot: str = "", said: str = "") -> None:
        """Note what was told."""
        self.ended, self.told, self.snapshot, self.said = time.time(), told, snapshot, said


@dataclass(frozen=True)
class Generation:
    """What was live from a moment on.

    Attributes:
        snapshot: Its name.
        at: From when, in seconds of the clock that everybody here shares.
        stories: The editions of the two papers' articles.
    """

    snapshot: str
    at: float
    stories: frozenset[Story]

    def about(self, town: str) -> frozenset[Story]:
        """Return what it has about a town."""
        return frozenset(story for story in self.stories if story.town == town)


@dataclass(frozen=True)
class Left:
    """What there is in a database where nothing is under way.

    Attributes:
        live: The snapshot that is live.
        kept: How many are kept.
        locks: Who holds a lock.
        rows: Rows that belong to no kept snapshot.
        open: Transactions that nobody ended.
    """

    live: str
    kept: int
    locks: tuple[str, ...]
    rows: int
    open: int


@dataclass
class Seen:
    """What was seen.

    Attributes:
        asked: Every question that reached a bot.
        last: Those after the end, when nothing changed any more.
        works: What the editors did.
        generations: What was live, in order.
        audit: The audit log, oldest first.
        left: What is left in the database.
        verified: What ``verify`` said.
        kills: Who was killed, and how many questions were in their hands.
        restarts: How the database was stopped.
        faults: What should not have happened, in a sentence each.
        seconds: How long it took.
    """

    asked: list[Asked] = field(default_factory=list)
    last: list[Asked] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    generations: list[Generation] = field(default_factory=list)
    audit: list[dict[str, Any]] = field(default_factory=list)
    left: Left | None = None
    verified: dict[str, Any] = field(default_factory=dict)
    kills: list[tuple[str, int]] = field(default_factory=list)
    restarts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
