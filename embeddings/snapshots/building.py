"""Articles to a snapshot: vectors and words taken over where nothing changed, the rest made."""

from __future__ import annotations

import asyncio
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.lexical import bm25 as lexical
from embeddings.lexical.stretches import stretches
from embeddings.lexical.words import Wording, analyse, key
from embeddings.ranking.maxsim import STEP
from embeddings.snapshots.material import KINDS, documents, find_keys, keys_of
from embeddings.snapshots.snapshot import LEXICAL, TOKENS, WORDING
from embeddings.text.analysis import without_tags
from embeddings.types import Progress
from embeddings.vectors.encoder import TokenEncoder
from embeddings.vectors.worker import Priority

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from embeddings.snapshots.material import Wanted
    from embeddings.types import ProgressCallback
    from embeddings.vectors.encoder import Encoder
    from embeddings.vectors.worker import Worker

    Vectors = NDArray[Any]
    Ints = NDArray[np.int64]
    Bytes = NDArray[np.int8]

BATCH_CHARACTERS = 3000
"""A batch is no longer than this, so that a question never waits long for its turn."""
MOST = 127
"""The greatest number that a byte keeps, of a token's axis."""
BLOCK = 16_384
"""Vectors that are copied at a time."""


async def encode(
    wanted: Wanted,
    encoder: Encoder,
    worker: Worker,
    progress: ProgressCallback | None,
) -> dict[str, Vectors]:
    """Return the vectors of all texts with their digests; one that stands often is encoded once.

    Questions pass between two batches; ``progress`` is told after each how many texts are done.
    """
    ordered = sorted(wanted.missing.items(), key=lambda pair: len(pair[1]))
    names = np.array([name for name, _ in ordered], np.uint64)
    arrays: dict[str, Vectors] = {}
    places: dict[str, tuple[Ints, Ints]] = {}
    for kind, dtype in KINDS.items():
        keys, rows = wanted.keys[kind], wanted.rows[kind]
        arrays[kind] = np.empty((len(keys), encoder.dimension), dtype)
        arrays[keys_of(kind)] = keys
        if wanted.known:
            _copy(wanted.known.array(kind), rows, arrays[kind])
        fresh = np.flatnonzero(rows < 0)
        text = find_keys(names, keys[fresh])
        order = np.argsort(text, kind="stable")
        places[kind] = text[order], fresh[order]
    texts = [text for _, text in ordered]
    tokens = _TokenKeeper(wanted, encoder) if isinstance(encoder, TokenEncoder) else None
    reader = tokens or encoder
    async for first, vectors in _encode(texts, reader, worker, progress):
        for kind, (text, row) in places.items():
            here = slice(*np.searchsorted(text, [first, first + len(vectors)]))
            arrays[kind][row[here]] = vectors[text[here] - first]
    if tokens:
        _ = [each async for each in _encode(tokens.lacking, tokens, worker, None)]
        arrays |= add_prefix(TOKENS, tokens.arrays())
    return arrays


class _TokenKeeper:
    """Encodes documents, and keeps the tokens of passages and titles that are not taken over."""

    def __init__(self, wanted: Wanted, encoder: TokenEncoder) -> None:
        self._encoder = encoder
        self._before = wanted.known.arrays(TOKENS) if wanted.known else {}
        rows = wanted.rows["passage_vectors"]
        self._rows = rows if self._before else np.full(len(rows), -1)
        pairs = zip(wanted.articles, wanted.passages, strict=True)
        texts = (article.text[p.start : p.end] for article, group in pairs for p in group)
        self._texts = [text if row < 0 else "" for text, row in zip(texts, self._rows, strict=True)]
        self._titles = [without_tags(article.title) for article in wanted.articles]
        self._title_keys = np.fromiter(map(key, self._titles), np.uint64, len(self._titles))
        known = self._before.get("title_keys", np.zeros(0, np.uint64))
        self._title_rows = find_keys(known, self._title_keys)
        titles = compress(self._titles, self._title_rows < 0)
        self._wanted = frozenset((*compress(self._texts, self._rows < 0), *titles))
        self._tokens: dict[str, Bytes] = {}

    @property
    def lacking(self) -> list[str]:
        """The texts that are wanted and were not encoded yet."""
        return sorted(self._wanted - self._tokens.keys())

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of texts, float32 [n, d]."""
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> NDArray[np.float32]:
        read = self._encoder.read_document(text)
        if text in self._wanted and read.tokens is not None:
            self._tokens[text] = np.clip(np.rint(read.tokens / STEP), -MOST, MOST).astype(np.int8)
        return read.vector

    def arrays(self) -> dict[str, Vectors]:
        """Return the arrays of ``Tokens``, once all are made."""
        rows, first = self._join(self._texts, self._rows, "rows", "first")
        titles, title_first = self._join(self._titles, self._title_rows, "titles", "title_first")
        of_titles: dict[str, Vectors] = {
            "titles": titles,
            "title_first": title_first,
            "title_keys": self._title_keys,
        }
        return {"rows": rows, "first": first, **of_titles}

    def _join(
        self, texts: Sequence[str], rows: Ints, old: str, old_first: str
    ) -> tuple[Bytes, Ints]:
        """Return the tokens of texts, one after the other, int8 [N, t], and where each begins.

        Args:
            texts: The texts, in order.
            rows: Where each was before, int64 [n]; -1 for one that was made.
            old: Name of the array of the tokens that the rows are of.
            old_first: The same of their beginnings.
        """
        before, first = self._before.get(old), self._before.get(old_first, np.zeros(0, int))
        begins, ends = first[:-1].tolist(), first[1:].tolist()
        found = [
            self._tokens[text] if before is None or row < 0 else before[begins[row] : ends[row]]
            for text, row in zip(texts, rows.tolist(), strict=True)
        ]
        none = np.zeros((0, self._encoder.token_dimension), np.int8)
        return np.concatenate([none, *found]), stretches(np.array([*map(len, found)], np.int64))


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


def add_prefix(prefix: str, arrays: Mapping[str, Vectors]) -> dict[str, Vectors]:
    """Return arrays under the names that a snapshot keeps them by."""
    return {prefix + name: array for name, array in arrays.items()}


async def _encode(
    missing: list[str],
    encoder: Encoder | _TokenKeeper,
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


def _copy(source: Vectors, rows: Ints, target: Vectors) -> None:
    """Copy the rows of a source, -1 for none, a block at a time."""
    for first in range(0, len(rows), BLOCK):
        there = np.flatnonzero(rows[first : first + BLOCK] >= 0) + first
        target[there] = source[rows[there]]
