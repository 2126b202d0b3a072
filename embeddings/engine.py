"""The search engine: ask, reindex, add, remove, status; what the bot and the shell talk to."""

from __future__ import annotations

import asyncio
import contextlib
import platform
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Self

from embeddings.asking import MAX_QUESTION, Terms, checked
from embeddings.collection import Collection
from embeddings.files import writer_lock
from embeddings.live import Live
from embeddings.types import SHARED, Answer, ChangeReport, Filters, Refusal, Rejected, Status
from embeddings.worker import Priority

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from config.settings import Settings
    from embeddings.encoder import Encoder
    from embeddings.types import (
        Article,
        ArticleSummary,
        Passage,
        ProgressCallback,
        ReindexReport,
        SnapshotSummary,
        VerifyReport,
    )

__all__ = ["MAX_QUESTION", "SearchEngine"]

LIBRARIES = ("discord.py", "faiss-cpu", "numpy", "sentence-transformers", "torch", "verbatim")


def _now() -> datetime:
    return datetime.now().astimezone()


class SearchEngine:
    """One collection, searched and kept; an async context manager.

    Args:
        settings: Where the data lives, which model, how sure.
        collection: The collection's name; the folder is made when ``create`` is set.
        create: Make a collection that is not there; the shared one is always made.
        seed: Read the stories of ``settings.seeds`` into a shared collection that is new.
        clock: What "today" is, for questions such as "last week".
        encoder: What makes vectors, in place of the model that the settings name.
        progress: Told how far the reindex is that opening the data may need.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        collection: str = SHARED,
        create: bool = False,
        seed: bool = True,
        clock: Callable[[], datetime] = _now,
        encoder: Encoder | None = None,
        progress: ProgressCallback | None = None,
    ) -> None:
        self._settings = settings
        self._collection = Collection(settings.data, collection, settings.fetch)
        self._create = create or collection == SHARED
        self._seeds = settings.seeds if seed and collection == SHARED else None
        self._clock = clock
        self._given = encoder
        self._progress = progress

    async def __aenter__(self) -> Self:
        """Load the model and the last good snapshot; build one where there is none.

        Raises:
            InputError: There is no such collection.
            ModelError: The model cannot be loaded.
            StorageError: The data folder cannot be read or written.
        """
        self._collection.open(create=self._create)
        self._live = Live(self._settings, self._collection, self._given)
        try:
            await self._live.open(self._seeds, self._progress)
        except BaseException:
            await self._live.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the model's thread."""
        await self._live.close()

    async def ask(
        self,
        question: str,
        *,
        top_k: int | None = None,
        filters: Filters | None = None,
        threshold: float | None = None,
        plain: bool = False,
    ) -> Answer:
        """Answer with quotes or a refusal.

        Args:
            question: What somebody asks.
            top_k: The most passages to show; by default the setting's.
            filters: What to search in; by default everything.
            threshold: The least confidence that is answered; by default the one in force.
            plain: Rank only, as measuring wants it: near-duplicates stay, dates are not read.

        Raises:
            QuestionError: The question is empty, too long, or has no word.
            UnknownArticle: The filters name an article that is not there.
        """
        text = checked(question)
        await self._live.follow()
        if not (serving := self._live.serving) or not serving.snapshot.manifest.passages:
            return Answer(text, serving.snapshot.id if serving else "", None, Refusal.EMPTY_CORPUS)
        terms = Terms(
            top_k=top_k or self._settings.top_k,
            threshold=self.threshold if threshold is None else threshold,
            filters=filters or Filters(),
            today=self._clock().date(),
            strict=(threshold, self._settings.threshold) != (None, None),
            plain=plain,
        )
        if terms.filters.article_id:
            serving.snapshot.row(terms.filters.article_id)
        return await self._live.answer(text, terms)

    async def warm(self) -> None:
        """Load what the first question and the first reindex would wait for."""
        encoder = self._live.encoder
        await self._live.worker.run(Priority.QUESTION, encoder.encode_query, "?")
        await self._live.worker.run(Priority.INDEXING, encoder.encode_documents, ["?"])

    @property
    def threshold(self) -> float:
        """The least confidence that is answered, in [0, 1]."""
        return self._live.threshold

    def sources(self) -> tuple[ArticleSummary, ...]:
        """Return the articles of the snapshot that serves, from memory, by id."""
        return self._live.serving.snapshot.sources if self._live.serving else ()

    def passages(self, article_id: str) -> tuple[Passage, ...]:
        """Return an article's passages in order, from memory.

        Raises:
            UnknownArticle: No article has that id.
        """
        snapshot = self._live.now.snapshot
        return snapshot.passages_of(snapshot.row(article_id))

    async def article(self, article_id: str) -> Article:
        """Read an article again, with its text.

        Raises:
            UnknownArticle: No article has that id.
        """
        snapshot = self._live.now.snapshot
        return await asyncio.to_thread(snapshot.article, snapshot.row(article_id))

    async def reindex(
        self,
        *,
        dry_run: bool = False,
        full: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ReindexReport:
        """Build a new snapshot of the corpus and publish it; questions are answered meanwhile.

        Args:
            dry_run: Say what would be done, and do nothing.
            full: Encode everything again.
            progress: Called on the event loop's thread.

        Raises:
            BusyError: Another reindex is under way; the sentence says since when.
            StorageError: The disk is full or cannot be written; the old snapshot serves on.
        """
        if dry_run:
            return await self._live.reindex(full=full, dry_run=True)
        with writer_lock(self._collection.folder):
            return await self._live.reindex(full=full, progress=progress)

    async def add(
        self,
        inputs: Sequence[str],
        *,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ChangeReport:
        """Read files, folders and pages in, then reindex; what is not taken is told, one by one.

        Raises:
            BusyError: Somebody else is writing.
            StorageError: The disk is full or cannot be written; the old snapshot serves on.
        """
        if dry_run:
            plan = await asyncio.to_thread(self._collection.corpus.plan, inputs)
            return plan.told()
        with writer_lock(self._collection.folder):
            plan = await asyncio.to_thread(self._collection.corpus.plan, inputs)
            if not plan.added and not plan.changed:
                return plan.told()
            await asyncio.to_thread(self._collection.corpus.apply, plan)
            return plan.told(await self._live.reindex(progress=progress))

    async def remove(
        self,
        article_ids: Sequence[str],
        *,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ChangeReport:
        """Take articles out, then reindex; unknown ids are told, one by one.

        Raises:
            BusyError: Somebody else is writing.
            StorageError: The disk is full or cannot be written; the old snapshot serves on.
        """
        wanted = list(dict.fromkeys(article_ids))
        with writer_lock(self._collection.folder):
            known = set(await asyncio.to_thread(self._collection.corpus.ids))
            there = tuple(name for name in wanted if name in known)
            rejected = tuple(
                Rejected(name, f"There is no article {name!r}; `sources` lists the articles.")
                for name in wanted
                if name not in known
            )
            if dry_run or not there:
                return ChangeReport(removed=there, rejected=rejected)
            for name in there:
                await asyncio.to_thread(self._collection.corpus.remove, name)
            report = await self._live.reindex(progress=progress)
        return ChangeReport(removed=there, rejected=rejected, report=report)

    async def rollback(self, snapshot: str | None = None) -> tuple[str, str]:
        """Serve an earlier snapshot, by default the one before; return its id and the previous.

        Raises:
            UnknownSnapshot: It is not kept, or there is none before.
            SnapshotError: It is damaged; the present one serves on.
        """
        with writer_lock(self._collection.folder):
            previous = self._live.serving.snapshot.id if self._live.serving else ""
            name = snapshot or self._collection.generations.before(previous or None)
            serving = await asyncio.to_thread(self._live.load, name)
            self._collection.generations.publish(name)
            self._live.serving = serving
        return name, previous

    def status(self) -> Status:
        """Say what serves now."""
        manifest = self._live.serving.snapshot.manifest if self._live.serving else None
        return Status(
            snapshot=manifest.snapshot if manifest else None,
            created_at=manifest.created_at if manifest else None,
            model=self._live.encoder.model_id,
            dimension=self._live.encoder.dimension,
            articles=manifest.articles if manifest else 0,
            passages=manifest.passages if manifest else 0,
            collections=self._collection.siblings(),
            index=self._live.serving.index_kind if self._live.serving else None,
            threshold=self.threshold,
            calibration=self._live.calibration.note,
            snapshots=self.snapshots(),
            versions=_versions(),
            notes=self._live.notes,
        )

    def snapshots(self) -> tuple[SnapshotSummary, ...]:
        """Return the kept snapshots, newest first."""
        return self._collection.generations.summaries()

    async def verify(self) -> VerifyReport:
        """Check every file and every stored passage against its digest."""
        serving = self._live.serving
        return await asyncio.to_thread(
            self._collection.verify, serving.snapshot if serving else None
        )


def _versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that are installed."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
