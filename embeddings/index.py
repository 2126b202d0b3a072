"""Nearest vectors with FAISS, by size: exact, then approximate with its recall measured."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

EXACT_UP_TO = 1_000_000
"""Rows up to which the search is exact: with 512 dimensions in float16, 100,000 rows cost one
core 4 to 9 ms a question (measured), where an approximate index takes minutes to build."""
TARGET_RECALL = 0.95
"""The share of the exact ten nearest that an approximate index must find."""
PROBES = 200
"""Vectors that an approximate index is measured with."""
BLOCK = 16_384
"""Rows that are widened to float32 at a time."""


class VectorIndex:
    """Rows of a matrix, found by inner product; never changed once made.

    Rows of float16 are kept as they are, at half the memory; the scores are the same, to the
    rounding of float32, as those of the rows widened to float32.

    Args:
        vectors: float32 or float16, shape ``[n, d]``, rows of length 1.
        exact_up_to: The number of rows above which the search becomes approximate.
    """

    def __init__(self, vectors: NDArray[Any], *, exact_up_to: int = EXACT_UP_TO) -> None:
        self.size, self.dimension = vectors.shape
        self.recall = 1.0
        self._probe = 0
        self._halves = vectors.dtype == np.float16
        if self.size <= exact_up_to:
            self._index = _exact(self.dimension, halves=self._halves)
            self._add(vectors)
        else:
            with threadpool_limits(1):
                self._index = _inverted_file(vectors, halves=self._halves)
                self._add(vectors)
                self._tune(vectors)

    @property
    def kind(self) -> str:
        """What it is, as ``status`` shows it."""
        rows = "SQfp16" if self._halves else "Flat"
        if not self._probe:
            return rows
        return f"IVF{self._index.nlist},{rows} nprobe={self._probe} recall@10={self.recall:.3f}"

    def search(
        self, vectors: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Find the k rows with the largest inner product with each of some vectors.

        Args:
            vectors: float32, shape ``[m, d]``.
            k: How many, at least 1.
            allowed: Rows that may be found, shape ``[n]``; None: all.

        Returns:
            Scores, best first, and row numbers, each of shape ``[m, k]``; a row number of -1
            fills the places where fewer are found.

        Raises:
            ValueError: ``allowed`` is not about these rows.
        """
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        parameters = self._parameters(allowed)
        found: tuple[NDArray[np.float32], NDArray[np.int64]]
        with _one_thread():
            found = self._index.search(rows, k, params=parameters)
        return found

    def _parameters(self, allowed: NDArray[np.bool_] | None) -> Any:
        """Say how to search; the bitmap behind a selector lives as long as what is returned."""
        selector: dict[str, Any] = {}
        if allowed is not None:
            if allowed.shape != (self.size,):
                raise ValueError(f"{self.size} rows, but shape {allowed.shape} of allowed ones.")
            selector["sel"] = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        if self._probe:
            return faiss.SearchParametersIVF(nprobe=self._lists(allowed), **selector)
        return faiss.SearchParameters(**selector) if selector else None

    def _lists(self, allowed: NDArray[np.bool_] | None) -> int:
        """Return how many lists to look into: the rarer the allowed rows, the more."""
        if allowed is None:
            return self._probe
        rarity = self.size / max(1, np.count_nonzero(allowed))
        return int(min(self._index.nlist, math.ceil(self._probe * rarity)))

    def _add(self, vectors: NDArray[Any]) -> None:
        for _, block in _blocks(vectors):
            self._index.add(block)

    def _tune(self, vectors: NDArray[Any]) -> None:
        """Probe more lists until enough of the samples' neighbours are found."""
        picked = np.linspace(0, self.size - 1, min(PROBES, self.size)).astype(np.int64)
        sample = np.ascontiguousarray(vectors[picked], dtype=np.float32)
        # each sample is its own nearest, which proves nothing: it is left out of both
        truth = _nearest(sample, vectors, 11)[:, 1:]
        self._probe = min(4, self._index.nlist)
        while True:
            parameters = faiss.SearchParametersIVF(nprobe=self._probe)
            found = self._index.search(sample, 11, params=parameters)[1][:, 1:]
            shares = [np.isin(t, f).mean() for t, f in zip(truth, found, strict=True)]
            self.recall = float(np.mean(shares))
            if self.recall >= TARGET_RECALL or self._probe >= self._index.nlist:
                return
            self._probe = min(self._probe * 2, self._index.nlist)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep FAISS to one thread; OpenMP counts threads per calling thread, so this is per call."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _blocks(vectors: NDArray[Any]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield the rows in blocks of float32, each with the number of its first row."""
    for first in range(0, len(vectors), BLOCK):
        yield first, np.ascontiguousarray(vectors[first : first + BLOCK], dtype=np.float32)


def _exact(dimension: int, *, halves: bool) -> Any:
    if halves:
        half = faiss.ScalarQuantizer.QT_fp16
        return faiss.IndexScalarQuantizer(dimension, half, faiss.METRIC_INNER_PRODUCT)
    return faiss.IndexFlatIP(dimension)


def _inverted_file(vectors: NDArray[Any], *, halves: bool) -> Any:
    """Train an inverted file with about four lists a square root of the rows, the usual size."""
    size, dimension = vectors.shape
    lists = min(size, int(4 * math.sqrt(size)))
    quantizer = faiss.IndexFlatIP(dimension)
    metric, half = faiss.METRIC_INNER_PRODUCT, faiss.ScalarQuantizer.QT_fp16
    if halves:
        index = faiss.IndexIVFScalarQuantizer(quantizer, dimension, lists, half, metric)
        index.by_residual = False  # the rows as they are: their scores stay exact
    else:
        index = faiss.IndexIVFFlat(quantizer, dimension, lists, metric)
    index.cp.niter = 6
    index.cp.min_points_per_centroid = 1  # a small test's lists are small, and that is no fault
    index.train(np.ascontiguousarray(vectors[:: max(1, size // (40 * lists))], dtype=np.float32))
    return index


def _nearest(sample: NDArray[np.float32], vectors: NDArray[Any], k: int) -> NDArray[np.int64]:
    """Return the exact k nearest rows of each sample, best first, shape ``[m, k]``."""
    scores = np.empty((len(sample), 0), dtype=np.float32)
    rows = np.empty((len(sample), 0), dtype=np.int64)
    for first, block in _blocks(vectors):
        numbers = np.broadcast_to(np.arange(first, first + len(block)), (len(sample), len(block)))
        scores = np.hstack([scores, sample @ block.T])
        rows = np.hstack([rows, numbers])
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        scores, rows = np.take_along_axis(scores, best, 1), np.take_along_axis(rows, best, 1)
    return rows
