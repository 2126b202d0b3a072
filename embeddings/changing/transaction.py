"""The one way to change a collection: written down first, done whole or not at all, published."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from embeddings.articlefile import readable
from embeddings.changing import audit
from embeddings.changing.amend import differences
from embeddings.changing.journal import Change
from embeddings.errors import StorageError
from embeddings.snapshots.reindexing import Reindexing
from embeddings.types import AuditEntry
from embeddings.vectors.worker import finished, held

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from embeddings.collection import Collection
    from embeddings.live import Live
    from embeddings.types import Article, ProgressCallback, ReindexReport

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """On what terms a change is made: who wants it, despite the gate or not, and who looks on."""

    by: str = ""
    anyway: bool = False
    progress: ProgressCallback | None = None


class Writer:
    """The one who changes a collection.

    Args:
        collection: Which one.
        live: What serves it.
    """

    def __init__(self, collection: Collection, live: Live) -> None:
        self.collection = collection
        self.live = live

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Be the one writer, after what a crash may have left is ended."""
        async with held(self.collection.writing()):
            await finished(self.collection.end_change)
            yield

    def change(self, what: str, articles: Mapping[str, Article | None]) -> Change:
        """Note what some articles are and what becomes of them; None: they are taken out."""
        paths = {name: self.collection.corpus.path(name) for name in articles}
        before = self.collection.journal.bytes_of(paths.values())
        pairs = [(name, before[paths[name]], new) for name, new in articles.items()]
        return Change(before=before, entries=tuple(_entry(what, *each) for each in pairs))

    async def make(
        self,
        change: Change,
        write: Callable[[], None],
        wish: Wish,
        *,
        full: bool = False,
    ) -> ReindexReport:
        """Make a change and publish it; when that fails, put everything back as it was."""
        live = await asyncio.to_thread(lambda: self.collection.generations.live)
        change = change.of(wish.by, live)
        mark = await finished(self.collection.journal.begin, change)
        try:
            await finished(write)
            how = Reindexing(full=full, anyway=wish.anyway, by=wish.by, change=mark)
            report = await self.live.reindex(how, wish.progress)
        except BaseException:
            await self.settled()
            raise
        notes = await self.settled(report)
        return replace(report, notes=(*report.notes, *notes))

    async def settled(self, report: ReindexReport | None = None) -> tuple[str, ...]:
        """End a change; what the disk refuses is done by the next writer, or at the next start."""
        try:
            await finished(self.collection.journal.settle, report)
        except StorageError as error:
            log.warning("a change is not ended yet: %s", error)
            return (f"The audit log waits for the disk: {error}",)
        return ()


def nothing() -> None:
    """Leave the corpus as it is."""


def _entry(what: str, name: str, data: bytes | None, new: Article | None) -> AuditEntry:
    """Return what the audit log is to say of an article that was a file's bytes."""
    old = readable(data, name)
    was = old.digest if old else (None if data is None else sha256(data).hexdigest())
    return AuditEntry(
        at=audit.now(),
        by="",
        what="change" if what == "add" and data is not None else what,
        article=name,
        before=was,
        after=new.digest if new else None,
        fields=differences(old, new) if old and new else (),
    )
