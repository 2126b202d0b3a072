"""What of a snapshot the next one takes over: all that is of articles that did not change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embeddings.lexical.words import recipe
from embeddings.text import passages
from embeddings.types import identity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.types import Article, Passage

    Ints = NDArray[np.int64]


def split(articles: Sequence[Article], known: Snapshot | None) -> list[tuple[Passage, ...]]:
    """Split articles into passages; those of articles that did not change are taken over."""
    same = _same(articles, known)
    return [
        known.passages_of(known.row(article.id)) if known and is_same else passages.split(article)
        for article, is_same in zip(articles, same, strict=True)
    ]


def taken_over(
    articles: Sequence[Article], groups: Sequence[Sequence[Passage]], known: Snapshot | None
) -> Ints:
    """Return where each passage is in a snapshot; -1 for those of new and changed articles."""
    rows: list[Ints] = []
    for article, group, is_same in zip(articles, groups, _same(articles, known), strict=True):
        there = np.full(len(group), -1)
        if known and is_same:
            first, last = known.passage_rows(known.row(article.id))
            there = np.arange(first, last) if last - first == len(group) else there
        rows.append(there)
    return np.concatenate(rows) if rows else np.zeros(0, np.int64)


def _same(articles: Sequence[Article], known: Snapshot | None) -> list[bool]:
    """Say which articles a snapshot has as they are, and as this program would split them."""
    digests = known.digests if known and known.manifest.recipe == recipe() else {}
    return [digests.get(a.id) == identity(a) if digests else False for a in articles]
