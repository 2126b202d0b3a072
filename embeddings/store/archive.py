"""Exports and imports a collection as one ZIP of articles, history, golden questions and audit log.

An article is one file, ``corpus/ID.md``: front matter with its metadata, then the stored text,
unchanged. Earlier versions look the same, but end in ``.txt``. Reading is strict. Vectors are left
out, since an import encodes the texts again. Equal collections give equal bytes.
"""

import contextlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import yaml

from embeddings.errors import InputError, ReadError, describe_damage
from embeddings.readers.formats import frontmatter
from embeddings.snapshots import checks
from embeddings.snapshots.disk import write_atomic
from embeddings.store import audit
from embeddings.store.rows import CollectionRows
from embeddings.types import SHARED, Article

FORMAT = 2
"""The format that is written; format 1, whose earlier versions are ``.md`` too, can be read."""
MANIFEST, QUERIES, AUDIT = "manifest.json", "queries.jsonl", "audit.jsonl"
"""The files of an archive that are no articles."""
MOST_BYTES = 300_000_000
"""The limit of an archive's unpacked size, in bytes."""
MOST_FILES = 100_000
"""The limit of the number of files in an archive."""

_FIELDS = ("id", "title", "source", "author", "date", "url", "language", "origin")
_RULE = "---\n"
_MEND = "mend it, or export the collection again."
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ARTICLE = re.compile(r"corpus/([a-z0-9-]{1,80})\.md")
_VERSION = re.compile(r"history/([a-z0-9-]{1,80})/[0-9a-f]{12}(-[1-9][0-9]{0,5})?\.(?:md|txt)")


def render(article: Article) -> bytes:
    """Return an article's file; raises InputError if a value would not be read back unchanged."""
    values = {name: getattr(article, name) for name in _FIELDS}
    try:
        front = yaml.dump(
            {name: value for name, value in values.items() if value is not None},
            Dumper=yaml.CSafeDumper,
            allow_unicode=True,
            sort_keys=False,
            width=10 * frontmatter.MAX_CHARACTERS,
        )
        data = f"{_RULE}{front}{_RULE}{article.text}".encode()
        is_same = parse(data, article.id, article.collection) == article
    except (UnicodeEncodeError, yaml.YAMLError, ReadError) as error:
        raise InputError(f"The article {article.id!r} cannot be stored: {error}") from None
    if not is_same:
        raise InputError(
            f"The article {article.id!r} cannot be stored, because its title or another field "
            "would not be read back as it is; write each on one line."
        )
    return data


def parse(data: bytes, name: str, collection: str = SHARED) -> Article:
    """Parse the bytes of an article's file, strictly; ``name`` is the file's for error messages.

    Raises:
        ReadError: ``render`` never returns such bytes; the sentence names the file.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ReadError(f"{name} is not in UTF-8 any more; {_MEND}") from None
    end = text.find("\n" + _RULE, len(_RULE) - 1)
    if not text.startswith(_RULE) or not 0 <= end <= frontmatter.MAX_CHARACTERS:
        raise ReadError(f"{name} has no front matter between lines --- any more; {_MEND}")
    fields = frontmatter.parse(text[len(_RULE) : end + 1], name)
    if fields.id is None or fields.title is None or fields.language is None:
        raise ReadError(f"{name} does not state its id, title and language any more; {_MEND}")
    values: dict[str, Any] = {name: getattr(fields, name) for name in _FIELDS}
    return Article(**values, text=text[end + 1 + len(_RULE) :], collection=collection)


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of an archive.

    Attributes:
        articles: The articles, sorted by id.
        history: Earlier versions of articles, the oldest of each article first.
        questions: The golden questions, as JSON lines; None if there are none.
        lines: The lines of the audit log, oldest first.
    """

    articles: tuple[Article, ...] = ()
    history: tuple[Article, ...] = ()
    questions: bytes | None = None
    lines: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: CollectionRows, questions: bytes | None) -> Self:
        """Read a collection's rows, not its snapshot; raises InputError if one is damaged."""
        versions = rows.articles.at(rows.read_published().live)
        if broken := [name for name, version in versions.items() if version.value is None]:
            raise InputError(describe_damage(broken[0]))
        keys = {(version.article, version.version) for version in versions.values()}
        earlier = (e for e in rows.articles.history() if (e.article, e.version) not in keys)
        return cls(
            articles=tuple(version.value for version in versions.values() if version.value),
            history=tuple(version.value for version in earlier if version.value),
            questions=questions,
            lines=tuple(map(audit.dump_line, rows.audit.entries())),
        )

    def files(self) -> dict[str, bytes]:
        """Return the files of the archive, except the manifest: path -> bytes."""
        files = {f"corpus/{article.id}.md": render(article) for article in self.articles}
        counts: dict[str, int] = {}
        for article in self.history:
            stem = f"history/{article.id}/{article.digest[:12]}"
            counts[stem] = counts.get(stem, 0) + 1
            suffix = f"-{counts[stem]}" if counts[stem] > 1 else ""
            files[f"{stem}{suffix}.txt"] = render(article)
        if self.questions is not None:
            files[QUERIES] = self.questions
        if self.lines:
            files[AUDIT] = "".join(f"{line}\n" for line in self.lines).encode()
        return files


