"""A snapshot's files, written into an empty folder: its manifest last."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.lexical.words import recipe
from embeddings.snapshots import disk as files
from embeddings.snapshots.manifest import FORMAT, MANIFEST, Manifest, dump_manifest
from embeddings.snapshots.snapshot import ARTICLES, TEXTS, VECTORS
from embeddings.types import identity
from embeddings.vectors.index import VectorIndex
from embeddings.vectors.index import write as write_index

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from embeddings.types import Article, Passage
    from embeddings.vectors.index import Before


@dataclass(frozen=True)
class Contents:
    """Everything that a snapshot is written from.

    Attributes:
        articles: The articles, by id.
        passages: The passages of each article, in the order of the articles.
        arrays: Name -> array, without Python objects; written as ``name.npy``, and what finds the
            rows of those whose names end in ``vectors``, as ``index.write`` does.
        before: Name of such an array -> where its rows were in the snapshot before.
    """

    articles: Sequence[Article]
    passages: Sequence[Sequence[Passage]]
    arrays: Mapping[str, NDArray[Any]]
    before: Mapping[str, Before] = field(default_factory=dict)


def write(
    folder: Path, contents: Contents, *, snapshot: str, model: str, created_at: datetime
) -> Manifest:
    """Write a snapshot into an empty folder, its manifest last, all of it synced to the disk.

    Raises:
        StorageError: The disk is full, or the folder cannot be written.
    """
    files.make_folder(folder)
    arrays = {**_offsets(contents), **contents.arrays}
    before = contents.before
    recall = {n: _save(folder, n, array, before.get(n)) for n, array in arrays.items()}
    files.write_atomic(folder / ARTICLES, b"".join(_metadata(a) for a in contents.articles))
    files.write_atomic(folder / TEXTS, b"".join(a.text.encode() for a in contents.articles))
    paths = sorted(folder.iterdir())
    measured = {name: share for name, share in recall.items() if name.endswith(VECTORS)}
    kinds = [
        VectorIndex.open(arrays[name], folder, name, share).kind for name, share in measured.items()
    ]
    manifest = Manifest(
        snapshot=snapshot,
        created_at=created_at,
        format=FORMAT,
        model=model,
        dimension=int(arrays["passage_vectors"].shape[1]),
        articles=len(contents.articles),
        passages=len(arrays["passages"]),
        sentences=len(arrays["sentences"]),
        files={path.name: files.sha256(path) for path in paths},
        sizes={path.name: path.stat().st_size for path in paths},
        recipe=recipe(),
        recall=measured,
        index="; ".join(dict.fromkeys(kinds)),
    )
    files.write_atomic(folder / MANIFEST, dump_manifest(manifest))
    return manifest


def add_prefix(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return arrays under the names that a snapshot keeps them by."""
    return {prefix + name: array for name, array in arrays.items()}


def _save(folder: Path, name: str, array: NDArray[Any], before: Before | None) -> float:
    """Write an array and sync it; atomic as a part of its folder, which is renamed when whole.

    Returns:
        The recall of the index that was made of it, if one was.
    """
    with files.storage_errors(folder):
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
        is_searched = name.endswith(VECTORS)
        recall = write_index(folder, name, array, before=before) if is_searched else 1.0
        for path in folder.glob(f"{name}.*"):
            files.sync(path)
    return recall


def _metadata(article: Article) -> bytes:
    fields = article.dump() | {"digest": identity(article)}
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
