"""The articles that serve now, in memory: found by digest, title or source, sorted, filtered."""

from __future__ import annotations

import re
import unicodedata
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from heapq import merge
from itertools import chain

from bot.errors import BotError
from bot.ui.naming import ref, short
from embeddings.types import ArticleSummary

_ACCENTS = re.compile("[\u0300-\u036f]+")
SORTS = ("date", "title", "source")
_MOST = 128
"""How many lists of articles are kept in memory, a server having two."""


def fold(text: str) -> str:
    """Return a text without case and accents, as lists are searched and sorted."""
    plain = text.casefold()
    return plain if plain.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))


class Catalogue:
    """What can be said of the articles without reading them; never changed once made.

    ``parts`` are catalogues that have them all together, whose work is not done again.
    """

    def __init__(
        self, articles: tuple[ArticleSummary, ...], parts: tuple[Catalogue, ...] = ()
    ) -> None:
        self.articles = articles
        self.parts = parts
        self.starters: dict[str, tuple[str, ...]] = {}
        """Language -> questions that were found to be answered, once somebody looked."""

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

    @cached_property
    def months(self) -> list[str]:
        """The months in which articles came out, such as ``2018-06``, newest first."""
        return sorted({str(a.date)[:7] for a in self.articles if a.date}, reverse=True)

    def articles_named(self, text: str) -> list[ArticleSummary]:
        """Return the article that a digest or an id names, or all that a title names.

        Without any of that title, the first one that has every word.
        """
        if text in self.by_ref:
            return [self.by_ref[text]]
        wanted = fold(text.strip())
        exact = [a for a in self.articles if text.strip() == a.id]
        exact = exact or [a for key, a in self.keys if fold(a.title) == wanted]
        return exact or self.matching(text)[:1]

    def choose(self, text: str) -> ArticleSummary:
        """Return the article that somebody names; raises BotError when it is none, or several."""
        found = self.articles_named(text)
        if len(found) != 1:
            raise BotError("article-several" if found else "article-unknown")
        return found[0]

    def find_titles(self, titles: Iterable[str]) -> list[ArticleSummary]:
        """Return an article for each of these titles, each once."""
        found = (self.articles_named(title)[:1] for title in titles)
        return [*{ref(article): article for few in found for article in few}.values()]

    def matching(self, text: str) -> list[ArticleSummary]:
        """Return the articles whose title, source or author holds every word, newest first."""
        wanted = fold(text).split()
        return [a for key, a in self.keys if all(word in key for word in wanted)]

    def sources_matching(self, text: str) -> list[str]:
        """Return the sources' names that hold a text."""
        return [name for name in self.sources.values() if fold(text.strip()) in fold(name)]

    def list_sorted(self, text: str = "", sort: str = "date") -> list[ArticleSummary]:
        """Return the articles that match by one of ``SORTS``; what lacks what it names is last."""
        found = self.matching(text)
        if sort == "title":
            return sorted(found, key=lambda a: fold(a.title))
        if sort == "source":
            return sorted(found, key=lambda a: (not a.source, fold(a.source or "")))
        return found


def _newest(entry: tuple[str, ArticleSummary]) -> tuple[date, str]:
    return entry[1].date or date.min, entry[1].id


class Catalogues:
    """Makes the lists of articles that are looked through, and keeps those that still hold.

    What is kept is made anew when its articles change; of the places that see their own, only
    those that were looked at last are kept.
    """

    def __init__(self) -> None:
        self._made: OrderedDict[object, Catalogue] = OrderedDict()

    def of(self, place: object, *lists: tuple[ArticleSummary, ...]) -> Catalogue:
        """Return the articles of one or of several collections as one list.

        ``place`` names who looks, such as a server's id; the shared articles come first.
        """
        made = self._made.pop(place, None)
        if len(lists) == 1:
            made = made if made and made.articles is lists[0] else Catalogue(lists[0])
        else:
            parts = tuple(self.of((place, n) if n else None, each) for n, each in enumerate(lists))
            if made is None or made.parts != parts:
                made = Catalogue(tuple(chain.from_iterable(p.articles for p in parts)), parts)
        self._made[place] = made
        if len(self._made) > _MOST:
            self._made.popitem(last=False)
        return made
