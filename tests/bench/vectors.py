"""Vectors for corpora that the model would take hours for: real ones, recombined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from embeddings.vectors import light
from tests.bench.words import Model

WORDS = 2048
"""Words whose real vectors stand for all others."""
COMMON = 0.3


class Recombined:
    """A text's vector is the mean of its words' vectors; each word's is one of WORDS real ones.

    Frequent words count COMMON of what others do. Such vectors lie much as real ones do: texts
    that share words are near, and those of one article lie together. A question still goes through
    the real model, so that it takes as long.
    """

    model_id = "recombined==1"
    dimension = light.DIMENSION

    def __init__(self) -> None:
        model = Model()
        words = [model.word(rank) for rank in range(1, WORDS + 1)]
        self._common = {word.lower() for word in model.common}
        bank = light.encode(words)
        self._bank = bank - bank.mean(axis=0)  # else all texts would be near each other
        self._row: dict[str, tuple[int, float]] = {}

    def encode_query(self, text: str) -> NDArray[np.float32]:
        light.encode([text])
        return self.encode_documents([text])[0]

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._vector(text) for text in texts], np.float32)

    def _vector(self, text: str) -> NDArray[np.float32]:
        pairs = [self._of(word) for word in re.findall(r"\w{4,}", text)] or [(0, 1.0)]
        rows, weights = zip(*pairs, strict=True)
        total = np.array(weights, np.float32) @ self._bank[list(rows)]
        return total / np.linalg.norm(total)

    def _of(self, word: str) -> tuple[int, float]:
        if word not in self._row:
            weight = COMMON if word.lower() in self._common else 1.0
            self._row[word] = crc32(word.lower().encode()) % WORDS, weight
        return self._row[word]
