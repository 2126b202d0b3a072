"""A small real encoder that counts its calls, and articles to search with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from embeddings.ranking.maxsim import Encoding

DIMENSION = 64


@dataclass
class WordEncoder:
    """Texts as bags of hashed words: near when they share words; remembers what it encoded."""

    model_id: str = "words==1"
    dimension: int = DIMENSION
    encoded: list[str] = field(default_factory=list)
    delay: float = 0.0

    def encode_query(self, text: str) -> Encoding:
        return Encoding(text, self._vector(text))

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.full(DIMENSION, 1e-3, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[crc32(word.encode()) % DIMENSION] += 1
        return vector / np.linalg.norm(vector)


@dataclass
class TokenWordEncoder(WordEncoder):
    """The same encoder, with a vector for each token."""

    model_id: str = "word tokens==1"
    token_dimension: int = DIMENSION

    def encode_query(self, text: str) -> Encoding:
        words = text.split()
        tokens = np.array([self._vector(word) for word in words], np.float32)
        return Encoding(text, self._vector(text), tokens.reshape(-1, DIMENSION), tuple(words))

    def encode_document(self, text: str) -> Encoding:
        self.encoded.append(text)
        return self.encode_query(text)
