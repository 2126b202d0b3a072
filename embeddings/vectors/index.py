"""Nearest vectors with FAISS, by size: exact, then approximate with its recall measured."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import faiss
import numpy as np

from embeddings.errors import SnapshotError
from embeddings.vectors import inverted

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Rows = NDArray[Any]

ROWS, NEAR = ".rows.faiss", ".near.faiss"
"""How the names of files end that hold a matrix's rows, and what finds them when they are many."""
EXACT_UP_TO = 4_000
"""Rows up to which the search is exact: so many cost one core .2 ms a question, beyond which an
approximate index saves half of that or more (measured)."""
_MAPPED = faiss.IO_FLAG_MMAP_IFC


class Index(Protocol):
    """Rows of a matrix, found by inner product, wherever they are."""

    dimension: int

    @property
    def rows(self) -> Rows:
        """The matrix, float32 or float16 ``[n, d]``."""
        ...

    @property
    def kind(self) -> str:
        """What it is, as ``status`` shows it."""
        ...

    def search(
        self, vectors: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the scores and the rows of the k nearest to each vector, ``[m, k]``."""
        ...


class VectorIndex:
    """Rows of a matrix, found by inner product; never changed once made.

    Rows of float16 are kept as they are, at half the memory. Scores are exact to the rounding of
    float32, those of an approximate search too.

    Args:
        rows: float32 or float16, shape ``[n, d]``, of length 1; may be memory-mapped.
        exact: Finds all of them.
        near: Finds most of them, and faster; None: the search is exact.
        recall: The share of the ten nearest that ``near`` finds.
    """

    def __init__(self, rows: Rows, exact: Any, near: Any = None, recall: float = 1.0) -> None:
        self.rows = rows
        self.size, self.dimension = rows.shape
        self.recall = recall
        self._exact = exact
        self._near = near

    @classmethod
    def of(cls, rows: Rows, *, exact_up_to: int = EXACT_UP_TO) -> VectorIndex:
        """Index rows in memory."""
        return cls(rows, _exact(rows), *(inverted.build(rows) if len(rows) > exact_up_to else ()))

    @classmethod
    def open(cls, folder: Path, name: str, recall: float = 1.0) -> VectorIndex:
        """Open what ``write`` wrote and measured; nothing is read before it is needed.

        Raises:
            SnapshotError: It is not there or cannot be read.
        """
        rows = map_rows(folder / f"{name}{ROWS}")
        exact, near = _open(folder / f"{name}{ROWS}"), folder / f"{name}{NEAR}"
        if not near.exists():
            return cls(rows, exact)
        _read_ahead(near)
        return cls(rows, exact, _open(near), recall)

    @property
    def kind(self) -> str:
        """What it is, as ``status`` shows it."""
        exact = "SQfp16" if self.rows.dtype == np.float16 else "Flat"
        if self._near is None:
            return exact
        if self._near.nlist == 1:
            return f"SQ8 recall@10={self.recall:.3f}"
        return f"IVF{self._near.nlist},SQ8 nprobe={self._near.nprobe} recall@10={self.recall:.3f}"

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
        asked = np.ascontiguousarray(vectors, dtype=np.float32)
        selector: dict[str, Any] = {}
        if allowed is not None:
            if allowed.shape != (self.size,):
                raise ValueError(f"{self.size} rows, but shape {allowed.shape} of allowed ones.")
            selector["sel"] = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        found: tuple[NDArray[np.float32], NDArray[np.int64]]
        with inverted.one_thread():
            if self._near is not None:
                lists = math.ceil(self._near.nprobe * self._rarity(allowed))
                return inverted.search(self._near, self.rows, asked, k, lists, **selector)
            parameters = faiss.SearchParameters(**selector) if selector else None
            found = self._exact.search(asked, k, params=parameters)
        return found

    def _rarity(self, allowed: NDArray[np.bool_] | None) -> float:
        """Return how rare the allowed rows are: the rarer, the more lists are looked into."""
        return 1.0 if allowed is None else self.size / max(1, np.count_nonzero(allowed))


@dataclass(frozen=True, slots=True)
class Before:
    """An index of which most rows are wanted again.

    Attributes:
        folder: Where it was written, under the same name.
        places: Where each of the rows was in it, int64 [n]; -1 for a new one.
    """

    folder: Path
    places: NDArray[np.int64]


def write(
    folder: Path,
    name: str,
    rows: Rows,
    *,
    exact_up_to: int = EXACT_UP_TO,
    before: Before | None = None,
) -> float:
    """Write rows, and what finds them when they are many, for ``VectorIndex.open``.

    Args:
        folder: Where to.
        name: What the rows are called.
        rows: float32 or float16, shape ``[n, d]``, of length 1.
        exact_up_to: The number of rows above which the search becomes approximate.
        before: What may be taken over.

    Returns:
        The share of the ten nearest rows that a search finds, as measured on some of them.

    Raises:
        OSError: The files cannot be written.
    """
    _save(_exact(rows), folder / f"{name}{ROWS}")
    if len(rows) <= exact_up_to:
        return 1.0
    near = before.folder / f"{name}{NEAR}" if before else None
    if before and near and near.exists():
        index, recall = inverted.rebuild(rows, _open(near), before.places)
    else:
        index, recall = inverted.build(rows)
    _save(index, folder / f"{name}{NEAR}")
    return recall


def map_rows(path: Path) -> Rows:
    """Map the rows of a file that ``write`` wrote, read-only, shape ``[n, d]``.

    Raises:
        SnapshotError: It is not there or is another file.
    """
    return np.asarray(_Rows(_opened(path)))


class _Rows:
    """The rows of a flat index that is mapped, for numpy, whose array keeps the index.

    https://numpy.org/doc/stable/reference/arrays.interface.html
    """

    def __init__(self, index: Any) -> None:
        self.index = index
        is_half = isinstance(index, faiss.IndexScalarQuantizer)
        dtype = np.dtype(np.float16 if is_half else np.float32)
        codes = faiss.rev_swig_ptr(index.codes.data(), index.codes.size())
        rows = codes.view(dtype).reshape(index.ntotal, index.d)
        rows.flags.writeable = False
        self.__array_interface__ = rows.__array_interface__


def _save(index: Any, path: Path) -> None:
    faiss.write_index(index, str(path))


def _open(path: Path) -> Any:
    try:
        return faiss.read_index(str(path), _MAPPED)
    except RuntimeError as error:
        raise SnapshotError(f"{path} cannot be read: {error}.") from error


def _read_ahead(path: Path) -> None:
    """Have the system read a file that will be wanted soon, where it can do that."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)


def _exact(rows: Rows) -> Any:
    """Return an index that compares them all."""
    if rows.dtype == np.float16:
        half = faiss.ScalarQuantizer.QT_fp16
        index = faiss.IndexScalarQuantizer(rows.shape[1], half, faiss.METRIC_INNER_PRODUCT)
    else:
        index = faiss.IndexFlatIP(rows.shape[1])
    for block in inverted.blocks(rows):
        index.add(block)
    return index
