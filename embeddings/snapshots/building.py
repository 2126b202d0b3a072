"""Makes a snapshot's arrays, those of unchanged articles reused, and writes them into a folder."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, compress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical.arrays import Ints, Matrix, RowMerge, SplitMatrix, to_offsets
from embeddings.lexical.bm25 import Lexical, build
from embeddings.lexical.words import recipe
from embeddings.ranking.maxsim import STEP
from embeddings.snapshots import disk
from embeddings.snapshots.manifest import FORMAT, MANIFEST, MANIFESTS, Manifest
from embeddings.snapshots.material import NO_ROWS, VECTOR_DTYPES, EncodingPlan, Material
from embeddings.snapshots.snapshot import (
    ARTICLES,
    EXTRA,
    LEXICAL,
    POSITIONS,
    TEXTS,
    TOKENS,
    VECTORS,
    Snapshot,
)
from embeddings.threads import Priority, Worker
from embeddings.types import Progress, ProgressCallback
from embeddings.vectors.index import EXACT_UP_TO, VectorIndex, write_index
from embeddings.vectors.models import Encoder, TokenEncoder

Bytes = NDArray[np.int8]

BATCH_CHARACTERS = 3000
"""Most characters in a batch: a question never waits longer than one batch for the encoder."""
REWRITE_ONE_IN = 8
"""A large matrix is rewritten once more than one in this many of its rows is unused or replaced."""
LIMIT = 127
"""Largest magnitude that int8 keeps of a token vector's component."""


async def encode(
    plan: EncodingPlan, encoder: Encoder, worker: Worker, progress: ProgressCallback | None
) -> dict[str, Matrix]:
    """Return the arrays of all vectors, reused and new; equal texts are encoded once.

    Questions run between two batches; ``progress`` gets the number of texts done after each.
    """
    index = {text: number for number, text in enumerate(plan.missing)}
    matrices: dict[str, Matrix] = {}
    targets: dict[str, tuple[Ints, Ints]] = {}  # texts and rows to fill
    for kind, dtype in VECTOR_DTYPES.items():
        rows, is_reused = plan.rows[kind], plan.rows[kind] >= 0
        matrices[kind] = np.empty((len(rows), encoder.dimension), dtype)
        if plan.reusable:
            matrices[kind][is_reused] = plan.reusable.matrix(kind)[rows[is_reused]]
        texts = np.array([index[t] for t in compress(plan.texts[kind], ~is_reused)], np.int64)
        order = np.argsort(texts, kind="stable")
        targets[kind] = texts[order], np.flatnonzero(~is_reused)[order]
    tokens = _Collector(plan, encoder) if isinstance(encoder, TokenEncoder) else None
    async for first, vectors in _encode(plan.missing, tokens or encoder, worker, progress):
        for kind, (texts, rows) in targets.items():
            batch = slice(*np.searchsorted(texts, [first, first + len(vectors)]))
            matrices[kind][rows[batch]] = vectors[texts[batch] - first]
    arrays: dict[str, Matrix] = {}
    for kind, merge in plan.merges.items():
        arrays |= _join(kind, matrices[kind], plan.material, merge)
    if tokens:
        async for _ in _encode(tokens.missing, tokens, worker, None):
            pass  # the collector keeps the tokens
        arrays |= tokens.arrays()
    return arrays


def _join(name: str, new: Matrix, material: Material, merge: RowMerge) -> dict[str, Matrix]:
    """Merge the new rows of a matrix with the reusable ones; return the arrays to write.

    Where a matrix is large and nearly all of its rows are still used, the file stays unchanged, and
    the new rows go to a second array; see ``SplitMatrix``.
    """
    reusable = material.reusable
    if reusable is None or material.merge is None:
        return {name: new}
    old: Any = reusable.matrix(name)
    if not isinstance(old, SplitMatrix):
        old = SplitMatrix(old, old[:0], np.arange(len(old), dtype=np.int32))
    extra, size = old.extra, len(old.base)
    new_positions = np.arange(len(new), dtype=np.int32) + size + len(extra)
    positions = merge.join(old.positions, new_positions)
    is_extra = positions >= size
    stale = size - len(positions) + 2 * is_extra.sum()  # unused base rows + extra rows
    if size <= EXACT_UP_TO or stale > size // REWRITE_ONE_IN:
        reusable.check({f"{name}.npy"})
        return {name: merge.join(old, new)}
    extra = np.concatenate([extra, new])[positions[is_extra] - size]
    positions[is_extra] = np.arange(size, size + len(extra))
    return {f"{name}{EXTRA}": extra, f"{name}{POSITIONS}": positions}


