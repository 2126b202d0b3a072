"""The changes of the fake engine: it reads, proposes, confirms, corrects and rolls back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from embeddings.errors import (
    BusyError,
    GateError,
    Overtaken,
    UnknownArticle,
    UnknownProposal,
    UnknownSnapshot,
)
from embeddings.reports import (
    AuditEntry,
    ChangeReport,
    OptionArgs,
    Options,
    Proposal,
    Quota,
    ReindexReport,
    RollbackReport,
    SnapshotSummary,
)
from embeddings.types import SHARED, Article, ArticleSummary, Progress, Rejected
from tests.fakereading import Kept, edited, proposed, read_file
from tests.stories import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from embeddings.errors import BrokenQuestion
    from embeddings.types import Passage
    from tests.fakereading import Read

MADE = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Changes:
    """The methods of ``FakeEngine`` that change articles.

    Attributes:
        busy: Whether another change is under way.
        failure: The exception that the next call raises; None: none.
        broken: The golden questions that the next snapshot fails.
        pages: Address -> an article, or the reason why it cannot be read.
        steps: The number of progress reports of a reindex.
        step: Seconds between two reports.
        done_by: Each change and its author, in order.
        given: The inputs of the last proposal, with their names.
    """

    def __init__(self, articles: Sequence[Article], collection: str) -> None:
        self.name, self.is_shared = collection, collection == SHARED
        self.busy = False
        self.failure: Exception | None = None
        self.broken: tuple[BrokenQuestion, ...] = ()
        self.pages: dict[str, Article | str] = {}
        self.steps = 3
        self.step = 0.0
        self.done_by: list[tuple[str, str]] = []
        self.given: tuple[Sequence[str], Mapping[str, str]] = ((), {})
        self._corpus = {a.id: a for a in articles}
        self._kept = [SnapshotSummary("s1", MADE, len(self._corpus), 6, live=True)]
        self._live = "s1"
        self._proposals: dict[str, Kept] = {}
        self._audit: list[AuditEntry] = []
        self._tokens = 0
        self._refresh()

    def _refresh(self) -> None:
        self._passages: dict[str, tuple[Passage, ...]] = {
            a.id: split(a) for a in self._corpus.values()
        }
        ordered = sorted(self._corpus.values(), key=lambda a: a.id)
        self._sources: tuple[ArticleSummary, ...] = tuple(
            a.summary(len(self._passages[a.id])) for a in ordered
        )

    def _check(self, what: str, options: OptionArgs) -> str:
        if self.busy:
            raise BusyError("A reindex has been running since 12:00.", MADE)
        if self.failure is not None:
            raise self.failure
        self.done_by.append((what, options.get("by", "")))
        return self.done_by[-1][1]

    async def propose(
        self,
        inputs: Sequence[str],
        *,
        names: Mapping[str, str] | None = None,
        rejected: Sequence[Rejected] = (),
    ) -> Proposal:
        self.given = (tuple(inputs), dict(names or {}))
        if self.failure is not None:
            raise self.failure
        outcomes = [self._read(given, (names or {}).get(given, given)) for given in inputs]
        read = [o for o in outcomes if not isinstance(o, Rejected)]
        mine = [(replace(a, collection=self.name), guessed) for a, guessed in read]
        others = [o for o in outcomes if isinstance(o, Rejected)]
        return self._keep(mine, (*rejected, *others))

    async def propose_edit(self, article_id: str, fields: Mapping[str, str | None]) -> Proposal:
        if article_id not in self._corpus:
            raise UnknownArticle(f"No article has the id {article_id}.")
        return self._keep(((edited(self._corpus[article_id], fields), ()),), ())

    async def propose_removal(self, article_id: str) -> Proposal:
        if article_id not in self._corpus:
            raise UnknownArticle(f"No article has the id {article_id}.")
        return self._keep((), (), removed=(article_id,))

    async def proposal(self, token: str) -> Proposal:
        return self._shown(token)

    async def correct(
        self, token: str, article_id: str, fields: Mapping[str, str | None]
    ) -> Proposal:
        kept = self._proposals[self._shown(token).token]
        read = tuple(
            (edited(a, fields), tuple(n for n in guessed if n not in fields))
            if a.id == article_id
            else (a, guessed)
            for a, guessed in kept.read
        )
        return self._keep(read, kept.rejected)

    async def confirm(
        self, token: str, *, replacing: bool = False, **options: Unpack[OptionArgs]
    ) -> ChangeReport:
        shown = self._shown(token)
        self._check("confirm", options)
        if gone := tuple(name for name in shown.removed if name not in self._corpus):
            del self._proposals[token]
            raise Overtaken("Nothing was changed; begin again.", gone)
        before = dict(self._corpus)
        for name in shown.removed:
            del self._corpus[name]
        for article, _ in self._proposals[token].read:
            self._corpus[article.id] = article
        report = await self._rebuild(before, Options(**options))
        del self._proposals[token]
        return ChangeReport(
            added=shown.added,
            changed=shown.changed,
            unchanged=shown.unchanged,
            removed=shown.removed,
            rejected=shown.rejected,
            report=report,
        )

    async def drop(self, token: str) -> None:
        self._shown(token)
        del self._proposals[token]

    async def audit(self, article_id: str | None = None) -> tuple[AuditEntry, ...]:
        found = [e for e in self._audit if article_id is None or e.article == article_id]
        return tuple(reversed(found))

    async def quotas(self) -> tuple[Quota, ...]:
        return ()

    async def versions(self, article_id: str) -> dict[str, tuple[int, Article]]:
        return {}

    async def reindex(
        self, *, dry_run: bool = False, full: bool = False, **options: Unpack[OptionArgs]
    ) -> ReindexReport:
        self._check("reindex", options)
        if dry_run:
            return ReindexReport(self._live, 0, 0, 0, *self._work(full), 0.1)
        return await self._rebuild(dict(self._corpus), Options(**options, full=full))

    async def add(
        self, inputs: Sequence[str], *, dry_run: bool = False, **options: Unpack[OptionArgs]
    ) -> ChangeReport:
        return ChangeReport(rejected=tuple(Rejected(i, "Not read here.") for i in inputs))

    async def remove(
        self, article_ids: Sequence[str], *, dry_run: bool = False, **options: Unpack[OptionArgs]
    ) -> ChangeReport:
        known = tuple(i for i in article_ids if i in self._corpus)
        unknown = tuple(
            Rejected(i, "No article has that id.") for i in article_ids if i not in known
        )
        if dry_run or not known:
            return ChangeReport(removed=known, rejected=unknown)
        self._check("remove", options)
        before = dict(self._corpus)
        for article_id in known:
            del self._corpus[article_id]
        report = await self._rebuild(before, Options(**options))
        return ChangeReport(removed=known, rejected=unknown, report=report)

    async def rollback(self, snapshot: str | None = None, *, by: str = "") -> RollbackReport:
        names = [s.snapshot for s in self._kept]
        older = names[names.index(self._live) + 1 :]
        wanted = snapshot or (older[0] if older else "")
        if wanted not in names:
            raise UnknownSnapshot(f"There is no snapshot {wanted!r}; kept are: {names[0]}.")
        self._check("rollback", {"by": by})
        previous, self._live = self._live, wanted
        return RollbackReport(wanted, previous, wanted)

    def snapshots(self) -> tuple[SnapshotSummary, ...]:
        return tuple(replace(s, live=s.snapshot == self._live) for s in self._kept)

    async def _rebuild(self, before: dict[str, Article], options: Options) -> ReindexReport:
        """Publish the corpus as it is now, or restore ``before`` after a failure."""
        for done in range(1, self.steps + 1):
            if options.progress:
                options.progress(Progress("encode", done, self.steps))
            await asyncio.sleep(self.step)
        if self.broken and not options.anyway:
            self._corpus = before
            raise GateError(self.broken, 0.95, 0.8)
        added, removed = self._corpus.keys() - before.keys(), before.keys() - self._corpus.keys()
        same = self._corpus.keys() & before.keys()
        changed = [i for i in same if self._corpus[i] != before[i]]
        self._refresh()
        counts = (len(added), len(changed), len(removed))
        for what, names in (("add", added), ("change", changed), ("remove", removed)):
            self._audit += [
                AuditEntry(MADE, options.by, what, article=name) for name in sorted(names)
            ]
        made = MADE + timedelta(days=len(self._kept))
        previous, self._live = self._live, f"s{len(self._kept) + 1}"
        self._audit.append(
            AuditEntry(
                MADE, options.by, "publish", None, previous, self._live, self._live, (), counts
            )
        )
        total, reused, encoded = self._work(options.full)
        self._kept.insert(
            0,
            SnapshotSummary(self._live, made, len(self._corpus), total, False, options.by, *counts),
        )
        return ReindexReport(self._live, *counts, total, reused, encoded, 0.1)

    def _work(self, full: bool) -> tuple[int, int, int]:
        total = sum(map(len, self._passages.values()))
        encoded = total if full else 0
        return total, total - encoded, encoded

    def _read(self, given: str, name: str) -> Read | Rejected:
        if given in self.pages:
            page = self.pages[given]
            return Rejected(name, page) if isinstance(page, str) else (page, ())
        if "://" in given:
            return Rejected(name, f"{name} leads into a private network, and is not fetched.")
        return read_file(Path(given), name)

    def _keep(
        self,
        read: Iterable[Read],
        rejected: tuple[Rejected, ...],
        removed: tuple[str, ...] = (),
    ) -> Proposal:
        self._tokens += 1
        token = f"proposal{self._tokens}"
        self._proposals[token] = Kept(tuple(read), rejected, removed)
        return self._shown(token)

    def _shown(self, token: str) -> Proposal:
        if token not in self._proposals:
            raise UnknownProposal("This proposal is gone; begin again.")
        kept = self._proposals[token]
        old = [(read, self._corpus.get(read[0].id)) for read in kept.read]
        new = [read for read, known in old if known is None]
        changed = [read for read, known in old if known not in {None, read[0]}]
        return Proposal(
            token=token,
            added=tuple(proposed(*each) for each in new),
            changed=tuple(proposed(*each) for each in changed),
            unchanged=tuple(a.summary(len(split(a))) for (a, _), known in old if known == a),
            rejected=kept.rejected,
            removed=kept.removed,
            to_encode=sum(len(split(article)) for article, _ in (*new, *changed)),
        )
