"""How sure a passage makes us when other collections are searched beside its own; pure.

Each collection ranks its own passages, and knows nothing of the others. Some of what a confidence
rests on compares a passage with all the rest that there is: that is corrected here to what it
would be if all lay in one collection. Else a question that nothing answers would have as many
chances of a wrong answer as collections are searched.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from embeddings.ranking.confidence import smallness
from embeddings.ranking.features import LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from embeddings.ranking.confidence import Calibration
    from embeddings.ranking.ranker import Candidate, Ranking


def in_company(
    ranking: Ranking, others: Sequence[Ranking], calibration: Calibration, together: int
) -> Ranking:
    """Return a collection's ranking as sure as it may be beside those of others.

    Args:
        ranking: Its own.
        others: Those of the other collections that were searched, for the same question.
        calibration: What makes a confidence of features.
        together: How many passages all have together.
    """
    rivals = [candidate for other in others for candidate in other.candidates]
    if not rivals or not ranking.candidates:
        return ranking
    odds = sum(_odds(each) for each in (ranking, *others))
    described = [_describe(one, rivals, odds, together) for one in ranking.candidates]
    names = described[0]
    features = {n: np.array([each[n] for each in described], np.float32) for n in names}
    sure = calibration.probabilities(features)
    return replace(ranking, candidates=tuple(_assure(ranking.candidates, described, sure.tolist())))


def _assure(
    candidates: Sequence[Candidate],
    described: Sequence[dict[str, float]],
    sure: Sequence[float],
) -> Iterator[Candidate]:
    """Yield candidates with new features and confidences; none is surer than one before it."""
    least = 1.0
    for one, features, value in zip(candidates, described, sure, strict=True):
        least = min(least, value)
        yield replace(one, confidence=least, features=features)


def _describe(
    one: Candidate, rivals: Sequence[Candidate], odds: float, together: int
) -> dict[str, float]:
    """Return a candidate's features as they would be among all passages (see ``features``)."""
    above = _above(one.score - max(rival.score for rival in rivals))

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


def _odds(ranking: Ranking) -> float:
    """Return the odds of all of a collection's passages together, from one's share of them."""
    if not ranking.candidates:
        return 0.0
    first = ranking.candidates[0]
    return math.exp(first.score) / max(first.features.get("likely", 1.0), 1e-9)


def _above(gap: float) -> float:
    """Return a lead as ``features`` writes it: logarithmic, with its sign."""
    return math.copysign(math.log1p(min(abs(gap), LIMIT)), gap)
