"""What can be done to the articles of a collection: proposed, and done."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from embeddings.changing.amend import amended
from embeddings.changing.journal import Change
from embeddings.changing.plan import Plan
from embeddings.changing.proposals import Kept, Proposals
from embeddings.changing.transaction import nothing
from embeddings.errors import InputError
from embeddings.snapshots import building as build
from embeddings.text.passages import split
from embeddings.types import ChangeReport, Proposal, Rejected
from embeddings.vectors.worker import finished

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from embeddings.changing.transaction import Wish, Writer
    from embeddings.types import Article, ReindexReport


class Editor:
    """What changes one collection.

    Args:
        writer: Who changes it.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._collection = writer.collection
        self._live = writer.live
        self._proposals = Proposals(
            writer.collection.folder, writer.collection.corpus, writer.collection.files
        )

    async def reindex(self, *, full: bool, wish: Wish) -> ReindexReport:
        """Build a new snapshot of the corpus and publish it."""
        async with self._writer.writing():
            return await self._writer.make(Change(wish.by), nothing, wish, full=full)

    async def add(self, inputs: Sequence[str], wish: Wish) -> ChangeReport:
        """Read files, folders and pages in, then reindex."""
        async with self._writer.writing():
            plan = await self.plan(inputs)
            return plan.told(await self._apply(plan, "add", wish))

    async def plan(self, inputs: Sequence[str], names: Mapping[str, str] | None = None) -> Plan:
        """Read files, folders and pages and say what adding them would do."""
        edited = await asyncio.to_thread(self._collection.audit.edited)
        plan = await asyncio.to_thread(self._collection.corpus.plan, inputs, names, edited)
        await asyncio.to_thread(self._collection.allow, plan)
        return plan

    async def propose(
        self,
        inputs: Sequence[str],
        by: str,
        names: Mapping[str, str] | None,
        rejected: Sequence[Rejected] = (),
    ) -> Proposal:
        """Keep what an addition would do until it is confirmed."""
        plan = await self.plan(inputs, names)
        plan = replace(plan, rejected=(*rejected, *plan.rejected))
        return await self._propose(Kept("add", plan), by)

    async def propose_edit(
        self, article_id: str, fields: Mapping[str, str | None], by: str
    ) -> Proposal:
        """Keep what setting some fields of an article would do until it is confirmed."""
        old = await asyncio.to_thread(self._collection.corpus.get, article_id)
        new = amended(old, fields)
        plan = Plan(unchanged=(old,)) if new == old else Plan(changed=(new,))
        return await self._propose(Kept("edit", plan), by)

    async def correct(
        self, token: str, article_id: str, fields: Mapping[str, str | None], by: str
    ) -> Proposal:
        """Keep another proposal in place of one, with some fields of an article set."""
        kept = await asyncio.to_thread(self._proposals.get, token)
        await asyncio.to_thread(kept.check, self._collection.corpus)
        proposal = await self._propose(kept.amended(article_id, fields), by)
        await self.drop(token)
        return proposal

    async def proposal(self, token: str) -> Proposal:
        """Show a proposal again."""
        kept = await asyncio.to_thread(self._proposals.get, token)
        return await asyncio.to_thread(self._shown, token, kept)

    async def _propose(self, kept: Kept, by: str) -> Proposal:
        token = await finished(self._proposals.keep, kept, by)
        return await asyncio.to_thread(self._shown, token, kept)

    def _shown(self, token: str, kept: Kept) -> Proposal:
        plan = kept.plan
        return Proposal(
            token=token,
            added=plan.proposed(plan.added),
            changed=plan.proposed(plan.changed),
            unchanged=plan.told().unchanged,
            rejected=plan.rejected,
            to_encode=self._cost(plan),
        )

    def _cost(self, plan: Plan) -> int:
        """Count the texts that the model has not seen in the same articles yet."""
        snapshot = self._live.serving.snapshot if self._live.serving else None
        there = snapshot.digests if snapshot else {}
        old = [
            snapshot.article(snapshot.row(a.id)) for a in plan.changed if snapshot and a.id in there
        ]
        return len(_texts((*plan.added, *plan.changed)) - _texts(old))

    async def confirm(self, token: str, wish: Wish) -> ChangeReport:
        """Do what was proposed, if the articles are still what they were then."""
        async with self._writer.writing():
            kept = await asyncio.to_thread(self._proposals.get, token)
            try:
                await asyncio.to_thread(kept.check, self._collection.corpus)
            except InputError:
                await self.drop(token)
                raise
            report = await self._apply(kept.plan, kept.what, wish, kept.by_hand)
            await self.drop(token)
            return kept.plan.told(report)

    async def drop(self, token: str) -> None:
        """Forget a proposal."""
        await finished(self._proposals.drop, token)

    async def remove(
        self, article_ids: Sequence[str], wish: Wish, *, dry_run: bool
    ) -> ChangeReport:
        """Take articles out, then reindex."""
        if dry_run:
            return await self._removal(article_ids)
        async with self._writer.writing():
            told = await self._removal(article_ids)
            if not told.removed:
                return told
            change = await asyncio.to_thread(
                self._writer.change, "remove", dict.fromkeys(told.removed)
            )
            report = await self._writer.make(change, lambda: self._take_out(told.removed), wish)
            return replace(told, report=report)

    async def _removal(self, article_ids: Sequence[str]) -> ChangeReport:
        known = set(await asyncio.to_thread(self._collection.corpus.ids))
        wanted = dict.fromkeys(article_ids)
        return ChangeReport(
            removed=tuple(name for name in wanted if name in known),
            rejected=tuple(
                Rejected(name, f"There is no article {name!r}; `sources` lists the articles.")
                for name in wanted
                if name not in known
            ),
        )

    def _take_out(self, names: Sequence[str]) -> None:
        for name in names:
            self._collection.corpus.remove(name)

    async def rollback(self, name: str | None, by: str) -> tuple[str, str]:
        """Serve an earlier snapshot; return its id and that of the one that served."""
        generations = self._collection.generations
        async with self._writer.writing():
            previous = self._live.serving.snapshot.id if self._live.serving else ""
            if name is None:
                name = await asyncio.to_thread(generations.before, previous or None)
            serving = await asyncio.to_thread(self._live.load, name)
            live = await asyncio.to_thread(lambda: generations.live)
            await finished(self._collection.journal.begin, Change(by, "rollback", live))
            try:
                await finished(generations.publish, name)
            finally:
                await self._writer.settled()
            self._live.serving = serving
        return name, previous

    async def _apply(
        self,
        plan: Plan,
        what: str,
        wish: Wish,
        by_hand: Mapping[str, tuple[str, ...]] | None = None,
    ) -> ReindexReport | None:
        """Write what a plan adds and changes, then reindex; None when there is nothing to do."""
        articles = {article.id: article for article in (*plan.added, *plan.changed)}
        if not articles:
            return None
        await asyncio.to_thread(self._collection.allow, plan)
        change = await asyncio.to_thread(self._writer.change, what, articles)
        change = change.noting(by_hand or {})
        return await self._writer.make(change, lambda: self._collection.corpus.apply(plan), wish)


def _texts(articles: Sequence[Article]) -> set[str]:
    """Return the texts of articles that get a vector, each with its kind."""
    texts = build.texts_of(articles, [split(article) for article in articles])
    return {f"{kind} {text}" for kind, group in texts.by_kind().items() for text in group}
