"""Building a snapshot: what changed is encoded, all is written aside, read back and checked."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from embeddings.errors import SnapshotError
from embeddings.lexical.words import recipe
from embeddings.loaded import LoadedSnapshot
from embeddings.reports import ReindexReport
from embeddings.snapshots import building, disk, gate
from embeddings.snapshots.manifest import FORMAT, MANIFEST, Manifest, dump_manifest
from embeddings.snapshots.material import Material, Wanted
from embeddings.snapshots.snapshot import ARTICLES, TEXTS, VECTORS, Snapshot
from embeddings.types import Progress, identity
from embeddings.vectors.index import VectorIndex
from embeddings.vectors.index import write as write_index
from embeddings.vectors.worker import Priority, finish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from embeddings.ranking.confidence import Calibration
    from embeddings.snapshots.material import Order
    from embeddings.types import Article, ProgressCallback
    from embeddings.vectors.e5 import Read
    from embeddings.vectors.encoder import Encoder
    from embeddings.vectors.worker import Worker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Built:
    """A snapshot that was built and checked, and is not published yet.

    Attributes:
        manifest: What it says of itself, as it was written.
        report: What was done for it; of no article yet.
    """

    manifest: bytes
    report: ReindexReport


def report_nothing(snapshot: Snapshot) -> ReindexReport:
    """Return what comes of a reindex that has nothing to do."""
    passages, sentences = snapshot.manifest.passages, snapshot.manifest.sentences
    return ReindexReport(snapshot.id, 0, 0, 0, passages, passages + sentences, 0, 0.0)


def _report(order: Order, wanted: Wanted, started: float) -> ReindexReport:
    """Report what began at that instant of ``time.perf_counter``."""
    work = (len(wanted.kept), wanted.reused, len(wanted.missing))
    return ReindexReport(str(order.number or ""), 0, 0, 0, *work, time.perf_counter() - started)


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

    def read(self, text: str) -> Read:
        """Have the model read a question, when no other waits; on a thread that may wait."""
        return self.worker.wait(Priority.INDEXING, self.encoder.read_query, text)


async def preview(order: Order, model: str) -> ReindexReport:
    """Say what ``build`` would do with that model, without doing it."""
    started = time.perf_counter()
    material = await asyncio.to_thread(Material.of, order, model)
    wanted = await asyncio.to_thread(Wanted, material)
    return _report(order, wanted, started)


async def build(
    order: Order, tools: Tools, progress: ProgressCallback | None = None, of: Material | None = None
) -> Built:
    """Build a snapshot in the order's folder, read it back and ask it the golden questions.

    Args:
        order: What of, and where; no trace is left there when that fails.
        tools: What with.
        progress: Told how far it is.
        of: What of, in place of what the order names.

    Raises:
        GateError: It finds less than the one that it is built on.
        StorageError: The disk is full or cannot be written.
        SnapshotError: The base is damaged, or what was written cannot be read back.
    """
    tell, started = progress or (lambda _: None), time.perf_counter()
    model = tools.encoder.model_id
    material = await asyncio.to_thread(Material.of, order, model) if of is None else of
    wanted = await asyncio.to_thread(Wanted, material)
    arrays = await building.encode(wanted, tools.encoder, tools.worker, progress)
    tell(Progress("write", 0, 1))
    manifest = await finish(_write, order, material, wanted, arrays, tools)
    tell(Progress("write", 1, 1))
    report = _report(order, wanted, started)
    log.info("snapshot %s is built in %.2f s", order.number, report.seconds)
    return Built(manifest, report)


def _write(
    order: Order, material: Material, wanted: Wanted, vectors: dict[str, Any], tools: Tools
) -> bytes:
    """Write a snapshot and check it; return its manifest."""
    try:
        arrays = vectors | building.words(wanted)
        model = tools.encoder.model_id
        write(order.folder, material, arrays, name=str(order.number), model=model)
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
        gate.check(order.golden, before, after, tools.read, order.most)


def write(
    folder: Path,
    material: Material,
    arrays: Mapping[str, NDArray[Any]],
    *,
    name: str,
    model: str,
    at: datetime | None = None,
) -> None:
    """Write a snapshot into an empty folder, its manifest last, all of it synced to the disk.

    Args:
        folder: Where.
        material: Its articles and passages.
        arrays: Name -> array, without Python objects; written as ``name.npy``, and what finds the
            rows of those whose names end in ``vectors``, as ``index.write`` does.
        name: Its id.
        model: The id of the model that made the vectors.
        at: When it was made; by default now.

    Raises:
        StorageError: The disk is full, or the folder cannot be written.
    """
    disk.make_folder(folder)
    arrays = {**_offsets(material), **arrays}
    recall = {name: _save(folder, name, array) for name, array in arrays.items()}
    disk.write_atomic(folder / ARTICLES, b"".join(map(_metadata, material.articles)))
    disk.write_atomic(folder / TEXTS, b"".join(a.text.encode() for a in material.articles))
    paths = sorted(folder.iterdir())
    measured = {name: share for name, share in recall.items() if name.endswith(VECTORS)}
    kinds = [VectorIndex.open(arrays[n], folder, n, share).kind for n, share in measured.items()]
    manifest = Manifest(
        snapshot=name,
        created_at=at or datetime.now(UTC),
        format=FORMAT,
        model=model,
        dimension=int(arrays["passage_vectors"].shape[1]),
        articles=len(material.articles),
        passages=len(arrays["passages"]),
        sentences=len(arrays["sentences"]),
        files={path.name: disk.sha256(path) for path in paths},
        sizes={path.name: path.stat().st_size for path in paths},
        recipe=recipe(),
        recall=measured,
        index="; ".join(dict.fromkeys(kinds)),
    )
    disk.write_atomic(folder / MANIFEST, dump_manifest(manifest))


def _save(folder: Path, name: str, array: NDArray[Any]) -> float:
    """Write an array and sync it; atomic as a part of its folder, which is renamed when whole.

    Returns:
        The recall of the index that was made of it, if one was.
    """
    with disk.storage_errors(folder):
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
        is_searched = name.endswith(VECTORS)
        recall = write_index(folder, name, array) if is_searched else 1.0
        for path in folder.glob(f"{name}.*"):
            disk.sync(path)
    return recall


def _metadata(article: Article) -> bytes:
    fields = article.dump() | {"digest": identity(article)}
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def _offsets(material: Material) -> dict[str, NDArray[Any]]:
    """Return where every text, passage and sentence is, as arrays."""
    flat = [(row, p) for row, group in enumerate(material.passages) for p in group]
    lengths = [len(article.text.encode()) for article in material.articles]
    places = [(row, p.start, p.end, p.paragraph) for row, p in flat]
    spans = [(s.start, s.end) for _, p in flat for s in p.sentences]
    counts = [len(p.sentences) for _, p in flat]
    digests = b"".join(bytes.fromhex(p.digest) for _, p in flat)
    return {
        "passages": np.array(places, dtype=np.int64).reshape(-1, 4),
        "passage_digests": np.frombuffer(digests, dtype=np.uint8).reshape(-1, 32),
        "sentences": np.array(spans, dtype=np.int64).reshape(-1, 2),
        "first_sentence": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        "text_offsets": np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
    }
