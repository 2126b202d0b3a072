"""Passages -> their words, line by line: what the lexical index is made of."""

from __future__ import annotations

import hashlib
import re
from array import array
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.ranking.answer_kinds import find_offered
from embeddings.text.analysis import GRAM, fold, grams, is_stop, is_stop_somewhere, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_SOURCES = (
    "text/analysis.py", "text/words.json", "text/boilerplate.py", "text/passages.py",
    "text/sentences.py", "ranking/answer_kinds.py", "lexical/words.py",
)  # fmt: skip
"""The files that decide what a passage's lines and words are."""
_NAME = r"[^\W\d_a-zà-ÿ][\w’'-]*(?:\s[^\W\d_a-zà-ÿ][\w’'-]*)*"
_AND = r"(?:,\s(?:(?:et|and)\s)?|\s(?:et|and|&)\s)"
_NAMES = re.compile(rf"{_NAME}(?:{_AND}{_NAME})+")
"""Names that a title lists: "Microsoft, Google et Amazon"."""


@dataclass(frozen=True, slots=True)
class Document:
    """A passage as it is indexed: its article's title, its sentences and its language."""

    title: str
    sentences: Sequence[str]
    language: str = "fr"


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """The words of passages, function words left out.

    A passage has a line for its article's title and one for each of its sentences. A word of a
    language is an entry: digests of its terms, first of its stem, then of its 4-grams.

    Attributes:
        entry_first: Terms of entry e: ``entry_terms[entry_first[e]:entry_first[e + 1]]``.
        entry_terms: 64-bit digests of the terms, uint64.
        entries: The entries of all lines, in order, int32 [T].
        line_first: Entries of line n: ``entries[line_first[n]:line_first[n + 1]]``, int64 [L + 1].
        kinds: What kinds of answers each line has, as ``ranking.answer_kinds.Kind``, uint8 [L].
        passage_first: Lines of passage p: ``passage_first[p]:passage_first[p + 1]``, int64 [P + 1].
        language_of: Which of ``languages`` a passage is in, uint8 [P].
        languages: Their codes, ASCII, at most 8 letters, [l].
    """

    entry_first: Ints
    entry_terms: NDArray[np.uint64]
    entries: NDArray[np.int32]
    line_first: Ints
    kinds: NDArray[np.uint8]
    passage_first: Ints
    language_of: NDArray[np.uint8]
    languages: NDArray[np.bytes_]

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self.language_of)


def analyse(documents: Iterable[Document]) -> Wording:
    """Find the words of passages, given in order; a word of a language is analysed once."""
    reader = _Reader()
    for document in documents:
        reader.read(document)
    return reader.wording()


def own_title(title: str, sentences: Sequence[str]) -> str:
    """Return a title as it is about one passage: of the names that it lists, those taken up there.

    "Microsoft, Google, Amazon: how they are criticised" says of a passage on Google nothing about
    Microsoft. A title of which a passage takes up no name is about all of it, and one in which
    every word has a capital does not show what is a name.
    """
    if not _NAMES.search(title) or not any(map(str.islower, _list_terms(title))):
        return title
    there = set(words(" ".join(sentences)))

    def keep(listed: re.Match[str]) -> str:
        names = re.split(_AND, listed[0])
        own = [name for name in names if not there.isdisjoint(map(fold, _list_terms(name)))]
        return ", ".join(own or names)

    return _NAMES.sub(keep, title)


def _list_terms(title: str) -> list[str]:
    """Return the words that carry a subject, as written."""
    return [word for word in re.findall(r"[^\W_]+", title) if not is_stop_somewhere(fold(word))]


@cache
def recipe() -> str:
    """Return a digest of the program that makes lines and words of articles.

    What another version of it found is not taken over.
    """
    folder = Path(__file__).parents[1]
    sources = b"\0".join((folder / name).read_bytes() for name in _SOURCES)
    return hashlib.sha256(sources).hexdigest()


def key(term: str) -> int:
    """Return the 64-bit digest that stands for a term: odd for a 4-gram, even for a word."""
    digest = hashlib.blake2b(term.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") & ~1 | term.startswith(GRAM)


class _Reader:
    """Collects the words of passages."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], int] = {}  # (language, word) -> entry
        self.term_keys: dict[str, int] = {}
        self.terms = array("Q")
        self.term_ends = array("q", [0])
        self.stream = array("i")
        self.line_ends = array("q", [0])
        self.kinds = array("B")
        self.passage_ends = array("q", [0])
        self.languages: dict[str, int] = {}
        self.language_of = array("B")

    def read(self, document: Document) -> None:
        """Take in the next passage."""
        title = own_title(document.title, document.sentences)
        for line in (title, *document.sentences):
            for word in words(line):
                if not is_stop(word, document.language):
                    self.stream.append(self._entry(document.language, word))
            self.line_ends.append(len(self.stream))
            self.kinds.append(find_offered(line))
        self.passage_ends.append(len(self.kinds))
        code = self.languages.setdefault(document.language, len(self.languages))
        self.language_of.append(code)

    def wording(self) -> Wording:
        """Return what was read; the entries in the order in which they came."""
        return Wording(
            entry_first=np.array(self.term_ends, np.int64),
            entry_terms=np.array(self.terms, np.uint64),
            entries=np.array(self.stream, np.int32),
            line_first=np.array(self.line_ends, np.int64),
            kinds=np.array(self.kinds, np.uint8),
            passage_first=np.array(self.passage_ends, np.int64),
            language_of=np.array(self.language_of, np.uint8),
            languages=np.array([code.encode("ascii", "replace") for code in self.languages], "S8"),
        )

    def _entry(self, language: str, word: str) -> int:
        entry = self.known.setdefault((language, word), len(self.known))
        if entry == len(self.term_ends) - 1:
            self.terms.extend(map(self._key, [stem(word, language), *grams(word)]))
            self.term_ends.append(len(self.terms))
        return entry

    def _key(self, term: str) -> int:
        if term not in self.term_keys:
            self.term_keys[term] = key(term)
        return self.term_keys[term]
