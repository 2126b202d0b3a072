"""In-memory lists of the live articles: searched by digest, title or source, sorted, filtered."""

from __future__ import annotations

import re
import unicodedata
from collections import OrderedDict
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from heapq import merge
from itertools import chain

from bot.errors import BotError
from bot.ui.naming import make_digest, ref
from embeddings.types import ArticleSummary

_ACCENTS = re.compile("[\u0300-\u036f]+")
SORTS = ("date", "title", "source")
_MOST = 128
"""The limit of cached catalogues; a server with articles of its own takes two."""


def fold(text: str) -> str:
    """Return a text without case and accents, for searching and sorting."""
    plain = text.casefold()
    return plain if plain.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))


class Catalogue:
    """An immutable list of article summaries, with its lookup tables.

    ``parts``: catalogues that together hold the same articles; their tables are reused.
    """

    def __init__(
        self, articles: tuple[ArticleSummary, ...], parts: tuple[Catalogue, ...] = ()
    ) -> None:
        self.articles = articles
        self.parts = parts
        self.starters: dict[str, tuple[str, ...]] = {}
        """Language code -> starter questions known to have an answer; filled on first use."""

    @cached_property
    def by_ref(self) -> Mapping[str, ArticleSummary]:
        """Digest of an article, as in custom ids (``naming.ref``) -> its summary."""
        if self.parts:
            return dict(chain.from_iterable(part.by_ref.items() for part in self.parts))
        return {ref(a): a for a in self.articles}

    @cached_property
    def sources(self) -> dict[str, str]:
        """Digest of a source's name -> the name, sorted by name."""
        names = {a.source for a in self.articles if a.source}
        return {make_digest(name): name for name in sorted(names, key=fold)}

    @cached_property
    def search_keys(self) -> list[tuple[str, ArticleSummary]]:
        """Pairs of search key (folded title, source and author) and article, newest first."""
        if self.parts:
            return [*merge(*(part.search_keys for part in self.parts), key=_newest, reverse=True)]
        keys = [(fold(f"{a.title} {a.source or ''} {a.author or ''}"), a) for a in self.articles]
        return sorted(keys, key=_newest, reverse=True)

    def find_source(self, name: str) -> str:
        """Return the source with this digest or name; if there is none, the name itself."""
        if name in self.sources:
            return self.sources[name]
        wanted = fold(name.strip())
        return next((n for n in self.sources.values() if fold(n) == wanted), name.strip())

    @cached_property
    def months(self) -> list[str]:
        """The months with articles, such as ``2018-06``, newest first."""
        return sorted({str(a.date)[:7] for a in self.articles if a.date}, reverse=True)

    def find_articles(self, text: str) -> list[ArticleSummary]:
        """Return the article with this digest or id, or else all articles with this title.

        Failing that, return those that match every word, newest first.
        """
        if text in self.by_ref:
            return [self.by_ref[text]]
        wanted = fold(text.strip())
        exact = [a for a in self.articles if text.strip() == a.id]
        exact = exact or [a for key, a in self.search_keys if fold(a.title) == wanted]
        return exact or self.search(text)

    def choose(self, text: str, unknown: str = "article-unknown") -> ArticleSummary:
        """Return the one article with this id or title; raises BotError, ``unknown`` for none."""
        found = self.find_articles(text)
        if len(found) != 1:
            raise BotError("article-several" if found else unknown)
        return found[0]

    def search(self, text: str) -> list[ArticleSummary]:
        """Return the articles whose title, source and author contain every word, newest first."""
        wanted = fold(text).split()
        return [a for key, a in self.search_keys if all(word in key for word in wanted)]

    def search_sources(self, text: str) -> list[str]:
        """Return the names of sources that contain a text."""
        return [name for name in self.sources.values() if fold(text.strip()) in fold(name)]

    def list_sorted(
        self, text: str = "", sort: str = "date", source: str = "", month: str = ""
    ) -> list[ArticleSummary]:
        """Return matching articles, sorted by one of ``SORTS``; those without its value come last.

        ``source``: digest of a name; ``month``: such as ``2018-06``; empty: no restriction.
        """
        name, found = self.sources.get(source), self.search(text)
        found = [a for a in found if not source or a.source == name]
        found = [a for a in found if str(a.date or "").startswith(month)]
        if sort == "title":
            return sorted(found, key=lambda a: fold(a.title))
        if sort == "source":
            return sorted(found, key=lambda a: (not a.source, fold(a.source or "")))
        return found


def _newest(entry: tuple[str, ArticleSummary]) -> tuple[date, str]:
    return entry[1].date or date.min, entry[1].id


class Catalogues:
    """A least-recently-used cache of catalogues; each is rebuilt when its articles have changed."""

    def __init__(self) -> None:
        self._cache: OrderedDict[object, Catalogue] = OrderedDict()

    def of(self, key: object, *lists: tuple[ArticleSummary, ...]) -> Catalogue:
        """Return the catalogue of one or several collections, the shared collection first.

        ``key``: of the cache, such as a server's id.
        """
        catalogue = self._cache.pop(key, None)
        if len(lists) == 1:
            if catalogue is None or catalogue.articles is not lists[0]:
                catalogue = Catalogue(lists[0])
        else:
            parts = tuple(self.of((key, n) if n else None, part) for n, part in enumerate(lists))
            if catalogue is None or catalogue.parts != parts:
                catalogue = Catalogue(tuple(chain.from_iterable(p.articles for p in parts)), parts)
        self._cache[key] = catalogue
        if len(self._cache) > _MOST:
            self._cache.popitem(last=False)
        return catalogue
