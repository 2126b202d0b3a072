"""What serves now: the snapshot, the model and its thread; opened, followed, replaced."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from embeddings.asking import Models, answer
from embeddings.confidence import calibration_for
from embeddings.encoder import load_encoder
from embeddings.errors import BusyError, EmbeddingsError, SnapshotError, UnknownArticle
from embeddings.files import writer_lock
from embeddings.reindexing import Reindex
from embeddings.reranker import load_reranker
from embeddings.serving import Serving
from embeddings.worker import Priority, Worker

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import Settings
    from embeddings.asking import Terms
    from embeddings.collection import Collection
    from embeddings.encoder import Encoder
    from embeddings.reindexing import Material
    from embeddings.snapshot import Snapshot
    from embeddings.types import Answer, ProgressCallback, ReindexReport

log = logging.getLogger(__name__)

PATIENCE = 120.0
"""Seconds to wait for another process that is building the first snapshot."""


class Live:
    """The snapshot that serves one collection, and all that is needed to replace it.

    Args:
        settings: Which model, how sure, how many snapshots are kept.
        collection: Whose snapshots.
        encoder: What makes vectors, in place of the model that the settings name.
    """

    def __init__(
        self, settings: Settings, collection: Collection, encoder: Encoder | None = None
    ) -> None:
        self.collection = collection
        self.serving: Serving | None = None
        self.notes: tuple[str, ...] = ()
        self.worker = Worker()
        self._settings = settings
        self.models: Models
        self._given = encoder
        self._following = asyncio.Lock()
        self._refused = ""

    async def close(self) -> None:
        """End the model's thread when it has done what waits."""
        await asyncio.to_thread(self.worker.close)

    async def open(self, seeds: Path | None, progress: ProgressCallback | None) -> None:
        """Load the model and the last good snapshot; build one where there is none.

        Args:
            seeds: The stories that a new collection begins with.
            progress: Told how far that is.
        """
        self.models = await self.worker.run(Priority.QUESTION, self._load_models)
        self.calibration = calibration_for(self._settings, self.encoder.model_id)
        snapshot, self.notes = await asyncio.to_thread(self.collection.generations.load_best)
        if snapshot and snapshot.manifest.model == self.encoder.model_id:
            self.serving = await asyncio.to_thread(Serving, snapshot, self.calibration)
            return
        if snapshot:
            self._note(f"The index was made with {snapshot.manifest.model}: it is built again.")
        await self._first(seeds, progress)

    @property
    def encoder(self) -> Encoder:
        """What makes vectors."""
        return self.models.encoder

    def _load_models(self) -> Models:
        """Load the models on the thread that will use them."""
        encoder = self._given or load_encoder(self._settings)
        return Models(encoder, load_reranker(self._settings))

    async def _first(self, seeds: Path | None, progress: ProgressCallback | None) -> None:
        """Build the snapshot that is missing, or wait for another process that is about it."""
        missing = self.collection.generations.live
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with writer_lock(self.collection.folder):
                    if self.collection.generations.live != missing:
                        await self.follow()
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
            await self.reindex(progress=progress)

    async def reindex(
        self, *, full: bool = False, dry_run: bool = False, progress: ProgressCallback | None = None
    ) -> ReindexReport:
        """Build a snapshot of the corpus and serve it; the caller holds the writer's lock."""
        material, problems = await asyncio.to_thread(self.collection.material)
        if dry_run:
            return await self._run().preview(material, self._snapshot, full=full)
        return await self.publish(material, full=full, progress=progress, notes=problems)

    async def publish(
        self,
        material: Material,
        *,
        full: bool = False,
        progress: ProgressCallback | None = None,
        notes: tuple[str, ...] = (),
    ) -> ReindexReport:
        """Build a snapshot of some material and serve it; the caller holds the writer's lock."""
        self.serving, report = await self._run().run(
            material, self._snapshot, full=full, progress=progress, notes=notes
        )
        await asyncio.to_thread(
            self.collection.generations.clear, self._settings.snapshots_kept, report.snapshot
        )
        return report

    async def answer(self, question: str, terms: Terms) -> Answer:
        """Answer a checked question from the snapshot that serves, on the model's thread."""
        return await self.worker.run(
            Priority.QUESTION, answer, question, self.now, self.models, terms
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
        return Reindex(self.collection.generations, self.encoder, self.worker, self.calibration)

    async def follow(self) -> None:
        """Serve what another process has published since."""
        live = self.collection.generations.live
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

    def load(self, name: str) -> Serving:
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
        return Serving(snapshot, self.calibration)

    @property
    def now(self) -> Serving:
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
