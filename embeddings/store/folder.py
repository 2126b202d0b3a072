"""Collections in a local folder, as ``stores.Store``: a folder each, written atomically."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from embeddings import files as disk
from embeddings.errors import StorageError
from embeddings.snapshots.kept import Generations

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from embeddings.vectors.encoder import Encoder
    from embeddings.vectors.worker import Worker


GONE = ".gone-"
"""How the name of a collection's folder begins when it only remains to be deleted."""


class FolderFiles:
    """The files of one collection; see ``stores.Files``.

    Args:
        folder: Where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lines: dict[str, FolderLines] = {}

    def where(self, name: str = "") -> str:
        """Return what to call a file, or all of them, in a sentence for a person."""
        return str(self.folder / name)

    def names(self, folder: str) -> list[str]:
        """Return the names of the files right in a folder, in order."""
        with _reading(self.folder / folder):
            try:
                paths = list((self.folder / folder).iterdir())
            except FileNotFoundError:
                return []
        # a folder that is named like a file is listed, so that reading it is a problem
        found = sorted(p.name for p in paths if p.suffix or p.is_file())
        return [f"{folder}/{name}" for name in found if not name.startswith(".")]

    def folders(self, folder: str) -> list[str]:
        """Return the names of the folders right in a folder, in order."""
        return sorted(f"{folder}/{path.name}" for path in (self.folder / folder).glob("*/"))

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes; None when there is none."""
        with _reading(self.folder / name):
            try:
                return (self.folder / name).read_bytes()
            except FileNotFoundError:
                return None

    def read_all(self, folder: str) -> Iterator[tuple[str, bytes | StorageError]]:
        """Return the files right in a folder, in order, with what was wrong where one fails."""
        for name in self.names(folder):
            try:
                data = self.read(name)
            except StorageError as error:
                yield name, error
            else:
                if data is not None:
                    yield name, data

    def write(self, files: Mapping[str, bytes], *, alone: bool = True) -> None:
        """Write files, each atomically, once all of them lie on the disk.

        What a crash left half written beside them is removed, if nobody else writes there.
        """
        paths = {self.folder / name: data for name, data in files.items()}
        for folder in {path.parent: None for path in paths}:
            disk.make_folder(folder)
            if alone and folder != self.folder:
                disk.remove_leftovers(folder)
        if paths:
            disk.write_all(paths)

    def remove(self, name: str) -> None:
        """Delete a file, if it is there, for good."""
        disk.remove(self.folder / name)

    def sweep(self, folder: str, seconds: float) -> None:
        """Delete what was last written in a folder longer ago than that, by half or whole."""
        for path in (self.folder / folder).glob("*"):
            name = f"{folder}/{path.name}"
            written = self.written(name)
            if written and (datetime.now(UTC) - written).total_seconds() > seconds:
                self.remove(name)

    def written(self, name: str) -> datetime | None:
        """Return when a file was last written."""
        with _reading(self.folder / name):
            try:
                return datetime.fromtimestamp((self.folder / name).stat().st_mtime, UTC)
            except FileNotFoundError:
                return None

    def lines(self, name: str) -> FolderLines:
        """Return a file that only ever grows, line by line."""
        return self._lines.setdefault(name, FolderLines(self.folder / name))

    def writing(self) -> AbstractContextManager[None]:
        """Be the one who writes in the collection."""
        return disk.writer_lock(self.folder)


class FolderLines:
    """A file of lines; see ``stores.Lines``.

    Args:
        path: Where it lies.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._known: tuple[bytes, ...] = ()

    def append(self, lines: list[bytes]) -> None:
        """Add lines, synced to the disk; a line that a crash tore is ended first."""
        disk.make_folder(self._path.parent)
        with disk.storage_errors(self._path.parent):
            size = self._mended()
            with self._path.open("ab") as file:
                try:
                    file.write(b"".join(line + b"\n" for line in lines))
                    file.flush()
                except OSError:
                    file.truncate(size)
                    raise
                os.fsync(file.fileno())
            disk.sync_folder(self._path.parent)

    def read(self) -> tuple[bytes, ...]:
        """Return all lines, oldest first; from memory while the file is as it was."""
        with _reading(self._path):
            try:
                found = self._path.stat()
                now = (found.st_ino, found.st_size, found.st_mtime_ns)
                if now != self._seen:
                    self._known = tuple(filter(bytes.strip, self._path.read_bytes().split(b"\n")))
                    self._seen = now
            except FileNotFoundError:
                self._seen, self._known = None, ()
        return self._known

    def known(self) -> tuple[bytes, ...]:
        """Return all lines, oldest first; from memory while the file is as it was."""
        return self.read()

    def _mended(self) -> int:
        """End a torn last line, so that it spoils no other; return the length of the file."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return 0
        if data and not data.endswith(b"\n"):
            with self._path.open("ab") as file:
                file.write(b"\n")
            return len(data) + 1
        return len(data)


class FolderStore:
    """The collections in a folder.

    Args:
        folder: Where the folders of the collections lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> tuple[str, ...]:
        """Return the names of the collections, in order."""
        return tuple(sorted(p.name for p in self._folder.glob("*/") if p.name[0] != "."))

    def known(self) -> tuple[str, ...]:
        """Return the names of the collections, in order."""
        return self.names()

    def make(self, name: str) -> bool:
        """Make a collection that is not there yet."""
        disk.make_folder(self.generations(name).folder)
        return True

    def has(self, name: str) -> bool:
        """Say whether there is a collection of that name."""
        return (self._folder / name).is_dir()

    def delete(self, name: str) -> bool:
        """Delete a collection: its folder loses its name first, so that none is half there."""
        if not self.has(name):
            return False
        gone = self._folder / f"{GONE}{name}-{secrets.token_hex(4)}"
        with self.files(name).writing(), disk.storage_errors(self._folder):
            (self._folder / name).rename(gone)
            disk.sync_folder(self._folder)
        shutil.rmtree(gone, ignore_errors=True)
        return True

    def sweep(self) -> None:
        """Remove the folders that a crash left without their names."""
        for path in self._folder.glob(f"{GONE}*"):
            shutil.rmtree(path, ignore_errors=True)

    def files(self, name: str) -> FolderFiles:
        """Return a collection's files."""
        return FolderFiles(self._folder / name)

    def generations(self, name: str) -> Generations:
        """Return a collection's snapshots."""
        return Generations(self._folder / name)

    def where(self) -> str:
        """Return where they are."""
        return str(self._folder)

    def helper(self, name: str, work: Callable[[], Awaitable[int]]) -> None:
        """Return nothing: the processes of one machine have its cores between them already."""

    def encoding(self, name: str, encoder: Encoder, worker: Worker) -> None:
        """Return nothing: each is alone."""

    def close(self) -> None:
        """Do nothing: nothing is open."""


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what the operating system says while reading into a sentence.

    Raises:
        StorageError: It is there and cannot be read.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(f"{path} cannot be read: {reason}; check its permissions.") from error
