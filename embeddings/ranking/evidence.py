"""Computes the evidence for candidate passages from vectors and words, exactly; pure numpy."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical.arrays import TINY, Bools, Floats, Ints, gather
from embeddings.lexical.bm25 import NOWHERE, Lexical, Terms
from embeddings.ranking.answer_kinds import Kind
from embeddings.ranking.confidence import Marks
from embeddings.ranking.maxsim import Encoding, Tokens, compare_words, products
from embeddings.text.analysis import STOP, without_tags

EARLY = 10.0
"""Subject words before a word's first occurrence at which it counts half."""
TOGETHER = 40
"""Most subject words of two sentences that are marked together."""
BY_TOKENS = ("tokens", "meant", "unnamed", "unheard")
"""The evidence that ``add_tokens`` computes."""
SHARES = ("covered", "present", "body", "early", "spelt")
"""The evidence that is a share of the question's words."""
TRANSLATED = 0.8
"""Weight of a word that a passage in another language has by its meaning."""


class Index(Protocol):
    """Searches the rows of a matrix by inner product, in memory or in a database."""

    dimension: int

    @property
    def rows(self) -> Any:
        """The matrix, float32 or float16 ``[n, d]``: an array, or a ``SplitMatrix``."""
        ...

    @property
    def kind(self) -> str:
        """The kind of the index, as ``status`` shows it."""
        ...

    def search(self, vectors: Floats, k: int, allowed: Bools | None = None) -> tuple[Floats, Ints]:
        """Return scores and rows [m, k] for vectors [m, d]; row -1 if there are fewer than k."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """The arrays of a snapshot that ranking reads; passages of an article are adjacent.

    Attributes:
        passages: Vectors of length 1, float32 [P, d].
        sentences: Vectors of ``sentence_text``, of length 1, float32 or float16 [S, d].
        first_sentence: Sentences of p: ``first_sentence[p]:first_sentence[p + 1]``, at least one.
        article_of: The article of each passage, ascending, int32 [P].
        lexical: The inverted index of the same passages.
        passage_index: Searches ``passages``.
        sentence_index: Searches ``sentences``.
        tokens: Vectors of the tokens; None: the model makes none.
    """

    passages: Floats
    sentences: NDArray[Any]
    first_sentence: Ints
    article_of: NDArray[np.int32]
    lexical: Lexical
    passage_index: Index
    sentence_index: Index
    tokens: Tokens | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The evidence for each candidate, and its best sentence.

    Attributes:
        passages: The rows of the candidates, int64 [C].
        best: The sentence that answers, a row of ``Arrays.sentences``, int64 [C].
        beside: The adjacent sentence that is marked with ``best``; ``best`` if there is none.
        figures: Name -> float32 [C]:
            grams: BM25 by character 4-grams, as a share of the highest possible.
            passage: Cosine of question and passage.
            sentence: Greatest cosine of question and a sentence, encoded with the title.
            covered: Greatest share of the idf of the question's words in a sentence and the title.
            present: Share of the idf of the question's words in the passage and the title.
            body: Share of the idf of the question's words in the passage alone.
            spelt: ``present``, where a word counts by the share of its 4-grams that occur.
            early: ``body``, where a word counts less the later it first occurs.
            fits: 1 if the passage has the wanted kind of answer, else -1; 0 if none is wanted.
            says: ``fits`` of the sentence that would be marked if kinds did not count.
            amiss: 1 if it lacks the time, sum or number that is needed, in a sentence with the
                counted word if one has it; else, in the question's language, how much of that word
                it lacks; .5 if it lacks a reason; 0 in a language without patterns.
            opens: 1 if a sentence has all words of the term to be defined, the first in front.
            foreign: 1 if the passage is in another language than the question.
            aside: 1 if it only asks, or is about other names of its title's list than the question.
            tokens: Mean over the question's tokens of the greatest cosine to a token of the
                passage; 0 if they were not compared, as in all below.
            meant: Share of the idf of the question's words in the passage by meaning.
            unnamed: Greatest lack, 0 to 1, of a name in the question (a word with a capital).
            unheard: ``unnamed`` for names that no passage has; 0 below ``maxsim.STRANGE``.
    """

    passages: Ints
    best: Ints
    beside: Ints
    figures: dict[str, Floats]


def sentence_text(title: str, sentence: str) -> str:
    """Return the text to encode for a sentence: with its title, since alone it may lack a topic."""
    return f"{without_tags(title)}. {sentence}"


