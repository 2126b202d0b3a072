"""Reads a snapshot from the disk: manifest, articles, passages and vectors; never changes it."""

from __future__ import annotations

import json
import math
import os
import threading
import weakref
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from embeddings.errors import OtherFormat, SnapshotError, UnknownArticle
from embeddings.lexical.arrays import SplitMatrix
from embeddings.snapshots.manifest import FORMAT, find_damage, read_manifest
from embeddings.types import Article, ArticleSummary, Passage, Span

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from embeddings.vectors.index import Joined, VectorIndex

ARTICLES, TEXTS = "articles.jsonl", "texts.txt"
VECTORS = "_vectors"
"""Suffix of the names of matrices that are searched by inner product."""
EXTRA, POSITIONS = "_more", "_places"
"""Suffixes of the arrays that, with a matrix of earlier snapshots, make a ``SplitMatrix``."""
LEXICAL = "lexical_"
"""Prefix of the names of the lexical index's arrays."""
TOKENS = "tokens_"
"""Prefix of the names of the arrays of ``ranking.maxsim.Tokens``."""
SHARED_PARTS = (f"{VECTORS}.", f"{TOKENS}rows.", f"{TOKENS}titles.")
"""Parts of the names of the files that snapshots share while few of their rows change."""
HASH_UP_TO = 64 << 20
"""Largest file, in bytes, whose digest is checked when a snapshot is opened."""
_DAMAGED = (OSError, ValueError, KeyError, TypeError, RecursionError)
"""Errors of reading damaged fields or texts, which may be larger than HASH_UP_TO."""
_PARSING = threading.Lock()
"""Held while numpy parses a header: in two threads at once, CPython 3.11 may raise SystemError."""


