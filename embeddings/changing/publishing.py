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
from typing import TYPE_CHECKING, TypeVar

from embeddings.changing.changeset import Change
from embeddings.collection import Collection
from embeddings.errors import FullError, SnapshotError, StorageError
from embeddings.reports import RollbackReport
from embeddings.store.pointers import Kept
from embeddings.vectors.worker import finish, hold

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from sqlalchemy import Connection

    from embeddings.collection import Base
    from embeddings.reports import AuditEntry, ReindexReport, Wish
    from embeddings.snapshots.gate import Golden
    from embeddings.snapshots.material import Order
    from embeddings.snapshots.reindexing import Built
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.database import Transaction
    from embeddings.store.pointers import Published

log = logging.getLogger(__name__)

T = TypeVar("T")

GLANCE = 4 << 20
"""Bytes up to which a file is compared when nothing is to be done; ``verify`` compares all."""


class Publisher(Collection):
    """One collection, to be read and changed."""

    @contextlib.asynccontextmanager
    async def hold(self) -> AsyncIterator[Transaction]:
        """Hold the collection, and serve what is published of it.

        Raises:
            BusyError: Somebody else holds it.
            StorageError: The store cannot be written.
        """
        async with hold(self.rows.database.hold(self.rows.name)) as write:
            await asyncio.to_thread(self.rows.pointers.look)
            await self.live.follow()
            yield write

    async def publish(self, write: Transaction, change: Change, wish: Wish) -> ReindexReport:
        """Make a change true; when that fails, nothing happened.

        Where the disk is full, what only takes articles out gives up earlier snapshots for it.

        Raises:
            GateError: The new snapshot answers the golden questions less well.
            StorageError: Something cannot be written.
        """
        do = partial(self._publish, write, change, wish)
        is_removal = change.articles and not any(change.articles.values())
        return await (self._with_room(do) if is_removal else do())

    async def _with_room(self, do: Callable[[], Awaitable[T]], *spare: int) -> T:
        """Do something; where the disk is full, again without the earlier snapshots' files."""
        try:
            return await do()
        except FullError:
            if not await asyncio.to_thread(self.kept.make_room, *spare):
                raise
        return await do()

    async def _publish(self, write: Transaction, change: Change, wish: Wish) -> ReindexReport:
        from embeddings.snapshots.reindexing import Built

        started = time.perf_counter()
        await self.live.ready()
        base = await asyncio.to_thread(self.base, change.articles)
        is_asked_for = bool(change.articles or wish.full or change.is_import)
        there = base.snapshot
        if there and not is_asked_for and await asyncio.to_thread(self._is_up_to_date, there):
            await asyncio.to_thread(self.kept.sweep)
            return Built.of_nothing(there).report(there.number, started)
        now = datetime.now(UTC)
        change = change.date(base.articles, now)
        number = await finish(self._take_number, write)
        built = await self._build(number, base, change, wish)
        kept = Kept.of(number, built.manifest, wish.by, change.counts)
        entries = change.list_entries(base, wish, kept, now)
        await finish(partial(self._commit, write, base, change, kept, entries, full=wish.full))
        await self.live.serve(await asyncio.to_thread(self.kept.load, number))
        await asyncio.to_thread(self.kept.sweep)
        report = built.report(number, started, change.counts)
        log.info("snapshot %s is live: %s", report.snapshot, report)
        return report

    async def preview(self, *, full: bool) -> ReindexReport:
        """Say what a reindex would do."""
        from embeddings.snapshots.reindexing import Built, preview

        started = time.perf_counter()
        await self.live.ready()
        base = await asyncio.to_thread(self.base, None)
        there = base.snapshot
        if there and not full and await asyncio.to_thread(self._is_up_to_date, there):
            return Built.of_nothing(there).report(there.number, started)
        order = self._order(base.published.live or 0, base, Change(), (), full=full)
        would = await preview(order, self.live.encoder.model_id)
        return would.report(base.published.live, started)

    async def rollback(self, write: Transaction, name: str | None, wish: Wish) -> RollbackReport:
        """Serve an earlier snapshot, its articles included.

        It is named by its id; None: the one before.

        Raises:
            UnknownSnapshot: It is not kept, or there is none before.
            SnapshotError: It is damaged, or of another model; the present one serves on.
        """
        await self.live.ready()
        snapshot = await asyncio.to_thread(lambda: self.kept.load(self.kept.number_of(name)))
        base = await asyncio.to_thread(self.base, None)
        then = await asyncio.to_thread(snapshot.articles)
        change = Change.of_rollback(base.articles, then)
        there = base.published.kept[snapshot.number]
        kept = replace(there, by=wish.by, counts=change.counts)
        entries = change.list_entries(base, wish, kept, datetime.now(UTC))
        loaded = await self.live.prepare(snapshot)  # one of another model is refused here
        go_back = partial(finish, self._go_back, write, base.published, kept, entries)
        await self._with_room(go_back, kept.number)
        await self.live.replace(snapshot, loaded)
        await asyncio.to_thread(self.kept.sweep)
        rows = {row.id: row for row in snapshot.sources}
        return RollbackReport(
            snapshot=snapshot.id,
            previous=str(base.published.live or ""),
            added=tuple(rows[article.id] for article in change.added),
            changed=tuple(rows[article.id] for article in change.changed),
            removed=change.removed,
        )

    def _is_up_to_date(self, snapshot: Snapshot) -> bool:
        """Say whether a snapshot is all that a reindex would make; a look, whatever its size."""
        from embeddings.lexical.words import recipe
        from embeddings.snapshots.manifest import find_damage

        if self.live.snapshot is not snapshot:
            return False
        manifest = snapshot.manifest
        if manifest.recipe != recipe() or not self.live.is_of_our_model(snapshot):
            return False
        return not find_damage(snapshot.folder, manifest, most=GLANCE)

    def _order(
        self, number: int, base: Base, change: Change, golden: tuple[Golden, ...], *, full: bool
    ) -> Order:
        from embeddings.snapshots.material import Order

        snapshot = base.snapshot
        return Order(
            number=number,
            folder=self.kept.aside(number),
            base=snapshot.folder if snapshot else None,
            mark=base.published.kept[snapshot.number].digest if snapshot else None,
            change=change.articles if snapshot else {**base.articles, **change.articles},
            full=full,
            golden=golden,
            most=self.settings.gate,
        )

    async def _build(self, number: int, base: Base, change: Change, wish: Wish) -> Built:
        """Build the new snapshot; from the rows, where the one before turns out to be damaged."""

        async def build(golden: tuple[Golden, ...]) -> Built:
            order = partial(self._order, number, base, change, golden, full=wish.full)
            return await self.live.build(await asyncio.to_thread(order), wish.progress)

        golden = () if wish.anyway else await asyncio.to_thread(self.golden, base, change.articles)
        try:
            built = await build(golden)
        except SnapshotError as error:
            if base.snapshot is None:
                raise
            note = f"{error} The index was built again from the articles."
            base = await asyncio.to_thread(self.of_rows, base, change.articles, note)
            built = await build(())
        return replace(built, notes=base.notes)

    def _take_number(self, write: Transaction) -> int:
        with write() as connection:
            return self.rows.take_number(connection)

    def _commit(
        self,
        write: Transaction,
        base: Base,
        change: Change,
        kept: Kept,
        entries: Sequence[AuditEntry],
        *,
        full: bool,
    ) -> None:
        """Name the snapshot, and make it and its articles true in one transaction."""
        rows, live, now = self.rows, base.published.live, entries[-1].at
        try:
            self.kept.keep(kept.number)
            before = rows.articles.by_hand(live) if change.articles else {}
            by_hand = {
                name: before.get(name, frozenset()) | set(change.by_hand.get(name, ()))
                for name in change.articles
            }
            with write() as connection:
                if full and base.snapshot and live is not None:
                    rows.articles.mend(connection, live, base.articles, now)
                rows.articles.add_history(connection, change.history, now)
                rows.articles.write(
                    connection, kept.number, live, change.articles, by_hand=by_hand, at=now
                )
                if change.is_import:
                    rows.set_questions(connection, change.questions)
                rows.keep(connection, kept)
                self._point(connection, base.published, kept, entries)
                if change.token:
                    rows.drop_proposal(connection, change.token)
        except BaseException:
            is_published = self._is_published(kept)
            if is_published is False:
                self.kept.drop(kept.number)
            if not is_published:
                raise
            log.warning("snapshot %s is live, although the store said nothing", kept.number)

    def _go_back(
        self, write: Transaction, before: Published, kept: Kept, entries: Sequence[AuditEntry]
    ) -> None:
        with write() as connection:
            self._point(connection, before, kept, entries)

    def _point(
        self, connection: Connection, before: Published, kept: Kept, entries: Sequence[AuditEntry]
    ) -> None:
        """Make a snapshot the live one, forget those that are too old, and note it all."""
        rows = self.rows
        rows.point(connection, kept.number)
        most, lost = self.settings.snapshots_kept, self.kept.find_lost(before)
        rows.drop(connection, most, lost)
        rows.audit.append(connection, entries)

    def _is_published(self, kept: Kept) -> bool | None:
        """Say whether a snapshot was published after all; None: nobody can tell."""
        try:
            published = self.rows.published()
        except StorageError:
            return None
        return published.live == kept.number and kept.number in published.kept