class _Matches:
    """The s sentences of C passages, and where the w words of a question first occur in them.

    Places are those of ``Lexical.first_places``. Sentences of passage i are ``starts[i]:ends[i]``.
    """

    def __init__(self, arrays: Arrays, terms: Terms, passages: Ints) -> None:
        lexical, self.passages = arrays.lexical, passages
        self.rows, self.owner = gather(arrays.first_sentence, passages)  # [s]
        self.ends = np.cumsum(np.bincount(self.owner))
        self.starts = np.concatenate([[0], self.ends[:-1]])
        titles = arrays.first_sentence[passages] + passages
        lines = self.rows + passages[self.owner] + 1
        self.begin, self.text_begin = lexical.token_first[lines], lexical.token_first[titles + 1]
        self.length = lexical.token_first[lines + 1] - self.begin  # in words, [s]
        places = lexical.first_places(terms, np.concatenate([titles, lines])).T
        self.in_title = places[:, : len(passages)] < NOWHERE  # [w, C]
        self.places = places[:, len(passages) :]  # [w, s]
        self.first = np.minimum.reduceat(self.places, self.starts, axis=1)  # [w, C]
        self.kinds, wanted = lexical.kinds[lines].astype(np.int64), np.float32(bool(terms.wants))
        self.fits = np.where(self.kinds & int(terms.wants & ~Kind.ALONE), wanted, -wanted)  # [s]
        self.share = terms.idf / max(float(terms.idf.sum()), TINY)  # of the idf of all words, [w]


def _weigh_words(found: _Matches, terms: Terms) -> dict[str, Floats]:
    """Return the evidence of where a passage and its title have the question's words."""
    in_sentence, in_text, share = found.places < NOWHERE, found.first < NOWHERE, found.share
    covered = _sum_shares(in_sentence | found.in_title[:, found.owner], share)
    opens = ((found.places[:1] == found.begin) & in_sentence).all(axis=0) & terms.defines
    before = (found.first - found.text_begin).astype(np.float32)
    return {
        "covered": np.maximum.reduceat(covered, found.starts),
        "present": _sum_shares(in_text | found.in_title, share),
        "body": _sum_shares(in_text, share),
        "early": _sum_shares(EARLY / (EARLY + before), share),
        "opens": np.logical_or.reduceat(opens, found.starts).astype(np.float32),
    }


def weigh(query: Encoding, terms: Terms, arrays: Arrays, passages: Ints, marks: Marks) -> Evidence:
    """Compute the evidence for some passages, except that of their tokens.

    ``passages``: their rows, int64 [C], at least one; those of an article adjacent.
    """
    by_grams, share = terms.spell(passages)
    found = _Matches(arrays, terms, passages)
    cosine = products(arrays.sentences[found.rows], query.vector)
    described = _describe(cosine, found)
    bare = [1, marks.news, marks.long, marks.before] @ described[:4]  # without the kind of answer
    best, beside = _choose(bare + marks.fits * found.fits, found, marks.likely)
    figures = {
        "grams": by_grams,
        "passage": arrays.passages[passages] @ query.vector,
        "sentence": np.maximum.reduceat(cosine, found.starts),
        "spelt": _spell(share, terms),
        "says": found.fits[_argmax(bare, found)],
        "foreign": _find_foreign(terms, arrays, passages),
        "fits": np.maximum.reduceat(found.fits, found.starts),
        "amiss": _find_amiss(found, terms, arrays.lexical),
        "aside": _find_aside(found, arrays.article_of[passages]),
    }
    blank = dict.fromkeys(BY_TOKENS, np.zeros(len(passages), np.float32))
    figures |= _weigh_words(found, terms) | blank
    return Evidence(passages, found.rows[best], found.rows[beside], figures)


def add_tokens(evidence: Evidence, near: Floats, query: Encoding, terms: Terms) -> Evidence:
    """Add the evidence of the tokens, which tells what a passage says in other words.

    A passage in another language has a question's words by their meaning alone. The other
    arguments are those of ``maxsim.compare_words``.
    """
    figures = evidence.figures | compare_words(near, query, terms)
    figures["tokens"] = near.mean(axis=1)
    translated = np.float32(TRANSLATED) * figures["meant"] * figures["foreign"]
    figures |= {name: np.maximum(figures[name], translated) for name in SHARES}
    counted = figures["amiss"] * (1 - figures["foreign"])
    figures["amiss"] = np.maximum(evidence.figures["amiss"], counted)
    return replace(evidence, figures=figures)


