"""A collection as one ZIP: its articles, their history, golden questions and audit log; checked.

Vectors are left out, because they are made again. The same collection makes the same bytes.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from embeddings.articlefile import parse
from embeddings.changing import audit, gate
from embeddings.corpus import HISTORY
from embeddings.errors import InputError, StorageError
from embeddings.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from embeddings.collection import Collection
    from embeddings.types import Article

FORMAT = 1
MANIFEST = "manifest.json"

MOST_BYTES = 300_000_000
"""The most that is unpacked of one archive, in bytes."""

MOST_FILES = 100_000
"""The most files that one archive may have."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_ARTICLE = re.compile(r"corpus/([a-z0-9-]{1,80})\.md")
_VERSION = re.compile(HISTORY + r"/[a-z0-9-]{1,80}/[0-9a-f]{12}(-[1-9][0-9]{0,5})?\.md")
_OTHERS = (gate.QUERIES, audit.AUDIT)


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds, checked.

    Attributes:
        files: Path of each file, seen from a collection's folder -> its bytes.
        articles: The articles among them.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    articles: tuple[Article, ...] = ()

    @property
    def corpus(self) -> dict[str, bytes]:
        """Article id -> the bytes of its file."""
        return {m[1]: data for name, data in self.files.items() if (m := _ARTICLE.fullmatch(name))}

    @property
    def history(self) -> dict[str, bytes]:
        """Path of each earlier version -> its bytes."""
        return {name: data for name, data in self.files.items() if _VERSION.fullmatch(name)}


def files_of(collection: Collection) -> dict[str, bytes]:
    """Read what an archive of a collection holds; the caller holds the collection's lock.

    Raises:
        InputError: An article cannot be read any more, and could not be imported.
    """
    if problems := collection.corpus.articles()[1]:
        raise InputError(problems[0])
    files, found = collection.files, {}
    for folder in ("corpus", *files.folders(HISTORY)):
        for name, data in files.read_all(folder):
            if isinstance(data, StorageError):
                raise data
            if _is_known(name):
                found[name] = data
    if (questions := files.read(gate.QUERIES)) is not None:
        found[gate.QUERIES] = questions
    if lines := collection.files.lines(audit.AUDIT).read():
        found[audit.AUDIT] = b"".join(line + b"\n" for line in lines)
    return found


def _is_known(name: str) -> bool:
    return bool(name in _OTHERS or _ARTICLE.fullmatch(name) or _VERSION.fullmatch(name))


def pack(files: Mapping[str, bytes], collection: str) -> bytes:
    """Return an archive of a collection's files."""
    document = {
        "format": FORMAT,
        "collection": collection,
        "files": {name: sha256(data).hexdigest() for name, data in sorted(files.items())},
    }
    manifest = json.dumps(document, indent=1).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [(MANIFEST, manifest), *sorted(files.items())]:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def save(path: Path, data: bytes) -> None:
    """Write an archive where there is nothing yet.

    Raises:
        InputError: There is something, or no folder to write it in.
        StorageError: The disk is full or cannot be written.
    """
    if path.exists():
        raise InputError(f"{path} is there already; name another file, or remove it.")
    if not path.parent.is_dir():
        raise InputError(f"The folder {path.parent} does not exist; make it, or name another.")
    write_atomic(path, data)


def unpack(path: Path, collection: str) -> Contents:
    """Read an archive and check every byte of it.

    Args:
        path: Where it is.
        collection: The collection that its articles will belong to.

    Raises:
        InputError: It is no archive that ``pack`` made; the sentence says why.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            files = _checked(archive, path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputError(f"{path} is no ZIP that can be read ({error}).") from None
    articles = tuple(_articles(files, path, collection))
    list(gate.parse(files.get(gate.QUERIES, b""), f"{gate.QUERIES} in {path}"))
    return Contents(files, articles)


def _checked(archive: zipfile.ZipFile, path: Path) -> dict[str, bytes]:
    infos = archive.infolist()
    if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_BYTES:
        raise InputError(
            f"{path} would be more than {MOST_FILES:,} files or {MOST_BYTES // 1_000_000} MB when "
            "it is unpacked, and is not read."
        )
    names = [info.filename for info in infos]
    expected = _manifest(archive, path, names)
    if sorted(names) != sorted([MANIFEST, *expected]):
        odd = min({*names} ^ {MANIFEST, *expected} or {MANIFEST})
        raise _bad(path, f"its list of files and its files differ, as by {odd!r}")
    if strange := next((name for name in expected if not _is_known(name)), None):
        raise _bad(path, f"{strange!r} has no place in a collection")
    files = {}
    for name, digest in expected.items():
        files[name] = archive.read(name)
        if sha256(files[name]).hexdigest() != digest:
            raise _bad(path, f"{name} is not what was exported: its SHA-256 differs")
    return files


def _manifest(archive: zipfile.ZipFile, path: Path, names: list[str]) -> dict[str, str]:
    if MANIFEST not in names:
        raise _bad(path, f"there is no {MANIFEST} in it")
    try:
        document: dict[str, Any] = json.loads(archive.read(MANIFEST))
        version, files = int(document["format"]), dict(document["files"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _bad(path, f"its {MANIFEST} is broken") from None
    if version > FORMAT:
        raise InputError(
            f"{path} was exported by a newer version (format {version}, and this one reads "
            f"{FORMAT}): install that version."
        )
    return files


def _articles(files: Mapping[str, bytes], path: Path, collection: str) -> Iterator[Article]:
    for name, data in files.items():
        if match := _ARTICLE.fullmatch(name):
            article = parse(data, f"{name} in {path}", collection)
            if article.id != match[1]:
                raise _bad(path, f"{name} says that its id is {article.id}")
            yield article


def _bad(path: Path, reason: str) -> InputError:
    return InputError(f"{path} is no export of a collection: {reason}.")
