"""What the confidence rests on: figures of the candidates shown, beside all others; pure numpy."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.lexical.postings import TINY
from embeddings.ranking.confidence import smallness
from embeddings.ranking.evidence import Evidence, capitals
from embeddings.text.analysis import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.lexical.bm25 import Bools, Floats, Ints, Terms
    from embeddings.ranking.evidence import Arrays, Query

LIMIT = 10.0
"""A lead greater than this says no more."""
OUTSIDE = 5
"""Where a filter leaves few passages, they also compete with the so-manieth best outside."""
FAR, NEAR = 0.25, 0.65
"""Cosines up to which a word is not there at all, and from which on it is there whole."""
STRANGE = 0.4
"""What is lacking of a name that no passage has, unless it is misspelt or of another language."""
TRANSLATED = 0.8
"""What a word counts that a passage of another language has by its meaning."""
SHARES = ("covered", "present", "body", "early", "spelt")
"""The shares of the question's words."""
_FIGURES = [f.name for f in fields(Evidence) if f.name not in ("passages", "best", "beside")]


def describe(
    evidence: Evidence,
    score: Floats,
    terms: Terms,
    arrays: Arrays,
    *,
    within: Bools,
    shown: Ints,
) -> dict[str, Floats]:
    """Return the features that a confidence may rest on, each float32 [k].

    Beside the evidence: ``lead``, how far the score is above the best other; ``likely``, its share
    of the odds of all; ``clear``, how much more of the question one of its sentences covers than
    any other passage's; ``nearer``, by how much its nearest sentence is nearer than any other's;
    ``several``, whether the article has other passages; ``lacks``, whether it has not the kind of
    answer that the question wants; ``worth``, the logarithm of how many words, as rare as can be,
    those that are present are worth; ``lines``, the logarithm of its number of sentences, since a
    long passage covers more by chance; ``unknown``, the share of the question's weight in words
    that nobody used; ``length``, the logarithm of the number of words; ``small``, near 1 in a
    corpus of a few passages and near 0 in one of thousands: to lead by much means less among few.

    Args:
        evidence: That of all candidates.
        score: Theirs, float32 [C].
        terms: The question.
        arrays: Where the passages are.
        within: Which candidates the filter leaves, bool [C].
        shown: Which candidates to describe, int64 [k], at least one, each of them within.
    """
    passages = evidence.passages[shown]
    chance = _chance(score, within)
    counted = within | (score <= chance)  # those that the filter leaves, and as good by chance
    others = shown[:, None] != np.arange(len(score))
    lines = arrays.first_sentence[passages + 1] - arrays.first_sentence[passages]
    own = {name: getattr(evidence, name)[shown] for name in _FIGURES}
    weight = float(terms.idf.sum())
    unknown = float(terms.idf[[not rows for rows in terms.rows]].sum())
    return {
        **own,
        "lead": _lead(score, shown, others & within, chance),
        "likely": _likely(score, shown, counted),
        "clear": _more(evidence.covered, shown, others & counted),
        "nearer": _more(evidence.sentence, shown, others & counted),
        "several": _several(arrays, passages),
        "lacks": (own["fits"] < 0).astype(np.float32),
        "worth": np.log1p(own["present"] * weight / np.log1p(len(arrays.lexical))),
        "lines": np.log(lines).astype(np.float32),
        "unknown": np.full(len(shown), unknown / max(weight, TINY), np.float32),
        "length": np.full(len(shown), np.log1p(len(terms.words)), np.float32),
        "small": np.full(len(shown), smallness(len(arrays.lexical)), np.float32),
    }


def _lead(score: Floats, shown: Ints, rivals: Bools, chance: float) -> Floats:
    """Return how far scores are above the best of their rivals, logarithmic, with the sign.

    ``rivals`` says which candidates each of ``shown`` is compared with, bool [k, C], and ``chance``
    what is about as good by chance; it counts as well.
    """
    best = np.where(rivals, score, chance).max(axis=1)
    gap = np.minimum(np.maximum(score[shown] - best, -LIMIT), LIMIT)
    return np.asarray(np.sign(gap) * np.log1p(np.abs(gap)), np.float32)


def _chance(score: Floats, within: Bools) -> float:
    """Return the score of the OUTSIDE-th best candidate that the filter takes out.

    Better ones may answer as well; this one is about as good by chance. Minus infinity: so many
    are not taken out.
    """
    outside = score[~within]
    return float(np.sort(outside)[-OUTSIDE]) if len(outside) >= OUTSIDE else -np.inf


def _several(arrays: Arrays, passages: Ints) -> Floats:
    """Return 1 for each passage that has another of its article beside it, else 0."""
    own = arrays.article_of[passages]
    first, end = (np.searchsorted(arrays.article_of, own, side) for side in ("left", "right"))
    return (end - first > 1).astype(np.float32)


def _likely(score: Floats, shown: Ints, counted: Bools) -> Floats:
    """Return each one's share of the odds, a softmax: a score is a log-odds, as it was fitted."""
    odds = np.exp(score - score[counted].max())
    return np.asarray(odds[shown] / odds[counted].sum(), np.float32)


def _more(figure: Floats, shown: Ints, rivals: Bools) -> Floats:
    """Return by how much a figure of each is above its rivals' greatest, 0 where there are none."""
    most = np.where(rivals, figure, 0).max(axis=1)
    return np.asarray(figure[shown] - most, np.float32)


def read(evidence: Evidence, near: Floats, query: Query, terms: Terms) -> Evidence:
    """Return evidence with that of the tokens, which says what stands there in other words.

    In a passage of another language, a word is there by its meaning alone. The other arguments
    are ``meaning``'s.
    """
    known = replace(evidence, tokens=near.mean(axis=1), **meaning(near, query, terms))
    there = np.float32(TRANSLATED) * known.meant * known.foreign
    return replace(known, **{name: np.maximum(getattr(known, name), there) for name in SHARES})


def meaning(near: Floats, query: Query, terms: Terms) -> dict[str, Any]:
    """Return ``meant``, ``unnamed`` and ``unheard`` of each candidate, as ``Evidence`` has them.

    Args:
        near: The greatest cosine of each of the question's tokens to any of each one's, [C, q].
        query: The question.
        terms: Its terms.
    """
    piece_of = _words(query.words, terms)
    there = np.unique(piece_of[piece_of >= 0])
    if not len(there):
        return {"meant": np.ones(len(near), np.float32)}
    is_of = (piece_of[:, None] == there).astype(np.float32)
    cosine = np.einsum("cq,qw->cw", near, is_of) / is_of.sum(axis=0)
    share = np.clip((cosine - FAR) / (NEAR - FAR), 0, 1)
    idf, is_name = terms.idf[there], capitals(query.text, terms)[there]
    lacks = 1 - share[:, is_name]
    nobodys = np.array([not terms.rows[word] for word in there])[is_name] & (lacks >= STRANGE)
    most = {"unnamed": lacks, "unheard": lacks * nobodys}
    found = {name: each.max(axis=1, initial=0.0).astype(np.float32) for name, each in most.items()}
    return found | {"meant": (share * idf).sum(axis=1) / np.float32(max(idf.sum(), TINY))}


def _words(spelt: Sequence[str], terms: Terms) -> Ints:
    """Return which subject word of the question each token is a piece of, -1 for none."""
    number = {word: place for place, word in enumerate(terms.words)}
    of = {each: [number[w] for w in words(each) if w in number] for each in set(spelt)}
    return np.array([of[each][-1] if of[each] else -1 for each in spelt], np.int64)
