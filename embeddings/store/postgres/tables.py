"""A generation's own tables: their columns, what goes into them, and what they must hold.

``g<seq>_files``      the snapshot's files, cut into parts, to be pulled bit by bit
``g<seq>_articles``   the articles' metadata
``g<seq>_passages``   each passage's place, digest and vector, to be searched and counted
``g<seq>_sentences``  each sentence's vector, where searching is done in the database
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
from pgvector import HalfVector, Vector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from embeddings.snapshots.snapshot import Snapshot

PART = 4 << 20
"""Bytes of a file in one row."""
_DIMENSION = struct.Struct(">HH")
_PLACE = struct.Struct(">iiii")

_FILES_DIGEST = """
SELECT sha256(coalesce(string_agg(convert_to(name, 'UTF8') || int4send(part) || sha256(data), ''
              ORDER BY name COLLATE "C", part), '')) FROM {table}
"""
_PASSAGES_DIGEST = """
SELECT sha256(coalesce(string_agg(
    int4send(article) || int4send(first) || int4send(past) || int4send(paragraph) || digest
    || sha256({send}(vector)), '' ORDER BY row), '')) FROM {table}
"""
_VECTORS_DIGEST = (
    "SELECT sha256(coalesce(string_agg(sha256({send}(vector)), '' ORDER BY row), '')) FROM {table}"
)


@dataclass(frozen=True)
class Table:
    """One table of a generation, and what fills it.

    Attributes:
        name: Its name.
        columns: Name -> type.
        check: The statement that digests what it holds, in order.
    """

    name: str
    columns: dict[str, str]
    check: str


class Tables:
    """The tables of one generation.

    Args:
        seq: The generation's number.
        snapshot: What is to go into them.
        sentences: Whether the sentences' vectors do too.
    """

    def __init__(self, seq: int, snapshot: Snapshot, *, sentences: bool) -> None:
        self._seq = seq
        self._snapshot = snapshot
        self.sentences = sentences

    @cached_property
    def files(self) -> Table:
        """The snapshot's files."""
        name = f"g{self._seq}_files"
        columns = {"name": "text", "part": "int4", "data": "bytea"}
        return Table(name, columns, _FILES_DIGEST.format(table=name))

    @cached_property
    def articles(self) -> Table:
        """The articles' metadata."""
        words = dict.fromkeys(("id", "title", "source", "author", "url", "language"), "text")
        name = f"g{self._seq}_articles"
        return Table(name, {"row": "int4", **words, "date": "date"}, "")

    @cached_property
    def passages(self) -> Table:
        """The passages and their vectors."""
        name, vectors = f"g{self._seq}_passages", self._snapshot.array("passage_vectors")
        numbers = dict.fromkeys(("row", "article", "first", "past", "paragraph"), "int4")
        columns = {**numbers, "digest": "bytea", "vector": type_of(vectors)}
        return Table(name, columns, _PASSAGES_DIGEST.format(table=name, send=sender(vectors)))

    @cached_property
    def sentence_vectors(self) -> Table:
        """The sentences' vectors."""
        name, vectors = f"g{self._seq}_sentences", self._snapshot.array("sentence_vectors")
        columns = {"row": "int4", "vector": type_of(vectors)}
        return Table(name, columns, _VECTORS_DIGEST.format(table=name, send=sender(vectors)))

    def file_rows(self) -> Iterator[tuple[str, int, bytes]]:
        """Return the parts of the snapshot's files, in order."""
        for name in sorted(self._snapshot.manifest.files):
            yield from ((name, part, data) for part, data in parts(self._snapshot.folder / name))

    def article_rows(self) -> Iterator[tuple[Any, ...]]:
        """Return the articles' metadata, in order; PostgreSQL keeps no NUL in a text."""
        words = [name for name, kind in self.articles.columns.items() if kind == "text"]
        for row, each in enumerate(self._snapshot.sources):
            given = (getattr(each, name) for name in words)
            yield (row, *(text and text.replace("\0", "") for text in given), each.date)

    def passage_rows(self) -> Iterator[tuple[Any, ...]]:
        """Return the passages, in order."""
        rows, vectors = self._snapshot.article_of, self._snapshot.array("passage_vectors")
        for row, article in enumerate(rows):
            p = self._snapshot.passage(row)
            place = (int(article), p.start, p.end, p.paragraph)
            yield (row, *place, bytes.fromhex(p.digest), value(vectors[row]))

    def sentence_rows(self) -> Iterator[tuple[Any, ...]]:
        """Return the sentences' vectors, in order."""
        vectors = self._snapshot.array("sentence_vectors")
        yield from ((row, value(vector)) for row, vector in enumerate(vectors))

    def file_digest(self) -> bytes:
        """Return what ``files.check`` is to return."""
        total = sha256()
        for name, part, data in self.file_rows():
            total.update(name.encode() + struct.pack(">i", part) + sha256(data).digest())
        return total.digest()

    def passage_digest(self) -> bytes:
        """Return what ``passages.check`` is to return."""
        total = sha256()
        for _, *place, mark, vector in self.passage_rows():
            sent = sha256(vector.to_binary()).digest()
            total.update(_PLACE.pack(*place) + mark + sent)
        return total.digest()

    def sentence_digest(self) -> bytes:
        """Return what ``sentence_vectors.check`` is to return."""
        total = sha256()
        for _, vector in self.sentence_rows():
            total.update(sha256(vector.to_binary()).digest())
        return total.digest()


def parts(path: Path) -> Iterator[tuple[int, bytes]]:
    """Cut a file into parts, each with its number; an empty file has one empty part."""
    with path.open("rb") as file:
        yield 0, file.read(PART)
        yield from enumerate(iter(lambda: file.read(PART), b""), 1)


def type_of(vectors: NDArray[Any]) -> str:
    """Return pgvector's type for the rows of a matrix: halves stay halves, bit by bit."""
    name = "halfvec" if vectors.dtype == np.float16 else "vector"
    return f"{name}({vectors.shape[1]})"


def sender(vectors: NDArray[Any]) -> str:
    """Return the function of the server that gives a vector's bytes as they are sent."""
    return f"{type_of(vectors).partition('(')[0]}_send"


def value(vector: NDArray[Any]) -> Vector | HalfVector:
    """Return a vector as pgvector takes it, without rounding."""
    return HalfVector(vector) if vector.dtype == np.float16 else Vector(vector)
