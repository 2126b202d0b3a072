"""The search engine: ask, reindex, add, remove, status; what the bot and the shell talk to."""

from __future__ import annotations

import asyncio
import contextlib
import platform
from dataclasses import replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Self

from embeddings.answering import Terms
from embeddings.changing.commands import Changing
from embeddings.changing.limits import limits_of
from embeddings.collection import Collection
from embeddings.live import Live
from embeddings.question.understanding import MAX_QUESTION, check_question
from embeddings.store.opening import open_store
from embeddings.types import SHARED, Filters, Standing, Status
from embeddings.vectors.worker import Heard, Priority

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from config.settings import Settings
    from embeddings.snapshots.reindexing import Builder
    from embeddings.store.store import Helping, Store
    from embeddings.types import (
        Answer,
        Article,
        ArticleSummary,
        Hit,
        Passage,
        ProgressCallback,
        SnapshotSummary,
        VerifyReport,
    )
    from embeddings.vectors.encoder import Encoder

__all__ = ["MAX_QUESTION", "SearchEngine"]

LIBRARIES = ("discord.py", "faiss-cpu", "numpy", "sentence-transformers", "torch", "verbatim")


def _now() -> datetime:
    return datetime.now().astimezone()


class SearchEngine(Changing):
    """One collection, searched and kept; an async context manager.

    Args:
        settings: Where the data lives, which model, how sure.
        collection: The collection's name; the folder is made when ``create`` is set.
        create: Make a collection that is not there; the shared one is always made.
        seed: Read the stories of ``settings.seeds`` into a shared collection that is new.
        clock: What "today" is, for questions such as "last week".
        encoder: What makes vectors, in place of the model that the settings name.
        builder: Builds snapshots in a process of its own; by default they are built here.
        progress: Told how far the reindex is that opening the data may need.
        beside: An open engine of another collection that outlives this one, whose model and
            thread are used.
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
        builder: Builder | None = None,
        progress: ProgressCallback | None = None,
        beside: SearchEngine | None = None,
    ) -> None:
        self._settings = settings
        limits = limits_of(settings, collection)
        self.store: Store = beside.store if beside else open_store(settings)
        self._collection = Collection(settings.data, collection, settings.fetch, limits, self.store)
        self._create = create or collection == SHARED
        self._seeds = settings.seeds if seed and collection == SHARED else None
        self._clock = clock
        self._given = encoder
        self._builder = builder
        self._progress = progress
        self._helper: Helping | None = None
        self._heard: Heard | None = None
        self._beside = beside._live if beside else None  # noqa: SLF001 - of the same class

    async def __aenter__(self) -> Self:
        """Load the model and the last good snapshot; build one where there is none.

        Raises:
            InputError: There is no such collection.
            ModelError: The model cannot be loaded.
            StorageError: The data folder cannot be read or written.
        """
        self._live = Live(
            self._settings, self._collection, self._given, self._builder, beside=self._beside
        )
        try:
            await asyncio.to_thread(self._collection.open, create=self._create)
            await asyncio.to_thread(self._collection.recover)
            await self._live.open(self._seeds, self._progress)
            await asyncio.to_thread(self._collection.recover)
            await self._join_in()
        except BaseException:
            await self._close()
            raise
        return self

    async def _join_in(self) -> None:
        """Hear what other processes publish, and encode for them when they have much to do."""
        self._heard = Heard(self._live.follow)
        self._collection.generations.listen(self._heard.tell)
        helper = self._collection.helper(self._help)
        if helper and self._beside is None:
            self._helper = helper
            await helper.start()

    async def _help(self) -> int:
        """Encode some texts for another process; return how many that were.

        Who has a process of its own to build in answers questions in this one: to load here what
        only passages need would keep them waiting.
        """
        if self._builder:
            return await self._builder.help(self._collection.name)
        encoding = self._collection.encoding(self._live.encoder, self._live.worker)
        return await encoding.help() if encoding else 0

    async def _close(self) -> None:
        if self._helper:
            await self._helper.stop()
        if self._heard:
            await self._heard.stop()
        await self._live.close()
        if self._beside is None:
            await asyncio.to_thread(self.store.close)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the model's thread and what the store has open."""
        await self._close()

    async def ask(
        self,
        question: str,
        *,
        top_k: int | None = None,
        filters: Filters | None = None,
        threshold: float | None = None,
        plain: bool = False,
        before: Sequence[str] = (),
        also: Sequence[SearchEngine] = (),
    ) -> Answer:
        """Answer with quotes or a refusal.

        Args:
            question: What somebody asks.
            top_k: The most passages to show; by default the setting's.
            filters: What to search in; by default everything.
            threshold: The least confidence that is answered; by default the one in force.
            plain: Rank only, as measuring wants it: near-duplicates stay, dates are not read.
            before: What was asked before in the same conversation, oldest first.
            also: Other open collections, which are searched as well.

        Raises:
            QuestionError: The question is empty, too long, or has no word.
            UnknownArticle: The filters name an article that is not there.
        """
        text = check_question(question)
        others = [engine._live for engine in also]  # noqa: SLF001 - of the same class
        for live in (self._live, *others):
            await live.follow()
        terms = Terms(
            top_k=top_k or self._settings.top_k,
            threshold=self._settings.threshold if threshold is None else threshold,
            filters=filters or Filters(),
            today=self._clock().date(),
            plain=plain,
            before=tuple(before),
        )
        answer = await self._live.answer(text, terms, others)
        return replace(answer, hits=tuple(_dated(hit, (self, *also)) for hit in answer.hits))

    async def warm(self) -> None:
        """Load what the first question would wait for."""
        await self._live.worker.run(Priority.QUESTION, self._live.encoder.encode_query, "?")

    @property
    def threshold(self) -> float:
        """The least confidence that is answered, in [0, 1]."""
        return self._live.threshold

    def sources(self) -> tuple[ArticleSummary, ...]:
        """Return the articles of the snapshot that serves, from memory, by id."""
        serving = self._live.serving
        return self._collection.audit.dated(serving.snapshot.sources) if serving else ()

    def passages(self, article_id: str) -> tuple[Passage, ...]:
        """Return an article's passages in order, from memory.

        Raises:
            UnknownArticle: No article has that id.
        """
        snapshot = self._live.now.snapshot
        return snapshot.passages_of(snapshot.row(article_id))

    def standing(self, article_id: str, digest: str) -> Standing:
        """Say whether a passage that was quoted is still there, word for word; from memory.

        Args:
            article_id: The article that it was quoted from.
            digest: The passage's digest, or how it begins.
        """
        snapshot = self._live.serving.snapshot if self._live.serving else None
        if snapshot is None or article_id not in snapshot.digests:
            return Standing.GONE
        passages = snapshot.passages_of(snapshot.row(article_id))
        same = any(passage.digest.startswith(digest) for passage in passages)
        return Standing.CURRENT if same else Standing.CHANGED

    async def article(self, article_id: str) -> Article:
        """Read an article again, with its text.

        Raises:
            UnknownArticle: No article has that id.
        """
        snapshot = self._live.now.snapshot
        return await asyncio.to_thread(snapshot.article, snapshot.row(article_id))

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
            store=self.store.where(),
        )

    def snapshots(self) -> tuple[SnapshotSummary, ...]:
        """Return the kept snapshots, newest first."""
        return self._collection.summaries()

    async def verify(self) -> VerifyReport:
        """Check every file and every stored passage against its digest."""
        serving = self._live.serving
        return await asyncio.to_thread(
            self._collection.verify, serving.snapshot if serving else None
        )


def _dated(hit: Hit, engines: Sequence[SearchEngine]) -> Hit:
    """Say when the article of a hit was corrected."""
    for engine in engines:
        collection = engine._collection  # noqa: SLF001 - of the same file
        if collection.name == hit.article.collection:
            return replace(hit, corrected=collection.audit.corrected().get(hit.article.id))
    return hit


def _versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that are installed."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
