"""Makes a snapshot's arrays: reuses vectors and words of unchanged articles, computes the rest."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import chain, compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical.arrays import Ints, Matrix, RowMerge, SplitMatrix, to_offsets
from embeddings.lexical.bm25 import Lexical, build
from embeddings.ranking.maxsim import STEP
from embeddings.snapshots.material import NO_ROWS, VECTOR_DTYPES, EncodingPlan, Material
from embeddings.snapshots.snapshot import EXTRA, LEXICAL, POSITIONS, TOKENS
from embeddings.types import Progress, ProgressCallback
from embeddings.vectors.encoder import Encoder, TokenEncoder
from embeddings.vectors.index import EXACT_UP_TO
from embeddings.vectors.worker import Priority, Worker

Bytes = NDArray[np.int8]

BATCH_CHARACTERS = 3000
"""Most characters in a batch: a question never waits longer than one batch for the encoder."""
REWRITE_ONE_IN = 8
"""A large matrix is rewritten once more than one in this many of its rows is unused or replaced."""
LIMIT = 127
"""Largest magnitude that int8 keeps of a token vector's component."""


async def encode(
    plan: EncodingPlan, encoder: Encoder, worker: Worker, progress: ProgressCallback | None
) -> dict[str, Matrix]:
    """Return the arrays of all vectors, reused and new; equal texts are encoded once.

    Questions run between two batches; ``progress`` gets the number of texts done after each.
    """
    index = {text: number for number, text in enumerate(plan.missing)}
    matrices: dict[str, Matrix] = {}
    targets: dict[str, tuple[Ints, Ints]] = {}  # texts and rows to fill
    for kind, dtype in VECTOR_DTYPES.items():
        rows, is_reused = plan.rows[kind], plan.rows[kind] >= 0
        matrices[kind] = np.empty((len(rows), encoder.dimension), dtype)
        if plan.reusable:
            matrices[kind][is_reused] = plan.reusable.matrix(kind)[rows[is_reused]]
        texts = np.array([index[t] for t in compress(plan.texts[kind], ~is_reused)], np.int64)
        order = np.argsort(texts, kind="stable")
        targets[kind] = texts[order], np.flatnonzero(~is_reused)[order]
    tokens = _Collector(plan, encoder) if isinstance(encoder, TokenEncoder) else None
    async for first, vectors in _encode(plan.missing, tokens or encoder, worker, progress):
        for kind, (texts, rows) in targets.items():
            batch = slice(*np.searchsorted(texts, [first, first + len(vectors)]))
            matrices[kind][rows[batch]] = vectors[texts[batch] - first]
    arrays: dict[str, Matrix] = {}
    for kind, merge in plan.merges.items():
        arrays |= _join(kind, matrices[kind], plan.material, merge)
    if tokens:
        async for _ in _encode(tokens.missing, tokens, worker, None):
            pass  # the collector keeps the tokens
        arrays |= tokens.arrays()
    return arrays


def _join(name: str, new: Matrix, material: Material, merge: RowMerge) -> dict[str, Matrix]:
    """Merge the new rows of a matrix with the reusable ones; return the arrays to write.

    Where a matrix is large and nearly all of its rows are still used, the file stays unchanged, and
    the new rows go to a second array; see ``SplitMatrix``.
    """
    reusable = material.reusable
    if reusable is None or material.merge is None:
        return {name: new}
    old: Any = reusable.matrix(name)
    if not isinstance(old, SplitMatrix):
        old = SplitMatrix(old, old[:0], np.arange(len(old), dtype=np.int32))
    extra, size = old.extra, len(old.base)
    new_positions = np.arange(len(new), dtype=np.int32) + size + len(extra)
    positions = merge.join(old.positions, new_positions)
    is_extra = positions >= size
    stale = size - len(positions) + 2 * is_extra.sum()  # unused base rows + extra rows
    if size <= EXACT_UP_TO or stale > size // REWRITE_ONE_IN:
        reusable.check({f"{name}.npy"})
        return {name: merge.join(old, new)}
    extra = np.concatenate([extra, new])[positions[is_extra] - size]
    positions[is_extra] = np.arange(size, size + len(extra))
    return {f"{name}{EXTRA}": extra, f"{name}{POSITIONS}": positions}


