"""The search engine: ask, change, look; what the bot and the shell talk to."""

from __future__ import annotations

import asyncio
import contextlib
import platform
import re
from datetime import datetime
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Self

from embeddings.changing.changes import Changes
from embeddings.changing.publishing import Publisher
from embeddings.errors import InputError
from embeddings.live import Live
from embeddings.reports import SnapshotSummary, Status, VerifyReport
from embeddings.snapshots.kept import SnapshotStore
from embeddings.store import open_database
from embeddings.store.pointers import SERVER, CollectionRows, Pointers
from embeddings.store.records import Records
from embeddings.types import SHARED, Answer, Filters, Refusal
from embeddings.vectors.worker import Heard, Priority

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from config.settings import Settings
    from embeddings.snapshots.reindexing import Builder
    from embeddings.store.database import Database
    from embeddings.types import Article, ArticleSummary, Passage, ProgressCallback
    from embeddings.vectors.encoder import Encoder

LIBRARIES = ("discord.py", "faiss-cpu", "numpy", "sentence-transformers", "torch", "verbatim")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def _now() -> datetime:
    return datetime.now().astimezone()


class SearchEngine(Changes):
    """One collection, searched and kept; an async context manager.

    Args:
        settings: Where the data lives, which model, how sure.
        collection: The collection's name.
        create: Make a collection that is not there; the shared one is always made.
        seed: Read the stories of ``settings.seeds`` into a shared collection that is new.
        clock: What "today" is, for questions such as "last week".
        encoder: What makes vectors, in place of the model that the settings name.
        builder: Builds snapshots in a process of its own; by default they are built here.
        progress: Told how far the reindex is that opening the data may need.
        beside: An open engine that outlives this one, whose model, thread and database are used.

    Attributes:
        records: What the bot keeps of people and servers.
        name: The collection's.
        is_shared: Whether it is the operator's, which everybody may search.

    Raises:
        InputError: It is no name for a collection.
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
        if not _NAME.fullmatch(collection):
            raise InputError(
                f"{collection!r} is no name for a collection; use at most 60 of a-z, 0-9 and -."
            )
        self.database: Database = beside.database if beside else open_database(settings)
        self.pointers: Pointers = beside.pointers if beside else Pointers(self.database)
        self.records: Records = beside.records if beside else Records(self.database)
        self._settings = settings
        self._limits = settings.servers if collection.startswith(SERVER) else None
        self.name, self.is_shared = collection, collection == SHARED
        self._create = create or self.is_shared
        has_seeds = seed and self.is_shared and settings.seeds.name != "none"
        self._seeds = settings.seeds if has_seeds else None
        self._clock = clock
        self._progress = progress
        self._beside = beside
        shared = beside._live if beside else None  # noqa: SLF001 - of this class
        self._serve = partial(Live, settings, encoder=encoder, builder=builder, beside=shared)
        self._heard: Heard | None = None

    async def __aenter__(self) -> Self:
        """Load the last good snapshot; build one where there is none.

        The model is loaded when it is first needed, or by ``warm``.

        Raises:
            InputError: There is no such collection, and it is not to be made.
            StorageError: The data cannot be read or written.
        """
        self._rows = CollectionRows(self.database, self.pointers, self.name)
        self._live = self._serve(SnapshotStore(self._rows))
        self._publisher = Publisher(self._settings, self._live)
        try:
            await self._live.open()
            if not self._live.is_cut_off:
                await self._begin()
            self._heard = Heard(self._live.follow)
            self.pointers.listen(self._heard)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the model's thread and what is open of the database."""
        if self._heard:
            await self._heard.stop()
        await self._live.close()
        if self._beside is None:
            self.records.close()
            await asyncio.to_thread(self.database.close)

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
            ModelError: The model cannot be loaded.
        """
        from embeddings.answering import Terms, answer  # what only questions need
        from embeddings.question.understanding import check_question

        text = check_question(question)
        terms = Terms(
            top_k=top_k or self._settings.top_k,
            threshold=self._settings.threshold if threshold is None else threshold,
            filters=filters or Filters(),
            today=self._clock().date(),
            plain=plain,
            before=tuple(before),
        )
        await self._ready()
        live, others = self._live, (engine._live for engine in also)  # noqa: SLF001 - of this class
        found = {each.name: await each.ready() for each in (live, *others)}
        serving = {n: s for n, s in found.items() if s and s.snapshot.manifest.passages}
        if not serving or live.models is None:
            snapshot = live.snapshot.id if live.snapshot else ""
            return Answer(text, snapshot, None, Refusal.EMPTY_CORPUS)
        return await live.worker.run(Priority.QUESTION, answer, text, serving, live.models, terms)

    async def warm(self) -> None:
        """Load what the first question and change would wait for; ModelError when it cannot be."""
        await self._ready()
        for name in ("changing.planning", "snapshots.reindexing", "store.archive"):
            await asyncio.to_thread(import_module, f"embeddings.{name}")
        run, encoder = self._live.worker.run, self._live.encoder
        await run(Priority.QUESTION, encoder.read_query, "?")
        await run(Priority.INDEXING, encoder.encode_documents, ["?", "?"])

    @property
    def model(self) -> str:
        """The model that answers or, before it is loaded, that made the snapshot."""
        return self._live.model_id

    @property
    def threshold(self) -> float:
        """The least confidence that is answered, in [0, 1]."""
        return self._live.threshold

    def sources(self) -> tuple[ArticleSummary, ...]:
        """Return the articles of the snapshot that serves, from memory, by id."""
        return self._live.snapshot.sources if self._live.snapshot else ()

    def passages(self, article_id: str) -> tuple[Passage, ...]:
        """Return an article's passages, in order; raises UnknownArticle where none has that id."""
        snapshot = self._live.now
        return snapshot.passages_of(snapshot.row(article_id))

    async def article(self, article_id: str) -> Article:
        """Read an article again, with its text; raises UnknownArticle where none has that id."""
        snapshot = self._live.now
        return await asyncio.to_thread(snapshot.article, snapshot.row(article_id))

    async def golden(self) -> list[str]:
        """Return the golden questions about articles that are there; raises EmbeddingsError."""
        there = {article.id for article in self.sources()}
        known = await asyncio.to_thread(self._publisher.list_golden, there)
        return [each.question for each in known if any(name in there for name, _ in each.places)]

    def status(self) -> Status:
        """Say what serves now, from memory."""
        live = self._live
        manifest = live.snapshot.manifest if live.snapshot else None
        dimension, index = (manifest.dimension, manifest.index) if manifest else (0, None)
        dimension = live.encoder.dimension if live.models else dimension
        return Status(
            snapshot=manifest.snapshot if manifest else None,
            created_at=manifest.created_at if manifest else None,
            model=self.model,
            dimension=dimension,
            articles=manifest.articles if manifest else 0,
            passages=manifest.passages if manifest else 0,
            collections=tuple(sorted(self.pointers.known)),
            index=live.loaded.index_kind if live.loaded else index,
            threshold=self.threshold,
            calibration=live.calibration.note,
            snapshots=self.snapshots(),
            versions=_versions(),
            notes=(*live.notes, *live.check_model()),
            store=self.database.where(),
        )

    def snapshots(self) -> tuple[SnapshotSummary, ...]:
        """Return the kept snapshots, newest first, from memory."""
        return self._live.summaries

    async def verify(self) -> VerifyReport:
        """Check the pointer, every file, every row and every passage against its digest.

        Raises:
            StorageError: The database cannot be reached.
        """
        from embeddings.snapshots.verifying import verify

        return await asyncio.to_thread(verify, self._live.kept, self._live.snapshot)


def _versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that are installed."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
