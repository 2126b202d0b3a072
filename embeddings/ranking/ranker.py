"""Ranks candidate passages by dense and lexical evidence, and folds near-duplicates; pure numpy."""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cache
from itertools import accumulate
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical.arrays import Bools, Floats, Ints
from embeddings.lexical.bm25 import Lexical, Terms
from embeddings.question.wording import find_term
from embeddings.ranking.answer_kinds import Kind
from embeddings.ranking.confidence import Calibration, Mix
from embeddings.ranking.evidence import Arrays, Evidence, add_tokens, weigh
from embeddings.ranking.features import Candidate, Candidates, describe
from embeddings.ranking.maxsim import Encoding, Tokens
from embeddings.text.analysis import language_of, words

POOL = 64
"""Passages that each of the three searches contributes to the candidates."""
ASIDE = 30.0
"""Subtracted from the rank of a passage that only asks, or is about other names of its title's
list. Its score stays, and with it its effect on the confidence of the passages before it."""
BEHIND = 5.0
"""The most by which a passage with the only valid kind of answer may score below the best one."""
READ = 16
"""Candidates whose tokens are compared with the question's."""
DEEPER = 3
"""Candidates considered for each place in the result, so that other articles can move up."""
SAME = 0.7
"""Share of the richer passage's distinct words from which two passages are copies."""
PER_ARTICLE = 2
"""Passages of one article that are ranked by score alone; CROWDED is for further ones."""
CROWDED = 1.0
"""Subtracted for each further passage: scores are log-odds, so it must be e times as likely."""


def rank(
    query: Encoding,
    arrays: Arrays,
    *,
    calibration: Calibration,
    allowed: Bools | None = None,
    limit: int = 10,
    fold: bool = True,
) -> Candidates:
    """Return the passages that may answer a question, best first.

    Args:
        query: The question.
        arrays: The arrays of the snapshot.
        calibration: The weights of the evidence, and the confidence.
        allowed: Passages that may be returned, bool [P]; None: all.
        limit: The most candidates to return.
        fold: Whether to fold near-duplicates and let other articles move up, for readers; False:
            strictly by score, for evaluation on labelled questions.
    """
    if not len(arrays.lexical):
        return ()
    mix = calibration.mix
    terms, evidence, score, within = find_candidates(query, arrays, mix, allowed)
    if not within.any():
        return ()
    ranked = score - np.float32(ASIDE) * evidence.figures["aside"]
    order = np.argsort(-ranked, kind="stable")
    order = order[within[order]]
    groups: dict[int, tuple[int, ...]] = dict.fromkeys(range(len(order[:limit])), ())
    if fold:
        groups = _group(evidence.passages[order], ranked[order], arrays, limit, mix.alike)
    shown = order[[*groups]]
    features = describe(evidence, score, terms, arrays, within=within, shown=shown)
    confidence = accumulate(calibration.probabilities(features).tolist(), min)  # never rises
    columns = (evidence.passages, ranked, evidence.best, evidence.beside)
    passage, own, best, beside = (column[shown].tolist() for column in columns)
    rows = np.array([*features.values()]).T.tolist()
    named = [dict(zip(features, row, strict=True)) for row in rows]
    return tuple(map(Candidate, passage, own, confidence, best, beside, groups.values(), named))


def find_candidates(
    query: Encoding, arrays: Arrays, mix: Mix, allowed: Bools | None = None
) -> tuple[Terms, Evidence, Floats, Bools]:
    """Find the candidates of a question, and compute their evidence.

    Returns:
        The question's terms, the evidence, the scores, float32 [C], and which candidates may be
        returned, bool [C].
    """
    terms = read_terms(query.text, arrays.lexical)
    pool = _search(query, terms, arrays, None)
    if allowed is not None:
        pool = np.union1d(pool, _search(query, terms, arrays, allowed))
    within = np.ones(len(pool), np.bool_) if allowed is None else allowed[pool]
    evidence = weigh(query, terms, arrays, pool, mix.marks)
    score = mix.weights.score(evidence.figures)
    if query.tokens is not None and arrays.tokens and within.any():
        near = _compare_tokens(pool, score, query.tokens, arrays, within)
        evidence = add_tokens(evidence, near, query, terms)
        score = mix.weights.score(evidence.figures)
    if terms.wants & Kind.ALONE:
        has = within & (evidence.figures["fits"] > 0) & (score >= score.max() - np.float32(BEHIND))
        within = has if has.any() else within
    return terms, evidence, score, within


