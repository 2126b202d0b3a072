"""What a person names, files, folders and web addresses -> what to read, in order."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings import readers
from embeddings.readers.addresses import is_web_address
from embeddings.types import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NOT_ARTICLES = ("README", "CHANGELOG", "LICENSE")
"""Beginnings of the names of files, in any case, that tell of a folder and are no stories."""


def expand(inputs: Sequence[str]) -> Iterator[str | Rejected]:
    """Yield each web address and the path of each file to read, once.

    Folders are walked in the order of their names.
    Hidden files, formats that cannot be read and files such as README.md are passed over, but only
    inside folders. A folder without any article, or that cannot be opened, is rejected.
    """
    seen: set[str] = set()
    for given in inputs:
        for path in _files(given) if _is_folder(given) else (given,):
            if isinstance(path, Rejected):
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


def _files(folder: str) -> Iterator[str | Rejected]:
    refused: list[OSError] = []
    empty = True
    for place, folders, names in os.walk(folder, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(filter(is_article, names)):
            empty = False
            yield str(Path(place, name))
    for error in refused:
        reason = error.strerror or str(error)
        yield Rejected(
            str(error.filename),
            f"The folder {error.filename} cannot be opened: {reason}; check its permissions.",
        )
    if empty and not refused:
        yield Rejected(
            folder,
            f"The folder {folder} has no article; put files ending in {readers.supported()} in it.",
        )


def is_article(name: str) -> bool:
    """Say whether a file in a folder is read, by its name."""
    skipped = name.startswith(".") or name.upper().startswith(_NOT_ARTICLES)
    return not skipped and readers.is_supported(name)
