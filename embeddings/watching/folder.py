"""A watched folder: which of its files are new or changed, and have been left alone for a while."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.readers.inputs import is_article
from embeddings.readers.many import ARCHIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from embeddings.watching.memory import Stamp

_LOCKS = "~$"
"""How the names of the files begin that office programs put beside an open document."""


class WatchedFolder:
    """Looks at a folder again and again.

    A file counts once it has been the same for some time, so that one that is still being written
    is not read. Hidden, temporary and other files that no article is read from are passed over,
    and so are links that lead out of the folder.

    Args:
        root: The folder; it may come and go.
        debounce: Seconds for which a file must have been as it is.

    Attributes:
        closed: A sentence for each folder that could not be opened at the last look.
    """

    def __init__(self, root: Path, debounce: float) -> None:
        self.root = root.absolute()
        self._debounce = debounce
        self._since: dict[str, tuple[Stamp, float]] = {}
        self.closed: list[str] = []

    @property
    def is_there(self) -> bool:
        """Whether it is a folder now."""
        return self.root.is_dir()

    @property
    def is_settling(self) -> bool:
        """Whether a file has to be looked at again soon."""
        return bool(self._since)

    def look(self, known: Mapping[str, Stamp], now: float) -> dict[str, Stamp]:
        """Return the files that are new or changed and have settled, by path.

        Args:
            known: The files that were taken before, as they were then.
            now: The moment, on a clock in seconds that only goes forward.
        """
        self.closed = []
        found = {path: stamp for path, stamp in self._files() if known.get(path) != stamp}
        before, self._since = self._since, {}
        ready = {}
        for path, stamp in found.items():
            seen, since = before.get(path, (stamp, now))
            since = since if seen == stamp else now
            if now - since >= self._debounce:
                ready[path] = stamp
            else:
                self._since[path] = (stamp, since)
        return ready

    def _files(self) -> Iterator[tuple[str, Stamp]]:
        for place, folders, names in os.walk(self.root, onerror=self._note_closed):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(place, name)
                if _is_wanted(name) and self._is_inside(path):
                    stamp = _stamp(path)
                    if stamp is not None:
                        yield str(path), stamp

    def _note_closed(self, error: OSError) -> None:
        reason = error.strerror or str(error)
        self.closed.append(
            f"The folder {error.filename} cannot be opened: {reason}; check its permissions."
        )

    def _is_inside(self, path: Path) -> bool:
        return not path.is_symlink() or path.resolve().is_relative_to(self.root.resolve())


def _is_wanted(name: str) -> bool:
    if name.startswith((".", _LOCKS)) or not name.isprintable():
        return False
    return is_article(name) or name.lower().endswith(ARCHIVE)


def _stamp(path: Path) -> Stamp | None:
    """Return what a file is like now; None when there is none, or nothing in it yet."""
    try:
        about = path.stat()
    except OSError:
        return None
    return (about.st_size, about.st_mtime_ns, about.st_ctime_ns) if about.st_size else None
