"""How much of what a question means a passage has, from the tokens of both; pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embeddings.lexical.postings import TINY
from embeddings.ranking.evidence import capitals
from embeddings.text.analysis import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.lexical.bm25 import Floats, Ints, Terms
    from embeddings.ranking.evidence import Evidence, Query

FAR, NEAR = 0.25, 0.65
"""Cosines up to which a word is not there at all, and from which on it is there whole."""
NAMES = ("meant", "unnamed")


def meaning(query: Query, terms: Terms, evidence: Evidence, shown: Ints) -> dict[str, Floats]:
    """Return the features of meaning, each float32 [k]; zeros where a model makes no tokens.

    ``meant``, the share of the question's weight of words that the passage has by their meaning;
    ``unnamed``, how much it lacks of the name that it lacks most, as capitals tell names.

    Args:
        query: The question.
        terms: Its terms.
        evidence: That of all candidates.
        shown: Which to describe, int64 [k].
    """
    piece_of = _words(query.words, terms)
    there = np.unique(piece_of[piece_of >= 0])
    if evidence.near is None or not len(there):
        nothing = np.zeros(len(shown), np.float32)
        return {"meant": nothing + (evidence.near is not None), "unnamed": nothing}
    near = evidence.near[shown]
    cosine = np.stack([near[:, piece_of == word].mean(axis=1) for word in there], axis=1)
    share = np.clip((cosine - FAR) / (NEAR - FAR), 0, 1)
    idf, is_name = terms.idf[there], capitals(query.text, terms)[there]
    lacks = (1 - share[:, is_name]).max(axis=1, initial=0.0)
    return {
        "meant": np.asarray(share @ idf / max(float(idf.sum()), TINY), np.float32),
        "unnamed": np.asarray(lacks, np.float32),
    }


def _words(spelt: Sequence[str], terms: Terms) -> Ints:
    """Return which subject word of the question each token is a piece of, -1 for none."""
    number = {word: place for place, word in enumerate(terms.words)}
    of = {each: [number[w] for w in words(each) if w in number] for each in set(spelt)}
    return np.array([of[each][-1] if of[each] else -1 for each in spelt], np.int64)
