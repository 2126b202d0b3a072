"""Files that lie somewhere for a moment only, read under the names that people know them by."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from embeddings.types import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from embeddings.readers import Draft

ATTACHED = "attached:"
"""How the origin begins of what is known by its file's name alone."""

LONGEST = 50
"""The longest name that a file is given while it is read, in characters without its extension."""


@dataclass(frozen=True, slots=True)
class Attachments:
    """What is read, some of it under another name.

    Attributes:
        paths: The inputs, those files replaced by copies that bear their names.
        names: Path of each copy -> what a person calls it.
    """

    paths: tuple[str, ...]
    names: dict[str, str]

    def said(self, text: str) -> str:
        """Name the files in a sentence as people know them."""
        for path, name in self.names.items():
            text = text.replace(path, name)
        return text

    def draft(self, given: str, draft: Draft) -> tuple[str, Draft]:
        """Return a draft that names its file, and no place that is gone in a moment."""
        origin = draft.origin or given
        if any(origin.startswith(path) for path in self.names):
            draft = replace(draft, origin=f"{ATTACHED}{self.said(origin)}")
        return self.said(given), draft

    def rejected(self, rejected: Rejected) -> Rejected:
        """Return why an input was not read, as people know it."""
        return Rejected(self.said(rejected.input), self.said(rejected.reason))


@contextlib.contextmanager
def attached(inputs: Sequence[str], names: Mapping[str, str]) -> Iterator[Attachments]:
    """Give files the names that people know them by while they are read.

    Args:
        inputs: What is to be read.
        names: Path -> the name that a person gave to the file.
    """
    if not names:
        yield Attachments(tuple(inputs), {})
        return
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        copies = {
            path: str(_copy(path, name, root / str(n)))
            for n, (path, name) in enumerate(names.items())
        }
        known = {copy: names[path] for path, copy in copies.items()}
        yield Attachments(tuple(copies.get(given, given) for given in inputs), known)


def _copy(path: str, name: str, folder: Path) -> Path:
    """Copy a file under another name; one that cannot be read is told by its reader."""
    folder.mkdir()
    last = PurePosixPath(name.replace("\\", "/")).name.replace("\0", "")
    stem, _, extension = last.rpartition(".") if "." in last else (last, "", "")
    named = f"{stem.lstrip('.')[:LONGEST] or 'file'}.{extension[:20]}"
    copy = folder / named.rstrip(".")
    with contextlib.suppress(OSError):
        shutil.copyfile(path, copy)
    return copy
