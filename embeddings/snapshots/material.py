"""What a snapshot is made of: articles, passages, and what of them is taken over or missing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, compress
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.lexical.stretches import Runs, gather, stretches
from embeddings.lexical.words import Document, recipe
from embeddings.ranking.evidence import sentence_text
from embeddings.snapshots.snapshot import MATRICES, Snapshot
from embeddings.text.analysis import without_tags
from embeddings.text.passages import split, titles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from embeddings.snapshots.gate import Golden
    from embeddings.types import Article, Passage

    Ints = NDArray[np.int64]

NONE = np.zeros(0, np.int64)
KINDS = {"passage_vectors": np.float32, "sentence_vectors": np.float16}
"""What gets a vector, and in which precision it is kept; sentences, which are many, in half."""


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
    """What a snapshot is made of: articles that are read anew, and those of an earlier one.

    Attributes:
        articles: The articles that are read anew, in order.
        passages: The passages of each.
        base: The snapshot that it is built on.
        known: The same, where its vectors may be taken over.
        runs: How the articles of ``known`` and these come together; None: these are all.
        gone: The rows of the articles of ``known`` that are not taken over.
    """

    articles: Sequence[Article]
    passages: Sequence[Sequence[Passage]]
    base: Snapshot | None = None
    known: Snapshot | None = None
    runs: Runs | None = None
    gone: Sequence[int] = ()

    @classmethod
    def of(cls, order: Order, model: str) -> Material:
        """Put together what an order names; every byte of the base that is read is compared first.

        Raises:
            SnapshotError: The base is damaged.
        """
        base = Snapshot(order.base, order.mark, check=False) if order.base else None
        known = base if base and not order.full and base.manifest.model == model else None
        if base:
            spared = MATRICES if known and known.manifest.recipe == recipe() else ()
            base.check(n for n in base.manifest.files if not any(each in n for each in spared))
        there = base.articles(is_checked=True) if base and not known else {}
        return replace(cls.on(known, {**there, **order.change}), base=base)

    @classmethod
    def on(cls, known: Snapshot | None, change: Mapping[str, Article | None]) -> Material:
        """Split what changes into passages; all other articles of a snapshot are taken over."""
        is_like = known and known.manifest.recipe == recipe()
        runs = Runs.merge(known.ids, change) if known and is_like else None
        change = {**known.articles(), **change} if known and not is_like else change
        articles = [article for _, article in sorted(change.items()) if article]
        gone = [known.rows[name] for name in change if name in known.rows] if known else []
        return cls(articles, [split(each) for each in articles], None, known, runs, gone)

    def documents(self) -> tuple[Runs, list[Document]]:
        """Return the passages whose words are not known, and how all come together with them.

        Those of a passage are known whose article has changed elsewhere.
        """
        there, last = self._find_documents(), -1
        new = [*chain.from_iterable(map(_documents, self.articles, self.passages))]
        pieces: list[tuple[bool, int, int]] = []
        lacking: list[Document] = []
        for is_new, begin, end in self.of_passages().pieces:
            pieces += [] if is_new else [(False, begin, end)]
            for each in new[begin:end] if is_new else ():
                if there.get(each, -1) > last:  # in their order
                    last = there[each]
                    pieces.append((False, last, last + 1))
                else:
                    pieces.append((True, len(lacking), len(lacking) + 1))
                    lacking.append(each[1])
        return Runs(tuple(pieces)), lacking

    def _find_documents(self) -> dict[tuple[str, Document], int]:
        """Return the passages of the articles that are read anew or gone, and their rows."""
        if not (self.known and self.runs):
            return {}
        known, first = self.known, self.old("first_passage").tolist()
        each = ((r, _documents(known.article(r), known.passages_of(r))) for r in self.gone)
        return {one: row for r, own in each for row, one in enumerate(own, first[r])}

    @cached_property
    def new(self) -> dict[str, NDArray[Any]]:
        """Where every passage and sentence of the articles that are read anew is, as arrays."""
        flat = [(row, p) for row, group in enumerate(self.passages) for p in group]
        places = [(row, p.start, p.end, p.paragraph) for row, p in flat]
        spans = [(s.start, s.end) for _, p in flat for s in p.sentences]
        digests = b"".join(bytes.fromhex(p.digest) for _, p in flat)
        return {
            "passages": np.array(places, np.int64).reshape(-1, 4),
            "passage_digests": np.frombuffer(digests, np.uint8).reshape(-1, 32),
            "sentences": np.array(spans, np.int64).reshape(-1, 2),
            "first_passage": stretches([*map(len, self.passages)]),
            "first_sentence": stretches([len(p.sentences) for _, p in flat]),
        }

    def places(self) -> dict[str, NDArray[Any]]:
        """Return where every passage and sentence of all articles is, as a snapshot keeps it."""
        new, old, of = self.new, self.old, self.of_passages()
        parts = {"passages": of, "passage_digests": of, "sentences": self.of_sentences()}
        made = {name: runs.join(old(name), new[name]) for name, runs in parts.items()}
        firsts = {"first_passage": self.of_articles(), "first_sentence": of}
        made |= {name: runs.join_stretches(old(name), new[name]) for name, runs in firsts.items()}
        counts = np.diff(made["first_passage"])
        made["passages"][:, 0] = np.repeat(np.arange(len(counts)), counts)
        return made

    def of_articles(self) -> Runs:
        """Return how articles come together."""
        return self.runs or Runs(((True, 0, len(self.articles)),))

    def of_passages(self) -> Runs:
        """Return how passages come together."""
        return self.of_articles().within(self.old("first_passage"), self.new["first_passage"])

    def of_sentences(self) -> Runs:
        """Return how sentences come together."""
        return self.of_passages().within(self.old("first_sentence"), self.new["first_sentence"])

    def old(self, name: str) -> NDArray[Any]:
        """Return an array of the snapshot that is taken over from; nothing where none is."""
        return self.known.array(name) if self.known and self.runs else NONE


def _documents(article: Article, passages: Sequence[Passage]) -> list[tuple[str, Document]]:
    """Return passages as the lexical index takes them, each with its article's id."""
    texts = (tuple(span.of(article.text) for span in p.sentences) for p in passages)
    return [(article.id, Document(article.title, each, article.language)) for each in texts]


