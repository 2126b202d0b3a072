"""Nearest-neighbour search with FAISS: exact for few rows, approximate (IVF-PQ) for many."""

import errno
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from embeddings.errors import SnapshotError
from embeddings.lexical.arrays import Bools, Floats, Ints, Matrix, SplitMatrix
from embeddings.ranking.maxsim import products

NEAR = ".near.faiss"
"""Suffix of the file of a matrix's approximate index."""
EXACT_UP_TO = 4_000
"""Most rows for which the search is exact: 4,000 cost one core .2 ms a question, and beyond them an
approximate index saves half of that or more (measured)."""
TARGET_RECALL = 0.95
"""Share of the exact ten nearest neighbours that the search must find."""
QUERIES = 200
"""Rows with which the recall is measured."""
OVERSAMPLING = 4
"""Candidates that are rescored exactly for each row that is wanted: the index keeps only 4 bits of
each number, or of each pair of numbers."""
ONE_LIST_UP_TO = 400_000
"""Most rows for which one list holds all of them: comparing all takes one core 2 ms."""
TRAINED_ON = 40
"""Rows for each list that the index is trained on."""
SAMPLE = 4_096
"""Rows that decide what the quantizer keeps of a number, or of a pair."""
PAIR_RECALL = 0.999
"""Share of the sample's ten nearest neighbours that must be found for 4 bits to hold a pair of
numbers; else they hold one number. With ``light`` all are found, with ``e5`` .86 to .995."""
BLOCK = 16_384
"""Rows that are converted to float32 at a time."""


class VectorIndex:
    """Searches the rows of a matrix by inner product; never changes.

    float16 rows stay float16, in half the memory. All scores, those of an approximate search too,
    are exact to the rounding of float32.

    Args:
        rows: float32 or float16 ``[n, d]``, of length 1; may be memory-mapped.
        near: An approximate index of the rows; None: every row is compared.
        recall: The measured share of the ten nearest rows that ``near`` finds.
    """

    def __init__(self, rows: Matrix, near: Any = None, recall: float = 1.0) -> None:
        self.size, self.dimension = rows.shape
        self.rows, self.recall, self._near = rows, recall, near
        self._wide = np.ascontiguousarray(rows, np.float32) if near is None else None

    @classmethod
    def open(cls, rows: Matrix, folder: Path, name: str, recall: float = 1.0) -> Self:
        """Open the index that ``write_index`` wrote, mapped from the file; raises SnapshotError."""
        near = folder / f"{name}{NEAR}"
        if not near.exists():
            return cls(rows)
        return cls(rows, _open(near), recall)

    @property
    def kind(self) -> str:
        """The kind of the index, as ``status`` shows it."""
        if self._near is None:
            return "exact"
        lists = f"IVF{self._near.nlist}," if self._near.nlist > 1 else ""
        probes = f" nprobe={self._near.nprobe}" if lists else ""
        return f"{lists}PQ{self._near.pq.M}x4{probes} recall@10={self.recall:.3f}"

    def search(self, vectors: Floats, k: int, allowed: Bools | None = None) -> tuple[Floats, Ints]:
        """Find the k rows with the greatest inner product with each vector.

        Args:
            vectors: float32 ``[m, d]``.
            k: Rows to find, at least 1.
            allowed: Rows that may be found, bool ``[n]``; None: all.

        Returns:
            Scores, best first, and row numbers, each ``[m, k]``; where fewer rows are found, the
            row numbers end in -1.

        Raises:
            ValueError: ``allowed`` has another number of rows.
        """
        queries = np.ascontiguousarray(vectors, dtype=np.float32)
        if allowed is not None and allowed.shape != (self.size,):
            raise ValueError(f"{self.size} rows, but shape {allowed.shape} of allowed ones.")
        with _one_thread():
            if self._wide is not None:
                return _compare(self._wide, queries, k, allowed)
            limits: dict[str, Any] = {}
            if allowed is not None:  # the rarer allowed rows are, the more lists are searched
                lists = math.ceil(self._near.nprobe * self.size / max(1, np.count_nonzero(allowed)))
                limits["nprobe"] = min(lists, self._near.nlist)
                limits["sel"] = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
            return _approximate(self._near, self.rows, queries, k, **limits)


