"""Corrections of articles, by hand or by a new text that resembles an old one; pure functions."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from embeddings.errors import InputError
from embeddings.readers.decoding import normal
from embeddings.readers.formats import frontmatter
from embeddings.readers.pages.guesses import guess_language
from embeddings.text.passages import split
from embeddings.types import ATTACHED, FIELDS, Article

SAME = 0.7
"""The share of common words, of the richer text's words, from which two texts are one story, as for
copies of a passage; two stories about one event share a third."""
RARE = 50
"""The most articles with a rare word; two copies of a story share some, such as its names."""
MOST = 2000
"""The most articles whose words are compared: reading more takes seconds."""
FEW = 12
"""The least number of different words that identifies a text."""
_WORD = re.compile(r"\w+")
_ENDS, _APART = re.compile(r"(?<![^\S\n])[^\S\n]++\n"), re.compile(r"\n{3,}")  # linear


def amend(article: Article, fields: Mapping[str, str | None]) -> Article:
    """Return an article with some of its fields set.

    None or blanks clear a field; a cleared language is guessed from the text again.

    Raises:
        InputError: A field does not exist, or its value is not valid.
    """
    for name in fields:
        if name not in {*FIELDS, "text"}:
            raise InputError(f"There is no field {name!r}; set one of: {', '.join(FIELDS)}.")
    return replace(article, **{name: _parse(name, fields[name], article) for name in fields})


def _parse(name: str, value: str | None, article: Article) -> Any:
    """Return a field's value from what a person wrote."""
    text = (value or "").strip()
    if name == "text":
        return _check_text(normal(text), article)
    if text:
        parsed = frontmatter.CHECKS[name](text, f"The {name}")
        if name == "language" and parsed not in frontmatter.languages().values():
            raise InputError(
                f"The language {text!r} is not known; write the two letters of one, such as fr."
            )
        return parsed
    if name == "title":
        raise InputError("The title is empty; an article needs one.")
    return guess_language(article.text) if name == "language" else None


def _check_text(text: str, article: Article) -> str:
    """Return a text with tidy spaces and blank lines; raises InputError if it has no paragraph."""
    tidy = _APART.sub("\n\n", _ENDS.sub("\n", text))
    if not split(replace(article, text=tidy)):
        raise InputError("The text has no paragraph to quote; write the story's sentences.")
    return tidy


class Likeness:
    """Finds the article that a new text seems to correct: by file name, by title, or by words."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles = tuple(articles)
        self._by_file = {
            a.origin: a for a in self._articles if a.origin and a.origin.startswith(ATTACHED)
        }
        self._by_title = {_title(a): a for a in self._articles}
        self._words: list[frozenset[str]] = []
        self._rare: dict[str, list[int]] = {}

    def find(self, new: Article) -> Article | None:
        """Return the article that a new one seems to correct; None for a new story."""
        known = self._by_file.get(new.origin or "") or self._by_title.get(_title(new))
        return known or self._nearest(_words(new))

    def _nearest(self, words: frozenset[str]) -> Article | None:
        """Return the most similar article with a rare word in common; None below ``SAME``."""
        if len(words) < FEW or len(self._articles) > MOST:
            return None
        if not self._words:
            self._index()
        places = {place for word in words for place in self._rare.get(word, ())}
        shares = {p: _share(words, self._words[p]) for p in sorted(places)}
        best = max(shares, key=shares.__getitem__, default=None)
        return None if best is None or shares[best] < SAME else self._articles[best]

    def _index(self) -> None:
        """Index the words of all articles, and the articles of each rare word."""
        self._words = [_words(article) for article in self._articles]
        counts = Counter(word for words in self._words for word in words)
        for place, words in enumerate(self._words):
            for word in words:
                if counts[word] <= RARE:
                    self._rare.setdefault(word, []).append(place)


def correct_all(
    added: Iterable[Article],
    unchanged: Iterable[Article],
    guessed: Mapping[str, tuple[str, ...]],
    by_hand: Mapping[str, Iterable[str]],
) -> dict[str, Article]:
    """Return id of an added article -> the unchanged one that it seems to correct, as corrected.

    ``guessed`` maps new articles to fields that were guessed, ``by_hand`` old ones to fields that
    somebody set by hand.
    """
    likeness, corrections, corrected = Likeness(unchanged), {}, set[str]()
    for new in added:
        old = likeness.find(new)
        if old is not None and old.id not in corrected:
            corrected.add(old.id)
            uncertain = {*guessed.get(new.id, ()), *by_hand.get(old.id, ())}
            corrections[new.id] = _correct(old, new, uncertain)
    return corrections


def _correct(old: Article, new: Article, uncertain: set[str]) -> Article:
    """Return the old article with the new text, and the new fields that are set and certain."""
    kept = (n for n in FIELDS if n in uncertain or not getattr(new, n))
    return replace(new, id=old.id, **{n: getattr(old, n) for n in kept if getattr(old, n)})


def _title(article: Article) -> tuple[str, str]:
    return " ".join(article.title.split()).casefold(), (article.source or "").casefold()


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one), len(other), 1)


def _words(article: Article) -> frozenset[str]:
    return frozenset(_WORD.findall(article.text.casefold()))
