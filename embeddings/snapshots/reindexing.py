"""Builds a snapshot: encodes what changed, writes all files aside, reads them back, checks them."""

import asyncio
import json
import logging
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import SnapshotError
from embeddings.lexical.arrays import to_offsets
from embeddings.lexical.words import recipe
from embeddings.loaded import LoadedSnapshot
from embeddings.ranking.confidence import Calibration
from embeddings.ranking.maxsim import Encoding
from embeddings.reports import ReindexReport
from embeddings.snapshots import building, checks, disk
from embeddings.snapshots.manifest import FORMAT, MANIFEST, MANIFESTS, Manifest
from embeddings.snapshots.material import EncodingPlan, Material, Order
from embeddings.snapshots.snapshot import ARTICLES, POSITIONS, TEXTS, VECTORS, Snapshot
from embeddings.types import Progress, ProgressCallback
from embeddings.vectors.encoder import Encoder
from embeddings.vectors.index import VectorIndex, write_index
from embeddings.vectors.worker import Priority, Worker, finish

log = logging.getLogger(__name__)


def report_nothing(snapshot: Snapshot) -> ReindexReport:
    """Return the report of a reindex that had nothing to do."""
    passages, sentences = snapshot.manifest.passages, snapshot.manifest.sentences
    return ReindexReport(snapshot.id, 0, 0, 0, passages, passages + sentences, 0, 0.0)


def _report(order: Order, plan: EncodingPlan, started: float) -> ReindexReport:
    """Return the report of a build that began at ``started``, in time of ``perf_counter``."""
    work = (len(plan.material.merge_passages()), plan.reused, len(plan.missing))
    return ReindexReport(str(order.number or ""), 0, 0, 0, *work, time.perf_counter() - started)


class Builder(Protocol):
    """Builds snapshots, perhaps in another process; see ``builder.BuilderProcess``."""

    async def build(self, order: Order, progress: ProgressCallback | None = None) -> ReindexReport:
        """Build a snapshot as ``build`` does."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The encoder that a snapshot is built with, its thread, and the calibration for the gate."""

    encoder: Encoder
    worker: Worker
    calibration: Calibration

    def read(self, text: str) -> Encoding:
        """Encode a question once the encoder is free; blocks, so not for the event loop."""
        return self.worker.wait(Priority.INDEXING, self.encoder.encode_query, text)


async def preview(order: Order, model: str) -> ReindexReport:
    """Return the report of ``build`` with a model, without building."""
    started = time.perf_counter()
    material = await asyncio.to_thread(Material.from_order, order, model)
    return _report(order, await asyncio.to_thread(EncodingPlan, material), started)


async def build(
    order: Order,
    tools: Tools,
    progress: ProgressCallback | None = None,
    material: Material | None = None,
) -> ReindexReport:
    """Build a snapshot in the order's folder, read it back and ask it the golden questions.

    A failure leaves nothing there. ``material`` replaces what the order names, if given. The report
    counts no article yet.

    Raises:
        GateError: The new snapshot finds clearly fewer golden passages than its base.
        StorageError: The disk is full or cannot be written.
        SnapshotError: The base is damaged, or what was written cannot be read back.
    """
    tell, started = progress or (lambda _: None), time.perf_counter()
    if material is None:
        material = await asyncio.to_thread(Material.from_order, order, tools.encoder.model_id)
    plan = await asyncio.to_thread(EncodingPlan, material)
    arrays = await building.encode(plan, tools.encoder, tools.worker, progress)
    tell(Progress("write", 0, 1))
    await finish(_write_checked, order, material, arrays, tools)
    tell(Progress("write", 1, 1))
    report = _report(order, plan, started)
    log.info("snapshot %s is built in %.2f s", order.number, report.seconds)
    return report


def _write_checked(order: Order, material: Material, vectors: dict[str, Any], tools: Tools) -> None:
    """Write a snapshot and check it; a failure removes the folder."""
    try:
        arrays = vectors | building.index_words(material)
        model = tools.encoder.model_id
        write_snapshot(order.folder, material, arrays, name=str(order.number), model=model)
        _check(Snapshot(order.folder, check=False), material, order, tools)
    except BaseException:
        shutil.rmtree(order.folder, ignore_errors=True)
        raise


