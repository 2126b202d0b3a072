"""What speaks for each candidate passage: exact figures from vectors and words; pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from embeddings.lexical.bm25 import FAR
from embeddings.lexical.postings import TINY
from embeddings.lexical.stretches import gather
from embeddings.ranking.answer_kinds import Kind
from embeddings.ranking.maxsim import products
from embeddings.text.analysis import STOP, without_tags, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embeddings.lexical.bm25 import Bools, Floats, Ints, Lexical, Terms
    from embeddings.ranking.confidence import Marks
    from embeddings.ranking.maxsim import Tokens

EARLY = 10.0
"""After so many subject words, a word that comes for the first time counts half."""
TOGETHER = 40
"""The most subject words that are marked, unless one sentence alone has more."""


class VectorIndex(Protocol):
    """Finds the nearest rows of a matrix of vectors."""

    def search(self, vectors: Floats, k: int, allowed: Bools | None = None) -> tuple[Floats, Ints]:
        """Return scores and rows [m, k] for vectors [m, d]; row -1 where there are fewer."""
        ...


@dataclass(frozen=True, slots=True)
class Query:
    """A question.

    Attributes:
        text: Its words.
        vector: Their vector, float32 [d], of length 1.
        tokens: Vectors of its tokens, of length 1, float32 [q, t]; None: the model makes none.
        words: The word that each token is a piece of.
    """

    text: str
    vector: Floats
    tokens: Floats | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """What a snapshot holds for ranking; passages of an article lie side by side.

    Attributes:
        passages: Vectors of length 1, float32 [P, d].
        sentences: Vectors of ``sentence_text``, of length 1, float32 or float16 [S, d].
        first_sentence: Sentences of p: ``first_sentence[p]:first_sentence[p + 1]``, at least one.
        article_of: The article of each passage, ascending, int32 [P].
        lexical: The inverted index of the same passages.
        passage_index: Finds rows of ``passages``.
        sentence_index: Finds rows of ``sentences``.
        tokens: What the model made of each word; None: it makes no such thing.
    """

    passages: Floats
    sentences: NDArray[Any]
    first_sentence: Ints
    article_of: NDArray[np.int32]
    lexical: Lexical
    passage_index: VectorIndex
    sentence_index: VectorIndex
    tokens: Tokens | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Figures of the candidates, each float32 [C], and the sentence of each that answers best.

    Attributes:
        passages: Which passages they are of, int64 [C].
        grams: BM25 by character 4-grams, as a share of the most that the question allows.
        passage: Cosine of question and passage.
        sentence: Greatest cosine of question and sentence, read with its title.
        covered: Greatest share of the question's weight of words in one sentence and the title.
        present: Share of the question's weight of words in the passage and the title.
        body: The same share in the passage alone.
        spelt: The same share where a word counts as far as its 4-grams are in passage and title.
        early: The same share where each word counts the less the later it first comes.
        fits: Whether the passage has the kind of answer that the question wants: 1, -1; 0 where
            the question does not tell.
        says: The same of the sentence that would answer if kinds did not count.
        amiss: 1 where it has not the time, sum or number that is needed, in a sentence with what
            is counted if one has that; .5 without a reason; else 0, or in a language not read.
        opens: 1 where a sentence begins with the term whose meaning is asked for, else 0.
        foreign: 1 where the passage is in another language than the question, else 0.
        listed: 1 where the title lists a name of the question's, and the passage takes up others
            of that list alone, else 0.
        tokens: Mean over the question's tokens of the greatest cosine to any of the passage's;
            0 where they were not compared.
        meant: Share of the question's weight of words in the passage by their meaning; 0 likewise.
        unnamed: How much is lacking of the name that is lacking most, as capitals tell names.
        unheard: The same of the names that no passage has; 0 where little of them is lacking.
        best: The sentence that answers, a row of ``Arrays.sentences``, int64 [C].
        beside: The sentence next to it that is marked with it; ``best`` again where none is.
    """

    passages: Ints
    grams: Floats
    passage: Floats
    sentence: Floats
    covered: Floats
    present: Floats
    body: Floats
    spelt: Floats
    early: Floats
    fits: Floats
    says: Floats
    amiss: Floats
    opens: Floats
    foreign: Floats
    listed: Floats
    tokens: Floats
    meant: Floats
    unnamed: Floats
    unheard: Floats
    best: Ints
    beside: Ints


