"""How much of what a question means a passage has, from the tokens of both; pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embeddings.lexical.postings import TINY
from embeddings.text.analysis import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.lexical.bm25 import Bools, Floats, Ints, Terms
    from embeddings.ranking.evidence import Evidence, Query

FAR, NEAR = 0.25, 0.65
"""Cosines up to which a word is not there at all, and from which on it is there whole."""
SHARP = 20.0
"""How sharply the odds of candidates differ with the mean cosine of their tokens."""
RIVALS = 8
"""Candidates that the first one's tokens are compared with."""
NAMES = ("ahead", "odds", "meant", "absent", "unnamed", "dim")


def meaning(
    query: Query, terms: Terms, evidence: Evidence, order: Ints, shown: Ints
) -> dict[str, Floats]:
    """Return the features of meaning, each float32 [k]; zeros where a model makes no tokens.

    ``ahead``, how far the mean cosine of the tokens is above that of the best other; ``odds``, its
    share among the best; ``meant``, the share of the question's weight of words that the passage
    has by their meaning; ``absent``, the same of the word that it has least; ``unnamed``, how much
    of a capitalised word it lacks; ``dim``, the least cosine of any token.

    Args:
        query: The question.
        terms: Its terms.
        evidence: That of all candidates.
        order: The best candidates, best first, int64 [n].
        shown: Which to describe, int64 [k].
    """
    nothing = np.zeros(len(shown), np.float32)
    if evidence.near is None:
        return dict.fromkeys(NAMES, nothing)
    best, own = order[:RIVALS], evidence.tokens[shown]
    others = np.where(best[None] == shown[:, None], -1, evidence.tokens[best][None])
    odds = np.exp(SHARP * (evidence.tokens[best] - own.max()))
    near = evidence.near[shown]
    word_of = _words(query.words, terms)
    cosine = np.stack([near[:, word_of == w].mean(1) for w in _there(word_of)] or [nothing + 1], 1)
    share = np.clip((cosine - FAR) / (NEAR - FAR), 0, 1)
    names, weight = _there(word_of), terms.idf
    idf = weight[names] if len(names) else np.ones(1, np.float32)
    capital = _capitals(query.words, word_of, names)
    return {
        "ahead": np.asarray(own - others.max(axis=1), np.float32),
        "odds": np.asarray(np.exp(SHARP * (own - own.max())) / odds.sum(), np.float32),
        "meant": np.asarray(share @ idf / max(float(idf.sum()), TINY), np.float32),
        "absent": np.asarray(1 - share.min(axis=1), np.float32),
        "unnamed": np.asarray((1 - share[:, capital]).max(axis=1, initial=0.0), np.float32),
        "dim": np.asarray(near.min(axis=1), np.float32),
    }


def _words(spelt: Sequence[str], terms: Terms) -> Ints:
    """Return which subject word of the question each token is a piece of, -1 for none."""
    number = {word: place for place, word in enumerate(terms.words)}
    of = {each: [number[w] for w in words(each) if w in number] for each in set(spelt)}
    return np.array([of[each][-1] if of[each] else -1 for each in spelt], np.int64)


def _there(word_of: Ints) -> Ints:
    return np.unique(word_of[word_of >= 0])


def _capitals(spelt: Sequence[str], word_of: Ints, names: Ints) -> Bools:
    """Say which of the words are written with a capital, but for the question's first word."""
    first = spelt[0] if spelt else ""
    capital = [each != first and any(map(str.isupper, each)) for each in spelt]
    return (
        np.isin(names, word_of[np.array(capital, np.bool_)])
        if len(names)
        else np.zeros(1, np.bool_)
    )
