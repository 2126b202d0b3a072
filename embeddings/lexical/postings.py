"""Postings: made of the words of passages, and the best passages of some of them; pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from embeddings.lexical.stretches import gather, stretches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from embeddings.lexical.stretches import Runs
    from embeddings.lexical.words import Wording

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float32]
    Bools = NDArray[np.bool_]
    Arrays = Mapping[str, NDArray[Any]]

K1 = 1.0
B = 0.5
"""Okapi BM25 (Robertson and Zaragoza, 2009); of the values tried, the best on both sets."""
TITLE_WEIGHT = 2
"""How often a title counts among the words of each passage of its article."""
STEP = (K1 + 1) / 250
"""A posting's share of BM25 lies in [0, K1 + 1) and is kept in one byte, in steps of this."""
TINY = 1e-9
SLACK = 1e-5
"""What the sums of a question may differ by when they are taken in another order."""
ENOUGH = 0.5
"""What the frequent terms may still add, as a share of the least of the best, when they are left
to be looked up: less, and more postings are read; more, and more passages are looked up."""
FIRST, OFTEN = 16_000, 3.0
"""So many postings are read together first, then each time so many times as many as before; after
each the least of the best is found anew."""


def invert(wording: Wording) -> dict[str, NDArray[Any]]:
    """Return the arrays of a ``bm25.Lexical`` of some passages, not weighed yet."""
    keys, rows = np.unique(wording.entry_terms, return_inverse=True)
    passages = np.arange(len(wording))
    lines, owner = gather(wording.passage_first, passages)
    tokens, line = gather(wording.line_first, lines)
    titles, passage = gather(wording.line_first, wording.passage_first[passages])
    again = [titles] * (TITLE_WEIGHT - 1)  # once more for each time it counts beyond the first
    words = wording.entries[np.concatenate([tokens, *again])]
    owner = np.concatenate([owner[line], *[passage] * len(again)])
    at, word = gather(wording.entry_first, words)
    size = max(len(passages), 1)
    pairs, counts = np.unique(rows[at] * size + owner[word], return_counts=True)
    grams = np.diff(wording.entry_first)[words] - 1
    lengths = [np.bincount(owner, each, len(passages)) for each in (None, grams)]
    return {
        "keys": keys,
        "first": np.searchsorted(pairs, np.arange(len(keys) + 1) * size),
        "passages": (pairs % size).astype(np.int32),
        "counts": np.minimum(counts, 255).astype(np.uint8),
        "lengths": np.stack(lengths, axis=1).astype(np.int32),
        "tokens": rows[wording.entry_first[:-1]].astype(np.int32)[wording.entries],
        "impacts": np.zeros(0, np.uint8),  # which depend on all passages
        "most": np.zeros(0, np.uint8),
        "first_line": wording.passage_first,
        "token_first": wording.line_first,
        "kinds": wording.kinds,
        "language_of": wording.language_of,
        "languages": wording.languages,
    }


