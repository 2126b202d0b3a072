"""What a button remembers: articles, passages and filters, short enough for its custom id.

A custom id holds 100 characters and outlives a restart, so that nothing is kept for a message.
Articles and sources stand there as digests of 48 bits: among 100,000 articles the probability
that any two share one is about 2e-5 (birthday bound, n^2 / 2^49).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from embeddings.types import SHARED, Filters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from embeddings.types import Article, ArticleSummary, Hit, Passage

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
    parts = (
        _packed(filters.since),
        _packed(filters.until),
        short(filters.source) if filters.source else "",
        _ref(filters.article_id, filters.collection) if filters.article_id else "",
    )
    return ".".join(parts)


def unpack(
    scope: str, sources: Mapping[str, str], articles: Mapping[str, ArticleSummary]
) -> Filters | None:
    """Return the filters that were packed; None when the source or the article is gone.

    Args:
        scope: What ``pack`` returned.
        sources: Digest -> name of each source.
        articles: Digest -> article, of each that is seen.
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


def _packed(day: date | None) -> str:
    return day.isoformat().replace("-", "") if day else ""
