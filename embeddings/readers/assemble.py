"""A text taken out of a document -> a draft: what the document does not state is guessed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from embeddings.readers.draft import Draft
from embeddings.readers.pages.guesses import (
    MAX_TITLE,
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

    from embeddings.readers.draft import LeftOut

FIELDS = ("title", "source", "author", "date", "url", "language")
"""What a draft tells of its text."""


def draft_of(text: str, path: Path, title: str = "", left_out: tuple[LeftOut, ...] = ()) -> Draft:
    """Make a draft of a text.

    Args:
        text: Paragraphs with an empty line between, headings after ``##``.
        path: The file that it is from; its name may tell the title and the day.
        title: The headline that the document sets apart; guessed when it is empty.
        left_out: What of the document is not in the text.
    """
    margins = margins_of(text)
    language = guess_language(text)
    draft = Draft(
        text=text,
        title=(title or guess_title(text, margins, path.stem))[:MAX_TITLE].strip() or "Article",
        source=guess_source(margins),
        author=guess_author(margins),
        date=guess_date(margins, path.stem, language),
        url=guess_url(margins),
        language=language,
        left_out=left_out,
        origin=str(path.resolve()).encode("utf-8", "backslashreplace").decode("utf-8"),
    )
    stated = {"title"} if title else set()
    found = (name for name in FIELDS if getattr(draft, name) is not None and name not in stated)
    return replace(draft, inferred=tuple(found))
