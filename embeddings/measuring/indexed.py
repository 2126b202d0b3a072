"""A labelled set, indexed in a temporary folder for as long as it is measured."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.answering import Models, answer
from embeddings.loaded import LoadedSnapshot
from embeddings.ranking.confidence import calibration_for
from embeddings.snapshots.material import Order
from embeddings.snapshots.reindexing import Tools, build
from embeddings.snapshots.snapshot import Snapshot
from embeddings.types import SHARED
from embeddings.vectors.encoder import load_encoder
from embeddings.vectors.reranker import load_reranker
from embeddings.vectors.worker import Priority, Worker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from config.settings import Settings
    from embeddings.answering import Terms
    from embeddings.snapshots.material import Material
    from embeddings.types import Answer, ProgressCallback
    from embeddings.vectors.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Indexed:
    """What answers the questions of a set.

    Attributes:
        loaded: The snapshot of its passages.
        models: The models that answer.
        worker: The thread that they run on.
        threshold: The least confidence that is answered, in [0, 1].
    """

    loaded: LoadedSnapshot
    models: Models
    worker: Worker
    threshold: float

    async def answer(self, question: str, terms: Terms) -> Answer:
        """Answer a checked question."""
        serving = {SHARED: self.loaded}
        return await self.worker.run(
            Priority.QUESTION, answer, question, serving, self.models, terms
        )


@contextlib.asynccontextmanager
async def index(
    material: Material,
    settings: Settings,
    encoder: Encoder | None = None,
    progress: ProgressCallback | None = None,
) -> AsyncIterator[Indexed]:
    """Index a set in a temporary folder.

    Args:
        material: Its articles and passages.
        settings: Which model, which calibration, which threshold.
        encoder: What makes vectors, in place of the model that the settings name.
        progress: Told how far it is.

    Raises:
        ModelError: The model cannot be loaded.
    """
    worker = Worker()
    with tempfile.TemporaryDirectory(prefix="verbatim-set-") as data:
        try:
            models = await worker.run(
                Priority.QUESTION,
                lambda: Models(encoder or load_encoder(settings), load_reranker(settings)),
            )
            calibration = calibration_for(settings, models.encoder.model_id)
            folder = Path(data) / "1"
            tools = Tools(models.encoder, worker, calibration)
            await build(Order(1, folder), tools, progress, material)
            loaded = await asyncio.to_thread(LoadedSnapshot, Snapshot(folder), calibration)
            passages = loaded.snapshot.manifest.passages
            given = settings.threshold
            threshold = calibration.threshold_for(passages) if given is None else given
            yield Indexed(loaded, models, worker, threshold)
        finally:
            await asyncio.to_thread(worker.close)
