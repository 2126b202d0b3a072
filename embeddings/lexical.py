"""BM25 over stems and character 4-grams: built once, kept as plain arrays, read-only in service."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.analysis import GRAM, grams, guess_language, is_stop, stem, words
from embeddings.kinds import Kind, offered, wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float32]
    Bools = NDArray[np.bool_]

K1 = 1.0
B = 0.5
"""Okapi BM25 (Robertson and Zaragoza, 2009); of the values tried, the best on both sets."""
TITLE_WEIGHT = 2
"""How often a title counts among the words of each passage of its article."""
STEP = (K1 + 1) / 250
"""A posting's share of BM25 lies in [0, K1 + 1) and is kept in one byte, in steps of this."""
TINY = 1e-9
FAR = np.iinfo(np.int64).max
"""The place of a word that is not there."""


@dataclass(frozen=True, slots=True)
class Document:
    """A passage as it is indexed: its article's title, its sentences and its language."""

    title: str
    sentences: Sequence[str]
    language: str = "fr"


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
        language: The language of the question, where its function words tell.
        wants: The kind of answer that it asks for.
    """

    words: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    idf: Floats
    gram_rows: Ints
    gram_idf: Floats
    gram_mass: float
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
        tokens: Terms of the subject words of all lines, in order, int32 [T].
        token_first: Tokens of line n are ``token_first[n]:token_first[n + 1]``, int64 [L + 1].
        kinds: What kinds of answers each line has, as ``embeddings.kinds.Kind``, uint8 [L].
        language_of: Which of ``languages`` a passage is in, uint8 [P].
        languages: Codes of the languages of the passages, ASCII, zero-padded, uint8 [l, 8].
    """

    keys: NDArray[np.uint64]
    first: Ints
    passages: NDArray[np.int32]
    impacts: NDArray[np.uint8]
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
        rows = tuple(self._rows({stem(word, code) for code in codes}) for word in subject)
        parts = Counter(gram for word in subject for gram in grams(word))
        known = [(self._rows({part}), count) for part, count in parts.items()]
        counted = np.array([count for _, count in known], np.float32)
        weights = self._idf([row for row, _ in known]) * counted
        return Terms(
            words=subject,
            rows=rows,
            idf=self._idf(rows),
            gram_rows=np.array([row[0] for row, _ in known if row], np.int64),
            gram_idf=weights[[bool(row) for row, _ in known]],
            gram_mass=float(weights.sum()),
            language=language,
            wants=wanted(question),
        )

    def score(self, terms: Terms) -> tuple[Floats, Floats]:
        """Return BM25 of every passage by words and by 4-grams, as shares of the most possible.

        Returns:
            Two float32 [P] in [0, 1].
        """
        by_word, by_gram = (np.zeros(len(self), np.float32) for _ in range(2))
        for rows, idf in zip(terms.rows, terms.idf, strict=True):
            for row in rows:
                self._add(by_word, row, idf)
        for row, idf in zip(terms.gram_rows, terms.gram_idf, strict=True):
            self._add(by_gram, row, idf)
        most = (K1 + 1) / STEP
        by_word /= max(float(terms.idf.sum()), TINY) * most
        by_gram /= max(terms.gram_mass, TINY) * most
        return by_word, by_gram

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

    def _add(self, scores: Floats, row: int, weight: float) -> None:
        start, end = self.first[row], self.first[row + 1]
        scores[self.passages[start:end]] += np.float32(weight) * self.impacts[start:end]

    def _rows(self, terms: Iterable[str]) -> tuple[int, ...]:
        """Return the rows of those terms that the index has."""
        wanted = np.array(sorted(_key(term) for term in terms), np.uint64)
        at = np.minimum(np.searchsorted(self.keys, wanted), max(len(self.keys) - 1, 0))
        return tuple(at[self.keys[at] == wanted].tolist()) if len(self.keys) else ()

    def _idf(self, rows: Sequence[tuple[int, ...]]) -> Floats:
        """Return the weight of each word, given the rows of its terms."""
        total = len(self)
        used = [sum(int(self.first[r + 1] - self.first[r]) for r in group) for group in rows]
        counts = np.minimum(np.array(used, np.float64), total)
        return np.log1p((total - counts + 0.5) / (counts + 0.5)).astype(np.float32)


def build(documents: Iterable[Document]) -> Lexical:
    """Index passages, given in the order of their vectors."""
    reader = _Reader()
    for document in documents:
        reader.read(document)
    return reader.index()


