"""What a person gives, planned; what is proposed is kept until somebody confirms it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Unpack

from embeddings.changing import limits
from embeddings.changing.changeset import FIELDS, Change, Plan, Terms, Wish
from embeddings.errors import InputError
from embeddings.reports import Proposal
from embeddings.vectors.worker import finish

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from config.settings import Settings
    from embeddings.changing.kept_proposal import KeptProposal
    from embeddings.changing.publishing import Publisher
    from embeddings.collection import Collection
    from embeddings.live import Live
    from embeddings.reports import ChangeReport, Room
    from embeddings.store.pointers import CollectionRows
    from embeddings.types import Article, Rejected


class Proposing:
    """The part of the engine that plans and proposes changes.

    A file or a page is read where nothing can be harmed; nothing is written but the proposal.
    """

    _settings: Settings
    _rows: CollectionRows
    _live: Live
    _collection: Collection
    _publisher: Publisher
    _limits: limits.Limits

    async def propose(
        self,
        inputs: Sequence[str],
        *,
        names: Mapping[str, str] | None = None,
        rejected: Sequence[Rejected] = (),
    ) -> Proposal:
        """Read files, folders and pages, and keep what adding them would do until it is confirmed.

        Whoever confirms it is who is noted.

        Args:
            inputs: What a person gives.
            names: Path of a file that lies there for a moment only -> what the person calls it.
            rejected: What was refused before it was read, to be told with the rest.

        Raises:
            StorageError: The disk is full or cannot be written.
        """
        from embeddings.changing.kept_proposal import KeptProposal

        plan = await self._plan(inputs, names, offering=True)
        plan = replace(plan, rejected=(*rejected, *plan.rejected))
        return await self._propose(KeptProposal("add", plan))

    async def propose_edit(self, article_id: str, fields: Mapping[str, str | None]) -> Proposal:
        """Keep what setting some fields of an article would do until it is confirmed.

        Args:
            article_id: Which article.
            fields: ``title``, ``source``, ``author``, ``date``, ``url``, ``language`` or ``text``
                -> what it is to be; None clears it.

        Raises:
            UnknownArticle: No article has that id.
            InputError: A field is not what it must be; the sentence says what it must be.
        """
        from embeddings.changing.correcting import amend
        from embeddings.changing.kept_proposal import KeptProposal
        from embeddings.store.articles import unknown

        there = await self._collection.articles()
        if article_id not in there:
            raise unknown(article_id)
        old = there[article_id]
        plan = Plan.of(amend(old, fields), old)
        by_hand = {article_id: tuple(name for name in fields if name in FIELDS)}
        return await self._propose(KeptProposal("edit", plan, by_hand=by_hand))

    async def propose_version(self, article_id: str, number: int) -> Proposal:
        """Keep what having an earlier version of an article again would do.

        Args:
            article_id: Which article, whether it is there or not.
            number: Which version, as ``versions`` tells.

        Raises:
            UnknownArticle: It never had such a version.
        """
        from embeddings.changing.kept_proposal import KeptProposal
        from embeddings.store.articles import unknown

        history = await asyncio.to_thread(self._rows.articles.history, article_id)
        version = next((each for each in history if each.version == number), None)
        if version is None or version.value is None:
            raise unknown(article_id)
        there = await self._collection.articles()
        plan = Plan.of(replace(version.value, corrected=None), there.get(article_id))
        await asyncio.to_thread(self._check_limits, plan, there)
        by_hand = {article_id: tuple(version.by_hand)} if plan.change else {}
        return await self._propose(KeptProposal("restore", plan, by_hand=by_hand))

    async def propose_removal(self, article_id: str) -> Proposal:
        """Keep what taking an article out would do until it is confirmed.

        Raises:
            UnknownArticle: No article has that id.
        """
        from embeddings.changing.kept_proposal import KeptProposal
        from embeddings.store.articles import unknown

        if article_id not in await self._collection.ids():
            raise unknown(article_id)
        return await self._propose(KeptProposal("remove", Plan(removed=(article_id,))))

    async def proposal(self, token: str) -> Proposal:
        """Show a proposal again.

        Raises:
            UnknownProposal: It was done, dropped, or is more than a day old.
        """
        kept = await self._get(token)
        return await asyncio.to_thread(self._show, token, kept)

    async def correct(
        self, token: str, article_id: str, fields: Mapping[str, str | None]
    ) -> Proposal:
        """Keep another proposal in place of one, with some fields of one of its articles set.

        Args:
            token: The proposal, which is dropped.
            article_id: One of the articles that it adds or changes.
            fields: As for ``propose_edit``.

        Raises:
            UnknownProposal: It was done, dropped, or is more than a day old.
            UnknownArticle: It touches no article with that id.
            InputError: A field is not what it must be; the proposal stays.
        """
        kept = await self._get(token)
        kept.check(await self._collection.articles())
        proposal = await self._propose(kept.amend(article_id, fields))
        await self.drop(token)
        return proposal

    async def confirm(
        self, token: str, *, replacing: bool = False, **terms: Unpack[Terms]
    ) -> ChangeReport:
        """Do what was proposed; where that fails, it can be confirmed again.

        Args:
            token: The proposal.
            replacing: Put what seems to correct an article in its place, and add none beside it.
            **terms: See ``Wish``.

        Raises:
            UnknownProposal: It was done, dropped, or is more than a day old.
            Overtaken: The articles have changed since; nothing was changed.
        """

        async def plan() -> tuple[Plan, Change]:
            kept = await self._get(token)
            there = await self._collection.articles()
            try:
                kept.check(there)
            except InputError:
                await self.drop(token)
                raise
            kept = kept.replacing() if replacing else kept
            if not kept.plan.change:
                await self.drop(token)
            await asyncio.to_thread(self._check_limits, kept.plan, there)
            return kept.plan, Change(kept.what, kept.plan.change, kept.by_hand, token)

        return await self._carry_out(plan, terms)

    async def drop(self, token: str) -> None:
        """Forget a proposal; one that is not there is forgotten already."""

        def drop() -> None:
            with self._rows.database.write() as connection:
                self._rows.proposals.drop(connection, token)

        await finish(drop)

    async def _carry_out(
        self,
        plan: Callable[[], Awaitable[tuple[Plan, Change]]],
        terms: Terms,
        *,
        dry_run: bool = False,
    ) -> ChangeReport:
        """Plan a change and publish what comes of it; the collection is held meanwhile."""
        if dry_run:
            return (await plan())[0].tell()
        async with self._publisher.hold() as write:
            found, change = await plan()
            if not change.articles and not change.is_import:
                return found.tell()
            return found.tell(await self._publisher.publish(write, change, Wish(**terms)))

    async def _plan(
        self,
        inputs: Sequence[str],
        names: Mapping[str, str] | None = None,
        *,
        offering: bool = False,
    ) -> Plan:
        """Read files, folders and pages and say what adding them would do; nothing is written.

        Args:
            inputs: As for ``propose``.
            names: As for ``propose``.
            offering: Say as well which articles they seem to correct.
        """
        there, taken = await self._collection.articles(), await self._collection.ids()

        def read() -> Plan:
            from embeddings.changing import intake  # the readers, where something is read
            from embeddings.changing.planning import Planner

            by_hand = self._collection.by_hand()
            planner = Planner(there.values(), taken, self._rows.name, by_hand, offering=offering)
            plan = intake.read(inputs, names or {}, self._settings.fetch, planner)
            return self._keep_within_limits(plan, there)

        return await asyncio.to_thread(read)

    async def _propose(self, proposal: KeptProposal) -> Proposal:
        from embeddings.store.archive import render

        for article in (*proposal.plan.added, *proposal.plan.changed):
            render(article)  # what could not be exported is not stored
        kept = proposal.on(await self._collection.articles())
        token = await finish(self._rows.proposals.keep, kept.dump())
        return await asyncio.to_thread(self._show, token, kept)

    async def _get(self, token: str) -> KeptProposal:
        from embeddings.changing.kept_proposal import KeptProposal

        return KeptProposal.parse(await asyncio.to_thread(self._rows.proposals.get, token))

    def _show(self, token: str, kept: KeptProposal) -> Proposal:
        from embeddings.changing.intake import count_texts

        plan = kept.plan
        return Proposal(
            token=token,
            added=plan.show(plan.added),
            changed=plan.show(plan.changed),
            unchanged=plan.tell().unchanged,
            rejected=plan.rejected,
            to_encode=count_texts(plan, self._live.snapshot),
            instead=dict(zip(plan.instead, plan.show(plan.instead.values()), strict=True)),
            left=plan.left,
            left_out=plan.left_out,
            removed=plan.removed,
        )

    async def room(self) -> tuple[Room, ...]:
        """Say how much the collection may hold and take within a day, and how much it does."""
        if not self._limits:
            return ()
        there, now = await self._collection.articles(), datetime.now(UTC)
        log = await asyncio.to_thread(self._rows.audit.since, now - limits.DAY)
        return limits.measure(self._limits, there, log, now)

    def _keep_within_limits(self, plan: Plan, there: Mapping[str, Article]) -> Plan:
        """Return as much of a plan as there is room for; LimitError where there is for none."""
        now = datetime.now(UTC)
        log = self._rows.audit.since(now - limits.DAY) if self._limits else ()
        trimmed = limits.trim(self._limits, plan, there, log, now)
        if trimmed.left and not trimmed.change:
            limits.check(self._limits, plan, there, log, now)
        return trimmed

    def _check_limits(self, plan: Plan, there: Mapping[str, Article]) -> None:
        """Check that a plan leaves the collection within its limits; LimitError when not."""
        if self._limits:
            now = datetime.now(UTC)
            limits.check(self._limits, plan, there, self._rows.audit.since(now - limits.DAY), now)
