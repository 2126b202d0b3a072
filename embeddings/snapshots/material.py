"""Plans a new snapshot: which articles to split, which vectors and words to reuse or compute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, compress
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical.arrays import RowMerge, gather, to_offsets
from embeddings.lexical.words import Document, recipe
from embeddings.ranking.evidence import sentence_text
from embeddings.snapshots.checks import Golden
from embeddings.snapshots.snapshot import SHARED_PARTS, Snapshot
from embeddings.text.analysis import without_tags
from embeddings.text.passages import split, titles_of
from embeddings.types import Article, Passage

NO_ROWS = np.zeros(0, np.int64)
VECTOR_DTYPES = {"passage_vectors": np.float32, "sentence_vectors": np.float16}
"""Name of each matrix of vectors -> its dtype; sentences, which are many, in half precision."""


def texts_of(
    articles: Sequence[Article], passages: Sequence[Sequence[Passage]]
) -> dict[str, list[str]]:
    """Return the texts of each matrix of VECTOR_DTYPES, by row, and the titles of the articles."""
    parts = [
        (article.text, title, p)
        for article, group in zip(articles, passages, strict=True)
        for title, p in zip(titles_of(article, group), group, strict=True)
    ]
    return {
        "passage_vectors": [text[p.start : p.end] for text, _, p in parts],
        "sentence_vectors": [
            sentence_text(title, span.of(text)) for text, title, p in parts for span in p.sentences
        ],
        "titles": [without_tags(article.title) for article in articles],
    }


@dataclass(frozen=True, slots=True)
class Order:
    """A request to build a snapshot; picklable, for the builder process.

    Attributes:
        number: The new snapshot's number.
        folder: The folder to write it into; empty or missing.
        base: The folder of the snapshot to start from; None: from nothing.
        digest: SHA-256 of the base's manifest.
        change: Article id -> the article to add or replace; None removes it.
        full: Encode everything again.
        golden: The questions to ask both snapshots before the new one may be published.
        most: By how much the share of golden questions that find their passage may fall.
    """

    number: int
    folder: Path
    base: Path | None = None
    digest: str | None = None
    change: Mapping[str, Article | None] = field(default_factory=dict)
    full: bool = False
    golden: tuple[Golden, ...] = ()
    most: float = 1.0


@dataclass(frozen=True)
class Material:
    """The contents of a new snapshot: new articles, and the articles reused from an earlier one.

    Attributes:
        articles: The new and changed articles, in the order of their rows.
        passages: The passages of each of these.
        base: The snapshot that the new one starts from.
        reusable: The base, if its vectors may be reused.
        merge: The merge of the articles of ``reusable`` with ``articles``; None: with nothing.
        replaced: Rows in ``reusable`` of the articles that were changed or removed.
    """

    articles: Sequence[Article]
    passages: Sequence[Sequence[Passage]]
    base: Snapshot | None = None
    reusable: Snapshot | None = None
    merge: RowMerge | None = None
    replaced: Sequence[int] = ()

    @classmethod
    def from_order(cls, order: Order, model: str) -> Self:
        """Plan an order; check the base's files, but matrices only once they are rewritten.

        Raises:
            SnapshotError: The base is damaged.
        """
        base = Snapshot(order.base, order.digest, check=False) if order.base else None
        reusable = base if base and not order.full and base.manifest.model == model else None
        if base:
            shared = SHARED_PARTS if reusable and reusable.manifest.recipe == recipe() else ()
            base.check(n for n in base.manifest.files if not any(part in n for part in shared))
        articles = base.articles(is_checked=True) if base and not reusable else {}
        return replace(cls.from_change(reusable, {**articles, **order.change}), base=base)

    @classmethod
    def from_change(cls, old: Snapshot | None, change: Mapping[str, Article | None]) -> Self:
        """Split the articles of a change; reuse the others, and all vectors, of a snapshot.

        Where another version split the snapshot's articles, all of them are split again.
        """
        is_alike = old and old.manifest.recipe == recipe()
        merge = RowMerge.plan(old.ids, change) if old and is_alike else None
        change = {**old.articles(), **change} if old and not is_alike else change
        articles = [article for _, article in sorted(change.items()) if article]
        replaced = [old.rows[name] for name in change if name in old.rows] if old else []
        return cls(articles, [split(each) for each in articles], None, old, merge, replaced)

    def plan_documents(self) -> tuple[RowMerge, list[Document]]:
        """Return the merge of indexed passages with new ones, and the documents of the new ones.

        A passage that did not change is reused even where its article did.
        """
        old_rows, last = self._find_old_documents(), -1
        new = [*chain.from_iterable(map(_documents, self.articles, self.passages))]
        pieces: list[tuple[bool, int, int]] = []
        missing: list[Document] = []
        for is_new, begin, end in self.merge_passages().pieces:
            pieces += [] if is_new else [(False, begin, end)]
            for document in new[begin:end] if is_new else ():
                if old_rows.get(document, -1) > last:  # a merge takes old rows in ascending order
                    last = old_rows[document]
                    pieces.append((False, last, last + 1))
                else:
                    pieces.append((True, len(missing), len(missing) + 1))
                    missing.append(document[1])
        return RowMerge(tuple(pieces)), missing

    def _find_old_documents(self) -> dict[tuple[str, Document], int]:
        """Return the old row of each passage of the articles that were changed or removed."""
        if not (self.reusable and self.merge):
            return {}
        old, first = self.reusable, self.old("first_passage").tolist()
        groups = ((r, _documents(old.article(r), old.passages_of(r))) for r in self.replaced)
        return {doc: row for r, group in groups for row, doc in enumerate(group, first[r])}

    @cached_property
    def new(self) -> dict[str, NDArray[Any]]:
        """The arrays that locate all passages and sentences of ``articles``, by name."""
        flat = [(row, p) for row, group in enumerate(self.passages) for p in group]
        places = [(row, p.start, p.end, p.paragraph) for row, p in flat]
        spans = [(s.start, s.end) for _, p in flat for s in p.sentences]
        digests = b"".join(bytes.fromhex(p.digest) for _, p in flat)
        return {
            "passages": np.array(places, np.int64).reshape(-1, 4),
            "passage_digests": np.frombuffer(digests, np.uint8).reshape(-1, 32),
            "sentences": np.array(spans, np.int64).reshape(-1, 2),
            "first_passage": to_offsets([*map(len, self.passages)]),
            "first_sentence": to_offsets([len(p.sentences) for _, p in flat]),
        }

    def places(self) -> dict[str, NDArray[Any]]:
        """Return the arrays that locate all passages and sentences of the new snapshot, by name."""
        new, old, passages = self.new, self.old, self.merge_passages()
        rows = {"passages": passages, "passage_digests": passages}
        rows["sentences"] = self.merge_sentences()
        offsets = {"first_passage": self.merge_articles(), "first_sentence": passages}
        arrays = {name: merge.join(old(name), new[name]) for name, merge in rows.items()}
        arrays |= {n: merge.join_offsets(old(n), new[n]) for n, merge in offsets.items()}
        counts = np.diff(arrays["first_passage"])
        arrays["passages"][:, 0] = np.repeat(np.arange(len(counts)), counts)
        return arrays

    def merge_articles(self) -> RowMerge:
        """Return the merge of article rows."""
        return self.merge or RowMerge(((True, 0, len(self.articles)),))

    def merge_passages(self) -> RowMerge:
        """Return the merge of passage rows."""
        return self.merge_articles().expand(self.old("first_passage"), self.new["first_passage"])

    def merge_sentences(self) -> RowMerge:
        """Return the merge of sentence rows."""
        return self.merge_passages().expand(self.old("first_sentence"), self.new["first_sentence"])

    def old(self, name: str) -> NDArray[Any]:
        """Return an array of the snapshot that rows are reused from; empty without one."""
        return self.reusable.array(name) if self.reusable and self.merge else NO_ROWS


def _documents(article: Article, passages: Sequence[Passage]) -> list[tuple[str, Document]]:
    """Return each passage's article id, and the passage as the lexical index takes it."""
    texts = (tuple(span.of(article.text) for span in p.sentences) for p in passages)
    return [(article.id, Document(article.title, each, article.language)) for each in texts]


