"""A snapshot's manifest: its counts, digests and origin; and the check of files against it."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from embeddings.errors import SnapshotError
from embeddings.snapshots.disk import sha256

FORMAT = 7
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of a snapshot, written last: a folder without one is no snapshot.

    Attributes:
        snapshot: The snapshot's id: its number in decimal digits.
        created_at: Time of the build, in UTC.
        format: Version of the layout on disk.
        model: Id of the model that made the vectors, its revision included.
        dimension: Length of a vector.
        files: Name of each file -> SHA-256 of its bytes.
        sizes: Name of each file -> its length in bytes.
        recipe: Digest of the code that split and analysed the texts; see ``words.recipe``.
        recall: Name of each matrix -> measured share of the ten nearest rows that its index finds.
        index: Kinds of the indexes of passages and sentences, for people.
    """

    snapshot: str
    created_at: dt.datetime
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
    index: str


MANIFESTS = TypeAdapter(Manifest)
"""Reads and writes manifests as JSON."""


def parse_manifest(data: bytes, name: str, digest: str | None = None) -> Manifest:
    """Parse a manifest of any version; raises SnapshotError, whose sentence calls it ``name``.

    ``digest`` is the expected SHA-256 of ``data``; None: unknown.
    """
    if digest is not None and hashlib.sha256(data).hexdigest() != digest:
        raise SnapshotError(f"{name} is not what was written: run reindex --full.")
    try:
        return MANIFESTS.validate_json(data)
    except ValidationError as error:
        wrong = error.errors()[0]["msg"]
        raise SnapshotError(f"{name} cannot be read ({wrong}): run reindex --full.") from error


def read_manifest(folder: Path, digest: str | None = None) -> Manifest:
    """Read the manifest in a snapshot's folder; raises as ``parse_manifest`` does."""
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SnapshotError(f"{path} cannot be read: {error.strerror}.") from error
    return parse_manifest(data, str(path), digest or None)


def check_all(folder: Path, digest: str) -> tuple[int, list[str]]:
    """Check a snapshot's manifest and all its files; return the number of checks, and problems."""
    try:
        manifest = read_manifest(folder, digest)
    except SnapshotError as error:
        return 1, [str(error)]
    return 1 + len(manifest.files), find_damage(folder, manifest)


def find_damage(folder: Path, manifest: Manifest, *, most: float = float("inf")) -> list[str]:
    """Compare each file with its digest; return a sentence for each that is missing or differs.

    Of files larger than ``most`` bytes, only the size is compared.
    """
    problems = []
    for name, expected in manifest.files.items():
        path, wrong = folder / name, ""
        try:
            size = path.stat().st_size
            if size != manifest.sizes.get(name) or (size <= most and sha256(path) != expected):
                wrong = f"{path} is not what was written, its SHA-256 differs: run reindex --full."
        except OSError as error:
            wrong = f"{path} cannot be read ({error.strerror}): run reindex --full."
        problems += [wrong] if wrong else []
    return problems