def _compare(rows: Floats, queries: Floats, k: int, allowed: Bools | None) -> tuple[Floats, Ints]:
    """Search by comparing all rows, or the allowed ones."""
    numbers = np.arange(len(rows)) if allowed is None else np.flatnonzero(allowed)
    if not len(numbers):
        return np.full((len(queries), k), -np.inf, np.float32), np.full((len(queries), k), -1)
    some = rows if allowed is None else rows[numbers]
    scores, found = faiss.knn(queries, some, k, faiss.METRIC_INNER_PRODUCT)
    return scores, np.where(found < 0, -1, numbers[found])


class Joined:
    """Searches a ``SplitMatrix``: its base by that base's index, its extra rows one by one."""

    def __init__(self, base: VectorIndex, rows: SplitMatrix) -> None:
        self.rows: Any = rows
        self.dimension, self.kind = base.dimension, base.kind
        self._row_of = np.full(base.size + len(rows.extra), -1)
        self._row_of[rows.positions] = np.arange(len(rows))
        self._parts = base, VectorIndex(rows.extra)

    def search(self, vectors: Floats, k: int, allowed: Bools | None = None) -> tuple[Floats, Ints]:
        """Find the k nearest rows; see ``VectorIndex.search``."""
        is_wanted = self._row_of >= 0
        if allowed is not None:
            is_wanted[self.rows.positions] = allowed
        results, first = [], 0
        for part in self._parts:
            own = is_wanted[first : first + part.size]
            scores, found = part.search(vectors, k, None if own.all() else own)
            results.append((scores, np.where(found < 0, -1, self._row_of[first + found])))
            first += part.size
        scores, rows = (np.concatenate(each, axis=1) for each in zip(*results, strict=True))
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(scores, order, 1), np.take_along_axis(rows, order, 1)


def write_index(folder: Path, name: str, rows: Matrix) -> float:
    """Write an approximate index of a matrix beside it, if it has many rows.

    Returns:
        The recall: the measured share of the ten nearest rows that a search finds; 1.0 if exact.

    Raises:
        OSError: The file cannot be written.
    """
    if len(rows) <= EXACT_UP_TO:
        return 1.0
    index, recall = build(rows)
    path = str(folder / f"{name}{NEAR}")
    try:
        faiss.write_index(index, path)
    except RuntimeError as error:  # FAISS's own error, for a full disk, too
        raise OSError(errno.EIO, str(error), path) from error
    return recall


