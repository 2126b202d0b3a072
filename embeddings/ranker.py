"""Candidates -> ranking: the mix of dense and lexical evidence, duplicates folded; pure numpy."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from embeddings import folding
from embeddings.confidence import smallness
from embeddings.evidence import Arrays, Evidence, Query, sentence_text, weigh
from embeddings.postings import TINY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from embeddings.confidence import Calibration
    from embeddings.lexical import Bools, Floats, Ints, Terms

__all__ = ["Arrays", "Candidate", "Query", "Ranking", "rank", "sentence_text"]

POOL = 64
"""Passages that each of the three searches puts up."""
DEEPER = 3
"""For each place that is asked for, so many are looked at, for other articles to come forward."""
LIMIT = 10.0
"""A lead greater than this says no more."""
OUTSIDE = 5
"""Where a filter leaves few passages, the lead is also taken over the so-manieth best outside."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each kind of evidence adds to the score, a log-odds; fitted on labelled questions.

    But for ``foreign``: about what words shared by chance give an unrelated passage in the
    question's own language, which one in another language cannot have.
    """

    grams: float = 9.4
    passage: float = 5.1
    sentence: float = 10.5
    covered: float = 4.5
    early: float = 1.5
    foreign: float = 1.5

    def score(self, evidence: Evidence) -> Floats:
        """Return the score of each candidate, float32 [C]."""
        total = np.zeros(len(evidence.passages), np.float32)
        for part in fields(self):
            total += np.float32(getattr(self, part.name)) * getattr(evidence, part.name)
        return total


FITTED = Weights()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer.

    Attributes:
        passage: Its row.
        score: What it was ranked by; comparable within one question only.
        confidence: The probability, in [0, 1], that it answers; 0 without a calibration.
        sentence: The row of the sentence that answers.
        also: Passages that carry nearly the same words, folded into this one.
        features: Name -> figure: what the confidence rests on.
    """

    passage: int
    score: float
    confidence: float
    sentence: int
    also: tuple[int, ...]
    features: dict[str, float]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The candidates, best first."""

    candidates: tuple[Candidate, ...] = ()


def rank(
    query: Query,
    arrays: Arrays,
    *,
    allowed: Bools | None = None,
    calibration: Calibration | None = None,
    limit: int = 10,
    fold: bool = True,
    weights: Weights = FITTED,
) -> Ranking:
    """Rank the passages that may answer a question.

    Args:
        query: The question.
        arrays: The snapshot.
        allowed: Which passages may be returned, bool [P]; None: all.
        calibration: What makes a confidence of the features.
        limit: The most candidates to return.
        fold: Fold near-duplicates and let other articles come forward, as a reader wants it;
            False: strictly by score, as labelled sets judge.
        weights: What each kind of evidence counts.
    """
    if not len(arrays.lexical):
        return Ranking()
    terms = arrays.lexical.read(query.text)
    scores = arrays.lexical.score(terms)
    pool = _pool(query, arrays, scores[0] + scores[1], None)
    if allowed is not None:
        inside = _pool(query, arrays, scores[0] + scores[1], allowed)
        pool = np.union1d(pool, inside)
    if not len(pool):
        return Ranking()
    evidence = weigh(query, terms, scores, arrays, pool)
    score = weights.score(evidence)
    within = np.ones(len(pool), np.bool_) if allowed is None else allowed[pool]
    order = np.argsort(-score, kind="stable")
    order = order[within[order]]
    groups = _groups(order, score, evidence, arrays, limit) if fold else [(i, ()) for i in order]
    features = describe(evidence, score, terms, arrays, within)
    nothing = np.zeros(len(score), np.float32)
    sure = calibration.probabilities(features) if calibration else nothing
    return Ranking(tuple(_candidates(groups[:limit], evidence, score, features, sure)))


def _groups(
    order: Ints, score: Floats, evidence: Evidence, arrays: Arrays, limit: int
) -> list[tuple[int, tuple[int, ...]]]:
    """Return the candidates to show, best first, each with its near-duplicates."""
    passages = evidence.passages[order]
    copies = folding.fold(passages, arrays, limit * DEEPER)
    firsts = order[list(copies)]
    mixed = folding.mix(score[firsts], arrays.article_of[evidence.passages[firsts]])
    others = list(copies.values())
    return [(int(firsts[i]), tuple(order[list(others[i])].tolist())) for i in mixed]


def _candidates(
    groups: Sequence[tuple[int, tuple[int, ...]]],
    evidence: Evidence,
    score: Floats,
    features: dict[str, Floats],
    sure: Floats,
) -> Iterator[Candidate]:
    """Yield the candidates; none is surer than one before it."""
    least = 1.0
    for i, others in groups:
        least = min(least, float(sure[i]))
        yield Candidate(
            passage=int(evidence.passages[i]),
            score=float(score[i]),
            confidence=least,
            sentence=int(evidence.best[i]),
            also=tuple(evidence.passages[list(others)].tolist()),
            features={name: float(values[i]) for name, values in features.items()},
        )


def describe(
    evidence: Evidence, score: Floats, terms: Terms, arrays: Arrays, within: Bools
) -> dict[str, Floats]:
    """Return the features that a confidence may rest on, each float32 [C].

    Beside the evidence: ``lead`` and ``away``, how far the score is above the best other
    passage and the best one of another article; ``several``, whether the article has other
    passages; ``lacks``, whether it has not the kind of answer that the question wants;
    ``unknown``, the share of the question's weight in words that nobody used;
    ``length``, the logarithm of the number of words; ``small``, near 1 in a corpus of a few
    passages and near 0 in one of thousands: to lead by much means less among few.
    """
    article = arrays.article_of[evidence.passages]
    size = np.bincount(arrays.article_of)[article]
    nobody = np.array([not rows for rows in terms.rows], np.float32)
    shown = {f.name: getattr(evidence, f.name) for f in fields(evidence)}
    del shown["passages"], shown["best"]
    return {
        **shown,
        "lead": _above(score, ~np.eye(len(score), dtype=np.bool_), within),
        "away": _above(score, article[:, None] != article, within),
        "several": (size > 1).astype(np.float32),
        "lacks": (evidence.fits < 0).astype(np.float32),
        "unknown": np.full(len(score), nobody @ terms.idf / max(terms.idf.sum(), TINY)),
        "length": np.full(len(score), np.log1p(len(terms.words)), np.float32),
        "small": np.full(len(score), smallness(len(arrays.lexical)), np.float32),
    }


def _above(score: Floats, rivals: Bools, within: Bools) -> Floats:
    """Return how far each score is above the best of its rivals, logarithmic, with its sign.

    Args:
        score: float32 [C].
        rivals: Which candidates each is compared with, bool [C, C].
        within: Which candidates the filter leaves; of the others only the OUTSIDE-th best
            counts: what is about as good by chance, when better ones may answer as well.
    """
    outside = np.sort(score[~within])[::-1]
    chance = outside[OUTSIDE - 1] if len(outside) >= OUTSIDE else -np.inf
    best = np.where(rivals & within, score, chance).max(axis=1)
    gap = np.clip(score - best, -LIMIT, LIMIT)
    return np.asarray(np.sign(gap) * np.log1p(np.abs(gap)), np.float32)


def _pool(query: Query, arrays: Arrays, lexical: Floats, allowed: Bools | None) -> Ints:
    """Return the passages that any of the three searches puts up, ascending."""
    if allowed is not None:
        lexical = np.where(allowed, lexical, -1)
    words = np.argpartition(-lexical, min(POOL, len(lexical)) - 1)[:POOL]
    words = words[lexical[words] > 0]
    vector = query.vector[None]
    passages = arrays.passage_index.search(vector, POOL, allowed)[1][0]
    lines = None if allowed is None else np.repeat(allowed, np.diff(arrays.first_sentence))
    sentences = arrays.sentence_index.search(vector, POOL, lines)[1][0]
    owners = np.searchsorted(arrays.first_sentence, sentences[sentences >= 0], "right") - 1
    return np.unique(np.concatenate([words, passages[passages >= 0], owners]))