class Wanted:
    """What the articles that are read anew need: what there is, and texts without a vector yet.

    Attributes:
        texts: By kind, the texts that get a vector, in order.
        rows: By kind, where the vector of each is in ``known``, int64 [n]; -1 where it is missing.
        missing: The texts that have to be encoded, each once, the shortest first.
        titles: The articles' titles, and where in ``known`` an article has each; -1 likewise.
    """

    def __init__(self, material: Material) -> None:
        self.material, self.known = material, material.known
        self.texts = texts_of(material.articles, material.passages)
        names = [without_tags(article.title) for article in material.articles]
        there: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
        titles: dict[str, int] = {}
        if known := material.known:
            gone, of = material.gone, [known.article(row) for row in material.gone]
            titles = {without_tags(each.title): row for each, row in zip(of, gone, strict=True)}
            passages, _ = gather(known.array("first_passage"), np.array(gone, np.int64))
            sentences, _ = gather(known.array("first_sentence"), passages)
            old = texts_of(of, [known.passages_of(row) for row in gone]).values()
            pairs = zip(KINDS, old, (passages.tolist(), sentences.tolist()), strict=True)
            there = {kind: dict(zip(texts, rows, strict=True)) for kind, texts, rows in pairs}
        rows = {kind: [there[kind].get(t, -1) for t in each] for kind, each in self.texts.items()}
        self.rows = {kind: np.array(each, np.int64) for kind, each in rows.items()}
        self.titles = names, np.array([titles.get(name, -1) for name in names], np.int64)
        missing = (compress(self.texts[kind], rows < 0) for kind, rows in self.rows.items())
        self.missing = sorted(dict.fromkeys(chain.from_iterable(missing)), key=len)

    @property
    def runs(self) -> dict[str, Runs]:
        """By kind, how the vectors come together."""
        of = self.material
        return {"passage_vectors": of.of_passages(), "sentence_vectors": of.of_sentences()}

    @property
    def reused(self) -> int:
        """How many vectors are taken over."""
        missing = sum(int((rows < 0).sum()) for rows in self.rows.values())
        return sum(map(len, self.runs.values())) - missing
