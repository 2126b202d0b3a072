"""An inverted file over many vectors: built, rebuilt, tuned by its recall, and searched."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from embeddings.ranking.maxsim import products

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Rows = NDArray[Any]

TARGET_RECALL = 0.95
"""The share of the exact ten nearest that an approximate index must find."""
PROBES = 200
"""Vectors that an approximate index is measured with."""
WIDER = 2
"""For each row that is wanted so many are looked up and compared with their exact scores, since
an approximate index keeps a byte a number."""
ONE_LIST_UP_TO = 100_000
"""Rows up to which there is one list, and a search compares all of them: a byte a number is a
quarter of what the exact search reads, and takes half its time (measured)."""
TRAINED_ON = 40
"""Rows a list that an approximate index is trained on."""
_TINY = np.float32(1e-9)
BLOCK = 16_384
"""Rows that are widened to float32 at a time."""
EVEN, RANGED = (
    faiss.ScalarQuantizer.QT_8bit_direct_signed,
    faiss.ScalarQuantizer.QT_8bit,
)
"""How a number becomes a byte: in steps that are the same for all, or for each dimension its own.
A row of 512 is compared in 20 ns and in 57 (measured); the second serves where some dimensions are
so much wider than others that with the first too few neighbours are found."""


def build(rows: Rows) -> tuple[Any, float]:
    """Build an inverted file; many rows get as many lists as each list then has rows.

    FAISS draws where the lists' centres begin with a seed of its own.

    Returns:
        The index, its number of lists to look into set, and its recall.
    """
    with threadpool_limits(1), one_thread():
        count = 1 if len(rows) <= ONE_LIST_UP_TO else math.isqrt(len(rows))
        index = _empty(rows.shape[1], count, EVEN)
        if count == 1:
            index.quantizer.add(np.zeros((1, index.d), np.float32))
        picked = rows[:: max(1, len(rows) // (TRAINED_ON * index.nlist))]
        index.train(np.ascontiguousarray(picked, dtype=np.float32))
        lists = np.full(len(rows), 0 if count == 1 else -1)
        _fill(index, rows, lists)
        recall = _tune(index, rows)
        if recall >= TARGET_RECALL:
            return index, recall
        index = _like(index, RANGED)
        index.train(np.ascontiguousarray(picked, dtype=np.float32))
        _fill(index, rows, lists)
        return index, _tune(index, rows)


def rebuild(rows: Rows, before: Any, places: NDArray[np.int64]) -> tuple[Any, float]:
    """Build one with the lists of another, in which most rows stand already.

    Only new rows are compared with the lists' centres, which is what takes long. Where the number
    of rows has doubled or halved since the lists were made, they are made anew.

    Args:
        rows: float32 or float16, shape ``[n, d]``.
        before: The other one.
        places: Where each row is in it, int64 [n]; -1 for a new one.
    """
    if before.nlist == 1 or abs(np.log2(len(rows) / before.nlist**2)) > 1:
        return build(rows)
    with threadpool_limits(1), one_thread():
        index = _like(before, before.sq.qtype)
        _fill(index, rows, np.where(places >= 0, _lists(before)[places], -1))
        return index, _tune(index, rows)


def search(
    index: Any, rows: Rows, asked: NDArray[np.float32], k: int, lists: int, **options: Any
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Search approximately, then order what was found by its exact scores.

    Args:
        index: An inverted file.
        rows: What it was built of.
        asked: float32, shape ``[m, d]``.
        k: How many rows are wanted.
        lists: How many lists to look into.
        options: Further parameters of the search.

    Returns:
        Scores, best first, and row numbers, each of shape ``[m, k]``; -1 where there are fewer.
    """
    parameters = faiss.SearchParametersIVF(nprobe=min(lists, index.nlist), **options)
    coded = asked
    if index.sq.qtype == EVEN:  # FAISS makes whole numbers of these too
        coded = np.rint(asked * (127 / np.maximum(np.abs(asked).max(1, keepdims=True), _TINY)))
    places = index.search(coded, k * WIDER, params=parameters)[1]
    pairs = zip(np.maximum(places, 0), asked, strict=True)
    scores = np.stack([products(rows[found], vector) for found, vector in pairs])
    scores[places < 0] = -np.finfo(np.float32).max
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(scores, order, 1), np.take_along_axis(places, order, 1)


