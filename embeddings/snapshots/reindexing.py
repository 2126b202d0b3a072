"""Building a snapshot: what changed is encoded, all is written aside, read back and checked."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import numpy as np

from embeddings.errors import SnapshotError
from embeddings.lexical.words import recipe
from embeddings.loaded import LoadedSnapshot
from embeddings.reports import ReindexReport
from embeddings.snapshots import building, gate, writing
from embeddings.snapshots.manifest import MANIFEST, find_damage
from embeddings.snapshots.snapshot import Snapshot
from embeddings.text.passages import split
from embeddings.types import Progress
from embeddings.vectors.worker import Priority, finish

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from embeddings.lexical.words import Document
    from embeddings.ranking.confidence import Calibration
    from embeddings.types import Article, Passage, ProgressCallback
    from embeddings.vectors.encoder import Encoder
    from embeddings.vectors.worker import Worker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """What a snapshot is to be built of; it may pass to another process.

    Attributes:
        number: The new snapshot's number.
        folder: Where it is written, an empty place.
        base: The folder of the snapshot that it is built on; None: of nothing.
        mark: SHA-256 of that one's manifest.
        change: Article id -> what becomes of it; None: it is taken out.
        full: Encode everything again.
        golden: What both are asked before the new one may be published.
        most: How much the share of the golden questions that find their passage may fall.
    """

    number: int
    folder: Path
    base: Path | None
    mark: str | None
    change: Mapping[str, Article | None]
    full: bool = False
    golden: tuple[gate.Golden, ...] = ()
    most: float = 1.0


@dataclass(frozen=True, slots=True)
class Built:
    """A snapshot that was built and checked, and is not published yet.

    Attributes:
        manifest: What it says of itself, as it was written.
        passages: How many it has.
        reused: Texts whose vectors were taken over.
        encoded: Texts that went through the model.
        seconds: How long it took.
        notes: Sentences for a person.
    """

    manifest: bytes
    passages: int
    reused: int
    encoded: int
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


class Builder(Protocol):
    """Builds snapshots elsewhere; see ``builder.BuilderProcess``."""

    async def build(self, order: Order, progress: ProgressCallback | None = None) -> Built:
        """Build a snapshot as ``build`` does."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What a snapshot is built with: the encoder, the thread that it runs on, its calibration."""

    encoder: Encoder
    worker: Worker
    calibration: Calibration

    def encode(self, text: str) -> NDArray[np.float32]:
        """Return a question's vector, when no other question waits; on a thread that may wait."""
        return self.worker.wait(Priority.INDEXING, self.encoder.encode_query, text)


@dataclass(frozen=True)
class Material:
    """What a snapshot is made of.

    Attributes:
        articles: The articles, by id.
        passages: The passages of each.
        base: The snapshot that it is built on.
        known: The same, where its vectors may be taken over.
        kept: Where in ``known`` each passage of the articles that did not change is, int64 [P];
            -1 for all others.
    """

    articles: Sequence[Article]
    passages: Sequence[Sequence[Passage]]
    base: Snapshot | None = None
    known: Snapshot | None = None
    kept: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, order: Order, model: str) -> Material:
        """Put together what an order names; every byte of the base is compared first.

        Raises:
            SnapshotError: The base is damaged.
        """
        base = Snapshot(order.base, order.mark) if order.base else None
        if base and (problems := find_damage(base.folder, base.manifest)):
            raise SnapshotError(problems[0])
        there: dict[str, Article | None] = {**(base.articles() if base else {}), **order.change}
        articles = [article for _, article in sorted(there.items()) if article]
        known = base if base and not order.full and base.manifest.model == model else None
        return replace(cls.on(known, articles), base=base)

    @classmethod
    def on(cls, known: Snapshot | None, articles: Sequence[Article]) -> Material:
        """Split articles into passages; those of articles that did not change are taken over."""
        before = known if known and known.manifest.recipe == recipe() else None
        rows = [before.passage_rows(article) if before else range(0) for article in articles]
        passages = [
            before.passages(there) if before and there else split(article)
            for article, there in zip(articles, rows, strict=True)
        ]
        kept = [
            np.arange(there.start, there.stop) if there else np.full(len(group), -1)
            for group, there in zip(passages, rows, strict=True)
        ]
        return cls(articles, passages, None, known, np.concatenate([np.zeros(0, np.int64), *kept]))

    @property
    def wanted(self) -> building.Wanted:
        """What of it there is already, and what has to be encoded."""
        return building.Wanted(self.articles, self.passages, self.known, self.kept)

    @property
    def documents(self) -> list[Document]:
        """The passages as the lexical index takes them, in order."""
        return building.documents(self.articles, self.passages)

    def __len__(self) -> int:
        """Return how many passages it has."""
        return sum(map(len, self.passages))


