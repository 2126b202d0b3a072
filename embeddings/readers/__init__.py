"""Files of articles, one reader a format: a path -> a draft, or one sentence that says why not.

Another format is another file here with a ``Reader``, and its extensions in ``READERS``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.errors import ReadError
from embeddings.passages import split
from embeddings.readers import text
from embeddings.readers.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[[bytes, Path], Draft]
    """A file's bytes and its path -> a draft.

    Raises:
        ReadError: The bytes are not what the extension says.
    """

__all__ = ["MAX_BYTES", "MAX_CHARACTERS", "READERS", "Draft", "read", "supported"]

MAX_BYTES = 20_000_000
"""The largest file that is read: 20 MB."""

MAX_CHARACTERS = 2_000_000
"""The longest text of one article."""

READERS: dict[str, Reader] = dict.fromkeys(text.EXTENSIONS, text.read)
"""Extension, in small letters and with its period -> the reader of that format."""


def supported() -> str:
    """Return the extensions that can be read, as words for a sentence."""
    return ", ".join(sorted(READERS))


def read(source: str | Path) -> Draft:
    """Read one file as an article.

    Returns:
        What was understood, with at least one quotable paragraph.

    Raises:
        ReadError: It cannot be read as one; the sentence names the file and says what to do.
    """
    name = str(source)
    if name.lower().startswith(("http://", "https://")):
        raise ReadError(
            f"{name} is a web address, and those are not supported yet; save the page as a .txt "
            "or .md file and add that."
        )
    path = Path(source)
    reader = _reader(path, name)
    draft = reader(_bytes(path), path)
    if len(draft.text) > MAX_CHARACTERS:
        raise ReadError(
            f"{path} has more than {MAX_CHARACTERS:,} characters of text, the most of one article; "
            "cut it into several."
        )
    if not split(draft.article("draft")):
        raise ReadError(
            f"{path} has no paragraph to quote, only headings, addresses or links; "
            "add the story's sentences."
        )
    return draft


def _reader(path: Path, name: str) -> Reader:
    """Find the reader for a path, once it is sure that a file is there."""
    try:
        is_folder, is_file, there = path.is_dir(), path.is_file(), os.path.lexists(path)
    except (OSError, ValueError) as error:
        raise ReadError(f"{name!r} is not the name of a file: {error}.") from None
    if is_folder or not name:
        raise ReadError(f"{name!r} is a folder; name a file in it.")
    if not there:
        raise ReadError(f"{path} does not exist; check how it is spelled.")
    if not is_file:
        raise ReadError(f"{path} is not a regular file; name a file with the text in it.")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        kind = f"files ending in {path.suffix}" if path.suffix else "files without an extension"
        raise ReadError(f"{path} cannot be read: {kind} are not supported, only {supported()}.")
    return reader


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReadError(f"{path} cannot be read: {reason}; check its permissions.") from None
    if len(data) > MAX_BYTES:
        raise ReadError(
            f"{path} is larger than {MAX_BYTES // 1_000_000} MB, the most that is read; "
            "cut it into several articles."
        )
    if not data.strip():
        raise ReadError(f"{path} is empty; put the story's text in it.")
    return data
