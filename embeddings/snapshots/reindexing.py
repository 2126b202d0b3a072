"""A reindex: what changed, a snapshot written aside, loaded back, checked and published."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from embeddings.errors import SnapshotError, StorageError
from embeddings.loaded import LoadedSnapshot
from embeddings.snapshots import building as build
from embeddings.snapshots import snapshot as snapshots
from embeddings.snapshots import writing
from embeddings.types import Progress, ReindexReport
from embeddings.vectors.worker import finished, held

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from embeddings.lexical.words import Document
    from embeddings.ranking.confidence import Calibration
    from embeddings.snapshots.kept import Generations
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.store import Encoding
    from embeddings.types import Article, Passage, ProgressCallback
    from embeddings.vectors.encoder import Encoder
    from embeddings.vectors.worker import Worker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reindexing:
    """How a reindex is to be done.

    Attributes:
        full: Encode everything again.
        dry_run: Say what would be done, and do nothing.
        anyway: Publish even what answers the golden questions less well.
        by: Who wants it.
        change: What the journal knows the change by that it is part of; empty: of none.
    """

    full: bool = False
    dry_run: bool = False
    anyway: bool = False
    by: str = ""
    change: str = ""


class Builder(Protocol):
    """Builds snapshots elsewhere (``apart``)."""

    async def reindex(
        self, collection: str, how: Reindexing, progress: ProgressCallback | None = None
    ) -> ReindexReport:
        """Build and publish a snapshot of a collection whose lock the caller holds."""
        ...

    async def help(self, collection: str) -> int:
        """Encode texts that another process's reindex waits for; return how many."""
        ...


@dataclass(frozen=True, slots=True)
class Material:
    """What a snapshot is made of: articles by id, and the passages of each."""

    articles: Sequence[Article]
    passages: Sequence[Sequence[Passage]]


@dataclass(frozen=True, slots=True)
class Changes:
    """How many articles a snapshot would gain, change and lose against the one that serves."""

    added: int
    changed: int
    removed: int


def changes(material: Material, live: Snapshot | None) -> Changes:
    """Compare articles with those of the snapshot that serves."""
    before = live.digests if live else {}
    now = {article.id: snapshots.identity(article) for article in material.articles}
    return Changes(
        added=len(now.keys() - before.keys()),
        changed=sum(before[name] != mark for name, mark in now.items() if name in before),
        removed=len(before.keys() - now.keys()),
    )


