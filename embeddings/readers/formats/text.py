"""Text and Markdown files, with front matter or without -> drafts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of
from embeddings.readers.formats import frontmatter
from embeddings.readers.formats.decoding import decode

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.readers.draft import Draft


_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")


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
    fields = None
    if front is not None:
        fields = frontmatter.parse(front, str(path))
        fields = replace(fields, origin=None)  # that of an article that was exported
        text = _BLANK_LINES.sub("", text, count=1)
    if not text.strip():
        raise ReadError(f"{path} is empty but for spaces or front matter; put the story in it.")
    return draft_of(text, path, fields)
