"""Candidates -> ranking: the mix of dense and lexical evidence, duplicates folded; pure numpy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from embeddings.question.wording import defined_term
from embeddings.ranking import folding
from embeddings.ranking.confidence import Mix
from embeddings.ranking.evidence import Arrays, Evidence, Query, sentence_text, weigh
from embeddings.ranking.features import describe, read
from embeddings.text.analysis import language_of, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from embeddings.lexical.bm25 import Bools, Floats, Ints, Lexical, Terms
    from embeddings.ranking.confidence import Calibration
    from embeddings.ranking.maxsim import Tokens

__all__ = ["Arrays", "Candidate", "Query", "rank", "sentence_text"]

POOL = 64
"""Passages that each of the three searches puts up."""
READ = 16
"""Candidates whose tokens are compared with the question's."""
DEEPER = 3
"""For each place that is asked for, so many are looked at, for other articles to come forward."""

_USUAL = Mix()


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


def rank(
    query: Query,
    arrays: Arrays,
    *,
    allowed: Bools | None = None,
    calibration: Calibration | None = None,
    limit: int = 10,
    fold: bool = True,
) -> tuple[Candidate, ...]:
    """Return the passages that may answer a question, best first.

    Args:
        query: The question.
        arrays: The snapshot.
        allowed: Which passages may be returned, bool [P]; None: all.
        calibration: What each kind of evidence counts, and what makes a confidence of them; None:
            what the evidence counts for the model ``light``, and no confidence.
        limit: The most candidates to return.
        fold: Fold near-duplicates and let other articles come forward, as a reader wants it;
            False: strictly by score, as labelled sets judge.
    """
    if not len(arrays.lexical):
        return ()
    mix = calibration.mix if calibration else _USUAL
    terms, evidence, within = evidence_for(query, arrays, mix, allowed)
    if not within.any():
        return ()
    score = mix.weights.score(evidence)
    order = np.argsort(-score, kind="stable")
    order = order[within[order]]
    if fold:
        groups = _groups(order, score, evidence, arrays, (limit, mix.alike))
    else:
        groups = [(int(i), ()) for i in order[:limit]]
    shown = np.array([first for first, _ in groups], np.int64)
    features = describe(evidence, score, terms, arrays, within=within, shown=shown)
    nothing = np.zeros(len(shown), np.float32)
    sure = calibration.probabilities(features) if calibration else nothing
    return tuple(_candidates(groups, evidence, score, features, sure))


def evidence_for(
    query: Query, arrays: Arrays, mix: Mix, allowed: Bools | None = None
) -> tuple[Terms, Evidence, Bools]:
    """Find the candidates, and compute all that speaks for each.

    Returns:
        The question's terms, the evidence, and which of the candidates are allowed, bool [C].
    """
    terms = terms_of(query.text, arrays.lexical)
    pool = _pool(query, terms, arrays, None)
    if allowed is not None:
        pool = np.union1d(pool, _pool(query, terms, arrays, allowed))
    within = np.ones(len(pool), np.bool_) if allowed is None else allowed[pool]
    evidence = weigh(query, terms, arrays, pool, mix.marks)
    if query.tokens is not None and arrays.tokens and within.any():
        score = mix.weights.score(evidence)
        near = _nearest(evidence, score, query.tokens, arrays, within)
        evidence = read(evidence, near, query, terms)
    return terms, evidence, within


def terms_of(question: str, lexical: Lexical) -> Terms:
    """Return a question's terms; one that asks what a term means is about that term alone."""
    term = defined_term(question)
    if term is None:
        return lexical.read(question)
    return replace(lexical.read(term), language=language_of(words(question)), defines=True)


def _nearest(
    evidence: Evidence, score: Floats, tokens: Floats, arrays: Arrays, within: Bools
) -> Floats:
    """Compare a question's tokens with the best candidates' and return the greatest cosines.

    The others, float32 [C, q], get those of the least near of the best.
    """
    order = np.argsort(-score, kind="stable")
    best = np.union1d(order[:READ], order[within[order]][:READ])
    passages = evidence.passages[best]
    near = cast("Tokens", arrays.tokens).nearest(tokens, passages, arrays.article_of[passages])
    every = np.tile(near[near.mean(axis=1).argmin()], (len(score), 1))
    every[best] = near
    return every


def _groups(
    order: Ints, score: Floats, evidence: Evidence, arrays: Arrays, wanted: tuple[int, float]
) -> list[tuple[int, tuple[int, ...]]]:
    """Return the candidates to show, best first, each with its near-duplicates.

    Wanted are at the most so many; passages are compared word by word from that cosine on.
    """
    limit, alike = wanted
    passages = evidence.passages[order]
    copies = folding.fold(passages, arrays, limit * DEEPER, alike)
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
    found = terms.best(POOL, allowed)
    vector = query.vector[None]
    passages = arrays.passage_index.search(vector, POOL, allowed)[1][0]
    lines = None if allowed is None else np.repeat(allowed, np.diff(arrays.first_sentence))
    sentences = arrays.sentence_index.search(vector, POOL, lines)[1][0]
    owners = np.searchsorted(arrays.first_sentence, sentences[sentences >= 0], "right") - 1
    return np.unique(np.concatenate([found, passages[passages >= 0], owners]))
