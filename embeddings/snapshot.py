"""An immutable generation on disk: manifest, articles, passages, vectors; checked when loaded."""

from __future__ import annotations

import json
import os
import weakref
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings import files
from embeddings.errors import SnapshotError, UnknownArticle
from embeddings.types import Article, ArticleSummary, Passage, Span, digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

FORMAT = 1
MANIFEST = "manifest.json"
ARTICLES = "articles.jsonl"
TEXTS = "texts.txt"
_METADATA = ("id", "title", "source", "author", "date", "url", "language", "collection", "origin")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot says of itself; written last, so that a snapshot without it does not count.

    Attributes:
        snapshot: Its id, which sorts by time of making.
        created_at: When it was made, in UTC.
        format: Version of the layout on disk.
        model: The id of the model that made the vectors, its revision included.
        dimension: Length of a vector.
        articles: Number of articles.
        passages: Number of passages.
        sentences: Number of sentences.
        files: Name of each file -> SHA-256 of its bytes.
    """

    snapshot: str
    created_at: datetime
    format: int
    model: str
    dimension: int
    articles: int
    passages: int
    sentences: int
    files: dict[str, str]


@dataclass(frozen=True)
class Contents:
    """Everything that a snapshot is written from.

    Attributes:
        articles: The articles, by id.
        passages: The passages of each article, in the order of the articles.
        arrays: Name -> array, without Python objects; written as ``name.npy``.
    """

    articles: Sequence[Article]
    passages: Sequence[Sequence[Passage]]
    arrays: Mapping[str, NDArray[Any]]


def write(
    folder: Path, contents: Contents, *, snapshot: str, model: str, created_at: datetime
) -> Manifest:
    """Write a snapshot into an empty folder, its manifest last, all of it synced to the disk.

    Raises:
        StorageError: The disk is full, or the folder cannot be written.
    """
    files.make_folder(folder)
    arrays = {**_offsets(contents), **contents.arrays}
    for name, array in arrays.items():
        _save(folder / f"{name}.npy", array)
    files.write_atomic(folder / ARTICLES, b"".join(_metadata(a) for a in contents.articles))
    files.write_atomic(folder / TEXTS, b"".join(a.text.encode() for a in contents.articles))
    manifest = Manifest(
        snapshot=snapshot,
        created_at=created_at,
        format=FORMAT,
        model=model,
        dimension=int(arrays["passage_vectors"].shape[1]),
        articles=len(contents.articles),
        passages=len(arrays["passages"]),
        sentences=len(arrays["sentences"]),
        files={path.name: files.sha256(path) for path in sorted(folder.iterdir())},
    )
    document = asdict(manifest) | {"created_at": created_at.isoformat()}
    files.write_atomic(folder / MANIFEST, json.dumps(document, indent=1).encode())
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read what a snapshot says of itself.

    Raises:
        SnapshotError: It is not there, is not whole, or is of another format.
    """
    try:
        document = json.loads((folder / MANIFEST).read_bytes())
        document["created_at"] = datetime.fromisoformat(document["created_at"])
        manifest = Manifest(**document)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SnapshotError(f"{folder / MANIFEST} cannot be read: {error}.") from error
    if manifest.format != FORMAT:
        raise SnapshotError(
            f"The snapshot {manifest.snapshot} has format {manifest.format}, and this version "
            f"reads {FORMAT}: run reindex to build it anew."
        )
    return manifest


def damaged(folder: Path, manifest: Manifest) -> list[str]:
    """Compare every file with its digest; return a sentence for each that differs."""
    problems = []
    for name, expected in manifest.files.items():
        try:
            same = files.sha256(folder / name) == expected
        except OSError as error:
            problems.append(f"{folder / name} cannot be read: {error.strerror}.")
            continue
        if not same:
            problems.append(f"{folder / name} is not what was written: its SHA-256 differs.")
    return problems


