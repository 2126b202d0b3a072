"""What a snapshot is made of: articles, passages, and what of them is taken over or missing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from embeddings.errors import SnapshotError
from embeddings.lexical.stretches import gather
from embeddings.lexical.words import Document, key, recipe
from embeddings.ranking.evidence import sentence_text
from embeddings.snapshots.manifest import find_damage
from embeddings.snapshots.snapshot import Snapshot
from embeddings.text.passages import split, titles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from embeddings.snapshots.gate import Golden
    from embeddings.types import Article, Passage

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]

KINDS = {"passage_vectors": np.float32, "sentence_vectors": np.float16}
"""What gets a vector, and in which precision it is kept; sentences, which are many, in half."""


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


@dataclass(frozen=True, slots=True)
class Order:
    """What a snapshot is to be built of; it may pass to another process.

    Attributes:
        number: The new snapshot's number.
        folder: Where it is written, an empty place.
        base: The folder of the snapshot that it is built on; None: of nothing.
        mark: SHA-256 of that one's manifest.
        change: Article id -> what becomes of it; None: it is taken out.
        full: Encode everything again.
        golden: What both are asked before the new one may be published.
        most: How much the share of the golden questions that find their passage may fall.
    """

    number: int
    folder: Path
    base: Path | None = None
    mark: str | None = None
    change: Mapping[str, Article | None] = field(default_factory=dict)
    full: bool = False
    golden: tuple[Golden, ...] = ()
    most: float = 1.0


@dataclass(frozen=True)
class Material:
    """What a snapshot is made of.

    Attributes:
        articles: The articles, by id.
        passages: The passages of each.
        base: The snapshot that it is built on.
        known: The same, where its vectors may be taken over.
        kept: Where in ``known`` each passage of the articles that did not change is, int64 [P];
            -1 for all others.
    """

    articles: Sequence[Article]
    passages: Sequence[Sequence[Passage]]
    base: Snapshot | None = None
    known: Snapshot | None = None
    kept: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, order: Order, model: str) -> Material:
        """Put together what an order names; every byte of the base is compared first.

        Raises:
            SnapshotError: The base is damaged.
        """
        base = Snapshot(order.base, order.mark) if order.base else None
        if base and (problems := find_damage(base.folder, base.manifest)):
            raise SnapshotError(problems[0])
        there: dict[str, Article | None] = {**(base.articles() if base else {}), **order.change}
        articles = [article for _, article in sorted(there.items()) if article]
        known = base if base and not order.full and base.manifest.model == model else None
        return replace(cls.on(known, articles), base=base)

    @classmethod
    def on(cls, known: Snapshot | None, articles: Sequence[Article]) -> Material:
        """Split articles into passages; those of articles that did not change are taken over."""
        before = known if known and known.manifest.recipe == recipe() else None
        rows = [before.passage_rows(article) if before else range(0) for article in articles]
        passages = [
            before.passages(there) if before and there else split(article)
            for article, there in zip(articles, rows, strict=True)
        ]
        kept = [
            np.arange(there.start, there.stop) if there else np.full(len(group), -1)
            for group, there in zip(passages, rows, strict=True)
        ]
        return cls(articles, passages, None, known, np.concatenate([np.zeros(0, np.int64), *kept]))

    @property
    def documents(self) -> list[Document]:
        """The passages as the lexical index takes them, in order."""
        return documents(self.articles, self.passages)

    def __len__(self) -> int:
        """Return how many passages it has."""
        return sum(map(len, self.passages))


class Wanted:
    """What a snapshot needs: what there is already, and the texts that have no vector yet.

    Attributes:
        keys: By kind, a 64-bit digest of each text, uint64 [n].
        rows: By kind, where each vector is in ``known``, int64 [n]; -1 where it is missing.
        missing: Digest -> text, each text that has to be encoded.
    """

    def __init__(self, material: Material) -> None:
        self.articles, self.passages = material.articles, material.passages
        self.known = known = material.known
        self.kept = np.full(len(material), -1) if material.kept is None else material.kept
        self.keys: dict[str, Keys] = {}
        self.rows: dict[str, Ints] = {}
        self.missing: dict[int, str] = {}
        counts = np.array([len(p.sentences) for group in self.passages for p in group], np.int64)
        same, there = self.kept >= 0, self.kept[self.kept >= 0]
        sentences, _ = gather(known.array("first_sentence"), there) if known else (there, there)
        passages, of_them = texts_of(*self.list_changed()).values()
        self._find("passage_vectors", passages, same, there)
        self._find("sentence_vectors", of_them, np.repeat(same, counts), sentences)

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
        old = self.known.array(keys_of(kind)) if self.known else np.zeros(0, np.uint64)
        new = np.fromiter(map(key, texts), np.uint64, len(texts))
        found = find_keys(old, new)
        keys, rows = np.empty(len(same), np.uint64), np.empty(len(same), np.int64)
        keys[same], keys[~same] = old[there], new
        rows[same], rows[~same] = there, found
        self.keys[kind], self.rows[kind] = keys, rows
        fresh = found < 0
        self.missing |= dict(zip(new[fresh].tolist(), compress(texts, fresh), strict=True))

    @property
    def reused(self) -> int:
        """How many vectors are taken over."""
        return sum(int((rows >= 0).sum()) for rows in self.rows.values())


def keys_of(kind: str) -> str:
    """Return the name of the array of the digests of the texts of a kind."""
    return kind.replace("vectors", "keys")


def find_keys(keys: Keys, wanted: Keys) -> Ints:
    """Return where each wanted key is in ``keys``, -1 where it is not."""
    if not len(keys) or not len(wanted):
        return np.full(len(wanted), -1)
    order = np.argsort(keys, kind="stable")
    at = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)
    return np.where(keys[order[at]] == wanted, order[at], -1)
