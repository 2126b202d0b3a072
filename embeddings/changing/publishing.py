"""Publishes a change: builds a snapshot, then makes it live with its articles in one transaction.

The store changes only once the new snapshot is complete: a crash before leaves a temporary folder,
a crash after leaves the change done. The collection's lock is held all the time. Going back to an
earlier snapshot, articles included, is a change too.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from embeddings.changing.base import Base
from embeddings.changing.changeset import Change
from embeddings.errors import FullError, SnapshotError, StorageError
from embeddings.reports import Options, ReindexReport, RollbackReport
from embeddings.threads import finish, hold

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from embeddings.live import Live
    from embeddings.snapshots.checks import Golden
    from embeddings.snapshots.material import Order
    from embeddings.store.database import Database, Transaction
    from embeddings.types import Article

log = logging.getLogger(__name__)

T = TypeVar("T")


async def read_base(live: Live) -> Base:
    """Return the state of a collection, with its articles in memory."""
    base = await asyncio.to_thread(Base.of, live)
    await asyncio.to_thread(lambda: base.articles)
    return base


@contextlib.asynccontextmanager
async def begin_change(live: Live, options: Options) -> AsyncIterator[Publication]:
    """Lock a collection for a change of its latest snapshot, which is served.

    Raises:
        BusyError: Another change is under way.
        StorageError: The store cannot be written.
    """
    database = live.rows.database
    async with hold(database.hold(live.name)) as write:
        await asyncio.to_thread(database.look)
        await live.follow()
        base = await asyncio.to_thread(Base.of, live)
        yield Publication(live, write, base, options)
        with contextlib.suppress(StorageError):  # before the lock lets the next change begin
            await asyncio.to_thread(database.look)


async def with_room(
    database: Database, do: Callable[[], Awaitable[T]], *more: Callable[[], object]
) -> T:
    """Try ``do``; on a full disk free the reserve and retry, then what each ``more`` frees."""
    for make_room in (database.make_room, *more):
        try:
            return await do()
        except FullError:
            await asyncio.to_thread(make_room)
    return await do()


async def preview(live: Live, *, full: bool) -> ReindexReport:
    """Report what a reindex would do."""
    from embeddings.snapshots import builder

    await live.ready()
    base = await read_base(live)
    old = base.snapshot
    if old and not full and await asyncio.to_thread(live.is_up_to_date, old):
        return builder.report_nothing(old)
    order = _order(live, base, base.published.live or 0, {}, full=full)
    report = await builder.preview(order, live.encoder.model_id)
    return replace(report, notes=(*base.notes, "The index would be built again."))


def _order(
    live: Live,
    base: Base,
    number: int,
    articles: Mapping[str, Article | None],
    golden: tuple[Golden, ...] = (),
    *,
    full: bool,
) -> Order:
    """Return the order to build a snapshot of a base with some articles changed."""
    from embeddings.snapshots.material import Order

    old, folder = base.snapshot, live.snapshots.make_aside(number)
    order = Order(number, folder, full=full, golden=golden, most=live.settings.gate)
    if old is None:
        return replace(order, change={**base.articles, **articles})
    digest = base.published.kept[old.number].digest
    return replace(order, base=old.folder, digest=digest, change=articles)


class Publication:
    """A change of a collection that is under way, while its lock is held; see ``begin_change``."""

    def __init__(self, live: Live, write: Transaction, base: Base, options: Options) -> None:
        self.live, self.write, self.base, self.options = live, write, base, options
        self.snapshots, self.rows = live.snapshots, live.rows
        self.kept = live.settings.snapshots_kept

    async def publish(self, change: Change) -> ReindexReport:
        """Carry out a change of ``base``; a failure changes nothing.

        On a full disk a change that only removes articles frees the reserve, then the files of
        earlier snapshots.

        Raises:
            GateError: The new snapshot answers the golden questions less well.
            StorageError: The store cannot be written.
        """
        publish = partial(self._publish, change)
        if change.articles and not any(change.articles.values()):
            return await with_room(self.rows.database, publish, self.snapshots.make_room)
        return await publish()

    async def _publish(self, change: Change) -> ReindexReport:
        from embeddings.snapshots.builder import report_nothing

        started = time.perf_counter()
        await self.live.ready()
        self.base.check(change.articles)
        must_build = bool(change.articles or self.options.full or change.what == "import")
        old = self.base.snapshot
        if old and not must_build and await asyncio.to_thread(self.live.is_up_to_date, old):
            await asyncio.to_thread(self.snapshots.sweep)
            return report_nothing(old)
        now = datetime.now(UTC)
        change = change.with_dates(await asyncio.to_thread(lambda: self.base.articles), now)
        number = await finish(self.rows.take_number, self.write)
        report = await self._build(number, change)
        await finish(self._commit, number, change, now)
        new = await asyncio.to_thread(self.snapshots.load, number, old=self.live.snapshot)
        if self.options.full:
            await asyncio.to_thread(self.snapshots.give_up_damaged)
        await self.live.serve(new)
        await asyncio.to_thread(self.snapshots.sweep)
        added, changed, removed = change.counts
        report = replace(report, added=added, changed=changed, removed=removed)
        report = replace(report, seconds=time.perf_counter() - started)
        log.info("snapshot %s is live: %s", report.snapshot, report)
        return report

    async def rollback(self, name: str | None) -> RollbackReport:
        """Go back to a snapshot, by its id, and its articles; None: the last that differs.

        A snapshot without readable files is rebuilt from its articles, as a new one.

        Raises:
            UnknownSnapshot: The snapshot is not kept, or there is no earlier one.
            SnapshotError: Its articles are damaged; nothing was changed.
        """
        base = self.base
        await self.live.ready()
        number = await asyncio.to_thread(self.snapshots.find_number, name)
        await asyncio.to_thread(lambda: base.articles)  # read here, since that is slow
        try:
            snapshot = await asyncio.to_thread(self.snapshots.load, number)
            loaded = await self.live.prepare(snapshot)
        except SnapshotError:  # of another format or model, damaged, or deleted for its space
            target = await asyncio.to_thread(base.read_rows, self.rows, "", number)
            target.check(())
            change = Change.between("rollback", base.articles, target.articles)
            change = replace(change, back_to=number)
            self.options = replace(self.options, anyway=True)
            await self._publish(change)
        else:
            articles = await asyncio.to_thread(snapshot.articles)
            change = Change.between("rollback", base.articles, articles)
            await self._point_back(number, change)
            await self.live.replace(snapshot, loaded)
            await asyncio.to_thread(self.snapshots.sweep)
        sources = {source.id: source for source in self.live.current.sources}
        return RollbackReport(
            snapshot=self.live.current.id,
            previous=str(base.published.live or ""),
            back_to=str(number),
            added=tuple(sources[article.id] for article in change.added),
            changed=tuple(sources[article.id] for article in change.changed),
            removed=change.removed,
        )

    async def _point_back(self, number: int, change: Change) -> None:
        row = replace(self.base.published.kept[number], by=self.options.by, counts=change.counts)
        entries = change.list_entries(self.base, row, datetime.now(UTC))

        def commit() -> None:
            with self.write() as connection:
                self.rows.point(connection, number)
                self.rows.drop(connection, self.kept, self.snapshots.find_lost(self.base.published))
                self.rows.audit.append(connection, entries)

        make_room = partial(self.snapshots.make_room, number)
        await with_room(self.rows.database, partial(finish, commit), make_room)

    async def _build(self, number: int, change: Change) -> ReindexReport:
        """Build the new snapshot; from the rows, if the old one turns out to be damaged."""
        golden = await asyncio.to_thread(self._choose_golden, change)
        try:
            return await self._build_on(self.base, number, change, golden)
        except SnapshotError as error:
            if self.base.snapshot is None:
                raise
            note = f"{error} The index was built again from the articles."
        base = await asyncio.to_thread(self.base.read_rows, self.rows, note)
        base.check(change.articles)
        return await self._build_on(base, number, change, ())

    async def _build_on(
        self, base: Base, number: int, change: Change, golden: tuple[Golden, ...]
    ) -> ReindexReport:
        """Build the snapshot of a base with a change applied."""
        given, options = (base, number, change.articles, golden), self.options
        order = await asyncio.to_thread(_order, self.live, *given, full=options.full)
        report = await self.live.build(order, options.progress)
        return replace(report, notes=base.notes)

    def _choose_golden(self, change: Change) -> tuple[Golden, ...]:
        """Return the golden questions to ask a new snapshot; none if no article changes."""
        base = self.base
        if self.options.anyway or not change.articles or base.snapshot is None:
            return ()
        from embeddings.snapshots.checks import read_golden

        ids = base.ids.union(change.articles).difference(change.removed)
        return read_golden(self.rows, self.live.settings, ids)

    def _commit(self, number: int, change: Change, now: datetime) -> None:
        """Name the snapshot's folder, and publish it with its articles in one transaction."""
        base, options = self.base, self.options
        old, articles, new = base.published, self.rows.articles, change.articles
        changed = self.rows.find_changed(old) if options.full else set[int]()
        try:
            row = self.snapshots.keep(number, options.by, change.counts)
            set_before = articles.by_hand(change.back_to or old.live) if new else {}
            by_hand = {n: {*set_before.get(n, ()), *change.by_hand.get(n, ())} for n in new}
            with self.write() as connection:
                if options.full and base.snapshot:
                    articles.repair(connection, base.snapshot.number, base.articles, now)
                articles.add_history(connection, change.history, now)
                articles.write(connection, number, old.live, new, by_hand=by_hand, at=now)
                if change.what == "import":
                    self.rows.set_questions(connection, change.questions)
                if change.token:
                    self.rows.drop_proposal(connection, change.token)
                self.rows.keep(connection, row)
                self.rows.point(connection, number)
                self.rows.drop(connection, self.kept, self.snapshots.find_lost(old) | changed)
                self.rows.audit.append(connection, change.list_entries(base, row, now))
        except BaseException:
            is_published = self._is_published(number)
            if is_published is False:
                self.snapshots.drop(number)
            if not is_published:
                raise
            log.warning("snapshot %s is live, although the store said nothing", number)

    def _is_published(self, number: int) -> bool | None:
        """Say whether a snapshot was published after all; None if the store is unreachable."""
        try:
            published = self.rows.read_published()
        except StorageError:
            return None
        return published.live == number and number in published.kept
