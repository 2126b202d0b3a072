"""The half of the engine that changes a collection: add, edit, remove, reindex, roll back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from embeddings.changing.editing import Editor
from embeddings.changing.moving import Mover
from embeddings.changing.transaction import Wish, Writer
from embeddings.snapshots.reindexing import Reindexing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from embeddings.collection import Collection
    from embeddings.live import Live
    from embeddings.types import (
        AuditEntry,
        ChangeReport,
        Correction,
        ProgressCallback,
        Proposal,
        ReindexReport,
        Rejected,
    )


class Changing:
    """What may be done to a collection; nothing is ever half done, and everything is written down.

    All that fails leaves the collection as it was.
    """

    _collection: Collection
    _live: Live

    @property
    def _editor(self) -> Editor:
        return Editor(Writer(self._collection, self._live))

    async def reindex(
        self,
        *,
        dry_run: bool = False,
        full: bool = False,
        by: str = "",
        anyway: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ReindexReport:
        """Build a new snapshot of the corpus and publish it; questions are answered meanwhile.

        Args:
            dry_run: Say what would be done, and do nothing.
            full: Encode everything again.
            by: Who wants it, for the audit log.
            anyway: Publish it even if it answers the golden questions less well.
            progress: Called on the event loop's thread.

        Raises:
            BusyError: Another reindex is under way; the sentence says since when.
            GateError: It answers the golden questions less well; nothing changed.
            StorageError: The disk is full or cannot be written; the old snapshot serves on.
        """
        if dry_run:
            return await self._live.reindex(Reindexing(full=full, dry_run=True))
        return await self._editor.reindex(full=full, wish=Wish(by, anyway, progress))

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
            return (await self._editor.plan(inputs)).told()
        return await self._editor.add(inputs, Wish(by, anyway, progress))

    async def propose(
        self,
        inputs: Sequence[str],
        *,
        by: str = "",
        names: Mapping[str, str] | None = None,
        rejected: Sequence[Rejected] = (),
    ) -> Proposal:
        """Read files, folders and pages, and keep what adding them would do until it is confirmed.

        Args:
            inputs: What a person gives.
            by: Who that is.
            names: Path of a file that lies there for a moment only -> what the person calls it.
            rejected: What was refused before it was read, to be told with the rest.

        Raises:
            StorageError: The disk is full or cannot be written.
        """
        return await self._editor.propose(inputs, by, names, rejected)

    async def proposal(self, token: str) -> Proposal:
        """Show a proposal again.

        Raises:
            UnknownProposal: It was done, dropped, or is more than a day old.
        """
        return await self._editor.proposal(token)

    async def correct(
        self, token: str, article_id: str, fields: Mapping[str, str | None], *, by: str = ""
    ) -> Proposal:
        """Keep another proposal in place of one, with some fields of one of its articles set.

        Args:
            token: The proposal, which is dropped.
            article_id: One of the articles that it adds or changes.
            fields: As for ``propose_edit``.
            by: Who wants it.

        Raises:
            UnknownProposal: It was done, dropped, or is more than a day old.
            UnknownArticle: It touches no article with that id.
            InputError: A field is not what it must be; the proposal stays.
        """
        return await self._editor.correct(token, article_id, fields, by)

    async def propose_edit(
        self, article_id: str, fields: Mapping[str, str | None], *, by: str = ""
    ) -> Proposal:
        """Keep what setting some fields of an article would do until it is confirmed.

        Args:
            article_id: Which article.
            fields: ``title``, ``source``, ``author``, ``date``, ``url`` or ``language`` -> what
                it is to be; None clears it.
            by: Who wants it.

        Raises:
            UnknownArticle: No article has that id.
            InputError: A field is not what it must be; the sentence says what it must be.
        """
        return await self._editor.propose_edit(article_id, fields, by)

    async def confirm(
        self,
        token: str,
        *,
        by: str = "",
        anyway: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ChangeReport:
        """Do what was proposed.

        Raises:
            UnknownProposal: It was done, dropped, or is more than a day old.
            InputError: The articles have changed since; nothing was changed.
            BusyError, GateError, StorageError: As for ``reindex``; it can be confirmed again.
        """
        return await self._editor.confirm(token, Wish(by, anyway, progress))

    async def drop(self, token: str) -> None:
        """Forget a proposal; one that is not there is forgotten already."""
        await self._editor.drop(token)

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
        return await self._editor.remove(article_ids, Wish(by, anyway, progress), dry_run=dry_run)

    async def rollback(self, snapshot: str | None = None, *, by: str = "") -> tuple[str, str]:
        """Serve an earlier snapshot, by default the one before; return its id and the previous.

        Raises:
            UnknownSnapshot: It is not kept, or there is none before.
            SnapshotError: It is damaged; the present one serves on.
        """
        return await self._editor.rollback(snapshot, by)

    async def export(self, path: Path) -> int:
        """Write the articles, their history, the golden questions and the audit log as one ZIP.

        Args:
            path: A file that is not there yet.

        Returns:
            The number of articles.

        Raises:
            InputError: The file is there already, or an article cannot be read any more.
            BusyError: Somebody else is writing.
            StorageError: The disk is full or cannot be written.
        """
        return await Mover(Writer(self._collection, self._live)).take_out(path)

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
        mover = Mover(Writer(self._collection, self._live))
        return await mover.bring_in(path, Wish(by, anyway, progress), over=over)

    async def corrections(self, article_id: str) -> tuple[Correction, ...]:
        """Return the changes of an article's text since it came, newest first."""
        return await asyncio.to_thread(self._collection.audit.corrections, article_id)

    async def audit(self) -> tuple[AuditEntry, ...]:
        """Return who changed what, newest first."""
        return (await asyncio.to_thread(self._collection.audit.entries))[::-1]
