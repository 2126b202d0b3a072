"""The lexical index: BM25 over stems and character 4-grams, in arrays that never change."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, compress, islice

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical.arrays import (
    K1,
    STEP,
    TINY,
    Bools,
    Floats,
    Ints,
    Postings,
    RowMerge,
    gather,
    join,
)
from embeddings.lexical.words import Document, invert, key
from embeddings.ranking.answer_kinds import Kind, find_needed, find_wanted
from embeddings.text.analysis import grams, is_stop, language_of, stem, words

NOWHERE = np.iinfo(np.int64).max
"""The position of a word that a line lacks."""
BLOCK = 20_000
"""Passages inverted at a time, which bounds the memory that a build takes."""
SOME = 4
"""Passages sampled for each term."""
_key = lru_cache(maxsize=1 << 14)(key)  # questions share most of their 4-grams


@dataclass(frozen=True, slots=True)
class Terms:
    """A question in the terms of one index.

    Attributes:
        words: The distinct folded words that carry the subject, in order.
        rows: For each word, the rows of its stems: at most one for each language of the corpus.
        idf: Inverse document frequency of each word, float32 [words]; highest if none has it.
        postings: Those of the words' stems, then of their 4-grams, as far as the index has them.
        parts: 1 where a word contains a 4-gram of the index, else 0, float32 [words, 4-grams].
        sizes: Number of distinct 4-grams of each word, in the index or not, float32 [words].
        size: Number of passages.
        language: The question's language, as its function words show; None: they do not.
        wants: The kind of answer that the question asks for.
        needs: The kind that a passage must contain to answer it.
        counted: Index of the word to be counted ("how many letters"); -1: none.
        defines: Whether the question asks for a definition; ``words`` are then the term's.
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
        """Return the rows of the k passages with the highest scores, words plus 4-grams, unordered.

        None scores 0; of equal scores, the lowest rows. ``allowed``: bool [P]; None: all.
        """
        total = np.zeros(self.size, np.float32)
        if allowed is not None:
            total[~allowed] = -np.inf
        return self.postings.find_best(total, k)

    def spell(self, passages: Ints) -> tuple[Floats, Floats]:
        """Score passages, titles included, by the question's 4-grams, which forgives misspellings.

        Returns:
            BM25 by 4-grams as a share of the highest possible, float32 [n]; and for each word the
            share of its 4-grams that a passage has, float32 [n, words]; 0 for a word without any.
        """
        spelt = self.postings.select(slice(sum(map(len, self.rows)), None))
        at, is_there = spelt.locate(passages.astype(np.int32))  # the postings' dtype
        shared = np.einsum("wt,tn->nw", self.parts, is_there)
        return spelt.score(at, is_there), shared / np.maximum(self.sizes, 1)


