"""Rows that lie in stretches of a longer array, such as the tokens of lines; pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def gather(first: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Return the positions ``first[r]:first[r + 1]`` of all rows, and which row each is of."""
    lengths = first[rows + 1] - first[rows]
    owner = np.repeat(np.arange(len(rows)), lengths)
    before = np.cumsum(lengths) - lengths
    return np.arange(len(owner)) - before[owner] + first[rows][owner], owner


def stretches(lengths: Ints) -> Ints:
    """Return where stretches of some lengths begin, and where the last one ends, int64 [n + 1]."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def chain(first: Ints, other: Ints) -> Ints:
    """Return where stretches begin when others follow them."""
    return np.concatenate([first, other[1:] + first[-1]])
