"""What a person names, files, folders and web addresses -> what to read, in order."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from embeddings.errors import ReadError
from embeddings.readers.addresses import is_web_address
from embeddings.readers.draft import LeftOut
from embeddings.readers.registry import ARCHIVE, FORMATS, is_supported, list_ends
from embeddings.types import Rejected

MAX_BYTES = 20_000_000
"""The largest file that is read: 20 MB."""
COMPRESSED = ".gz"
"""How the name of a file ends that gzip compressed."""
_PART = re.compile(r"[_-](?:files|fichiers|archivos|Dateien|file)[/\\]")
_NAMED = 3
"""How many of the files that are not read are told by their names."""
_NOT_ARTICLES = ("README", "CHANGELOG", "LICENSE")
"""Beginnings of the names of files, in any case, that tell of a folder and are no stories."""


def expand(inputs: Sequence[str]) -> Iterator[str | Rejected | LeftOut]:
    """Yield each web address and the path of each file to read, once.

    Folders are walked in the order of their names.
    Hidden files, formats that cannot be read and files such as README.md are passed over, but only
    inside folders, before whose files the two latter are told. A folder without any article, or
    that cannot be opened, is rejected.
    """
    seen: set[str] = set()
    for given in inputs:
        for path in _files(given) if _is_folder(given) else (given,):
            if not isinstance(path, str):
                yield path
                continue
            place = path if "\0" in path or is_web_address(path) else os.path.realpath(path)
            if place not in seen:
                seen.add(place)
                yield path


def _is_folder(given: str) -> bool:
    try:
        return bool(given) and Path(given).is_dir()
    except (OSError, ValueError):
        return False


def _files(folder: str) -> Iterator[str | Rejected | LeftOut]:
    refused, paths = list[OSError](), list[str]()
    for place, folders, names in os.walk(folder, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths += (str(Path(place, name)) for name in sorted(names))
    paths = without_parts(paths)
    read = [path for path in paths if is_article(Path(path).name)]
    for error in refused:
        reason = error.strerror or str(error)
        yield Rejected(
            str(error.filename),
            f"The folder {error.filename} cannot be opened: {reason}; check its permissions.",
        )
    if not (read or refused):
        yield Rejected(
            folder, f"The folder {folder} has no article; put files ending in {list_ends()} in it."
        )
    yield from tell_unread([path for path in paths if not is_article(Path(path).name)])
    yield from read


def without_parts(paths: Sequence[str]) -> list[str]:
    """Leave out what browsers save beside a page: ``a_files/ad.html`` where there is ``a.html``."""
    pages = {path.rpartition(".")[0] for path in paths if path.lower().endswith((".html", ".htm"))}
    return [p for p in paths if not any(p[: m.start()] in pages for m in _PART.finditer(p))]


def tell_unread(paths: Sequence[str]) -> Iterator[LeftOut]:
    """Yield what is told of the files of a folder or an archive that are not read."""
    names = [name for name in (Path(each).name for each in paths) if not name.startswith(".")]
    if names:
        more = [f"… ({len(names)})"] if len(names) > _NAMED else []
        yield LeftOut(", ".join(names[:_NAMED] + more), "no story is read from such files")


def is_article(name: str) -> bool:
    """Say whether a file in a folder is read, by its name."""
    skipped = name.startswith(".") or name.upper().startswith(_NOT_ARTICLES)
    plain = name.lower().removesuffix(COMPRESSED)
    return not skipped and (is_supported(plain) or plain.endswith(ARCHIVE))


def format_of(path: Path) -> str:
    """Return the extension of the format that a file is in, by its name.

    Raises:
        ReadError: That format is not read.
    """
    if path.suffix.lower() not in FORMATS:
        kind = f"files ending in {path.suffix}" if path.suffix else "files without an extension"
        raise ReadError(f"{path} cannot be read: {kind} are not supported, only {list_ends()}.")
    return path.suffix.lower()


def file_bytes(given: str, name: str) -> bytes:
    """Return the bytes of a file, which a sentence calls by a name.

    Raises:
        ReadError: It is not there, is no regular file, cannot be read, is too large or empty.
    """
    path = Path(given)
    _check(path, name)
    try:
        with path.open("rb") as file:
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
    """Return a file's bytes; raises ReadError when there are none besides blanks."""
    if not data.strip():
        raise ReadError(f"{name} is empty; put the story's text in it.")
    return data


def _check(path: Path, name: str) -> None:
    try:
        is_folder, is_file, there = path.is_dir(), path.is_file(), os.path.lexists(path)
    except (OSError, ValueError) as error:
        why = f"{getattr(error, 'strerror', None) or error}; check its name and its permissions"
        raise ReadError(f"{name} cannot be read: {why}.") from None
    if not name:
        raise ReadError("An input has no name; name a file, a folder or an address.")
    if is_folder:
        raise ReadError(f"{name!r} is a folder; name a file in it.")
    if not there:
        raise ReadError(f"{name} does not exist; check how it is spelled.")
    if path.is_symlink() and not path.exists():
        raise ReadError(f"{name} is a link to {path.readlink()}, which is not there.")
    if not is_file:
        raise ReadError(f"{name} is not a regular file; name a file with the text in it.")
