"""An inverted file over many vectors: built, tuned by its recall, and searched."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from embeddings.ranking.maxsim import products

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Rows = NDArray[Any]

TARGET_RECALL = 0.95
"""The share of the exact ten nearest that an approximate index must find."""
PROBES = 200
"""Vectors that an approximate index is measured with."""
WIDER = 4
"""For each row that is wanted so many are looked up and compared with their exact scores, since
an approximate index keeps 4 bits for one number, or for two."""
ONE_LIST_UP_TO = 400_000
"""Rows up to which there is one list, and a search compares all of them: in 2 ms of one core."""
TRAINED_ON = 40
"""Rows a list that an approximate index is trained on."""
SAMPLE = 4_096
"""Rows that say what is kept of a number, and how many numbers are kept together."""
ENOUGH = 0.999
"""The share of the ten nearest of the sample that must be found where 4 bits are kept for two
numbers; else they are kept for each. With ``light`` all are found, with ``e5`` .86 to .995."""
BLOCK = 16_384
"""Rows that are widened to float32 at a time."""


def build(rows: Rows) -> tuple[Any, float]:
    """Build an inverted file; many rows get as many lists as each list then has rows.

    Rows are kept as product quantizers of 16 values do, which are compared many at a time (Andre,
    Kermarrec and Le Scouarnec, 2015). FAISS draws where its centres begin with a seed of its own.

    Returns:
        The index, its number of lists to look into set, and its recall.
    """
    with threadpool_limits(1), one_thread():
        count = 1 if len(rows) <= ONE_LIST_UP_TO else math.isqrt(len(rows))
        index = _train(rows, count, _numbers_together(rows))
        for block in blocks(rows):
            index.add(block)
        return index, _tune(index, rows)


def _numbers_together(rows: Rows) -> int:
    """Return for how many numbers of these rows 4 bits are enough: 1 or 2."""
    if rows.shape[1] % 2:
        return 1
    sample = np.ascontiguousarray(rows[:: math.ceil(len(rows) / SAMPLE)], np.float32)
    index = _train(sample, 1, 2)
    index.add(sample)
    return 2 if _tune(index, sample) >= ENOUGH else 1


def _train(rows: Rows, lists: int, together: int) -> Any:
    """Return an inverted file that rows like these can be added to, but without them."""
    quantizer, size = faiss.IndexFlatIP(rows.shape[1]), rows.shape[1]
    metric = faiss.METRIC_INNER_PRODUCT
    index = faiss.IndexIVFPQFastScan(quantizer, size, lists, size // together, 4, metric)
    index.by_residual = False
    index.cp.niter = index.pq.cp.niter = 6
    index.pq.cp.max_points_per_centroid = 64
    # a small test's lists are small, and that is no fault
    index.cp.min_points_per_centroid = index.pq.cp.min_points_per_centroid = 1
    if lists == 1:
        quantizer.add(np.zeros((1, size), np.float32))
    picked = rows[:: max(1, len(rows) // max(SAMPLE, TRAINED_ON * lists))]
    enough = np.resize(picked, (max(len(picked), index.pq.ksub), size))
    index.train(np.ascontiguousarray(enough, np.float32))
    return index


def search(index: Any, rows: Rows, asked: Floats, k: int, **narrowed: Any) -> tuple[Floats, Ints]:
    """Search approximately, then order what was found by its exact scores.

    ``rows`` are what the index was built of, ``asked`` float32 ``[m, d]``; ``narrowed`` is for
    ``faiss.SearchParametersIVF``. Scores, best first, and row numbers, each of shape ``[m, k]``;
    -1 where there are fewer.
    """
    options = faiss.SearchParametersIVF(**narrowed) if narrowed else None
    places = index.search(asked, k * WIDER, params=options)[1]
    best = [_order(rows, *each, k) for each in zip(places, asked, strict=True)]
    return np.array([scores for scores, _ in best]), np.array([found for _, found in best])


def _order(rows: Rows, places: Ints, vector: Floats, k: int) -> tuple[Floats, Ints]:
    """Return the k greatest exact scores of what was found, and where they are."""
    scores = products(rows[np.maximum(places, 0)], vector)
    scores[places < 0] = -np.finfo(np.float32).max
    best = np.flatnonzero(scores >= np.partition(scores, -k)[-k])  # few are sorted, and as all are
    best = best[np.argsort(-scores[best], kind="stable")[:k]]
    return scores[best], places[best]


def _tune(index: Any, rows: Rows) -> float:
    """Probe more lists until enough of the samples' neighbours are found; return the share."""
    probes = PROBES if index.nlist > 1 else PROBES // 5  # where all rows are compared, few tell
    picked = np.linspace(0, len(rows) - 1, min(probes, len(rows))).astype(np.int64)
    sample = np.ascontiguousarray(rows[picked], dtype=np.float32)
    # each sample is its own nearest, which proves nothing: it is left out of both
    truth = _nearest(sample, rows, 11)[:, 1:]
    index.nprobe = min(4, index.nlist)
    while True:
        found = search(index, rows, sample, 11)[1][:, 1:]
        recall = np.mean([np.isin(t, f).mean() for t, f in zip(truth, found, strict=True)])
        if recall >= TARGET_RECALL or index.nprobe >= index.nlist:
            return float(recall)
        index.nprobe = min(math.ceil(index.nprobe * 1.5), index.nlist)


def _nearest(sample: Floats, rows: Rows, k: int) -> Ints:
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


def blocks(vectors: Rows) -> Iterator[Floats]:
    """Yield the rows in blocks of float32."""
    for first in range(0, len(vectors), BLOCK):
        yield np.array(vectors[first : first + BLOCK], np.float32, order="C")
