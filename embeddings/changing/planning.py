"""Plans the change that adds files and pages: what is new, changed or known, and within limits.

A server's own collection has limits of its size, and of its growth in a day.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import PurePath

from config.groups import FetchSettings, ServerSettings
from embeddings.changing.changeset import Change
from embeddings.changing.correcting import correct_all
from embeddings.errors import LimitError
from embeddings.readers import Draft, Fetcher, Sandbox
from embeddings.readers.many import read_all
from embeddings.reports import AuditEntry, Omission, Quota
from embeddings.types import ATTACHED, Article, Rejected, digest

MAX_SLUG = 60
"""The most characters of an id that is made from a title."""
DAY = timedelta(days=1)

_OTHER = re.compile(r"[^a-z0-9]+")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})


class Planner:
    """Gives each draft an id, and compares it with the article of that id.

    The id is the one that the draft states; otherwise that of the article with the same origin, or
    of the only article with the same address; otherwise one made from the title, with -2, -3 and so
    on if another story has it. A draft without an id whose text the corpus has already is that
    article. Fields that somebody set by hand stay.

    Args:
        taken: Ids that no new story may get, besides the articles': those of damaged articles.
        by_hand: Article id -> names of its fields that somebody set by hand.
        corrects: Look for the articles that the new ones seem to correct.
    """

    def __init__(
        self,
        articles: Iterable[Article],
        taken: Iterable[str],
        collection: str,
        by_hand: Mapping[str, Iterable[str]] | None = None,
        *,
        corrects: bool = True,
    ) -> None:
        self._corrects = corrects
        self._old = tuple(articles)
        self._articles = {article.id: article for article in self._old}
        self._taken = {*taken, *self._articles}
        self._collection = collection
        self._by_origin = {a.origin: a.id for a in self._articles.values() if a.origin}
        urls = Counter(a.url for a in self._articles.values())
        self._by_url = {a.url: a.id for a in self._articles.values() if a.url and urls[a.url] == 1}
        self._by_hand = by_hand or {}
        self._inferred: dict[str, tuple[str, ...]] = {}
        self._claimed: dict[str, str] = {}
        self._added: list[str] = []
        self._changed: list[str] = []
        self._unchanged: list[str] = []
        self._rejected: list[Rejected] = []

    def plan(self, drafts: Iterable[tuple[str, Draft]]) -> Change:
        """Return the change that adds drafts, each given with its file's name for messages.

        Drafts of known articles are placed first: the others are compared with their new texts.
        """
        others = [draft for source, draft in drafts if not self._place_known(source, draft)]
        for draft in others:
            self._place_new(draft)
        added = self._list(self._added)
        known = {*self._changed, *self._unchanged}
        unchanged = [article for article in self._old if article.id not in known]
        rejected, guessed = tuple(self._rejected), self._inferred
        hints = (guessed, self._by_hand)
        instead = correct_all(added, unchanged, *hints) if self._corrects else {}
        lists = (added, self._list(self._changed), self._list(self._unchanged))
        return Change("add", *lists, rejected, guessed, instead=instead)

    def _list(self, names: list[str]) -> tuple[Article, ...]:
        return tuple(self._articles[name] for name in dict.fromkeys(names))

    def _place_known(self, source: str, draft: Draft) -> bool:
        """Compare a draft with the article of its id or origin; False if there is none."""
        name = draft.id or self._find_id(draft)
        if name is None:
            return False
        if draft.id is not None and name in self._claimed:
            reason = f"{source} has the id {name}, which {self._claimed[name]} has too"
            self._rejected.append(Rejected(source, f"{reason}; give one another id."))
        else:
            self._claimed[name] = source
            self._compare(draft, name)
        return True

    def _place_new(self, draft: Draft) -> None:
        """Give a draft the id of the article with the same text, or a new one."""
        text = digest(draft.text)
        if text in self._by_text:
            self._unchanged.append(self._by_text[text])
        else:
            self._by_text[text] = self._new_id(draft)
            self._compare(draft, self._by_text[text])

    def _compare(self, draft: Draft, name: str) -> None:
        """Note whether a draft adds, changes or repeats the article of an id."""
        article = draft.article(name, self._collection)
        old, by_hand = self._articles.get(name), self._by_hand.get(name, ())
        if old is not None:
            kept = {field: getattr(old, field) for field in by_hand}
            article = replace(article, origin=article.origin or old.origin, **kept)
        if old is not None and replace(article, origin=old.origin) == old:
            self._unchanged.append(old.id)
            return
        (self._added if old is None else self._changed).append(article.id)
        if inferred := tuple(field for field in draft.inferred if field not in by_hand):
            self._inferred[name] = inferred
        self._articles[article.id] = article
        self._taken.add(article.id)

    @cached_property
    def _by_text(self) -> dict[str, str]:
        """Digest of a text -> article id; computed once the drafts of known articles are placed."""
        return {article.digest: article.id for article in self._articles.values()}

    def _find_id(self, draft: Draft) -> str | None:
        """Return the id of the article with a draft's origin or address, unless it is claimed."""
        origin = draft.origin or ""
        known = None if origin.startswith(ATTACHED) else self._by_origin.get(origin)
        name = known or self._by_url.get(draft.url or "")
        return None if name in self._claimed else name

    def _new_id(self, draft: Draft) -> str:
        stem = PurePath((draft.origin or "").removeprefix(ATTACHED)).stem
        base = slug(draft.title) or slug(stem) or "article"
        names = (base if n == 1 else f"{base}-{n}" for n in count(1))
        return next(name for name in names if name not in self._taken)


