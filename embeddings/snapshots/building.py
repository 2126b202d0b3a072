"""Articles to a snapshot: vectors and words taken over where nothing changed, the rest made."""

from __future__ import annotations

import asyncio
from itertools import chain, compress
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from embeddings.lexical.bm25 import Lexical, build
from embeddings.lexical.stretches import Runs, stretches
from embeddings.ranking.maxsim import STEP
from embeddings.snapshots.material import KINDS, NONE, Material, Wanted
from embeddings.snapshots.snapshot import LEXICAL, MORE, PLACES, TOKENS
from embeddings.types import Progress, ProgressCallback
from embeddings.vectors.encoder import Encoder, TokenEncoder
from embeddings.vectors.index import EXACT_UP_TO, Joined
from embeddings.vectors.worker import Priority, Worker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from numpy.typing import NDArray

    Vectors = NDArray[Any]
    Ints = NDArray[np.int64]
    Bytes = NDArray[np.int8]

BATCH_CHARACTERS = 3000
"""A batch is no longer than this, so that a question never waits long for its turn."""
FEW, SHARED = 8, 3
"""A matrix is written anew when one in so many of its rows would be used no more, or be others, and
when so many snapshots share its file: what damages that leaves the earlier ones whole."""
MOST = 127
"""The greatest number that a byte keeps, of a token's axis."""


async def encode(
    wanted: Wanted,
    encoder: Encoder,
    worker: Worker,
    progress: ProgressCallback | None,
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
            new[kind][there] = wanted.known.index(kind).rows[rows[there]]
        text = np.array([number[t] for t in compress(wanted.texts[kind], ~there)], np.int64)
        order = np.argsort(text, kind="stable")
        places[kind] = text[order], np.flatnonzero(~there)[order]
    tokens = _TokenKeeper(wanted, encoder) if isinstance(encoder, TokenEncoder) else None
    reader = tokens or encoder
    async for first, vectors in _encode(wanted.missing, reader, worker, progress):
        for kind, (text, row) in places.items():
            here = slice(*np.searchsorted(text, [first, first + len(vectors)]))
            new[kind][row[here]] = vectors[text[here] - first]
    joined = (_join(kind, vectors, wanted).items() for kind, vectors in new.items())
    arrays = dict(chain.from_iterable(joined))
    if tokens:
        _ = [each async for each in _encode(tokens.lacking, tokens, worker, None)]
        arrays |= {f"{TOKENS}{name}": array for name, array in tokens.arrays().items()}
    return arrays


def _join(kind: str, new: Vectors, wanted: Wanted) -> dict[str, Vectors]:
    """Return the arrays of the vectors of all texts, given the new ones.

    Where a matrix is large and nearly all of its rows are wanted again, it stays as it is, and
    what is new lies beside it; see ``index.Joined``.
    """
    known, runs = wanted.known, wanted.runs[kind]
    if known is None or wanted.material.runs is None:
        return {kind: new}
    old = known.index(kind)
    if not isinstance(old, Joined):
        old = Joined(old, old.rows[:0], np.arange(old.size, dtype=np.int32))
    more, before, size = old.more, old.places, old.base.size
    places = runs.join(before, np.arange(len(new), dtype=np.int32) + size + len(more))
    late = places >= size
    is_often = (known.folder / f"{kind}.npy").stat().st_nlink >= SHARED
    if is_often or size <= EXACT_UP_TO or size - len(places) + 2 * late.sum() > size // FEW:
        known.check({f"{kind}.npy"})
        return {kind: runs.join(cast("Vectors", old), new)}
    rest = np.concatenate([more, new])[places[late] - size]
    places[late] = np.arange(size, size + len(rest))
    return {f"{kind}{MORE}": rest, f"{kind}{PLACES}": places}


class _TokenKeeper:
    """Encodes documents, and keeps the tokens of passages and titles that are not taken over."""

    def __init__(self, wanted: Wanted, encoder: TokenEncoder) -> None:
        self._encoder, self._material = encoder, wanted.material
        self._before = wanted.known.arrays(TOKENS) if wanted.known else {}
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

        Args:
            texts: The texts that are read anew, in order.
            rows: Where each was before, int64 [n]; -1 for one that was made.
            name: Name of the array of the tokens that the rows are of.
            first_name: The same of their beginnings.
            runs: How these and those before come together.
        """
        none = np.zeros((0, self._encoder.token_dimension), np.int8)
        before, first = self._before.get(name, none), self._before.get(first_name, NONE)
        found = [
            self._tokens[text] if row < 0 else before[first[row] : first[row + 1]]
            for text, row in zip(texts, rows.tolist(), strict=True)
        ]
        ends = stretches([*map(len, found)])
        joined = runs.within(first, ends).join(before, np.concatenate([none, *found]))
        return {name: joined, first_name: runs.join_stretches(first, ends)}


def words(material: Material) -> dict[str, Vectors]:
    """Return the arrays of the lexical index; articles that did not change are taken over."""
    index = build(material.documents)
    if material.known and material.runs:
        old = Lexical(**material.known.arrays(LEXICAL))
        index = old.join(material.of_passages(), index)
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
