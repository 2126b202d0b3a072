"""The live state of one collection: its snapshot and models, and how a new snapshot takes over."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from embeddings.errors import EmbeddingsError, ModelError, OtherFormat, StorageError, UnknownArticle
from embeddings.threads import Priority, Worker, run_within
from embeddings.types import SHARED

if TYPE_CHECKING:
    from config.settings import Settings
    from embeddings.loaded import LoadedSnapshot
    from embeddings.ranking.confidence import Calibration
    from embeddings.reports import ReindexReport, SnapshotSummary
    from embeddings.snapshots.builder import Builder
    from embeddings.snapshots.kept import SnapshotStore
    from embeddings.snapshots.material import Order
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.types import ProgressCallback
    from embeddings.vectors.models import Encoder, Models

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds to wait for a store that does not answer, before the local copy is served."""
LAST = 60.0
"""Seconds to wait for the store when there is no local copy to serve."""
GLANCE = 4 << 20
"""Size in bytes up to which a reindex without work checks a file; ``verify`` checks all."""


class Live:
    """The live snapshot of one collection, replaced as a whole, and the models that answer.

    For the arguments see ``SearchEngine``.

    Attributes:
        snapshot: The live snapshot; None if there is none.
        loaded: The same snapshot, loaded; None before ``ready``.
        summaries: The kept snapshots, newest first.
        is_cut_off: The store was unreachable, or had lost the collection, when this was opened.
        notes: Sentences for a person about problems.
    """

    def __init__(
        self,
        settings: Settings,
        snapshots: SnapshotStore,
        *,
        encoder: Encoder | None = None,
        builder: Builder | None = None,
        beside: Live | None = None,
    ) -> None:
        self.name = snapshots.rows.name
        self.snapshots, self.rows = snapshots, snapshots.rows
        self.settings = settings
        self.snapshot: Snapshot | None = None
        self.loaded: LoadedSnapshot | None = None
        self.summaries: tuple[SnapshotSummary, ...] = ()
        self.notes: tuple[str, ...] = ()
        self.worker: Worker = beside.worker if beside else Worker()
        self.builder: Builder | None = beside.builder if beside else builder
        self.is_cut_off = False
        self.models: Models | None = None
        self._calibration: Calibration | None = None
        self._own_encoder = encoder
        self._beside = beside
        self._replacing = asyncio.Lock()
        self._unusable: int | None = None

    async def open(self) -> None:
        """Load the last good snapshot that the store names or, if it is unreachable, last named.

        Raises:
            StorageError: The store is unreachable, and there is no local copy.
        """
        try:
            await run_within(
                PATIENCE if self.snapshots.is_cached else LAST, self.rows.database.look
            )
        except (StorageError, TimeoutError) as error:
            self.note(str(error) or "The database does not answer; what is here serves.")
            copy = await asyncio.to_thread(self.snapshots.load_cached)
            if copy is None:
                raise error if str(error) else StorageError(self.notes[-1]) from error
            self.snapshot, self.is_cut_off = copy, True
            self.note("Questions are answered from the copy here; changes wait for the database.")
        else:
            self.is_cut_off = False
            self.snapshot, notes = await asyncio.to_thread(self.snapshots.load_best)
            self.notes = (*self.notes, *notes)
            await self.summarise()

    async def serve_cached(self) -> bool:
        """Serve the local copy of the shared collection, which the store has lost; False: none."""
        copy = await asyncio.to_thread(self.snapshots.load_cached) if self.name == SHARED else None
        if copy is not None:
            self.snapshot, self.is_cut_off = copy, True
            self.note(
                f"The database does not know the collection {self.name} any more, and its last "
                "snapshot serves: put a backup in its place."
            )
        return copy is not None

    async def close(self) -> None:
        """End the model's thread once its queue is empty, unless the thread is borrowed."""
        if self._beside is None:
            await asyncio.to_thread(self.worker.close)

    async def ready(self) -> LoadedSnapshot | None:
        """Load the models and the live snapshot, unless they are loaded already.

        Returns:
            The loaded snapshot; None if there is none, or if another model made the live one.

        Raises:
            ModelError: The model cannot be loaded.
        """
        if self.loaded and self.snapshot is self.loaded.snapshot:
            return self.loaded
        async with self._replacing:
            if self.models is None:
                await self._load_models()
            if self.snapshot and self.is_of_our_model(self.snapshot):
                self.loaded = await asyncio.to_thread(self._load, self.snapshot)
            return self.loaded

    async def _load_models(self) -> None:
        if self._beside:
            await self._beside.ready()
            self.models, self._calibration = self._beside.models, self._beside.calibration
        else:
            from embeddings.vectors.models import Models

            load, given = Models.load, (self.settings, self._own_encoder)
            self.models = await self.worker.run(Priority.QUESTION, load, *given)
            self._calibration = self.calibration

    @property
    def encoder(self) -> Encoder:
        """The encoder; raises ModelError before ``ready`` has loaded it."""
        if self.models is None:
            raise ModelError("The model is not loaded yet.")
        return self.models.encoder

    async def build(self, order: Order, progress: ProgressCallback | None) -> ReindexReport:
        """Build a snapshot with the loaded model; see ``builder.build``."""
        from embeddings.snapshots.builder import Tools, build

        if self.builder:
            return await self.builder.build(order, progress)
        return await build(order, Tools(self.encoder, self.worker, self.calibration), progress)

    @property
    def model_id(self) -> str:
        """The id of the loaded model or, before one is loaded, of the snapshot's model."""
        if self.models:
            return self.encoder.model_id
        return self.snapshot.manifest.model if self.snapshot else self.settings.model

    def check_model(self) -> tuple[str, ...]:
        """Return a note if the setting names no model, or not the snapshot's; none once loaded."""
        from embeddings.vectors.models import name_model

        if self.models or self._own_encoder:
            return ()
        try:
            model = name_model(self.settings)
        except ModelError as error:
            return (str(error),)
        note = (
            f"The setting VERBATIM_MODEL names {model}: the next question has it build the index."
        )
        return (note,) if self.snapshot and model != self.model_id else ()

    @property
    def calibration(self) -> Calibration:
        """The calibration of the model: how a score becomes a confidence."""
        from embeddings.ranking.confidence import calibration_for  # imports numpy

        return self._calibration or calibration_for(self.settings.calibration, self.model_id)

    def is_of_our_model(self, snapshot: Snapshot) -> bool:
        """Say whether the loaded model made a snapshot."""
        return snapshot.manifest.model == self.encoder.model_id

    def is_up_to_date(self, snapshot: Snapshot) -> bool:
        """Say whether a snapshot is live and a reindex would not change it; quick at any size."""
        from embeddings.lexical.words import recipe
        from embeddings.snapshots.manifest import find_damage

        manifest = snapshot.manifest
        if self.snapshot is not snapshot or manifest.recipe != recipe():
            return False
        damage = find_damage(snapshot.folder, manifest, most=GLANCE)
        return self.is_of_our_model(snapshot) and not damage

    def _load(self, snapshot: Snapshot) -> LoadedSnapshot:
        from embeddings.loaded import LoadedSnapshot

        indexes = self.snapshots.chunks.indexes(snapshot) if self.snapshots.chunks else None
        return LoadedSnapshot(snapshot, self.calibration, indexes)

    @property
    def threshold(self) -> float:
        """The least confidence of an answer, in [0, 1]: the setting, or the calibration's own."""
        if self.settings.threshold is not None:
            return self.settings.threshold
        passages = self.snapshot.manifest.passages if self.snapshot else 0
        return self.calibration.threshold_for(passages)

    async def follow(self) -> None:
        """Serve the snapshot that another process has published, if there is a new one."""
        number = self.rows.database.known.get(self.name)
        current = self.snapshot.number if self.snapshot else None
        if number is None or number in {current, self._unusable}:
            return
        try:
            snapshot = await asyncio.to_thread(self.snapshots.load, number)
            await self.serve(snapshot)
        except EmbeddingsError as error:
            self._unusable = number
            if self.snapshot or not isinstance(error, OtherFormat):  # ``open`` noted that already
                self.note(f"The snapshot {number} is not served: {error}")

    async def serve(self, snapshot: Snapshot) -> None:
        """Make a snapshot live; a question under way finishes with the snapshot before."""
        await self.replace(snapshot, await self.prepare(snapshot))

    async def prepare(self, snapshot: Snapshot) -> LoadedSnapshot | None:
        """Load a snapshot; None without models; raises OtherFormat if another model made it."""
        if self.models is None:
            return None
        if not self.is_of_our_model(snapshot):
            raise OtherFormat(
                f"The snapshot {snapshot.id} was made with {snapshot.manifest.model}, not with "
                f"{self.encoder.model_id}: choose that model, or run reindex."
            )
        return await asyncio.to_thread(self._load, snapshot)

    async def replace(self, snapshot: Snapshot, loaded: LoadedSnapshot | None) -> None:
        """Make a snapshot live that ``prepare`` has loaded."""
        async with self._replacing:
            self.snapshot, self.loaded = snapshot, loaded
        await self.summarise()

    async def summarise(self) -> None:
        """Update ``summaries`` from the store."""
        try:
            self.summaries = await asyncio.to_thread(self.snapshots.summarise)
        except StorageError as error:
            log.info("not listed just now: %s", error)

    @property
    def current(self) -> Snapshot:
        """The live snapshot; raises UnknownArticle if there is none."""
        if self.snapshot is None:
            raise UnknownArticle("No article is indexed yet; add one first.")
        return self.snapshot

    def note(self, sentence: str) -> None:
        """Log a problem, and add it to ``notes`` for a person."""
        log.warning("%s", sentence)
        self.notes = (*self.notes, sentence)