def _check(new: Snapshot, material: Material, order: Order, tools: Tools) -> None:
    """Read the new passages back, and ask the golden questions of the new snapshot and its base."""
    rows = material.merge_articles().renumber(len(material.articles), is_new=True)
    if problems := new.changed_passages(rows.tolist()):
        raise SnapshotError(f"{problems[0]} The new snapshot is not used.")
    if order.golden and material.base:
        before, after = (LoadedSnapshot(s, tools.calibration) for s in (material.base, new))
        checks.check_golden(order.golden, before, after, tools.read, order.most)


def write_snapshot(
    folder: Path,
    material: Material,
    arrays: Mapping[str, NDArray[Any]],
    *,
    name: str,
    model: str,
    at: datetime | None = None,
) -> None:
    """Write a snapshot into an empty folder, its manifest last, and sync all of it to the disk.

    Each array becomes ``name.npy``; vectors, made by the model of that id, get an index beside it.
    Raises StorageError where the disk is full or the folder cannot be written.
    """
    disk.make_folder(folder)
    offsets, texts = _join_texts(material)
    arrays = {**material.places(), "text_offsets": offsets, **arrays}
    reusable = material.reusable
    shared = _share(folder, reusable, arrays)
    measured = {name: _save(folder, name, array) for name, array in arrays.items()}
    recall = dict(reusable.manifest.recall) if reusable else {}
    recall |= {name: share for name, share in measured.items() if share is not None}
    new = [json.dumps(each.dump(), ensure_ascii=False).encode() for each in material.articles]
    sides = (np.array(side, object) for side in (reusable.lines if reusable else [], new))
    lines = (line + b"\n" for line in material.merge_articles().join(*sides))
    disk.write_atomic(folder / ARTICLES, b"".join(lines))
    disk.write_atomic(folder / TEXTS, texts.data)
    files = {path.name: shared.get(path.name) or disk.sha256(path) for path in folder.iterdir()}
    opened = ((n, np.load(folder / f"{n}.npy", mmap_mode="r")) for n in recall)
    indexes = [VectorIndex.open(rows, folder, n, recall[n]) for n, rows in opened]
    manifest = Manifest(
        snapshot=name,
        created_at=at or datetime.now(UTC),
        format=FORMAT,
        model=model,
        dimension=indexes[0].dimension,
        articles=len(material.merge_articles()),
        passages=len(arrays["passages"]),
        sentences=len(arrays["sentences"]),
        files=dict(sorted(files.items())),
        sizes={name: (folder / name).stat().st_size for name in sorted(files)},
        recipe=recipe(),
        recall=recall,
        index="; ".join(dict.fromkeys(index.kind for index in indexes)),
    )
    disk.write_atomic(folder / MANIFEST, MANIFESTS.dump_json(manifest, indent=1))


def _join_texts(material: Material) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return the offsets of all articles' texts, and the texts joined in UTF-8."""
    merge, old_offsets = material.merge_articles(), material.old("text_offsets")
    encoded = [article.text.encode() for article in material.articles]
    offsets, new = to_offsets([*map(len, encoded)]), np.frombuffer(b"".join(encoded), np.uint8)
    base = material.reusable if material.merge else None
    old = np.fromfile(base.folder / TEXTS, np.uint8) if base else new
    texts = merge.expand(old_offsets, offsets).join(old, new)
    return merge.join_offsets(old_offsets, offsets), texts


def _share(folder: Path, base: Snapshot | None, arrays: Mapping[str, object]) -> dict[str, str]:
    """Link, or copy and check, the base files of split matrices; return their digests by name."""
    if base is None:
        return {}
    stems = tuple(f"{n.removesuffix(POSITIONS)}." for n in arrays if n.endswith(POSITIONS))
    files = {name: digest for name, digest in base.manifest.files.items() if name.startswith(stems)}
    base.check({n for n in files if not disk.link_or_copy(base.folder / n, folder / n)})
    return files


def _save(folder: Path, name: str, array: NDArray[Any]) -> float | None:
    """Write an array, index it if it holds vectors, and sync; return the index's recall, if any."""
    with disk.storage_errors(folder):
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
        recall = write_index(folder, name, array) if name.endswith(VECTORS) else None
        for path in folder.glob(f"{name}.*"):
            disk.sync(path)
    return recall
