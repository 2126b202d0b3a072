"""The tokens of passages and titles: taken over where the text did not change, the rest made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embeddings.lexical.stretches import gather, stretches
from embeddings.ranking.maxsim import STEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from embeddings.vectors.encoder import TokenEncoder

    Ints = NDArray[np.int64]
    Bytes = NDArray[np.int8]

TOKENS = "tokens_"
"""How the names of the arrays begin that ``ranking.evidence.Tokens`` is made of."""
MOST = 127
"""The greatest number that a byte keeps."""


class TokenKeeper:
    """Encodes documents, and keeps the tokens of some of them.

    Args:
        encoder: What reads a text.
        texts: Which texts' tokens are kept.
    """

    def __init__(self, encoder: TokenEncoder, texts: Sequence[str]) -> None:
        self._encoder = encoder
        self._wanted = frozenset(texts)
        self._tokens: dict[str, Bytes] = {}

    @property
    def lacking(self) -> list[str]:
        """The texts that are wanted and were not encoded yet."""
        return sorted(self._wanted - self._tokens.keys())

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of texts, float32 [n, d]."""
        return np.stack([self._vector(text) for text in texts])

    def join(
        self, texts: Sequence[str], rows: Ints, before: tuple[Bytes, Ints] | None
    ) -> tuple[Bytes, Ints]:
        """Return the tokens of texts, one after the other, int8 [N, t], and where each begins.

        Args:
            texts: Those of the places without a row, in order.
            rows: Where each text was before, int64 [n]; -1 for one that was made.
            before: The tokens and their beginnings that the rows are of.
        """
        made, fresh, there = [self._tokens[t] for t in texts], rows < 0, np.flatnonzero(rows >= 0)
        lengths = np.empty(len(rows), np.int64)
        lengths[fresh] = [len(each) for each in made]
        if before:
            lengths[there] = np.diff(before[1])[rows[there]]
        first = stretches(lengths)
        found = np.empty((first[-1], self._encoder.token_dimension), np.int8)
        for place, each in zip(np.flatnonzero(fresh), made, strict=True):
            found[first[place] : first[place + 1]] = each
        if before:
            found[gather(first, there)[0]] = before[0][gather(before[1], rows[there])[0]]
        return found, first

    def _vector(self, text: str) -> NDArray[np.float32]:
        read = self._encoder.read_document(text)
        if text in self._wanted:
            self._tokens[text] = np.clip(np.rint(read.tokens / STEP), -MOST, MOST).astype(np.int8)
        return read.vector