class EncodingPlan:
    """Which vectors of the new and changed articles are reused, and which texts are encoded.

    Attributes:
        texts: As from ``texts_of``.
        rows: For each of these, the old row with the same text, which is reused, int64 [n]; or -1.
        missing: The distinct texts to encode, the shortest first.
    """

    def __init__(self, material: Material) -> None:
        self.material, self.reusable = material, material.reusable
        self.texts = texts_of(material.articles, material.passages)
        old_rows: dict[str, dict[str, int]] = {kind: {} for kind in self.texts}
        if old := material.reusable:
            replaced, articles = material.replaced, [*map(old.article, material.replaced)]
            titles = np.array(replaced, np.int64)
            passages, _ = gather(old.array("first_passage"), titles)
            sentences, _ = gather(old.array("first_sentence"), passages)
            texts = texts_of(articles, [*map(old.passages_of, replaced)])
            numbers = zip(texts, (passages, sentences, titles), strict=True)
            old_rows = {n: dict(zip(texts[n], r.tolist(), strict=True)) for n, r in numbers}
        rows = {n: [old_rows[n].get(text, -1) for text in each] for n, each in self.texts.items()}
        self.rows = {kind: np.array(each, np.int64) for kind, each in rows.items()}
        missing = (compress(self.texts[kind], self.rows[kind] < 0) for kind in VECTOR_DTYPES)
        self.missing = sorted(dict.fromkeys(chain.from_iterable(missing)), key=len)

    @property
    def merges(self) -> dict[str, RowMerge]:
        """By matrix, the merge of its rows."""
        passages, sentences = self.material.merge_passages(), self.material.merge_sentences()
        return {"passage_vectors": passages, "sentence_vectors": sentences}

    @property
    def reused(self) -> int:
        """The number of vectors that are reused."""
        missing = sum(int((self.rows[kind] < 0).sum()) for kind in VECTOR_DTYPES)
        return sum(map(len, self.merges.values())) - missing
