"""A small real encoder that counts its calls, and articles to search with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

DIMENSION = 64


@dataclass
class WordEncoder:
    """Texts as bags of hashed words: near when they share words; remembers what it encoded."""

    model_id: str = "words==1"
    dimension: int = DIMENSION
    encoded: list[str] = field(default_factory=list)
    delay: float = 0.0

    def encode_query(self, text: str) -> NDArray[np.float32]:
        return self._vector(text)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.full(DIMENSION, 1e-3, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[crc32(word.encode()) % DIMENSION] += 1
        return vector / np.linalg.norm(vector)
