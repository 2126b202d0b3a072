"""Candidates -> ranking: the mix of dense and lexical evidence, duplicates folded; pure numpy."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.evidence import Arrays, Evidence, Query, sentence_text, weigh
from embeddings.lexical import TINY, gather

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embeddings.confidence import Calibration
    from embeddings.lexical import Bools, Floats, Ints, Terms

__all__ = ["Arrays", "Candidate", "Query", "Ranking", "rank", "sentence_text", "statistics"]

POOL = 64
"""Passages that each of the three searches puts up."""
ALIKE = 0.85
"""Cosine from which two passages are compared word by word."""
SAME = 0.7
"""Share of the words of the richer passage from which two are the same copy."""
LIMIT = 10.0
"""A lead greater than this says no more."""
PER_ARTICLE = 2
"""Passages of one article that come in their place; the next must be better by CROWDED each."""
CROWDED = 1.0
"""In units of the score, which is a log-odds between passages: e times as likely."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each kind of evidence adds to the score, a log-odds; fitted on labelled questions."""

    grams: float = 9.4
    passage: float = 5.1
    sentence: float = 10.5
    covered: float = 4.5
    early: float = 1.5

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


def statistics(passages: Floats, sentences: NDArray[Any]) -> dict[str, NDArray[Any]]:  # noqa: ARG001
    """Return what the ranking needs to know of all vectors: with the mix in force, nothing."""
    return {}


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
    passages = _pool(query, arrays, scores[0] + scores[1], allowed)
    if not len(passages):
        return Ranking()
    evidence = weigh(query, terms, scores, arrays, passages)
    score = weights.score(evidence)
    order = np.argsort(-score, kind="stable")
    copies = _fold(order, evidence, arrays, limit) if fold else {int(i): () for i in order}
    kept = _mix(list(copies), score, arrays.article_of[passages]) if fold else list(copies)
    features = describe(evidence, score, terms, arrays)
    sure = calibration.probabilities(features) if calibration else np.zeros(len(score))
    sure = np.minimum.accumulate(sure[kept])
    return Ranking(
        tuple(
            Candidate(
                passage=int(passages[i]),
                score=float(score[i]),
                confidence=float(probability),
                sentence=int(evidence.best[i]),
                also=tuple(int(passages[j]) for j in copies[i]),
                features={name: float(values[i]) for name, values in features.items()},
            )
            for i, probability in zip(kept[:limit], sure, strict=False)
        )
    )


def describe(evidence: Evidence, score: Floats, terms: Terms, arrays: Arrays) -> dict[str, Floats]:
    """Return the features that a confidence may rest on, each float32 [C].

    Beside the evidence: ``lead`` and ``away``, how far the score is above the best other
    passage and the best one of another article; ``several``, whether the article has other
    passages; ``unknown``, the share of the question's weight in words that nobody used;
    ``length``, the logarithm of the number of words; ``foreign``, whether the passage is in
    another language than the question.
    """
    article = arrays.article_of[evidence.passages]
    size = np.bincount(arrays.article_of)[article]
    codes = np.array([code != terms.language for code in arrays.lexical.codes()], np.float32)
    foreign = codes[arrays.lexical.language_of[evidence.passages]] * bool(terms.language)
    nobody = np.array([not rows for rows in terms.rows], np.float32)
    shown = {f.name: getattr(evidence, f.name) for f in fields(evidence)}
    del shown["passages"], shown["best"]
    return {
        **shown,
        "lead": _above(score, ~np.eye(len(score), dtype=bool)),
        "away": _above(score, article[:, None] != article),
        "several": (size > 1).astype(np.float32),
        "unknown": np.full(len(score), nobody @ terms.idf / max(terms.idf.sum(), TINY)),
        "length": np.full(len(score), np.log1p(len(terms.words)), np.float32),
        "foreign": foreign,
    }


def _above(score: Floats, rivals: Bools) -> Floats:
    """Return how far each score is above the best of its rivals, logarithmic, with its sign.

    Args:
        score: float32 [C].
        rivals: Which candidates each is compared with, bool [C, C].
    """
    best = np.where(rivals, score, -np.inf).max(axis=1)
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


def _fold(
    order: Ints, evidence: Evidence, arrays: Arrays, limit: int
) -> dict[int, tuple[int, ...]]:
    """Return the first of each group of near-duplicates, best first, with the others of it."""
    vectors = arrays.passages[evidence.passages[order]]
    cosines = vectors @ vectors.T
    tokens: dict[int, Ints] = {}

    def same(a: int, b: int) -> bool:
        sets = [tokens.setdefault(i, _tokens(arrays, evidence.passages[order[i]])) for i in (a, b)]
        shared = len(np.intersect1d(sets[0], sets[1], assume_unique=True))
        return shared >= SAME * max(len(sets[0]), len(sets[1]), 1)

    groups: dict[int, list[int]] = {}
    for place in range(len(order)):
        near = (first for first in groups if cosines[first, place] >= ALIKE)
        first = next((first for first in near if same(first, place)), None)
        if first is not None:
            groups[first].append(int(order[place]))
        elif len(groups) < limit * (PER_ARTICLE + 1):
            groups[place] = []
    return {int(order[first]): tuple(others) for first, others in groups.items()}


def _tokens(arrays: Arrays, passage: int) -> Ints:
    """Return the different words of a passage's sentences, without its title."""
    lines = np.arange(arrays.first_sentence[passage], arrays.first_sentence[passage + 1])
    at, _ = gather(arrays.lexical.token_first, lines + passage + 1)
    return np.unique(arrays.lexical.tokens[at]).astype(np.int64)


def _mix(kept: list[int], score: Floats, article_of: NDArray[np.int32]) -> list[int]:
    """Order candidates so that one article does not crowd out others that are nearly as good."""
    waiting, placed = list(kept), []
    count: dict[int, int] = {}

    def worth(i: int) -> float:
        return float(score[i]) - CROWDED * max(
            0, count.get(int(article_of[i]), 0) + 1 - PER_ARTICLE
        )

    while waiting:
        best = max(waiting, key=worth)
        waiting.remove(best)
        placed.append(best)
        count[int(article_of[best])] = count.get(int(article_of[best]), 0) + 1
    return placed
