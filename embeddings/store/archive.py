"""A collection as one ZIP: its articles, their history, golden questions and audit log; checked.

An article is one file, ``corpus/ID.md``: front matter that says what it is, then its stored text,
character for character. So are earlier versions, whose names end in ``.txt``. All is read strictly.
Vectors are left out, because they are made again. The same collection makes the same bytes.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import yaml

from embeddings.errors import InputError, ReadError
from embeddings.readers.formats import frontmatter
from embeddings.snapshots import gate
from embeddings.snapshots.disk import write_atomic
from embeddings.store import audit
from embeddings.store.articles import tell_damage
from embeddings.types import SHARED, Article

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from embeddings.store.pointers import CollectionRows

FORMAT = 2
"""What is written; of the first, in which earlier versions are ``.md`` too, all is read."""
MANIFEST, QUERIES, AUDIT = "manifest.json", "queries.jsonl", "audit.jsonl"
"""Names of the files of an archive that are no articles."""
MOST_BYTES = 300_000_000
"""The most that is unpacked of one archive, in bytes."""
MOST_FILES = 100_000
"""The most files that one archive may have."""

_FIELDS = ("id", "title", "source", "author", "date", "url", "language", "origin")
_RULE = "---\n"
_MEND = "mend it, or export the collection again."
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ARTICLE = re.compile(r"corpus/([a-z0-9-]{1,80})\.md")
_VERSION = re.compile(r"history/([a-z0-9-]{1,80})/[0-9a-f]{12}(-[1-9][0-9]{0,5})?\.(?:md|txt)")


def render(article: Article) -> bytes:
    """Return an article as the bytes of its file.

    Raises:
        InputError: Some of it would not be read back as it is, such as half a character.
    """
    values = {name: getattr(article, name) for name in _FIELDS}
    given = {name: value for name, value in values.items() if value is not None}
    try:
        front = yaml.dump(
            given,
            Dumper=yaml.CSafeDumper,
            allow_unicode=True,
            sort_keys=False,
            width=10 * frontmatter.MAX_CHARACTERS,
        )
        data = f"{_RULE}{front}{_RULE}{article.text}".encode()
        same = parse(data, article.id, article.collection) == article
    except (UnicodeEncodeError, yaml.YAMLError, ReadError) as error:
        raise InputError(f"The article {article.id!r} cannot be stored: {error}") from None
    if not same:
        raise InputError(
            f"The article {article.id!r} cannot be stored, because its title or another field "
            "would not be read back as it is; write each on one line."
        )
    return data


def parse(data: bytes, name: str, collection: str = SHARED) -> Article:
    """Read the bytes of an article's file, strictly.

    Args:
        data: What ``render`` returned.
        name: What to call the file in an error.
        collection: The collection that it belongs to.

    Raises:
        ReadError: They are not what ``render`` returns; the sentence names the file.
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
    known: dict[str, Any] = {name: getattr(fields, name) for name in _FIELDS}
    return Article(**known, text=text[end + 1 + len(_RULE) :], collection=collection)


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds.

    Attributes:
        articles: The articles, by id.
        history: Earlier versions of articles, the oldest of each first.
        questions: The golden questions, JSON lines; None: there are none.
        lines: The lines of the audit log, oldest first.
    """

    articles: tuple[Article, ...] = ()
    history: tuple[Article, ...] = ()
    questions: bytes | None = None
    lines: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: CollectionRows, questions: bytes | None) -> Contents:
        """Return what it holds of a collection with its golden questions; the rows alone are read.

        Raises:
            InputError: An article cannot be read any more, and could not be imported.
        """
        live = rows.read_published().live
        versions = rows.articles.at(live)
        wrong = [name for name, version in versions.items() if version.value is None]
        if wrong := sorted({*wrong, *rows.articles.find_lost(live)}):
            raise InputError(tell_damage(wrong[0]))
        marks = {(version.article, version.version) for version in versions.values()}
        earlier = (e for e in rows.articles.history() if (e.article, e.version) not in marks)
        return cls(
            articles=tuple(version.value for version in versions.values() if version.value),
            history=tuple(each.value for each in earlier if each.value),
            questions=questions,
            lines=tuple(map(audit.line, rows.audit.entries())),
        )

    def files(self) -> dict[str, bytes]:
        """Return the files that hold it: path -> bytes."""
        found = {f"corpus/{article.id}.md": render(article) for article in self.articles}
        seen: dict[str, int] = {}
        for article in self.history:
            place = f"history/{article.id}/{article.digest[:12]}"
            seen[place] = seen.get(place, 0) + 1
            end = f"-{seen[place]}" if seen[place] > 1 else ""
            found[f"{place}{end}.txt"] = render(article)
        if self.questions is not None:
            found[QUERIES] = self.questions
        if self.lines:
            found[AUDIT] = "".join(f"{line}\n" for line in self.lines).encode()
        return found


def pack(contents: Contents, collection: str) -> bytes:
    """Return an archive."""
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
    """Check that there is nothing yet where an archive is to be written.

    Raises:
        InputError: There is something, or no folder to write it in.
    """
    if path.exists():
        raise InputError(f"{path} is there already; name another file, or remove it.")
    if not path.parent.is_dir():
        raise InputError(f"The folder {path.parent} does not exist; make it, or name another.")


def save(path: Path, data: bytes) -> None:
    """Write an archive where there is nothing yet; raises as ``check_free``, and StorageError."""
    check_free(path)
    write_atomic(path, data)


def unpack(path: Path, collection: str) -> Contents:
    """Read an archive, every byte checked; raises InputError where ``pack`` did not make it."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = _check(archive, path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputError(f"{path} is no ZIP that can be read ({error}).") from None
    questions = files.get(QUERIES)
    list(gate.parse(questions or b"", f"{QUERIES} in {path}"))
    articles, earlier = _articles(files, path, collection), _earlier(files, collection)
    lines = files.get(AUDIT, b"").decode("utf-8", "replace").split("\n")
    return Contents(tuple(articles), tuple(earlier), questions, tuple(lines))


def _check(archive: zipfile.ZipFile, path: Path) -> dict[str, bytes]:
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
    known = {name for name in names if _ARTICLE.fullmatch(name) or _VERSION.fullmatch(name)}
    if strange := next((n for n in expected if n not in {*known, QUERIES, AUDIT}), None):
        raise _bad(path, f"{strange!r} has no place in a collection")
    files = {}
    for name, digest in expected.items():
        files[name] = archive.read(name)
        if sha256(files[name]).hexdigest() != digest:
            raise _bad(path, f"{name} is not what was exported: its SHA-256 differs")
    return files


def _manifest(archive: zipfile.ZipFile, path: Path, names: Iterable[str]) -> dict[str, str]:
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
    for name, data in sorted(files.items()):
        if match := _ARTICLE.fullmatch(name):
            article = parse(data, f"{name} in {path}", collection)
            if article.id != match[1]:
                raise _bad(path, f"{name} says that its id is {article.id}")
            yield article


def _earlier(files: Mapping[str, bytes], collection: str) -> Iterator[Article]:
    """Read the earlier versions; one that was damaged before it was exported is left out."""
    for name, data in sorted(files.items()):
        if match := _VERSION.fullmatch(name):
            with contextlib.suppress(ReadError):
                article = parse(data, name, collection)
                if article.id == match[1]:
                    yield article


def _bad(path: Path, reason: str) -> InputError:
    return InputError(f"{path} is no export of a collection: {reason}.")