def describe_sentences(query: Encoding, terms: Terms, arrays: Arrays, passage: int) -> Floats:
    """Return the figures of a passage's sentences that ``Marks`` weigh, float32 [s, 5].

    They are the cosine, the shares of the question's words that the title lacks, the logarithm of
    the length, the cosine of the sentence before, and whether it has the wanted kind of answer.
    """
    found = _Matches(arrays, terms, np.array([passage]))
    return _describe(products(arrays.sentences[found.rows], query.vector), found).T


def _describe(cosine: Floats, found: _Matches) -> NDArray[Any]:
    """Return the figures of ``describe_sentences`` for all sentences of the passages, [5, s]."""
    # before the first sentence of a passage, the mean of all its sentences counts
    before = np.concatenate([cosine[:1], cosine[:-1]])
    before[found.starts] = np.add.reduceat(cosine, found.starts) / (found.ends - found.starts)
    is_news = (found.places < NOWHERE) & ~found.in_title[:, found.owner]
    news = _sum_shares(is_news, found.share)
    return np.stack([cosine, news, np.log1p(found.length), before, found.fits])


def _choose(score: NDArray[Any], found: _Matches, margin: float) -> tuple[Ints, Ints]:
    """Return the sentence of each passage with the highest score, and the one to mark with it.

    A reader wants both of two short adjacent sentences whose scores are within the margin.
    """
    best, length = _argmax(score, found), found.length
    beside, least = best, score[best] - np.float32(margin)
    for step, is_inside in ((-1, best > found.starts), (1, best + 1 < found.ends)):
        near = best + step * is_inside
        is_short = length[near] + length[best] <= TOGETHER
        is_better = is_inside & is_short & (score[near] >= least)
        beside, least = np.where(is_better, near, beside), np.where(is_better, score[near], least)
    return best, beside


def _find_foreign(terms: Terms, arrays: Arrays, passages: Ints) -> Floats:
    """Return 1 for passages in another language, else 0; 0 if the question's is not known."""
    others = [bool(terms.language) and code != terms.language for code in arrays.lexical.codes()]
    return np.array(others, np.float32)[arrays.lexical.language_of[passages]]


def _find_amiss(found: _Matches, terms: Terms, lexical: Lexical) -> Floats:
    """Return ``Evidence.amiss`` as far as patterns and the words' letters tell it."""
    has = found.kinds & int(terms.needs) > 0
    if terms.counted >= 0:
        counted = found.places[terms.counted] < NOWHERE
        has &= counted | ~np.logical_or.reduceat(counted, found.starts)[found.owner]
    is_read = np.array([bool(terms.needs) and code in STOP for code in lexical.codes()])
    lacks = ~np.logical_or.reduceat(has, found.starts)
    lacks &= is_read[lexical.language_of[found.passages]]
    return np.asarray(lacks * np.float32(0.5 if terms.needs is Kind.REASON else 1))


def _find_aside(found: _Matches, articles: NDArray[np.int32]) -> Floats:
    """Return 1 for passages that only ask, or are about other names of their title's list, else 0.

    Titles are cut to the listed names that the passage mentions (``lexical.words.own_title``), so
    such a name is in some titles of an article.
    """
    asks = np.logical_and.reduceat(found.kinds & int(Kind.ASKS) > 0, found.starts)
    in_title, is_next = found.in_title, articles[1:] == articles[:-1]
    if not (is_next & (in_title[:, 1:] != in_title[:, :-1])).any():
        return np.asarray(asks, np.float32)
    same, occurs = articles[:, None] == articles, in_title | (found.first < NOWHERE)
    names = (in_title @ same) & (~in_title @ same)
    is_other = (names & ~occurs).any(axis=0) & ~(names & occurs).any(axis=0)
    return np.asarray(asks | is_other, np.float32)


def _spell(parts: Floats, terms: Terms) -> Floats:
    """Return ``Evidence.spelt`` from the share of each word's 4-grams that occur, [C, words]."""
    weight = np.where(terms.sizes > 0, terms.idf, 0)
    return _sum_shares(parts.T, np.asarray(weight / max(float(weight.sum()), TINY), np.float32))


def _sum_shares(present: NDArray[Any], share: Floats) -> Floats:
    """Return the sum of the words' shares times their presence, [words, n] -> float32 [n]."""
    return np.asarray((present * share[:, None]).sum(axis=0), np.float32)


def _argmax(values: NDArray[Any], found: _Matches) -> Ints:
    """Return the first sentence of each passage with the greatest value, int64 [C]."""
    top = np.maximum.reduceat(values, found.starts)[found.owner]
    at = np.flatnonzero(values == top)
    return at[np.searchsorted(at, found.starts)]