def read_terms(question: str, lexical: Lexical) -> Terms:
    """Return a question's terms; only the term itself if the question asks what a term means."""
    term = find_term(question)
    if term is None:
        return lexical.read(question)
    return replace(lexical.read(term), language=language_of(words(question)), defines=True)


def _compare_tokens(
    pool: Ints, score: Floats, tokens: Floats, arrays: Arrays, within: Bools
) -> Floats:
    """Return the greatest cosine of each question token to a token of each candidate, [C, q].

    Only the READ best candidates are compared; all others get the row of the least near of these.
    """
    order = np.argsort(-score, kind="stable")
    best = np.union1d(order[:READ], order[within[order]][:READ])
    passages = pool[best]
    near = cast("Tokens", arrays.tokens).nearest(tokens, passages, arrays.article_of[passages])
    every = near[[near.mean(axis=1).argmin()]].repeat(len(score), axis=0)
    every[best] = near
    return every


def _group(
    passages: Ints, score: Floats, arrays: Arrays, limit: int, alike: float
) -> dict[int, tuple[int, ...]]:
    """Return which of some passages to show, best first, and the rows of each one's copies.

    ``passages`` are rows, best first; ``alike`` is as in ``fold_copies``.
    """
    copies, rows = fold_copies(passages, arrays, limit * DEEPER, alike), passages.tolist()
    firsts = [*copies]
    mixed = mix_articles(score[firsts], arrays.article_of[passages[firsts]], limit)
    return {firsts[i]: tuple(rows[copy] for copy in copies[firsts[i]]) for i in mixed}


def _search(query: Encoding, terms: Terms, arrays: Arrays, allowed: Bools | None) -> Ints:
    """Return the rows that a search of terms, passages or sentences finds, ascending."""
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
    """Group near-duplicates, such as a news agency's text in several articles.

    ``passages`` are rows, best first; from the cosine ``alike`` on they are compared word by word.
    Returns the index of the first of each group -> the indices of the others, best first.
    """
    words = cache(lambda i: _list_words(arrays, int(passages[i])))
    groups: dict[int, tuple[int, ...]] = {}
    left = set(range(len(passages)))
    for first, near in enumerate(_find_alike(arrays.passages[passages], limit, alike)):
        if len(groups) == limit:
            break
        if first in left:
            others = [i for i in near if i > first and i in left]
            groups[first] = tuple(i for i in others if are_copies(words(first), words(i)))
            left.difference_update(groups[first])
    return groups


def _find_alike(vectors: Floats, lot: int, least: float) -> Iterator[list[int]]:
    """Yield, for each of some vectors, the indices of those whose cosine to it is high enough.

    They are compared in lots, as the first ones are mostly all that is needed.
    """
    for start in range(0, len(vectors), lot):
        for near in vectors[start : start + lot] @ vectors.T >= least:
            yield np.flatnonzero(near).tolist()


def mix_articles(score: Floats, articles: NDArray[np.int32], limit: int | None = None) -> list[int]:
    """Order candidates so that one article does not crowd out others that are nearly as good.

    A question about one article still gets its passages, since no others score nearly as high.
    ``score``, float32 [C], has log-odds. Returns indices of candidates, in their new order.
    """
    left, article = dict(enumerate(score.tolist())), articles.tolist()
    placed: list[int] = []
    count = Counter[int]()
    while left and len(placed) != limit:
        best = max(left, key=left.__getitem__)  # the first of equals
        del left[best]
        placed.append(best)
        count[article[best]] += 1
        if count[article[best]] >= PER_ARTICLE:
            left |= {i: left[i] - CROWDED for i in left if article[i] == article[best]}
    return placed


def are_copies(one: AbstractSet[Any], other: AbstractSet[Any]) -> bool:
    """Say whether two passages are near-duplicates, from their distinct words."""
    return len(one & other) >= SAME * max(len(one), len(other), 1)


def _list_words(arrays: Arrays, passage: int) -> frozenset[int]:
    """Return the distinct terms of a passage's sentences, without its title."""
    lines = arrays.first_sentence[passage : passage + 2] + passage + 1
    first, end = arrays.lexical.token_first[lines]
    return frozenset(arrays.lexical.tokens[first:end].tolist())