@dataclass(frozen=True, eq=False)
class Lexical:
    """An inverted index (term -> passages), and the sequence of terms in each line of text.

    A passage has one line for its article's title and one for each of its sentences: the title of
    passage p is line ``first_sentence[p] + p``, and sentence s of it is line ``s + p + 1``.

    Attributes:
        keys: 64-bit digests of the terms, ascending, uint64 [V].
        first: Postings of term v are ``first[v]:first[v + 1]``, int64 [V + 1].
        passages: The passage of each posting, ascending within a term, int32 [N].
        impacts: The term's BM25 weight in that passage, in steps of STEP, uint8 [N].
        most: The greatest impact of each term, uint8 [V].
        counts: The term's frequency in that passage, at most 255, uint8 [N].
        lengths: Number of words and of 4-grams in each passage, int32 [P, 2].
        first_line: Lines of passage p are ``first_line[p]:first_line[p + 1]``, int64 [P + 1].
        tokens: Rows of the stems in all lines, in order, function words left out, int32 [T].
        token_first: Tokens of line n are ``token_first[n]:token_first[n + 1]``, int64 [L + 1].
        kinds: Kinds of answers in each line, flags of ``ranking.answer_kinds.Kind``, uint16 [L].
        language_of: Index in ``languages`` of each passage's language, uint8 [P].
        languages: Language codes of the passages, ASCII of at most 8 letters, [l].
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
    kinds: NDArray[np.uint16]
    language_of: NDArray[np.uint8]
    languages: NDArray[np.bytes_]

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self.language_of)

    def join(self, merge: RowMerge, new: "Lexical") -> "Lexical":
        """Return the index of these passages and new ones, merged as planned."""
        arrays, rows = join(vars(self), vars(new), merge)
        lines = merge.expand(self.first_line, new.first_line)
        tokens = lines.expand(self.token_first, new.token_first)
        codes = merge.join(*(each.languages[each.language_of] for each in (self, new)))
        languages, language_of = np.unique(codes, return_inverse=True)
        return Lexical(
            **arrays,
            first_line=merge.join_offsets(self.first_line, new.first_line),
            tokens=tokens.join(rows[0][self.tokens], rows[1][new.tokens]),
            token_first=lines.join_offsets(self.token_first, new.token_first),
            kinds=lines.join(self.kinds, new.kinds),
            language_of=language_of.astype(np.uint8),
            languages=languages,
        )

    def codes(self) -> list[str]:
        """Return the language codes of the passages."""
        return [code.decode() for code in self.languages.tolist()]

    def read(self, question: str) -> Terms:
        """Return a question's terms: the stems of its words in each language here, and 4-grams."""
        all_words = words(question)
        language = language_of(all_words)
        subject = tuple(dict.fromkeys(w for w in all_words if not is_stop(w, language)))
        subject = subject or tuple(dict.fromkeys(all_words))
        needs, counted = find_needed(question, wants := find_wanted(question))
        stems, word_grams = self._stems(subject), [*map(grams, subject)]
        counts = Counter(chain(*word_grams))
        row = self._rows({*chain(*stems), *counts})
        rows = tuple(tuple(sorted(row[s] for s in own if s in row)) for own in stems)
        gram_rows = [(row[gram],) if gram in row else () for gram in counts]
        frequencies = np.array([1.0] * len(rows) + [*counts.values()], np.float32)
        idf, postings = self._weigh([*rows, *gram_rows], frequencies, len(rows))
        indexed = [*filter(row.__contains__, counts)]
        parts = np.array([[gram in own for gram in indexed] for own in word_grams], np.float32)
        return Terms(
            words=subject,
            rows=rows,
            idf=idf[: len(rows)],
            postings=postings,
            parts=parts.reshape(len(word_grams), len(indexed)),
            sizes=np.array([len({*own}) for own in word_grams], np.float32),
            size=len(self),
            language=language,
            wants=wants,
            needs=needs,
            counted=subject.index(counted) if counted in subject else -1,
        )

    def find_known(self, words_: Collection[str]) -> set[str]:
        """Return the folded words of which some passage has a form with the same stem."""
        stems = dict(zip(words_, self._stems(words_), strict=True))
        indexed = self._rows({*chain(*stems.values())}).keys()
        return {word for word, own in stems.items() if not indexed.isdisjoint(own)}

    def passages_with(self, candidates: Collection[str]) -> Iterator[int]:
        """Yield up to SOME passages for each stem of folded words, the most frequent stem first."""
        rows = self._rows({*chain(*self._stems(candidates))})
        lists = [self.passages[self.first[row] : self.first[row + 1]] for row in rows.values()]
        for posting_list in sorted(lists, key=len, reverse=True):
            yield from posting_list[:SOME].tolist()

    def first_places(self, terms: Terms, lines: Ints) -> Ints:
        """Return the first position in ``tokens`` of each of a question's words, line by line.

        ``lines`` are rows of ``token_first``. Returns int64 [n, words]; NOWHERE where a line lacks
        the word.
        """
        at, line = gather(self.token_first, lines)
        tokens = self.tokens[at]
        places = np.full((len(terms.words), len(lines)), NOWHERE)
        pairs = reversed([*enumerate(terms.rows)])  # so that the first word with a row keeps it
        word_of = dict(sorted({row: word for word, rows in pairs for row in rows}.items()))
        rows = np.array([*word_of], np.int32)
        found = np.flatnonzero((tokens == rows[:, None]).any(axis=0))[::-1]  # a line's first wins
        words_ = np.array([*word_of.values()], np.int64)[rows.searchsorted(tokens[found])]
        places[words_, line[found]] = at[found]
        return places.T

    def _stems(self, words_: Iterable[str]) -> list[set[str]]:
        """Return the stems of each folded word, in all languages of the passages."""
        codes = self.codes()
        return [{stem(word, code) for code in codes} for word in words_]

    def _weigh(
        self, rows: Sequence[tuple[int, ...]], often: Floats, words_: int
    ) -> tuple[Floats, Postings]:
        """Return the inverse document frequency of words and 4-grams, float32, and their postings.

        Args:
            rows: The rows of each word, then of each 4-gram; none where the index lacks it.
            often: Frequency of each in the question. Scores are shares of the highest possible.
            words_: The number of words.
        """
        flat = np.array([*chain(*rows)], np.int64)
        owner = np.repeat(np.arange(len(rows)), [*map(len, rows)])
        first, end = self.first[flat], self.first[flat + 1]
        df = np.minimum(np.bincount(owner, end - first, len(rows)), len(self))
        idf = np.log1p((len(self) - df + 0.5) / (df + 0.5)).astype(np.float32)
        share = idf * often
        for part in (slice(words_), slice(words_, None)):
            share[part] *= np.float32(STEP / (K1 + 1) / max(float(share[part].sum()), TINY))
        steps = share[owner]
        most = steps.astype(np.float64) * self.most[flat]
        return idf, Postings(self.passages, self.impacts, first, end, steps, most)

    def _rows(self, terms: Collection[str]) -> dict[str, int]:
        """Return the row of each term that the index has."""
        if not len(self.keys):
            return {}
        keys = np.fromiter(map(_key, terms), np.uint64, len(terms))
        at = self.keys.searchsorted(keys)
        is_indexed = self.keys.take(at, mode="clip") == keys
        return dict(compress(zip(terms, at.tolist(), strict=True), is_indexed))


def build(documents: Iterable[Document]) -> Lexical:
    """Index passages, in the order of their rows."""
    index, remaining = Lexical(**invert(())), iter(documents)
    while block := [*islice(remaining, BLOCK)]:
        new = Lexical(**invert(block))
        index = index.join(RowMerge(((False, 0, len(index)), (True, 0, len(new)))), new)
    return index