def slug(text: str) -> str:
    """Return an id made from a text: up to ``MAX_SLUG`` of ``a-z``, ``0-9`` and ``-``."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    words = _OTHER.sub("-", "".join(c for c in plain if not unicodedata.combining(c)))
    words = words.strip("-")
    if len(words) <= MAX_SLUG:
        return words
    cut = words[: MAX_SLUG + 1]
    return (cut.rpartition("-")[0] or cut[:MAX_SLUG]).strip("-")


def plan_inputs(
    inputs: Sequence[str], names: Mapping[str, str], fetch: FetchSettings, planner: Planner
) -> Change:
    """Read files, folders and pages, and return the change that adds them.

    ``names`` maps the path of a temporary file to the file's name for messages.
    """
    with Sandbox() as sandbox:
        outcomes = list(read_all(inputs, sandbox, Fetcher(fetch), names))
    drafts = [outcome for outcome in outcomes if not isinstance(outcome, Rejected)]
    change = planner.plan(drafts)
    rejected = (outcome for outcome in outcomes if isinstance(outcome, Rejected))
    left_out = (Omission(n, part.what, part.why) for n, d in drafts for part in d.left_out)
    return replace(change, rejected=(*rejected, *change.rejected), left_out=tuple(left_out))


def check_limits(quotas: Iterable[Quota], change: Change, current: Mapping[str, Article]) -> None:
    """Check that a change exceeds no limit; one that reduces the usage never does.

    ``quotas`` come from ``measure``; ``current`` has the collection's articles, by id.

    Raises:
        LimitError: A limit would be exceeded; the sentence says which, and what to do.
    """
    costs = [_cost(new, current.get(new.id)) for new in (*change.added, *change.changed)]
    for quota in quotas:
        after = quota.used + sum(cost[quota.what] for cost in costs)
        if quota.most < after > quota.used:
            text = _SENTENCES[quota.what].format(most=quota.most, after=after, before=quota.used)
            raise LimitError(text)


def trim(quotas: Sequence[Quota], change: Change, current: Mapping[str, Article]) -> Change:
    """Leave out the articles of a change beyond a limit: added ones before changed ones.

    An added article that seems to correct another counts as the correction.
    """
    free = {quota.what: quota.most - quota.used for quota in quotas}
    most = {quota.what: quota.most for quota in quotas}
    left: dict[str, Rejected] = {}
    for article in (*change.changed, *change.added):
        stored = change.instead.get(article.id, article)
        costs = _cost(stored, current.get(stored.id))
        exceeded = next((what for what in free if costs[what] > max(0, free[what])), None)
        if exceeded is None:
            free = {what: rest - costs[what] for what, rest in free.items()}
        else:
            name = (article.origin or article.title).removeprefix(ATTACHED)
            left[article.id] = Rejected(name, _LEFT[exceeded].format(most=most[exceeded]))
    return change.without(left)


def measure(
    limits: ServerSettings, current: Mapping[str, Article], log: Iterable[AuditEntry], now: datetime
) -> tuple[Quota, ...]:
    """Return the quotas of a collection, and how much of each its articles use."""
    used = {
        "articles": len(current),
        "characters": sum(len(article.text) for article in current.values()),
        "additions": count_additions(log, now),
    }
    return tuple(Quota(w, most, used[w]) for w in used if (most := getattr(limits, w)))


def _cost(new: Article, old: Article | None) -> dict[str, int]:
    """Return what an article's new version adds to the usage of each limit."""
    return {
        "articles": int(old is None),
        "characters": len(new.text) - len(old.text if old else ""),
        "additions": int(old is None or old.digest != new.digest),
    }


def count_additions(log: Iterable[AuditEntry], now: datetime) -> int:
    """Count the log's new texts of articles in the last 24 hours."""
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
