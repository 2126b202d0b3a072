"""The articles that serve now, in memory: found by digest, title or source, sorted, filtered."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cached_property
from heapq import merge
from itertools import chain
from typing import TYPE_CHECKING

from bot.ui.refs import ref, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from embeddings.types import ArticleSummary

_ACCENTS = re.compile("[\u0300-\u036f]+")
SORTS = ("date", "title", "source")


def fold(text: str) -> str:
    """Return a text without case and accents, as lists are searched and sorted."""
    plain = text.casefold()
    return plain if plain.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))


class Catalogue:
    """What can be said of the articles without reading them; never changed once made.

    Args:
        articles: All of them.
        parts: Catalogues that have them all together, whose work is not done again.
    """

    def __init__(
        self, articles: tuple[ArticleSummary, ...], parts: tuple[Catalogue, ...] = ()
    ) -> None:
        self.articles = articles
        self.parts = parts

    @classmethod
    def joined(cls, parts: Iterable[Catalogue]) -> Catalogue:
        """Return several catalogues as one."""
        all_parts = tuple(parts)
        return cls(tuple(chain.from_iterable(part.articles for part in all_parts)), all_parts)

    @cached_property
    def by_ref(self) -> Mapping[str, ArticleSummary]:
        """What names an article in a button -> the article."""
        if self.parts:
            return dict(chain.from_iterable(part.by_ref.items() for part in self.parts))
        return {ref(a): a for a in self.articles}

    @cached_property
    def sources(self) -> dict[str, str]:
        """Digest of the name -> name, in the order of the names."""
        names = {a.source for a in self.articles if a.source}
        return {short(name): name for name in sorted(names, key=fold)}

    @cached_property
    def keys(self) -> list[tuple[str, ArticleSummary]]:
        """What each article is found by, newest first."""
        if self.parts:
            return [*merge(*(part.keys for part in self.parts), key=_newest, reverse=True)]
        keys = [(fold(f"{a.title} {a.source or ''} {a.author or ''}"), a) for a in self.articles]
        return sorted(keys, key=_newest, reverse=True)

    def source_named(self, name: str) -> str:
        """Return the source that a digest or a name names, or the name as it is given."""
        if name in self.sources:
            return self.sources[name]
        wanted = fold(name.strip())
        return next((n for n in self.sources.values() if fold(n) == wanted), name.strip())

    def article_named(self, text: str) -> ArticleSummary | None:
        """Return the article that a digest, an id or a title names, whichever fits first."""
        if text in self.by_ref:
            return self.by_ref[text]
        wanted = fold(text.strip())
        exact = (a for a in self.articles if text.strip() == a.id or fold(a.title) == wanted)
        return next(exact, None) or next(iter(self.matching(text)), None)

    def titled(self, titles: Iterable[str]) -> list[ArticleSummary]:
        """Return the articles that have these titles, each once."""
        found = (self.article_named(title) for title in titles)
        return [*{ref(article): article for article in found if article}.values()]

    def matching(self, text: str) -> list[ArticleSummary]:
        """Return the articles whose title, source or author holds every word, newest first."""
        wanted = fold(text).split()
        return [a for key, a in self.keys if all(word in key for word in wanted)]

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


def _newest(entry: tuple[str, ArticleSummary]) -> tuple[date, str]:
    return entry[1].date or date.min, entry[1].id


def first(items: Iterable[str], count: int) -> list[str]:
    """Return the first few items."""
    return [item for item, _ in zip(items, range(count), strict=False)]
