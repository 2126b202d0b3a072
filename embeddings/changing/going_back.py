"""Going back to an earlier snapshot, articles included, as a change of its own."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from embeddings.changing.changeset import Change, count, tell
from embeddings.errors import FullError, StorageError
from embeddings.reports import RollbackReport
from embeddings.types import identity
from embeddings.vectors.worker import finish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from embeddings.changing.changeset import Wish
    from embeddings.collection import Collection
    from embeddings.reports import AuditEntry
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.database import Transaction
    from embeddings.store.pointers import Published
    from embeddings.types import Article

    Becoming = Mapping[str, Article | None]
    """Article id -> what becomes of it; None: it is taken out."""


class GoingBack:
    """What publishing and going back have in common, and going back.

    Args:
        collection: Which one.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._settings = collection.settings
        self._rows = collection.rows
        self._live = collection.live
        self._kept = collection.kept

    async def rollback(self, write: Transaction, name: str | None, wish: Wish) -> RollbackReport:
        """Serve an earlier snapshot, its articles included.

        Raises:
            UnknownSnapshot: It is not kept, or there is none before.
            SnapshotError: It is damaged, or of another model; the present one serves on.
        """
        await self._live.ready()
        number = await asyncio.to_thread(
            lambda: self._kept.number_of(name) if name else self._kept.before(self._live_number())
        )
        snapshot = await asyncio.to_thread(self._kept.load, number)
        published = await asyncio.to_thread(self._kept.published)
        base = await asyncio.to_thread(self._collection.base, published, set(), is_strict=False)
        then = await asyncio.to_thread(snapshot.articles)
        change = Change("rollback", _difference(base.articles, then))
        counts = count(change.articles, base.articles)
        kept = replace(published.kept[number], by=wish.by, counts=counts)
        entries = tell(change, base, wish, kept, datetime.now(UTC))
        loaded = await self._live.prepare(snapshot)  # one of another model is refused here
        try:
            await finish(self._go_back, write, number, entries)
        except FullError:
            if not await asyncio.to_thread(self._make_room, number):
                raise
            await finish(self._go_back, write, number, entries)
        await self._live.replace(snapshot, loaded)
        await self._clear()
        return _report(snapshot, published.live, change.articles, base.articles)

    def _live_number(self) -> int | None:
        return self._kept.published().live

    def _go_back(self, write: Transaction, number: int, entries: Sequence[AuditEntry]) -> None:
        rows = self._rows
        with write() as connection:
            rows.pointers.point(connection, rows.name, number)
            self._forget_old(connection, self._kept.published())
            rows.audit.append(connection, entries)

    def _make_room(self, *spare: int) -> bool:
        return self._kept.make_room(self._kept.published(), *spare)

    def _forget_old(self, connection: Connection, before: Published) -> None:
        lost = self._kept.lost(before)
        most = self._settings.snapshots_kept
        self._rows.pointers.drop(connection, self._rows.name, most, lost)

    async def _clear(self) -> None:
        """Remove the files that are not kept any more; what the disk refuses is done later."""
        with contextlib.suppress(StorageError):
            await asyncio.to_thread(lambda: self._kept.sweep(self._kept.published()))


def _difference(now: Mapping[str, Article], then: Mapping[str, Article]) -> Becoming:
    """Return what becomes of which articles when they are again as they were then."""
    back: dict[str, Article | None] = {
        name: article
        for name, article in then.items()
        if name not in now or identity(article) != identity(now[name])
    }
    return {**back, **dict.fromkeys(now.keys() - then.keys())}


def _report(
    snapshot: Snapshot, previous: int | None, articles: Becoming, there: Mapping[str, Article]
) -> RollbackReport:
    rows = {each.id: each for each in snapshot.sources if each.id in articles}
    return RollbackReport(
        snapshot=snapshot.id,
        previous=str(previous or ""),
        added=tuple(row for name, row in sorted(rows.items()) if name not in there),
        changed=tuple(row for name, row in sorted(rows.items()) if name in there),
        removed=tuple(sorted(name for name, article in articles.items() if article is None)),
    )
