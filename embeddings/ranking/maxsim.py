"""How near vectors are to a question's, and tokens of passages and titles to its; pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.lexical.stretches import stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embeddings.lexical.bm25 import Floats, Ints

STEP = 1 / 200
"""Numbers of tokens are kept in a byte, in steps of this: one in ten thousand is greater than 127
of them, and is cut."""
_KEPT, _RAISED = np.uint32(0x8FFFE000).astype(np.int32), np.float32(2.0**112)
"""What is left of a half moved up by 13 bits with its sign: a single, 2**112 times too small."""


def products(rows: NDArray[Any], vector: Floats) -> Floats:
    """Return the inner products of some rows with a vector, float32 [n].

    Numbers in half precision are read as the bits that they are in single, less what both
    exponents count from, by which the vector is raised: a third of the time that numpy converts
    in, to the same bit.

    Args:
        rows: float32 or float16 [n, d]; finite.
        vector: float32 [d], below 2**15.
    """
    if rows.dtype != np.float16:
        return np.asarray(rows @ vector, np.float32)
    bits = rows.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= _KEPT
    return np.asarray(bits.view(np.float32) @ (vector * _RAISED), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """Vectors of the tokens of passages and of titles, in steps of ``STEP``.

    Attributes:
        rows: Those of all passages, int8 [N, t].
        first: Tokens of passage p: ``rows[first[p]:first[p + 1]]``, int64 [P + 1].
        titles: Those of the titles of all articles, int8 [M, t].
        title_first: Tokens of title a: ``titles[title_first[a]:title_first[a + 1]]``, [A + 1].
    """

    rows: NDArray[np.int8]
    first: Ints
    titles: NDArray[np.int8]
    title_first: Ints

    def nearest(self, tokens: Floats, passages: Ints, articles: NDArray[np.int32]) -> Floats:
        """Return the greatest cosine of each of a question's tokens to any of a passage's.

        Those of its title count as its own (MaxSim; Khattab and Zaharia, 2020).

        Args:
            tokens: The question's, float32 [q, t].
            passages: Which passages, int64 [n].
            articles: The article of each, int32 [n].

        Returns:
            float32 [n, q]; -1 where a passage has no token.
        """
        names, of = np.unique(articles.astype(np.int64), return_inverse=True)
        own = _greatest(tokens, self.rows, self.first, passages)
        return np.maximum(own, _greatest(tokens, self.titles, self.title_first, names)[of])

    def of(self, passages: Ints, articles: NDArray[np.int32]) -> Tokens:
        """Return the tokens of some passages alone, and of their articles, both ascending."""
        named = np.unique(articles).astype(np.int64)
        titles = _cut(self.titles, self.title_first, named)
        return Tokens(*_cut(self.rows, self.first, passages), *titles)


def _cut(rows: NDArray[np.int8], first: Ints, which: Ints) -> tuple[NDArray[np.int8], Ints]:
    """Return some stretches alone, and where each begins then."""
    some = [rows[a:b] for a, b in zip(first[which], first[which + 1], strict=True)]
    return np.concatenate([rows[:0], *some]), stretches(first[which + 1] - first[which])


def _greatest(tokens: Floats, rows: NDArray[np.int8], first: Ints, which: Ints) -> Floats:
    """Return the greatest product of each token with any row of some stretches, [n, q]."""
    some, begins = _cut(rows, first, which)
    found = np.full((len(which), len(tokens)), -1.0, np.float32)
    there = np.flatnonzero(np.diff(begins))
    cosine = some.astype(np.float32) @ (tokens.T * np.float32(STEP))
    found[there] = np.maximum.reduceat(cosine, begins[there], axis=0)
    return found
