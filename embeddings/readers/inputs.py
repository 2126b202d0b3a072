"""Expands the files, folders and URLs that a person names, and loads the files' bytes."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from embeddings.errors import ReadError
from embeddings.readers.addresses import is_web_address
from embeddings.readers.draft import LeftOut
from embeddings.readers.registry import FORMATS, is_supported, list_endings
from embeddings.types import Rejected

MAX_BYTES = 20_000_000
"""The largest file to read: 20 MB."""
COMPRESSED = ".gz"
"""The extension of files that gzip compressed."""
_PART = re.compile(r"[_-](?:files|fichiers|archivos|Dateien|file)[/\\]")
_NAMED = 3
"""How many unread files to name in a report."""
_NOT_ARTICLES = ("README", "CHANGELOG", "LICENSE")
"""Prefixes, in any case, of the names of files about a folder."""


def expand(inputs: Sequence[str]) -> Iterator[str | Rejected | LeftOut]:
    """Yield each URL and the path of each file to read, without duplicates.

    A folder stands for the files in it, by name, except hidden ones, unsupported formats and such
    as README.md; the latter two are reported before the files. A folder without an article, or
    one that cannot be opened, is rejected.
    """
    seen: set[str] = set()
    for name in inputs:
        is_folder = os.path.isdir(name)  # noqa: PTH112 - pathlib's raises for some names
        for path in _files(name) if is_folder else (name,):
            if not isinstance(path, str):
                yield path
                continue
            place = path if "\0" in path or is_web_address(path) else os.path.realpath(path)
            if place not in seen:
                seen.add(place)
                yield path


def walk(folder: str | Path, refuse: Callable[[OSError], None]) -> list[str]:
    """Return the paths of the files in a folder and its subfolders, by name.

    Hidden folders and the parts of saved pages are skipped; ``refuse`` gets the error for each
    folder that cannot be opened.
    """
    paths: list[str] = []
    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths += (str(Path(parent, name)) for name in sorted(names))
    return without_parts(paths)


def tell_closed(error: OSError) -> str:
    """Return the sentence for a folder that cannot be opened."""
    reason = error.strerror or error
    return f"The folder {error.filename} cannot be opened: {reason}; check its permissions."


def _files(folder: str) -> Iterator[str | Rejected | LeftOut]:
    errors: list[OSError] = []
    paths = walk(folder, errors.append)
    articles = [path for path in paths if is_article(Path(path).name)]
    yield from (Rejected(str(error.filename), tell_closed(error)) for error in errors)
    if not (articles or errors):
        yield Rejected(
            folder,
            f"The folder {folder} has no article; put files ending in {list_endings()} in it.",
        )
    yield from tell_unread([path for path in paths if not is_article(Path(path).name)])
    yield from articles


def without_parts(paths: Sequence[str]) -> list[str]:
    """Drop the files that browsers save beside a page, as ``a_files/ad.html`` beside ``a.html``."""
    pages = {path.rpartition(".")[0] for path in paths if path.lower().endswith((".html", ".htm"))}
    return [p for p in paths if not any(p[: m.start()] in pages for m in _PART.finditer(p))]


def tell_unread(paths: Sequence[str]) -> Iterator[LeftOut]:
    """Yield one report on the unread files of a folder or an archive; none if all are hidden."""
    names = [name for name in (Path(path).name for path in paths) if not name.startswith(".")]
    if names:
        more = [f"… ({len(names)})"] if len(names) > _NAMED else []
        yield LeftOut(", ".join(names[:_NAMED] + more), "no story is read from such files")


def is_article(name: str) -> bool:
    """Say by a file's name whether to read it in a folder or an archive."""
    is_skipped = name.startswith(".") or name.upper().startswith(_NOT_ARTICLES)
    return not is_skipped and is_supported(name.lower().removesuffix(COMPRESSED))


def format_of(path: Path) -> str:
    """Return the extension of a file's name, in lower case.

    Raises:
        ReadError: Its format is not supported.
    """
    if path.suffix.lower() not in FORMATS:
        kind = f"files ending in {path.suffix}" if path.suffix else "files without an extension"
        raise ReadError(f"{path} cannot be read: {kind} are not supported, only {list_endings()}.")
    return path.suffix.lower()


def file_bytes(path: str, name: str) -> bytes:
    """Return a file's bytes; errors call it by ``name``.

    Raises:
        ReadError: The file is missing, not a regular one, unreadable, too large or empty.
    """
    _check(Path(path), name)
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        why = f"{error.strerror or error}; check its permissions"
        raise ReadError(f"{name} cannot be read: {why}.") from None
    if len(data) > MAX_BYTES:
        raise ReadError(
            f"{name} is larger than {MAX_BYTES // 1_000_000} MB, the most that is read; "
            "cut it into several articles."
        )
    return not_empty(data, name)


def not_empty(data: bytes, name: str) -> bytes:
    """Return a file's bytes; raises ReadError if they are blank."""
    if not data.strip():
        raise ReadError(f"{name} is empty; put the story's text in it.")
    return data


def _check(path: Path, name: str) -> None:
    try:
        is_folder, is_file, exists = path.is_dir(), path.is_file(), os.path.lexists(path)
    except (OSError, ValueError) as error:
        why = f"{getattr(error, 'strerror', None) or error}; check its name and its permissions"
        raise ReadError(f"{name} cannot be read: {why}.") from None
    if not name:
        raise ReadError("An input has no name; name a file, a folder or an address.")
    if is_folder:
        raise ReadError(f"{name!r} is a folder; name a file in it.")
    if not exists:
        raise ReadError(f"{name} does not exist; check how it is spelled.")
    if path.is_symlink() and not path.exists():
        raise ReadError(f"{name} is a link to {path.readlink()}, which is not there.")
    if not is_file:
        raise ReadError(f"{name} is not a regular file; name a file with the text in it.")
