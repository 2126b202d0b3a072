"""What a snapshot says of itself, and whether its files are what it says."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from embeddings.errors import OtherFormat, SnapshotError
from embeddings.snapshots.disk import sha256

FORMAT = 7
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot says of itself; written last, so that a snapshot without it does not count.

    Attributes:
        snapshot: Its id: its number, in decimal digits.
        created_at: When it was made, in UTC.
        format: Version of the layout on disk.
        model: The id of the model that made the vectors, its revision included.
        dimension: Length of a vector.
        articles: Number of articles.
        passages: Number of passages.
        sentences: Number of sentences.
        files: Name of each file -> SHA-256 of its bytes.
        sizes: Name of each file -> its length in bytes.
        recipe: What made the passages' lines and words; see ``words.recipe``.
        recall: Name of a matrix -> share of the ten nearest that its index finds, as measured.
        index: What kinds of index search the passages and the sentences, for people.
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

    def check_format(self) -> None:
        """Make sure that this version can serve it; raises OtherFormat."""
        if self.format != FORMAT:
            raise OtherFormat(
                f"The snapshot {self.snapshot} has format {self.format}, and this version reads "
                f"{FORMAT}: run reindex to build it anew."
            )


_MANIFEST = TypeAdapter(Manifest)


def dump_manifest(manifest: Manifest) -> bytes:
    """Return a manifest as JSON."""
    return _MANIFEST.dump_json(manifest, indent=1)


def parse_manifest(data: bytes, name: str, mark: str | None = None) -> Manifest:
    """Read what a snapshot says of itself, whatever version made it.

    Args:
        data: What ``dump_manifest`` returned.
        name: What to call it in a sentence.
        mark: SHA-256 of it, where that is known.

    Raises:
        SnapshotError: It is not what was written.
    """
    if mark is not None and hashlib.sha256(data).hexdigest() != mark:
        raise SnapshotError(f"{name} is not what was written: run reindex --full.")
    try:
        return _MANIFEST.validate_json(data)
    except ValidationError as error:
        wrong = error.errors()[0]["msg"]
        raise SnapshotError(f"{name} cannot be read ({wrong}): run reindex --full.") from error


def read_manifest(folder: Path, mark: str | None = None) -> Manifest:
    """Read what a snapshot in a folder says of itself; raises as ``parse_manifest`` does."""
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SnapshotError(f"{path} cannot be read: {error.strerror}.") from error
    return parse_manifest(data, str(path), mark or None)


def find_damage(folder: Path, manifest: Manifest, *, most: float = float("inf")) -> list[str]:
    """Compare every file with what was written; return a sentence for each that differs.

    Files of more than ``most`` bytes are compared by their size alone.
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