async def preview(order: Order, model: str) -> Built:
    """Say what ``build`` would do with that model, without doing it."""
    material = await asyncio.to_thread(Material.of, order, model)
    wanted = await asyncio.to_thread(lambda: material.wanted)
    return Built(b"", len(material), wanted.reused, len(wanted.missing))


async def build(order: Order, tools: Tools, progress: ProgressCallback | None = None) -> Built:
    """Build a snapshot in the order's folder, read it back and ask it the golden questions.

    Args:
        order: What of, and where.
        tools: What with.
        progress: Told how far it is.

    Raises:
        GateError: It finds less than the one that it is built on.
        StorageError: The disk is full or cannot be written.
        SnapshotError: The base is damaged, or what was written cannot be read back.
    """
    material = await asyncio.to_thread(Material.of, order, tools.encoder.model_id)

    def check(new: Snapshot) -> None:
        if order.golden and material.base:
            before = LoadedSnapshot(material.base, tools.calibration)
            after = LoadedSnapshot(new, tools.calibration)
            gate.check(order.golden, before, after, tools.encode, order.most)

    return await make(material, order.folder, order.number, tools, progress=progress, check=check)


async def make(
    material: Material,
    folder: Path,
    number: int,
    tools: Tools,
    *,
    progress: ProgressCallback | None = None,
    check: Callable[[Snapshot], None] | None = None,
) -> Built:
    """Make a snapshot of some material in an empty place; leave no trace when that fails.

    Args:
        material: What of.
        folder: Where.
        number: Which one it is.
        tools: What with.
        progress: Told how far it is.
        check: Looks at it, and raises when it may not be published.

    Raises:
        StorageError: The disk is full or cannot be written.
        SnapshotError: What was written cannot be read back.
    """
    started = time.perf_counter()
    wanted = await asyncio.to_thread(lambda: material.wanted)
    vectors = await building.encode(wanted, tools.encoder, tools.worker, progress)
    if progress:
        progress(Progress("write", 0, 1))

    def write() -> bytes:
        try:
            contents = writing.Contents(
                articles=wanted.articles,
                passages=wanted.passages,
                arrays={**vectors.arrays, **building.words(wanted)},
                before=wanted.before,
            )
            writing.write(
                folder,
                contents,
                snapshot=str(number),
                model=tools.encoder.model_id,
                created_at=datetime.now(UTC),
            )
            _read_back(Snapshot(folder), check)
            return (folder / MANIFEST).read_bytes()
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    manifest = await finish(write)
    if progress:
        progress(Progress("write", 1, 1))
    seconds = time.perf_counter() - started
    log.info("snapshot %s is built in %.2f s", number, seconds)
    return Built(manifest, len(material), vectors.reused, vectors.encoded, seconds)


def _read_back(new: Snapshot, check: Callable[[Snapshot], None] | None) -> None:
    if problems := new.changed_passages():
        raise SnapshotError(f"{problems[0]} The new snapshot is not used.")
    if check:
        check(new)


def report_work(
    number: int | None,
    built: Built,
    started: float,
    counts: tuple[int, int, int] = (0, 0, 0),
) -> ReindexReport:
    """Report a reindex that began at that instant of ``time.perf_counter``."""
    seconds = time.perf_counter() - started
    work = (built.passages, built.reused, built.encoded)
    return ReindexReport(str(number or ""), *counts, *work, seconds, built.notes)


def report_nothing(snapshot: Snapshot | None, started: float) -> ReindexReport:
    """Report a reindex that had nothing to do."""
    if snapshot is None:
        return report_work(None, Built(b"", 0, 0, 0), started)
    manifest = snapshot.manifest
    reused = manifest.passages + manifest.sentences
    return report_work(snapshot.number, Built(b"", manifest.passages, reused, 0), started)
