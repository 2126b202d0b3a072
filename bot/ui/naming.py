"""How an article is named: on a card, in a list, and in the custom id of a button.

A custom id holds 100 characters and outlives a restart, so that nothing is kept for a message.
Articles and sources stand there as digests of 48 bits: among 100,000 articles the probability
that any two share one is about 2e-5 (birthday bound, n^2 / 2^49).
"""

from __future__ import annotations

import base64
import hashlib
import math
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from discord import ui

from bot.translate import Language
from bot.ui.components import MAX_OPTION, option, select
from bot.ui.markup import clean, fit
from embeddings.types import SHARED, Article, ArticleSummary, Filters, Hit, Passage

_MINUTE = 60
TITLE, NAME = 160, 70
"""The most characters of a title, and of a source's or an author's name."""


def credit_line(article: Article | ArticleSummary) -> str:
    """Return an article's source, author and date, those that it has."""
    given = [fit(part, NAME) for part in (article.source, article.author) if part]
    return " · ".join([*given, day(article.date)] if article.date else given)


def summary_line(article: ArticleSummary, language: Language) -> str:
    """Return where an article comes from, and how many passages it has."""
    passages = language("passages", count=article.passages)
    return " · ".join(filter(None, [credit_line(article), passages]))


def corrected_line(at: datetime | None, language: Language) -> str:
    """Say on which day an article's text was last changed; empty when it never was."""
    return language("corrected-on", day=day(at.date(), "d")) if at else ""


def heading(article: Article, language: Language) -> str:
    """Return an article's title, where it comes from, and when it was corrected."""
    told = (credit_line(article), corrected_line(article.corrected, language))
    line = " · ".join(filter(None, told))
    return f"### {fit(article.title, TITLE)}" + (f"\n-# {line}" if line else "")


def day(value: date, style: str = "D") -> str:
    """Return a day as Discord shows it in each reader's own way: in words, or ``d`` in figures.

    At 11:00 UTC it is the same day from UTC-11 to UTC+12.
    """
    moment = datetime(value.year, value.month, value.day, 11, tzinfo=UTC)
    return f"<t:{int(moment.timestamp())}:{style}>"


def write_day(value: date, language: Language) -> str:
    """Return a day in words."""
    month = language(f"month-{value.month}")
    return language("day", day=value.day, month=month, year=str(value.year))


def say_value(value: object, language: Language) -> str:
    """Return the value of an article's field as it is shown: a day in words, a dash for none."""
    return write_day(value, language) if isinstance(value, date) else str(value or "—")


def say_duration(seconds: float, language: Language) -> str:
    """Say how long something takes, in seconds or in minutes."""
    if seconds >= _MINUTE:
        return language("lasting-minutes", count=math.ceil(seconds / _MINUTE))
    return language("lasting-seconds", count=max(1, math.ceil(seconds)))


def label(article: ArticleSummary, alike: Sequence[ArticleSummary] = ()) -> str:
    """Return an article's title as one line of a list: another one than those of its like.

    Of those with the same beginning, each has its day or source named.
    """
    title = clean(article.title).strip() or article.id
    shown = title[:MAX_OPTION].strip()
    same = [each for each in alike if clean(each.title).strip()[:MAX_OPTION].strip() == shown]
    if len(same) <= 1:
        return shown
    told = _tell_apart(article, same)[: MAX_OPTION // 2]
    return f"{title[: MAX_OPTION - len(told) - 5].strip()}… ({told})"


def _tell_apart(article: ArticleSummary, same: Sequence[ArticleSummary]) -> str:
    """Return an article's day, or else its source or its id, that no other of its title has."""
    for name in ("date", "source"):
        told = clean(str(getattr(article, name) or ""))
        if told and sum(getattr(each, name) == getattr(article, name) for each in same) == 1:
            return told
    return article.id


def open_select(articles: Sequence[ArticleSummary], placeholder: str) -> ui.ActionRow[Any]:
    """Return the list that opens an article; at least one, and none twice."""
    options = []
    for article in articles:
        details = [clean(part) for part in (article.source, str(article.date or "")) if part]
        options.append(option(label(article, articles), ref(article), " · ".join(details)))
    return select("v:open", placeholder, options)


SHORT = r"[\w-]{8}"
"""The pattern of a digest."""
PLACE = rf"(?P<article>{SHORT})\.(?P<paragraph>\d{{1,6}})\.(?P<digest>[0-9a-f]{{8}})"
"""The pattern of a passage."""
SCOPE = rf"(?P<scope>(?:\d{{8}})?\.(?:\d{{8}})?\.(?:{SHORT})?\.(?:{SHORT})?)"
"""The pattern of filters: since, until, source, article."""


def short(text: str) -> str:
    """Return a digest of a text in 8 characters."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:6]).decode("ascii")


def ref(article: Article | ArticleSummary) -> str:
    """Return the digest that names an article, among those of its collection and of all others.

    It says nothing of the collection: it is looked up among what the place sees where somebody
    clicks, and what is not seen from there is not found.
    """
    return _ref(article.id, article.collection)


def _ref(article_id: str, collection: str | None) -> str:
    return short(article_id if collection in {None, SHARED} else f"{collection}/{article_id}")


def fresh() -> str:
    """Return a new name of 8 characters, for an answer that people vote on."""
    return secrets.token_urlsafe(6)


@dataclass(frozen=True, slots=True)
class Place:
    """A passage as a button names it: its article, its paragraph and what it said then."""

    article: str
    paragraph: int
    digest: str

    @classmethod
    def of(cls, article: Article | ArticleSummary, passage: Passage) -> Place:
        """Name a passage of an article."""
        return cls(ref(article), passage.paragraph, passage.digest[:8])

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Place:
        """Read a name again from the groups of ``PLACE``."""
        return cls(fields["article"], int(fields["paragraph"]), fields["digest"])

    def find(self, passages: Sequence[Passage]) -> Passage | None:
        """Return the passage of its article that it names, if that still says what it said."""
        same = (p for p in passages if p.paragraph == self.paragraph)
        return next((p for p in same if p.digest.startswith(self.digest)), None)

    def __str__(self) -> str:
        """Return what ``PLACE`` reads."""
        return f"{self.article}.{self.paragraph}.{self.digest}"


def place(hit: Hit) -> Place:
    """Name a hit's passage."""
    return Place.of(hit.article, hit.passage)


def list_places(custom_ids: Iterable[str]) -> list[Place]:
    """Return the passages that a message's buttons name."""
    prefix = "v:ctx:"
    names = [i.removeprefix(prefix).split(".") for i in custom_ids if i.startswith(prefix)]
    return [Place(article, int(number), digest) for article, number, digest in names]


def pack(filters: Filters) -> str:
    """Return filters as ``SCOPE`` reads them."""
    days = (str(day).replace("-", "") if day else "" for day in (filters.since, filters.until))
    source = short(filters.source) if filters.source else ""
    article = _ref(filters.article_id, filters.collection) if filters.article_id else ""
    return ".".join((*days, source, article))


def unpack(
    scope: str, sources: Mapping[str, str], articles: Mapping[str, ArticleSummary]
) -> Filters | None:
    """Return the filters that were packed; None when the source or the article is gone.

    ``sources`` and ``articles``: digest -> each that is seen.
    """
    since, until, source, article = scope.split(".")
    if (source and source not in sources) or (article and article not in articles):
        return None
    only = articles.get(article)
    return Filters(
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
        source=sources.get(source),
        article_id=only.id if only else None,
        collection=only.collection if only else None,
    )
