"""BM25 over stems and character 4-grams: built once, kept as plain arrays, read-only in service."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, compress, islice
from typing import TYPE_CHECKING

import numpy as np

from embeddings.lexical.postings import K1, STEP, TINY, Postings, invert, join
from embeddings.lexical.stretches import Runs, gather
from embeddings.lexical.words import analyse, key
from embeddings.ranking.answer_kinds import Kind, find_needed, find_wanted
from embeddings.text.analysis import grams, is_stop, language_of, stem, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from embeddings.lexical.words import Document

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float32]
    Bools = NDArray[np.bool_]

FAR = np.iinfo(np.int64).max
"""The place of a word that is not there."""
BLOCK = 20_000
"""Passages that are inverted at a time, so that the memory this takes does not grow with all."""
SOME = 4
"""How many passages stand for all that have a term."""
_key = lru_cache(maxsize=1 << 14)(key)  # questions share most of their 4-grams


@dataclass(frozen=True, slots=True)
class Terms:
    """A question in the terms of one index.

    Attributes:
        words: The folded words that carry its subject, each once, in order.
        rows: For each word, its rows in the index: one a language of the corpus at the most.
        idf: Their weights, float32 [words]; the greatest there is for a word nobody used.
        postings: Those of these words, as far as passages have them, and then of their 4-grams.
        parts: Whether each of those 4-grams is of each word, 1 or 0, float32 [words, 4-grams].
        sizes: How many different 4-grams each word has, known or not, float32 [words].
        size: How many passages there are.
        language: The language of the question, where its function words tell.
        wants: The kind of answer that it asks for.
        needs: What a passage has to have to answer it.
        counted: Which word is to be counted ("how many letters"); -1: none.
        defines: Whether it asks what a term means; the words are those of the term then.
    """

    words: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    idf: Floats
    postings: Postings
    parts: Floats
    sizes: Floats
    size: int
    language: str | None
    wants: Kind
    needs: Kind = Kind.NONE
    counted: int = -1
    defines: bool = False

    def best(self, k: int, allowed: Bools | None = None) -> Ints:
        """Return the passages with the greatest sums of both scores, those without any left out.

        Args:
            k: How many passages at the most; of equals the first.
            allowed: Which may be returned, bool [P]; None: all.

        Returns:
            int64, in no order.
        """
        total = np.zeros(self.size, np.float32)
        if allowed is not None:
            total[~allowed] = -np.inf
        return self.postings.find_best(total, k)

    def spell(self, passages: Ints) -> tuple[Floats, Floats]:
        """Return how far passages and their titles have the words letter by letter.

        Args:
            passages: Rows of passages, int64 [n].

        Returns:
            BM25 by 4-grams, as a share of the most that is possible, float32 [n], and the share of
            each word's 4-grams, float32 [n, words]; 0 for a word without any.
        """
        spelt_out = self.postings.cut(slice(sum(map(len, self.rows)), None))
        at, there = spelt_out.place(passages.astype(np.int32))  # as the postings are
        found = np.einsum("wt,tn->nw", self.parts, there)
        return spelt_out.add_up(at, there), found / np.maximum(self.sizes, 1)


@dataclass(frozen=True, eq=False)
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
        counts: How often the term comes there, 255 at the most, uint8 [N].
        lengths: How many words and 4-grams each passage has, int32 [P, 2].
        first_line: Lines of passage p are ``first_line[p]:first_line[p + 1]``, int64 [P + 1].
        tokens: Terms of the subject words of all lines, in order, int32 [T].
        token_first: Tokens of line n are ``token_first[n]:token_first[n + 1]``, int64 [L + 1].
        kinds: What kinds of answers each line has, as ``ranking.answer_kinds.Kind``, uint8 [L].
        language_of: Which of ``languages`` a passage is in, uint8 [P].
        languages: Codes of the languages of the passages, ASCII, at most 8 letters, [l].
    """

    keys: NDArray[np.uint64]
    first: Ints
    passages: NDArray[np.int32]
    impacts: NDArray[np.uint8]
    most: NDArray[np.uint8]
    counts: NDArray[np.uint8]
    lengths: NDArray[np.int32]
    first_line: Ints
    tokens: NDArray[np.int32]
    token_first: Ints
    kinds: NDArray[np.uint8]
    language_of: NDArray[np.uint8]
    languages: NDArray[np.bytes_]

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self.language_of)

    def join(self, runs: Runs, new: Lexical) -> Lexical:
        """Return the index of these passages and of new ones, as they come together."""
        arrays, rows = join(vars(self), vars(new), runs)
        lines = runs.within(self.first_line, new.first_line)
        tokens = lines.within(self.token_first, new.token_first)
        codes = runs.join(*(each.languages[each.language_of] for each in (self, new)))
        languages, language_of = np.unique(codes, return_inverse=True)
        return Lexical(
            **arrays,
            first_line=runs.join_stretches(self.first_line, new.first_line),
            tokens=tokens.join(rows[0][self.tokens], rows[1][new.tokens]),
            token_first=lines.join_stretches(self.token_first, new.token_first),
            kinds=lines.join(self.kinds, new.kinds),
            language_of=language_of.astype(np.uint8),
            languages=languages,
        )

    def codes(self) -> list[str]:
        """Return the codes of the languages of the passages."""
        return [code.decode() for code in self.languages.tolist()]

    def read(self, question: str) -> Terms:
        """Return a question's terms: each of its words under every language of the corpus."""
        found = words(question)
        language = language_of(found)
        subject = tuple(dict.fromkeys(w for w in found if not is_stop(w, language)))
        subject = subject or tuple(dict.fromkeys(found))
        needs, counted = find_needed(question, wants := find_wanted(question))
        stems, spelt = self._stems(subject), [*map(grams, subject)]
        counts = Counter(chain(*spelt))
        row = self._rows({*chain(*stems), *counts})
        rows = tuple(tuple(sorted(row[s] for s in each if s in row)) for each in stems)
        part_rows = [(row[part],) if part in row else () for part in counts]
        often = np.array([1.0] * len(rows) + [*counts.values()], np.float32)
        idf, postings = self._weigh([*rows, *part_rows], often, len(rows))
        known = [*filter(row.__contains__, counts)]
        parts = np.array([[part in word for part in known] for word in spelt], np.float32)
        return Terms(
            words=subject,
            rows=rows,
            idf=idf[: len(rows)],
            postings=postings,
            parts=parts.reshape(len(spelt), len(known)),
            sizes=np.array([len({*word}) for word in spelt], np.float32),
            size=len(self),
            language=language,
            wants=wants,
            needs=needs,
            counted=subject.index(counted) if counted in subject else -1,
        )

    def find_known(self, words_: Collection[str]) -> set[str]:
        """Return those of some folded words that a passage has, in any of their forms."""
        forms = dict(zip(words_, self._stems(words_), strict=True))
        there = self._rows({*chain(*forms.values())}).keys()
        return {word for word, own in forms.items() if not there.isdisjoint(own)}

    def passages_with(self, candidates: Collection[str]) -> Iterator[int]:
        """Yield some passages with each form of folded words, those of the commonest first."""
        rows = self._rows({*chain(*self._stems(candidates))})
        lists = [self.passages[self.first[row] : self.first[row + 1]] for row in rows.values()]
        for found in sorted(lists, key=len, reverse=True):
            yield from found[:SOME].tolist()

    def first_places(self, terms: Terms, lines: Ints) -> Ints:
        """Return where in ``tokens`` a question's words stand first, line by line.

        Args:
            terms: The question.
            lines: Rows of ``token_first``, int64 [n].

        Returns:
            int64 [n, words]; FAR for a word that is not in the line.
        """
        at, line = gather(self.token_first, lines)
        tokens = self.tokens[at]
        places = np.full((len(terms.words), len(lines)), FAR)
        first = reversed([*enumerate(terms.rows)])  # of the words that have a row, that one counts
        word_of = dict(sorted({row: word for word, rows in first for row in rows}.items()))
        rows = np.array([*word_of], np.int32)
        found = np.flatnonzero((tokens == rows[:, None]).any(axis=0))[::-1]  # a line's first stays
        words_ = np.array([*word_of.values()], np.int64)[rows.searchsorted(tokens[found])]
        places[words_, line[found]] = at[found]
        return places.T

    def _stems(self, words_: Iterable[str]) -> list[set[str]]:
        """Return the terms of each of some folded words, in the languages of the passages."""
        codes = self.codes()
        return [{stem(word, code) for code in codes} for word in words_]

    def _weigh(
        self, rows: Sequence[tuple[int, ...]], often: Floats, words_: int
    ) -> tuple[Floats, Postings]:
        """Return the weights of words and then of 4-grams, float32, and their postings.

        Args:
            rows: For each, its rows; none for one nobody used.
            often: How often each counts; a score is a share of what all of its kind could add.
            words_: How many are words.
        """
        each = np.array([*chain(*rows)], np.int64)
        owner = np.repeat(np.arange(len(rows)), [*map(len, rows)])
        first, end = self.first[each], self.first[each + 1]
        used = np.minimum(np.bincount(owner, end - first, len(rows)), len(self))
        idf = np.log1p((len(self) - used + 0.5) / (used + 0.5)).astype(np.float32)
        share = idf * often
        for own in (slice(words_), slice(words_, None)):
            share[own] *= np.float32(STEP / (K1 + 1) / max(float(share[own].sum()), TINY))
        steps = share[owner]
        most = steps.astype(np.float64) * self.most[each]
        return idf, Postings(self.passages, self.impacts, first, end, steps, most)

    def _rows(self, terms: Collection[str]) -> dict[str, int]:
        """Return the rows of those terms that the index has."""
        if not len(self.keys):
            return {}
        wanted = np.fromiter(map(_key, terms), np.uint64, len(terms))
        at = self.keys.searchsorted(wanted)
        there = self.keys.take(at, mode="clip") == wanted
        return dict(compress(zip(terms, at.tolist(), strict=True), there))


def build(documents: Iterable[Document]) -> Lexical:
    """Index passages, given in the order of their vectors."""
    index, rest = Lexical(**invert(analyse(()))), iter(documents)
    while some := [*islice(rest, BLOCK)]:
        new = Lexical(**invert(analyse(some)))
        index = index.join(Runs(((False, 0, len(index)), (True, 0, len(new)))), new)
    return index
