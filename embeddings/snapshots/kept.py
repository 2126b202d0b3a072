"""The folder of snapshots: which one is live, publishing, rolling back, and clearing away."""

from __future__ import annotations

import contextlib
import logging
import shutil
from typing import TYPE_CHECKING

from embeddings import files
from embeddings.errors import (
    EmbeddingsError,
    OtherFormat,
    SnapshotError,
    StorageError,
    UnknownSnapshot,
)
from embeddings.snapshots.snapshot import Snapshot, damaged, read_manifest
from embeddings.types import SnapshotSummary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from embeddings.vectors.index import Index

log = logging.getLogger(__name__)

ASIDE = ".aside-"


class Generations:
    """The snapshots of one collection, in a folder each, and a pointer to the live one.

    Args:
        folder: The collection's folder; ``snapshots/`` and the file ``live`` are in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "snapshots"
        self._pointer = folder / "live"

    @property
    def live(self) -> str | None:
        """The id in the pointer; None before the first snapshot is published."""
        try:
            return self._pointer.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"{self._pointer} cannot be read: {error.strerror}.") from error

    @property
    def latest(self) -> str | None:
        """The live snapshot as far as it can be loaded here at once; asked at each question."""
        return self.live

    def building(self) -> AbstractContextManager[None]:
        """Be the one who builds here, across processes; never waits.

        Raises:
            BusyError: Somebody else is; a builder may outlive who started it.
            StorageError: The folder cannot be written.
        """
        return files.writer_lock(self.folder)

    def refresh(self) -> None:
        """Look at once for what another process has published; here, ``live`` always does."""

    def ids(self) -> list[str]:
        """Return the ids of the snapshots that are whole, newest first."""
        found = [path.parent.name for path in self.folder.glob("*/manifest.json")]
        return sorted((name for name in found if not name.startswith(".")), reverse=True)

    def summaries(self) -> tuple[SnapshotSummary, ...]:
        """Return the kept snapshots that can be read, newest first."""
        live, kept = self.live, []
        for name in self.ids():
            with contextlib.suppress(SnapshotError):
                manifest = read_manifest(self.folder / name)
                kept.append(
                    SnapshotSummary(
                        name,
                        manifest.created_at,
                        manifest.articles,
                        manifest.passages,
                        name == live,
                    )
                )
        return tuple(kept)

    def aside(self, snapshot: str) -> Path:
        """Return where a snapshot is written before it is whole."""
        return self.folder / f"{ASIDE}{snapshot}"

    def keep(self, snapshot: str) -> Snapshot:
        """Give a snapshot that was written aside its name, and load it back, checked.

        Raises:
            SnapshotError: What is on the disk is not what was written.
            StorageError: The folder cannot be written.
        """
        with files.storage_errors(self.folder):
            self.aside(snapshot).rename(self.folder / snapshot)
            files.sync_folder(self.folder)
        return Snapshot(self.folder / snapshot)

    def publish(self, snapshot: str) -> None:
        """Make a kept snapshot the live one, by replacing the pointer."""
        files.write_atomic(self._pointer, f"{snapshot}\n".encode())

    def before(self, snapshot: str | None) -> str:
        """Return the newest kept snapshot that is older than one.

        Raises:
            UnknownSnapshot: There is none.
        """
        older = [name for name in self.ids() if snapshot is None or name < snapshot]
        if not older:
            raise UnknownSnapshot("There is no earlier snapshot to go back to.")
        return older[0]

    def load(self, snapshot: str) -> Snapshot:
        """Load a kept snapshot, checked.

        Raises:
            UnknownSnapshot: It is not kept.
            SnapshotError: It is damaged.
        """
        if snapshot not in self.ids():
            kept = ", ".join(self.ids()) or "none"
            raise UnknownSnapshot(f"There is no snapshot {snapshot!r}; kept are: {kept}.")
        return Snapshot(self.folder / snapshot)

    def listen(self, tell: Callable[[], None]) -> None:
        """Have somebody told when ``latest`` has changed; here, who asks finds out by itself."""

    def indexes(self, snapshot: Snapshot) -> tuple[Index, Index] | None:  # noqa: ARG002 - for all kinds
        """Return what searches the passages and sentences; None: the snapshot's own indexes."""
        return None

    def load_best(self) -> tuple[Snapshot | None, tuple[str, ...]]:
        """Load the live snapshot or, when it is damaged, the newest good one.

        One that another version made is not replaced by an earlier one: it is to be built again.

        Returns:
            The snapshot, None when there is no good one, and a sentence for each damaged one.
        """
        live = self.live
        return self._best(live, [name for name in self.ids() if name != live])

    def _best(
        self, live: str | None, rest: Sequence[str]
    ) -> tuple[Snapshot | None, tuple[str, ...]]:
        """Load the live snapshot or else the first of the rest that is good; see ``load_best``."""
        notes: list[str] = []
        for name in [live, *rest] if live else rest:
            try:
                snapshot = self._opened(name)
            except OtherFormat:
                notes.append("The index was made by another version: it is built again.")
                return None, tuple(notes)
            except EmbeddingsError as error:
                notes.append(f"{error} The last good snapshot serves instead; run reindex.")
                log.warning("snapshot %s is not served: %s", name, error)
            else:
                return snapshot, tuple(notes)
        return None, tuple(notes)

    def _opened(self, snapshot: str) -> Snapshot:
        return Snapshot(self.folder / snapshot)

    def verify(self) -> tuple[int, list[str]]:
        """Compare every file of every kept snapshot with its digest.

        Returns:
            How many files were compared, and a sentence for each problem.
        """
        checked, problems = 0, []
        for name in self.ids():
            try:
                manifest = read_manifest(self.folder / name)
            except SnapshotError as error:
                problems.append(str(error))
                continue
            checked += len(manifest.files)
            problems += damaged(self.folder / name, manifest)
        return checked, problems

    def clear(self, keep: int, serving: str) -> None:
        """Remove what a crash left aside and all but the newest snapshots; never the live one.

        Those that another version made cannot be served, and go as well.

        A snapshot loses its name first, so that a crash in the middle leaves none that is half
        there.
        """
        mine = [name for name in self.ids() if not self._is_of_another_version(name)]
        for name in self.ids():
            if name not in {serving, self.live, *mine[:keep]}:
                with contextlib.suppress(OSError):
                    (self.folder / name).rename(self.aside(name))
        for path in self.folder.glob(f"{ASIDE}*"):
            shutil.rmtree(path, ignore_errors=True)

    def _is_of_another_version(self, snapshot: str) -> bool:
        try:
            read_manifest(self.folder / snapshot)
        except OtherFormat:
            return True
        except SnapshotError:
            return False
        return False
