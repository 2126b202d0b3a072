"""Whether everything that was promised was kept; pure, so that it can be judged itself.

An answer is right when all that it quotes stood together in one generation that was live while
the question was asked, or had been until at most ``STALE`` seconds before, and when no process
goes back to an earlier generation than it has shown already.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.torture.seen import DONE
from tests.torture.stories import quotes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.torture.seen import Asked, Generation, Seen, Work

STALE = 45.0
"""Seconds after which nobody serves what is live no more: a look each 30 s, and, where the
database was away, up to 15 s before it is tried again."""
NOTHING = "Les articles ne répondent pas"
"""How a refusal begins."""
CLOCK = 0.05
"""Seconds by which a generation is noted before, or after, it can be seen."""


@dataclass
class Verdict:
    """What was kept and what was not.

    Attributes:
        counts: How many of each thing there were.
        stale: How long ago what an answer quoted had been live, at the most, in seconds.
        problems: Every broken promise, in a sentence.
    """

    counts: Counter[str] = field(default_factory=Counter)
    stale: float = 0.0
    problems: list[str] = field(default_factory=list)


class Shown:
    """The latest generation that a process must have had by a moment."""

    def __init__(self) -> None:
        self._ends: list[float] = []
        self._latest: list[int] = [0]

    def add(self, ended: float, number: int) -> None:
        """Note that an answer, none earlier than those before, came from no earlier one."""
        self._ends.append(ended)
        self._latest.append(max(number, self._latest[-1]))

    def by(self, moment: float) -> int:
        """Return it."""
        return self._latest[bisect_right(self._ends, moment)]


def judge(seen: Seen) -> Verdict:
    """Judge a whole run."""
    verdict = Verdict()
    verdict.problems += seen.faults
    _answers(seen.asked, seen.generations, verdict)
    verdict.problems += [
        *_published(seen.works, seen.generations, verdict.counts),
        *_lost(seen.generations),
        *_audited(seen),
        *_left(seen),
        *_last(seen),
    ]
    verdict.counts["kills"] = len(seen.kills)
    verdict.counts["restarts of the database"] = len(seen.restarts)
    return verdict


# Answers


def _answers(asked: Sequence[Asked], live: Sequence[Generation], verdict: Verdict) -> None:
    shown: dict[str, Shown] = defaultdict(Shown)
    counts = verdict.counts
    for one in sorted(asked, key=lambda one: one.ended or 0.0):
        counts["questions"] += 1
        if one.ended is None:
            counts["in the hands of a killed bot" if one.lost else "without an answer"] += 1
            if not one.lost:
                verdict.problems.append(f"no answer about {one.town} from shard {one.shard}")
            continue
        counts["answers"] += 1
        floor = shown[one.life].by(one.began)
        fitting = [n for n in _fitting(one, live) if n >= floor]
        within = [n for n in fitting if _past(n, live) >= one.began - STALE]
        if not within:
            counts["wrong answers"] += 1
            verdict.problems.append(_why(one, live, floor))
            continue
        counts["refusals"] += not quotes(one.reply).stories
        counts["answers that quote both papers"] += len(quotes(one.reply).stories) > 1
        shown[one.life].add(one.ended, fitting[0])
        verdict.stale = max(verdict.stale, one.began - _past(within[-1], live))


def _fitting(one: Asked, live: Sequence[Generation]) -> list[int]:
    """Return which generations that were live by then an answer may come from."""
    found = quotes(one.reply)
    assert one.ended is not None
    seen = (n for n, each in enumerate(live) if each.at <= one.ended + CLOCK)
    return [] if found.strange else [n for n in seen if _fits(one, live[n])]


def _fits(one: Asked, generation: Generation) -> bool:
    """Say whether an answer is one that a generation gives."""
    found, about = quotes(one.reply).stories, generation.about(one.town)
    if not about:
        return found <= generation.stories if found else NOTHING in one.reply
    return bool(found) and found <= about


def _past(number: int, live: Sequence[Generation]) -> float:
    """Return until when a generation was live."""
    return live[number + 1].at + CLOCK if number + 1 < len(live) else float("inf")


def _why(one: Asked, live: Sequence[Generation], floor: int) -> str:
    """Say what is wrong with an answer."""
    found = quotes(one.reply)
    where = f"about {one.town}, from shard {one.shard} at {one.began:.2f}"
    if found.strange:
        return f"words that are no story's: {found.strange} ({where})"
    named = ", ".join(sorted(story.title for story in found.stories))
    if fitting := _fitting(one, live):
        if max(fitting) < floor:
            return f"went back to an earlier generation: {named} ({where})"
        late = one.began - _past(max(fitting), live)
        return f"{late:.1f} s too old: {named} ({where})"
    if not found.stories:
        return f"no quote although there is one: {one.reply!r} ({where})"
    if {story.town for story in found.stories} != {one.town}:
        return f"another town's: {named} ({where})"
    known = set().union(*(each.stories for each in live))
    kind = "mixed generations" if found.stories <= known else "never published"
    return f"{kind}: {named} ({where})"


# Generations


def _published(
    works: Sequence[Work], live: Sequence[Generation], counts: Counter[str]
) -> Iterator[str]:
    """Look for each generation that was reported as published."""
    for work in works:
        counts[f"changes {work.told or 'cut short'}"] += 1
        if work.told == DONE:
            since = [n for n, each in enumerate(live) if each.at <= work.began]
            first = max(since, default=0) + (work.what != "rollback")  # it may be there already
            during = [each for each in live[first:] if each.at <= work.ended + CLOCK]
            if not any(_brings(work, each) for each in during) and not _idle(work, live):
                yield f"{work.paper}: {work.what} {work.edition or ''} was reported, and never live"
    counts["generations"] = len(live)


def _brings(work: Work, generation: Generation) -> bool:
    """Say whether a generation has what a work was to bring."""
    if work.snapshot and generation.snapshot != work.snapshot:
        return False
    there = {s.town: s.edition for s in generation.stories if s.paper == work.paper}
    if work.what == "add":
        return all(there.get(town) == work.edition for town in work.towns)
    return work.what != "remove" or not there.keys() & set(work.towns)


def _idle(work: Work, live: Sequence[Generation]) -> bool:
    """Say whether there was nothing to do, as when what is removed was not there any more."""
    before = [g for g in live if g.at <= work.ended + CLOCK]
    return (
        work.what == "remove" and bool(before) and not work.snapshot and _brings(work, before[-1])
    )


def _lost(live: Sequence[Generation]) -> Iterator[str]:
    """Look for editions that a new generation has lost.

    One that comes again was rolled back to, with its editions, and the next are made of these.
    """
    known: set[str] = set()
    newest: dict[tuple[str, str], int] = {}
    for each in live:
        there = {(story.paper, story.town): story.edition for story in each.stories}
        if each.snapshot in known:
            newest = there
            continue
        known.add(each.snapshot)
        for place, edition in there.items():
            if edition < newest.get(place, 0):
                yield f"{each.snapshot} has lost edition {newest[place]} of {place}"
            newest[place] = max(edition, newest.get(place, 0))


# What is left


def _audited(seen: Seen) -> Iterator[str]:
    """Compare the audit log with what was live."""
    times = [datetime.fromisoformat(line["at"]) for line in seen.audit]
    lines = [line for line in seen.audit if not line["article"]]
    serving = [line["snapshot"] for line in lines if line["what"] in ("publish", "rollback")]
    publishing = [at for at, line in zip(times, seen.audit, strict=True) if not line["article"]]
    if publishing != sorted(publishing):
        yield "the audit log is not in order"
    if serving != [each.snapshot for each in seen.generations]:
        missing = Counter(each.snapshot for each in seen.generations)
        missing.subtract(serving)
        wrong = {snapshot: count for snapshot, count in missing.items() if count}
        yield f"the audit log is not what was live: {wrong or 'another order'}"


def _left(seen: Seen) -> Iterator[str]:
    left = seen.left
    if left is None:
        yield "nobody looked into the database"
        return
    for what, found in (
        ("locks are held", left.locks),
        ("rows are nobody's", left.rows),
        ("transactions are open", left.open),
    ):
        if found:
            yield f"{what} in the end: {found}"
    if seen.verified.get("ok") is not True:
        yield f"verify: {seen.verified}"


def _last(seen: Seen) -> Iterator[str]:
    """Look whether all bots said the same in the end, and what is live."""
    for one in seen.last:
        if one.ended is None or not seen.generations or not _fits(one, seen.generations[-1]):
            yield f"in the end shard {one.shard} says of {one.town}: {one.reply!r}"
    if not seen.last:
        yield "nobody asked in the end"
