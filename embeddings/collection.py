"""One collection's folder: its corpus, its snapshots, and whether all is as it was written."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from embeddings import layout
from embeddings.changing.audit import Audit, now
from embeddings.changing.journal import Journal
from embeddings.changing.limits import Limits, check
from embeddings.corpus import CORPUS, Corpus
from embeddings.errors import (
    BusyError,
    InputError,
    OtherFormat,
    SnapshotError,
    StorageError,
)
from embeddings.files import make_folder, writer_lock
from embeddings.snapshot import damaged, identity, read_manifest
from embeddings.snapshots.generations import Generations
from embeddings.snapshots.reindexing import Material
from embeddings.snapshots.unchanged import split
from embeddings.types import AuditEntry, VerifyReport

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import FetchSettings
    from embeddings.changing.plan import Plan
    from embeddings.snapshot import Snapshot
    from embeddings.types import SnapshotSummary

log = logging.getLogger(__name__)

FOLDER = "collections"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class Collection:
    """Where one collection lives: ``data/collections/<name>/``.

    Args:
        data: The data folder.
        name: The collection's name.
        fetch: How web pages are fetched that somebody adds to it.
        limits: The most it may hold.

    Raises:
        InputError: It is no name for a collection.
    """

    def __init__(
        self,
        data: Path,
        name: str,
        fetch: FetchSettings | None = None,
        limits: Limits | None = None,
    ) -> None:
        if not _NAME.fullmatch(name):
            raise InputError(
                f"{name!r} is no name for a collection; use a-z, 0-9 and -, 60 at the most."
            )
        self.name = name
        self.folder = data / FOLDER / name
        self.limits = limits or Limits()
        self.corpus = Corpus(self.folder / CORPUS, name, fetch)
        self.generations = Generations(self.folder)
        self.audit = Audit(self.folder)
        self.journal = Journal(self.folder, self.generations, self.audit)

    def open(self, *, create: bool) -> None:
        """Make the folders that are not there yet.

        Raises:
            InputError: There is no such collection, and it is not to be made; or a newer version
                wrote it.
            BusyError: It is of an older version, which somebody is still writing with.
            StorageError: They cannot be made.
        """
        if not create and not self.folder.is_dir():
            there = ", ".join(self.siblings()) or "none yet"
            raise InputError(f"There is no collection {self.name!r}; there are: {there}.")
        make_folder(self.generations.folder)
        layout.bring_up(self.folder, self.audit)

    def end_change(self) -> None:
        """End what a crash cut short, and note a publication that is not in the audit log yet.

        The caller holds the collection's lock.

        Raises:
            BusyError: A process still builds for one that is gone.
            StorageError: The disk is full or cannot be written.
        """
        if self.journal.pending():
            with writer_lock(self.generations.folder):  # a builder may outlive who started it
                self.journal.settle()
        live = self.generations.live
        if live and live != self.audit.serving():
            self.audit.append([AuditEntry(now(), "", "publish", snapshot=live)])

    def recover(self) -> None:
        """Do the same at a start; what cannot be done now is done by the next who writes."""
        live = self.generations.live
        if not self.journal.pending() and (live is None or live == self.audit.serving()):
            return
        try:
            with writer_lock(self.folder):
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
        """Return the names of all collections, in order."""
        root = self.folder.parent
        return tuple(sorted(p.name for p in root.glob("*/") if _NAME.fullmatch(p.name)))

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
        problems: list[str] = []
        checked = 0
        for name in self.generations.ids():
            try:
                manifest = read_manifest(self.generations.folder / name)
            except OtherFormat:
                continue
            except SnapshotError as error:
                problems.append(str(error))
                continue
            checked += len(manifest.files)
            problems += damaged(self.generations.folder / name, manifest)
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
