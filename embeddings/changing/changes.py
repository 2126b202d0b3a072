"""What may be done to a collection: added, edited, removed, reindexed, rolled back, moved.

Each is a plan of which articles become what, and ``publishing`` makes it true: all of it, or
nothing. What is proposed first is kept until somebody confirms it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Unpack

from embeddings.changing.changeset import Change
from embeddings.changing.proposing import Proposing
from embeddings.errors import BusyError, InputError, SnapshotError, UnknownArticle
from embeddings.reports import AuditEntry, ChangeReport, ReindexReport, RollbackReport, Terms, Wish
from embeddings.types import Article, ProgressCallback, Rejected, identity
from embeddings.vectors.worker import finish

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from embeddings.changing.base import Base
    from embeddings.store.archive import Contents
    from embeddings.store.pointers import Pointers


log = logging.getLogger(__name__)

PATIENCE = 120.0
"""Seconds to wait for another process that is building the first snapshot."""


class Changes(Proposing):
    """The half of the engine that changes a collection; what fails leaves it as it was.

    Of all that takes ``terms`` (see ``Wish``), these come::

        BusyError: Somebody else is writing; the sentence says since when.
        GateError: It answers the golden questions less well; nothing changed.
        StorageError: The disk is full or cannot be written; the old snapshot serves on.
    """

    pointers: Pointers
    name: str
    _create: bool
    _seeds: Path | None
    _progress: ProgressCallback | None

    async def reindex(
        self, *, dry_run: bool = False, full: bool = False, **terms: Unpack[Terms]
    ) -> ReindexReport:
        """Build a new snapshot where that changes anything; questions are answered meanwhile.

        Args:
            dry_run: Say what would be done, and do nothing.
            full: Encode everything again, and mend what is damaged.
            **terms: See ``Wish``.
        """
        if dry_run:
            return await self._publisher.preview(full=full)
        async with self._publisher.hold() as (write, base):
            return await self._publisher.publish(write, base, Change(), Wish(**terms, full=full))

    async def add(
        self, inputs: Sequence[str], *, dry_run: bool = False, **terms: Unpack[Terms]
    ) -> ChangeReport:
        """Read files, folders and pages in, then reindex; what is not taken is told, one by one."""
        return await self._carry_out(partial(self._plan, inputs), terms, dry_run=dry_run)

    async def remove(
        self, article_ids: Sequence[str], *, dry_run: bool = False, **terms: Unpack[Terms]
    ) -> ChangeReport:
        """Take articles out, then reindex; unknown ids are told, one by one."""

        def plan(base: Base) -> Change:
            known, wanted = base.ids, dict.fromkeys(article_ids)
            gone = tuple(name for name in wanted if name in known)
            rejected = (Rejected(n, str(UnknownArticle.of(n))) for n in wanted if n not in known)
            return Change("remove", removed=gone, rejected=tuple(rejected))

        return await self._carry_out(plan, terms, dry_run=dry_run)

    async def import_(
        self, path: Path, *, over: bool = False, **terms: Unpack[Terms]
    ) -> ChangeReport:
        """Make what ``export`` wrote this collection's, all of it or nothing, then reindex.

        With ``over`` the articles that are there are replaced; the history keeps them.

        Raises:
            InputError: It is no such file, or there are articles and ``over`` is not set.
        """

        def plan(base: Base) -> Change:
            from embeddings.store.archive import unpack

            contents = unpack(path, self._rows.name)
            if base.ids and not over:
                raise InputError(
                    f"The collection {self._rows.name!r} has articles, which an import replaces: "
                    "add --replace, or name another collection."
                )
            change = _import(contents, base, self._rows.audit.entries())
            self._check_limits(change, base.articles)
            return change

        return await self._carry_out(plan, terms)

    async def rollback(self, snapshot: str | None = None, *, by: str = "") -> RollbackReport:
        """Serve an earlier snapshot, and bring its articles back; by default the last with others.

        Raises:
            UnknownSnapshot: It is not kept, or there is none before.
            SnapshotError: It is damaged; the present one serves on.
        """
        async with self._publisher.hold() as (write, base):
            return await self._publisher.rollback(write, base, snapshot, Wish(by))

    async def versions(self, article_id: str) -> dict[str, tuple[int, Article]]:
        """Return every version that an article had, with its number.

        Each is found by ``identity``, and the newest of a text by the text's digest too.
        """
        found = await asyncio.to_thread(self._rows.articles.history, article_id)
        whole = [(each.version, each.value) for each in found if each.value]
        by_text = {article.digest: (number, article) for number, article in whole}
        return by_text | {identity(article): (number, article) for number, article in whole}

    async def audit(self, article_id: str | None = None) -> tuple[AuditEntry, ...]:
        """Return who changed what, or one article, newest first."""
        return (await asyncio.to_thread(self._rows.audit.entries, article_id))[::-1]

    async def export(self, path: Path) -> int:
        """Write the articles, their history, the golden questions and the audit log as one ZIP.

        Args:
            path: A file that is not there yet.

        Returns:
            The number of articles.

        Raises:
            InputError: The file is there already, or an article cannot be read any more.
            StorageError: The disk is full or cannot be written.
        """
        from embeddings.snapshots.gate import read_own
        from embeddings.store import archive

        archive.check_free(path)
        given = await asyncio.to_thread(self._rows.questions)
        questions = await asyncio.to_thread(read_own, self._settings.data, self.name, given)
        contents = await asyncio.to_thread(archive.Contents.of, self._rows, questions)
        data = await asyncio.to_thread(archive.pack, contents, self.name)
        await finish(archive.save, path, data)
        return len(contents.articles)

    async def _begin(self) -> None:
        """Make the collection, and the snapshot that is missing."""
        if self.name not in self.pointers.known:
            if not self._create:
                there = ", ".join(sorted(self.pointers.known)) or "none yet"
                raise InputError(f"There is no collection {self.name!r}; there are: {there}.")
            if await self._live.serve_noted():
                return
            await asyncio.to_thread(self.pointers.create, self.name)
        is_new = self.pointers.known.get(self.name) is None
        if is_new and self._seeds and not self._seeds.exists():
            raise InputError(
                f"The setting VERBATIM_SEEDS names {self._seeds}, which does not exist: name a "
                "folder of stories, or none."
            )
        if self._live.snapshot is None and (self._seeds if is_new else True):
            try:
                await self._build_missing()
            except SnapshotError as error:  # what mends it is a change, which has to be possible
                self._live.note(str(error))

    async def _build_missing(self) -> None:
        """Build the snapshot that is missing, or wait for another process that is about it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                async with self._publisher.hold() as (write, base):
                    if self._live.snapshot is None:
                        is_new = self.pointers.known.get(self.name) is None
                        plan = partial(self._plan, [str(self._seeds)], base)
                        change = await asyncio.to_thread(plan) if is_new else Change()
                        for each in change.rejected:
                            self._live.note(each.reason)
                        if change.articles or not is_new:
                            wish = Wish(progress=self._progress)
                            await self._publisher.publish(write, base, change, wish)
            except BusyError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)
                await self._live.open()
            else:
                return

    async def _ready(self) -> None:
        """Load the model; build the index anew where another model made it."""
        loaded = await self._live.ready()
        snapshot = self._live.snapshot
        if loaded is None and snapshot and not self._live.is_cut_off:
            self._live.note(
                f"The index was made with {snapshot.manifest.model}: it is built again."
            )
            async with self._publisher.hold() as (write, base):
                wish = Wish(progress=self._progress)
                await self._publisher.publish(write, base, Change(), wish)


def _import(contents: Contents, base: Base, log: Sequence[AuditEntry]) -> Change:
    """Return what an import changes; its log, but for lines that are here, tells edits too."""
    from embeddings.store import audit

    there, ids = base.articles, base.ids
    lines = tuple(audit.read(contents.lines))
    edits, here = audit.list_edits(lines), {*log}
    moments = {name: moment for name, (_, moment) in edits.items()}
    new = [replace(a, corrected=moments.get(a.id)) for a in contents.articles]
    return Change(
        "import",
        added=tuple(a for a in new if a.id not in ids),
        changed=tuple(a for a in new if a.id in ids and there.get(a.id) != a),
        unchanged=tuple(a for a in new if there.get(a.id) == a),
        removed=tuple(sorted(ids - {a.id for a in new})),
        by_hand={name: tuple(names) for name, (names, _) in edits.items() if names},
        history=contents.history,
        lines=tuple(each for each in lines if each not in here),
        questions=contents.questions,
    )
