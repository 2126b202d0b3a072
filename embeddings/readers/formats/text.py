"""Text and Markdown files, with front matter or without -> drafts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from embeddings.errors import ReadError
from embeddings.readers.draft import Draft
from embeddings.readers.formats import frontmatter
from embeddings.readers.formats.decoding import decode
from embeddings.readers.pages.guesses import (
    guess_author,
    guess_date,
    guess_source,
    guess_title,
    guess_url,
    margins_of,
)
from embeddings.readers.pages.language import guess_language

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

EXTENSIONS = (".txt", ".text", ".md", ".markdown")
"""The extensions of this format."""


def read(data: bytes, path: Path) -> Draft:
    """Read a text or Markdown file.

    Args:
        data: The file's bytes.
        path: Where they are from; its name may tell the title and the day.

    Returns:
        The draft. Its text is the file's own, but for newlines and Unicode normalisation; with
        front matter, all that follows it.

    Raises:
        ReadError: The bytes are no text, the front matter is wrong, or there is no text.
    """
    front, text = frontmatter.cut(decode(data, str(path)), str(path))
    fields = frontmatter.Fields()
    if front is not None:
        fields = frontmatter.parse(front, str(path))
        text = _BLANK_LINES.sub("", text, count=1)
    if not text.strip():
        raise ReadError(f"{path} is empty but for spaces or front matter; put the story in it.")
    guessed = _guess(fields, text, path)
    known = {name: getattr(fields, name) for name in _GUESSED if name not in guessed}
    return Draft(
        text=text,
        id=fields.id,
        origin=_storable(str(path.resolve())),
        inferred=tuple(guessed),
        **(known | guessed),
    )


_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")
_GUESSED = ("title", "source", "author", "date", "url", "language")
_NEEDED = ("title", "language")


def _guess(fields: frontmatter.Fields, text: str, path: Path) -> dict[str, Any]:
    """Guess each field that is not stated; one stated as empty stays so, unless it is needed."""
    margins = margins_of(text)
    language = guess_language(text)
    stem = _storable(path.stem)
    guesses: dict[str, Any] = {
        "title": lambda: guess_title(text, margins, stem),
        "source": lambda: guess_source(margins),
        "author": lambda: guess_author(margins),
        "date": lambda: guess_date(margins, stem, language),
        "url": lambda: guess_url(margins),
        "language": lambda: language,
    }
    found = {
        name: guess()
        for name, guess in guesses.items()
        if getattr(fields, name) is None and (name in _NEEDED or name not in fields.stated)
    }
    return {name: value for name, value in found.items() if value is not None}


def _storable(name: str) -> str:
    """Return a file's name as text that can be written, whatever bytes it is made of."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
