"""What several collections answer -> one answer: the surest first, no passage twice; pure."""

from __future__ import annotations

import heapq
import re
from dataclasses import replace
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING

from embeddings.ranking.folding import SAME
from embeddings.text.analysis import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.types import Hit

_WORD = re.compile(r"\w+")


def merge(lists: Sequence[tuple[Hit, ...]], limit: int) -> tuple[Hit, ...]:
    """Merge hits of several collections by confidence and then by score.

    A confidence is a probability, fitted for corpora of every size, and so means the same in each;
    a score is a log-odds of the same weights. The order inside a collection is kept.

    Args:
        lists: The hits of each collection, best first.
        limit: The most hits to return.
    """
    if len(lists) == 1:
        return lists[0][:limit]
    kept: list[Hit] = []
    for hit in heapq.merge(*lists, key=lambda hit: (-hit.confidence, -hit.score)):
        twin = next((i for i, other in enumerate(kept) if _is_copy(hit, other)), None)
        if twin is not None:
            kept[twin] = _told_too(kept[twin], hit)
        elif len(kept) < limit:
            kept.append(hit)
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(kept, 1))


def interleave(lists: Sequence[tuple[str, ...]], limit: int) -> tuple[str, ...]:
    """Return the first of each list, then the second of each, and so on, each text once."""
    texts = (text for text in chain.from_iterable(zip_longest(*lists)) if text is not None)
    return tuple(islice(dict.fromkeys(texts), limit))


def _is_copy(one: Hit, other: Hit) -> bool:
    """Say whether two collections have nearly the same passage, by the rule of ``folding``."""
    if one.article.collection == other.article.collection:
        return False
    words, others = _words(one.text), _words(other.text)
    return len(words & others) >= SAME * max(len(words), len(others), 1)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(fold(text)))


def _told_too(kept: Hit, copy: Hit) -> Hit:
    titles = dict.fromkeys((*kept.also_in, copy.article.title, *copy.also_in))
    titles.pop(kept.article.title, None)
    return replace(kept, also_in=tuple(titles))
