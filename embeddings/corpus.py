"""The folder of articles: list, add, replace, remove; the only file that writes there.

An article is one file, ``<id>.md``: front matter that says what it is, then its stored text,
character for character. Files are read back strictly: nothing is guessed. Whatever is replaced or
removed is kept in ``../history/<id>/``. Who writes holds the collection's lock (``files``).
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from config.settings import FetchSettings
from embeddings.articlefile import parse, render
from embeddings.changing.attachments import attached
from embeddings.changing.plan import Plan, Planner
from embeddings.errors import InputError, ReadError, StorageError, UnknownArticle
from embeddings.files import (
    make_folder,
    remove,
    remove_leftovers,
    sha256,
    storage_errors,
    write_all,
    write_atomic,
)
from embeddings.readers import Fetcher, Sandbox
from embeddings.readers.many import read_all
from embeddings.types import SHARED, Article, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from embeddings.readers import Draft

__all__ = ["Corpus", "Plan", "parse", "render"]

CORPUS = "corpus"
"""Name of the folder of articles in a collection's folder."""
HISTORY = "history"
"""Name of the folder beside the corpus that keeps what was replaced or removed."""

_ID = re.compile(r"[a-z0-9-]{1,80}")


class Corpus:
    """The articles of one collection.

    Args:
        folder: Where they lie; made when the first one is written.
        collection: The collection that they belong to.
        fetch: How web pages are fetched that somebody adds.
    """

    def __init__(
        self, folder: Path, collection: str = SHARED, fetch: FetchSettings | None = None
    ) -> None:
        self.folder = folder
        self.collection = collection
        self._fetch = fetch or FetchSettings()

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all articles, those of unreadable files too, in order."""
        return tuple(path.stem for path in self._files() if _ID.fullmatch(path.stem))

    def articles(self) -> tuple[tuple[Article, ...], tuple[str, ...]]:
        """Read all articles.

        Returns:
            Those that can be read, by id, and a sentence for each file that cannot.

        Raises:
            StorageError: The folder cannot be opened.
        """
        articles: list[Article] = []
        problems: list[str] = []
        for path in self._files():
            try:
                articles.append(self._read(path))
            except ReadError as error:
                problems.append(str(error))
        return tuple(articles), tuple(problems)

    def get(self, article_id: str) -> Article:
        """Read one article.

        Raises:
            UnknownArticle: No article has that id.
            ReadError: Its file was changed by hand and is no article any more.
        """
        return self._read(self._existing(article_id))

    def plan(
        self,
        inputs: Sequence[str],
        names: Mapping[str, str] | None = None,
        edited: Mapping[str, Iterable[str]] | None = None,
    ) -> Plan:
        """Read files, folders and pages and say what adding them would do; nothing is written.

        Args:
            inputs: What a person gives: paths, and addresses of pages, feeds and sitemaps.
            names: What people call those of the files that lie somewhere for a moment only.
            edited: Article id -> names of its fields that were set by hand, and stay.
        """
        with attached(inputs, names or {}) as attachments:
            drafts, rejected = self._read_in(attachments.paths)
            return self.plan_drafts(
                [attachments.draft(*each) for each in drafts],
                [attachments.rejected(each) for each in rejected],
                edited,
            )

    def _read_in(self, inputs: Sequence[str]) -> tuple[list[tuple[str, Draft]], list[Rejected]]:
        drafts: list[tuple[str, Draft]] = []
        rejected: list[Rejected] = []
        fetcher = Fetcher(self._fetch)
        with Sandbox() as sandbox:
            for outcome in read_all(inputs, sandbox, fetcher):
                if isinstance(outcome, Rejected):
                    rejected.append(outcome)
                else:
                    drafts.append(outcome)
        return drafts, rejected

    def plan_drafts(
        self,
        drafts: Sequence[tuple[str, Draft]],
        rejected: Sequence[Rejected] = (),
        edited: Mapping[str, Iterable[str]] | None = None,
    ) -> Plan:
        """Say what adding drafts would do; nothing is written.

        Args:
            drafts: Each with what its file is called in a sentence.
            rejected: Inputs that were not read.
            edited: Article id -> names of its fields that were set by hand, and stay.
        """
        planner = Planner(self.articles()[0], self.ids(), self.collection, edited)
        plan = planner.plan(drafts)
        return replace(plan, rejected=(*rejected, *plan.rejected))

    def apply(self, plan: Plan) -> None:
        """Write what a plan adds and changes: all of it, or nothing when the disk refuses.

        Raises:
            InputError: An article that it adds has come into the corpus since, or cannot be stored.
            StorageError: The disk is full or cannot be written.
        """
        for article in plan.added:
            if self._is_readable(article.id):
                raise InputError(
                    f"An article {article.id} was added meanwhile; nothing was changed, try again."
                )
        self._write((*plan.added, *plan.changed))

    def put(self, article: Article) -> None:
        """Write one article; another version of it goes to the history.

        Raises:
            InputError: It cannot be stored so that it is read back as it is.
            StorageError: The disk is full or cannot be written.
        """
        self._write((article,))

    def remove(self, article_id: str) -> None:
        """Take an article out of the corpus; it is kept in the history.

        Raises:
            UnknownArticle: No article has that id.
            StorageError: The disk is full or cannot be written.
        """
        path = self._existing(article_id)
        self._keep(path)
        remove(path)

    def import_(self, files: Mapping[str, bytes], history: Mapping[str, bytes]) -> None:
        """Make other articles' files all there are; whatever goes is kept in the history.

        Args:
            files: Article id -> the bytes of its file.
            history: Earlier versions to keep too, as ``strangers`` returned them.

        Raises:
            StorageError: The disk is full or cannot be written.
        """
        for name in self.ids():
            if name not in files:
                self.remove(name)
        self._put({self._path(name): data for name, data in files.items()})
        for name, data in history.items():
            path = self.folder.parent / name
            make_folder(path.parent)
            write_atomic(path, data)

    def strangers(self, history: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the earlier versions that are not kept here yet, under names that are free.

        Args:
            history: Path, seen from the collection's folder -> bytes.
        """
        found = {}
        for name, data in history.items():
            first = self.folder.parent / name
            number = count(2)
            path = first
            while path.exists() and path.read_bytes() != data:
                path = first.with_name(f"{first.stem[:12]}-{next(number)}.md")
            if not path.exists():
                found[path.relative_to(self.folder.parent).as_posix()] = data
        return found

    def path(self, article_id: str) -> str:
        """Return where an article's file is, seen from the collection's folder."""
        return f"{self.folder.name}/{article_id}.md"

    def _files(self) -> list[Path]:
        try:
            found = [p for p in self.folder.iterdir() if p.suffix == ".md" and p.name[0] != "."]
        except FileNotFoundError:
            return []
        except OSError as error:
            reason = error.strerror or str(error)
            raise StorageError(f"The folder {self.folder} cannot be read: {reason}.") from error
        return sorted(found, key=lambda path: path.stem)

    def _path(self, article_id: str) -> Path:
        return self.folder / f"{article_id}.md"

    def _existing(self, article_id: str) -> Path:
        path = self._path(article_id)
        if not _ID.fullmatch(article_id) or not path.exists():
            raise UnknownArticle(
                f"There is no article {article_id!r}; `sources` lists the articles."
            )
        return path

    def _read(self, path: Path) -> Article:
        try:
            data = path.read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise ReadError(f"{path} cannot be read: {reason}; check its permissions.") from None
        article = parse(data, str(path), self.collection)
        if article.id != path.stem:
            raise ReadError(f"{path} says that its id is {article.id}; name it {article.id}.md.")
        return article

    def _is_readable(self, article_id: str) -> bool:
        try:
            self.get(article_id)
        except (UnknownArticle, ReadError):
            return False
        return True

    def _write(self, articles: Sequence[Article]) -> None:
        self._put({self._path(article.id): render(article) for article in articles})

    def _put(self, files: Mapping[Path, bytes]) -> None:
        make_folder(self.folder)
        remove_leftovers(self.folder)
        for path, data in files.items():
            if path.exists() and path.read_bytes() != data:
                self._keep(path)
        write_all(files)

    def _keep(self, path: Path) -> None:
        """Copy a file to the history, under the digest of its text; no version is overwritten."""
        folder = self.folder.parent / HISTORY / path.stem
        try:
            name = self._read(path).digest[:12]
        except ReadError:
            name = sha256(path)[:12]
        with storage_errors(folder):
            data = path.read_bytes()
        make_folder(folder)
        for n in count(1):
            kept = folder / (f"{name}.md" if n == 1 else f"{name}-{n}.md")
            if not kept.exists():
                write_atomic(kept, data)
                return
            if kept.read_bytes() == data:
                return
