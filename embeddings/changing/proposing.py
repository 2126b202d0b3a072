"""Proposals: what somebody wants to change is planned, and kept until it is confirmed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Unpack

from embeddings.changing import limits
from embeddings.changing.changeset import Change, parse
from embeddings.errors import InputError, UnknownArticle
from embeddings.reports import ChangeReport, Proposal, Room, Terms, Wish
from embeddings.types import FIELDS, Article, Rejected
from embeddings.vectors.worker import finish

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from config.groups import ServerSettings
    from config.settings import Settings
    from embeddings.changing.base import Base
    from embeddings.changing.publishing import Publisher
    from embeddings.live import Live
    from embeddings.store.pointers import CollectionRows


class Proposing:
    """The part of the engine that plans and proposes changes.

    Files and pages are read in a sandbox, and nothing is written but the proposal.
    """

    _settings: Settings
    _rows: CollectionRows
    _live: Live
    _publisher: Publisher
    _limits: ServerSettings | None

    async def propose(
        self,
        inputs: Sequence[str],
        *,
        names: Mapping[str, str] | None = None,
        rejected: Sequence[Rejected] = (),
    ) -> Proposal:
        """Read files, folders and pages, and propose to add their articles.

        The audit log names who confirms it.

        Args:
            inputs: What a person gives.
            names: Path of a file that lies there for a moment only -> what the person calls it.
            rejected: What was refused before it was read, to be told with the rest.

        Raises:
            StorageError: The disk is full or cannot be written.
        """
        base = await self._publisher.read()
        change = await asyncio.to_thread(self._plan, inputs, base, names, offering=True)
        change = replace(change, rejected=(*rejected, *change.rejected))
        return await finish(self._propose, change.on(base.articles))

    async def propose_edit(self, article_id: str, fields: Mapping[str, str | None]) -> Proposal:
        """Propose to set some fields of an article.

        ``fields`` names ``title``, ``source``, ``author``, ``date``, ``url``, ``language`` or
        ``text`` and what each is to be; None clears it.

        Raises:
            UnknownArticle: No article has that id.
            InputError: A field is not what it must be; the sentence says what it must be.
        """
        from embeddings.changing.correcting import amend

        there = (await self._publisher.read()).articles
        old = there.get(article_id)
        if old is None:
            raise UnknownArticle.of(article_id)
        change = Change.of("edit", amend(old, fields), old)
        by_hand = {article_id: tuple(name for name in fields if name in FIELDS)}
        return await finish(self._propose, replace(change, by_hand=by_hand).on(there))

    async def propose_version(self, article_id: str, number: int) -> Proposal:
        """Propose to go back to an earlier version of an article.

        Versions are numbered as ``versions`` tells; the article need not be there.

        Raises:
            UnknownArticle: It never had such a version.
        """
        history = await asyncio.to_thread(self._rows.articles.history, article_id)
        version = next((each for each in history if each.version == number), None)
        if version is None or version.value is None:
            raise UnknownArticle.of(article_id)
        there = (await self._publisher.read()).articles
        new = replace(version.value, corrected=None)
        change = Change.of("restore", new, there.get(article_id))
        await asyncio.to_thread(self._check_limits, change, there)
        by_hand = {article_id: tuple(version.by_hand)} if change.articles else {}
        return await finish(self._propose, replace(change, by_hand=by_hand).on(there))

    async def propose_removal(self, article_id: str) -> Proposal:
        """Propose to remove an article; raises UnknownArticle when no article has that id."""
        base = await self._publisher.read()
        if article_id not in base.ids:
            raise UnknownArticle.of(article_id)
        change = Change("remove", removed=(article_id,)).on(base.articles)
        return await self._publisher.with_room(partial(finish, self._propose, change))

    async def proposal(self, token: str) -> Proposal:
        """Show a proposal again; raises UnknownProposal when it is done, dropped, or a day old."""
        return await asyncio.to_thread(lambda: self._show(token, self._get(token)))

    async def correct(
        self, token: str, article_id: str, fields: Mapping[str, str | None]
    ) -> Proposal:
        """Replace a proposal by one in which some fields of one of its articles are set.

        The first proposal is dropped; the fields are those of ``propose_edit``.

        Raises:
            UnknownProposal: It was done, dropped, or is more than a day old.
            UnknownArticle: It touches no article with that id.
            InputError: A field is not what it must be; the proposal stays.
        """
        kept = await asyncio.to_thread(self._get, token)
        kept.check((await self._publisher.read()).articles)
        proposal = await finish(self._propose, kept.amend(article_id, fields))
        await self.drop(token)
        return proposal

    async def confirm(
        self, token: str, *, replacing: bool = False, **terms: Unpack[Terms]
    ) -> ChangeReport:
        """Do what was proposed; where that fails, it can be confirmed again.

        With ``replacing``, what seems to correct an article takes its place, and is not added
        beside it; for the other terms see ``Wish``.

        Raises:
            UnknownProposal: It was done, dropped, or is more than a day old.
            Overtaken: The articles have changed since; nothing was changed.
        """

        def plan(base: Base) -> Change:
            change = self._get(token)
            try:
                change.check(base.articles)
            except InputError:
                self._drop(token)
                raise
            change = change.replacing() if replacing else change
            if not change.articles:
                self._drop(token)
            self._check_limits(change, base.articles)
            return replace(change, token=token)

        return await self._carry_out(plan, terms)

    async def drop(self, token: str) -> None:
        """Forget a proposal; one that is not there is forgotten already."""
        await finish(self._drop, token)

    def _drop(self, token: str) -> None:
        with self._rows.database.write() as connection:
            self._rows.drop_proposal(connection, token)

    async def _carry_out(
        self, plan: Callable[[Base], Change], terms: Terms, *, dry_run: bool = False
    ) -> ChangeReport:
        """Plan, on a thread, a change of what is there, and publish what comes of it."""
        if dry_run:
            base = await self._publisher.read()
            return await asyncio.to_thread(lambda: plan(base).tell())
        async with self._publisher.hold() as (write, base):
            change, report = await asyncio.to_thread(plan, base), None
            if change.articles or change.what == "import":
                report = await self._publisher.publish(write, base, change, Wish(**terms))
        return await asyncio.to_thread(change.tell, report)

    def _plan(
        self,
        inputs: Sequence[str],
        base: Base,
        names: Mapping[str, str] | None = None,
        *,
        offering: bool = False,
    ) -> Change:
        """Say what adding files, folders and pages would do, and, ``offering``, what they correct.

        Nothing is written; the inputs and their names are as for ``propose``.
        """
        from embeddings.changing import planning  # the readers, where something is read

        there, by_hand = base.articles, self._rows.articles.by_hand(base.published.live)
        name = self._rows.name
        planner = planning.Planner(there.values(), base.broken, name, by_hand, offering=offering)
        change = planning.read(inputs, names or {}, self._settings.fetch, planner)
        rooms = self._measure(there)
        trimmed = limits.trim(rooms, change, there)
        if trimmed.left and not trimmed.articles:
            limits.check(rooms, change, there)
        return trimmed

    def _propose(self, change: Change) -> Proposal:
        from embeddings.store.archive import render

        for article in (*change.added, *change.changed):
            render(article)  # what could not be exported is not stored
        return self._show(self._rows.propose(change.dump()), change)

    def _get(self, token: str) -> Change:
        return parse(self._rows.proposal(token))

    def _show(self, token: str, kept: Change) -> Proposal:
        from embeddings.changing.planning import count_texts

        return kept.propose(token, count_texts(kept, self._live.snapshot))

    async def room(self) -> tuple[Room, ...]:
        """Say how much the collection may hold and take within a day, and how much it does."""
        there = (await self._publisher.read()).articles if self._limits else {}
        return await asyncio.to_thread(self._measure, there)

    def _measure(self, there: Mapping[str, Article]) -> tuple[Room, ...]:
        """Say the same of given articles; where there are no limits, read nothing."""
        if not self._limits:
            return ()
        now = datetime.now(UTC)
        log = self._rows.audit.entries(since=(now - limits.DAY).isoformat())
        return limits.measure(self._limits, there, log, now)

    def _check_limits(self, change: Change, there: Mapping[str, Article]) -> None:
        """Check that a change leaves the collection within its limits; LimitError when not."""
        limits.check(self._measure(there), change, there)
