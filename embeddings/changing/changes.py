"""The engine's methods that change a collection: reindex, add, remove, import, roll back.

Each plans a ``Change``, which ``publishing`` carries out completely or not at all.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Unpack

from embeddings.changing.changeset import Change
from embeddings.changing.proposing import Proposing
from embeddings.changing.publishing import begin_change, preview
from embeddings.errors import BusyError, InputError, SnapshotError, UnknownArticle
from embeddings.reports import (
    AuditEntry,
    ChangeReport,
    OptionArgs,
    Options,
    ReindexReport,
    RollbackReport,
)
from embeddings.threads import finish
from embeddings.types import Article, ProgressCallback, Rejected, identity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from embeddings.changing.base import Base
    from embeddings.store.archive import Contents
    from embeddings.store.database import Database

PATIENCE = 120.0
"""Seconds to wait for another process that is building the first snapshot."""


class Changes(Proposing):
    """The methods of the engine that change a collection; a failed change leaves it as it was.

    All methods that take ``options`` (see ``Options``) raise::

        BusyError: Another change is under way; the sentence says since when.
        GateError: The new snapshot answers the golden questions less well.
        StorageError: The store cannot be written, such as on a full disk.
    """

    database: Database
    name: str
    _create: bool
    _seeds: Path | None
    _progress: ProgressCallback | None

    async def reindex(
        self, *, dry_run: bool = False, full: bool = False, **options: Unpack[OptionArgs]
    ) -> ReindexReport:
        """Build a new snapshot, unless the live one is up to date; questions go on meanwhile.

        Args:
            dry_run: Report what a reindex would do, and do nothing.
            full: Encode all texts again, and repair what is damaged.
            **options: See ``Options``.
        """
        if dry_run:
            return await preview(self._live, full=full)
        async with begin_change(self._live, Options(**options, full=full)) as publication:
            return await publication.publish(Change())

    async def add(
        self, inputs: Sequence[str], *, dry_run: bool = False, **options: Unpack[OptionArgs]
    ) -> ChangeReport:
        """Read files, folders and pages, add their articles, and reindex; report refused inputs."""
        return await self._carry_out(partial(self._plan, inputs), options, dry_run=dry_run)

    async def remove(
        self, article_ids: Sequence[str], *, dry_run: bool = False, **options: Unpack[OptionArgs]
    ) -> ChangeReport:
        """Remove articles, and reindex; report unknown ids as rejected."""

        def plan(base: Base) -> Change:
            known, ids = base.ids, dict.fromkeys(article_ids)
            removed = tuple(name for name in ids if name in known)
            rejected = (Rejected(n, str(UnknownArticle.of(n))) for n in ids if n not in known)
            return Change("remove", removed=removed, rejected=tuple(rejected))

        return await self._carry_out(plan, options, dry_run=dry_run)

    async def import_(
        self, path: Path, *, over: bool = False, **options: Unpack[OptionArgs]
    ) -> ChangeReport:
        """Import the file of an ``export``, and reindex.

        With ``over`` it replaces all articles of the collection, which stay in the history.

        Raises:
            InputError: It is no export, or the collection has articles and ``over`` is not set.
        """

        def plan(base: Base) -> Change:
            from embeddings.store.archive import unpack

            contents = unpack(path, self.name)
            if base.ids and not over:
                raise InputError(
                    f"The collection {self.name!r} has articles, which an import replaces: "
                    "add --replace, or name another collection."
                )
            change = _plan_import(contents, base, self._live.rows.audit.entries())
            self._check_limits(change, base.articles)
            return change

        return await self._carry_out(plan, options)

    async def rollback(self, snapshot: str | None = None, *, by: str = "") -> RollbackReport:
        """Go back to an earlier snapshot, articles included; by default the last that differs.

        Raises:
            UnknownSnapshot: The snapshot is not kept, or there is no earlier one.
            SnapshotError: Its articles are damaged; nothing was changed.
        """
        async with begin_change(self._live, Options(by)) as publication:
            return await publication.rollback(snapshot)

    async def versions(self, article_id: str) -> dict[str, tuple[int, Article]]:
        """Return all versions of an article with their numbers, by digest.

        The keys are ``identity`` of each version, and each text's digest for its newest version.
        """
        history = await asyncio.to_thread(self._live.rows.articles.history, article_id)
        whole = [(version.version, version.value) for version in history if version.value]
        by_text = {article.digest: (number, article) for number, article in whole}
        return by_text | {identity(article): (number, article) for number, article in whole}

    async def audit(self, article_id: str | None = None) -> tuple[AuditEntry, ...]:
        """Return the audit log, or the entries about one article, newest first."""
        return (await asyncio.to_thread(self._live.rows.audit.entries, article_id))[::-1]

    async def export(self, path: Path) -> int:
        """Write articles, history, golden questions and audit log to a new ZIP file.

        Returns:
            The number of articles.

        Raises:
            InputError: The file exists, its folder does not, or an article is damaged.
            StorageError: The file cannot be written, such as on a full disk.
        """
        from embeddings.snapshots.checks import read_custom
        from embeddings.store import archive

        archive.check_free(path)

        def pack() -> tuple[bytes, int]:
            questions, _ = read_custom(self._live.rows, self._live.settings.data)
            contents = archive.Contents.of(self._live.rows, questions)
            return archive.pack(contents, self.name), len(contents.articles)

        data, count = await asyncio.to_thread(pack)
        await finish(archive.save, path, data)
        return count

    async def _begin(self) -> None:
        """Create the collection and build its snapshot, if they do not exist."""
        if self.name not in self.database.known:
            if not self._create:
                names = ", ".join(sorted(self.database.known)) or "none yet"
                raise InputError(f"There is no collection {self.name!r}; there are: {names}.")
            if await self._live.serve_cached():
                return
            await asyncio.to_thread(self.database.create_collection, self.name)
        is_new = self.database.known.get(self.name) is None
        if is_new and self._seeds and not self._seeds.is_dir():
            raise InputError(
                f"The setting VERBATIM_SEEDS names {self._seeds}, which is no folder: name a "
                "folder of stories, or none."
            )
        if self._live.snapshot is None and (self._seeds if is_new else True):
            try:
                await self._build_missing()
            except SnapshotError as error:  # only a change repairs it: the engine must open
                self._live.note(str(error))

    async def _build_missing(self) -> None:
        """Build the missing snapshot, or wait for another process that is building it."""
        deadline, options = time.monotonic() + PATIENCE, Options(progress=self._progress)
        while True:
            try:
                async with begin_change(self._live, options) as publication:
                    if self._live.snapshot is None:
                        is_new = self.database.known.get(self.name) is None
                        plan = partial(self._plan, [str(self._seeds)], publication.base)
                        change = await asyncio.to_thread(plan) if is_new else Change()
                        for each in change.rejected:
                            self._live.note(each.reason)
                        if change.articles or not is_new:
                            await publication.publish(change)
            except BusyError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)
                await self._live.open()
            else:
                return


def _plan_import(contents: Contents, base: Base, log: Sequence[AuditEntry]) -> Change:
    """Return the change of an import; which fields were set by hand follows from its audit log."""
    from embeddings.store import audit

    lines = tuple(audit.parse_lines(contents.lines))
    edits, known = audit.list_edits(lines), {*map(audit.mark_imported, log)}
    moments = {name: moment for name, (_, moment) in edits.items()}
    new = {a.id: replace(a, corrected=moments.get(a.id)) for a in contents.articles}
    return replace(
        Change.between("import", base.articles, new, base.broken, key=lambda article: article),
        by_hand={name: tuple(names) for name, (names, _) in edits.items() if names},
        history=contents.history,
        lines=tuple(entry for entry in map(audit.mark_imported, lines) if entry not in known),
        questions=contents.questions,
    )
