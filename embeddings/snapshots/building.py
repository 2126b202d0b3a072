"""Articles to a snapshot: vectors and words taken over where nothing changed, the rest made."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import chain, compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical.bm25 import Lexical, build
from embeddings.lexical.stretches import Rows, Runs, stretches
from embeddings.ranking.maxsim import STEP
from embeddings.snapshots.material import KINDS, NONE, Material, Wanted
from embeddings.snapshots.snapshot import LEXICAL, MORE, PLACES, TOKENS
from embeddings.types import Progress, ProgressCallback
from embeddings.vectors.encoder import Encoder, TokenEncoder
from embeddings.vectors.index import EXACT_UP_TO
from embeddings.vectors.worker import Priority, Worker

Vectors = NDArray[Any]
Ints = NDArray[np.int64]
Bytes = NDArray[np.int8]

BATCH_CHARACTERS = 3000
"""A batch is no longer than this, so that a question never waits long for its turn."""
FEW = 8
"""A matrix is written anew when one in so many of its rows would be used no more, or be others."""
MOST = 127
"""The greatest number that a byte keeps, of a token's axis."""


async def encode(
    wanted: Wanted, encoder: Encoder, worker: Worker, progress: ProgressCallback | None
) -> dict[str, Vectors]:
    """Return the vectors of all texts with their digests; one that stands often is encoded once.

    Questions pass between two batches; ``progress`` is told after each how many texts are done.
    """
    number = {text: place for place, text in enumerate(wanted.missing)}
    new: dict[str, Vectors] = {}
    places: dict[str, tuple[Ints, Ints]] = {}
    for kind, dtype in KINDS.items():
        rows, there = wanted.rows[kind], wanted.rows[kind] >= 0
        new[kind] = np.empty((len(rows), encoder.dimension), dtype)
        if wanted.known:
            new[kind][there] = wanted.known.matrix(kind)[rows[there]]
        text = np.array([number[t] for t in compress(wanted.texts[kind], ~there)], np.int64)
        order = np.argsort(text, kind="stable")
        places[kind] = text[order], np.flatnonzero(~there)[order]
    tokens = _TokenKeeper(wanted, encoder) if isinstance(encoder, TokenEncoder) else None
    async for first, vectors in _encode(wanted.missing, tokens or encoder, worker, progress):
        for kind, (text, row) in places.items():
            here = slice(*np.searchsorted(text, [first, first + len(vectors)]))
            new[kind][row[here]] = vectors[text[here] - first]
    arrays: dict[str, Vectors] = {}
    for kind, runs in wanted.runs.items():
        arrays |= _join(kind, new[kind], wanted.material, runs)
    if tokens:
        _ = [each async for each in _encode(tokens.lacking, tokens, worker, None)]
        arrays |= tokens.arrays()
    return arrays


def _join(name: str, new: Vectors, of: Material, runs: Runs) -> dict[str, Vectors]:
    """Return the arrays of all rows of a matrix, given the new ones and how they come together.

    Where a matrix is large and nearly all of its rows are wanted again, it stays as it is, and
    what is new lies beside it; see ``Rows``.
    """
    known = of.known
    if known is None or of.runs is None:
        return {name: new}
    old: Any = known.matrix(name)
    if not isinstance(old, Rows):
        old = Rows(old, old[:0], np.arange(len(old), dtype=np.int32))
    more, size = old.more, len(old.base)
    places = runs.join(old.places, np.arange(len(new), dtype=np.int32) + size + len(more))
    late = places >= size
    if size <= EXACT_UP_TO or size - len(places) + 2 * late.sum() > size // FEW:
        known.check({f"{name}.npy"})
        return {name: runs.join(old, new)}
    rest = np.concatenate([more, new])[places[late] - size]
    places[late] = np.arange(size, size + len(rest))
    return {f"{name}{MORE}": rest, f"{name}{PLACES}": places}


class _TokenKeeper:
    """Encodes documents, and keeps the tokens of passages and titles that are not taken over."""

    def __init__(self, wanted: Wanted, encoder: TokenEncoder) -> None:
        self._encoder, self._material = encoder, wanted.material
        self._passages = wanted.texts["passage_vectors"], wanted.rows["passage_vectors"]
        self._titles = wanted.titles
        lacking = (compress(texts, rows < 0) for texts, rows in (self._passages, self._titles))
        self._wanted = {*chain.from_iterable(lacking)}
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
        of = self._material
        titles = self._join(*self._titles, "titles", "title_first", of.of_articles())
        return self._join(*self._passages, "rows", "first", of.of_passages()) | titles

    def _join(
        self, texts: Sequence[str], rows: Ints, name: str, first_name: str, runs: Runs
    ) -> dict[str, Vectors]:
        """Return the tokens of all texts, one after the other, int8 [N, t], and where each begins.

        Of the texts that are read anew, ``rows`` says where each was before; -1: it was made.
        """
        known, none = self._material.known, np.zeros((0, self._encoder.token_dimension), np.int8)
        before = known.matrix(f"{TOKENS}{name}") if known else none
        first = known.array(f"{TOKENS}{first_name}") if known else NONE
        found = [
            self._tokens[text] if row < 0 else before[first[row] : first[row + 1]]
            for text, row in zip(texts, rows.tolist(), strict=True)
        ]
        ends, new = stretches([*map(len, found)]), np.concatenate([none, *found])
        made = _join(f"{TOKENS}{name}", new, self._material, runs.within(first, ends))
        return made | {f"{TOKENS}{first_name}": runs.join_stretches(first, ends)}


def words(material: Material) -> dict[str, Vectors]:
    """Return the arrays of the lexical index; articles that did not change are taken over."""
    runs, lacking = material.documents()
    index = build(lacking)
    if material.known and material.runs:
        index = Lexical(**material.known.arrays(LEXICAL)).join(runs, index)
    return {f"{LEXICAL}{name}": array for name, array in vars(index).items()}


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
