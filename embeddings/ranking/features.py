"""Computes the features of candidates, of which the confidence is a function; pure numpy.

Each collection ranks its own passages without the others. But some features compare a passage with
all others: where several collections are searched, ``calibrate_across`` corrects these to what they
would be if all passages were in one. Without that, a question that nothing answers would have one
chance of a wrong answer per collection.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from embeddings.lexical.arrays import TINY, Bools, Floats, Ints
from embeddings.lexical.bm25 import Terms
from embeddings.ranking.confidence import Calibration, smallness
from embeddings.ranking.evidence import Arrays, Evidence

LIMIT = 10.0
"""Leads are cut at this: a greater one tells nothing more."""
OUTSIDE = 5
"""Rank of the passage outside a filter that those inside also compete with; they may be few."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer.

    Attributes:
        passage: The row of the passage.
        score: The score that it is ranked by; comparable within one question only.
        confidence: The probability, in [0, 1], that it answers.
        sentence: The row of the sentence that answers.
        beside: The row of the adjacent sentence that is marked with it; ``sentence`` if none is.
        also: Rows of near-duplicates, which are folded into this passage.
        features: The features of the confidence, name -> value.
    """

    passage: int
    score: float
    confidence: float
    sentence: int
    beside: int
    also: tuple[int, ...]
    features: dict[str, float]


Candidates = tuple[Candidate, ...]
"""Candidates for one question, best first."""


def describe(
    evidence: Evidence, score: Floats, terms: Terms, arrays: Arrays, *, within: Bools, shown: Ints
) -> dict[str, Floats]:
    """Return the features of some candidates, name -> float32 [k].

    Besides the evidence: ``lead``, the score's lead over the best other candidate; ``likely``, its
    share of the odds of all; ``clear`` and ``nearer``, by how much its ``covered`` and ``sentence``
    exceed those of any other candidate; ``several``, whether the article has other passages;
    ``lacks``, whether the passage lacks the wanted kind of answer; ``worth``, the logarithm of the
    number of words of the highest idf that the words present are worth; ``lines``, the logarithm of
    its number of sentences, since a long passage covers more by chance; ``unknown``, the share of
    the question's idf in words that no passage has; ``length``, the logarithm of the question's
    number of words; ``small``, near 1 in a corpus of a few passages and near 0 in one of thousands,
    since a great lead means less among few.

    Args:
        evidence: The evidence for all candidates.
        score: The scores of all candidates, float32 [C].
        terms: The question's terms.
        arrays: The arrays of the snapshot.
        within: Candidates that the filter allows, bool [C].
        shown: Candidates to describe, int64 [k], at least one, all of them within.
    """
    passages = evidence.passages[shown]
    chance = _score_by_chance(score, within)
    counted = within | (score <= chance)  # allowed by the filter, or as good by chance
    others = shown[:, None] != np.arange(len(score))
    lines = arrays.first_sentence[passages + 1] - arrays.first_sentence[passages]
    own = {name: figure[shown] for name, figure in evidence.figures.items()}
    weight = float(terms.idf.sum())
    unknown = float(terms.idf[[not rows for rows in terms.rows]].sum())
    return {
        **own,
        "lead": _lead(score, shown, others & within, chance),
        "likely": _likely(score, shown, counted),
        "clear": _exceed(evidence.figures["covered"], shown, others & counted),
        "nearer": _exceed(evidence.figures["sentence"], shown, others & counted),
        "several": _have_neighbours(arrays, passages),
        "lacks": (own["fits"] < 0).astype(np.float32),
        "worth": np.log1p(own["present"] * weight / np.log1p(len(arrays.lexical))),
        "lines": np.log(lines).astype(np.float32),
        "unknown": np.full(len(shown), unknown / max(weight, TINY), np.float32),
        "length": np.full(len(shown), np.log1p(len(terms.words)), np.float32),
        "small": np.full(len(shown), smallness(len(arrays.lexical)), np.float32),
    }


def _lead(score: Floats, shown: Ints, rivals: Bools, chance: float) -> Floats:
    """Return the signed logarithm of each score's lead over the best of its rivals.

    ``rivals``: candidates that each of ``shown`` competes with, bool [k, C]; ``chance``: a score
    that it also competes with.
    """
    best = np.where(rivals, score, chance).max(axis=1)
    gap = np.minimum(np.maximum(score[shown] - best, -LIMIT), LIMIT)
    return np.asarray(np.sign(gap) * np.log1p(np.abs(gap)), np.float32)


def _score_by_chance(score: Floats, within: Bools) -> float:
    """Return the score of the OUTSIDE-th best candidate that the filter excludes.

    Better ones may answer too, but this one is about as good by chance. Minus infinity if fewer
    are excluded.
    """
    outside = score[~within]
    return float(np.sort(outside)[-OUTSIDE]) if len(outside) >= OUTSIDE else -np.inf


def _have_neighbours(arrays: Arrays, passages: Ints) -> Floats:
    """Return 1 for each passage whose article has other passages, else 0."""
    own = arrays.article_of[passages]
    first, end = (np.searchsorted(arrays.article_of, own, side) for side in ("left", "right"))
    return (end - first > 1).astype(np.float32)


def _likely(score: Floats, shown: Ints, counted: Bools) -> Floats:
    """Return each candidate's share of the odds of those counted: a softmax of log-odds scores."""
    odds = np.exp(score - score[counted].max())
    return np.asarray(odds[shown] / odds[counted].sum(), np.float32)


def _exceed(figure: Floats, shown: Ints, rivals: Bools) -> Floats:
    """Return by how much each figure exceeds its rivals' greatest, which is 0 if it has none."""
    most = np.where(rivals, figure, 0).max(axis=1)
    return np.asarray(figure[shown] - most, np.float32)


def calibrate_across(
    own: Candidates, others: Sequence[Candidates], calibration: Calibration, passages: int
) -> Candidates:
    """Return a collection's candidates with the confidence that they have among all collections.

    ``passages`` is the number of passages in all of them together.
    """
    rivals = [candidate for other in others for candidate in other]
    if not rivals or not own:
        return own
    odds = sum(map(_sum_odds, filter(None, (own, *others))))
    described = [_describe_among(one, rivals, odds, passages) for one in own]
    features = {n: np.array([d[n] for d in described], np.float32) for n in described[0]}
    confidences = accumulate(calibration.probabilities(features).tolist(), min)
    rows = zip(own, confidences, described, strict=True)
    return tuple(replace(one, confidence=value, features=each) for one, value, each in rows)


def _describe_among(
    one: Candidate, rivals: Sequence[Candidate], odds: float, passages: int
) -> dict[str, float]:
    """Return the features that a candidate would have among all passages."""
    gap = one.score - max(rival.score for rival in rivals)
    lead = math.copysign(math.log1p(min(abs(gap), LIMIT)), gap)  # as ``_lead`` computes it

    def exceed(feature: str, figure: str) -> float:
        most = max(rival.features[figure] for rival in rivals)
        return min(one.features[feature], one.features[figure] - most)

    return one.features | {
        "lead": min(one.features["lead"], lead),
        "likely": math.exp(one.score) / odds,
        "clear": exceed("clear", "covered"),
        "nearer": exceed("nearer", "sentence"),
        "small": smallness(passages),
    }


def _sum_odds(candidates: Candidates) -> float:
    """Return the sum of the odds of a collection's passages, from the best one's share of them."""
    return math.exp(candidates[0].score) / max(candidates[0].features["likely"], 1e-9)
