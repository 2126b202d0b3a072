"""A snapshot on disk, never changed: manifest, articles, passages, vectors; checked when loaded."""

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

from embeddings.errors import SnapshotError, UnknownArticle
from embeddings.lexical.stretches import Rows
from embeddings.snapshots.manifest import find_damage, read_manifest
from embeddings.types import Article, ArticleSummary, Passage, Span

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from embeddings.vectors.index import Joined, VectorIndex

ARTICLES, TEXTS = "articles.jsonl", "texts.txt"
VECTORS = "_vectors"
"""How the names of arrays end that are searched by inner product."""
MORE, PLACES = "_more", "_places"
"""How the names end of what makes ``Rows`` of a matrix that earlier snapshots have too."""
LEXICAL = "lexical_"
"""How the names of the arrays begin that are of the lexical index."""
TOKENS = "tokens_"
"""How the names of the arrays begin that ``ranking.maxsim.Tokens`` is made of."""
MATRICES = (f"{VECTORS}.", f"{TOKENS}rows.", f"{TOKENS}titles.")
"""What stands in the names of the files that snapshots share as long as they hardly change."""
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
        before: What served before this was built and read back; all sizes are compared alone,
            and what is known of its articles is not read again.

    Attributes:
        lines: What is known of each article, as JSON.
        rows: The row of each article, by its id.
        ids: The articles' ids, by row.

    Raises:
        SnapshotError: A file is missing or is not what was written; the sentence names it.
        OtherFormat: Another version made it.
    """

    def __init__(
        self,
        folder: Path,
        mark: str | None = None,
        *,
        check: bool = True,
        before: Self | None = None,
    ) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder, mark)
        self.manifest.check_format()
        self.check(self.manifest.files, LARGE if check and before is None else 0)
        self._before = before
        self._arrays: dict[str, NDArray[Any]] = {}
        try:
            self.lines = (folder / ARTICLES).read_bytes().splitlines()
            ids = (line[8 : line.index(b'"', 8)].decode() for line in self.lines)  # {"id": "…
            self.rows = {name: row for row, name in enumerate(ids)}
            self._texts = os.open(folder / TEXTS, os.O_RDONLY)
            weakref.finalize(self, os.close, self._texts)
            self.arrays("")  # all are mapped: what serves outlives its files
        except (OSError, ValueError) as error:
            raise SnapshotError(f"The snapshot {folder.name} cannot be read: {error}.") from error
        self.ids = [*self.rows]

    def array(self, name: str) -> NDArray[Any]:
        """Map one of the arrays, read-only; raises SnapshotError where it cannot be read."""
        if name not in self._arrays:
            path = f"{self.folder}/{name}.npy"  # numpy resolves a Path, which takes longer
            try:
                with _PARSING:
                    array = np.load(path, mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError) as error:
                raise SnapshotError(f"{path} cannot be read: {error}.") from error
            self._arrays[name] = np.asarray(array)  # numpy's own class takes longer to be indexed
        return self._arrays[name]

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Map the arrays whose names begin so; return them under the rest of their names."""
        names = [n[:-4] for n in self.manifest.files if n.startswith(prefix) and n.endswith(".npy")]
        return {name.removeprefix(prefix): self.array(name) for name in names}

    def index(self, name: str) -> VectorIndex | Joined:
        """Open what searches one of the matrices, and has its rows."""
        from embeddings.vectors.index import Joined, VectorIndex  # faiss, only where it is searched

        base = VectorIndex.open(self.array(name), self.folder, name, self.manifest.recall[name])
        return Joined(base, rows) if isinstance(rows := self.matrix(name), Rows) else base

    def matrix(self, name: str) -> Any:
        """Return an array, of whose rows some may lie in another; an array, or ``Rows``."""
        base = self.array(name)
        if f"{name}{PLACES}.npy" not in self.manifest.files:
            return base
        return Rows(base, self.array(f"{name}{MORE}"), self.array(f"{name}{PLACES}"))

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
        return np.asarray(self.array("passages")[:, 0])

    @cached_property
    def heads(self) -> tuple[Article, ...]:
        """The articles without their texts, by row; taken over where nothing of one changed."""
        before, self._before = self._before, None
        known = dict(zip(before.lines, before.heads, strict=True)) if before else {}
        new = [line for line in self.lines if line not in known]
        read = json.loads(b"[%b]" % b",".join(new))  # in one call, which is quicker
        known |= zip(new, (Article.parse(fields, "") for fields in read), strict=True)
        return tuple(known[line] for line in self.lines)

    @cached_property
    def sources(self) -> tuple[ArticleSummary, ...]:
        """The articles without their texts, by id, with the number of passages of each."""
        counts = np.diff(self.array("first_passage")).tolist()
        return tuple(head.summary(n) for head, n in zip(self.heads, counts, strict=True))

    def row(self, article_id: str) -> int:
        """Return the row of an article; raises UnknownArticle where none has that id."""
        try:
            return self.rows[article_id]
        except KeyError:
            raise UnknownArticle.of(article_id) from None

    def article(self, row: int) -> Article:
        """Read an article from the disk, with its text; raises SnapshotError where it cannot."""
        start, end = self.array("text_offsets")[row : row + 2].tolist()
        try:
            head = self.heads[row] if "heads" in vars(self) else _parse(self.lines[row])
            return replace(head, text=os.pread(self._texts, end - start, start).decode())
        except (OSError, ValueError) as error:
            raise SnapshotError(f"{self.folder / TEXTS} cannot be read: {error}.") from error

    def check(self, names: Iterable[str], most: float = math.inf) -> None:
        """Compare files with what was written; raises SnapshotError, which names one."""
        files = {name: self.manifest.files[name] for name in names}
        if problems := find_damage(self.folder, replace(self.manifest, files=files), most=most):
            raise SnapshotError(problems[0])

    def articles(self, *, is_checked: bool = False) -> dict[str, Article]:
        """Read all articles, by id; raises SnapshotError where the texts, unchecked, are others."""
        self.check(() if is_checked else {TEXTS})
        texts, ends = (self.folder / TEXTS).read_bytes(), self.array("text_offsets").tolist()
        both = zip(self.heads, pairwise(ends), strict=True)
        return {head.id: replace(head, text=texts[a:b].decode()) for head, (a, b) in both}

    def passage(self, row: int) -> Passage:
        """Return a passage by its row."""
        return self.passages(range(row, row + 1))[0]

    def passages(self, rows: range) -> tuple[Passage, ...]:
        """Return passages that follow each other."""
        first, last = rows.start, rows.stop
        begin = self.array("first_sentence")[first : last + 1].tolist()
        spans = [Span(a, b) for a, b in self.array("sentences")[begin[0] : begin[-1]].tolist()]
        digests = self.array("passage_digests")[first:last].tobytes().hex()
        ends = [each - begin[0] for each in begin]
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
        return self.passages(
            range(*self.array("first_passage")[article_row : article_row + 2].tolist())
        )

    def changed_passages(self, rows: Iterable[int] | None = None) -> list[str]:
        """Read the passages of some articles, or all; return a sentence for each that differs."""
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


def _parse(line: bytes) -> Article:
    return Article.parse(json.loads(line), "")