def pack(contents: Contents, collection: str) -> bytes:
    """Return the bytes of an archive."""
    files = dict(sorted(contents.files().items()))
    digests = {name: sha256(data).hexdigest() for name, data in files.items()}
    document = {"format": FORMAT, "collection": collection, "files": digests}
    manifest = json.dumps(document, indent=1).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in ({MANIFEST: manifest} | files).items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def check_free(path: Path) -> None:
    """Check that a path is free, and that its folder exists; raises InputError otherwise."""
    if path.exists():
        raise InputError(f"{path} is there already; name another file, or remove it.")
    if not path.parent.is_dir():
        raise InputError(f"The folder {path.parent} does not exist; make it, or name another.")


def save(path: Path, data: bytes) -> None:
    """Write an archive to a new file; raises InputError as ``check_free``, and StorageError."""
    check_free(path)
    write_atomic(path, data)


def unpack(path: Path, collection: str) -> Contents:
    """Read an archive and verify its checksums; raises InputError if ``pack`` did not write it."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = _check(archive, path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputError(f"{path} is no ZIP that can be read ({error}); export it again.") from None
    questions = files.get(QUERIES)
    list(checks.parse(questions or b"", f"{QUERIES} in {path}"))  # raises if they are malformed
    lines = files.get(AUDIT, b"").decode("utf-8", "replace").split("\n")
    articles: list[Article] = []
    earlier: list[Article] = []
    for name, data in sorted(files.items()):
        if match := _ARTICLE.fullmatch(name):
            articles.append(parse(data, f"{name} in {path}", collection))
            if articles[-1].id != match[1]:
                raise _error(path, f"{name} says that its id is {articles[-1].id}")
        elif match := _VERSION.fullmatch(name):
            with contextlib.suppress(ReadError):  # an earlier version that is damaged is left out
                article = parse(data, name, collection)
                earlier += [article] if article.id == match[1] else []
    return Contents(tuple(articles), tuple(earlier), questions, tuple(lines))


def _check(archive: zipfile.ZipFile, path: Path) -> dict[str, bytes]:
    """Return the files of an archive, by name, once its list of files and checksums agree."""
    infos = archive.infolist()
    if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_BYTES:
        raise InputError(
            f"{path} would be more than {MOST_FILES:,} files or {MOST_BYTES // 1_000_000} MB when "
            "it is unpacked, and is not read."
        )
    names = [info.filename for info in infos]
    digests = _read_manifest(archive, path, names)
    if sorted(names) != sorted([MANIFEST, *digests]):
        odd = min({*names} ^ {MANIFEST, *digests} or {MANIFEST})
        raise _error(path, f"its list of files and its files differ, as by {odd!r}")
    articles = {name for name in names if _ARTICLE.fullmatch(name) or _VERSION.fullmatch(name)}
    if strange := next((n for n in digests if n not in {*articles, QUERIES, AUDIT}), None):
        raise _error(path, f"{strange!r} has no place in a collection")
    files = {}
    for name, digest in digests.items():
        files[name] = archive.read(name)
        if sha256(files[name]).hexdigest() != digest:
            raise _error(path, f"{name} is not what was exported: its SHA-256 differs")
    return files


def _read_manifest(archive: zipfile.ZipFile, path: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of each file, by name."""
    if MANIFEST not in names:
        raise _error(path, f"there is no {MANIFEST} in it")
    try:
        document: dict[str, Any] = json.loads(archive.read(MANIFEST))
        version, files = int(document["format"]), dict(document["files"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _error(path, f"its {MANIFEST} is broken") from None
    if version > FORMAT:
        raise InputError(
            f"{path} was exported by a newer version (format {version}, and this one reads "
            f"{FORMAT}): install that version."
        )
    return files


def _error(path: Path, reason: str) -> InputError:
    return InputError(f"{path} is no export of a collection: {reason}.")
