"""Words of passages -> the arrays of the lexical index: terms, postings, lengths; in numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.lexical.stretches import gather, stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embeddings.lexical.words import Wording

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["gather", "invert"]

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


def _norms(wording: Wording) -> tuple[Floats, Floats]:
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
    norms: tuple[Floats, Floats],
) -> NDArray[np.uint8]:
    """Return each posting's share of BM25, in steps of STEP."""
    norm = np.where(is_gram, norms[1][passages], norms[0][passages])
    shares = counts * (K1 + 1) / (counts + norm)
    return np.minimum(np.rint(shares / STEP), 255).astype(np.uint8)
