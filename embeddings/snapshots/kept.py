"""The snapshots of one collection: the store says which there are, and a folder holds their files.

A snapshot is written aside, in a folder without a name, and gets its name once it is whole; it
counts when the store names it. What the store said last is noted beside the folders, so that a
process that cannot reach the store answers all the same, one that starts then too.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import shutil
import threading
import time
from typing import TYPE_CHECKING

from embeddings.errors import OtherFormat, SnapshotError, StorageError, UnknownSnapshot
from embeddings.reports import SnapshotSummary
from embeddings.snapshots import disk
from embeddings.snapshots.manifest import MANIFEST, find_damage, parse_manifest, read_manifest
from embeddings.snapshots.snapshot import Snapshot
from embeddings.store.pointers import CollectionRows, Kept, Published

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.store.shared import Chunks

log = logging.getLogger(__name__)

ASIDE = ".aside-"
"""How the name of a folder begins that is no snapshot yet, or no more."""
GIVEN_UP = ".gone-"
"""How the name of the empty folder begins of a snapshot that made room on a full disk."""
PULL = ".pull-"
"""How the name of a folder begins that is being copied from the store."""
ABANDONED = 3600.0
"""Seconds after which a copy that is not whole is one that a crash left."""
NOTED = "published.json"
"""Name of the file that notes what the store said last."""


class SnapshotStore:
    """The snapshots of one collection.

    Args:
        rows: The collection's rows, which say which there are. Their files are in the database as
            well where that is shared; otherwise the folder is all.

    Attributes:
        mended: Sentences about the note of what the store said last, where that was damaged.
    """

    def __init__(self, rows: CollectionRows) -> None:
        database = rows.database
        self.rows = rows
        self.folder = database.folder / rows.name
        self.chunks: Chunks | None = None
        if database.is_shared:
            from embeddings.store.shared import Chunks

            self.chunks = Chunks(database, rows.name)
        self.mended: list[str] = []
        self._pulling = threading.Lock()

    def read_published(self) -> Published:
        """Return what is published, as the store says, or as it said last when it is away."""
        try:
            found = self.rows.read_published()
        except StorageError as error:
            noted = self._read_note()
            if noted.live is None:
                raise
            log.warning("%s", error)
            return noted
        with contextlib.suppress(StorageError):
            self.note(found)
        return found

    @property
    def is_noted(self) -> bool:
        """Whether a snapshot may be here that serves while the store is away."""
        return bool(self._read_note().kept)

    def load_noted(self) -> Snapshot | None:
        """Load the snapshot that the store named last, or the newest good one that is here."""
        return self.load_best(self._read_note())[0]

    def load(
        self, number: int, published: Published | None = None, *, before: Snapshot | None = None
    ) -> Snapshot:
        """Load a kept snapshot, checked; its files are copied from the store where they are not.

        Raises:
            UnknownSnapshot: It is not kept.
            SnapshotError: It is damaged.
            StorageError: It is not here, and the store is away.
        """
        kept = (published or self.read_published()).kept.get(number)
        if kept is None:
            raise UnknownSnapshot(f"There is no snapshot {number}; `status` lists those kept.")
        with self._pulling:
            try:
                return Snapshot(self.folder / str(number), kept.digest, before=before)
            except SnapshotError as error:
                if self.chunks is None or isinstance(error, OtherFormat):
                    raise
                log.info("snapshot %s is copied from the database: %s", number, error)
                return self._pull(self.chunks, kept)

    def load_best(
        self, published: Published | None = None
    ) -> tuple[Snapshot | None, tuple[str, ...]]:
        """Load the live snapshot or, when it is damaged, the newest good one.

        One that another version made is not replaced by an earlier one: it is to be built again.
        ``published`` is as the store says, unless it is given. Returned are the snapshot, None when
        there is no good one, and a sentence for each damaged one.
        """
        published = published or self.read_published()
        live = published.live
        notes: list[str] = []
        rest = [number for number in published.newest_first if number != live]
        for number in [live, *rest] if live is not None else rest:
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

    def number_of(self, name: str | None) -> int:
        """Return the number of a kept snapshot by its id; None: of the last with other articles.

        Where none is kept, or there is none before, it raises UnknownSnapshot.
        """
        published = self.read_published()
        kept, live = published.newest_first, published.live
        if name is None:
            at, earlier = self.rows.articles.at, self.rows.audit.trace(kept, live)
            if not earlier:
                raise UnknownSnapshot("There is no earlier snapshot to go back to.")
            marks = {n: {(v.article, v.digest) for v in at(n).values()} for n in [live, *earlier]}
            return next((n for n in earlier if marks[n] != marks[live]), earlier[0])
        if name.strip() not in map(str, kept):
            there = ", ".join(map(str, kept)) or "none"
            raise UnknownSnapshot(f"There is no snapshot {name!r}; kept are: {there}.")
        return int(name)

    def aside(self, number: int) -> Path:
        """Return an empty place where a snapshot is written before it is whole."""
        path = self.folder / f"{ASIDE}{number}"
        shutil.rmtree(path, ignore_errors=True)
        disk.make_folder(self.folder)
        return path

    def keep(self, number: int) -> None:
        """Name a snapshot that was written aside, and copy its files to the store."""
        place = self._name(self.folder / f"{ASIDE}{number}", number)
        if self.chunks:
            self.chunks.push(number, place)

    def drop(self, number: int) -> None:
        """Remove a snapshot that is not published after all."""
        for name in (f"{ASIDE}{number}", str(number)):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def note(self, published: Published) -> None:
        """Note what the store says, for when it is away; raises StorageError on a full disk."""
        marks = {str(number): kept.digest for number, kept in published.kept.items()}
        data = disk.sign({"live": published.live, "kept": marks})
        before = self._read_bytes()
        if published.live is not None and data != before:
            if before and disk.read_signed(before) is None:
                was = f"{self.folder / NOTED} was not what was written: it is written again."
                self.mended.append(was)
            disk.make_folder(self.folder)
            disk.write_atomic(self.folder / NOTED, data)

    def sweep(self) -> None:
        """Remove what a crash left, and the snapshots that are not kept any more.

        The caller holds the collection; a snapshot loses its name first, so that none is half
        there. What the disk refuses is done by the next one.
        """
        with contextlib.suppress(StorageError):
            self._sweep({str(number) for number in self.read_published().kept})

    def _sweep(self, kept: set[str]) -> None:
        for path in self.folder.glob("*/"):
            if path.name not in kept and not path.name.startswith((ASIDE, PULL, GIVEN_UP)):
                with contextlib.suppress(OSError):
                    path.rename(path.with_name(f"{ASIDE}{path.name}"))
        given, pulled = self.folder.glob(f"{GIVEN_UP}*"), self.folder.glob(f"{PULL}*")
        gone = [path for path in given if path.name.removeprefix(GIVEN_UP) not in kept]
        old = [path for path in pulled if time.time() - path.stat().st_mtime > ABANDONED]
        for path in (*self.folder.glob(f"{ASIDE}*"), *gone, *old):
            shutil.rmtree(path, ignore_errors=True)

    def find_lost(self, published: Published) -> set[int]:
        """Return the numbers of the kept snapshots of which no file is left anywhere."""
        if self.chunks:
            return set()
        return {number for number in published.kept if not (self.folder / str(number)).is_dir()}

    def make_room(self, *spare: int) -> bool:
        """Remove the files of all kept snapshots but the live one and those; False: of none."""
        published = self.read_published()
        kept = {published.live, *spare}
        gone = [self.folder / str(number) for number in published.kept if number not in kept]
        there = [path for path in gone if path.is_dir()]
        for path in there:
            self._give_up(path, "the disk is full")
        return bool(there)

    def give_up_damaged(self) -> None:
        """Remove the files of snapshots that are not what was written; going back builds them."""
        published = self.read_published()
        for number, kept in published.kept.items():
            path = self.folder / str(number)
            if path.is_dir() and number != published.live:
                try:
                    problems = find_damage(path, read_manifest(path, kept.digest))
                except SnapshotError as error:
                    problems = [str(error)]
                if problems and self.chunks:  # they are copied anew
                    self.drop(number)
                elif problems:
                    self._give_up(path, problems[0])

    def _give_up(self, path: Path, why: str) -> None:
        log.warning("the snapshot %s is given up: %s", path.name, why)
        with contextlib.suppress(OSError):
            path.rename(path.with_name(f"{GIVEN_UP}{path.name}"))
        for each in self.folder.glob(f"{GIVEN_UP}*/*"):  # the folder stays, to say so
            each.unlink(missing_ok=True)

    def is_given_up(self, number: int) -> bool:
        """Say whether a snapshot made room on a full disk."""
        return (self.folder / f"{GIVEN_UP}{number}").is_dir()

    def summarise(self) -> tuple[SnapshotSummary, ...]:
        """Return the kept snapshots that can be read, newest first, as lists show them."""
        published, found = self.read_published(), []
        for number in published.newest_first:
            each = published.kept[number]
            with contextlib.suppress(SnapshotError, OSError):
                if not self.is_given_up(number):
                    said = each.manifest or (self.folder / str(number) / MANIFEST).read_bytes()
                    of = parse_manifest(said, MANIFEST, each.digest or None)
                    sizes = (of.articles, of.passages, number == published.live)
                    told = (str(number), of.created_at, *sizes, each.by, *each.counts)
                    found.append(SnapshotSummary(*told))
        return tuple(found)

    def _pull(self, chunks: Chunks, kept: Kept) -> Snapshot:
        """Copy a snapshot's files from the store, checked, name the folder, and load it."""
        aside = self.folder / f"{PULL}{kept.number}-{secrets.token_hex(4)}"
        disk.make_folder(aside)
        try:
            chunks.pull(kept, aside)
            return Snapshot(self._name(aside, kept.number), kept.digest)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def _name(self, aside: Path, number: int) -> Path:
        """Give a folder that is whole its name, in place of one of a deleted collection."""
        place = self.folder / str(number)
        with disk.storage_errors(self.folder):
            shutil.rmtree(place, ignore_errors=True)
            aside.rename(place)
            disk.sync_folder(self.folder)
        return place

    def _read_note(self) -> Published:
        """Return what the store said last; without a note, the newest snapshot that is whole."""
        document = disk.read_signed(self._read_bytes()) or {}
        try:
            kept = {int(n): Kept(int(n), b"", str(mark)) for n, mark in document["kept"].items()}
            return Published(int(document["live"]), kept)
        except (ValueError, KeyError, TypeError, AttributeError):
            there = [path.name for path in self.folder.glob("*/") if path.name.isdecimal()]
            kept = {int(name): Kept(int(name), b"", "") for name in there}
            return Published(max(kept, default=None), kept)

    def _read_bytes(self) -> bytes:
        with contextlib.suppress(OSError):
            return (self.folder / NOTED).read_bytes()
        return b""