def _lists(index: Any) -> NDArray[np.int64]:
    """Return which list each row is in, int64 [n]."""
    lists = np.empty(index.ntotal, np.int64)
    for number in range(index.nlist):
        size = index.invlists.list_size(number)
        if size:
            lists[faiss.rev_swig_ptr(index.invlists.get_ids(number), size)] = number
    return lists


def _fill(index: Any, rows: Rows, lists: NDArray[np.int64]) -> None:
    """Put rows in their lists.

    Args:
        index: One without rows.
        rows: Its rows to be.
        lists: Which list each is in; -1 where that is not known, and is found out and noted.
    """
    even = index.sq.qtype == EVEN
    widest = max((float(np.abs(block).max()) for block in blocks(rows)), default=1.0)
    steps = 127 / max(widest, float(_TINY)) if even else 1.0
    for number, block in enumerate(blocks(rows)):
        here = lists[number * BLOCK : number * BLOCK + len(block)]
        new = here < 0
        if new.any():
            here[new] = index.quantizer.search(block[new], 1)[1][:, 0]
        # in steps of its own a byte is a whole number, and the order of the products the same
        coded = np.rint(block * np.float32(steps)) if even else block
        index.add_core(len(coded), faiss.swig_ptr(coded), None, faiss.swig_ptr(here))


def _like(other: Any, kind: int) -> Any:
    """Return an inverted file without rows, with the lists of another."""
    index = _empty(other.d, other.nlist, kind)
    index.quantizer.add(other.quantizer.reconstruct_n(0, other.nlist))
    faiss.copy_array_to_vector(faiss.vector_to_array(other.sq.trained), index.sq.trained)
    index.is_trained = kind == other.sq.qtype
    return index


def _empty(dimension: int, lists: int, kind: int) -> Any:
    """Return an inverted file without rows, with a byte a number."""
    quantizer, metric = faiss.IndexFlatIP(dimension), faiss.METRIC_INNER_PRODUCT
    index = faiss.IndexIVFScalarQuantizer(quantizer, dimension, lists, kind, metric)
    index.by_residual = False
    index.cp.niter = 6
    index.cp.min_points_per_centroid = 1  # a small test's lists are small, and that is no fault
    return index


def _tune(index: Any, rows: Rows) -> float:
    """Probe more lists until enough of the samples' neighbours are found; return the share."""
    probes = PROBES if index.nlist > 1 else PROBES // 5  # where all rows are compared, few tell
    picked = np.linspace(0, len(rows) - 1, min(probes, len(rows))).astype(np.int64)
    sample = np.ascontiguousarray(rows[picked], dtype=np.float32)
    # each sample is its own nearest, which proves nothing: it is left out of both
    truth = _nearest(sample, rows, 11)[:, 1:]
    index.nprobe = min(4, index.nlist)
    while True:
        found = search(index, rows, sample, 11, index.nprobe)[1][:, 1:]
        recall = np.mean([np.isin(t, f).mean() for t, f in zip(truth, found, strict=True)])
        if recall >= TARGET_RECALL or index.nprobe >= index.nlist:
            return float(recall)
        index.nprobe = min(math.ceil(index.nprobe * 1.5), index.nlist)


def _nearest(sample: NDArray[np.float32], rows: Rows, k: int) -> NDArray[np.int64]:
    """Return the exact k nearest rows of each sample, best first, shape ``[m, k]``."""
    heap = faiss.ResultHeap(len(sample), k, keep_max=True)
    for number, block in enumerate(blocks(rows)):
        scores, places = faiss.knn(sample, block, k, faiss.METRIC_INNER_PRODUCT)
        heap.add_result(scores, np.where(places < 0, -1, places + number * BLOCK))
    heap.finalize()
    return np.asarray(heap.I)


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep FAISS to one thread; OpenMP counts threads per calling thread, so this is per call."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def blocks(vectors: Rows) -> Iterator[NDArray[np.float32]]:
    """Yield the rows in blocks of float32."""
    for first in range(0, len(vectors), BLOCK):
        yield np.array(vectors[first : first + BLOCK], np.float32, order="C")
