"""Corrections of articles: by hand, or by a new text that resembles an old one; pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from embeddings.errors import InputError
from embeddings.readers.formats import frontmatter
from embeddings.readers.formats.decoding import normal
from embeddings.readers.pages.guesses import guess_language
from embeddings.text.passages import split
from embeddings.types import ATTACHED, FIELDS, Article

SAME = 0.7
"""Share of the words of the richer text from which two are the same story, as with copies of one
passage; two stories about one thing share a third."""
RARE = 50
"""Articles that have a word that is rare: two copies of a story share some, such as its names."""
MOST = 2000
"""Articles beyond which words are not compared: reading all of them takes seconds."""
FEW = 12
"""Fewer different words than these are like too many others."""
_WORD = re.compile(r"\w+")
_ENDS, _APART = re.compile(r"(?<![^\S\n])[^\S\n]++\n"), re.compile(r"\n{3,}")  # linear


def amend(article: Article, fields: Mapping[str, str | None]) -> Article:
    """Return an article with some of its fields set.

    A field set to None or nothing but spaces is cleared; a language that is cleared is told from
    the text again.

    Raises:
        InputError: There is no such field, or what was written is not what it must be.
    """
    for name in fields:
        if name not in {*FIELDS, "text"}:
            raise InputError(f"There is no field {name!r}; set one of: {', '.join(FIELDS)}.")
    return replace(article, **{name: _value(name, fields[name], article) for name in fields})


def _value(name: str, written: str | None, article: Article) -> Any:
    text = (written or "").strip()
    if name == "text":
        return _check_text(normal(text), article)
    if text:
        value = frontmatter.CHECKS[name](text, f"The {name}")
        if name == "language" and value not in frontmatter.languages().values():
            raise InputError(
                f"The language {text!r} is not known; write the two letters of one, such as fr."
            )
        return value
    if name == "title":
        raise InputError("The title is empty; an article needs one.")
    return guess_language(article.text) if name == "language" else None


def _check_text(text: str, article: Article) -> str:
    """Return a text as it is stored: lines without space at their ends, paragraphs apart."""
    tidy = _APART.sub("\n\n", _ENDS.sub("\n", text))
    if not split(replace(article, text=tidy)):
        raise InputError("The text has no paragraph to quote; write the story's sentences.")
    return tidy


class Likeness:
    """Finds the article that a text corrects, where the text comes from no known place."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles = tuple(articles)
        self._by_file = {
            a.origin: a for a in self._articles if a.origin and a.origin.startswith(ATTACHED)
        }
        self._by_title = {_title(a): a for a in self._articles}
        self._words: list[frozenset[str]] = []
        self._rare: dict[str, list[int]] = {}

    def find(self, new: Article) -> Article | None:
        """Return the article that a text seems to correct; None for a new story."""
        found = self._by_file.get(new.origin or "") or self._by_title.get(_title(new))
        return found or self._nearest(_words(new))

    def _nearest(self, words: frozenset[str]) -> Article | None:
        """Return the article that shares most of some words, a rare one among them; else None."""
        if len(words) < FEW or len(self._articles) > MOST:
            return None
        if not self._words:
            self._index()
        places = {place for word in words for place in self._rare.get(word, ())}
        shares = {p: _share(words, self._words[p]) for p in sorted(places)}
        best = max(shares, key=shares.__getitem__, default=None)
        return None if best is None or shares[best] < SAME else self._articles[best]

    def _index(self) -> None:
        """Note the words of all articles, and where each word stands that few of them have."""
        self._words = [_words(article) for article in self._articles]
        counts = Counter(word for words in self._words for word in words)
        for place, words in enumerate(self._words):
            for word in words:
                if counts[word] <= RARE:
                    self._rare.setdefault(word, []).append(place)


def correct_all(
    added: Iterable[Article],
    there: Mapping[str, Article],
    guessed: Mapping[str, tuple[str, ...]],
    by_hand: Mapping[str, Iterable[str]],
) -> dict[str, Article]:
    """Return what would become of the articles that new ones seem to correct, by the new ids.

    Args:
        added: The new ones.
        there: The articles that there are and that do not change anyway, by id.
        guessed: Id -> names of the fields of a new one that were guessed.
        by_hand: Id -> names of the fields of an old one that somebody set by hand.
    """
    likeness, found, taken = Likeness(there.values()), {}, set[str]()
    for new in added:
        old = likeness.find(new)
        if old is not None and old.id not in taken:
            taken.add(old.id)
            uncertain = {*guessed.get(new.id, ()), *by_hand.get(old.id, ())}
            found[new.id] = _correct(old, new, uncertain)
    return found


def _correct(old: Article, new: Article, uncertain: set[str]) -> Article:
    """Return an article with a new text; fields that are not stated anew stay as they were."""
    kept = (n for n in FIELDS if n in uncertain or not getattr(new, n))
    return replace(new, id=old.id, **{n: getattr(old, n) for n in kept if getattr(old, n)})


def _title(article: Article) -> tuple[str, str]:
    return " ".join(article.title.split()).casefold(), (article.source or "").casefold()


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one), len(other), 1)


def _words(article: Article) -> frozenset[str]:
    return frozenset(_WORD.findall(article.text.casefold()))
