"""Near-duplicates folded into one, and articles mixed, as a reader wants the first places."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embeddings.lexical.bm25 import Floats, Ints
    from embeddings.ranking.evidence import Arrays

SAME = 0.7
"""Share of the words of the richer passage from which two are the same copy."""
PER_ARTICLE = 2
"""Passages of one article that come in their place; each further one must earn it."""
CROWDED = 1.0
"""What each further one must be better by; a score is a log-odds, so e times as likely."""


def fold(passages: Ints, arrays: Arrays, limit: int, alike: float) -> dict[int, tuple[int, ...]]:
    """Group near-duplicates, such as one agency's copy in several articles.

    Args:
        passages: Rows of passages, best first.
        arrays: Where they are.
        limit: How many groups are wanted at the most.
        alike: Cosine from which two passages are compared word by word.

    Returns:
        Place in ``passages`` of the first of each group -> places of the others, best first.
    """
    near = _near(arrays.passages[passages], alike)
    groups: dict[int, list[int]] = {}
    words = cache(lambda place: _words(arrays, int(passages[place])))
    for place in range(len(passages)):
        for first in near.get(place, ()):
            if first in groups and _is_same(words(first), words(place)):
                groups[first].append(place)
                break
        else:
            if len(groups) < limit:
                groups[place] = []
    return {first: tuple(others) for first, others in groups.items()}


def _near(vectors: Floats, alike: float) -> dict[int, list[int]]:
    """Return, for each place that has any, the places before it that it is near to, in order."""
    before: dict[int, list[int]] = {}
    places, others = np.nonzero(vectors @ vectors.T >= alike)
    for place, other in zip(places.tolist(), others.tolist(), strict=True):
        if other < place:
            before.setdefault(place, []).append(other)
    return before


def mix(scores: Floats, articles: NDArray[np.int32], limit: int | None = None) -> list[int]:
    """Order candidates so that one article does not crowd out others that are nearly as good.

    A question about one article still gets its passages: no other comes near.

    Args:
        scores: float32 [C], log-odds.
        articles: The article of each candidate, [C].
        limit: How many are wanted; None: all.

    Returns:
        The candidates' places, in their new order.
    """
    worth, of = dict(enumerate(scores.tolist())), articles.tolist()
    placed: list[int] = []
    count = Counter[int]()
    while worth and len(placed) != limit:
        best = max(worth, key=worth.__getitem__)  # of equals the first
        del worth[best]
        placed.append(best)
        count[of[best]] += 1
        if count[of[best]] >= PER_ARTICLE:
            worth |= {i: worth[i] - CROWDED for i in worth if of[i] == of[best]}
    return placed


def _is_same(one: frozenset[int], other: frozenset[int]) -> bool:
    return len(one & other) >= SAME * max(len(one), len(other), 1)


def _words(arrays: Arrays, passage: int) -> frozenset[int]:
    """Return the different words of a passage's sentences, without its title."""
    lines = arrays.first_sentence[passage : passage + 2] + passage + 1
    first, end = arrays.lexical.token_first[lines]
    return frozenset(arrays.lexical.tokens[first:end].tolist())
