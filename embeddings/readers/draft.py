"""What is read of an input: an article before it has its id, and what else an input may name."""

import datetime as dt
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from embeddings.types import FIELDS, SHARED, Article, Rejected


@dataclass(frozen=True, slots=True)
class Fields:
    """What a document states of itself; None where it says nothing, or says that there is none.

    ``stated`` holds the names of the fields that stand in it, those left empty too.
    """

    title: str | None = None
    source: str | None = None
    author: str | None = None
    date: dt.date | None = None
    url: str | None = None
    language: str | None = None
    id: str | None = None
    origin: str | None = None
    stated: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of an input that was left out on purpose, to be told to who adds it.

    Attributes:
        what: A plural or a thing, such as ``notes (3)``.
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
    date: dt.date | None = None
    url: str | None = None
    language: str = "fr"
    id: str | None = None
    origin: str | None = None
    inferred: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def article(self, article_id: str, collection: str = SHARED) -> Article:
        """Return it as an article of a collection, under the given id."""
        told = {name: getattr(self, name) for name in ("text", "origin", *FIELDS)}
        return Article(id=article_id, collection=collection, **told)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page that a list of pages names.

    Attributes:
        address: Where it is.
        said: What the list says of it: when that changes, the page has.
        is_list: It is a list itself, named by a list of lists.
        draft: What the list holds of the story, for when the page cannot be had.
    """

    address: str
    said: str = ""
    is_list: bool = False
    draft: Draft | None = None


Found = Draft | Listed | Rejected
"""What a reader finds in an input: a story, the address of one, or something that is neither."""
FOUND: TypeAdapter[list[Found]] = TypeAdapter(list[Draft | Listed | Rejected])
"""What a reader finds -> JSON, and back; what each kind must have tells it from the others."""
