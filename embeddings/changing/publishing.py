"""A change made true: a snapshot built of it, and one transaction that makes both the collection.

Nothing is written to the store before the new snapshot is whole: until then a crash leaves a
folder without a name, and after it the change is done. Who changes a collection holds it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from embeddings.changing.changeset import Change, count, date_corrections, report_nothing, tell
from embeddings.changing.going_back import GoingBack
from embeddings.collection import Base
from embeddings.errors import FullError, SnapshotError, StorageError
from embeddings.reports import AuditEntry, ReindexReport
from embeddings.store.articles import whole
from embeddings.store.pointers import Kept
from embeddings.vectors.worker import finish, hold

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from embeddings.changing.changeset import Wish
    from embeddings.snapshots.gate import Golden
    from embeddings.snapshots.reindexing import Built, Order
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.database import Transaction
    from embeddings.types import Article

log = logging.getLogger(__name__)

GLANCE = 4 << 20
"""Bytes up to which a file is compared when nothing is to be done; ``verify`` compares all."""


class Publisher(GoingBack):
    """Who changes one collection.

    Args:
        collection: Which one.
    """

    @contextlib.asynccontextmanager
    async def hold(self) -> AsyncIterator[Transaction]:
        """Hold the collection, and serve what is published of it.

        Raises:
            BusyError: Somebody else holds it.
            StorageError: The store cannot be written.
        """
        async with hold(self._rows.database.hold(self._rows.name)) as write:
            await asyncio.to_thread(self._rows.pointers.look)
            await self._live.follow()
            yield write

    async def publish(
        self, write: Transaction, change: Change, wish: Wish, *, full: bool = False
    ) -> ReindexReport:
        """Make a change true; when that fails, nothing happened.

        Where the disk is full, what only takes articles out gives up earlier snapshots for it.

        Args:
            write: Begins the transaction of who holds the collection.
            change: What is to become of which articles.
            wish: On what terms.
            full: Encode everything again, and mend what is damaged.

        Raises:
            GateError: The new snapshot answers the golden questions less well.
            StorageError: Something cannot be written.
        """
        try:
            return await self._publish(write, change, wish, full=full)
        except FullError:
            is_removal = change.articles and not any(change.articles.values())
            if not is_removal or not await asyncio.to_thread(self._make_room):
                raise
        return await self._publish(write, change, wish, full=full)

    async def _publish(
        self, write: Transaction, change: Change, wish: Wish, *, full: bool
    ) -> ReindexReport:
        started = time.perf_counter()
        await self._live.ready()
        published = await asyncio.to_thread(self._kept.published)
        base = await asyncio.to_thread(self._collection.base, published, set(change.articles))
        is_asked_for = bool(change.articles or full or change.is_import)
        if not is_asked_for and await asyncio.to_thread(self._is_up_to_date, base.snapshot):
            return report_nothing(base.snapshot, started)
        now = datetime.now(UTC)
        change = replace(change, articles=date_corrections(change.articles, base.articles, now))
        number = await finish(self._take_number, write)
        built, notes = await self._build(number, base, change, wish, full=full)
        counts = count(change.articles, base.articles)
        kept = Kept.of(number, built.manifest, wish.by, counts)
        entries = tell(change, base, wish, kept, now)
        await finish(partial(self._commit, write, base, change, kept, entries, full=full))
        await self._live.serve(await asyncio.to_thread(self._kept.load, number))
        await self._clear()
        report = ReindexReport(
            snapshot=str(number),
            added=counts[0],
            changed=counts[1],
            removed=counts[2],
            passages=built.passages,
            reused=built.reused,
            encoded=built.encoded,
            seconds=time.perf_counter() - started,
            notes=notes,
        )
        log.info("snapshot %s is live: %s", report.snapshot, report)
        return report

    async def preview(self, *, full: bool) -> ReindexReport:
        """Say what a reindex would do."""
        from embeddings.snapshots.reindexing import preview

        started = time.perf_counter()
        await self._live.ready()
        published = await asyncio.to_thread(self._kept.published)
        base = await asyncio.to_thread(self._collection.base, published, set(), is_strict=False)
        if not full and await asyncio.to_thread(self._is_up_to_date, base.snapshot):
            return report_nothing(base.snapshot, started)
        order = self._order(published.live or 0, base, {}, (), full=full)
        would = await preview(order, self._live.encoder.model_id)
        return ReindexReport(
            snapshot=str(published.live or ""),
            added=0,
            changed=0,
            removed=0,
            passages=would.passages,
            reused=would.reused,
            encoded=would.encoded,
            seconds=time.perf_counter() - started,
        )

    def _is_up_to_date(self, snapshot: Snapshot | None) -> bool:
        """Say whether a snapshot is all that a reindex would make; a look, whatever its size."""
        from embeddings.lexical.words import recipe
        from embeddings.snapshots.manifest import damaged as damage

        if snapshot is None or self._live.snapshot is not snapshot:
            return False
        manifest = snapshot.manifest
        if manifest.recipe != recipe() or not self._live.is_of_our_model(snapshot):
            return False
        return not damage(snapshot.folder, manifest, most=GLANCE)

    def _order(
        self,
        number: int,
        base: Base,
        articles: Mapping[str, Article | None],
        golden: tuple[Golden, ...],
        *,
        full: bool,
    ) -> Order:
        from embeddings.snapshots.reindexing import Order

        live = base.published.live
        whole_: dict[str, Article | None] = {} if base.snapshot else {**base.articles}
        kept = base.published.kept[live] if base.snapshot and live is not None else None
        return Order(
            number=number,
            folder=self._kept.aside(number),
            base=base.snapshot.folder if base.snapshot else None,
            mark=kept.digest if kept else None,
            change={**whole_, **articles},
            full=full,
            golden=golden,
            most=self._settings.gate,
        )

    async def _build(
        self, number: int, base: Base, change: Change, wish: Wish, *, full: bool
    ) -> tuple[Built, tuple[str, ...]]:
        """Build the new snapshot; from the rows, where the one before turns out to be damaged."""
        golden = (
            ()
            if wish.anyway
            else await asyncio.to_thread(self._collection.golden, base, change.articles)
        )
        try:
            return await self._built(number, base, change, golden, wish, full=full), base.notes
        except SnapshotError as error:
            if base.snapshot is None:
                raise
            notes = (*base.notes, f"{error} The index was built again from the articles.")
            versions = await asyncio.to_thread(self._rows.articles.at, base.published.live)
            articles = whole(versions, change.articles)
            again = Base(base.published, None, articles, notes)
            return await self._built(number, again, change, (), wish, full=full), notes

    async def _built(
        self,
        number: int,
        base: Base,
        change: Change,
        golden: tuple[Golden, ...],
        wish: Wish,
        *,
        full: bool,
    ) -> Built:
        from embeddings.snapshots.reindexing import build

        order = await asyncio.to_thread(
            lambda: self._order(number, base, change.articles, golden, full=full)
        )
        if self._live.builder:
            return await self._live.builder.build(order, wish.progress)
        return await build(order, self._live.tools, wish.progress)

    def _take_number(self, write: Transaction) -> int:
        with write() as connection:
            return self._rows.pointers.take_number(connection, self._rows.name)

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
        rows, live, now = self._rows, base.published.live, entries[-1].at
        try:
            self._kept.keep(kept.number)
            by_hand = rows.articles.by_hand(live) if change.articles else {}
            set_ = {
                name: by_hand.get(name, frozenset()) | set(change.by_hand.get(name, ()))
                for name in change.articles
            }
            with write() as connection:
                if full and base.snapshot and live is not None:
                    rows.articles.mend(connection, live, base.articles, now)
                rows.articles.add_history(connection, change.history, now)
                rows.articles.write(
                    connection, kept.number, live, change.articles, by_hand=set_, at=now
                )
                if change.is_import:
                    rows.pointers.set_questions(connection, rows.name, change.questions)
                rows.pointers.keep(connection, rows.name, kept)
                rows.pointers.point(connection, rows.name, kept.number)
                self._forget_old(connection, base.published)
                rows.audit.append(connection, entries)
                if change.token:
                    rows.proposals.drop(connection, change.token)
        except BaseException:
            is_published = self._is_published(kept)
            if is_published is False:
                self._kept.drop(kept.number)
            if not is_published:
                raise
            log.warning("snapshot %s is live, although the store said nothing", kept.number)

    def _is_published(self, kept: Kept) -> bool | None:
        """Say whether a snapshot was published after all; None: nobody can tell."""
        try:
            published = self._rows.pointers.published(self._rows.name)
        except StorageError:
            return None
        return published.live == kept.number and kept.number in published.kept
