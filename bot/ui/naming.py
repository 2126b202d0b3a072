"""Names articles, passages and filters: on cards, in lists, and in the custom ids of buttons.

A custom id (100 characters at most) holds the whole state of its button, so nothing has to be
stored for a message. Articles and sources appear in it as digests of 48 bits: among 100,000
articles the probability of a collision is about 2e-5 (birthday bound, n^2 / 2^49).
"""

import base64
import hashlib
import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, Self

from discord import ui, utils

from bot.translate import Language
from bot.ui.components import MAX_OPTION, option, select
from bot.ui.markup import clean, fit
from embeddings.types import SHARED, Article, ArticleSummary, Filters, Hit, Passage

_MINUTE = 60
TITLE, NAME = 160, 70
"""The limits of a title and of a source's or an author's name, in characters."""


def credit_line(article: Article | ArticleSummary) -> str:
    """Return an article's source, author and date, as far as they are known."""
    parts = [fit(part, NAME) for part in (article.source, article.author) if part]
    return " · ".join([*parts, day(article.date)] if article.date else parts)


def summary_line(article: ArticleSummary, language: Language) -> str:
    """Return an article's credit line and its number of passages."""
    passages = language("passages", count=article.passages)
    return " · ".join(filter(None, [credit_line(article), passages]))


def corrected_line(at: datetime | None, language: Language) -> str:
    """Return the day on which an article's text was last changed; empty if it never was."""
    return language("corrected-on", day=day(at.date(), "d")) if at else ""


def heading(article: Article, language: Language) -> str:
    """Return an article's title, and its credit line and last correction in small print."""
    details = (credit_line(article), corrected_line(article.corrected, language))
    line = " · ".join(filter(None, details))
    return f"### {fit(article.title, TITLE)}" + (f"\n-# {line}" if line else "")


def day(value: date, style: Literal["D", "d"] = "D") -> str:
    """Return a Discord timestamp, shown in each reader's locale: ``D`` in words, ``d`` in figures.

    It is set at 11:00 UTC, which falls on the same day from UTC-11 to UTC+12.
    """
    return utils.format_dt(datetime(value.year, value.month, value.day, 11, tzinfo=UTC), style)


def say_value(value: object, language: Language) -> str:
    """Return an article's field for display: a date in words, a dash for an empty value."""
    return language.say_day(value) if isinstance(value, date) else str(value or "—")


def say_duration(seconds: float, language: Language) -> str:
    """Return a duration in words: in minutes from one minute on, below that in seconds."""
    if seconds >= _MINUTE:
        return language("lasting-minutes", count=math.ceil(seconds / _MINUTE))
    return language("lasting-seconds", count=max(1, math.ceil(seconds)))


def label(article: ArticleSummary, articles: Sequence[ArticleSummary] = ()) -> str:
    """Return an article's title as a line that is unique in the list of all ``articles``.

    Where several titles begin alike, the date, source or id tells them apart.
    """
    title = clean(article.title).strip() or article.id
    line = title[:MAX_OPTION].strip()
    same = [other for other in articles if clean(other.title).strip()[:MAX_OPTION].strip() == line]
    if len(same) <= 1:
        return line
    detail = _find_unique(article, same)[: MAX_OPTION // 2]
    return f"{title[: MAX_OPTION - len(detail) - 5].strip()}… ({detail})"


def _find_unique(article: ArticleSummary, same: Sequence[ArticleSummary]) -> str:
    """Return the article's date or source, whichever first is unique in ``same``; else its id."""
    for name in ("date", "source"):
        value = getattr(article, name)
        detail = clean(str(value or ""))
        if detail and sum(getattr(other, name) == value for other in same) == 1:
            return detail
    return article.id


def open_select(articles: Sequence[ArticleSummary], placeholder: str) -> ui.ActionRow[Any]:
    """Return a select that opens one of the articles, which are distinct and at least one."""
    options = []
    for article in articles:
        details = [clean(part) for part in (article.source, str(article.date or "")) if part]
        options.append(option(label(article, articles), ref(article), " · ".join(details)))
    return select("v:open", placeholder, options)


DIGEST = r"[\w-]{8}"
"""The pattern of a digest, as ``make_digest`` returns it."""
PLACE = rf"(?P<article>{DIGEST})\.(?P<paragraph>\d{{1,6}})\.(?P<digest>[0-9a-f]{{8}})"
"""The pattern of a passage, as ``Place`` writes it."""
FILTERS = rf"(?P<filters>(?:\d{{8}})?\.(?:\d{{8}})?\.(?:{DIGEST})?\.(?:{DIGEST})?)"
"""The pattern of filters, as ``pack`` writes them: since, until, source, article."""
COLLECTION = r"(?P<collection>[so])"
"""The pattern of a collection: the shared one (s) or this server's own (o), whichever it is."""


def make_digest(text: str) -> str:
    """Return a digest of a text: 48 bits of its SHA-256 in 8 characters."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:6]).decode("ascii")


def ref(article: Article | ArticleSummary) -> str:
    """Return an article's digest, unique across all collections.

    It reveals nothing of the collection. A click looks it up among the articles that are visible
    where it happens, so an article of another server is not found.
    """
    return _ref(article.id, article.collection)


def _ref(article_id: str, collection: str | None) -> str:
    return make_digest(article_id if collection in {None, SHARED} else f"{collection}/{article_id}")


def write_collection(*, shared: bool) -> str:
    """Return the letter of a collection, in the form that ``COLLECTION`` matches."""
    return "s" if shared else "o"


def create_name() -> str:
    """Return a random name of 8 characters, under which the votes on an answer are counted."""
    return secrets.token_urlsafe(6)


@dataclass(frozen=True, slots=True)
class Place:
    """A reference to a passage in a custom id: article digest, paragraph number, text digest."""

    article: str
    paragraph: int
    digest: str

    @classmethod
    def of(cls, article: Article | ArticleSummary, passage: Passage) -> Self:
        """Return the reference to an article's passage."""
        return cls(ref(article), passage.paragraph, passage.digest[:8])

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Self:
        """Return the reference with the groups that ``PLACE`` matched."""
        return cls(fields["article"], int(fields["paragraph"]), fields["digest"])

    def find(self, passages: Sequence[Passage]) -> Passage | None:
        """Return the referenced passage of its article; None if its text has changed."""
        same = (p for p in passages if p.paragraph == self.paragraph)
        return next((p for p in same if p.digest.startswith(self.digest)), None)

    def __str__(self) -> str:
        """Return the reference in the form that ``PLACE`` matches."""
        return f"{self.article}.{self.paragraph}.{self.digest}"


def locate(hit: Hit) -> Place:
    """Return the reference to a hit's passage."""
    return Place.of(hit.article, hit.passage)


def pack(filters: Filters) -> str:
    """Return filters in the form that ``FILTERS`` matches."""
    days = (str(day).replace("-", "") if day else "" for day in (filters.since, filters.until))
    source = make_digest(filters.source) if filters.source else ""
    article = _ref(filters.article_id, filters.collection) if filters.article_id else ""
    return ".".join((*days, source, article))


def unpack(
    packed: str, sources: Mapping[str, str], articles: Mapping[str, ArticleSummary]
) -> Filters | None:
    """Return the filters that ``pack`` wrote; None if their source or article is gone.

    ``sources`` and ``articles``: digest -> name or summary, of those that are visible here.
    """
    since, until, source, article = packed.split(".")
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
