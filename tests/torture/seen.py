"""How hard a run is, and all that is seen in it: what the judge is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.torture.door import Asked
    from tests.torture.history import Generation, Left
    from tests.torture.ledger import Work


@dataclass(frozen=True)
class Plan:
    """How long, and how hard.

    Attributes:
        seconds: For how long somebody is killed now and then.
        every: Seconds between two kills.
        seed: Another one kills others, and asks and changes other things.
        bots: How many, one shard each.
        askers: How many.
        filling: How many passages there are that no question is about; with some hundreds, the
            processes share the work of a full reindex.
    """

    seconds: float = 600.0
    every: float = 20.0
    seed: int = 1
    bots: int = 3
    askers: int = 4
    filling: int = 270


@dataclass
class Seen:
    """What was seen.

    Attributes:
        asked: Every question that reached a bot.
        last: Those after the end, when nothing changed any more.
        strange: What askers found wrong with replies by themselves.
        works: What the reindexers did.
        generations: What was live, in order.
        audit: The audit log, oldest first.
        left: What is left in the database.
        verified: What ``verify`` said.
        serving: The snapshot that each bot says it serves.
        kills: Who was killed, and how many questions were in their hands.
        restarts: How the database was stopped.
        faults: What should not have happened, in a sentence each.
        seconds: How long it took.
    """

    asked: list[Asked] = field(default_factory=list)
    last: list[Asked] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    generations: list[Generation] = field(default_factory=list)
    audit: list[dict[str, Any]] = field(default_factory=list)
    left: Left | None = None
    verified: dict[str, Any] = field(default_factory=dict)
    serving: dict[str, str] = field(default_factory=dict)
    kills: list[tuple[str, int]] = field(default_factory=list)
    restarts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
