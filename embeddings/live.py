"""What serves now: the snapshot, the model and its thread; opened, followed, replaced."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from embeddings.answering import Models, answer
from embeddings.changing import gate
from embeddings.errors import BusyError, EmbeddingsError, SnapshotError, UnknownArticle
from embeddings.loaded import LoadedSnapshot
from embeddings.ranking.confidence import calibration_for
from embeddings.snapshots.reindexing import Changes, Reindex, Reindexing, changes
from embeddings.types import Answer, Refusal
from embeddings.vectors.encoder import load_encoder
from embeddings.vectors.reranker import load_reranker
from embeddings.vectors.worker import Priority, Worker, held

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from config.settings import Settings
    from embeddings.answering import Terms
    from embeddings.collection import Collection
    from embeddings.snapshots.reindexing import Builder, Material
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.types import ProgressCallback, ReindexReport
    from embeddings.vectors.encoder import Encoder

log = logging.getLogger(__name__)

PLAIN = Reindexing()
PATIENCE = 120.0
"""Seconds to wait for another process that is building the first snapshot."""


class Live:
    """The snapshot that serves one collection, and all that is needed to replace it.

    Args:
        settings: Which model, how sure, how many snapshots are kept.
        collection: Whose snapshots.
        encoder: What makes vectors, in place of the model that the settings name.
        builder: Builds the snapshots in a process of its own; by default they are built here.
        beside: Another one that is open and outlives this one: its model and its thread are used.
    """

    def __init__(
        self,
        settings: Settings,
        collection: Collection,
        encoder: Encoder | None = None,
        builder: Builder | None = None,
        *,
        beside: Live | None = None,
    ) -> None:
        self.collection = collection
        self.serving: LoadedSnapshot | None = None
        self.notes: tuple[str, ...] = ()
        self.worker: Worker = beside.worker if beside else Worker()
        self._settings = settings
        self.models: Models
        self._given = encoder
        self._beside = beside
        self.builder: Builder | None = beside.builder if beside else builder
        self._following = asyncio.Lock()
        self._refused = ""

    async def close(self) -> None:
        """End the model's thread when it has done what waits."""
        if self._beside is None:
            await asyncio.to_thread(self.worker.close)

    async def open(self, seeds: Path | None, progress: ProgressCallback | None) -> None:
        """Load the model and the last good snapshot; build one where there is none.

        Args:
            seeds: The stories that a new collection begins with.
            progress: Told how far that is.
        """
        await self.load_best()
        if self.serving is None:
            await self._first(seeds, progress)

    async def load_best(self) -> None:
        """Load the model, and the last good snapshot that was made with it, if there is one."""
        self.models = await self.worker.run(Priority.QUESTION, self._load_models)
        self.calibration = calibration_for(self._settings, self.encoder.model_id)
        snapshot, self.notes = await asyncio.to_thread(self.collection.generations.load_best)
        if snapshot and snapshot.manifest.model == self.encoder.model_id:
            self.serving = await asyncio.to_thread(self._serving, snapshot)
        elif snapshot:
            self._note(f"The index was made with {snapshot.manifest.model}: it is built again.")

    @property
    def encoder(self) -> Encoder:
        """What makes vectors."""
        return self.models.encoder

    def _load_models(self) -> Models:
        """Load the models on the thread that will use them, unless another has them."""
        if self._beside:
            return self._beside.models
        encoder = self._given or load_encoder(self._settings)
        return Models(encoder, load_reranker(self._settings))

    async def _first(self, seeds: Path | None, progress: ProgressCallback | None) -> None:
        """Build the snapshot that is missing, or wait for another process that is about it."""
        generations = self.collection.generations
        missing = await asyncio.to_thread(lambda: generations.live)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                async with held(self.collection.writing()):
                    if await asyncio.to_thread(lambda: generations.live) != missing:
                        await self._catch_up()
                    if self.serving is None:
                        await self._build_first(seeds, progress)
            except BusyError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)
            else:
                return

    async def _build_first(self, seeds: Path | None, progress: ProgressCallback | None) -> None:
        if seeds:
            await asyncio.to_thread(self.collection.begin_with, seeds)
        if await asyncio.to_thread(self.collection.corpus.ids):
            await self.reindex(Reindexing(), progress)

    async def reindex(
        self, how: Reindexing, progress: ProgressCallback | None = None
    ) -> ReindexReport:
        """Build a snapshot of the corpus and serve it; the caller holds the writer's lock.

        Raises:
            StorageError: The disk is full or cannot be written; the old snapshot serves on.
            SnapshotError: What was written cannot be read back; the old snapshot serves on.
        """
        if self.builder:
            report = await self.builder.reindex(self.collection.name, how, progress)
            await self._catch_up()
            return report
        if self.serving:
            await self._catch_up()
        known = None if how.full else self._snapshot
        material, problems = await asyncio.to_thread(self.collection.material, known)
        if how.dry_run:
            return await self._run().preview(material, self._snapshot, full=how.full)
        check = None if how.anyway else await asyncio.to_thread(self._gate, material)
        return await self.publish(material, how, progress=progress, notes=problems, check=check)

    def _gate(self, material: Material) -> Callable[[LoadedSnapshot], None] | None:
        """Return what a new snapshot is asked before it is published; nothing without a change.

        Raises:
            InputError: The golden questions cannot be read.
        """
        before = self.serving
        if before is None or changes(material, before.snapshot) == Changes(0, 0, 0):
            return None
        ids = {article.id for article in material.articles}
        questions = gate.golden(self.collection, self._settings.seeds, ids)
        return lambda new: gate.check(questions, before, new, self._encode, self._settings.gate)

    def _encode(self, text: str) -> NDArray[np.float32]:
        return self.worker.wait(Priority.INDEXING, self.encoder.encode_query, text)

    async def publish(
        self,
        material: Material,
        how: Reindexing = PLAIN,
        *,
        progress: ProgressCallback | None = None,
        notes: tuple[str, ...] = (),
        check: Callable[[LoadedSnapshot], None] | None = None,
    ) -> ReindexReport:
        """Build a snapshot of some material and serve it; the caller holds the writer's lock."""
        journal = self.collection.journal
        serving, report = await self._run().run(
            material,
            self._snapshot,
            full=how.full,
            progress=progress,
            notes=notes,
            check=check,
            still=partial(journal.still, how.change) if how.change else None,
        )
        self.serving = await asyncio.to_thread(self._published, serving)
        await asyncio.to_thread(
            self.collection.generations.clear, self._settings.snapshots_kept, report.snapshot
        )
        return report

    def _published(self, serving: LoadedSnapshot) -> LoadedSnapshot:
        """Return what serves a snapshot that was only just published."""
        indexes = self.collection.generations.indexes(serving.snapshot)
        return LoadedSnapshot(serving.snapshot, self.calibration, indexes) if indexes else serving

    async def answer(self, question: str, terms: Terms, also: Sequence[Live] = ()) -> Answer:
        """Answer a checked question from the snapshots that serve, on the model's thread.

        Args:
            question: What is asked.
            terms: How many passages, how sure, and from where.
            also: Other collections that are searched as well.
        """
        lives = {live.collection.name: live.serving for live in (self, *also)}
        servings = {n: s for n, s in lives.items() if s and s.snapshot.manifest.passages}
        if not servings:
            snapshot = self.serving.snapshot.id if self.serving else ""
            return Answer(question, snapshot, None, Refusal.EMPTY_CORPUS)
        return await self.worker.run(
            Priority.QUESTION, answer, question, servings, self.models, terms
        )

    @property
    def threshold(self) -> float:
        """The least confidence that is answered, in [0, 1]: the setting, or the calibration's."""
        given = self._settings.threshold
        passages = self.serving.snapshot.manifest.passages if self.serving else 0
        return self.calibration.threshold_for(passages) if given is None else given

    @property
    def _snapshot(self) -> Snapshot | None:
        return self.serving.snapshot if self.serving else None

    def _run(self) -> Reindex:
        encoding = self.collection.encoding(self.encoder, self.worker)
        return Reindex(
            self.collection.generations, self.encoder, self.worker, self.calibration, encoding
        )

    async def _catch_up(self) -> None:
        """Serve at once what another process has just published."""
        with contextlib.suppress(EmbeddingsError):  # what it cannot have now, it has a moment later
            await asyncio.to_thread(self.collection.generations.refresh)
        await self.follow()

    async def follow(self) -> None:
        """Serve what another process has published since."""
        live = self.collection.generations.latest
        if live is None or (self.serving and self.serving.snapshot.id == live):
            return
        async with self._following:
            if self.serving and live in (self.serving.snapshot.id, self._refused):
                return
            try:
                self.serving = await asyncio.to_thread(self.load, live)
            except EmbeddingsError as error:
                self._refused = live
                self._note(f"The snapshot {live} is not served: {error}")

    def load(self, name: str) -> LoadedSnapshot:
        """Load a kept snapshot, to serve it.

        Raises:
            UnknownSnapshot: It is not kept.
            SnapshotError: It is damaged, or was made with another model.
        """
        snapshot = self.collection.generations.load(name)
        if snapshot.manifest.model != self.encoder.model_id:
            raise SnapshotError(
                f"The snapshot {name} was made with {snapshot.manifest.model}, not with "
                f"{self.encoder.model_id}: choose that model, or run reindex."
            )
        return self._serving(snapshot)

    def _serving(self, snapshot: Snapshot) -> LoadedSnapshot:
        indexes = self.collection.generations.indexes(snapshot)
        return LoadedSnapshot(snapshot, self.calibration, indexes)

    @property
    def now(self) -> LoadedSnapshot:
        """What serves now.

        Raises:
            UnknownArticle: Nothing does.
        """
        if self.serving is None:
            raise UnknownArticle("No article is indexed yet; add one first.")
        return self.serving

    def _note(self, sentence: str) -> None:
        log.warning("%s", sentence)
        self.notes = (*self.notes, sentence)
