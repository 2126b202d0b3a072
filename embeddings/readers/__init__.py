"""Articles of any format: a path or an address -> a draft, or one sentence that says why not.

Another format is another file here with a ``Reader``, and its extensions in ``READERS``; or in
``formats.CONFINED``, when its files may be hostile to the library that parses them.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import FetchSettings
from embeddings.errors import ReadError
from embeddings.readers import web
from embeddings.readers.addresses import is_web_address
from embeddings.readers.draft import Draft
from embeddings.readers.fetch import Fetcher
from embeddings.readers.formats import text
from embeddings.readers.formats.registry import CONFINED
from embeddings.readers.sandbox import Sandbox
from embeddings.text.passages import split

if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[[bytes, Path], Draft]
    """A file's bytes and its path -> a draft.

    Raises:
        ReadError: The bytes are not what the extension says.
    """

__all__ = [
    "MAX_BYTES",
    "MAX_CHARACTERS",
    "READERS",
    "Draft",
    "Fetcher",
    "Sandbox",
    "check_file",
    "file_bytes",
    "is_supported",
    "quotable",
    "read",
    "supported",
]

MAX_BYTES = 20_000_000
"""The largest file that is read: 20 MB."""

MAX_CHARACTERS = 2_000_000
"""The longest text of one article."""

READERS: dict[str, Reader] = dict.fromkeys(text.EXTENSIONS, text.read)
"""Extension, in small letters and with its period -> the reader of that format."""


def supported() -> str:
    """Return the extensions that can be read, as words for a sentence."""
    return ", ".join(sorted({*READERS, *CONFINED}))


def is_supported(name: str) -> bool:
    """Say whether a file can be read, by the extension of its name."""
    extension = Path(name).suffix.lower()
    return extension in READERS or extension in CONFINED


def read(
    source: str | Path, sandbox: Sandbox | None = None, fetcher: Fetcher | None = None
) -> Draft:
    """Read one file, or one page of the web, as an article.

    Args:
        source: Its path, or its address.
        sandbox: Where files are read that may be hostile; without, one is made for this file.
        fetcher: What fetches pages; without, one that keeps to the open internet is made.

    Returns:
        What was understood, with at least one quotable paragraph.

    Raises:
        ReadError: It cannot be read as one; the sentence names it and says what to do.
    """
    name = str(source)
    with nullcontext(sandbox) if sandbox else Sandbox() as room:
        if is_web_address(name):
            draft = web.read(name, fetcher or Fetcher(FetchSettings()), room)
        else:
            path = Path(source)
            check_file(path, name)
            _check_format(path)
            draft = _from_file(path, room)
    return quotable(draft, name)


def quotable(draft: Draft, name: str) -> Draft:
    """Return a draft that is not too long and has something to quote.

    Raises:
        ReadError: It is not such a draft.
    """
    if len(draft.text) > MAX_CHARACTERS:
        raise ReadError(
            f"{name} has more than {MAX_CHARACTERS:,} characters of text, the most of one article; "
            "cut it into several."
        )
    if not split(draft.article("draft")):
        raise ReadError(
            f"{name} has no paragraph to quote, only headings, addresses or links; "
            "add the story's sentences."
        )
    return draft


def _from_file(path: Path, sandbox: Sandbox) -> Draft:
    extension, data = path.suffix.lower(), file_bytes(path)
    if extension in READERS:
        return READERS[extension](data, path)
    return sandbox.read(extension, data, str(path))


def check_file(path: Path, name: str) -> None:
    """Make sure that a file is there.

    Raises:
        ReadError: It is not, or is no regular file.
    """
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


def _check_format(path: Path) -> None:
    if not is_supported(path.name):
        kind = f"files ending in {path.suffix}" if path.suffix else "files without an extension"
        raise ReadError(f"{path} cannot be read: {kind} are not supported, only {supported()}.")


def file_bytes(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        ReadError: It cannot be read, is too large or empty.
    """
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
