"""Passages -> the arrays of the lexical index: terms, postings, and the words of each line."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.analysis import GRAM, grams, is_stop, stem, words
from embeddings.kinds import offered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

K1 = 1.0
B = 0.5
"""Okapi BM25 (Robertson and Zaragoza, 2009); of the values tried, the best on both sets."""
TITLE_WEIGHT = 2
"""How often a title counts among the words of each passage of its article."""
STEP = (K1 + 1) / 250
"""A posting's share of BM25 lies in [0, K1 + 1) and is kept in one byte, in steps of this."""
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Document:
    """A passage as it is indexed: its article's title, its sentences and its language."""

    title: str
    sentences: Sequence[str]
    language: str = "fr"


class Collector:
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
        """Take in the next passage."""
        for line in (document.title, *document.sentences):
            for word in words(line):
                if not is_stop(word, document.language):
                    self.stream.append(self._entry(document.language, word))
            self.line_ends.append(len(self.stream))
            self.kinds.append(offered(line))
        self.passage_lines.append(1 + len(document.sentences))
        code = self.languages.setdefault(document.language, len(self.languages))
        self.language_of.append(code)

    def index(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of ``lexical.Lexical``, by name."""
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
    reader: Collector, terms: Ints, passages: Ints, tokens: Ints, token_first: Ints
) -> dict[str, NDArray[Any]]:
    """Return the index of (term, passage) pairs, terms renumbered by their digests."""
    size = len(reader.passage_lines)
    keys = np.array([key(term) for term in reader.terms], np.uint64)
    order = np.argsort(keys)
    number = np.argsort(order)
    pairs, counts = np.unique(number[terms] * max(size, 1) + passages, return_counts=True)
    term, passage = np.divmod(pairs, max(size, 1))
    is_gram = np.array([name.startswith(GRAM) for name in reader.terms], np.bool_)[order]
    return {
        "keys": keys[order],
        "first": np.searchsorted(term, np.arange(len(keys) + 1)),
        "passages": passage.astype(np.int32),
        "impacts": _impacts(counts, passage, is_gram[term], size),
        "tokens": number[tokens].astype(np.int32),
        "token_first": token_first,
        "kinds": np.asarray(reader.kinds, np.uint8),
        "language_of": np.asarray(reader.language_of, np.uint8),
        "languages": _codes(reader.languages),
    }


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


def gather(first: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Return the positions ``first[r]:first[r + 1]`` of all rows, and which row each is of."""
    lengths = first[rows + 1] - first[rows]
    owner = np.repeat(np.arange(len(rows)), lengths)
    before = np.cumsum(lengths) - lengths
    return np.arange(len(owner)) - before[owner] + first[rows][owner], owner


def key(term: str) -> int:
    """Return the 64-bit digest that stands for a term."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "big")
