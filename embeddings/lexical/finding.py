"""The best passages of some postings, without reading all of them; pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]

SLACK = 1e-5
"""What the sums of a question may differ by when they are taken in another order."""
ENOUGH = 0.5
"""What the frequent terms may still add, as a share of the least of the best, when they are left
to be looked up: less, and more postings are read; more, and more passages are looked up."""
OFTEN = 1.5
"""The least of the best is found anew when so many times as many postings were read."""


class Weighed(NamedTuple):
    """A question's terms: words first, then 4-grams.

    Attributes:
        rows: Their rows in the index, int64 [T].
        weights: What one step of an impact adds to a passage's score, float [T].
        words: How many of them are words.
    """

    rows: Ints
    weights: NDArray[np.floating]
    words: int

    def each(self) -> Iterator[tuple[int, float, bool]]:
        """Yield row, weight, and whether it is a 4-gram."""
        pairs = zip(self.rows.tolist(), self.weights.tolist(), strict=True)
        return ((row, weight, i >= self.words) for i, (row, weight) in enumerate(pairs))


class Postings(NamedTuple):
    """A term in a question.

    Attributes:
        passages: The passages that have it, ascending, int32.
        impacts: How much it counts in each, in steps, uint8.
        weight: What one step adds to a passage's score.
        most: The most that it adds to any.
        is_gram: Whether it is a 4-gram.
    """

    passages: NDArray[np.int32]
    impacts: NDArray[np.uint8]
    weight: np.float32
    most: float
    is_gram: bool


class Summed:
    """The scores of all passages, where they are few: BM25 as shares of the most possible.

    Args:
        sums: By words and by 4-grams, float32 [2, P].
    """

    def __init__(self, sums: Floats) -> None:
        self._sums = sums

    @classmethod
    def of(
        cls,
        weighed: Weighed,
        passages: NDArray[np.int32],
        impacts: NDArray[np.uint8],
        term: Ints,
        size: int,
    ) -> Summed:
        """Add up postings.

        Args:
            weighed: The question's terms.
            passages: The passage of each posting of all of them, one term after the other.
            impacts: How much the term counts there.
            term: Which term it is.
            size: P.
        """
        place = passages + (term >= weighed.words) * size
        sums = np.bincount(place, weighed.weights[term] * impacts, 2 * size)
        return cls(sums.reshape(2, size).astype(np.float32))

    def scores(self, passages: Ints) -> tuple[Floats, Floats]:
        """Return the scores of some passages by words and by 4-grams, two float32 [n] in [0, 1]."""
        return self._sums[0, passages], self._sums[1, passages]

    def best(self, k: int, allowed: Bools | None = None) -> Ints:
        """Return the passages with the greatest sums of both scores, those without any left out.

        Args:
            k: How many passages at the most.
            allowed: Which may be returned, bool [P]; None: all.

        Returns:
            int64, in no order.
        """
        total = self._sums.sum(axis=0)
        found = np.flatnonzero(total > 0 if allowed is None else (total > 0) & allowed)
        return _top(found, total[found], k)


class Listed:
    """The postings of a question's terms, where adding up all of them would take too long.

    Args:
        lists: The terms.
        size: P.
    """

    def __init__(self, lists: Sequence[Postings], size: int) -> None:
        self._lists = lists
        self._size = size

    def scores(self, passages: Ints) -> tuple[Floats, Floats]:
        """Return the scores of some passages by words and by 4-grams, each float32 [n]."""
        by_word, by_gram = (np.zeros(len(passages), np.float32) for _ in range(2))
        wanted = passages.astype(np.int32)  # of the postings' own type, or they would be copied
        for each in self._lists:
            look_up(each, wanted, by_gram if each.is_gram else by_word)
        return by_word, by_gram

    def best(self, k: int, allowed: Bools | None = None) -> Ints:
        """Return the passages with the greatest sums, as ``Summed.best`` does."""
        total = np.zeros(self._size, np.float32)
        if allowed is not None:
            total[~allowed] = -np.inf
        return best(self._lists, total, k)


def look_up(each: Postings, passages: NDArray[np.int32], scores: Floats) -> None:
    """Add what a term counts in some passages to their scores."""
    at = each.passages.searchsorted(passages)
    there = each.passages.take(at, mode="clip") == passages
    scores += there * each.weight * each.impacts.take(at, mode="clip")


def best(terms: Sequence[Postings], total: Floats, k: int) -> Ints:
    """Return the passages with the greatest sums, at most k, those without any term left out.

    Rare terms first: as soon as all that is left could not lift a new passage among the k best,
    the postings of the frequent terms, which are most of all, are only looked up for the passages
    that still may get there (MaxScore; Turtle and Flood, 1995). No passage is missed by that.

    Args:
        terms: The question's terms.
        total: Where the sums begin, float32 [P]; minus infinity for a passage that may not be
            returned. It is used up.
        k: How many passages at the most.

    Returns:
        Rows of ``total``, int64, in no order.
    """
    left = sorted(terms, key=lambda each: -len(each.passages))
    rest, least = sum(each.most for each in left), 0.0
    read, look_at = 0, 0.0
    while left and rest + SLACK >= ENOUGH * least:
        each = left.pop()
        total[each.passages] += each.weight * each.impacts
        rest -= each.most
        read += len(each.passages)
        if read >= look_at:
            least, look_at = max(least, _kth(total[each.passages], k) - SLACK), OFTEN * read
    found = np.flatnonzero(total > max(0.0, least - rest)).astype(np.int32)
    return _finish(found, total[found], left[::-1], k)


def _finish(found: NDArray[np.int32], sums: Floats, left: Sequence[Postings], k: int) -> Ints:
    """Add what is left to the sums of what was found, and keep the k best."""
    rest = sum(each.most for each in left)
    for each in left:
        keep = sums >= _kth(sums, k) - rest - SLACK
        found, sums = found[keep], sums[keep]
        look_up(each, found, sums)
        rest -= each.most
    return _top(found.astype(np.int64), sums, k)


def _top(found: Ints, sums: Floats, k: int) -> Ints:
    """Return those with the k greatest sums, of equals the first."""
    if len(sums) <= k:
        return found
    least = _kth(sums, k)
    above, equal = found[sums > least], found[sums == least]
    return np.concatenate([above, equal[: k - len(above)]])


def _kth(scores: Floats, k: int) -> float:
    """Return the k-th greatest score; 0 when there are not so many."""
    at = len(scores) - k
    return float(np.partition(scores, at)[at]) if at >= 0 else 0.0
