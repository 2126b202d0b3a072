"""The folder of articles: list, add, replace, remove; the only file that writes there.

An article is one file, ``<id>.md``: front matter that says what it is, then its stored text,
character for character. Files are read back strictly: nothing is guessed. Whatever is replaced or
removed is kept in ``../history/<id>/``. Who writes holds the collection's lock.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from itertools import count
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from config.settings import FetchSettings
from embeddings.articlefile import parse, render
from embeddings.changing.attachments import attached
from embeddings.changing.plan import Plan, Planner
from embeddings.errors import InputError, ReadError, StorageError, UnknownArticle
from embeddings.readers import Fetcher, Sandbox
from embeddings.readers.many import read_all
from embeddings.store.folder import FolderFiles
from embeddings.types import SHARED, Article, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from embeddings.readers import Draft
    from embeddings.store.store import Files

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
        files: The collection's files, wherever they are; by default those of the folder above.
    """

    def __init__(
        self,
        folder: Path,
        collection: str = SHARED,
        fetch: FetchSettings | None = None,
        files: Files | None = None,
    ) -> None:
        self._files: Files = files or FolderFiles(folder.parent)
        self.folder = folder
        self.collection = collection
        self._fetch = fetch or FetchSettings()

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all articles, those of unreadable files too, in order."""
        stems = (PurePosixPath(name) for name in self._files.names(self.folder.name))
        return tuple(sorted(p.stem for p in stems if p.suffix == ".md" and _ID.fullmatch(p.stem)))

    def articles(self) -> tuple[tuple[Article, ...], tuple[str, ...]]:
        """Read all articles.

        Returns:
            Those that can be read, by id, and a sentence for each file that cannot.

        Raises:
            StorageError: The folder cannot be opened.
        """
        articles: list[Article] = []
        problems: list[str] = []
        found = self._files.read_all(self.folder.name)
        for name, data in sorted(found, key=lambda each: PurePosixPath(each[0]).stem):
            if not name.endswith(".md"):
                continue
            try:
                articles.append(self._parsed(name, data))
            except ReadError as error:
                problems.append(str(error))
        return tuple(articles), tuple(problems)

    def get(self, article_id: str) -> Article:
        """Read one article.

        Raises:
            UnknownArticle: No article has that id.
            ReadError: Its file was changed by hand and is no article any more.
        """
        data = self._existing(article_id)
        return self._parsed(self.path(article_id), data)

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
        name, data = self.path(article_id), self._existing(article_id)
        if isinstance(data, StorageError):
            raise data
        self._files.write(self._kept(name, data))
        self._files.remove(name)

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
        self._put({self.path(name): data for name, data in files.items()})
        self._files.write(history)

    def strangers(self, history: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the earlier versions that are not kept here yet, under names that are free.

        Args:
            history: Path, seen from the collection's folder -> bytes.
        """
        found = {}
        for name, data in history.items():
            first = PurePosixPath(name)
            if free := self._free(first.with_name(first.stem[:12]), data, taken=first):
                found[free] = data
        return found

    def path(self, article_id: str) -> str:
        """Return where an article's file is, seen from the collection's folder."""
        return f"{self.folder.name}/{article_id}.md"

    def _existing(self, article_id: str) -> bytes | StorageError:
        """Return an article's file, or what is wrong with it."""
        data: bytes | StorageError | None = None
        if _ID.fullmatch(article_id):
            try:
                data = self._files.read(self.path(article_id))
            except StorageError as error:
                data = error
        if data is None:
            raise UnknownArticle(
                f"There is no article {article_id!r}; `sources` lists the articles."
            )
        return data

    def _parsed(self, name: str, data: bytes | StorageError) -> Article:
        if isinstance(data, StorageError):
            raise ReadError(str(data)) from None
        place, stem = self._files.where(name), PurePosixPath(name).stem
        article = parse(data, place, self.collection)
        if article.id != stem:
            raise ReadError(f"{place} says that its id is {article.id}; name it {article.id}.md.")
        return article

    def _is_readable(self, article_id: str) -> bool:
        try:
            self.get(article_id)
        except (UnknownArticle, ReadError):
            return False
        return True

    def _write(self, articles: Sequence[Article]) -> None:
        self._put({self.path(article.id): render(article) for article in articles})

    def _put(self, files: Mapping[str, bytes]) -> None:
        """Write files; what they take the place of goes to the history first."""
        kept: dict[str, bytes] = {}
        for name, data in files.items():
            old = self._files.read(name)
            if old is not None and old != data:
                kept |= self._kept(name, old)
        self._files.write({**kept, **files})

    def _kept(self, name: str, data: bytes) -> dict[str, bytes]:
        """Return what keeps a file in the history, under the digest of its text, if anything."""
        try:
            mark = self._parsed(name, data).digest[:12]
        except ReadError:
            mark = sha256(data).hexdigest()[:12]
        free = self._free(PurePosixPath(HISTORY, PurePosixPath(name).stem, mark), data)
        return {free: data} if free else {}

    def _free(
        self, place: PurePosixPath, data: bytes, taken: PurePosixPath | None = None
    ) -> str | None:
        """Return a name in the history that is free; None when the same is kept there already."""
        for n in count(1):
            name = str(taken or f"{place}.md") if n == 1 else f"{place}-{n}.md"
            there = self._files.read(name)
            if there is None:
                return name
            if there == data:
                return None
        raise AssertionError
