"""Building a snapshot: what changed is encoded, all is written aside, read back and checked."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from embeddings.errors import SnapshotError
from embeddings.loaded import LoadedSnapshot
from embeddings.reports import ReindexReport
from embeddings.snapshots import building, gate, writing
from embeddings.snapshots.manifest import MANIFEST
from embeddings.snapshots.material import Material, Wanted
from embeddings.snapshots.snapshot import Snapshot
from embeddings.types import Progress
from embeddings.vectors.worker import Priority, finish

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embeddings.ranking.confidence import Calibration
    from embeddings.snapshots.material import Order
    from embeddings.types import ProgressCallback
    from embeddings.vectors.encoder import Encoder
    from embeddings.vectors.worker import Worker

log = logging.getLogger(__name__)


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

    @classmethod
    def of_nothing(cls, snapshot: Snapshot) -> Built:
        """Return what comes of a reindex that has nothing to do."""
        manifest = snapshot.manifest
        return cls(b"", manifest.passages, manifest.passages + manifest.sentences, 0)

    def report(
        self, number: int | None, started: float, counts: tuple[int, int, int] = (0, 0, 0)
    ) -> ReindexReport:
        """Report a reindex that began at that instant of ``time.perf_counter``."""
        seconds = time.perf_counter() - started
        work = (self.passages, self.reused, self.encoded)
        return ReindexReport(str(number or ""), *counts, *work, seconds, self.notes)


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


async def preview(order: Order, model: str) -> Built:
    """Say what ``build`` would do with that model, without doing it."""
    material = await asyncio.to_thread(Material.of, order, model)
    wanted = await asyncio.to_thread(Wanted, material)
    return Built(b"", len(material), wanted.reused, len(wanted.missing))


async def build(
    order: Order,
    tools: Tools,
    progress: ProgressCallback | None = None,
    material: Material | None = None,
) -> Built:
    """Build a snapshot in the order's folder, read it back and ask it the golden questions.

    Args:
        order: What of, and where; no trace is left there when that fails.
        tools: What with.
        progress: Told how far it is.
        material: What of, in place of what the order names.

    Raises:
        GateError: It finds less than the one that it is built on.
        StorageError: The disk is full or cannot be written.
        SnapshotError: The base is damaged, or what was written cannot be read back.
    """
    tell, started = progress or (lambda _: None), time.perf_counter()
    if material is None:
        material = await asyncio.to_thread(Material.of, order, tools.encoder.model_id)
    wanted = await asyncio.to_thread(Wanted, material)
    vectors = await building.encode(wanted, tools.encoder, tools.worker, progress)
    tell(Progress("write", 0, 1))
    manifest = await finish(_write, order, material, wanted, vectors, tools)
    tell(Progress("write", 1, 1))
    seconds = time.perf_counter() - started
    log.info("snapshot %s is built in %.2f s", order.number, seconds)
    return Built(manifest, len(material), vectors.reused, vectors.encoded, seconds)


def _write(
    order: Order, material: Material, wanted: Wanted, vectors: building.Encoded, tools: Tools
) -> bytes:
    """Write a snapshot and check it; return its manifest."""
    try:
        arrays = {**vectors.arrays, **building.words(wanted)}
        contents = writing.Contents(material.articles, material.passages, arrays, wanted.before)
        name, model, now = str(order.number), tools.encoder.model_id, datetime.now(UTC)
        writing.write(order.folder, contents, snapshot=name, model=model, created_at=now)
        _check(Snapshot(order.folder), material.base, order, tools)
        return (order.folder / MANIFEST).read_bytes()
    except BaseException:
        shutil.rmtree(order.folder, ignore_errors=True)
        raise


def _check(new: Snapshot, base: Snapshot | None, order: Order, tools: Tools) -> None:
    """Read every passage of a new snapshot back, and ask it what its base answers."""
    if problems := new.changed_passages():
        raise SnapshotError(f"{problems[0]} The new snapshot is not used.")
    if order.golden and base:
        before, after = (LoadedSnapshot(each, tools.calibration) for each in (base, new))
        gate.check(order.golden, before, after, tools.encode, order.most)
