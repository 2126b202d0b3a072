"""Splits passages into lines of words and terms, and inverts them: term -> passages."""

import hashlib
import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical.arrays import gather
from embeddings.ranking.answer_kinds import find_offered
from embeddings.text.analysis import GRAM, fold, grams, is_stop, is_stop_somewhere, stem, words

_SOURCES = (
    "text/analysis.py", "text/words.json", "text/boilerplate.py", "text/passages.py",
    "text/sentences.py", "ranking/answer_kinds.py", "lexical/words.py",
)  # fmt: skip
"""The files whose code decides how passages are split into lines and words."""
TITLE_WEIGHT = 2
"""How often each word of the title counts in every passage of the article."""
_NAME = r"[^\W\d_a-zà-ÿ][\w’'-]*(?:\s[^\W\d_a-zà-ÿ][\w’'-]*)*"
_AND = r"(?:,\s(?:(?:et|and)\s)?|\s(?:et|and|&)\s)"
_NAMES = re.compile(rf"{_NAME}(?:{_AND}{_NAME})+")
"""Names that a title lists: "Microsoft, Google et Amazon"."""


@dataclass(frozen=True, slots=True)
class Document:
    """A passage to index: its article's title, its sentences and its language."""

    title: str
    sentences: Sequence[str]
    language: str = "fr"


def invert(documents: Iterable[Document]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a ``bm25.Lexical`` of passages, in order, without weights yet.

    Each distinct word of a language is analysed once.
    """
    reader = _Reader()
    for document in documents:
        reader.read(document)
    passage_first, line_first, entry_first, entries = map(np.array, reader.words)
    passages = np.arange(len(reader.language_of))
    lines, line_passage = gather(passage_first, passages)
    tokens, token_line = gather(line_first, lines)
    titles, title_passage = gather(line_first, passage_first[passages])
    repeats = TITLE_WEIGHT - 1  # tokens already has each title once
    words_ = entries[np.concatenate([tokens, *[titles] * repeats])]
    passage_of = np.concatenate([line_passage[token_line], *[title_passage] * repeats])
    keys, rows = np.unique(np.array(reader.terms), return_inverse=True)
    terms, word_of = gather(entry_first, words_)
    size = max(len(passages), 1)
    pairs, counts = np.unique(rows[terms] * size + passage_of[word_of], return_counts=True)
    gram_counts = np.diff(entry_first)[words_] - 1
    lengths = [np.bincount(passage_of, counted, len(passages)) for counted in (None, gram_counts)]
    return {
        "keys": keys,
        "first": np.searchsorted(pairs, np.arange(len(keys) + 1) * size),
        "passages": (pairs % size).astype(np.int32),
        "counts": np.minimum(counts, 255).astype(np.uint8),
        "lengths": np.stack(lengths, axis=1).astype(np.int32),
        "tokens": rows[entry_first[:-1]].astype(np.int32)[entries],
        "impacts": np.zeros(0, np.uint8),  # weights depend on all passages: join computes them
        "most": np.zeros(0, np.uint8),
        "first_line": passage_first,
        "token_first": line_first,
        "kinds": np.array(reader.kinds),
        "language_of": np.array(reader.language_of),
        "languages": np.array([c.encode("ascii", "replace") for c in reader.languages], "S8"),
    }


def own_title(title: str, sentences: Sequence[str]) -> str:
    """Return a title as it applies to one passage: of the names it lists, those in the passage.

    The title "Microsoft, Google, Amazon: how they are criticised" says nothing about Microsoft for
    a passage on Google. It stays whole if the passage has none of its names, or if all of its words
    are capitalised, which hides the names.
    """
    if not _NAMES.search(title) or not any(map(str.islower, _list_terms(title))):
        return title
    passage_words = set(words(" ".join(sentences)))

    def keep(listed: re.Match[str]) -> str:
        names = re.split(_AND, listed[0])
        own = [n for n in names if not passage_words.isdisjoint(map(fold, _list_terms(n)))]
        return ", ".join(own or names)

    return _NAMES.sub(keep, title)


def _list_terms(title: str) -> list[str]:
    """Return the title's words but function words, as written."""
    return [word for word in re.findall(r"[^\W_]+", title) if not is_stop_somewhere(fold(word))]


@cache
def recipe() -> str:
    """Return the SHA-256 of the code that splits articles into lines and words, in hexadecimal.

    Lines and words that other code made are not reused.
    """
    folder = Path(__file__).parents[1]
    sources = b"\0".join((folder / name).read_bytes() for name in _SOURCES)
    return hashlib.sha256(sources).hexdigest()


def key(term: str) -> int:
    """Return a term's 64-bit digest: odd for a 4-gram, even for a word."""
    digest = hashlib.blake2b(term.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") & ~1 | term.startswith(GRAM)


class _Reader:
    """Collects the words of passages, function words left out.

    A passage has one line for its article's title and one for each of its sentences. Each distinct
    word of a language is an entry: the digests of its terms, first its stem, then its 4-grams.

    Attributes:
        words: The ends of the lines of each passage, of the entries of each line, and of the terms
            of each entry, each after a 0; and the entry of each word of all lines, in order.
        terms: 64-bit digests of the terms of all entries.
        kinds: Kinds of answers in each line, flags of ``ranking.answer_kinds.Kind``.
        languages: Code of each language -> its number, in order of appearance.
        language_of: The number of each passage's language.
    """

    def __init__(self) -> None:
        self.words = array("q", [0]), array("q", [0]), array("q", [0]), array("i")
        self.terms, self.kinds = array("Q"), array("H")
        self.languages: dict[str, int] = {}
        self.language_of = array("B")
        self._known: dict[tuple[str, str], int] = {}  # (language, word) -> entry
        self._key = cache(key)

    def read(self, document: Document) -> None:
        """Add the next passage."""
        passage_ends, line_ends, _, entries = self.words
        title = own_title(document.title, document.sentences)
        for line in (title, *document.sentences):
            for word in words(line):
                if not is_stop(word, document.language):
                    entries.append(self._entry(document.language, word))
            line_ends.append(len(entries))
            self.kinds.append(find_offered(line))
        passage_ends.append(len(self.kinds))
        code = self.languages.setdefault(document.language, len(self.languages))
        self.language_of.append(code)

    def _entry(self, language: str, word: str) -> int:
        ends = self.words[2]
        entry = self._known.setdefault((language, word), len(self._known))
        if entry == len(ends) - 1:
            self.terms.extend(map(self._key, [stem(word, language), *grams(word)]))
            ends.append(len(self.terms))
        return entry
