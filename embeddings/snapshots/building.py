"""Articles to a snapshot: vectors and words taken over where nothing changed, the rest made."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.lexical import bm25 as lexical
from embeddings.lexical.stretches import gather
from embeddings.lexical.words import Document, Wording, analyse, key
from embeddings.ranking.evidence import sentence_text
from embeddings.snapshots.tokens import TOKENS, TokenKeeper
from embeddings.snapshots.writing import add_prefix
from embeddings.text.analysis import without_tags
from embeddings.text.passages import titles
from embeddings.types import Progress
from embeddings.vectors.encoder import TokenEncoder
from embeddings.vectors.index import Before
from embeddings.vectors.worker import Priority

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from numpy.typing import NDArray

    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.types import Article, Passage, ProgressCallback
    from embeddings.vectors.encoder import Encoder
    from embeddings.vectors.worker import Worker

    Vectors = NDArray[Any]
    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]

BATCH_CHARACTERS = 3000
"""A batch is no longer than this, so that a question never waits long for its turn."""
KINDS = {"passage_vectors": np.float32, "sentence_vectors": np.float16}
"""What gets a vector, and in which precision it is kept; sentences, which are many, in half."""
LEXICAL, WORDING = "lexical_", "wording_"
"""How the names of the arrays begin that are of the lexical index, and of what it is made of."""
BLOCK = 16_384
"""Vectors that are copied at a time."""


def documents(articles: Sequence[Article], passages: Sequence[Sequence[Passage]]) -> list[Document]:
    """Return the passages as the lexical index takes them, in order."""
    return [
        Document(article.title, [s.of(article.text) for s in p.sentences], article.language)
        for article, group in zip(articles, passages, strict=True)
        for p in group
    ]


def texts_of(
    articles: Sequence[Article], passages: Sequence[Sequence[Passage]]
) -> dict[str, list[str]]:
    """Cut out every text that gets a vector, by the name of the array that those vectors make."""
    parts = [
        (article.text, title, p)
        for article, group in zip(articles, passages, strict=True)
        for title, p in zip(titles(article, group), group, strict=True)
    ]
    return {
        "passage_vectors": [text[p.start : p.end] for text, _, p in parts],
        "sentence_vectors": [
            sentence_text(title, span.of(text)) for text, title, p in parts for span in p.sentences
        ],
    }


class Wanted:
    """What a snapshot needs: what there is already, and the texts that have no vector yet.

    Args:
        articles: The articles that it is to hold.
        passages: The passages of each.
        known: A snapshot made with the same model, whose vectors and words are taken over.
        kept: Where in it each passage of the articles that did not change is, int64 [P]; -1 for
            all others.

    Attributes:
        keys: By kind, a 64-bit digest of each text, uint64 [n].
        rows: By kind, where each vector is in ``known``, int64 [n]; -1 where it is missing.
        missing: Digest -> text, each text that has to be encoded.
    """

    def __init__(
        self,
        articles: Sequence[Article],
        passages: Sequence[Sequence[Passage]],
        known: Snapshot | None,
        kept: Ints | None = None,
    ) -> None:
        self.articles, self.passages, self.known = articles, passages, known
        self.kept = np.full(sum(map(len, passages)), -1) if kept is None else kept
        self.keys: dict[str, Keys] = {}
        self.rows: dict[str, Ints] = {}
        self.missing: dict[int, str] = {}
        counts = np.array([len(p.sentences) for group in passages for p in group], np.int64)
        there = self.kept[self.kept >= 0]
        sentences, _ = gather(known.array("first_sentence"), there) if known else (there, there)
        same = self.kept >= 0
        changed = texts_of(*self.list_changed())
        for kind, is_there, rows in zip(
            KINDS, (same, np.repeat(same, counts)), (there, sentences), strict=True
        ):
            self._find(kind, changed[kind], is_there, rows)

    def list_changed(self) -> tuple[list[Article], list[Sequence[Passage]]]:
        """Return the articles that are not taken over, and their passages."""
        first, pairs = 0, []
        for article, group in zip(self.articles, self.passages, strict=True):
            if group and self.kept[first] < 0:
                pairs.append((article, group))
            first += len(group)
        return [article for article, _ in pairs], [group for _, group in pairs]

    def _find(self, kind: str, texts: list[str], same: NDArray[np.bool_], there: Ints) -> None:
        """Find the vectors of a kind: of the same articles at once, of others by their texts."""
        old = self.known.array(_keys(kind)) if self.known else np.zeros(0, np.uint64)
        new = np.fromiter(map(key, texts), np.uint64, len(texts))
        found = _places(old, new)
        keys, rows = np.empty(len(same), np.uint64), np.empty(len(same), np.int64)
        keys[same], keys[~same] = old[there], new
        rows[same], rows[~same] = there, found
        self.keys[kind], self.rows[kind] = keys, rows
        fresh = found < 0
        self.missing |= dict(zip(new[fresh].tolist(), compress(texts, fresh), strict=True))

    @property
    def before(self) -> dict[str, Before]:
        """By kind, where its vectors were."""
        folder = self.known.folder if self.known else None
        return {kind: Before(folder, rows) for kind, rows in self.rows.items()} if folder else {}

    @property
    def reused(self) -> int:
        """How many vectors are taken over."""
        return sum(int((rows >= 0).sum()) for rows in self.rows.values())


@dataclass(frozen=True)
class Encoded:
    """The vectors of all texts with their digests, and how many had to be made."""

    arrays: dict[str, Vectors]
    reused: int
    encoded: int


async def encode(
    wanted: Wanted,
    encoder: Encoder,
    worker: Worker,
    progress: ProgressCallback | None,
) -> Encoded:
    """Give every text its vector; a text that stands several times is encoded once.

    Args:
        wanted: What is needed and what is there.
        encoder: What makes the rest.
        worker: The thread that it runs on; questions pass between two batches.
        progress: Told after each batch how many texts are done.
    """
    ordered = sorted(wanted.missing.items(), key=lambda pair: len(pair[1]))
    names = np.array([name for name, _ in ordered], np.uint64)
    arrays: dict[str, Vectors] = {}
    places: dict[str, tuple[Ints, Ints]] = {}
    for kind, dtype in KINDS.items():
        keys, rows = wanted.keys[kind], wanted.rows[kind]
        arrays[kind] = np.empty((len(keys), encoder.dimension), dtype)
        arrays[_keys(kind)] = keys
        if wanted.known:
            _copy(wanted.known.array(kind), rows, arrays[kind])
        fresh = np.flatnonzero(rows < 0)
        text = _places(names, keys[fresh])
        order = np.argsort(text, kind="stable")
        places[kind] = text[order], fresh[order]
    texts = [text for _, text in ordered]
    tokens = _Tokens(wanted, encoder) if isinstance(encoder, TokenEncoder) else None
    reader = tokens.keeper if tokens else encoder
    async for first, vectors in _encode(texts, reader, worker, progress):
        for kind, (text, row) in places.items():
            here = slice(*np.searchsorted(text, [first, first + len(vectors)]))
            arrays[kind][row[here]] = vectors[text[here] - first]
    if tokens:
        _ = [each async for each in _encode(tokens.keeper.lacking, tokens.keeper, worker, None)]
        arrays |= add_prefix(TOKENS, tokens.arrays())
    return Encoded(arrays, reused=wanted.reused, encoded=len(ordered))


class _Tokens:
    """Which tokens are taken over, and which are made, given what a snapshot needs."""

    def __init__(self, wanted: Wanted, encoder: TokenEncoder) -> None:
        self._before = wanted.known.arrays(TOKENS) if wanted.known else {}
        rows = wanted.rows["passage_vectors"]
        self._rows = rows if self._before else np.full(len(rows), -1)
        pairs = zip(wanted.articles, wanted.passages, strict=True)
        texts = [article.text[p.start : p.end] for article, group in pairs for p in group]
        self._texts = list(compress(texts, self._rows < 0))
        titles = [without_tags(article.title) for article in wanted.articles]
        self._title_keys = np.fromiter(map(key, titles), np.uint64, len(titles))
        known = self._before.get("title_keys", np.zeros(0, np.uint64))
        self._title_rows = _places(known, self._title_keys)
        self._titles = list(compress(titles, self._title_rows < 0))
        self.keeper = TokenKeeper(encoder, [*self._texts, *self._titles])

    def arrays(self) -> dict[str, Vectors]:
        """Return the arrays of ``Tokens``, once all are made."""
        old = self._before
        before = (old["rows"], old["first"]) if old else None
        rows, first = self.keeper.join(self._texts, self._rows, before)
        before = (old["titles"], old["title_first"]) if old else None
        titles, title_first = self.keeper.join(self._titles, self._title_rows, before)
        names = ("rows", "first", "titles", "title_first", "title_keys")
        found: tuple[Vectors, ...] = (rows, first, titles, title_first, self._title_keys)
        return dict(zip(names, found, strict=True))


def words(wanted: Wanted) -> dict[str, Vectors]:
    """Return the arrays of the lexical index and of the words that it is made of."""
    found = wording(wanted)
    return add_prefix(LEXICAL, lexical.index(found).arrays()) | add_prefix(WORDING, found.arrays())


def wording(wanted: Wanted) -> Wording:
    """Find the words of passages; those of articles that did not change are taken over."""
    fresh, there = np.flatnonzero(wanted.kept < 0), np.flatnonzero(wanted.kept >= 0)
    anew = analyse(documents(*wanted.list_changed()))
    if wanted.known is None or not len(there):
        return anew
    before = Wording.from_arrays(wanted.known.arrays(WORDING))
    both = before.take(wanted.kept[there]).followed_by(anew)
    return both.take(np.argsort(np.concatenate([there, fresh])))


async def _encode(
    missing: list[str],
    encoder: Encoder | TokenKeeper,
    worker: Worker,
    progress: ProgressCallback | None,
) -> AsyncIterator[tuple[int, NDArray[np.float32]]]:
    """Encode texts, given by length; yield vectors and the number of the first text of each."""
    done = 0
    for batch in _batches(missing):
        yield done, await worker.run(Priority.INDEXING, encoder.encode_documents, batch)
        done += len(batch)
        if progress:
            progress(Progress("encode", done, len(missing)))
        await asyncio.sleep(0)


def _batches(missing: list[str]) -> Iterator[list[str]]:
    """Cut a list into batches of at most ``BATCH_CHARACTERS``, or of one text that is longer."""
    batch: list[str] = []
    length = 0
    for text in missing:
        if batch and length + len(text) > BATCH_CHARACTERS:
            yield batch
            batch, length = [], 0
        batch.append(text)
        length += len(text)
    if batch:
        yield batch


def _keys(kind: str) -> str:
    """Return the name of the array of the digests of the texts of a kind."""
    return kind.replace("vectors", "keys")


def _places(keys: Keys, wanted: Keys) -> Ints:
    """Return where each wanted key is in ``keys``, -1 where it is not."""
    if not len(keys) or not len(wanted):
        return np.full(len(wanted), -1)
    order = np.argsort(keys, kind="stable")
    at = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)
    return np.where(keys[order[at]] == wanted, order[at], -1)


def _copy(source: Vectors, rows: Ints, target: Vectors) -> None:
    """Copy the rows of a source, -1 for none, a block at a time."""
    for first in range(0, len(rows), BLOCK):
        there = np.flatnonzero(rows[first : first + BLOCK] >= 0) + first
        target[there] = source[rows[there]]
