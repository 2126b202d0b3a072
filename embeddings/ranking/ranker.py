"""Candidates, ranked: the mix of dense and lexical evidence, duplicates folded; pure numpy."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, cast

import numpy as np

from embeddings.question.wording import defined_term
from embeddings.ranking.answer_kinds import Kind
from embeddings.ranking.evidence import Arrays, Evidence, Query, weigh
from embeddings.ranking.features import describe, read
from embeddings.text.analysis import language_of, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embeddings.lexical.bm25 import Bools, Floats, Ints, Lexical, Terms
    from embeddings.ranking.confidence import Calibration, Mix
    from embeddings.ranking.maxsim import Tokens

POOL = 64
"""Passages that each of the three searches puts up."""
OTHERS = 10.0
"""By so much a passage stands back that is about others of the names that its title lists; it
still makes those before it less sure, as by words and vectors alone it is as near as it was."""
BEHIND = 5.0
"""How far behind the best a passage may lie that has what alone answers, to come before it."""
READ = 16
"""Candidates whose tokens are compared with the question's."""
DEEPER = 3
"""For each place that is asked for, so many are looked at, for other articles to come forward."""
SAME = 0.7
"""Share of the words of the richer passage from which two are the same copy."""
PER_ARTICLE = 2
"""Passages of one article that come in their place; each further one must earn it."""
CROWDED = 1.0
"""What each further one must be better by; a score is a log-odds, so e times as likely."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer.

    Attributes:
        passage: Its row.
        score: What it was ranked by; comparable within one question only.
        confidence: The probability, in [0, 1], that it answers.
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
    calibration: Calibration,
    allowed: Bools | None = None,
    limit: int = 10,
    fold: bool = True,
) -> tuple[Candidate, ...]:
    """Return the passages that may answer a question, best first.

    Args:
        query: The question.
        arrays: The snapshot.
        calibration: What each kind of evidence counts, and what makes a confidence of them.
        allowed: Which passages may be returned, bool [P]; None: all.
        limit: The most candidates to return.
        fold: Fold near-duplicates and let other articles come forward, as a reader wants it;
            False: strictly by score, as labelled sets judge.
    """
    if not len(arrays.lexical):
        return ()
    mix = calibration.mix
    terms, evidence, within = evidence_for(query, arrays, mix, allowed)
    if not within.any():
        return ()
    score = mix.weights.score(evidence)
    ranked = score - np.float32(OTHERS) * evidence.listed
    order = np.argsort(-ranked, kind="stable")
    order = order[within[order]]
    groups: dict[int, tuple[int, ...]] = dict.fromkeys(order[:limit].tolist(), ())
    if fold:
        groups = _groups(order, ranked, evidence, arrays, (limit, mix.alike))
    shown = np.array([*groups], np.int64)
    features = describe(evidence, score, terms, arrays, within=within, shown=shown)
    sure = accumulate(calibration.probabilities(features).tolist(), min)  # none above one before
    places = (evidence.passages, ranked, evidence.best, evidence.beside)
    passage, own, best, beside = (each[shown].tolist() for each in places)
    figures = np.array([*features.values()]).T.tolist()
    named = [dict(zip(features, each, strict=True)) for each in figures]
    return tuple(map(Candidate, passage, own, sure, best, beside, groups.values(), named))


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
    if terms.wants & Kind.ALONE:
        score = mix.weights.score(evidence)
        has = within & (evidence.fits > 0) & (score >= score.max() - np.float32(BEHIND))
        within = has if has.any() else within
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
    every = near[[near.mean(axis=1).argmin()]].repeat(len(score), axis=0)
    every[best] = near
    return every


def _groups(
    order: Ints, score: Floats, evidence: Evidence, arrays: Arrays, wanted: tuple[int, float]
) -> dict[int, tuple[int, ...]]:
    """Return the candidates to show, best first, each with the rows of its near-duplicates.

    Wanted are at the most so many; passages are compared word by word from that cosine on.
    """
    limit, alike = wanted
    passages = evidence.passages[order]
    copies = fold_copies(passages, arrays, limit * DEEPER, alike)
    firsts, rows = [*copies], passages.tolist()
    mixed = mix_articles(score[order[firsts]], arrays.article_of[passages[firsts]], limit)
    each = (firsts[i] for i in mixed)
    return {int(order[first]): tuple(rows[copy] for copy in copies[first]) for first in each}


def _pool(query: Query, terms: Terms, arrays: Arrays, allowed: Bools | None) -> Ints:
    """Return the passages that any of the three searches puts up, ascending."""
    vector = query.vector[None]
    passages = arrays.passage_index.search(vector, POOL, allowed)[1][0]
    lines = None if allowed is None else np.repeat(allowed, np.diff(arrays.first_sentence))
    sentences = arrays.sentence_index.search(vector, POOL, lines)[1][0]
    owners = np.searchsorted(arrays.first_sentence, sentences, "right") - 1
    every = {*terms.best(POOL, allowed).tolist(), *passages.tolist(), *owners.tolist()}
    return np.array(sorted(every - {-1}), np.int64)


def fold_copies(
    passages: Ints, arrays: Arrays, limit: int, alike: float
) -> dict[int, tuple[int, ...]]:
    """Group near-duplicates, such as one agency's copy in several articles.

    Args:
        passages: Rows of passages, best first.
        arrays: Where they are.
        limit: How many groups are wanted at the most.
        alike: Cosine from which two passages are compared word by word.

    Returns:
        Place in ``passages`` of the first of each group -> places of the others, best first.
    """
    groups: dict[int, list[int]] = {}
    words = cache(lambda place: _words_of(arrays, int(passages[place])))
    vectors, some = arrays.passages[passages], range(0)
    while some.stop < len(passages):
        is_open = len(groups) < limit
        some = range(some.stop, min(some.stop + limit, len(passages)) if is_open else len(passages))
        near = _near(vectors, alike, some, [*groups, *(some if is_open else ())])
        for place in some if is_open else near:
            for first in near.get(place, ()):
                if first in groups and _is_same(words(first), words(place)):
                    groups[first].append(place)
                    break
            else:
                if len(groups) < limit:
                    groups[place] = []
    return {first: tuple(others) for first, others in groups.items()}


def _near(vectors: Floats, alike: float, some: range, firsts: list[int]) -> dict[int, list[int]]:
    """Return, for each of some places that has any, the firsts before it that it is near to."""
    before: dict[int, list[int]] = {}
    found = np.nonzero(vectors[some.start : some.stop] @ vectors[firsts].T >= alike)
    for place, first in zip(*map(np.ndarray.tolist, found), strict=True):
        if firsts[first] < place + some.start:
            before.setdefault(place + some.start, []).append(firsts[first])
    return before


def mix_articles(score: Floats, articles: NDArray[np.int32], limit: int | None = None) -> list[int]:
    """Order candidates so that one article does not crowd out others that are nearly as good.

    A question about one article still gets its passages: no other comes near.

    Args:
        score: float32 [C], log-odds.
        articles: The article of each candidate, [C].
        limit: How many are wanted; None: all.

    Returns:
        The candidates' places, in their new order.
    """
    worth, of = dict(enumerate(score.tolist())), articles.tolist()
    placed: list[int] = []
    count = Counter[int]()
    while worth and len(placed) != limit:
        best = max(worth, key=worth.__getitem__)  # of equals the first
        del worth[best]
        placed.append(best)
        count[of[best]] += 1
        if count[of[best]] >= PER_ARTICLE:
            worth |= {i: worth[i] - CROWDED for i in worth if of[i] == of[best]}
    return placed


def _is_same(one: frozenset[int], other: frozenset[int]) -> bool:
    return len(one & other) >= SAME * max(len(one), len(other), 1)


def _words_of(arrays: Arrays, passage: int) -> frozenset[int]:
    """Return the different words of a passage's sentences, without its title."""
    lines = arrays.first_sentence[passage : passage + 2] + passage + 1
    first, end = arrays.lexical.token_first[lines]
    return frozenset(arrays.lexical.tokens[first:end].tolist())
