"""What may be done to a collection: added, edited, removed, reindexed, rolled back, moved.

Each is a plan of which articles become what, and ``publishing`` makes it true: all of it, or
nothing. What is proposed first is kept until somebody confirms it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from embeddings.changing.changeset import Change, Wish
from embeddings.changing.proposing import Proposing
from embeddings.errors import InputError
from embeddings.vectors.worker import finish

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from embeddings.reports import (
        AuditEntry,
        ChangeReport,
        Correction,
        ReindexReport,
        RollbackReport,
    )
    from embeddings.types import ProgressCallback


class Changes(Proposing):
    """The half of the engine that changes a collection; what fails leaves it as it was."""

    async def reindex(
        self,
        *,
        dry_run: bool = False,
        full: bool = False,
        by: str = "",
        anyway: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ReindexReport:
        """Build a new snapshot where that changes anything; questions are answered meanwhile.

        Args:
            dry_run: Say what would be done, and do nothing.
            full: Encode everything again, and mend what is damaged.
            by: Who wants it, for the audit log.
            anyway: Publish it even if it answers the golden questions less well.
            progress: Called on the event loop's thread.

        Raises:
            BusyError: Somebody else is writing; the sentence says since when.
            GateError: It answers the golden questions less well; nothing changed.
            StorageError: The disk is full or cannot be written; the old snapshot serves on.
        """
        if dry_run:
            return await self._publisher.preview(full=full)
        async with self._publisher.hold() as write:
            wish = Wish(by, anyway, progress)
            return await self._publisher.publish(write, Change(), wish, full=full)

    async def add(
        self,
        inputs: Sequence[str],
        *,
        dry_run: bool = False,
        by: str = "",
        anyway: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ChangeReport:
        """Read files, folders and pages in, then reindex; what is not taken is told, one by one.

        Raises:
            BusyError, GateError, StorageError: As for ``reindex``; nothing changed.
        """
        if dry_run:
            return (await self._plan(inputs)).told()
        async with self._publisher.hold() as write:
            plan = await self._plan(inputs)
            if not plan.change:
                return plan.told()
            wish = Wish(by, anyway, progress)
            change = Change("add", plan.change)
            return plan.told(await self._publisher.publish(write, change, wish))

    async def remove(
        self,
        article_ids: Sequence[str],
        *,
        dry_run: bool = False,
        by: str = "",
        anyway: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ChangeReport:
        """Take articles out, then reindex; unknown ids are told, one by one.

        Raises:
            BusyError, GateError, StorageError: As for ``reindex``; nothing changed.
        """
        from embeddings.changing.intake import plan_removal

        if dry_run:
            return plan_removal(article_ids, await self._collection.ids())
        async with self._publisher.hold() as write:
            told = plan_removal(article_ids, await self._collection.ids())
            if not told.removed:
                return told
            change = Change("remove", dict.fromkeys(told.removed))
            wish = Wish(by, anyway, progress)
            return replace(told, report=await self._publisher.publish(write, change, wish))

    async def rollback(self, snapshot: str | None = None, *, by: str = "") -> RollbackReport:
        """Serve an earlier snapshot, by default the one before, and bring its articles back.

        Raises:
            UnknownSnapshot: It is not kept, or there is none before.
            SnapshotError: It is damaged; the present one serves on.
        """
        async with self._publisher.hold() as write:
            return await self._publisher.rollback(write, snapshot, Wish(by))

    async def corrections(self, article_id: str) -> tuple[Correction, ...]:
        """Return the changes of an article's text since it came, newest first."""
        return await asyncio.to_thread(self._rows.audit.corrections, article_id)

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
        from embeddings.store import archive

        archive.check_free(path)
        contents = await asyncio.to_thread(self._collection.contents)
        data = await asyncio.to_thread(archive.pack, contents, self._rows.name)
        await finish(archive.save, path, data)
        return len(contents.articles)

    async def import_(
        self,
        path: Path,
        *,
        over: bool = False,
        by: str = "",
        anyway: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ChangeReport:
        """Make what ``export`` wrote this collection's, all of it or nothing, then reindex.

        Args:
            path: The ZIP.
            over: Replace the articles that are there; the history keeps them.
            by: Who wants it.
            anyway: Publish it even if it answers the golden questions less well.
            progress: Told how far it is.

        Raises:
            InputError: It is no such file, or there are articles and ``over`` is not set.
            BusyError, GateError, StorageError: As for ``reindex``; nothing changed.
        """
        from embeddings.changing.planning import Plan
        from embeddings.store.archive import unpack

        async with self._publisher.hold() as write:
            contents = await asyncio.to_thread(unpack, path, self._rows.name)
            there, known = await self._collection.articles(), await self._collection.ids()
            new = {article.id: article for article in contents.articles}
            plan = Plan(
                added=tuple(a for a in new.values() if a.id not in known),
                changed=tuple(a for a in new.values() if a.id in known and there.get(a.id) != a),
                unchanged=tuple(a for a in new.values() if there.get(a.id) == a),
            )
            gone = tuple(sorted(known - new.keys()))
            if known and not over:
                raise InputError(
                    f"The collection {self._rows.name!r} has articles, which an import replaces: "
                    "add --replace, or name another collection."
                )
            await self._check_limits(plan, there)
            change = Change.of_import(contents, plan.change | dict.fromkeys(gone))
            wish = Wish(by, anyway, progress)
            report = await self._publisher.publish(write, change, wish)
        return replace(plan.told(report), removed=gone)
