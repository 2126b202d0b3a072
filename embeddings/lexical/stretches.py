"""Rows that lie in stretches of a longer array; pure numpy."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class Rows:
    """Rows of two matrices, which are taken from them as numpy does.

    Args:
        base: m rows, which earlier snapshots have too; some may be used no more.
        more: Those that came later, of the same type.
        places: Where each row is: in the first, or m further on in the other, int32 [rows].
    """

    def __init__(self, base: NDArray[Any], more: NDArray[Any], places: NDArray[np.int32]) -> None:
        self.base, self.more, self.places = base, more, places
        self.dtype = more.dtype

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.places)

    def __getitem__(self, which: Any) -> NDArray[Any]:
        """Return some rows."""
        places = self.places[which]
        late = places >= len(self.base)
        found = self.base[np.where(late, 0, places)]
        found[late] = self.more[places[late] - len(self.base)]
        return found


def gather(first: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Return the positions ``first[r]:first[r + 1]`` of all rows, and which row each is of."""
    begins = first[rows]
    lengths = first[rows + 1] - begins
    owner = np.repeat(np.arange(len(rows)), lengths)
    return np.arange(len(owner)) + (begins + lengths - np.cumsum(lengths))[owner], owner


def stretches(lengths: Ints | Sequence[int]) -> Ints:
    """Return where stretches of some lengths begin, and where the last one ends, int64 [n + 1]."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Runs:
    """How rows come together of old ones and of new ones: stretches of both, in order.

    Attributes:
        pieces: Of each stretch whether it is of the new rows, its first row there, and one past
            its last.
    """

    pieces: tuple[tuple[bool, int, int], ...]

    def __len__(self) -> int:
        """Return how many rows there are together."""
        return sum(end - begin for _, begin, end in self.pieces)

    @classmethod
    def merge(cls, names: Sequence[str], change: Mapping[str, object]) -> Runs:
        """Return what a change makes of ascending names: None for one gone, else a new row each."""
        pieces, begin, new = [], 0, 0
        for name in sorted(change):
            at = bisect_left(names, name)
            pieces.append((False, begin, at))
            begin = at + (names[at : at + 1] == [name])
            if change[name] is not None:
                pieces.append((True, new, new + 1))
                new += 1
        return cls((*pieces, (False, begin, len(names))))

    def renumber(self, size: int, *, is_new: bool) -> NDArray[np.int32]:
        """Return where each of so many old or new rows comes, int32; -1 for one that is gone."""
        places, at = np.full(size, -1, np.int32), 0
        for kind, begin, end in self.pieces:
            if kind == is_new:
                places[begin:end] = np.arange(at, at + end - begin)
            at += end - begin
        return places

    def within(self, old: Ints, new: Ints) -> Runs:
        """Return the same of what the rows are made of, given where each begins, int64 [n + 1]."""
        first = old, new
        return Runs(tuple((n, int(first[n][a]), int(first[n][b])) for n, a, b in self.pieces))

    def join(self, old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
        """Return the rows of both as they come together."""
        parts = [(new if is_new else old)[a:b] for is_new, a, b in self.pieces]
        return np.concatenate([new[:0], *parts])

    def join_stretches(self, old: Ints, new: Ints) -> Ints:
        """Return where what the rows are made of begins, once they are together."""
        return stretches(self.join(np.diff(old), np.diff(new)))
