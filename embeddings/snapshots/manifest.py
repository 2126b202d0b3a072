"""What a snapshot says of itself, and whether its files are what it says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from embeddings import files
from embeddings.errors import OtherFormat, SnapshotError

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 2
MANIFEST = "manifest.json"


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
        sizes: Name of each file -> its length in bytes.
        recipe: What made the passages' lines and words; see ``wording.recipe``.
        recall: Name of a matrix -> share of the ten nearest that its index finds, as measured.
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
    sizes: dict[str, int]
    recipe: str
    recall: dict[str, float]


def read_manifest(folder: Path) -> Manifest:
    """Read what a snapshot says of itself.

    Raises:
        SnapshotError: It is not there, or is not whole.
        OtherFormat: Another version made it.
    """
    try:
        document = json.loads((folder / MANIFEST).read_bytes())
        written_as = document["format"]
        document["created_at"] = datetime.fromisoformat(document["created_at"])
        manifest = Manifest(**document) if written_as == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SnapshotError(f"{folder / MANIFEST} cannot be read: {error}.") from error
    if manifest is None:
        raise OtherFormat(
            f"The snapshot {folder.name} has format {written_as}, and this version "
            f"reads {FORMAT}: run reindex to build it anew."
        )
    return manifest


def damaged(folder: Path, manifest: Manifest, *, most: float = float("inf")) -> list[str]:
    """Compare every file with what was written; return a sentence for each that differs.

    Args:
        folder: The snapshot's folder.
        manifest: What it says of itself.
        most: Files of more bytes are compared by their size alone.
    """
    problems = []
    for name, expected in manifest.files.items():
        try:
            size = (folder / name).stat().st_size
            same = size == manifest.sizes[name]
            if same and size <= most:
                same = files.sha256(folder / name) == expected
        except OSError as error:
            problems.append(f"{folder / name} cannot be read: {error.strerror}.")
            continue
        if not same:
            problems.append(f"{folder / name} is not what was written: its SHA-256 differs.")
    return problems
