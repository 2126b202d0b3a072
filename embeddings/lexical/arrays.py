"""The arrays of an index: offsets, merges of old and new rows, and postings; pure numpy."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Matrix = NDArray[Any]

K1 = 1.0
B = 0.5
"""Parameters of Okapi BM25 (Robertson and Zaragoza, 2009): the best of those tried on both sets."""
STEP = (K1 + 1) / 250
"""BM25 weights of postings, in [0, K1 + 1), are kept in one byte, in steps of this."""
TINY = 1e-9
SLACK = 1e-5
"""By how much a score may differ if its terms are added in another order."""
ENOUGH = 0.5
"""Reading stops once the frequent terms left could add less than this share of the k-th score; they
are then looked up. A smaller share reads more postings, a greater one looks up more passages."""
FIRST, GROWTH = 16_000, 3.0
"""Postings in the first batch, and the growth of the number read with each batch after it; after
each batch, the k-th score is found anew."""
POSTINGS = ("passages", "counts", "impacts")
"""Names of an index's arrays with a value for each posting."""
AT_ONCE = 1 << 16
"""Postings merged at a time, in memory that is used again: new memory costs more than the merge."""


class SplitMatrix:
    """A matrix whose rows lie in two arrays, indexed as a numpy array is.

    Args:
        base: The file that earlier snapshots share, m rows; some may be unused.
        extra: Rows that were added later, of the same dtype.
        positions: For each row, its index in ``base``, or m plus its index in ``extra``, int32.
    """

    def __init__(self, base: Matrix, extra: Matrix, positions: NDArray[np.int32]) -> None:
        self.base, self.extra, self.positions = base, extra, positions
        self.dtype = extra.dtype

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.positions)

    def __getitem__(self, index: Any) -> Matrix:
        """Return a copy of the rows that a numpy index selects."""
        positions = self.positions[index]
        is_extra = positions >= len(self.base)
        rows = self.base[np.where(is_extra, 0, positions)]
        rows[is_extra] = self.extra[positions[is_extra] - len(self.base)]
        return rows


