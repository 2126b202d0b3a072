"""Several collections searched for one question: how sure each is beside the others; pure.

Each collection ranks its own passages, and knows nothing of the others. Some of what a confidence
rests on compares a passage with all the rest that there is: that is corrected here to what it
would be if all lay in one collection. Else a question that nothing answers would have as many
chances of a wrong answer as collections are searched. What all answer is merged, the surest first.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import replace
from itertools import accumulate, chain, islice, zip_longest
from typing import TYPE_CHECKING

import numpy as np

from embeddings.ranking.confidence import smallness
from embeddings.ranking.features import LIMIT
from embeddings.ranking.ranker import SAME
from embeddings.text.analysis import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from embeddings.ranking.confidence import Calibration
    from embeddings.ranking.ranker import Candidate
    from embeddings.types import Hit

    Candidates = tuple[Candidate, ...]


def in_company(
    own: Candidates, others: Sequence[Candidates], calibration: Calibration, together: int
) -> Candidates:
    """Return a collection's candidates as sure as they may be beside those of others.

    Args:
        own: Its own, best first.
        others: Those of the other collections that were searched, for the same question.
        calibration: What makes a confidence of features.
        together: How many passages all have together.
    """
    rivals = [candidate for other in others for candidate in other]
    if not rivals or not own:
        return own
    odds = sum(_odds(found) for found in (own, *others) if found)
    described = [_describe(one, rivals, odds, together) for one in own]
    features = {n: np.array([d[n] for d in described], np.float32) for n in described[0]}
    sure = calibration.probabilities(features)
    found = zip(own, accumulate(sure.tolist(), min), described, strict=True)
    return tuple(replace(one, confidence=value, features=each) for one, value, each in found)


def _describe(
    one: Candidate, rivals: Sequence[Candidate], odds: float, together: int
) -> dict[str, float]:
    """Return a candidate's features as they would be among all passages (see ``features``)."""
    gap = one.score - max(rival.score for rival in rivals)
    above = math.copysign(math.log1p(min(abs(gap), LIMIT)), gap)  # as ``features`` writes a lead

    def more(than_others: str, figure: str) -> float:
        most = max(rival.features.get(figure, 0.0) for rival in rivals)
        own = one.features.get(figure, 0.0) - most
        return min(one.features.get(than_others, 0.0), own)

    beside: Mapping[str, float] = {
        "lead": min(one.features.get("lead", 0.0), above),
        "likely": math.exp(one.score) / odds,
        "clear": more("clear", "covered"),
        "nearer": more("nearer", "sentence"),
        "small": smallness(together),
    }
    return one.features | {name: beside[name] for name in beside.keys() & one.features.keys()}


def _odds(found: Candidates) -> float:
    """Return the odds of all of a collection's passages together, from one's share of them."""
    return math.exp(found[0].score) / max(found[0].features.get("likely", 1.0), 1e-9)


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
    """Say whether two collections have nearly the same passage, by the rule of ``ranker``."""
    if one.article.collection == other.article.collection:
        return False
    own, others = set(words(one.text)), set(words(other.text))
    return len(own & others) >= SAME * max(len(own), len(others), 1)


def _told_too(kept: Hit, copy: Hit) -> Hit:
    titles = dict.fromkeys((*kept.also_in, copy.article.title, *copy.also_in))
    titles.pop(kept.article.title, None)
    return replace(kept, also_in=tuple(titles))
