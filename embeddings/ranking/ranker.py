"""Candidates -> ranking: the mix of dense and lexical evidence, duplicates folded; pure numpy."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from embeddings.ranking import folding
from embeddings.ranking.evidence import Arrays, Evidence, Query, sentence_text, weigh
from embeddings.ranking.features import describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from embeddings.lexical.bm25 import Bools, Floats, Ints, Terms
    from embeddings.ranking.confidence import Calibration

__all__ = ["Arrays", "Candidate", "Query", "Ranking", "rank", "sentence_text"]

POOL = 64
"""Passages that each of the three searches puts up."""
DEEPER = 3
"""For each place that is asked for, so many are looked at, for other articles to come forward."""


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
        beside: The row of the one next to it that is marked with it; the same where none is.
        also: Passages that carry nearly the same words, folded into this one.
        features: Name -> figure: what the confidence rests on.
    """

    passage: int
    score: float
    confidence: float
    sentence: int
    beside: int
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
    pool = _pool(query, terms, arrays, None)
    if allowed is not None:
        pool = np.union1d(pool, _pool(query, terms, arrays, allowed))
    within = np.ones(len(pool), np.bool_) if allowed is None else allowed[pool]
    if not within.any():
        return Ranking()
    evidence = weigh(query, terms, arrays, pool)
    score = weights.score(evidence)
    order = np.argsort(-score, kind="stable")
    order = order[within[order]]
    if fold:
        groups = _groups(order, score, evidence, arrays, limit)
    else:
        groups = [(int(i), ()) for i in order[:limit]]
    shown = np.array([first for first, _ in groups], np.int64)
    features = describe(evidence, score, terms, arrays, within=within, shown=shown)
    nothing = np.zeros(len(shown), np.float32)
    sure = calibration.probabilities(features) if calibration else nothing
    return Ranking(tuple(_candidates(groups, evidence, score, features, sure)))


def _groups(
    order: Ints, score: Floats, evidence: Evidence, arrays: Arrays, limit: int
) -> list[tuple[int, tuple[int, ...]]]:
    """Return the candidates to show, best first, each with its near-duplicates."""
    passages = evidence.passages[order]
    copies = folding.fold(passages, arrays, limit * DEEPER)
    firsts = order[list(copies)]
    mixed = folding.mix(score[firsts], arrays.article_of[evidence.passages[firsts]], limit)
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
    least, names = 1.0, tuple(features)
    figures = np.array(list(features.values())).T.tolist()  # one list a candidate
    for place, (i, others) in enumerate(groups):
        least = min(least, float(sure[place]))
        yield Candidate(
            passage=int(evidence.passages[i]),
            score=float(score[i]),
            confidence=least,
            sentence=int(evidence.best[i]),
            beside=int(evidence.beside[i]),
            also=tuple(evidence.passages[list(others)].tolist()),
            features=dict(zip(names, figures[place], strict=True)),
        )


def _pool(query: Query, terms: Terms, arrays: Arrays, allowed: Bools | None) -> Ints:
    """Return the passages that any of the three searches puts up, ascending."""
    words = arrays.lexical.best(terms, POOL, allowed)
    vector = query.vector[None]
    passages = arrays.passage_index.search(vector, POOL, allowed)[1][0]
    lines = None if allowed is None else np.repeat(allowed, np.diff(arrays.first_sentence))
    sentences = arrays.sentence_index.search(vector, POOL, lines)[1][0]
    owners = np.searchsorted(arrays.first_sentence, sentences[sentences >= 0], "right") - 1
    return np.unique(np.concatenate([words, passages[passages >= 0], owners]))