def gather(first: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Return all positions in ``first[r]:first[r + 1]`` of all rows r, and the index of each r."""
    begins = first[rows]
    lengths = first[rows + 1] - begins
    owner = np.repeat(np.arange(len(rows)), lengths)
    return np.arange(len(owner)) + (begins + lengths - np.cumsum(lengths))[owner], owner


def to_offsets(lengths: Ints | Sequence[int]) -> Ints:
    """Return the offsets of consecutive slices of these lengths, and the end, int64 [n + 1]."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


@dataclass(frozen=True, slots=True)
class RowMerge:
    """The order in which slices of old rows and of new rows make up merged rows.

    Attributes:
        pieces: For each slice, whether its rows are new, its first row, and one past its last.
    """

    pieces: tuple[tuple[bool, int, int], ...]

    def __len__(self) -> int:
        """Return the number of merged rows."""
        return sum(end - begin for _, begin, end in self.pieces)

    @classmethod
    def plan(cls, ids: Sequence[str], change: Mapping[str, object]) -> Self:
        """Plan a change to ascending ids: None drops a row; any other value sets it."""
        pieces, begin, new = [], 0, 0
        for name in sorted(change):
            at = bisect_left(ids, name)
            pieces.append((False, begin, at))
            begin = at + (ids[at : at + 1] == [name])
            if change[name] is not None:
                pieces.append((True, new, new + 1))
                new += 1
        return cls((*pieces, (False, begin, len(ids))))

    def renumber(self, size: int, *, is_new: bool) -> NDArray[np.int32]:
        """Return the merged position of each of ``size`` old or new rows, int32; -1: dropped."""
        positions, at = np.full(size, -1, np.int32), 0
        for kind, begin, end in self.pieces:
            if kind == is_new:
                positions[begin:end] = np.arange(at, at + end - begin)
            at += end - begin
        return positions

    def expand(self, old: Ints, new: Ints) -> "RowMerge":
        """Return the merge of the rows' parts, from the offsets of both sides, int64 [n + 1]."""
        first = old, new
        return RowMerge(tuple((n, int(first[n][a]), int(first[n][b])) for n, a, b in self.pieces))

    def join(self, old: Matrix, new: Matrix) -> Matrix:
        """Return the merged rows of two arrays."""
        parts = [(new if is_new else old)[a:b] for is_new, a, b in self.pieces]
        return np.concatenate([new[:0], *parts])

    def join_offsets(self, old: Ints, new: Ints) -> Ints:
        """Return the merged offsets of the rows' parts, int64 [n + 1]."""
        return to_offsets(self.join(np.diff(old), np.diff(new)))


def join(
    old: Mapping[str, Matrix], new: Mapping[str, Matrix], merge: RowMerge
) -> tuple[dict[str, NDArray[Any]], tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """Merge the inverted index of some passages with that of new ones, and compute the weights.

    The result depends on the merged passages alone, not on the order of the merges. ``old`` has the
    arrays of a ``bm25.Lexical``, ``new`` those of ``words.invert``. Returns the arrays but for the
    tokens, and the new row of each old and each new term.
    """
    keys = np.sort(np.concatenate([old["keys"], new["keys"]]), kind="stable")  # 2 sorted runs
    keys = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]
    new = {**new, "impacts": np.zeros_like(new["counts"])}  # computed here
    rows = [np.searchsorted(keys, index["keys"]) for index in (old, new)]
    moved = [merge.renumber(len(i["lengths"]), is_new=i is new) for i in (old, new)]
    lengths, used = merge.join(old["lengths"], new["lengths"]), np.zeros(len(keys), np.int64)
    norms = (K1 * (1 - B + B * lengths / _means(lengths))).astype(np.float32)
    are_stale = (_means(lengths) != _means(old["lengths"])).any()  # on which all weights depend
    size, end = len(old["passages"]) + len(new["passages"]), 0
    joined = {name: np.empty(size, old[name].dtype) for name in POSTINGS}
    step = 1 + AT_ONCE * len(keys) // (size + 1)  # digests spread the postings evenly
    for begin in range(0, len(keys), step):
        terms = keys[begin : begin + step]
        select = partial(_select, begin, len(terms))
        (ours, left), (theirs, right) = map(select, (old, new), rows, moved)
        used[begin : begin + step] = ours + theirs
        at = np.searchsorted(left["order"], right["order"])
        block = {name: np.insert(left[name], at, right[name]) for name in POSTINGS}
        stale = slice(None) if are_stale else at + np.arange(len(at))
        is_gram = np.repeat(terms & 1, ours + theirs)[stale].astype(np.int64)
        norm, count = norms[block["passages"][stale], is_gram], block["counts"][stale]
        weights = count * np.float32(K1 + 1) / (count + norm)
        block["impacts"][stale] = np.minimum(np.rint(weights / np.float32(STEP)), 255)
        begin_, end = end, end + len(block["counts"])
        for name, array in block.items():
            joined[name][begin_:end] = array
    is_used = used > 0
    joined = {name: array[:end] for name, array in joined.items()}
    first, impacts = to_offsets(used[is_used]), joined["impacts"]
    most = np.maximum.reduceat(impacts, first[:-1]) if end else impacts
    joined |= {"keys": keys[is_used], "first": first, "most": most, "lengths": lengths}
    row = (np.cumsum(is_used) - 1).astype(np.int32)
    return joined, (row[rows[0]], row[rows[1]])


def _select(
    begin: int, count: int, index: Mapping[str, Matrix], rows: Ints, moved: NDArray[np.int32]
) -> tuple[Ints, dict[str, Matrix]]:
    """Return how many postings a merge leaves ``count`` of its terms, int64, and their arrays.

    ``rows`` are those of the index's terms among all, and ``moved`` the new ones of its passages.
    The array ``order`` ascends by term, then by passage.
    """
    low, high = rows.searchsorted([begin, begin + count])
    first, used = index["first"][low : high + 1], np.zeros(count, np.int64)
    arrays = {name: index[name][first[0] : first[-1]] for name in POSTINGS}
    arrays["passages"] = moved.take(arrays["passages"])
    kept = arrays["passages"] >= 0
    if low < high:
        used[rows[low:high] - begin] = np.add.reduceat(kept, first[:-1] - first[0], dtype=np.int64)
    arrays = {name: array[kept] for name, array in arrays.items()}
    arrays["order"] = np.repeat(np.arange(count) << 32, used) + arrays["passages"]
    return used, arrays


def _means(lengths: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return mean lengths in words and 4-grams, rounded so that few new passages change them."""
    share, power = np.frexp(lengths.mean(axis=0) if len(lengths) else np.ones(2))
    return np.asarray(np.maximum(np.ldexp(np.rint(share * 256) / 256, power), TINY))


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """The postings of a question's terms, words or 4-grams, as slices of the index's postings.

    Attributes:
        passages: The passage of each posting of the index, ascending within a term, int32 [N].
        impacts: The weight of each posting, in steps, uint8 [N].
        first: Offset of the postings of each of the question's terms, int64 [T].
        end: One past their last, int64 [T].
        steps: What one step of each term adds to a passage's score, float32 [T].
        most: The most that each term adds to any score, float64 [T].
    """

    passages: NDArray[np.int32]
    impacts: NDArray[np.uint8]
    first: Ints
    end: Ints
    steps: Floats
    most: NDArray[np.float64]

    def select(self, own: slice | Ints) -> "Postings":
        """Return the postings of some of the terms."""
        first, end, steps = self.first[own], self.end[own], self.steps[own]
        return Postings(self.passages, self.impacts, first, end, steps, self.most[own])

    def locate(self, passages: NDArray[np.int32]) -> tuple[Ints, NDArray[np.bool_]]:
        """Return each term's posting in each passage, and whether there is one, both [T, n]."""
        slices = zip(self.first.tolist(), self.end.tolist(), strict=True)
        offsets = [self.passages[a:b].searchsorted(passages) for a, b in slices]
        at = np.array(offsets, np.int64).reshape(len(offsets), len(passages)) + self.first[:, None]
        np.minimum(at, self.end[:, None] - 1, out=at)  # no term is without postings
        return at, self.passages.take(at) == passages

    def score(self, at: Ints, is_there: NDArray[np.bool_]) -> Floats:
        """Return what the terms add to the scores of passages, located before, float32 [n]."""
        return np.asarray((is_there * self.steps[:, None] * self.impacts.take(at)).sum(axis=0))

    def find_best(self, total: Floats, k: int) -> Ints:
        """Return the passages with the k highest scores, but none that scores 0.

        Terms are added from rare to frequent. Once the terms left cannot lift a new passage into
        the best k, most postings are still unread. They are not read, but looked up for the
        passages that may be among the best (MaxScore; Turtle and Flood, 1995); none is missed.

        Args:
            total: Initial scores, float32 [P], minus infinity for a passage that is not allowed;
                overwritten.
            k: Most passages to return; of equal scores, the lowest rows.

        Returns:
            Rows of ``total``, int64, unordered.
        """
        order = np.argsort(self.end - self.first, kind="stable")
        first, end, steps = self.first[order], self.end[order], self.steps[order]
        spans, read = [*map(slice, first.tolist(), end.tolist())], np.cumsum(end - first)
        bounds = [*np.cumsum(self.most[order][::-1])[::-1].tolist(), 0.0]
        done, least, goal = 0, 0.0, float(FIRST)
        while done < len(order) and bounds[done] + SLACK >= ENOUGH * least:
            begin, done = done, max(done + 1, int(read.searchsorted(goal, "right")))
            own, step = spans[begin:done], np.repeat(steps[begin:done], (end - first)[begin:done])
            passages = np.concatenate([self.passages[each] for each in own])
            np.add.at(total, passages, step * np.concatenate([self.impacts[each] for each in own]))
            last = self.passages[own[-1]]  # a sample in which no passage comes twice
            least = max(least, _kth(total.take(last), k) - SLACK)
            goal = GROWTH * read[done - 1]
        found = np.flatnonzero(total > max(0.0, least - bounds[done])).astype(np.int32)
        sums = total[found]
        for term in range(done, len(order)):
            keep = sums >= _kth(sums, k) - bounds[term] - SLACK
            found = found[keep]
            own_postings = self.select(order[term : term + 1])
            sums = sums[keep] + own_postings.score(*own_postings.locate(found))
        return _top(found.astype(np.int64), sums, k)


def _top(rows: Ints, sums: Floats, k: int) -> Ints:
    """Return the rows with the k greatest sums; of equal sums, the first."""
    if len(sums) <= k:
        return rows
    least = _kth(sums, k)
    above, equal = rows[sums > least], rows[sums == least]
    return np.concatenate([above, equal[: k - len(above)]])


def _kth(scores: Floats, k: int) -> float:
    """Return the k-th greatest score; 0 if there are fewer than k."""
    at = len(scores) - k
    return float(np.partition(scores, at)[at]) if at >= 0 else 0.0
