"""Postings: made of the words of passages, and the best passages of some of them; pure numpy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.lexical.stretches import gather, stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embeddings.lexical.words import Wording

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float32]
    Norms = NDArray[np.float64]

K1 = 1.0
B = 0.5
"""Okapi BM25 (Robertson and Zaragoza, 2009); of the values tried, the best on both sets."""
TITLE_WEIGHT = 2
"""How often a title counts among the words of each passage of its article."""
STEP = (K1 + 1) / 250
"""A posting's share of BM25 lies in [0, K1 + 1) and is kept in one byte, in steps of this."""
TINY = 1e-9
BLOCK = 20_000
"""Passages that are inverted at a time, so that the memory this takes does not grow with all."""
SLACK = 1e-5
"""What the sums of a question may differ by when they are taken in another order."""
ENOUGH = 0.5
"""What the frequent terms may still add, as a share of the least of the best, when they are left
to be looked up: less, and more postings are read; more, and more passages are looked up."""
OFTEN = 1.5
"""The least of the best is found anew when so many times as many postings were read."""


def invert(wording: Wording) -> dict[str, NDArray[Any]]:
    """Return the arrays of ``lexical.Lexical`` that make the inverted index of some passages."""
    keys, rows = np.unique(wording.entry_terms, return_inverse=True)
    is_gram = np.ones(len(keys), np.bool_)
    is_gram[rows[wording.entry_first[:-1]]] = False
    counted = [_count(wording, rows, len(keys), b) for b in range(0, len(wording), BLOCK)]
    used = np.array([np.diff(starts) for _, _, starts in counted], np.int64)
    used = used.reshape(len(counted), len(keys))
    first = stretches(used.sum(axis=0))
    begin = first[:-1] + np.cumsum(used, axis=0) - used
    passages, impacts = np.empty(first[-1], np.int32), np.empty(first[-1], np.uint8)
    norms = _norms(wording)
    for (passage, counts, starts), at in zip(counted, begin, strict=True):
        lengths = np.diff(starts)
        places = np.repeat(at - starts[:-1], lengths) + np.arange(len(passage))
        passages[places] = passage
        impacts[places] = _impacts(counts, passage, np.repeat(is_gram, lengths), norms)
    return {
        "keys": keys,
        "first": first,
        "passages": passages,
        "impacts": impacts,
        "most": np.maximum.reduceat(impacts, first[:-1]) if len(keys) else impacts,
        "tokens": rows[wording.entry_first[:-1]].astype(np.int32)[wording.entries],
    }


def _count(
    wording: Wording, rows: Ints, terms: int, block: int
) -> tuple[NDArray[np.int32], NDArray[np.uint16], Ints]:
    """Count the terms of a block of passages; ``rows`` are those of ``entry_terms`` among terms.

    Returns:
        The passage and the number of each posting, by term and then by passage, and where the
        postings of each term begin, int64 [V + 1].
    """
    passages = np.arange(block, min(block + BLOCK, len(wording)))
    lines, owner = gather(wording.passage_first, passages)
    tokens, line = gather(wording.line_first, lines)
    titles, passage = gather(wording.line_first, wording.passage_first[passages])
    again = [titles] * (TITLE_WEIGHT - 1)  # once more for each time it counts beyond the first
    words = wording.entries[np.concatenate([tokens, *again])]
    owner = np.concatenate([owner[line], *[passage] * len(again)])
    at, word = gather(wording.entry_first, words)
    pairs, counts = np.unique(rows[at] * BLOCK + owner[word], return_counts=True)
    starts = np.searchsorted(pairs, np.arange(terms + 1) * BLOCK)
    return (pairs % BLOCK + block).astype(np.int32), counts.astype(np.uint16), starts


def _norms(wording: Wording) -> tuple[Norms, Norms]:
    """Return what divides BM25 in each passage, for words and for 4-grams: lengths of their own."""
    grams = np.diff(wording.entry_first)[wording.entries] - 1
    lengths = (_lengths(wording, np.ones_like(grams)), _lengths(wording, grams))
    one, other = (
        K1 * (1 - B + B * length / max(length.mean() if len(length) else 1.0, TINY))
        for length in lengths
    )
    return one, other


