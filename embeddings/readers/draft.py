"""What readers return: drafts of articles, listed pages, and notes of what was left out."""

import datetime as dt
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from embeddings.types import FIELDS, SHARED, Article, Rejected


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields that a document states; None for one that it does not state, or leaves empty.

    ``stated`` holds the names of the fields not to guess, since it states them, even as empty;
    ``id`` is the article id that it asks for, and ``inferred`` the names of the fields that were
    guessed, such as the day of "June 2018". ``origin`` is the absolute path or URL that it was read
    from; what a reader returns has only its place in a file of several stories, such as "#2".
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
    inferred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of an input that a reader left out on purpose, for the report to the person.

    Attributes:
        what: A noun, such as ``notes (3)``.
        why: A clause, such as ``a caption is no part of the story``.
    """

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Fields):
    """An article as a reader understood it, before it is confirmed and has an id.

    Attributes:
        text: The text to store.
        title: The headline, never empty.
        left_out: The parts of the file that were left out.
    """

    text: str
    title: str
    language: str = "fr"
    left_out: tuple[LeftOut, ...] = ()

    def article(self, article_id: str, collection: str = SHARED) -> Article:
        """Return the draft as an article with an id, in a collection."""
        fields = {name: getattr(self, name) for name in ("text", "origin", *FIELDS)}
        return Article(id=article_id, collection=collection, **fields)


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A page that a feed or a sitemap lists.

    Attributes:
        address: The page's URL.
        summary: The title and dates of the page's entry, which change when the page does.
        is_list: Whether the page is a sitemap itself, listed by a sitemap index.
        draft: The story as the feed holds it, for use if the page cannot be fetched.
    """

    address: str
    summary: str = ""
    is_list: bool = False
    draft: Draft | None = None


Item = Draft | ListedPage | Rejected
"""An item of an input: a story, a page to fetch, or a rejection of either."""
ITEMS: TypeAdapter[list[Item]] = TypeAdapter(list[Draft | ListedPage | Rejected])
"""Converts items to JSON and back; the required fields of each type tell them apart."""
