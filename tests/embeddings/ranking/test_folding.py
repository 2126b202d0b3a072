"""Near-duplicates and mixed articles: what is folded into what, and how far one looks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embeddings.ranking import ranker
from tests.embeddings.ranked import arrays

SCORES = st.lists(st.tuples(st.floats(0, 20, width=32), st.integers(0, 3)), min_size=1, max_size=12)


def by_hand(scores: list[float], articles: list[int]) -> list[int]:
    """Order candidates as ``mix_articles`` says it does, one after the other."""
    waiting, placed = list(range(len(scores))), []
    while waiting:
        before = [sum(articles[p] == articles[i] for p in placed) for i in waiting]
        worth = [
            scores[i] - ranker.CROWDED * max(0, n + 1 - ranker.PER_ARTICLE)
            for i, n in zip(waiting, before, strict=True)
        ]
        placed.append(waiting.pop(worth.index(max(worth))))
    return placed


@given(SCORES, st.integers(1, 12))
def test_articles_are_mixed_as_they_would_be_by_hand(
    found: list[tuple[float, int]], limit: int
) -> None:
    scores, articles = map(list, zip(*found, strict=True))
    given_ = np.array(scores, np.float32), np.array(articles, np.int32)
    assert ranker.mix_articles(*given_) == by_hand(scores, articles)
    assert ranker.mix_articles(*given_, limit) == by_hand(scores, articles)[:limit]


def test_a_copy_is_folded_into_the_first_that_it_is_a_copy_of() -> None:
    letter = ["Les ingénieurs signent une lettre ouverte contre Rekognition hier."]
    other = ["Palantir vend des outils à la police de Londres."]
    where = arrays(("A", [letter]), ("B", [other]), ("C", [letter]), ("D", [letter]))
    assert ranker.fold_copies(np.arange(4), where, 4, 0.85) == {0: (2, 3), 1: ()}


def test_copies_of_what_is_shown_are_folded_though_no_more_groups_are_wanted() -> None:
    letter = ["Les ingénieurs signent une lettre ouverte contre Rekognition hier."]
    others = [[[f"Palantir vend des outils numéro {i} à la police."]] for i in (7, 8)]
    where = arrays(("A", [letter]), ("B", others[0]), ("C", others[1]), ("D", [letter]))
    assert ranker.fold_copies(np.arange(4), where, 1, 0.85) == {0: (3,)}