def gather(first: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Return the positions ``first[r]:first[r + 1]`` of all rows, and which row each is of."""
    lengths = first[rows + 1] - first[rows]
    owner = np.repeat(np.arange(len(rows)), lengths)
    before = np.cumsum(lengths) - lengths
    return np.arange(len(owner)) - before[owner] + first[rows][owner], owner


class _Reader:
    """Collects the words of all passages; a word of a language is analysed once."""

    def __init__(self) -> None:
        self.terms: dict[str, int] = {}
        self.known: dict[tuple[str, str], int] = {}  # (language, word) -> entry
        self.entries: list[list[int]] = []  # entry -> its term, then its 4-grams
        self.stream = array("i")  # the entries of all lines
        self.line_ends = array("q", [0])
        self.kinds = array("B")
        self.passage_lines = array("i")
        self.languages: dict[str, int] = {}
        self.language_of = array("B")

    def read(self, document: Document) -> None:
        for line in (document.title, *document.sentences):
            for word in words(line):
                if not is_stop(word, document.language):
                    self.stream.append(self._entry(document.language, word))
            self.line_ends.append(len(self.stream))
            self.kinds.append(offered(line))
        self.passage_lines.append(1 + len(document.sentences))
        code = self.languages.setdefault(document.language, len(self.languages))
        self.language_of.append(code)

    def index(self) -> Lexical:
        stream = np.asarray(self.stream, np.int64)
        ends = np.asarray(self.line_ends, np.int64)
        lines = np.asarray(self.passage_lines, np.int64)
        passage_of = np.repeat(np.repeat(np.arange(len(lines)), lines), np.diff(ends))
        titles = np.cumsum(lines) - lines
        entry_first = np.cumsum([0, *map(len, self.entries)])
        flat = np.array([row for entry in self.entries for row in entry], np.int64)
        term_of = flat[entry_first[:-1]]
        again, _ = gather(ends, titles)  # once more for each time a title counts beyond the first
        order = np.concatenate([np.arange(len(stream)), *[again] * (TITLE_WEIGHT - 1)])
        rows, owner = gather(entry_first, stream[order])
        return _invert(self, flat[rows], passage_of[order][owner], term_of[stream], ends)

    def _entry(self, language: str, word: str) -> int:
        key = (language, word)
        if key not in self.known:
            parts = [stem(word, language), *grams(word)]
            self.entries.append([self.terms.setdefault(p, len(self.terms)) for p in parts])
            self.known[key] = len(self.known)
        return self.known[key]


def _invert(
    reader: _Reader, terms: Ints, passages: Ints, tokens: Ints, token_first: Ints
) -> Lexical:
    """Return the index of (term, passage) pairs, terms renumbered by their digests."""
    size = len(reader.passage_lines)
    keys = np.array([_key(term) for term in reader.terms], np.uint64)
    order = np.argsort(keys)
    number = np.argsort(order)
    pairs, counts = np.unique(number[terms] * max(size, 1) + passages, return_counts=True)
    term, passage = np.divmod(pairs, max(size, 1))
    is_gram = np.array([name.startswith(GRAM) for name in reader.terms], np.bool_)[order]
    return Lexical(
        keys=keys[order],
        first=np.searchsorted(term, np.arange(len(keys) + 1)),
        passages=passage.astype(np.int32),
        impacts=_impacts(counts, passage, is_gram[term], size),
        tokens=number[tokens].astype(np.int32),
        token_first=token_first,
        kinds=np.asarray(reader.kinds, np.uint8),
        language_of=np.asarray(reader.language_of, np.uint8),
        languages=_codes(reader.languages),
    )


def _impacts(counts: Ints, passage: Ints, is_gram: Bools, size: int) -> NDArray[np.uint8]:
    """Return each posting's share of BM25; words and 4-grams have lengths of their own."""
    impacts = np.zeros(len(counts))
    for kind in (is_gram, ~is_gram):
        length = np.bincount(passage[kind], counts[kind], size)
        norm = K1 * (1 - B + B * length / max(length.mean() if size else 1.0, TINY))
        impacts[kind] = counts[kind] * (K1 + 1) / (counts[kind] + norm[passage[kind]])
    return np.minimum(np.rint(impacts / STEP), 255).astype(np.uint8)


def _codes(languages: Iterable[str]) -> NDArray[np.uint8]:
    packed = [code.encode("ascii", "replace")[:8].ljust(8, b"\0") for code in languages]
    return np.frombuffer(b"".join(packed), np.uint8).reshape(-1, 8)


def _word_of(terms: Terms, tokens: NDArray[np.int32]) -> Ints:
    """Return which word of the question each token is, -1 for none."""
    pairs = sorted((row, i) for i, rows in enumerate(terms.rows) for row in rows)
    if not pairs:
        return np.full(len(tokens), -1)
    rows, word = np.array(pairs, np.int64).T
    at = np.minimum(np.searchsorted(rows, tokens), len(rows) - 1)
    return np.where(rows[at] == tokens, word[at], -1)


def _key(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "big")
