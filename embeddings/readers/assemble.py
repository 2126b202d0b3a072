"""A text taken out of a document -> a draft: what the document does not state is guessed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from embeddings.errors import ReadError
from embeddings.readers.addresses import MAX_LENGTH
from embeddings.readers.draft import Draft, Fields, LeftOut
from embeddings.readers.pages import guesses
from embeddings.readers.pages.guesses import MAX_TITLE, Margins, margins_of
from embeddings.text.boilerplate import fold
from embeddings.text.passages import split
from embeddings.types import FIELDS

NEEDED = ("title", "language")
"""Those that no draft lacks."""
MAX_CHARACTERS = 2_000_000
"""The longest text of one article."""
MAX_PARAGRAPHS = 10_000
"""The most quotable paragraphs of one article."""


def draft_of(
    text: str,
    path: Path,
    stated: Fields | None = None,
    left_out: tuple[LeftOut, ...] = (),
    *,
    needed_only: bool = False,
    above: Margins | None = None,
    source: str | None = None,
) -> Draft:
    """Make a draft of a text.

    Args:
        text: Paragraphs with an empty line between, headings after ``##``.
        path: The file that it is from; its name may tell the title and the day.
        stated: What the document says of itself; what it says is empty stays so.
        left_out: What of the document is not in the text.
        needed_only: The format states the other fields where they are known: guess none of them.
        above: The lines that tell the other fields, where those of the text itself do not.
        source: Who publishes it, if nothing says so.
    """
    fields = stated or Fields()
    own = cache(lambda: margins_of(text.removeprefix("## ").replace("\n## ", "\n")))
    top = cache(lambda: Margins((*above.head, *own().head), ()) if above else own())
    language = cache(lambda: guesses.guess_language(text))
    stem = storable(path.stem)
    ways: dict[str, Callable[[], Any]] = {
        "title": lambda: guesses.guess_title(text, top(), stem)[:MAX_TITLE].strip() or "Article",
        "source": lambda: source or guesses.guess_source(above or own()),
        "author": lambda: guesses.guess_author(above or own()),
        "date": lambda: guesses.guess_date(above or own(), stem, language()),
        "url": lambda: guesses.guess_url(above or own()),
        "language": language,
    }
    guessed = {
        name: value
        for name in FIELDS
        if not getattr(fields, name)
        and (name in NEEDED or not (needed_only or name in fields.stated))
        and (value := ways[name]()) is not None
    }
    known = {name: getattr(fields, name) for name in FIELDS if name not in guessed}
    origin = fields.origin or storable(str(path.resolve()))
    about: dict[str, Any] = {"id": fields.id, "origin": origin, "inferred": tuple(guessed)}
    return Draft(text=text, left_out=left_out, **(about | known | guessed))


def without_head(text: str, fields: Fields) -> str:
    """Return a text without its first lines that only say again what is stated of it."""
    said = {fold(str(v)) for n in FIELDS if (v := getattr(fields, n))}
    parts = text.split("\n\n")
    first = next((i for i, part in enumerate(parts) if fold(part) not in said), len(parts))
    return "\n\n".join(parts[first:])


def check_quotable(draft: Draft, name: str) -> Draft:
    """Return a draft that can be stored and has something to quote.

    Raises:
        ReadError: It is not such a draft; the sentence says why.
    """
    many = "{} has more than {:,} {}, the most of one article; cut it into several."
    if len(draft.text) > MAX_CHARACTERS:
        raise ReadError(many.format(name, MAX_CHARACTERS, "characters of text"))
    if len(draft.origin or "") > MAX_LENGTH:
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
        raise ReadError(many.format(name, MAX_PARAGRAPHS, "paragraphs"))
    return draft


def storable(name: str) -> str:
    """Return a file's name as text that can be written, whatever bytes it is made of."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
