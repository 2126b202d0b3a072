"""The snapshots of one collection: the store lists them, and a folder holds their files.

A snapshot is written to a temporary folder, which is renamed once it is whole; it counts once the
store lists it. A file beside the folders caches the list, so that a process that cannot reach the
store still answers, even one that starts then.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import shutil
import threading
import time
from hashlib import sha256
from typing import TYPE_CHECKING

from embeddings.errors import OtherFormat, SnapshotError, StorageError, UnknownSnapshot
from embeddings.reports import SnapshotSummary
from embeddings.snapshots import disk
from embeddings.snapshots.manifest import MANIFEST, check_all, parse_manifest
from embeddings.snapshots.snapshot import Snapshot
from embeddings.store.rows import CollectionRows, Published, SnapshotRow

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.store.remote import Chunks

log = logging.getLogger(__name__)

ASIDE = ".aside-"
"""Prefix of a temporary folder's name: a snapshot that is not finished, or to be deleted."""
GIVEN_UP = ".gone-"
"""Prefix of the empty folder that stands for a snapshot whose files were deleted to free space."""
PULL = ".pull-"
"""Prefix of a folder into which a snapshot is being copied from the store."""
ABANDONED = 3600.0
"""Seconds after which an unfinished copy counts as left by a crash."""
CACHE = "published.json"
"""Name of the file that caches the store's last answer."""


