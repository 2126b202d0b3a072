"""Nearest vectors with FAISS, by size: exact, then approximate with its recall measured."""

from __future__ import annotations

import errno
import math
import os
from typing import TYPE_CHECKING, Any, Protocol

import faiss
import numpy as np

from embeddings.errors import SnapshotError
from embeddings.vectors import inverted

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from embeddings.lexical.postings import Bools, Floats, Ints
    from embeddings.lexical.stretches import Rows

    Matrix = NDArray[Any]

NEAR = ".near.faiss"
"""How the name of the file ends that finds a matrix's rows when they are many."""
EXACT_UP_TO = 4_000
"""Rows up to which the search is exact: so many cost one core .2 ms a question, beyond which an
approximate index saves half of that or more (measured)."""


class Index(Protocol):
    """Rows of a matrix, found by inner product, wherever they are."""

    dimension: int

    @property
    def rows(self) -> Any:
        """The matrix, float32 or float16 ``[n, d]``; an array, or ``Rows``."""
        ...

    @property
    def kind(self) -> str:
        """What it is, as ``status`` shows it."""
        ...

    def search(self, vectors: Floats, k: int, allowed: Bools | None = None) -> tuple[Floats, Ints]:
        """Return the scores and the rows of the k nearest to each vector, ``[m, k]``."""
        ...


class VectorIndex:
    """Rows of a matrix, found by inner product; never changed once made.

    Rows of float16 are kept as they are, at half the memory. Scores are exact to the rounding of
    float32, those of an approximate search too.

    Args:
        rows: float32 or float16, shape ``[n, d]``, of length 1; may be memory-mapped.
        near: Finds most of them; None: all of them are compared.
        recall: The share of the ten nearest that ``near`` finds.
    """

    def __init__(self, rows: Matrix, near: Any = None, recall: float = 1.0) -> None:
        self.rows = rows
        self.size, self.dimension = rows.shape
        self.recall = recall
        self._near = near
        self._wide = np.ascontiguousarray(rows, np.float32) if near is None else None

    @classmethod
    def of(cls, rows: Matrix, *, exact_up_to: int = EXACT_UP_TO) -> VectorIndex:
        """Index rows in memory."""
        return cls(rows, *(inverted.build(rows) if len(rows) > exact_up_to else ()))

    @classmethod
    def open(cls, rows: Matrix, folder: Path, name: str, recall: float = 1.0) -> VectorIndex:
        """Open what ``write`` wrote and measured, to be read at need; raises SnapshotError."""
        near = folder / f"{name}{NEAR}"
        if not near.exists():
            return cls(rows)
        _read_ahead(near)
        return cls(rows, _open(near), recall)

    @property
    def kind(self) -> str:
        """What it is, as ``status`` shows it."""
        if self._near is None:
            return "exact"
        lists = f"IVF{self._near.nlist}," if self._near.nlist > 1 else ""
        probes = f" nprobe={self._near.nprobe}" if lists else ""
        return f"{lists}PQ{self._near.pq.M}x4{probes} recall@10={self.recall:.3f}"

    def search(self, vectors: Floats, k: int, allowed: Bools | None = None) -> tuple[Floats, Ints]:
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
        asked = np.ascontiguousarray(vectors, dtype=np.float32)
        if allowed is not None and allowed.shape != (self.size,):
            raise ValueError(f"{self.size} rows, but shape {allowed.shape} of allowed ones.")
        with inverted.one_thread():
            if self._wide is not None:
                return _compare(self._wide, asked, k, allowed)
            narrowed: dict[str, Any] = {}
            if allowed is not None:  # the rarer they are, the more lists are looked into
                lists = math.ceil(self._near.nprobe * self.size / max(1, np.count_nonzero(allowed)))
                narrowed["nprobe"] = min(lists, self._near.nlist)
                narrowed["sel"] = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
            return inverted.search(self._near, self.rows, asked, k, **narrowed)


def _compare(rows: Floats, asked: Floats, k: int, allowed: Bools | None) -> tuple[Floats, Ints]:
    """Search all rows, or the allowed ones of them."""
    of = np.arange(len(rows)) if allowed is None else np.flatnonzero(allowed)
    if not len(of):
        return np.full((len(asked), k), -np.inf, np.float32), np.full((len(asked), k), -1)
    some = rows if allowed is None else rows[of]
    scores, places = faiss.knn(asked, some, k, faiss.METRIC_INNER_PRODUCT)
    return scores, np.where(places < 0, -1, of[places])


class Joined:
    """An index as ``VectorIndex`` of rows in two matrices, given that of the first."""

    def __init__(self, base: VectorIndex, rows: Rows) -> None:
        self.rows: Any = rows
        self.dimension, self.kind = base.dimension, base.kind
        self._row_of = np.full(base.size + len(rows.more), -1)
        self._row_of[rows.places] = np.arange(len(rows))
        self._parts = base, VectorIndex(rows.more)

    def search(self, vectors: Floats, k: int, allowed: Bools | None = None) -> tuple[Floats, Ints]:
        """Find the k nearest rows; see ``VectorIndex.search``."""
        wanted = self._row_of >= 0
        if allowed is not None:
            wanted[self.rows.places] = allowed
        found, first = [], 0
        for part in self._parts:
            here = wanted[first : first + part.size]
            scores, places = part.search(vectors, k, None if here.all() else here)
            found.append((scores, np.where(places < 0, -1, self._row_of[first + places])))
            first += part.size
        scores, rows = (np.concatenate(each, axis=1) for each in zip(*found, strict=True))
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(scores, order, 1), np.take_along_axis(rows, order, 1)


def write(folder: Path, name: str, rows: Matrix, *, exact_up_to: int = EXACT_UP_TO) -> float:
    """Write what finds rows of that name when they are many, for ``VectorIndex.open``.

    Returns:
        The share of the ten nearest rows that a search finds, as measured on some of them.

    Raises:
        OSError: The file cannot be written.
    """
    if len(rows) <= exact_up_to:
        return 1.0
    index, recall = inverted.build(rows)
    _save(index, folder / f"{name}{NEAR}")
    return recall


def _save(index: Any, path: Path) -> None:
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:  # FAISS's own, of a full disk as well
        raise OSError(errno.EIO, str(error), str(path)) from error


def _open(path: Path) -> Any:
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise SnapshotError(f"{path} cannot be read: {error}.") from error


def _read_ahead(path: Path) -> None:
    """Have the system read a file that will be wanted soon, where it can do that."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)