class Snapshot:
    """A snapshot, opened: its lists in memory, its vectors memory-mapped, its texts on disk.

    Args:
        folder: The snapshot's folder.
        sha: The expected SHA-256 of its manifest; None: unknown.
        check: Compare each file with its digest, or with its size if it is larger than HASH_UP_TO:
            each quote is compared again before it is sent, and ``verify`` compares all files.
        old: The snapshot that this one replaces, if this one was built here and read back: only
            sizes are compared, and the fields of unchanged articles are not parsed again.

    Attributes:
        lines: The fields of each article without its text, as JSON, by row.
        rows: The row of each article, by its id.
        ids: The id of each article, by row.

    Raises:
        SnapshotError: A file is missing or was altered; the sentence names it.
        OtherFormat: Another version wrote the snapshot.
    """

    def __init__(
        self, folder: Path, sha: str | None = None, *, check: bool = True, old: Self | None = None
    ) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder, sha)
        if self.manifest.format != FORMAT:
            raise OtherFormat(
                f"The snapshot {self.id} has format {self.manifest.format}, and this version reads "
                f"{FORMAT}: run reindex to build it anew."
            )
        self.check(self.manifest.files, HASH_UP_TO if check and old is None else 0)
        self._old = old
        self._arrays: dict[str, NDArray[Any]] = {}
        try:
            self.lines = (folder / ARTICLES).read_bytes().splitlines()
            ids = (line[8 : line.index(b'"', 8)].decode() for line in self.lines)  # {"id": "…
            self.rows = {name: row for row, name in enumerate(ids)}
            self._texts = os.open(folder / TEXTS, os.O_RDONLY)
            weakref.finalize(self, os.close, self._texts)
            self.arrays("")  # map all: a snapshot in service outlives its deleted files
        except (OSError, ValueError) as error:
            raise SnapshotError(f"The snapshot {folder.name} cannot be read: {error}.") from error
        self.ids = [*self.rows]

    def array(self, name: str) -> NDArray[Any]:
        """Return an array, memory-mapped read-only; raises SnapshotError if it cannot be read."""
        if name not in self._arrays:
            path = f"{self.folder}/{name}.npy"  # numpy resolves a Path, which takes longer
            try:
                with _PARSING:
                    array = np.load(path, mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError) as error:
                raise SnapshotError(f"{path} cannot be read: {error}.") from error
            self._arrays[name] = np.asarray(array)  # faster to index than numpy's memmap
        return self._arrays[name]

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Return the memory-mapped arrays whose names have a prefix, by the rest of their names."""
        names = [n[:-4] for n in self.manifest.files if n.startswith(prefix) and n.endswith(".npy")]
        return {name.removeprefix(prefix): self.array(name) for name in names}

    def index(self, name: str) -> VectorIndex | Joined:
        """Open the vector index of a matrix; its ``rows`` are the matrix."""
        from embeddings.vectors.index import Joined, VectorIndex  # loads faiss

        base = VectorIndex.open(self.array(name), self.folder, name, self.manifest.recall[name])
        return Joined(base, rows) if isinstance(rows := self.matrix(name), SplitMatrix) else base

    def matrix(self, name: str) -> Any:
        """Return a matrix: an array, or a ``SplitMatrix`` if later rows lie in a second array."""
        base = self.array(name)
        if f"{name}{POSITIONS}.npy" not in self.manifest.files:
            return base
        return SplitMatrix(base, self.array(f"{name}{EXTRA}"), self.array(f"{name}{POSITIONS}"))

    @property
    def id(self) -> str:
        """The snapshot's id."""
        return self.manifest.snapshot

    @property
    def number(self) -> int:
        """The snapshot's number."""
        return int(self.manifest.snapshot)

    @cached_property
    def heads(self) -> tuple[Article, ...]:
        """The articles without texts, by row; only lines that ``old`` lacks are parsed."""
        old, self._old = self._old, None
        parsed_by_line = dict(zip(old.lines, old.heads, strict=True)) if old else {}
        new = [line for line in self.lines if line not in parsed_by_line]
        try:
            parsed = json.loads(b"[%b]" % b",".join(new))  # one call is faster than one a line
            parsed_by_line |= zip(new, (Article.parse(each, "") for each in parsed), strict=True)
        except _DAMAGED as error:
            raise SnapshotError(f"{self.folder / ARTICLES} cannot be read: {error}.") from error
        return tuple(parsed_by_line[line] for line in self.lines)

    @cached_property
    def sources(self) -> tuple[ArticleSummary, ...]:
        """Summaries of the articles, by row, each with its number of passages."""
        counts = np.diff(self.array("first_passage")).tolist()
        return tuple(head.summary(n) for head, n in zip(self.heads, counts, strict=True))

    def row(self, article_id: str) -> int:
        """Return an article's row; raises UnknownArticle if no article has that id."""
        try:
            return self.rows[article_id]
        except KeyError:
            raise UnknownArticle.of(article_id) from None

    def article(self, row: int) -> Article:
        """Read an article with its text from the disk; raises SnapshotError if that fails."""
        start, end = self.array("text_offsets")[row : row + 2].tolist()
        try:
            is_parsed = "heads" in vars(self)
            head = self.heads[row] if is_parsed else Article.parse(json.loads(self.lines[row]), "")
            return replace(head, text=os.pread(self._texts, end - start, start).decode())
        except _DAMAGED as error:
            raise SnapshotError(f"{self.folder / TEXTS} cannot be read: {error}.") from error

    def check(self, names: Iterable[str], most: float = math.inf) -> None:
        """Compare files with their digests, or sizes above ``most`` bytes; raises SnapshotError."""
        files = {name: self.manifest.files[name] for name in names}
        if problems := find_damage(self.folder, replace(self.manifest, files=files), most=most):
            raise SnapshotError(problems[0])

    def articles(self, *, is_checked: bool = False) -> dict[str, Article]:
        """Read all articles, by id; raises SnapshotError where texts, checked here, are altered."""
        if not is_checked:
            self.check({TEXTS})
        texts, ends = (self.folder / TEXTS).read_bytes(), self.array("text_offsets").tolist()
        slices = zip(self.heads, pairwise(ends), strict=True)
        return {head.id: replace(head, text=texts[a:b].decode()) for head, (a, b) in slices}

    def passage(self, row: int) -> Passage:
        """Return a passage by its row."""
        return self.passages(range(row, row + 1))[0]

    def passages(self, rows: range) -> tuple[Passage, ...]:
        """Return the passages of consecutive rows."""
        first, last = rows.start, rows.stop
        offsets = self.array("first_sentence")[first : last + 1].tolist()
        spans = [Span(a, b) for a, b in self.array("sentences")[offsets[0] : offsets[-1]].tolist()]
        digests = self.array("passage_digests")[first:last].tobytes().hex()
        ends = [offset - offsets[0] for offset in offsets]
        places = self.array("passages")[first:last].tolist()
        return tuple(
            Passage(
                *(self.ids[article], start, end, paragraph),
                digest=digests[64 * i : 64 * i + 64],
                sentences=tuple(spans[ends[i] : ends[i + 1]]),
            )
            for i, (article, start, end, paragraph) in enumerate(places)
        )

    def passages_of(self, article_row: int) -> tuple[Passage, ...]:
        """Return an article's passages, in order."""
        first, end = self.array("first_passage")[article_row : article_row + 2].tolist()
        return self.passages(range(first, end))

    def changed_passages(self, rows: Iterable[int] | None = None) -> list[str]:
        """Compare passages, of all articles or some rows, with the texts; return the problems."""
        problems = []
        for row in range(len(self.ids)) if rows is None else rows:
            text = self.article(row).text
            problems += [
                f"Paragraph {p.paragraph} of {self.ids[row]} is not what was indexed: run "
                "reindex --full."
                for p in self.passages_of(row)
                if not p.stands_in(text)
            ]
        return problems