def join(
    old: Arrays, new: Arrays, runs: Runs
) -> tuple[dict[str, NDArray[Any]], tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """Put the inverted indexes of some passages and of new ones together.

    What comes of it is the same however the passages came together.

    Args:
        old: The arrays of a ``bm25.Lexical``.
        new: What ``invert`` returned.
        runs: How the passages come together.

    Returns:
        The arrays but for the tokens, and the new row of each term of both.
    """
    every = np.sort(np.concatenate([old["keys"], new["keys"]]), kind="stable")  # two runs: fast
    every = every[np.append(True, every[1:] != every[:-1])[: len(every)]]
    one = _Moved.of(old, every, runs.renumber(len(old["lengths"]), is_new=False))
    other = _Moved.of(new, every, runs.renumber(len(new["lengths"]), is_new=True))
    used, terms = one.used + other.used, np.arange(len(every), dtype=np.int64) << 32
    there, sought = (np.repeat(terms, each.used) + each.passages for each in (one, other))
    at = np.searchsorted(there, sought)
    is_there = used > 0
    passages = np.insert(one.passages, at, other.passages)
    counts = np.insert(old["counts"][one.kept], at, new["counts"][other.kept])
    lengths = runs.join(old["lengths"], new["lengths"])
    impacts, anew = np.insert(old["impacts"][one.kept], at, 0), at + np.arange(len(at))
    if (_means(lengths) != _means(old["lengths"])).any():
        anew = np.arange(len(impacts))
    is_gram = np.repeat(every & 1, used)[anew].astype(np.int64)
    norms = (K1 * (1 - B + B * lengths / _means(lengths))).astype(np.float32)
    norm, number = norms[passages[anew], is_gram], counts[anew].astype(np.float32)
    shares = number * np.float32(K1 + 1) / (number + norm)
    impacts[anew] = np.minimum(np.rint(shares / np.float32(STEP)), 255)
    first = stretches(used[is_there])
    joined = {
        "keys": every[is_there],
        "first": first,
        "passages": passages,
        "counts": counts,
        "impacts": impacts,
        "most": np.maximum.reduceat(impacts, first[:-1]) if len(impacts) else impacts,
        "lengths": lengths,
    }
    row = (np.cumsum(is_there) - 1).astype(np.int32)
    return joined, (row[one.rows], row[other.rows])


class _Moved(NamedTuple):
    """The postings of an index whose passages have other rows, or are gone."""

    rows: Ints  # of its terms among those of both indexes, int64 [v]
    used: Ints  # how many postings each term of both has, int64 [V]
    kept: NDArray[np.bool_]  # which of its postings there still are
    passages: NDArray[np.int32]  # the new rows of their passages

    @classmethod
    def of(cls, index: Arrays, every: NDArray[np.uint64], places: NDArray[np.int32]) -> _Moved:
        rows, used = np.searchsorted(every, index["keys"]), np.zeros(len(every), np.int64)
        moved = places.take(index["passages"])
        kept = moved >= 0
        if len(rows):
            used[rows] = np.add.reduceat(kept, index["first"][:-1], dtype=np.int64)
        return cls(rows, used, kept, moved[kept])


def _means(lengths: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return mean lengths in words and 4-grams, so rounded that few passages change them seldom."""
    share, power = np.frexp(lengths.mean(axis=0) if len(lengths) else np.ones(2))
    return np.asarray(np.maximum(np.ldexp(np.rint(share * 256) / 256, power), TINY))


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
    most: NDArray[np.float64]

    def cut(self, own: slice) -> Postings:
        """Return the postings of some of these terms."""
        first, end, steps = self.first[own], self.end[own], self.steps[own]
        return Postings(self.passages, self.impacts, first, end, steps, self.most[own])

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
        return np.asarray(there * self.steps[term] * self.impacts[own].take(at, mode="clip"))

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
        order = np.argsort(self.end - self.first, kind="stable")
        first, end, steps = self.first[order], self.end[order], self.steps[order]
        spans, read = [*map(slice, first.tolist(), end.tolist())], np.cumsum(end - first)
        rest = [*np.cumsum(self.most[order][::-1])[::-1].tolist(), 0.0]
        done, least, enough = 0, 0.0, float(FIRST)
        while done < len(order) and rest[done] + SLACK >= ENOUGH * least:
            begin, done = done, max(done + 1, int(read.searchsorted(enough, "right")))
            own, step = spans[begin:done], np.repeat(steps[begin:done], (end - first)[begin:done])
            passages = np.concatenate([self.passages[each] for each in own])
            np.add.at(total, passages, step * np.concatenate([self.impacts[each] for each in own]))
            last = self.passages[own[-1]]  # each passage once
            least = max(least, _kth(total.take(last), k) - SLACK)
            enough = OFTEN * read[done - 1]
        found = np.flatnonzero(total > max(0.0, least - rest[done])).astype(np.int32)
        sums = total[found]
        for at in range(done, len(order)):
            keep = sums >= _kth(sums, k) - rest[at] - SLACK
            found = found[keep]
            sums = sums[keep] + self.score(order[at], found)
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
