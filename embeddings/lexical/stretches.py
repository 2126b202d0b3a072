"""Rows that lie in stretches of a longer array, and what is kept as such arrays; pure numpy."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

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


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What is made of arrays alone, each of them a field, and kept as they are."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what ``from_arrays`` makes the same of."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return that whose ``arrays()`` these are; they may be memory-mapped."""
        return cls(**{field.name: arrays[field.name] for field in fields(cls)})
