"""One collection: its corpus, its snapshots, and whether all is as it was written."""

from __future__ import annotations

import contextlib
import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from embeddings import layout
from embeddings.changing.audit import Audit, now
from embeddings.changing.journal import Journal
from embeddings.changing.limits import Limits, check
from embeddings.corpus import CORPUS, Corpus
from embeddings.errors import BusyError, InputError, StorageError
from embeddings.snapshots.reindexing import Material
from embeddings.snapshots.snapshot import identity
from embeddings.snapshots.unchanged import split
from embeddings.store.folder import FolderStore
from embeddings.store.opening import FOLDER
from embeddings.types import AuditEntry, VerifyReport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from config.settings import FetchSettings
    from embeddings.changing.plan import Plan
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.store import Encoding, Helping, Store
    from embeddings.types import SnapshotSummary
    from embeddings.vectors.encoder import Encoder
    from embeddings.vectors.worker import Worker

log = logging.getLogger(__name__)

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class Collection:
    """Where one collection lives: ``data/collections/<name>/``, unless it is in a database.

    Args:
        data: The data folder.
        name: The collection's name.
        fetch: How web pages are fetched that somebody adds to it.
        limits: The most it may hold.
        store: Where collections are kept; by default in the data folder.

    Raises:
        InputError: It is no name for a collection.
    """

    def __init__(
        self,
        data: Path,
        name: str,
        fetch: FetchSettings | None = None,
        limits: Limits | None = None,
        store: Store | None = None,
    ) -> None:
        if not _NAME.fullmatch(name):
            raise InputError(
                f"{name!r} is no name for a collection; use a-z, 0-9 and -, 60 at the most."
            )
        self.name = name
        self.folder = data / FOLDER / name
        self.limits = limits or Limits()
        self._store: Store = store or FolderStore(data / FOLDER)
        self.files = self._store.files(name)
        self.corpus = Corpus(self.folder / CORPUS, name, fetch, self.files)
        self.generations = self._store.generations(name)
        self.audit = Audit(self.folder, self.files)
        self.journal = Journal(self.folder, self.generations, self.audit, self.files)

    def writing(self) -> AbstractContextManager[None]:
        """Be the one who changes it, across processes; never waits.

        Raises:
            BusyError: Somebody else is; the sentence says who, and since when.
            StorageError: It cannot be written.
        """
        return self.files.writing()

    def open(self, *, create: bool) -> None:
        """Make what is not there yet.

        Raises:
            InputError: There is no such collection, and it is not to be made; or a newer version
                wrote it.
            BusyError: It is of an older version, which somebody is still writing with.
            StorageError: They cannot be made.
        """
        if not create and self.name not in self._names():
            there = ", ".join(self.siblings()) or "none yet"
            raise InputError(f"There is no collection {self.name!r}; there are: {there}.")
        if self._store.make(self.name):
            layout.bring_up(self.files, self.audit)

    def _names(self) -> tuple[str, ...]:
        """Return the names of the collections, as the store says or as was last heard of it."""
        with contextlib.suppress(StorageError):
            return self._store.names()
        return self._store.known()

    def end_change(self) -> None:
        """End what a crash cut short, and note a publication that is not in the audit log yet.

        The caller holds the collection's lock.

        Raises:
            BusyError: A process still builds for one that is gone.
            StorageError: The disk is full or cannot be written.
        """
        if self.journal.pending():
            with self.generations.building():  # a builder may outlive who started it
                self.journal.settle()
        live = self.generations.live
        if live and live != self.audit.serving():
            self.audit.append([AuditEntry(now(), "", "publish", snapshot=live)])

    def recover(self) -> None:
        """Do the same at a start; what cannot be done now is done by the next who writes."""
        try:
            live = self.generations.live
            if not self.journal.pending() and (live is None or live == self.audit.serving()):
                return
            with self.writing():
                self.end_change()
        except (BusyError, StorageError) as error:
            log.info("not now: %s", error)

    def allow(self, plan: Plan) -> None:
        """Check that what is to be added may be.

        Raises:
            LimitError: The collection would hold more than it may.
        """
        if self.limits:
            check(self.limits, plan, self.corpus.articles()[0], self.audit.entries(), now())

    def begin_with(self, seeds: Path) -> None:
        """Read the stories of a folder into a collection to which nothing else was ever added.

        What a crash cut short is taken up again; what somebody removed stays removed.
        """
        articles, _ = self.corpus.articles()
        own = [a for a in articles if not (a.origin or "").startswith(str(seeds.resolve()))]
        if seeds.is_dir() and not own and not self.generations.ids():
            self.corpus.apply(self.corpus.plan([str(seeds)]))

    def summaries(self) -> tuple[SnapshotSummary, ...]:
        """Return the kept snapshots, newest first, with who published them and what changed."""
        told = self.audit.publications()
        return tuple(
            _published(each, told.get(each.snapshot)) for each in self.generations.summaries()
        )

    def siblings(self) -> tuple[str, ...]:
        """Return the names of all collections, in order, as this process last heard of them."""
        return tuple(filter(_NAME.fullmatch, self._store.known()))

    def helper(self, work: Callable[[], Awaitable[int]]) -> Helping | None:
        """Return what helps other processes when they have much to encode; None: nobody asks."""
        return self._store.helper(self.name, work)

    def encoding(self, encoder: Encoder, worker: Worker) -> Encoding | None:
        """Return how several processes encode together; None: each is alone."""
        return self._store.encoding(self.name, encoder, worker)

    def material(self, known: Snapshot | None = None) -> tuple[Material, tuple[str, ...]]:
        """Read the corpus and split it; return with it a sentence for each unreadable article.

        Args:
            known: A snapshot that has the passages of the articles that did not change.
        """
        articles, problems = self.corpus.articles()
        return Material(articles, split(articles, known)), problems

    def verify(self, serving: Snapshot | None) -> VerifyReport:
        """Check every file of every kept snapshot, every stored passage, and the corpus.

        Args:
            serving: The snapshot whose passages are read one by one.
        """
        checked, problems = self.generations.verify()
        if serving:
            checked += serving.manifest.passages
            problems += serving.changed_passages()
            problems += self._drift(serving)
        return VerifyReport(checked, tuple(dict.fromkeys(problems)))

    def _drift(self, serving: Snapshot) -> list[str]:
        """Compare the corpus with what the snapshot was made of."""
        articles, problems = self.corpus.articles()
        now = {article.id: identity(article) for article in articles}
        then = serving.digests
        differ = sorted(k for k in now.keys() | then.keys() if now.get(k) != then.get(k))
        return [
            *problems,
            *(f"The article {k} is not as it was indexed: run reindex." for k in differ),
        ]


def _published(kept: SnapshotSummary, entry: AuditEntry | None) -> SnapshotSummary:
    if entry is None:
        return kept
    added, changed, removed = entry.counts
    return replace(kept, by=entry.by, added=added, changed=changed, removed=removed)
