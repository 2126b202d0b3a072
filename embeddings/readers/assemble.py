"""Makes a draft of a document's text and stated fields, and guesses the fields it lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from embeddings.errors import ReadError
from embeddings.readers.addresses import MAX_LENGTH
from embeddings.readers.dates import date_in_name
from embeddings.readers.decoding import storable
from embeddings.readers.draft import Draft, Fields, LeftOut
from embeddings.readers.pages import guesses
from embeddings.readers.pages.guesses import margins_of
from embeddings.text.boilerplate import fold
from embeddings.text.passages import split
from embeddings.types import FIELDS

REQUIRED = ("title", "language")
"""The fields that every draft has."""
MAX_CHARACTERS = 2_000_000
"""The most characters of an article's text."""
MAX_PARAGRAPHS = 10_000
"""The most passages of an article."""


def draft_of(
    text: str,
    path: Path,
    stated: Fields | None = None,
    left_out: tuple[LeftOut, ...] = (),
    *,
    above: Sequence[str] = (),
    source: str | None = None,
) -> Draft:
    """Make a draft of a text.

    Args:
        text: Paragraphs with an empty line between, headings after ``##``.
        path: The document's file; its name may hold the title and the date.
        stated: The fields that the document states; a field stated to be empty is not guessed.
        left_out: The parts of the document that are not in the text.
        above: The lines to guess the other fields from, in place of the text's own.
        source: The source of a document that states none.
    """
    fields = stated or Fields()
    own = cache(lambda: margins_of(text.removeprefix("## ").replace("\n## ", "\n")))
    lines = cache(lambda: above or own())
    language = cache(lambda: guesses.guess_language(text))
    stem, in_url = storable(path.stem), date_in_name(fields.url or "")
    guess: dict[str, Callable[[], Any]] = {
        "title": lambda: guesses.guess_title(text, [*above, *own()], stem) or "Article",
        "source": lambda: source or guesses.guess_source(lines()),
        "author": lambda: guesses.guess_author(lines()), "language": language,
        "date": lambda: date_in_name(stem) or guesses.guess_date(lines(), language()) or in_url,
        "url": lambda: guesses.guess_url(lines()),
    }  # fmt: skip
    guessed = {
        name: value
        for name in FIELDS
        if not getattr(fields, name)
        and (name in REQUIRED or name not in fields.stated)
        and (value := guess[name]()) is not None
    }
    known: dict[str, Any] = asdict(fields) | guessed | {"inferred": (*fields.inferred, *guessed)}
    return Draft(text=text, left_out=left_out, **known)


def without_head(text: str, fields: Fields) -> str:
    """Remove the first paragraphs of a text that only repeat its fields."""
    values = {fold(str(value)) for name in FIELDS if (value := getattr(fields, name))}
    parts = text.split("\n\n")
    first = next((i for i, part in enumerate(parts) if fold(part) not in values), len(parts))
    return "\n\n".join(parts[first:])


def check_quotable(draft: Draft, name: str) -> Draft:
    """Return a draft after checking that it can be stored and quoted.

    Raises:
        ReadError: The draft has no passage, or is too long.
    """
    if not draft.text.strip():
        raise ReadError(f"{name} has no text; put the story in it.")
    too_long = "{} has more than {:,} {}, the most of one article; cut it into several."
    if len(draft.text) > MAX_CHARACTERS:
        raise ReadError(too_long.format(name, MAX_CHARACTERS, "characters of text"))
    if len(name) > MAX_LENGTH:
        raise ReadError(
            f"{name[:60]}… has a name of more than {MAX_LENGTH} characters; shorten it."
        )
    passages = split(draft.article("draft"))
    if not passages:
        raise ReadError(
            f"{name} has no paragraph to quote, only headings, addresses or links; "
            "add the story's sentences."
        )
    if len(passages) > MAX_PARAGRAPHS:
        raise ReadError(too_long.format(name, MAX_PARAGRAPHS, "paragraphs"))
    return draft
