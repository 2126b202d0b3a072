"""A change made true: a snapshot built of it, and one transaction that makes both the collection.

Nothing is written to the store before the new snapshot is whole: until then a crash leaves a
folder without a name, and after it the change is done. Who changes a collection holds it. Going
back to an earlier snapshot, articles included, is a change of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from embeddings.changing.base import Base
from embeddings.changing.changeset import Change
from embeddings.errors import FullError, SnapshotError, StorageError
from embeddings.reports import AuditEntry, ReindexReport, RollbackReport, Wish
from embeddings.store.pointers import Kept
from embeddings.vectors.worker import finish, hold

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sqlalchemy import Connection

    from config.settings import Settings
    from embeddings.live import Live
    from embeddings.snapshots.gate import Golden
    from embeddings.snapshots.material import Order
    from embeddings.snapshots.reindexing import Built
    from embeddings.store.database import Transaction
    from embeddings.types import Article

log = logging.getLogger(__name__)

T = TypeVar("T")


class Publisher:
    """Changes what one collection serves."""

    def __init__(self, settings: Settings, live: Live) -> None:
        self.settings, self.live = settings, live
        self.kept, self.rows = live.kept, live.kept.rows

    async def read(self) -> Base:
        """Return the collection as it is, its articles read."""
        base = await asyncio.to_thread(Base.of, self.live)
        await asyncio.to_thread(lambda: base.articles)
        return base

    @contextlib.asynccontextmanager
    async def hold(self) -> AsyncIterator[tuple[Transaction, Base]]:
        """Hold the collection, and serve what is published of it; yields what it is, too.

        Raises:
            BusyError: Somebody else holds it.
            StorageError: The store cannot be written.
        """
        async with hold(self.rows.database.hold(self.rows.name)) as write:
            await asyncio.to_thread(self.rows.pointers.look)
            await self.live.follow()
            yield write, await asyncio.to_thread(Base.of, self.live)
            with contextlib.suppress(StorageError):  # heard before anybody publishes the next
                await asyncio.to_thread(self.rows.pointers.look)

    async def publish(
        self, write: Transaction, base: Base, change: Change, wish: Wish
    ) -> ReindexReport:
        """Carry out a change of what ``read`` or ``hold`` returned; a failure changes nothing.

        On a full disk, a change that only removes articles takes the reserve, and then the room of
        earlier snapshots.

        Raises:
            GateError: The new snapshot answers the golden questions less well.
            StorageError: Something cannot be written.
        """
        do = partial(self._publish, write, base, change, wish)
        is_removal = change.articles and not any(change.articles.values())
        return await (self.with_room(do, self.kept.make_room) if is_removal else do())

    async def with_room(self, do: Callable[[], Awaitable[T]], *more: Callable[[], object]) -> T:
        """Do something; on a full disk without the reserve, then without what ``more`` gives up."""
        for make_room in (self.rows.database.make_room, *more):
            try:
                return await do()
            except FullError:
                await asyncio.to_thread(make_room)
        return await do()

    async def _publish(
        self, write: Transaction, base: Base, change: Change, wish: Wish
    ) -> ReindexReport:
        from embeddings.snapshots.reindexing import report_nothing

        started = time.perf_counter()
        await self.live.ready()
        base.check(change.articles)
        is_asked_for = bool(change.articles or wish.full or change.what == "import")
        there = base.snapshot
        if there and not is_asked_for and await asyncio.to_thread(self.live.is_up_to_date, there):
            await asyncio.to_thread(self.kept.sweep)
            return report_nothing(there)
        now = datetime.now(UTC)
        change = change.date(await asyncio.to_thread(lambda: base.articles), now)
        number = await finish(self.rows.take_number, write)
        built = await self._build(number, base, change, wish)
        mark = sha256(built.manifest).hexdigest()
        kept = Kept(number, built.manifest, mark, wish.by, change.counts)
        await finish(partial(self._commit, write, base, change, kept, wish=wish, now=now))
        there = await asyncio.to_thread(self.kept.load, number, before=self.live.snapshot)
        if wish.full:
            await asyncio.to_thread(self.kept.give_up_damaged)
        await self.live.serve(there)
        await asyncio.to_thread(self.kept.sweep)
        added, changed, removed = change.counts
        report = replace(built.report, added=added, changed=changed, removed=removed)
        report = replace(report, seconds=time.perf_counter() - started)
        log.info("snapshot %s is live: %s", report.snapshot, report)
        return report

    async def preview(self, *, full: bool) -> ReindexReport:
        """Say what a reindex would do."""
        from embeddings.snapshots.reindexing import preview, report_nothing

        await self.live.ready()
        base = await self.read()
        there = base.snapshot
        if there and not full and await asyncio.to_thread(self.live.is_up_to_date, there):
            return report_nothing(there)
        order = self._order(base.published.live or 0, base, Change(), (), full=full)
        return await preview(order, self.live.encoder.model_id)

    async def rollback(
        self, write: Transaction, base: Base, name: str | None, wish: Wish
    ) -> RollbackReport:
        """Serve an earlier snapshot, its articles included.

        It is named by its id; None: the last with others. One that cannot be read is built anew.

        Raises:
            UnknownSnapshot: It is not kept, or there is none before.
            SnapshotError: Articles of it are damaged; the present one serves on.
        """
        await self.live.ready()
        number = await asyncio.to_thread(self.kept.number_of, name)
        await asyncio.to_thread(lambda: base.articles)  # which is slow
        try:
            snapshot = await asyncio.to_thread(self.kept.load, number)
            loaded = await self.live.prepare(snapshot)
        except SnapshotError:  # of another format or model, damaged, or given up
            then = await asyncio.to_thread(base.of_rows, self.rows, "", number)
            then.check(())
            change = replace(Change.of_rollback(base.articles, then.articles), back_to=number)
            await self._publish(write, base, change, replace(wish, anyway=True))
        else:
            articles = await asyncio.to_thread(snapshot.articles)
            change = Change.of_rollback(base.articles, articles)
            await self._point_back(write, base, number, change, wish)
            await self.live.replace(snapshot, loaded)
            await asyncio.to_thread(self.kept.sweep)
        rows = {row.id: row for row in self.live.now.sources}
        return RollbackReport(
            snapshot=self.live.now.id,
            previous=str(base.published.live or ""),
            back_to=str(number),
            added=tuple(rows[article.id] for article in change.added),
            changed=tuple(rows[article.id] for article in change.changed),
            removed=change.removed,
        )

    async def _point_back(
        self, write: Transaction, base: Base, number: int, change: Change, wish: Wish
    ) -> None:
        kept = replace(base.published.kept[number], by=wish.by, counts=change.counts)
        entries = change.list_entries(base, wish, kept, datetime.now(UTC))

        def go_back() -> None:
            with write() as connection:
                self._point(connection, base, kept, entries)

        await self.with_room(partial(finish, go_back), partial(self.kept.make_room, number))

    def _order(
        self, number: int, base: Base, change: Change, golden: tuple[Golden, ...], *, full: bool
    ) -> Order:
        from embeddings.snapshots.material import Order

        there, most = base.snapshot, self.settings.gate
        place, articles = self.kept.aside(number), change.articles
        if there is None:
            whole = {**base.articles, **articles}
            return Order(number, place, None, None, whole, full, golden, most)
        mark = base.published.kept[there.number].digest
        return Order(number, place, there.folder, mark, articles, full, golden, most)

    async def _build(self, number: int, base: Base, change: Change, wish: Wish) -> Built:
        """Build the new snapshot; from the rows, where the one before turns out to be damaged."""

        async def build(golden: tuple[Golden, ...]) -> Built:
            order = partial(self._order, number, base, change, golden, full=wish.full)
            return await self.live.build(await asyncio.to_thread(order), wish.progress)

        golden = () if wish.anyway else await asyncio.to_thread(self._ask_of, base, change.articles)
        try:
            built = await build(golden)
        except SnapshotError as error:
            if base.snapshot is None:
                raise
            note = f"{error} The index was built again from the articles."
            base = await asyncio.to_thread(base.of_rows, self.rows, note)
            base.check(change.articles)
            built = await build(())
        return replace(built, report=replace(built.report, notes=base.notes))

    def _ask_of(self, base: Base, articles: Mapping[str, Article | None]) -> tuple[Golden, ...]:
        """Return the golden questions to ask a new snapshot; none where no article changed."""
        if not articles or base.snapshot is None:
            return ()
        gone = {name for name, each in articles.items() if each is None}
        return self.list_golden(base.ids.union(articles) - gone)

    def list_golden(self, ids: AbstractSet[str]) -> tuple[Golden, ...]:
        """Return the golden questions of a collection with the articles of those ids."""
        from embeddings.snapshots import gate

        given, data = self.rows.questions(), self.settings.data
        return gate.golden(data, self.rows.name, given, self.settings.seeds, ids)

    def _commit(
        self,
        write: Transaction,
        base: Base,
        change: Change,
        kept: Kept,
        *,
        wish: Wish,
        now: datetime,
    ) -> None:
        """Name the snapshot, and publish it with its articles in one transaction."""
        before, articles, new = base.published, self.rows.articles, change.articles
        lost = self.rows.find_changed(before) if wish.full else set[int]()
        try:
            self.kept.keep(kept.number)
            set_before = articles.by_hand(change.back_to or before.live) if new else {}
            by_hand = {n: {*set_before.get(n, ()), *change.by_hand.get(n, ())} for n in new}
            with write() as connection:
                if wish.full and base.snapshot:
                    articles.mend(connection, base.snapshot.number, base.articles, now)
                articles.add_history(connection, change.history, now)
                articles.write(connection, kept.number, before.live, new, by_hand=by_hand, at=now)
                if change.what == "import":
                    self.rows.set_questions(connection, change.questions)
                if change.token:
                    self.rows.drop_proposal(connection, change.token)
                self.rows.keep(connection, kept)
                entries = change.list_entries(base, wish, kept, now)
                self._point(connection, base, kept, entries, lost)
        except BaseException:
            is_published = self._is_published(kept)
            if is_published is False:
                self.kept.drop(kept.number)
            if not is_published:
                raise
            log.warning("snapshot %s is live, although the store said nothing", kept.number)

    def _point(
        self,
        connection: Connection,
        base: Base,
        kept: Kept,
        entries: Sequence[AuditEntry],
        changed: AbstractSet[int] = frozenset(),
    ) -> None:
        """Make a snapshot the live one, forget those that are too old, and note it all."""
        self.rows.point(connection, kept.number)
        lost = self.kept.find_lost(base.published) | changed
        self.rows.drop(connection, self.settings.snapshots_kept, lost)
        self.rows.audit.append(connection, entries)

    def _is_published(self, kept: Kept) -> bool | None:
        """Say whether a snapshot was published after all; None where the store cannot tell."""
        try:
            published = self.rows.read_published()
        except StorageError:
            return None
        return published.live == kept.number and kept.number in published.kept