class _Collector:
    """Encodes texts; collects the token vectors of passages and titles that cannot be reused."""

    def __init__(self, plan: EncodingPlan, encoder: TokenEncoder) -> None:
        self._encoder, self._material = encoder, plan.material
        self._passages = plan.texts["passage_vectors"], plan.rows["passage_vectors"]
        self._titles = plan.texts["titles"], plan.rows["titles"]
        missing = (compress(texts, rows < 0) for texts, rows in (self._passages, self._titles))
        self._wanted = {*chain.from_iterable(missing)}
        self._tokens: dict[str, Bytes] = {}

    @property
    def missing(self) -> list[str]:
        """Passages and titles whose token vectors are not collected yet, sorted."""
        return sorted(self._wanted - self._tokens.keys())

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of texts, float32 [n, d]."""
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> NDArray[np.float32]:
        read = self._encoder.encode_document(text)
        if text in self._wanted and read.tokens is not None:
            self._tokens[text] = np.rint(read.tokens / STEP).clip(-LIMIT, LIMIT).astype(np.int8)
        return read.vector

    def arrays(self) -> dict[str, Matrix]:
        """Return the arrays of ``maxsim.Tokens``; ``missing`` must be empty."""
        articles, passages = self._material.merge_articles(), self._material.merge_passages()
        titles = self._join(*self._titles, "titles", "title_first", articles)
        return self._join(*self._passages, "rows", "first", passages) | titles

    def _join(
        self, texts: Sequence[str], rows: Ints, name: str, first_name: str, merge: RowMerge
    ) -> dict[str, Matrix]:
        """Return the merged token vectors, int8 [N, t], and offsets; ``rows`` as in the plan."""
        reusable = self._material.reusable
        empty = np.zeros((0, self._encoder.token_dimension), np.int8)
        old = reusable.matrix(f"{TOKENS}{name}") if reusable else empty
        first = reusable.array(f"{TOKENS}{first_name}") if reusable else NO_ROWS
        slices = [
            self._tokens[text] if row < 0 else old[first[row] : first[row + 1]]
            for text, row in zip(texts, rows.tolist(), strict=True)
        ]
        offsets, new = to_offsets([*map(len, slices)]), np.concatenate([empty, *slices])
        arrays = _join(f"{TOKENS}{name}", new, self._material, merge.expand(first, offsets))
        return arrays | {f"{TOKENS}{first_name}": merge.join_offsets(first, offsets)}


def index_words(material: Material) -> dict[str, Matrix]:
    """Return the arrays of the lexical index; the postings of unchanged articles are reused."""
    merge, documents = material.plan_documents()
    index = build(documents)
    if material.reusable and material.merge:
        index = Lexical(**material.reusable.arrays(LEXICAL)).join(merge, index)
    return {f"{LEXICAL}{name}": array for name, array in vars(index).items()}


async def _encode(
    texts: list[str],
    encoder: Encoder | _Collector,
    worker: Worker,
    progress: ProgressCallback | None,
) -> AsyncIterator[tuple[int, NDArray[np.float32]]]:
    """Encode texts in batches; yield each batch's vectors with the index of its first text."""
    done = 0
    for batch in _batch(texts):
        yield done, await worker.run(Priority.INDEXING, encoder.encode_documents, batch)
        done += len(batch)
        if progress:
            progress(Progress("encode", done, len(texts)))
        await asyncio.sleep(0)


def _batch(texts: list[str]) -> Iterator[list[str]]:
    """Yield batches of at most ``BATCH_CHARACTERS``; a longer text is a batch of its own."""
    first = length = 0
    for end, text in enumerate(texts):
        if end > first and length + len(text) > BATCH_CHARACTERS:
            yield texts[first:end]
            first, length = end, 0
        length += len(text)
    if texts:
        yield texts[first:]


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