class _Collector:
    """Encodes texts; collects the token vectors of passages and titles that cannot be reused."""

    def __init__(self, plan: EncodingPlan, encoder: TokenEncoder) -> None:
        self._encoder, self._material = encoder, plan.material
        self._passages = plan.texts["passage_vectors"], plan.rows["passage_vectors"]
        self._titles = plan.texts["titles"], plan.rows["titles"]
        missing = (compress(texts, rows < 0) for texts, rows in (self._passages, self._titles))
        self._wanted = {*chain.from_iterable(missing)}
        self._tokens: dict[str, Bytes] = {}

    @property
    def missing(self) -> list[str]:
        """Passages and titles whose token vectors are not collected yet, sorted."""
        return sorted(self._wanted - self._tokens.keys())

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of texts, float32 [n, d]."""
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> NDArray[np.float32]:
        read = self._encoder.encode_document(text)
        if text in self._wanted and read.tokens is not None:
            self._tokens[text] = np.rint(read.tokens / STEP).clip(-LIMIT, LIMIT).astype(np.int8)
        return read.vector

    def arrays(self) -> dict[str, Matrix]:
        """Return the arrays of ``maxsim.Tokens``; ``missing`` must be empty."""
        articles, passages = self._material.merge_articles(), self._material.merge_passages()
        titles = self._join(*self._titles, "titles", "title_first", articles)
        return self._join(*self._passages, "rows", "first", passages) | titles

    def _join(
        self, texts: Sequence[str], rows: Ints, name: str, first_name: str, merge: RowMerge
    ) -> dict[str, Matrix]:
        """Return the merged token vectors, int8 [N, t], and offsets; ``rows`` as in the plan."""
        reusable = self._material.reusable
        empty = np.zeros((0, self._encoder.token_dimension), np.int8)
        old = reusable.matrix(f"{TOKENS}{name}") if reusable else empty
        first = reusable.array(f"{TOKENS}{first_name}") if reusable else NO_ROWS
        slices = [
            self._tokens[text] if row < 0 else old[first[row] : first[row + 1]]
            for text, row in zip(texts, rows.tolist(), strict=True)
        ]
        offsets, new = to_offsets([*map(len, slices)]), np.concatenate([empty, *slices])
        arrays = _join(f"{TOKENS}{name}", new, self._material, merge.expand(first, offsets))
        return arrays | {f"{TOKENS}{first_name}": merge.join_offsets(first, offsets)}


def index_words(material: Material) -> dict[str, Matrix]:
    """Return the arrays of the lexical index; the postings of unchanged articles are reused."""
    merge, documents = material.plan_documents()
    index = build(documents)
    if material.reusable and material.merge:
        index = Lexical(**material.reusable.arrays(LEXICAL)).join(merge, index)
    return {f"{LEXICAL}{name}": array for name, array in vars(index).items()}


async def _encode(
    texts: list[str],
    encoder: Encoder | _Collector,
    worker: Worker,
    progress: ProgressCallback | None,
) -> AsyncIterator[tuple[int, NDArray[np.float32]]]:
    """Encode texts in batches; yield each batch's vectors with the index of its first text."""
    done = 0
    for batch in _batch(texts):
        yield done, await worker.run(Priority.INDEXING, encoder.encode_documents, batch)
        done += len(batch)
        if progress:
            progress(Progress("encode", done, len(texts)))
        await asyncio.sleep(0)


def _batch(texts: list[str]) -> Iterator[list[str]]:
    """Yield batches of at most ``BATCH_CHARACTERS``; a longer text is a batch of its own."""
    first = length = 0
    for end, text in enumerate(texts):
        if end > first and length + len(text) > BATCH_CHARACTERS:
            yield texts[first:end]
            first, length = end, 0
        length += len(text)
    if texts:
        yield texts[first:]
