"""A story and its parts: the article, its passages, and what a list shows of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

SHARED = "shared"
"""The name of the collection that belongs to the operator and that everybody may search."""


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Article:
    """A story as it is stored.

    Attributes:
        id: Its name in the corpus: 1 to 80 of ``a-z``, ``0-9`` and ``-``.
        title: Its headline, never empty.
        text: The stored text, which every offset counts into, in characters.
        source: Who published it.
        author: Who signed it.
        date: The day it was published.
        url: Where it can be read.
        language: ISO 639-1 code of its language, such as ``fr``.
        collection: The collection it belongs to.
        origin: Where it was read from: an absolute path or an address.
    """

    id: str
    title: str
    text: str
    source: str | None = None
    author: str | None = None
    date: date | None = None
    url: str | None = None
    language: str = "fr"
    collection: str = SHARED
    origin: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the stored text."""
        return digest(self.text)

    def summary(self, passages: int) -> ArticleSummary:
        """Return the article without its text, with the number of its passages."""
        names = (f.name for f in fields(ArticleSummary) if f.name not in ("passages", "corrected"))
        return ArticleSummary(**{n: getattr(self, n) for n in names}, passages=passages)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text: ``text[start:end]``, in characters."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the words of this stretch of ``text``."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Passage:
    """The quoted unit: one paragraph of an article, by its place and a digest of its words.

    Attributes:
        article_id: The article it stands in.
        start: Its first character, counted in the article's stored text.
        end: One past its last character.
        paragraph: Which quotable paragraph of the article it is, from 1.
        digest: SHA-256 of ``text[start:end]``.
        sentences: Its sentences, in order, as stretches of the article's stored text.
    """

    article_id: str
    start: int
    end: int
    paragraph: int
    digest: str
    sentences: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """An article without its text, as lists show it.

    Attributes:
        corrected: When its text was last changed since it came; None when it never was.
    """

    id: str
    title: str
    source: str | None
    author: str | None
    date: date | None
    url: str | None
    language: str
    passages: int
    collection: str
    corrected: datetime | None = None
