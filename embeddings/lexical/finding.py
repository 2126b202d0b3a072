"""The best passages of some postings, without reading all of them; pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]

SLACK = 1e-5
"""What the sums of a question may differ by when they are taken in another order."""
ENOUGH = 0.5
"""What the frequent terms may still add, as a share of the least of the best, when they are left
to be looked up: less, and more postings are read; more, and more passages are looked up."""
OFTEN = 1.5
"""The least of the best is found anew when so many times as many postings were read."""


class Postings(NamedTuple):
    """A term in a question: a word, or a 4-gram.

    Attributes:
        passages: The passages that have it, ascending, int32.
        impacts: How much it counts in each, in steps, uint8.
        step: What one step adds to a passage's score.
        most: The most that it adds to any.
        is_gram: Whether it is a 4-gram.
    """

    passages: NDArray[np.int32]
    impacts: NDArray[np.uint8]
    step: np.float32
    most: float
    is_gram: bool

    def score(self, passages: NDArray[np.int32]) -> Floats:
        """Return what it adds to the scores of some passages, float32 [n]."""
        at = self.passages.searchsorted(passages)
        there = self.passages.take(at, mode="clip") == passages
        scores: Floats = there * self.step * self.impacts.take(at, mode="clip")
        return scores


def best(terms: Iterable[Postings], total: Floats, k: int) -> Ints:
    """Return the passages with the greatest sums, at most k, those without any term left out.

    Rare terms first: as soon as all that is left could not lift a new passage among the k best,
    the postings of the frequent terms, which are most of all, are only looked up for the passages
    that still may get there (MaxScore; Turtle and Flood, 1995). No passage is missed by that.

    Args:
        terms: The question's terms.
        total: Where the sums begin, float32 [P]; minus infinity for a passage that may not be
            returned. It is used up.
        k: How many passages at the most; of equals the first.

    Returns:
        Rows of ``total``, int64, in no order.
    """
    left = sorted(terms, key=lambda each: -len(each.passages))
    rest, least = sum(each.most for each in left), 0.0
    read, look_at = 0, 0.0
    while left and rest + SLACK >= ENOUGH * least:
        each = left.pop()
        total[each.passages] += each.step * each.impacts
        rest -= each.most
        read += len(each.passages)
        if read >= look_at:
            least, look_at = max(least, _kth(total[each.passages], k) - SLACK), OFTEN * read
    found = np.flatnonzero(total > max(0.0, least - rest)).astype(np.int32)
    sums = total[found]
    while left:
        keep = sums >= _kth(sums, k) - rest - SLACK
        found, each = found[keep], left.pop()
        sums = sums[keep] + each.score(found)
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