class SnapshotStore:
    """Writes, names, loads and deletes the snapshots of one collection.

    Args:
        rows: The collection's rows in the store. A remote store (PostgreSQL) also has the files;
            otherwise the folder has the only copy.

    Attributes:
        repairs: One sentence for each repair of a damaged cache file.
    """

    def __init__(self, rows: CollectionRows) -> None:
        database = rows.database
        self.rows = rows
        self.folder = database.folder / rows.name
        self.chunks: Chunks | None = None
        if database.is_remote:
            from embeddings.store.remote import Chunks

            self.chunks = Chunks(database, rows.name)
        self.repairs: list[str] = []
        self._pulling = threading.Lock()

    def read_published(self) -> Published:
        """Return the list of snapshots from the store or, where that is unreachable, the cache."""
        try:
            published = self.rows.read_published()
        except StorageError as error:
            cached = self._read_cache()
            if cached.live is None:
                raise
            log.warning("%s", error)
            return cached
        with contextlib.suppress(StorageError):
            self.cache(published)
        return published

    @property
    def is_cached(self) -> bool:
        """Whether a snapshot is listed that may serve while the store is unreachable."""
        return bool(self._read_cache().kept)

    def load_cached(self) -> Snapshot | None:
        """Load the cached live snapshot or, if it is damaged, the newest good one, if any."""
        return self.load_best(self._read_cache())[0]

    def load(
        self, number: int, published: Published | None = None, *, old: Snapshot | None = None
    ) -> Snapshot:
        """Load a kept snapshot, checked; a missing or damaged one is copied from a remote store.

        Raises:
            UnknownSnapshot: It is not kept.
            SnapshotError: It is damaged.
            StorageError: It has to be copied, and the store is unreachable.
        """
        row = (published or self.read_published()).kept.get(number)
        if row is None:
            raise UnknownSnapshot(f"There is no snapshot {number}; `status` lists those kept.")
        with self._pulling:
            try:
                return Snapshot(self.folder / str(number), row.digest, old=old)
            except SnapshotError as error:
                if self.chunks is None or isinstance(error, OtherFormat):
                    raise
                log.info("snapshot %s is copied from the database: %s", number, error)
                return self._pull(self.chunks, row)

    def load_best(
        self, published: Published | None = None
    ) -> tuple[Snapshot | None, tuple[str, ...]]:
        """Load the live snapshot or, if it is damaged, the newest good one.

        Where another version wrote the live one, no earlier one replaces it: it must be rebuilt.
        ``published`` lists the snapshots; None: read it. Returns the snapshot, None if there is no
        good one, and a sentence for each damaged one.
        """
        published = published or self.read_published()
        live = published.live
        notes: list[str] = []
        others = [number for number in published.newest_first if number != live]
        for number in [live, *others] if live is not None else others:
            try:
                snapshot = self.load(number, published)
            except OtherFormat:
                return None, (*notes, "The index was made by another version: it is built again.")
            except (SnapshotError, StorageError, UnknownSnapshot) as error:
                notes.append(f"{error} The last good snapshot serves instead.")
                log.warning("snapshot %s is not served: %s", number, error)
            else:
                return snapshot, tuple(notes)
        return None, tuple(notes)

    def find_number(self, name: str | None) -> int:
        """Return a kept snapshot's number by its id; None: of the last one with other articles.

        Raises UnknownSnapshot if there is none.
        """
        published = self.read_published()
        numbers, live = published.newest_first, published.live
        if name is None:
            at, earlier = self.rows.articles.at, self.rows.audit.trace(numbers, live)
            if not earlier:
                raise UnknownSnapshot("There is no earlier snapshot to go back to.")
            digests = {n: {(v.article, v.digest) for v in at(n).values()} for n in [live, *earlier]}
            return next((n for n in earlier if digests[n] != digests[live]), earlier[0])
        if name.strip() not in map(str, numbers):
            ids = ", ".join(map(str, numbers)) or "none"
            raise UnknownSnapshot(f"There is no snapshot {name!r}; kept are: {ids}.")
        return int(name)

    def make_aside(self, number: int) -> Path:
        """Return the path of the temporary folder for a new snapshot; an old one is deleted."""
        path = self.folder / f"{ASIDE}{number}"
        shutil.rmtree(path, ignore_errors=True)
        disk.make_folder(self.folder)
        return path

    def keep(self, number: int, by: str, counts: tuple[int, int, int]) -> SnapshotRow:
        """Rename a finished snapshot's temporary folder; return the snapshot's row.

        The files are copied to a remote store. ``by`` and ``counts``: see ``SnapshotRow``.
        """
        place = self._name(self.folder / f"{ASIDE}{number}", number)
        if self.chunks:
            self.chunks.push(number, place)
        manifest = (place / MANIFEST).read_bytes()
        return SnapshotRow(number, manifest, sha256(manifest).hexdigest(), by, counts)

    def drop(self, number: int) -> None:
        """Delete the files of a snapshot that was not published."""
        for name in (f"{ASIDE}{number}", str(number)):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def cache(self, published: Published) -> None:
        """Write the store's answer to the cache file; raises StorageError on a full disk."""
        digests = {str(number): kept.digest for number, kept in published.kept.items()}
        data = disk.sign({"live": published.live, "kept": digests})
        before = self._read_bytes()
        if published.live is not None and data != before:
            if before and disk.read_signed(before) is None:
                problem = f"{self.folder / CACHE} was not what was written: it is written again."
                self.repairs.append(problem)
            disk.make_folder(self.folder)
            disk.write_atomic(self.folder / CACHE, data)

    def sweep(self) -> None:
        """Delete what a crash left, and the snapshots that are no longer kept.

        The caller holds the collection's lock. Each folder is renamed first, so that no snapshot is
        ever half deleted. What the disk refuses to delete is left to the next sweep.
        """
        try:
            kept = {str(number) for number in self.read_published().kept}
        except StorageError:
            return
        for path in self.folder.glob("*/"):
            if path.name not in kept and not path.name.startswith((ASIDE, PULL, GIVEN_UP)):
                with contextlib.suppress(OSError):
                    path.rename(path.with_name(f"{ASIDE}{path.name}"))
        given_up, pulled = self.folder.glob(f"{GIVEN_UP}*"), self.folder.glob(f"{PULL}*")
        dropped = [path for path in given_up if path.name.removeprefix(GIVEN_UP) not in kept]
        old = [path for path in pulled if time.time() - path.stat().st_mtime > ABANDONED]
        for path in (*self.folder.glob(f"{ASIDE}*"), *dropped, *old):
            shutil.rmtree(path, ignore_errors=True)

    def find_lost(self, published: Published) -> set[int]:
        """Return the numbers of kept snapshots without files, here or in the store."""
        if self.chunks:
            return set()
        return {number for number in published.kept if not (self.folder / str(number)).is_dir()}

    def make_room(self, *spare: int) -> None:
        """Delete the files of all snapshots but the live one and ``spare``."""
        published = self.read_published()
        for number in published.kept.keys() - {published.live, *spare}:
            if (path := self.folder / str(number)).is_dir():
                self._give_up(path, "the disk is full")

    def give_up_damaged(self) -> None:
        """Delete the files of damaged snapshots, but the live one; rollback can rebuild them."""
        published = self.read_published()
        for number, row in published.kept.items():
            path = self.folder / str(number)
            if path.is_dir() and number != published.live:
                _, problems = check_all(path, row.digest)
                if problems and self.chunks:  # the store has a good copy
                    self.drop(number)
                elif problems:
                    self._give_up(path, problems[0])

    def _give_up(self, path: Path, why: str) -> None:
        log.warning("the snapshot %s is given up: %s", path.name, why)
        with contextlib.suppress(OSError):
            path.rename(path.with_name(f"{GIVEN_UP}{path.name}"))
        for file in self.folder.glob(f"{GIVEN_UP}*/*"):  # the empty folder marks the snapshot
            file.unlink(missing_ok=True)

    def is_given_up(self, number: int) -> bool:
        """Say whether a snapshot's files were deleted on purpose: damaged, or to free space."""
        return (self.folder / f"{GIVEN_UP}{number}").is_dir()

    def summarise(self) -> tuple[SnapshotSummary, ...]:
        """Return summaries of the kept snapshots with a readable manifest, newest first."""
        published, summaries = self.read_published(), []
        for number in published.newest_first:
            row = published.kept[number]
            with contextlib.suppress(SnapshotError, OSError):
                if not self.is_given_up(number):
                    data = row.manifest or (self.folder / str(number) / MANIFEST).read_bytes()
                    manifest = parse_manifest(data, MANIFEST, row.digest or None)
                    sizes = (manifest.articles, manifest.passages, number == published.live)
                    fields = (str(number), manifest.created_at, *sizes, row.by, *row.counts)
                    summaries.append(SnapshotSummary(*fields))
        return tuple(summaries)

    def _pull(self, chunks: Chunks, row: SnapshotRow) -> Snapshot:
        """Copy a snapshot's files from the store, checked, and load it."""
        aside = self.folder / f"{PULL}{row.number}-{secrets.token_hex(4)}"
        disk.make_folder(aside)
        try:
            chunks.pull(row, aside)
            return Snapshot(self._name(aside, row.number), row.digest)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def _name(self, aside: Path, number: int) -> Path:
        """Rename a finished folder to its number, replacing one that a deleted collection left."""
        place = self.folder / str(number)
        with disk.storage_errors(self.folder):
            shutil.rmtree(place, ignore_errors=True)
            aside.rename(place)
            disk.sync_folder(self.folder)
        return place

    def _read_cache(self) -> Published:
        """Return the cached list; without one, all folders here with the newest as live."""
        document = disk.read_signed(self._read_bytes()) or {}
        try:
            rows = {int(n): SnapshotRow(int(n), b"", str(d)) for n, d in document["kept"].items()}
            return Published(int(document["live"]), rows)
        except (ValueError, KeyError, TypeError, AttributeError):
            numbers = [int(p.name) for p in self.folder.glob("*/") if p.name.isdecimal()]
            rows = {number: SnapshotRow(number, b"", "") for number in numbers}
            return Published(max(rows, default=None), rows)

    def _read_bytes(self) -> bytes:
        with contextlib.suppress(OSError):
            return (self.folder / CACHE).read_bytes()
        return b""
