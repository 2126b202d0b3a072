"""A snapshot on disk, never changed: manifest, articles, passages, vectors; checked when loaded."""

from __future__ import annotations

import json
import os
import threading
import weakref
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.errors import SnapshotError, UnknownArticle
from embeddings.snapshots.manifest import find_damage, read_manifest
from embeddings.types import Article, ArticleSummary, Passage, Span, identity

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from embeddings.vectors.index import VectorIndex

ARTICLES, TEXTS = "articles.jsonl", "texts.txt"
VECTORS = "_vectors"
"""How the names of arrays end that are searched by inner product."""
LEXICAL, WORDING = "lexical_", "wording_"
"""How the names of the arrays begin that are of the lexical index, and of what it is made of."""
TOKENS = "tokens_"
"""How the names of the arrays begin that ``ranking.maxsim.Tokens`` is made of."""
LARGE = 64 << 20
"""Bytes above which a file is not read whole when a snapshot is opened."""
_PARSING = threading.Lock()
"""Held while numpy parses a header: two threads at once may make CPython 3.11 raise SystemError."""


class Snapshot:
    """A snapshot that serves: its lists in memory, its vectors mapped, its texts on disk.

    Args:
        folder: The snapshot's folder.
        mark: SHA-256 of its manifest, where that is known.
        check: Compare every file with its digest first, or with its size when it has more than
            LARGE bytes: every quote is compared again before it is given, and ``verify`` compares
            all of them.

    Raises:
        SnapshotError: A file is missing or is not what was written; the sentence names it.
        OtherFormat: Another version made it.
    """

    def __init__(self, folder: Path, mark: str | None = None, *, check: bool = True) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder, mark)
        self.manifest.check_format()
        if check and (problems := find_damage(folder, self.manifest, most=LARGE)):
            raise SnapshotError(problems[0])
        try:
            lines = (folder / ARTICLES).read_text(encoding="utf-8").split("\n")[:-1]
            self._metadata = [json.loads(line) for line in lines]
            self._texts = os.open(folder / TEXTS, os.O_RDONLY)
            weakref.finalize(self, os.close, self._texts)
            self._places = self.array("passages")
            self._first = self.array("first_sentence")
            self._spans = self.array("sentences")
            self._digests = self.array("passage_digests")
            self._offsets = self.array("text_offsets")
        except (OSError, ValueError) as error:
            raise SnapshotError(f"The snapshot {folder.name} cannot be read: {error}.") from error
        self._row = {entry["id"]: row for row, entry in enumerate(self._metadata)}

    def array(self, name: str) -> NDArray[Any]:
        """Map one of the arrays, read-only.

        Raises:
            SnapshotError: It is not there or cannot be read.
        """
        path = self.folder / f"{name}.npy"
        try:
            with _PARSING:
                array = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise SnapshotError(f"{path} cannot be read: {error}.") from error
        return np.asarray(array)  # numpy's own class for this takes far longer to be indexed

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Map the arrays whose names begin so; return them under the rest of their names."""
        names = (name.removesuffix(".npy") for name in self.manifest.files)
        return {n.removeprefix(prefix): self.array(n) for n in names if n.startswith(prefix)}

    def index(self, name: str) -> VectorIndex:
        """Open what searches one of the matrices."""
        from embeddings.vectors.index import VectorIndex  # faiss, only where it is searched

        return VectorIndex.open(self.array(name), self.folder, name, self.manifest.recall[name])

    @property
    def id(self) -> str:
        """The snapshot's id."""
        return self.manifest.snapshot

    @property
    def number(self) -> int:
        """The snapshot's number."""
        return int(self.manifest.snapshot)

    @property
    def article_of(self) -> NDArray[np.int64]:
        """Row of the article of each passage, shape ``[P]``."""
        return np.asarray(self._places[:, 0])

    @cached_property
    def titles(self) -> list[str]:
        """The articles' titles, by row."""
        return [entry["title"] for entry in self._metadata]

    @cached_property
    def digests(self) -> dict[str, str]:
        """Article id -> digest of its text and metadata; see ``types.identity``."""
        return {entry["id"]: entry["digest"] for entry in self._metadata}

    @cached_property
    def _passages_of(self) -> NDArray[np.int64]:
        """Where the passages of each article begin, int64 [A + 1]."""
        return np.searchsorted(self.article_of, np.arange(len(self._metadata) + 1))

    @cached_property
    def sources(self) -> tuple[ArticleSummary, ...]:
        """The articles without their texts, by id."""
        counts = np.diff(self._passages_of)
        return tuple(
            self._article(row, "").summary(int(counts[row])) for row in range(len(self._metadata))
        )

    def row(self, article_id: str) -> int:
        """Return the row of an article.

        Raises:
            UnknownArticle: No article has that id.
        """
        try:
            return self._row[article_id]
        except KeyError:
            raise UnknownArticle.of(article_id) from None

    def article(self, row: int) -> Article:
        """Read an article again from the disk, with its text.

        Raises:
            SnapshotError: The stored text cannot be read any more.
        """
        start, end = (int(n) for n in self._offsets[row : row + 2])
        try:
            return self._article(row, os.pread(self._texts, end - start, start).decode())
        except (OSError, UnicodeDecodeError) as error:
            raise SnapshotError(f"{self.folder / TEXTS} cannot be read: {error}.") from error

    def articles(self) -> dict[str, Article]:
        """Read all articles, by id.

        Raises:
            SnapshotError: A stored text cannot be read any more.
        """
        return {name: self.article(row) for name, row in self._row.items()}

    def passage(self, row: int) -> Passage:
        """Return a passage by its row."""
        return self.passages(range(row, row + 1))[0]

    def passages(self, rows: range) -> tuple[Passage, ...]:
        """Return passages that follow each other."""
        first, last = rows.start, rows.stop
        begin = self._first[first : last + 1].tolist()
        spans = [Span(a, b) for a, b in self._spans[begin[0] : begin[-1]].tolist()]
        digests = self._digests[first:last].tobytes().hex()
        ends = [each - begin[0] for each in begin]
        return tuple(
            Passage(
                *(self._metadata[article]["id"], start, end, paragraph),
                digest=digests[64 * i : 64 * i + 64],
                sentences=tuple(spans[ends[i] : ends[i + 1]]),
            )
            for i, (article, start, end, paragraph) in enumerate(self._places[first:last].tolist())
        )

    def passage_rows(self, article: Article) -> range:
        """Return the rows of an article's passages; none when it is not here just as it is."""
        same = self.digests.get(article.id) == identity(article)
        return self._rows_of(self._row[article.id]) if same else range(0)

    def passages_of(self, article_row: int) -> tuple[Passage, ...]:
        """Return an article's passages, in order."""
        return self.passages(self._rows_of(article_row))

    def _rows_of(self, article_row: int) -> range:
        first, last = self._passages_of[article_row : article_row + 2]
        return range(int(first), int(last))

    def changed_passages(self) -> list[str]:
        """Read every passage again; return a sentence for each that is not what was indexed."""
        problems = []
        for row, entry in enumerate(self._metadata):
            text = self.article(row).text
            problems += [
                f"Paragraph {p.paragraph} of {entry['id']} is not what was indexed: run "
                "reindex --full."
                for p in self.passages_of(row)
                if not p.stands_in(text)
            ]
        return problems

    def _article(self, row: int, text: str) -> Article:
        fields = {name: value for name, value in self._metadata[row].items() if name != "digest"}
        return Article.parse(fields, text)