def sentence_text(title: str, sentence: str) -> str:
    """Return what a sentence's vector is made of: alone, it often does not say what it is about."""
    return f"{without_tags(title)}. {sentence}"


def weigh(query: Query, terms: Terms, arrays: Arrays, passages: Ints, marks: Marks) -> Evidence:
    """Compute the evidence for some passages, but for that of their tokens.

    Args:
        query: The question.
        terms: Its terms.
        arrays: Where the passages are.
        passages: Which of them, int64 [C], at least one; those of an article side by side.
        marks: What speaks for the sentence that is marked.
    """
    none = np.zeros(len(passages), np.float32)
    by_grams, share = terms.spell(passages)
    found = _Found(arrays, terms, passages)
    cosine = products(arrays.sentences[found.rows], query.vector)
    spoken = _speak(cosine, found)
    said = [1, marks.news, marks.long, marks.before] @ spoken[:4]  # whatever kind is wanted
    best, beside = _mark(said + marks.fits * found.fits, found, marks.likely)
    return Evidence(
        passages=passages,
        grams=by_grams,
        passage=arrays.passages[passages] @ query.vector,
        sentence=np.maximum.reduceat(cosine, found.starts),
        covered=found.titled,
        present=found.present,
        body=found.body,
        spelt=_spelt(share, terms),
        early=found.early,
        fits=np.maximum.reduceat(found.fits, found.starts),
        says=found.fits[_argmax(said, found)],
        amiss=found.amiss,
        opens=np.maximum.reduceat(found.opens, found.starts),
        foreign=_foreign(terms, arrays, passages),
        listed=found.listed,
        tokens=none,
        meant=none,
        unnamed=none,
        unheard=none,
        best=found.rows[best],
        beside=found.rows[beside],
    )


def speaking(query: Query, terms: Terms, arrays: Arrays, passage: int) -> Floats:
    """Return what speaks for each sentence of a passage, float32 [s, 5].

    Its cosine, new words of the question, length, the cosine of the one before, and whether it has
    the kind of answer that is wanted: what ``Marks`` weighs.
    """
    found = _Found(arrays, terms, np.array([passage]))
    return _speak(products(arrays.sentences[found.rows], query.vector), found).T


def _speak(cosine: Floats, found: _Found) -> NDArray[Any]:
    """Return what ``Marks`` weighs of each sentence, float [5, s]; compared within a passage.

    Before the first sentence of a passage stands the mean of all of them.
    """
    before = np.concatenate([cosine[:1], cosine[:-1]])
    before[found.starts] = np.add.reduceat(cosine, found.starts) / (found.ends - found.starts)
    return np.stack([cosine, found.news, np.log1p(found.length), before, found.fits])


def _mark(likely: NDArray[Any], found: _Found, behind: float) -> tuple[Ints, Ints]:
    """Return the best sentence of each passage, and the one next to it that is marked with it.

    Where two that follow each other are about as likely, a reader wants both, if they are short.
    """
    length = found.length
    best = _argmax(likely, found)
    beside, least = best, likely[best] - np.float32(behind)
    for step, inside in ((-1, best > found.starts), (1, best + 1 < found.ends)):
        near = best + step * inside
        short = length[near] + length[best] <= TOGETHER
        better = inside & short & (likely[near] >= least)
        beside, least = np.where(better, near, beside), np.where(better, likely[near], least)
    return best, beside


def _foreign(terms: Terms, arrays: Arrays, passages: Ints) -> Floats:
    """Say which passages are in another language; none where the question's is not known."""
    others = [bool(terms.language) and code != terms.language for code in arrays.lexical.codes()]
    return np.array(others, np.float32)[arrays.lexical.language_of[passages]]


