"""BM25 over stems and character 4-grams: built once, kept as plain arrays, read-only in service."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from itertools import chain, compress
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.analysis import grams, guess_language, is_stop, stem, words
from embeddings.ranking.kinds import wanted
from embeddings.searching.finding import Postings, best, look_up
from embeddings.searching.postings import K1, STEP, TINY, invert
from embeddings.searching.stretches import gather
from embeddings.searching.wording import Document, Wording, analyse, key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from embeddings.ranking.kinds import Kind

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float32]
    Bools = NDArray[np.bool_]

__all__ = ["FAR", "Document", "Lexical", "Terms", "build", "index"]

FAR = np.iinfo(np.int64).max
"""The place of a word that is not there."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A question in the terms of one index.

    Attributes:
        words: The folded words that carry its subject, each once, in order.
        rows: For each word, its rows in the index: one a language of the corpus at the most.
        idf: Their weights, float32 [words]; the greatest there is for a word nobody used.
        gram_rows: Rows of the 4-grams of these words, int64 [grams].
        gram_idf: Their weights times how often they come, float32 [grams].
        gram_mass: Sum of the weights of all its 4-grams, those nobody used included.
        spellings: For each word, the rows of its 4-grams, each once; -1 for one nobody used.
        language: The language of the question, where its function words tell.
        wants: The kind of answer that it asks for.
    """

    words: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    idf: Floats
    gram_rows: Ints
    gram_idf: Floats
    gram_mass: float
    spellings: tuple[tuple[int, ...], ...]
    language: str | None
    wants: Kind


@dataclass(frozen=True, slots=True, eq=False)
class Lexical:
    """An inverted index (term -> passages), and the terms of each line of text in order.

    A passage has a line for its article's title and one for each of its sentences, so the title
    of passage p is line ``first_sentence[p] + p`` and sentence s of it is line ``s + p + 1``.

    Attributes:
        keys: 64-bit digests of the terms, ascending, uint64 [V].
        first: Postings of term v are ``first[v]:first[v + 1]``, int64 [V + 1].
        passages: The passage of each posting, ascending within a term, int32 [N].
        impacts: How much the term counts in that passage, in steps of STEP, uint8 [N].
        most: The greatest impact of each term, uint8 [V].
        tokens: Terms of the subject words of all lines, in order, int32 [T].
        token_first: Tokens of line n are ``token_first[n]:token_first[n + 1]``, int64 [L + 1].
        kinds: What kinds of answers each line has, as ``embeddings.ranking.kinds.Kind``, uint8 [L].
        language_of: Which of ``languages`` a passage is in, uint8 [P].
        languages: Codes of the languages of the passages, ASCII, zero-padded, uint8 [l, 8].
    """

    keys: NDArray[np.uint64]
    first: Ints
    passages: NDArray[np.int32]
    impacts: NDArray[np.uint8]
    most: NDArray[np.uint8]
    tokens: NDArray[np.int32]
    token_first: Ints
    kinds: NDArray[np.uint8]
    language_of: NDArray[np.uint8]
    languages: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self.language_of)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what ``from_arrays`` makes the same index of."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Lexical:
        """Return the index whose ``arrays()`` these are; they may be memory-mapped."""
        return cls(**{field.name: arrays[field.name] for field in fields(cls)})

    def codes(self) -> list[str]:
        """Return the codes of the languages of the passages."""
        return [bytes(row).rstrip(b"\0").decode("ascii") for row in self.languages]

    def read(self, question: str) -> Terms:
        """Return a question's terms: each of its words under every language of the corpus."""
        found, language = words(question), guess_language(question)
        subject = tuple(dict.fromkeys(w for w in found if not is_stop(w, language)))
        subject = subject or tuple(dict.fromkeys(found))
        codes = self.codes()
        stems = [{stem(word, code) for code in codes} for word in subject]
        spelling = [dict.fromkeys(grams(word)) for word in subject]
        parts = Counter(gram for word in subject for gram in grams(word))
        row = self._rows({*chain(*stems), *parts})
        rows = tuple(tuple(sorted(row[s] for s in each if s in row)) for each in stems)
        there = [part in row for part in parts]
        counted = np.array(list(parts.values()), np.float32)
        weights = self._idf([(row[part],) if part in row else () for part in parts]) * counted
        gram_rows = np.array([row[part] for part in parts if part in row], np.int64)
        return Terms(
            words=subject,
            rows=rows,
            idf=self._idf(rows),
            gram_rows=gram_rows,
            gram_idf=weights[there],
            gram_mass=float(weights.sum()),
            spellings=tuple(tuple(row.get(gram, -1) for gram in each) for each in spelling),
            language=language,
            wants=wanted(question),
        )

    def score(self, terms: Terms, passages: Ints) -> tuple[Floats, Floats]:
        """Return BM25 of some passages by words and by 4-grams, as shares of the most possible.

        Args:
            terms: The question.
            passages: Which passages, int64 [n].

        Returns:
            Two float32 [n] in [0, 1].
        """
        by_word, by_gram = (np.zeros(len(passages), np.float32) for _ in range(2))
        wanted = passages.astype(np.int32)  # of the postings' own type, or they would be copied
        for each in self._lists(terms):
            look_up(each, wanted, by_gram if each.is_gram else by_word)
        return by_word, by_gram

    def best(self, terms: Terms, k: int, allowed: Bools | None = None) -> Ints:
        """Return the passages with the greatest sums of both scores, those without any left out.

        Args:
            terms: The question.
            k: How many passages at the most.
            allowed: Which may be returned, bool [P]; None: all.

        Returns:
            int64, in no order.
        """
        total = np.zeros(len(self), np.float32)
        if allowed is not None:
            total[~allowed] = -np.inf
        return best(self._lists(terms), total, k)

    def first_places(self, terms: Terms, lines: Ints) -> Ints:
        """Return where in ``tokens`` a question's words stand first, line by line.

        Args:
            terms: The question.
            lines: Rows of ``token_first``, int64 [n].

        Returns:
            int64 [n, words]; FAR for a word that is not in the line.
        """
        at, line = gather(self.token_first, lines)
        word = _word_of(terms, self.tokens[at])
        known = word >= 0
        places = np.full((len(lines), len(terms.words)), FAR)
        backwards = np.flatnonzero(known)[::-1]  # what is assigned last, the first place, stays
        places[line[backwards], word[backwards]] = at[backwards]
        return places

    def spelt(self, terms: Terms, passages: Ints) -> Floats:
        """Return the share of each word's 4-grams that passages and their titles have.

        Args:
            terms: The question.
            passages: Rows of passages, int64 [n].

        Returns:
            float32 [n, words]; 0 for a word without 4-grams.
        """
        share = np.zeros((len(passages), len(terms.words)), np.float32)
        sought = passages.astype(np.int32)  # as the postings are, which are searched as they lie
        for word, rows in enumerate(terms.spellings):
            for row in rows:
                if row >= 0:
                    here = self.passages[self.first[row] : self.first[row + 1]]
                    at = np.minimum(np.searchsorted(here, sought), len(here) - 1)
                    share[:, word] += here[at] == sought
            share[:, word] /= max(len(rows), 1)
        return share

    def _lists(self, terms: Terms) -> list[Postings]:
        """Return the postings of a question's terms."""
        most = (K1 + 1) / STEP
        by_word = 1 / (max(float(terms.idf.sum()), TINY) * most)
        by_gram = 1 / (max(terms.gram_mass, TINY) * most)
        words = zip(terms.rows, terms.idf, strict=True)
        found = [self._postings(row, idf * by_word) for rows, idf in words for row in rows]
        pairs = zip(terms.gram_rows.tolist(), terms.gram_idf, strict=True)
        return found + [self._postings(row, idf * by_gram, is_gram=True) for row, idf in pairs]

    def _postings(self, row: int, weight: float, *, is_gram: bool = False) -> Postings:
        here = slice(self.first[row], self.first[row + 1])
        most = float(weight) * int(self.most[row])
        return Postings(self.passages[here], self.impacts[here], np.float32(weight), most, is_gram)

    def _rows(self, terms: Collection[str]) -> dict[str, int]:
        """Return the rows of those terms that the index has."""
        wanted = np.fromiter(map(key, terms), np.uint64, len(terms))
        at = np.minimum(np.searchsorted(self.keys, wanted), max(len(self.keys) - 1, 0))
        there = self.keys[at] == wanted if len(self.keys) else np.zeros(len(terms), np.bool_)
        return dict(compress(zip(terms, at.tolist(), strict=True), there))

    def _idf(self, rows: Sequence[tuple[int, ...]]) -> Floats:
        """Return the weight of each word, given the rows of its terms."""
        total = len(self)
        used = [sum(int(self.first[r + 1] - self.first[r]) for r in group) for group in rows]
        counts = np.minimum(np.array(used, np.float64), total)
        return np.log1p((total - counts + 0.5) / (counts + 0.5)).astype(np.float32)


def build(documents: Iterable[Document]) -> Lexical:
    """Index passages, given in the order of their vectors."""
    return index(analyse(documents))


def index(wording: Wording) -> Lexical:
    """Index passages whose words are known, in the order of their vectors."""
    return Lexical(
        **invert(wording),
        token_first=wording.line_first,
        kinds=wording.kinds,
        language_of=wording.language_of,
        languages=wording.languages,
    )


def _word_of(terms: Terms, tokens: NDArray[np.int32]) -> Ints:
    """Return which word of the question each token is, -1 for none."""
    pairs = sorted((row, i) for i, rows in enumerate(terms.rows) for row in rows)
    if not pairs:
        return np.full(len(tokens), -1)
    rows, word = np.array(pairs, np.int64).T
    at = np.minimum(np.searchsorted(rows, tokens), len(rows) - 1)
    return np.where(rows[at] == tokens, word[at], -1)
