"""An article as it was read, before the corpus gives it its id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.types import SHARED, Article

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of an input that was left out on purpose, to be told to who adds it.

    Attributes:
        what: A plural or a thing, such as ``3 pictures with captions``.
        why: Half a sentence, such as ``a caption is no part of the story``.
    """

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reader understood of a file.

    Attributes:
        text: The text to store.
        title: Its headline, never empty.
        source: Who published it.
        author: Who signed it.
        date: The day it was published.
        url: Where it can be read.
        language: ISO 639-1 code of its language.
        id: The id that the file itself asks for, if it does.
        origin: The absolute path that it was read from.
        inferred: Names of the fields that the file does not state and that were guessed.
        left_out: What was left out on purpose.
    """

    text: str
    title: str
    source: str | None = None
    author: str | None = None
    date: date | None = None
    url: str | None = None
    language: str = "fr"
    id: str | None = None
    origin: str | None = None
    inferred: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def article(self, article_id: str, collection: str = SHARED) -> Article:
        """Return it as an article of a collection, under the given id."""
        return Article(
            id=article_id,
            title=self.title,
            text=self.text,
            source=self.source,
            author=self.author,
            date=self.date,
            url=self.url,
            language=self.language,
            collection=collection,
            origin=self.origin,
        )
