"""The articles that serve now, in memory: found by digest, title or source, sorted, filtered."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from bot.refs import short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from embeddings.types import ArticleSummary

_ACCENTS = re.compile("[\u0300-\u036f]+")
SORTS = ("date", "title", "source")


def fold(text: str) -> str:
    """Return a text without case and accents, as lists are searched and sorted."""
    plain = text.casefold()
    return plain if plain.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))


class Catalogue:
    """What can be said of the articles without reading them; never changed once made."""

    def __init__(self, articles: tuple[ArticleSummary, ...]) -> None:
        self.articles = articles

    @cached_property
    def by_ref(self) -> dict[str, ArticleSummary]:
        """Digest of the id -> article."""
        return {short(a.id): a for a in self.articles}

    @cached_property
    def ids(self) -> dict[str, str]:
        """Digest of the id -> id."""
        return {ref: a.id for ref, a in self.by_ref.items()}

    @cached_property
    def sources(self) -> dict[str, str]:
        """Digest of the name -> name, in the order of the names."""
        names = {a.source for a in self.articles if a.source}
        return {short(name): name for name in sorted(names, key=fold)}

    @cached_property
    def _keys(self) -> list[tuple[str, ArticleSummary]]:
        """What each article is found by, newest first."""
        ordered = sorted(self.articles, key=lambda a: (a.date or date.min, a.id), reverse=True)
        return [(fold(f"{a.title} {a.source or ''} {a.author or ''}"), a) for a in ordered]

    def source_named(self, name: str) -> str:
        """Return a source's name as it is written in the articles, or the name as it is given."""
        wanted = fold(name.strip())
        return next((n for n in self.sources.values() if fold(n) == wanted), name.strip())

    def article_named(self, text: str) -> ArticleSummary | None:
        """Return the article that a digest, an id or a title names, whichever fits first."""
        if text in self.by_ref:
            return self.by_ref[text]
        wanted = fold(text.strip())
        exact = (a for a in self.articles if text.strip() == a.id or fold(a.title) == wanted)
        return next(exact, None) or next(iter(self.matching(text)), None)

    def matching(self, text: str) -> list[ArticleSummary]:
        """Return the articles whose title, source or author holds every word, newest first."""
        wanted = fold(text).split()
        return [a for key, a in self._keys if all(word in key for word in wanted)]

    def sources_matching(self, text: str) -> list[str]:
        """Return the sources' names that hold a text."""
        return [name for name in self.sources.values() if fold(text.strip()) in fold(name)]

    def listed(self, text: str = "", sort: str = "date") -> list[ArticleSummary]:
        """Return the articles that match, sorted; those without what they are sorted by are last.

        Args:
            text: Words of the title, the source or the author.
            sort: One of ``SORTS``.
        """
        found = self.matching(text)
        orders: dict[str, Callable[[ArticleSummary], object]] = {
            "title": lambda a: fold(a.title),
            "source": lambda a: (not a.source, fold(a.source or "")),
        }
        return sorted(found, key=orders[sort]) if sort in orders else found  # type: ignore[arg-type]


def first(items: Iterable[str], count: int) -> list[str]:
    """Return the first few items."""
    return [item for item, _ in zip(items, range(count), strict=False)]