def capitals(text: str, terms: Terms) -> Bools:
    """Say which words of a question are written with a capital, but for its first, bool [words]."""
    rest = (each for each in text.split()[1:] if any(map(str.isupper, each)))
    names = {word for each in rest for word in words(each)}
    return np.array([word in names for word in terms.words], np.bool_)


class _Found:
    """Which words of the question stand where, as shares of their weight."""

    def __init__(self, arrays: Arrays, terms: Terms, passages: Ints) -> None:
        lexical = arrays.lexical
        self.rows, self.owner = gather(arrays.first_sentence, passages)
        self.ends = np.cumsum(np.bincount(self.owner))
        self.starts = np.concatenate([[0], self.ends[:-1]])
        lines = self.rows + passages[self.owner] + 1
        begin = lexical.token_first[lines]
        self.length = lexical.token_first[lines + 1] - begin
        wanted = np.float32(bool(terms.wants))
        self.fits = np.where(lexical.kinds[lines] & int(terms.wants & ~Kind.ALONE), wanted, -wanted)
        title_line = arrays.first_sentence[passages] + passages
        there = lexical.first_places(terms, np.concatenate([title_line, lines])).T
        in_title, places = there[:, : len(passages)] < FAR, there[:, len(passages) :]
        said, its_title = places < FAR, in_title[:, self.owner]
        has = lexical.kinds[lines] & int(terms.needs) > 0
        if terms.counted >= 0:
            counted = said[terms.counted]
            has &= counted | ~np.logical_or.reduceat(counted, self.starts)[self.owner]
        is_read = np.array([bool(terms.needs) and code in STOP for code in lexical.codes()])
        gone = ~np.logical_or.reduceat(has, self.starts) & is_read[lexical.language_of[passages]]
        self.amiss = gone * np.float32(0.5 if terms.needs is Kind.REASON else 1)
        opens = ((places[:1] == begin) & said).all(axis=0) & terms.defines
        self.opens = opens.astype(np.float32)
        first = np.minimum.reduceat(places, self.starts, axis=1)
        in_text = first < FAR
        self.listed = _find_listed(in_title, in_title | in_text, arrays.article_of[passages])
        share = terms.idf / max(float(terms.idf.sum()), TINY)
        self.news = _share(said & ~its_title, share)
        self.titled = np.maximum.reduceat(_share(said | its_title, share), self.starts)
        self.present = _share(in_text | in_title, share)
        self.body = _share(in_text, share)
        before = first - lexical.token_first[title_line + 1]
        self.early = _share(EARLY / (EARLY + before.astype(np.float32)), share)


def _find_listed(in_title: Bools, there: Bools, articles: NDArray[np.int32]) -> Floats:
    """Return ``listed`` of each candidate, from words that stand in titles and at all [words, C].

    Names that a title lists are in some of an article's titles alone: each is cut to those that
    its passage takes up (``lexical.words.own_title``).
    """
    is_next = articles[1:] == articles[:-1]
    if not (is_next & (in_title[:, 1:] != in_title[:, :-1])).any():
        return np.zeros(len(articles), np.float32)
    same = articles[:, None] == articles
    names = (in_title @ same) & (~in_title @ same)
    return np.asarray((names & ~there).any(axis=0) & ~(names & there).any(axis=0), np.float32)


def _spelt(share: Floats, terms: Terms) -> Floats:
    """Return how much of the question's weight is there, given how much of each word is."""
    weight = np.where(terms.sizes > 0, terms.idf, 0)
    return _share(share.T, np.asarray(weight / max(float(weight.sum()), TINY), np.float32))


def _share(present: NDArray[Any], share: Floats) -> Floats:
    """Return the sum of the shares of what is present [words, n], float32 [n]."""
    return np.asarray((present * share[:, None]).sum(axis=0), np.float32)


def _argmax(values: NDArray[Any], found: _Found) -> Ints:
    """Return which sentence of each passage has the greatest value first."""
    top = np.maximum.reduceat(values, found.starts)[found.owner]
    at = np.flatnonzero(values == top)
    return at[np.searchsorted(at, found.starts)]
