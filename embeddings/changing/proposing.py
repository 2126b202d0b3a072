"""The engine's methods for proposals: changes planned and stored until somebody confirms them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Unpack

from embeddings.changing.changeset import Change
from embeddings.changing.publishing import begin_change, read_base, with_room
from embeddings.errors import InputError, UnknownArticle
from embeddings.reports import ChangeReport, OptionArgs, Options, Proposal, Quota
from embeddings.threads import finish
from embeddings.types import FIELDS, Article, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from config.groups import ServerSettings
    from embeddings.changing.base import Base
    from embeddings.live import Live


class Proposing:
    """The methods of the engine that plan, propose and confirm changes.

    Files and pages are read in a sandbox; nothing but the proposal is written before ``confirm``.
    """

    _live: Live
    _limits: ServerSettings | None

    async def propose(
        self,
        inputs: Sequence[str],
        *,
        names: Mapping[str, str] | None = None,
        rejected: Sequence[Rejected] = (),
    ) -> Proposal:
        """Read files, folders and pages, and propose to add their articles.

        ``names`` maps the path of a temporary file to the file's name for messages; ``rejected``
        are inputs that were refused before, for the same report. Raises StorageError.
        """
        base = await read_base(self._live)
        change = await asyncio.to_thread(self._plan, inputs, base, names, corrects=True)
        change = replace(change, rejected=(*rejected, *change.rejected))
        return await finish(self._propose, change.pin(base.articles))

    async def propose_edit(self, article_id: str, fields: Mapping[str, str | None]) -> Proposal:
        """Propose to set some fields of an article.

        ``fields`` maps ``title``, ``source``, ``author``, ``date``, ``url``, ``language`` or
        ``text`` to a new value; None clears the field.

        Raises:
            UnknownArticle: No article has that id.
            InputError: A value is not valid; the sentence says what is.
        """
        from embeddings.changing.correcting import amend
        from embeddings.readers.dates import find_guessed

        current = (await read_base(self._live)).articles
        old = current.get(article_id)
        if old is None:
            raise UnknownArticle.of(article_id)
        change = Change.between("edit", {article_id: old}, {article_id: amend(old, fields)})
        by_hand = {article_id: tuple(name for name in fields if name in FIELDS)}
        inferred = {article_id: find_guessed(fields.get("date"))}
        change = replace(change, by_hand=by_hand, inferred=inferred)
        return await finish(self._propose, change.pin(current))

    async def propose_version(self, article_id: str, number: int) -> Proposal:
        """Propose to restore a version of an article, numbered as in ``versions``.

        The article may have been removed.

        Raises:
            UnknownArticle: There is no such version, or its row is damaged.
        """
        history = await asyncio.to_thread(self._live.rows.articles.history, article_id)
        version = next((one for one in history if one.version == number), None)
        if version is None or version.value is None:
            raise UnknownArticle.of(article_id)
        current = (await read_base(self._live)).articles
        old, new = current.get(article_id), replace(version.value, corrected=None)
        change = Change.between("restore", {article_id: old} if old else {}, {article_id: new})
        await asyncio.to_thread(self._check_limits, change, current)
        by_hand = {article_id: tuple(version.by_hand)} if change.articles else {}
        return await finish(self._propose, replace(change, by_hand=by_hand).pin(current))

    async def propose_removal(self, article_id: str) -> Proposal:
        """Propose to remove an article; raises UnknownArticle if no article has that id."""
        base = await read_base(self._live)
        if article_id not in base.ids:
            raise UnknownArticle.of(article_id)
        change = Change("remove", removed=(article_id,)).pin(base.articles)
        return await with_room(self._live.rows.database, partial(finish, self._propose, change))

    async def proposal(self, token: str) -> Proposal:
        """Return a stored proposal; raises UnknownProposal."""
        return await asyncio.to_thread(lambda: self._show(token, self._get(token)))

    async def correct(
        self, token: str, article_id: str, fields: Mapping[str, str | None]
    ) -> Proposal:
        """Set fields of a proposed article, as in ``propose_edit``; return a new proposal.

        The old proposal is dropped.

        Raises:
            UnknownProposal: The proposal was confirmed, dropped, or is more than a day old.
            UnknownArticle: The proposal adds or changes no article with that id.
            InputError: A value is not valid; the old proposal stays.
        """
        change = await asyncio.to_thread(self._get, token)
        change.check((await read_base(self._live)).articles)
        proposal = await finish(self._propose, change.amend(article_id, fields))
        await self.drop(token)
        return proposal

    async def confirm(
        self, token: str, *, replacing: bool = False, **options: Unpack[OptionArgs]
    ) -> ChangeReport:
        """Carry out a proposal; after a failure it can be confirmed again.

        With ``replacing``, an added article that seems to correct another replaces it. For the
        other options see ``Options``.

        Raises:
            UnknownProposal: The proposal was confirmed, dropped, or is more than a day old.
            Overtaken: An article has changed since; the proposal is dropped.
        """

        def plan(base: Base) -> Change:
            change = self._get(token)
            try:
                change.check(base.articles)
            except InputError:
                self._drop(token)
                raise
            change = change.apply_corrections() if replacing else change
            if not change.articles:
                self._drop(token)
            self._check_limits(change, base.articles)
            return replace(change, token=token)

        return await self._carry_out(plan, options)

    async def drop(self, token: str) -> None:
        """Delete a proposal, if it exists."""
        await finish(self._drop, token)

    def _drop(self, token: str) -> None:
        with self._live.rows.database.write() as connection:
            self._live.rows.drop_proposal(connection, token)

    async def _carry_out(
        self, plan: Callable[[Base], Change], options: OptionArgs, *, dry_run: bool = False
    ) -> ChangeReport:
        """Plan a change of the current state, on a thread, and publish it unless it is empty."""
        if dry_run:
            base = await read_base(self._live)
            return await asyncio.to_thread(lambda: plan(base).to_report())
        async with begin_change(self._live, Options(**options)) as publication:
            change, report = await asyncio.to_thread(plan, publication.base), None
            if change.articles or change.what == "import":
                report = await publication.publish(change)
        return await asyncio.to_thread(change.to_report, report)

    def _plan(
        self,
        inputs: Sequence[str],
        base: Base,
        names: Mapping[str, str] | None = None,
        *,
        corrects: bool = False,
    ) -> Change:
        """Return the change that adds files, folders and pages, within the collection's limits.

        With ``corrects`` it also has the articles that the new ones seem to correct.
        """
        from embeddings.changing import planning  # imports the readers

        current, by_hand = base.articles, self._live.rows.articles.by_hand(base.published.live)
        name = self._live.rows.name
        planner = planning.Planner(current.values(), base.broken, name, by_hand, corrects=corrects)
        change = planning.plan_inputs(inputs, names or {}, self._live.settings.fetch, planner)
        quotas = self._measure(current)
        trimmed = planning.trim(quotas, change, current)
        if trimmed.left and not trimmed.articles:
            planning.check_limits(quotas, change, current)  # raises one error for all articles
        return trimmed

    def _propose(self, change: Change) -> Proposal:
        from embeddings.store.archive import render

        for article in (*change.added, *change.changed):
            render(article)  # raises unless the article can be exported and imported again
        return self._show(self._live.rows.propose(change.dump()), change)

    def _get(self, token: str) -> Change:
        return Change.load(self._live.rows.proposal(token))

    def _show(self, token: str, change: Change) -> Proposal:
        from embeddings.snapshots.material import EncodingPlan, Material

        plan = EncodingPlan(Material.from_change(self._live.snapshot, change.articles))
        return change.to_proposal(token, len(plan.missing))

    async def quotas(self) -> tuple[Quota, ...]:
        """Return the quotas of the collection; empty if it has none."""
        current = (await read_base(self._live)).articles if self._limits else {}
        return await asyncio.to_thread(self._measure, current)

    def _measure(self, current: Mapping[str, Article]) -> tuple[Quota, ...]:
        """Return the limits of the collection, and their usage by some articles."""
        if not self._limits:
            return ()
        from embeddings.changing.planning import DAY, measure  # imports the readers

        now = datetime.now(UTC)
        log = self._live.rows.audit.entries(since=(now - DAY).isoformat())
        return measure(self._limits, current, log, now)

    def _check_limits(self, change: Change, current: Mapping[str, Article]) -> None:
        """Check that a change exceeds no limit of the collection; raises LimitError."""
        if quotas := self._measure(current):
            from embeddings.changing.planning import check_limits

            check_limits(quotas, change, current)