def _open(path: Path) -> Any:
    """Open an index, and ask the operating system to read its file ahead, where it can."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise SnapshotError(f"{path} cannot be read: {error}.") from error


def build(rows: Matrix) -> tuple[Any, float]:
    """Build an IVF-PQ index; of many rows n, it has about sqrt(n) lists of sqrt(n) rows.

    Product quantizers of 16 values are compared many at a time (Andre, Kermarrec and Le Scouarnec,
    2015). FAISS draws the first centroids with a fixed seed, so a build is reproducible.

    Returns:
        The index with ``nprobe`` tuned, and its recall.
    """
    with threadpool_limits(1), _one_thread():
        count = 1 if len(rows) <= ONE_LIST_UP_TO else math.isqrt(len(rows))
        index = _train(rows, count, _choose_pair_size(rows))
        for block in _blocks(rows):
            index.add(block)
        return index, _tune(index, rows)


def _choose_pair_size(rows: Matrix) -> int:
    """Return how many numbers of these rows 4 bits can hold: 1 or 2."""
    if rows.shape[1] % 2:
        return 1
    sample = np.ascontiguousarray(rows[:: math.ceil(len(rows) / SAMPLE)], np.float32)
    index = _train(sample, 1, 2)
    index.add(sample)
    return 2 if _tune(index, sample) >= PAIR_RECALL else 1


def _train(rows: Matrix, lists: int, pair: int) -> Any:
    """Return a trained index without rows, with ``pair`` numbers in 4 bits."""
    quantizer, size = faiss.IndexFlatIP(rows.shape[1]), rows.shape[1]
    metric = faiss.METRIC_INNER_PRODUCT
    index = faiss.IndexIVFPQFastScan(quantizer, size, lists, size // pair, 4, metric)
    index.by_residual = False
    index.cp.niter = index.pq.cp.niter = 6
    index.pq.cp.max_points_per_centroid = 64
    # lists of few rows, as in tests, are no fault to warn of
    index.cp.min_points_per_centroid = index.pq.cp.min_points_per_centroid = 1
    if lists == 1:
        quantizer.add(np.zeros((1, size), np.float32))
    sample = rows[:: max(1, len(rows) // max(SAMPLE, TRAINED_ON * lists))]
    sample = np.resize(sample, (max(len(sample), index.pq.ksub), size))
    index.train(np.ascontiguousarray(sample, np.float32))
    return index


def _approximate(
    index: Any, rows: Matrix, queries: Floats, k: int, **limits: Any
) -> tuple[Floats, Ints]:
    """Search approximately, then rank the candidates by their exact scores.

    ``rows`` is the indexed matrix, ``queries`` float32 ``[m, d]``; ``limits`` are arguments of
    ``faiss.SearchParametersIVF``. Returns scores, best first, and row numbers, each ``[m, k]``;
    -1 where there are fewer.
    """
    options = faiss.SearchParametersIVF(**limits) if limits else None
    candidates = index.search(queries, k * OVERSAMPLING, params=options)[1]
    best = [_rescore(rows, *each, k) for each in zip(candidates, queries, strict=True)]
    return np.array([scores for scores, _ in best]), np.array([found for _, found in best])


def _rescore(rows: Matrix, candidates: Ints, vector: Floats, k: int) -> tuple[Floats, Ints]:
    """Return the k greatest exact scores of candidate rows, and these rows."""
    scores = products(rows[np.maximum(candidates, 0)], vector)
    scores[candidates < 0] = -np.finfo(np.float32).max
    best = np.flatnonzero(scores >= np.partition(scores, -k)[-k])  # few to sort; ties keep order
    best = best[np.argsort(-scores[best], kind="stable")[:k]]
    return scores[best], candidates[best]


def _tune(index: Any, rows: Matrix) -> float:
    """Raise ``nprobe`` until the recall on a sample reaches its target; return the recall."""
    count = QUERIES if index.nlist > 1 else QUERIES // 5  # one list needs no tuning: few suffice
    numbers = np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(np.int64)
    sample = np.ascontiguousarray(rows[numbers], dtype=np.float32)
    # each row's nearest is itself, which proves nothing: both sides leave it out
    truth = _nearest(sample, rows, 11)[:, 1:]
    index.nprobe = min(4, index.nlist)
    while True:
        found = _approximate(index, rows, sample, 11)[1][:, 1:]
        recall = np.mean([np.isin(t, f).mean() for t, f in zip(truth, found, strict=True)])
        if recall >= TARGET_RECALL or index.nprobe >= index.nlist:
            return float(recall)
        index.nprobe = min(math.ceil(index.nprobe * 1.5), index.nlist)


def _nearest(sample: Floats, rows: Matrix, k: int) -> Ints:
    """Return the exact k nearest rows of each sample row, best first, ``[m, k]``."""
    heap = faiss.ResultHeap(len(sample), k, keep_max=True)
    for number, block in enumerate(_blocks(rows)):
        scores, found = faiss.knn(sample, block, k, faiss.METRIC_INNER_PRODUCT)
        heap.add_result(scores, np.where(found < 0, -1, found + number * BLOCK))
    heap.finalize()
    return np.asarray(heap.I)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep FAISS to one thread; OpenMP's limit is per calling thread, so each call sets it."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _blocks(vectors: Matrix) -> Iterator[Floats]:
    """Yield the rows in blocks, converted to float32."""
    for first in range(0, len(vectors), BLOCK):
        yield np.array(vectors[first : first + BLOCK], np.float32, order="C")