class Reindex:
    """One reindex of one collection; the caller holds the writer's lock.

    Args:
        generations: Where snapshots are kept.
        encoder: What makes vectors.
        worker: The thread that it runs on.
        calibration: Of the encoder's model.
        encoding: How several processes encode together; None: this one is alone.
    """

    def __init__(
        self,
        generations: Generations,
        encoder: Encoder,
        worker: Worker,
        calibration: Calibration,
        encoding: Encoding | None = None,
    ) -> None:
        self._generations = generations
        self._encoder = encoder
        self._worker = worker
        self._calibration = calibration
        self._encoding = encoding
        self._started = time.perf_counter()

    async def preview(
        self, material: Material, live: Snapshot | None, *, full: bool
    ) -> ReindexReport:
        """Say what ``run`` would do, without doing it."""
        wanted = await asyncio.to_thread(self._wanted, material, live, full)
        name, missing = live.id if live else "", len(wanted.missing)
        return self._report(material, live, name=name, reused=wanted.reused, encoded=missing)

    async def run(
        self,
        material: Material,
        live: Snapshot | None,
        *,
        full: bool = False,
        progress: ProgressCallback | None = None,
        notes: tuple[str, ...] = (),
        check: Callable[[LoadedSnapshot], None] | None = None,
        still: Callable[[], None] | None = None,
    ) -> tuple[LoadedSnapshot, ReindexReport]:
        """Build a snapshot of the material and make it the live one.

        Args:
            material: Everything that the snapshot is to hold.
            live: The snapshot that serves, whose vectors are taken over.
            full: Encode everything again all the same.
            progress: Told how far it is.
            notes: Sentences to add to the report.
            check: Looks at the new snapshot before it is published, and raises if it may not be.
            still: Asked once nobody else can build here; raises when it is wanted no more.

        Raises:
            BusyError: Another process is still building one here.
            StorageError: The disk is full or cannot be written; nothing changed.
            SnapshotError: What was written cannot be read back; nothing changed.
        """
        async with held(self._generations.building()):  # a builder may outlive who started it
            if still:
                await asyncio.to_thread(still)
            wanted = await asyncio.to_thread(self._wanted, material, live, full)
            vectors = await build.encode(
                wanted, self._encoder, self._worker, progress, self._encoding
            )
            if progress:
                progress(Progress("write", 0, 1))
            serving = await finished(self._write, wanted, vectors, check)
        if progress:
            progress(Progress("write", 1, 1))
        report = self._report(
            material,
            live,
            name=serving.snapshot.id,
            reused=vectors.reused,
            encoded=vectors.encoded,
            notes=notes,
        )
        log.info("snapshot %s is live: %s", report.snapshot, report)
        return serving, report

    def _wanted(
        self,
        material: Material,
        live: Snapshot | None,
        full: bool,  # noqa: FBT001 - a thread's argument
    ) -> build.Wanted:
        reusable = live and not full and live.manifest.model == self._encoder.model_id
        return build.Wanted(material.articles, material.passages, live if reusable else None)

    def _write(
        self,
        wanted: build.Wanted,
        vectors: build.Encoded,
        check: Callable[[LoadedSnapshot], None] | None,
    ) -> LoadedSnapshot:
        """Write aside, load back and check, then publish; leave no trace when that fails."""
        created_at = datetime.now(UTC)
        name = created_at.strftime("%Y%m%dT%H%M%S%fZ")
        aside = self._generations.aside(name)
        try:
            if wanted.known and wanted.unchanged:
                writing.link(aside, wanted.known, snapshot=name, created_at=created_at)
            else:
                writing.write(
                    aside,
                    _contents(wanted, vectors),
                    snapshot=name,
                    model=self._encoder.model_id,
                    created_at=created_at,
                )
            serving = LoadedSnapshot(self._generations.keep(name), self._calibration)
            _check(serving.snapshot)
            if check:
                check(serving)
            self._generations.publish(name)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            if not self._is_live(name):
                shutil.rmtree(aside.with_name(name), ignore_errors=True)
            raise
        return serving

    def _is_live(self, name: str) -> bool:
        """Say whether a snapshot was published after all; where nobody can tell, it may be."""
        try:
            return self._generations.live == name
        except StorageError:
            return True

    def _report(
        self,
        material: Material,
        live: Snapshot | None,
        *,
        name: str,
        reused: int,
        encoded: int,
        notes: tuple[str, ...] = (),
    ) -> ReindexReport:
        change = changes(material, live)
        return ReindexReport(
            snapshot=name,
            added=change.added,
            changed=change.changed,
            removed=change.removed,
            passages=sum(map(len, material.passages)),
            reused=reused,
            encoded=encoded,
            seconds=time.perf_counter() - self._started,
            notes=notes,
        )


def _check(snapshot: Snapshot) -> None:
    """Read a new snapshot's passages back.

    Raises:
        SnapshotError: One is not what was written.
    """
    if problems := snapshot.changed_passages():
        raise SnapshotError(f"{problems[0]} The new snapshot is not used.")


def _contents(wanted: build.Wanted, vectors: build.Encoded) -> writing.Contents:
    """Return everything that the snapshot is written from."""
    return writing.Contents(
        articles=wanted.articles,
        passages=wanted.passages,
        arrays={**vectors.arrays, **build.words(wanted)},
        before=wanted.before,
    )


def documents(material: Material) -> list[Document]:
    """Return the passages as the lexical index takes them, in order."""
    return build.documents(material.articles, material.passages)
