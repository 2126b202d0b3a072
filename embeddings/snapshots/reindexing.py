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
from embeddings.lexical.stretches import stretches
from embeddings.lexical.words import recipe
from embeddings.loaded import LoadedSnapshot
from embeddings.reports import ReindexReport
from embeddings.snapshots import building, disk, gate
from embeddings.snapshots.manifest import FORMAT, MANIFEST, Manifest, dump_manifest
from embeddings.snapshots.material import Material, Order, Wanted
from embeddings.snapshots.snapshot import ARTICLES, PLACES, TEXTS, VECTORS, Snapshot
from embeddings.types import Progress, ProgressCallback
from embeddings.vectors.index import VectorIndex
from embeddings.vectors.index import write as write_index
from embeddings.vectors.worker import Priority, Worker, finish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from embeddings.ranking.confidence import Calibration
    from embeddings.vectors.e5 import Read
    from embeddings.vectors.encoder import Encoder

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
    of = snapshot.manifest
    return ReindexReport(snapshot.id, 0, 0, 0, of.passages, of.passages + of.sentences, 0, 0.0)


def _report(order: Order, wanted: Wanted, started: float) -> ReindexReport:
    """Report what began at that instant of ``time.perf_counter``."""
    work = (len(wanted.material.of_passages()), wanted.reused, len(wanted.missing))
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

    No trace is left there when that fails. ``of`` takes the place of what the order names.

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
    manifest = await finish(_write, order, material, arrays, tools)
    tell(Progress("write", 1, 1))
    report = _report(order, wanted, started)
    log.info("snapshot %s is built in %.2f s", order.number, report.seconds)
    return Built(manifest, report)


def _write(order: Order, material: Material, vectors: dict[str, Any], tools: Tools) -> bytes:
    """Write a snapshot and check it; return its manifest."""
    try:
        arrays = vectors | building.words(material)
        model = tools.encoder.model_id
        write(order.folder, material, arrays, name=str(order.number), model=model)
        _check(Snapshot(order.folder, check=False), material, order, tools)
        return (order.folder / MANIFEST).read_bytes()
    except BaseException:
        shutil.rmtree(order.folder, ignore_errors=True)
        raise


def _check(new: Snapshot, material: Material, order: Order, tools: Tools) -> None:
    """Read what is new of a new snapshot back, and ask it what its base answers."""
    anew = material.of_articles().renumber(len(material.articles), is_new=True)
    if problems := new.changed_passages(anew.tolist()):
        raise SnapshotError(f"{problems[0]} The new snapshot is not used.")
    if order.golden and material.base:
        before, after = (LoadedSnapshot(each, tools.calibration) for each in (material.base, new))
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

    An array is written as ``name.npy``, and beside it what finds the rows of vectors, which the
    model of that id made. StorageError where the disk is full, or the folder cannot be written.
    """
    disk.make_folder(folder)
    texts, whole = _texts(material)
    arrays = {**material.places(), "text_offsets": texts, **arrays}
    known = material.known
    linked = _link(folder, known, arrays)
    made = {name: _save(folder, name, array) for name, array in arrays.items()}
    found = {name: share for name, share in made.items() if share is not None}
    recall = {**known.manifest.recall, **found} if known else found
    new = [json.dumps(each.dump(), ensure_ascii=False).encode() for each in material.articles]
    both = (np.array(each, object) for each in (known.lines if known else [], new))
    lines = (line + b"\n" for line in material.of_articles().join(*both))
    disk.write_atomic(folder / ARTICLES, b"".join(lines))
    disk.write_atomic(folder / TEXTS, whole.data)
    files = {path.name: linked.get(path.name) or disk.sha256(path) for path in folder.iterdir()}
    opened = ((n, np.load(folder / f"{n}.npy", mmap_mode="r")) for n in recall)
    indexes = [VectorIndex.open(rows, folder, n, recall[n]) for n, rows in opened]
    manifest = Manifest(
        snapshot=name,
        created_at=at or datetime.now(UTC),
        format=FORMAT,
        model=model,
        dimension=indexes[0].dimension,
        articles=len(material.of_articles()),
        passages=len(arrays["passages"]),
        sentences=len(arrays["sentences"]),
        files=dict(sorted(files.items())),
        sizes={name: (folder / name).stat().st_size for name in sorted(files)},
        recipe=recipe(),
        recall=recall,
        index="; ".join(dict.fromkeys(index.kind for index in indexes)),
    )
    disk.write_atomic(folder / MANIFEST, dump_manifest(manifest))


def _texts(material: Material) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return where the texts of all articles begin, one after the other in UTF-8, and those."""
    articles, before = material.of_articles(), material.old("text_offsets")
    texts = [article.text.encode() for article in material.articles]
    ends, new = stretches([*map(len, texts)]), np.frombuffer(b"".join(texts), np.uint8)
    base = material.known if material.runs else None
    old = np.fromfile(base.folder / TEXTS, np.uint8) if base else new
    return articles.join_stretches(before, ends), articles.within(before, ends).join(old, new)


def _link(folder: Path, known: Snapshot | None, arrays: Mapping[str, object]) -> dict[str, str]:
    """Share or copy the files of the matrices that stay as they are; return their digests."""
    if known is None:
        return {}
    kinds = tuple(f"{n.removesuffix(PLACES)}." for n in arrays if n.endswith(PLACES))
    shared = {name: mark for name, mark in known.manifest.files.items() if name.startswith(kinds)}
    known.check({n for n in shared if not disk.share(known.folder / n, folder / n)})
    return shared


def _save(folder: Path, name: str, array: NDArray[Any]) -> float | None:
    """Write an array and sync it; return the recall of the index that was made of it, if any."""
    with disk.storage_errors(folder):
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
        recall = write_index(folder, name, array) if name.endswith(VECTORS) else None
        for path in folder.glob(f"{name}.*"):
            disk.sync(path)
    return recall
