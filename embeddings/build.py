"""Articles to a snapshot: vectors reused where the words are the same, the rest encoded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.evidence import sentence_text
from embeddings.types import Progress
from embeddings.worker import Priority

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from embeddings.encoder import Encoder
    from embeddings.snapshot import Snapshot
    from embeddings.types import Article, Passage, ProgressCallback
    from embeddings.worker import Worker

    Vectors = NDArray[Any]

BATCH_CHARACTERS = 3000
"""A batch is no longer than this, so that a question never waits long for its turn."""
KINDS = ("passage_vectors", "sentence_vectors", "title_vectors")


@dataclass(frozen=True)
class Texts:
    """What gets a vector, by kind: every passage, sentence and title, in order."""

    passages: list[str]
    sentences: list[str]
    titles: list[str]

    def by_kind(self) -> dict[str, list[str]]:
        """Return the texts under the names of the arrays that their vectors make."""
        return dict(zip(KINDS, (self.passages, self.sentences, self.titles), strict=True))


def texts_of(articles: Sequence[Article], passages: Sequence[Sequence[Passage]]) -> Texts:
    """Cut out every text that gets a vector."""
    pairs = [(article, p) for article, group in zip(articles, passages, strict=True) for p in group]
    return Texts(
        passages=[article.text[p.start : p.end] for article, p in pairs],
        sentences=[
            sentence_text(article.title, span.of(article.text))
            for article, p in pairs
            for span in p.sentences
        ],
        titles=[article.title for article in articles],
    )


def vectors_of(snapshot: Snapshot) -> dict[bytes, Vectors]:
    """Return the vectors that a snapshot has, by digest of kind and text."""
    articles = [snapshot.article(row) for row in range(snapshot.manifest.articles)]
    passages = [snapshot.passages_of(row) for row in range(len(articles))]
    kept: dict[bytes, Vectors] = {}
    for kind, texts in texts_of(articles, passages).by_kind().items():
        rows = snapshot.array(kind)
        kept |= {key(kind, text): rows[i] for i, text in enumerate(texts)}
    return kept


@dataclass(frozen=True)
class Encoded:
    """The vectors of all texts, and how many had to be made."""

    arrays: dict[str, Vectors]
    reused: int
    encoded: int


async def encode(
    texts: Texts,
    known: Mapping[bytes, Vectors],
    encoder: Encoder,
    worker: Worker,
    progress: ProgressCallback | None,
) -> Encoded:
    """Give every text its vector; a text that stands several times is encoded once.

    Args:
        texts: What gets a vector.
        known: Vectors that need not be made, by digest of kind and text.
        encoder: What makes the others.
        worker: The thread that it runs on; questions pass between two batches.
        progress: Told after each batch how many texts are done.
    """
    missing = {
        key(kind, text): text
        for kind, group in texts.by_kind().items()
        for text in group
        if key(kind, text) not in known
    }
    made = await _make(list(dict.fromkeys(missing.values())), encoder, worker, progress)
    vectors = {**known, **{key: made[text] for key, text in missing.items()}}
    arrays = {
        kind: _stack([vectors[key(kind, text)] for text in group], kind, encoder.dimension)
        for kind, group in texts.by_kind().items()
    }
    total = sum(len(group) for group in texts.by_kind().values())
    fresh = sum(
        key(kind, text) in missing for kind, group in texts.by_kind().items() for text in group
    )
    return Encoded(arrays, reused=total - fresh, encoded=len(made))


async def _make(
    texts: list[str], encoder: Encoder, worker: Worker, progress: ProgressCallback | None
) -> dict[str, Vectors]:
    made: dict[str, Vectors] = {}
    for batch in _batches(sorted(texts, key=len)):
        rows = await worker.run(Priority.INDEXING, encoder.encode_documents, batch)
        made |= dict(zip(batch, rows, strict=True))
        if progress:
            progress(Progress("encode", len(made), len(texts)))
        await asyncio.sleep(0)
    return made


def _batches(texts: list[str]) -> Iterator[list[str]]:
    """Cut a list into batches of at most ``BATCH_CHARACTERS``, or of one text that is longer."""
    batch: list[str] = []
    length = 0
    for text in texts:
        if batch and length + len(text) > BATCH_CHARACTERS:
            yield batch
            batch, length = [], 0
        batch.append(text)
        length += len(text)
    if batch:
        yield batch


def key(kind: str, text: str) -> bytes:
    """Return a digest of a text in its kind."""
    return sha256(f"{kind}\0{text}".encode()).digest()


def _stack(rows: list[Vectors], kind: str, dimension: int) -> Vectors:
    """Stack vectors; those of sentences, which are many, with half the bytes."""
    dtype = np.float16 if kind == "sentence_vectors" else np.float32
    return np.array(rows, dtype=dtype).reshape(len(rows), dimension)