def _lengths(wording: Wording, weights: Ints) -> Ints:
    """Add up what the words of each passage weigh, its title's as often as they count."""
    total = np.concatenate([[0], np.cumsum(weights)])[wording.line_first]
    whole = np.diff(total[wording.passage_first])
    titles = wording.passage_first[:-1]
    return np.asarray(whole + (TITLE_WEIGHT - 1) * (total[titles + 1] - total[titles]))


def _impacts(
    counts: NDArray[np.uint16],
    passages: NDArray[np.int32],
    is_gram: NDArray[np.bool_],
    norms: tuple[Norms, Norms],
) -> NDArray[np.uint8]:
    """Return each posting's share of BM25, in steps of STEP."""
    norm = np.where(is_gram, norms[1][passages], norms[0][passages])
    shares = counts * (K1 + 1) / (counts + norm)
    return np.minimum(np.rint(shares / STEP), 255).astype(np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """The postings of a question's terms, words or 4-grams, where all of the index lie.

    Attributes:
        passages: The passage of each posting of the index, ascending within a term, int32 [N].
        impacts: How much the term counts in it, in steps, uint8 [N].
        first: Where the postings of each of the question's terms begin, int64 [T].
        end: Where they end, int64 [T].
        steps: What one step of each adds to a passage's score, float32 [T].
        most: The most that each adds to any, float64 [T].
    """

    passages: NDArray[np.int32]
    impacts: NDArray[np.uint8]
    first: Ints
    end: Ints
    steps: Floats
    most: Norms

    def join(self, other: Postings) -> Postings:
        """Return the postings of these terms and then of other terms of the same index."""
        names = ("first", "end", "steps", "most")
        both = {n: np.concatenate([getattr(self, n), getattr(other, n)]) for n in names}
        return replace(self, **both)

    def place(self, passages: NDArray[np.int32]) -> tuple[Ints, NDArray[np.bool_]]:
        """Return where each term has some passages, and whether it has them, [T, n] both."""
        stretches_ = zip(self.first.tolist(), self.end.tolist(), strict=True)
        found = [self.passages[a:b].searchsorted(passages) for a, b in stretches_]
        at = np.array(found, np.int64).reshape(len(found), len(passages)) + self.first[:, None]
        np.minimum(at, self.end[:, None] - 1, out=at)  # a term has one at least
        return at, self.passages.take(at) == passages

    def score(self, term: int, passages: NDArray[np.int32]) -> Floats:
        """Return what one term adds to the scores of some passages, float32 [n]."""
        own = slice(self.first[term], self.end[term])
        at = self.passages[own].searchsorted(passages)
        there = self.passages[own].take(at, mode="clip") == passages
        scores: Floats = there * self.steps[term] * self.impacts[own].take(at, mode="clip")
        return scores

    def add_up(self, at: Ints, there: NDArray[np.bool_]) -> Floats:
        """Return the scores by all terms of what was placed: shares of the most, float32 [n]."""
        return np.asarray((there * self.steps[:, None] * self.impacts.take(at)).sum(axis=0))

    def find_best(self, total: Floats, k: int) -> Ints:
        """Return the passages with the greatest sums, at most k, those without any left out.

        Rare terms first: as soon as all that is left could not lift a new passage among the k
        best, the postings of the frequent terms, which are most of all, are only looked up for the
        passages that still may get there (MaxScore; Turtle and Flood, 1995). No passage is missed
        by that.

        Args:
            total: Where the sums begin, float32 [P]; minus infinity for a passage that may not be
                returned. It is used up.
            k: How many passages at the most; of equals the first.

        Returns:
            Rows of ``total``, int64, in no order.
        """
        left = np.argsort(self.first - self.end, kind="stable").tolist()
        rest, least = float(self.most.sum()), 0.0
        read, look_at = 0, 0.0
        while left and rest + SLACK >= ENOUGH * least:
            each = left.pop()
            own = slice(self.first[each], self.end[each])
            np.add.at(total, self.passages[own], self.steps[each] * self.impacts[own])
            rest -= self.most[each]
            read += own.stop - own.start
            if read >= look_at:
                least = max(least, _kth(total.take(self.passages[own]), k) - SLACK)
                look_at = OFTEN * read
        found = np.flatnonzero(total > max(0.0, least - rest)).astype(np.int32)
        sums = total[found]
        while left:
            keep = sums >= _kth(sums, k) - rest - SLACK
            found, each = found[keep], left.pop()
            sums = sums[keep] + self.score(each, found)
            rest -= self.most[each]
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