class Snapshot:
    """A generation that serves: its lists in memory, its vectors mapped, its texts on disk.

    Args:
        folder: The snapshot's folder.
        check: Compare every file with its digest first.

    Raises:
        SnapshotError: A file is missing or is not what was written; the sentence names it.
    """

    def __init__(self, folder: Path, *, check: bool = True) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        if check and (problems := damaged(folder, self.manifest)):
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
        """Map one of the arrays, read-only."""
        array: NDArray[Any] = np.load(
            self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False
        )
        return array

    @property
    def id(self) -> str:
        """The snapshot's id."""
        return self.manifest.snapshot

    @property
    def article_of(self) -> NDArray[np.int64]:
        """Row of the article of each passage, shape ``[P]``."""
        return np.asarray(self._places[:, 0])

    @property
    def titles(self) -> list[str]:
        """The articles' titles, by row."""
        return [entry["title"] for entry in self._metadata]

    @property
    def digests(self) -> dict[str, str]:
        """Article id -> digest of its text and metadata, to tell what has changed since."""
        return {entry["id"]: entry["digest"] for entry in self._metadata}

    @cached_property
    def sources(self) -> tuple[ArticleSummary, ...]:
        """The articles without their texts, by id."""
        counts = np.bincount(self.article_of, minlength=len(self._metadata))
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
            raise UnknownArticle(
                f"There is no article {article_id!r}; `sources` lists the articles."
            ) from None

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

    def passage(self, row: int) -> Passage:
        """Return a passage by its row."""
        article, start, end, paragraph = (int(n) for n in self._places[row])
        spans = self._spans[self._first[row] : self._first[row + 1]]
        return Passage(
            article_id=self._metadata[article]["id"],
            start=start,
            end=end,
            paragraph=paragraph,
            digest=self._digests[row].tobytes().hex(),
            sentences=tuple(Span(int(a), int(b)) for a, b in spans),
        )

    def passages_of(self, article_row: int) -> tuple[Passage, ...]:
        """Return an article's passages, in order."""
        first, last = np.searchsorted(self._places[:, 0], [article_row, article_row + 1])
        return tuple(self.passage(row) for row in range(int(first), int(last)))

    def changed_passages(self) -> list[str]:
        """Read every passage again; return a sentence for each that is not what was indexed."""
        problems = []
        for row, entry in enumerate(self._metadata):
            text = self.article(row).text
            problems += [
                f"Paragraph {p.paragraph} of {entry['id']} is not what was indexed."
                for p in self.passages_of(row)
                if digest(text[p.start : p.end]) != p.digest
            ]
        return problems

    def _article(self, row: int, text: str) -> Article:
        fields = {name: self._metadata[row][name] for name in _METADATA}
        day = fields["date"]
        return Article(**fields | {"date": date.fromisoformat(day) if day else None, "text": text})


def identity(article: Article) -> str:
    """Return a digest of all that makes an article what it is: its text and its metadata."""
    fields = [str(getattr(article, name)) for name in _METADATA]
    return digest("\0".join([*fields, article.text]))


def _save(path: Path, array: NDArray[Any]) -> None:
    """Write an array and sync it; atomic as a part of its folder, which is renamed when whole."""
    with files.storage_errors(path.parent), path.open("xb") as file:
        np.save(file, array, allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())


def _metadata(article: Article) -> bytes:
    fields: dict[str, Any] = {name: getattr(article, name) for name in _METADATA}
    fields["date"] = article.date.isoformat() if article.date else None
    fields["digest"] = identity(article)
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def _offsets(contents: Contents) -> dict[str, NDArray[Any]]:
    """Return where every text, passage and sentence is, as arrays."""
    flat = [(row, p) for row, group in enumerate(contents.passages) for p in group]
    lengths = [len(article.text.encode()) for article in contents.articles]
    spans = [(s.start, s.end) for _, p in flat for s in p.sentences]
    counts = [len(p.sentences) for _, p in flat]
    digests = b"".join(bytes.fromhex(p.digest) for _, p in flat)
    return {
        "passages": np.array(
            [(row, p.start, p.end, p.paragraph) for row, p in flat], dtype=np.int64
        ).reshape(-1, 4),
        "passage_digests": np.frombuffer(digests, dtype=np.uint8).reshape(-1, 32),
        "sentences": np.array(spans, dtype=np.int64).reshape(-1, 2),
        "first_sentence": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        "text_offsets": np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
    }
