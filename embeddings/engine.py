"""The search engine: asks, changes and inspects one collection; the bot and the shell use it."""

from __future__ import annotations

import asyncio
import contextlib
import platform
import re
from datetime import datetime
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Self

from config import find_version
from embeddings.changing.changes import Changes
from embeddings.errors import BusyError, InputError
from embeddings.live import Live
from embeddings.reports import SnapshotSummary, Status, VerifyReport
from embeddings.snapshots.kept import SnapshotStore
from embeddings.store import open_database
from embeddings.store.records import Records
from embeddings.store.rows import CollectionRows
from embeddings.threads import Listener, Priority
from embeddings.types import SHARED, Answer, Filters, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from config.settings import Settings
    from embeddings.loaded import LoadedSnapshot
    from embeddings.snapshots.builder import Builder
    from embeddings.store.database import Database
    from embeddings.types import Article, ArticleSummary, Passage, ProgressCallback
    from embeddings.vectors.models import Encoder

LIBRARIES = ("discord.py", "faiss-cpu", "numpy", "sentence-transformers", "torch", "verbatim")
SERVER = "server-"
"""The prefix of the name of a server's own collection; the server's Discord id follows."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def _now() -> datetime:
    return datetime.now().astimezone()


class SearchEngine(Changes):
    """The engine of one collection; an async context manager.

    Args:
        settings: They name the data folder, the model and the threshold, among others.
        collection: The collection's name.
        create: Create the collection if it does not exist; the shared one is always created.
        seed: Read the stories of ``settings.seeds`` into a new shared collection.
        clock: Returns the current time, from which "last week" in a question is counted.
        encoder: Used in place of the model that the settings name.
        builder: Builds snapshots in another process; by default this process builds them.
        progress: Called with the progress of the reindex that opening the data may need.
        beside: An open engine that outlives this one and lends its model, thread and database.

    Attributes:
        records: The bot's records of people and servers.
        name: The collection's name.
        is_shared: Whether this is the operator's collection, which everybody may search.

    Raises:
        InputError: The collection's name is not valid.
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
        self._make_live = partial(Live, settings, encoder=encoder, builder=builder, beside=shared)
        self._listener: Listener | None = None

    async def __aenter__(self) -> Self:
        """Load the last good snapshot, or build one if there is none.

        The model is loaded when it is first needed, or by ``warm``.

        Raises:
            InputError: The collection does not exist and must not be created.
            StorageError: The data cannot be read or written.
        """
        self._live = self._make_live(SnapshotStore(CollectionRows(self.database, self.name)))
        try:
            await self._live.open()
            if not self._live.is_cut_off:
                await self._begin()
            self._listener = Listener(self._live.follow)
            self.database.listen(self._listener)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening, end the model's thread, and close the database."""
        if self._listener:
            await self._listener.stop()
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
        before: Sequence[str] = (),
        also: Sequence[SearchEngine] = (),
    ) -> Answer:
        """Answer a question with quotes or a refusal.

        Args:
            question: Of at most ``MAX_QUESTION`` characters.
            top_k: The most passages to show; by default the setting.
            filters: Restrict the search; by default everything is searched.
            threshold: The least confidence to answer with; by default the one in force.
            before: Earlier questions of the same conversation, oldest first.
            also: The engines of other open collections to search as well.

        Raises:
            QuestionError: The question is empty, too long, or has no word.
            UnknownArticle: The filters name an article that does not exist.
            ModelError: The model cannot be loaded.
        """
        from embeddings.answering import AskOptions, answer  # only questions need them
        from embeddings.question.understanding import check_question

        text = check_question(question)
        options = AskOptions(
            top_k=top_k or self._settings.top_k,
            threshold=self._settings.threshold if threshold is None else threshold,
            filters=filters or Filters(),
            today=self._clock().date(),
            before=tuple(before),
        )
        loaded, live = {self.name: await self._load()}, self._live
        for other in also:
            with contextlib.suppress(BusyError):  # it is built again, and the others answer
                loaded[other.name] = await other._load()  # noqa: SLF001 - of this class
        searched = {n: s for n, s in loaded.items() if s and s.snapshot.manifest.passages}
        if not searched or live.models is None:
            snapshot = live.snapshot.id if live.snapshot else ""
            return Answer(text, snapshot, None, Refusal.EMPTY_CORPUS)
        return await live.worker.run(
            Priority.QUESTION, answer, text, searched, live.models, options
        )

    async def warm(self) -> None:
        """Load now what the first question and change would wait for; raises ModelError."""
        await self._load()
        for name in ("changing.planning", "snapshots.builder", "store.archive"):
            await asyncio.to_thread(import_module, f"embeddings.{name}")
        run, encoder = self._live.worker.run, self._live.encoder
        await run(Priority.QUESTION, encoder.encode_query, "?")
        await run(Priority.INDEXING, encoder.encode_documents, ["?", "?"])

    async def _load(self) -> LoadedSnapshot | None:
        """Return the live snapshot, loaded; it is built again if another model made it."""
        live = self._live
        if await live.ready() is None and live.snapshot and not live.is_cut_off:
            live.note(f"The index was made with {live.snapshot.manifest.model}: it is built again.")
            await self.reindex(progress=self._progress)
        return live.loaded

    @property
    def model(self) -> str:
        """The id of the loaded model or, before one is loaded, of the snapshot's model."""
        return self._live.model_id

    @property
    def threshold(self) -> float:
        """The least confidence that is shown as an answer, in [0, 1]."""
        return self._live.threshold

    def sources(self) -> tuple[ArticleSummary, ...]:
        """Return the articles of the live snapshot, sorted by id, from memory."""
        return self._live.snapshot.sources if self._live.snapshot else ()

    def passages(self, article_id: str) -> tuple[Passage, ...]:
        """Return an article's passages, in order; raises UnknownArticle if there is no such id."""
        snapshot = self._live.current
        return snapshot.passages_of(snapshot.row(article_id))

    async def article(self, article_id: str) -> Article:
        """Read an article with its text; raises UnknownArticle if there is no such id."""
        snapshot = self._live.current
        return await asyncio.to_thread(snapshot.article, snapshot.row(article_id))

    async def golden(self) -> list[str]:
        """Return the golden questions about articles of this collection; raises EmbeddingsError."""
        from embeddings.snapshots.checks import read_golden

        ids = {article.id for article in self.sources()}
        golden = await asyncio.to_thread(read_golden, self._live.rows, self._settings, ids)
        return [one.question for one in golden if any(name in ids for name, _ in one.places)]

    def status(self) -> Status:
        """Describe the live snapshot, the model and the store, from memory."""
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
            collections=tuple(sorted(self.database.known)),
            index=live.loaded.index_kind if live.loaded else index,
            threshold=self.threshold,
            calibration=live.calibration.note,
            snapshots=self.snapshots(),
            versions=_versions(),
            notes=(*live.notes, *live.check_model()),
            store=self.database.describe(),
        )

    def snapshots(self) -> tuple[SnapshotSummary, ...]:
        """Return the kept snapshots, newest first, from memory."""
        return self._live.summaries

    async def verify(self) -> VerifyReport:
        """Check the pointer, and each file, row and passage by its digest; raises StorageError."""
        from embeddings.snapshots.checks import verify

        return await asyncio.to_thread(verify, self._live.snapshots, self._live.snapshot)


def _versions() -> dict[str, str]:
    """Return the installed versions of Python and of the libraries."""
    found = {name: find_version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), **{n: v for n, v in found.items() if v}}
