"""How much a server's own collection may hold and grow in a day; pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from embeddings.errors import LimitError
from embeddings.reports import AuditEntry, Room
from embeddings.types import ATTACHED, Article, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from config.groups import ServerSettings
    from embeddings.changing.changeset import Change

DAY = timedelta(days=1)


def check(rooms: Iterable[Room], change: Change, there: Mapping[str, Article]) -> None:
    """Check that a change leaves a collection its room; what makes it smaller always may.

    ``rooms`` is what ``measure`` says, ``there`` what the collection has, by id.

    Raises:
        LimitError: One limit would be exceeded; the sentence says which, and what to do.
    """
    costs = [_cost(new, there.get(new.id)) for new in (*change.added, *change.changed)]
    for room in rooms:
        after = room.used + sum(cost[room.what] for cost in costs)
        if room.most < after > room.used:
            said = _SENTENCES[room.what].format(most=room.most, after=after, before=room.used)
            raise LimitError(said)


def trim(rooms: Sequence[Room], change: Change, there: Mapping[str, Article]) -> Change:
    """Cut a change to what there is room for: changed articles come first, then the others.

    Of what seems to correct an article, the correction is what has to fit.
    """
    free = {room.what: room.most - room.used for room in rooms}
    most = {room.what: room.most for room in rooms}
    left: dict[str, Rejected] = {}
    for article in (*change.changed, *change.added):
        stored = change.instead.get(article.id, article)
        costs = _cost(stored, there.get(stored.id))
        full = next((what for what in free if costs[what] > max(0, free[what])), None)
        if full is None:
            free = {what: each - costs[what] for what, each in free.items()}
        else:
            name = (article.origin or article.title).removeprefix(ATTACHED)
            left[article.id] = Rejected(name, _LEFT[full].format(most=most[full]))
    return change.without(left)


def measure(
    limits: ServerSettings, there: Mapping[str, Article], log: Iterable[AuditEntry], now: datetime
) -> tuple[Room, ...]:
    """Say how much a collection may hold and take, of what is limited, and how much it does."""
    used = {
        "articles": len(there),
        "characters": sum(len(article.text) for article in there.values()),
        "additions": count_additions(log, now),
    }
    return tuple(Room(w, most, used[w]) for w in used if (most := getattr(limits, w)))


def _cost(new: Article, old: Article | None) -> dict[str, int]:
    return {
        "articles": int(old is None),
        "characters": len(new.text) - len(old.text if old else ""),
        "additions": int(old is None or old.digest != new.digest),
    }


def count_additions(log: Iterable[AuditEntry], now: datetime) -> int:
    """Count the articles that additions brought, or changed the text of, in the last 24 hours."""
    recent = (entry for entry in log if entry.article and now - entry.at < DAY)
    return sum(bool(entry.after) and entry.after != entry.before for entry in recent)


_SENTENCES = {
    "articles": "Nothing was added: this collection may hold {most} articles, and there would be "
    "{after}; take some out, or ask the operator for more room.",
    "characters": "Nothing was added: the articles of this collection may have {most} characters "
    "together, and there would be {after}; take some out, or ask the operator for more room.",
    "additions": "Nothing was added: this collection may take {most} articles within 24 hours, "
    "and it has taken {before}; add fewer, or wait until tomorrow.",
}
_LEFT = {
    "articles": "This collection may hold {most} articles: take some out, or ask the operator for "
    "more room.",
    "characters": "The articles of this collection may have {most} characters together: take some "
    "out, or ask the operator for more room.",
    "additions": "This collection may take {most} articles within 24 hours: add the rest tomorrow.",
}
