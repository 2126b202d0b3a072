"""What serves one collection: its snapshot, the models that answer, and how another replaces it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from embeddings.errors import EmbeddingsError, ModelError, OtherFormat, StorageError, UnknownArticle
from embeddings.types import SHARED
from embeddings.vectors.worker import Priority, Worker, within

if TYPE_CHECKING:
    from config.settings import Settings
    from embeddings.answering import Models
    from embeddings.loaded import LoadedSnapshot
    from embeddings.ranking.confidence import Calibration
    from embeddings.reports import SnapshotSummary
    from embeddings.snapshots.kept import SnapshotStore
    from embeddings.snapshots.material import Order
    from embeddings.snapshots.reindexing import Builder, Built
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.pointers import Pointers
    from embeddings.types import ProgressCallback
    from embeddings.vectors.encoder import Encoder

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds that a store which does not answer is waited for, before what is here serves."""
LAST = 60.0
"""The same, where nothing is here that could serve meanwhile."""
GLANCE = 4 << 20
"""Bytes up to which a file is compared when nothing is to be done; ``verify`` compares all."""


class Live:
    """What serves one collection; replaced as a whole, so that no question sees a half of it.

    Args:
        settings: Which model, how sure.
        kept: The collection's snapshots, and its rows.
        encoder: What makes vectors, in place of the model that the settings name.
        builder: Builds the snapshots in a process of its own; by default they are built here.
        beside: Another one that is open and outlives this one: its model and its thread are used.

    Attributes:
        snapshot: The snapshot that serves; None: there is none.
        loaded: The same, ready to answer; None before ``ready``.
        summaries: The kept snapshots, newest first.
        is_cut_off: The store was away when this was opened.
        notes: Sentences for a person about what is not as it should be.
    """

    def __init__(
        self,
        settings: Settings,
        kept: SnapshotStore,
        *,
        encoder: Encoder | None = None,
        builder: Builder | None = None,
        beside: Live | None = None,
    ) -> None:
        self.name = kept.rows.name
        self.kept = kept
        self.snapshot: Snapshot | None = None
        self.loaded: LoadedSnapshot | None = None
        self.summaries: tuple[SnapshotSummary, ...] = ()
        self.notes: tuple[str, ...] = ()
        self.worker: Worker = beside.worker if beside else Worker()
        self.builder: Builder | None = beside.builder if beside else builder
        self.is_cut_off = False
        self.models: Models | None = None
        self._calibration: Calibration | None = None
        self._settings = settings
        self._pointers: Pointers = kept.rows.pointers
        self._given = encoder
        self._beside = beside
        self._turn = asyncio.Lock()
        self._refused: int | None = None

    async def open(self) -> None:
        """Load the last good snapshot, of what the store says or said last.

        Raises:
            StorageError: The store is away, and nothing of it is here.
        """
        try:
            await within(PATIENCE if self.kept.is_noted else LAST, self._pointers.look)
        except (StorageError, TimeoutError) as error:
            self.note(str(error) or "The database does not answer; what is here serves.")
            found = await asyncio.to_thread(self.kept.load_noted)
            if found is None:
                raise error if str(error) else StorageError(self.notes[-1]) from error
            self.snapshot, self.is_cut_off = found, True
        else:
            self.is_cut_off = False
            self.snapshot, notes = await asyncio.to_thread(self.kept.load_best)
            self.notes = (*self.notes, *notes)
            await self.summarise()

    async def serve_noted(self) -> bool:
        """Serve what the store said last of a collection that it does not know any more."""
        found = await asyncio.to_thread(self.kept.load_noted) if self.name == SHARED else None
        if found is not None:
            self.snapshot, self.is_cut_off = found, True
            self.note(
                f"The database does not know the collection {self.name} any more, and its last "
                "snapshot serves: put a backup in its place."
            )
        return found is not None

    async def close(self) -> None:
        """End the model's thread when it has done what waits."""
        if self._beside is None:
            await asyncio.to_thread(self.worker.close)

    async def ready(self) -> LoadedSnapshot | None:
        """Load the models, and what a question needs of the snapshot; at once when that is done.

        Returns:
            What answers; None when nothing does, or only a snapshot of another model.

        Raises:
            ModelError: The model cannot be loaded.
        """
        if self.loaded and self.snapshot is self.loaded.snapshot:
            return self.loaded
        async with self._turn:
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
            self.models = await self.worker.run(Priority.QUESTION, self._load_ours)
            self._calibration = self.calibration

    def _load_ours(self) -> Models:
        """Load the models on the thread that will use them."""
        from embeddings.answering import Models
        from embeddings.vectors.encoder import load_encoder
        from embeddings.vectors.reranker import load_reranker

        return Models(self._given or load_encoder(self._settings), load_reranker(self._settings))

    @property
    def encoder(self) -> Encoder:
        """What makes vectors, once it is ready."""
        if self.models is None:
            raise ModelError("The model is not loaded yet.")
        return self.models.encoder

    async def build(self, order: Order, progress: ProgressCallback | None) -> Built:
        """Build a snapshot, once the model is ready; see ``reindexing.build``."""
        from embeddings.snapshots.reindexing import Tools, build

        if self.builder:
            return await self.builder.build(order, progress)
        return await build(order, Tools(self.encoder, self.worker, self.calibration), progress)

    @property
    def model_id(self) -> str:
        """The model that answers or, before it is loaded, that made the snapshot."""
        if self.models:
            return self.encoder.model_id
        return self.snapshot.manifest.model if self.snapshot else self._settings.model

    def check_model(self) -> tuple[str, ...]:
        """Say, before a model is loaded, that the setting names none, or not the snapshot's."""
        from embeddings.vectors.encoder import name_model

        if self.models or self._given:
            return ()
        try:
            model = name_model(self._settings)
        except ModelError as error:
            return (str(error),)
        told = (
            f"The setting VERBATIM_MODEL names {model}: the next question has it build the index."
        )
        return (told,) if self.snapshot and model != self.model_id else ()

    @property
    def calibration(self) -> Calibration:
        """How sure a score makes us, with that model."""
        from embeddings.ranking.confidence import calibration_for  # numpy, where it is needed

        return self._calibration or calibration_for(self._settings.calibration, self.model_id)

    def is_of_our_model(self, snapshot: Snapshot) -> bool:
        """Say whether a snapshot was made with the model that answers."""
        return snapshot.manifest.model == self.encoder.model_id

    def is_up_to_date(self, snapshot: Snapshot) -> bool:
        """Say whether what serves is all that a reindex would make; a look, whatever its size."""
        from embeddings.lexical.words import recipe
        from embeddings.snapshots.manifest import find_damage

        manifest = snapshot.manifest
        if self.snapshot is not snapshot or manifest.recipe != recipe():
            return False
        damage = find_damage(snapshot.folder, manifest, most=GLANCE)
        return self.is_of_our_model(snapshot) and not damage

    def _load(self, snapshot: Snapshot) -> LoadedSnapshot:
        from embeddings.loaded import LoadedSnapshot

        indexes = self.kept.chunks.indexes(snapshot) if self.kept.chunks else None
        return LoadedSnapshot(snapshot, self.calibration, indexes)

    @property
    def threshold(self) -> float:
        """The least confidence that is answered, in [0, 1]: the setting, or the calibration's."""
        if self._settings.threshold is not None:
            return self._settings.threshold
        passages = self.snapshot.manifest.passages if self.snapshot else 0
        return self.calibration.threshold_for(passages)

    async def follow(self) -> None:
        """Serve what another process has published since."""
        number = self._pointers.known.get(self.name)
        served = self.snapshot.number if self.snapshot else None
        if number is None or number in {served, self._refused}:
            return
        try:
            snapshot = await asyncio.to_thread(self.kept.load, number)
            await self.serve(snapshot)
        except EmbeddingsError as error:
            self._refused = number
            if self.snapshot or not isinstance(error, OtherFormat):  # which ``open`` has told
                self.note(f"The snapshot {number} is not served: {error}")

    async def serve(self, snapshot: Snapshot) -> None:
        """Serve a snapshot from now on; who is being answered keeps the one before."""
        await self.replace(snapshot, await self.prepare(snapshot))

    async def prepare(self, snapshot: Snapshot) -> LoadedSnapshot | None:
        """Load what a question needs of a snapshot, once the models are there.

        Raises:
            OtherFormat: It is of another model.
        """
        if self.models is None:
            return None
        if not self.is_of_our_model(snapshot):
            raise OtherFormat(
                f"The snapshot {snapshot.id} was made with {snapshot.manifest.model}, not with "
                f"{self.encoder.model_id}: choose that model, or run reindex."
            )
        return await asyncio.to_thread(self._load, snapshot)

    async def replace(self, snapshot: Snapshot, loaded: LoadedSnapshot | None) -> None:
        """Serve a snapshot that is prepared."""
        async with self._turn:
            self.snapshot, self.loaded = snapshot, loaded
        await self.summarise()

    async def summarise(self) -> None:
        """Read again which snapshots are kept, for those who list them from memory."""
        try:
            self.summaries = await asyncio.to_thread(self.kept.summarise)
        except StorageError as error:
            log.info("not listed just now: %s", error)

    @property
    def now(self) -> Snapshot:
        """What serves now; UnknownArticle when nothing does."""
        if self.snapshot is None:
            raise UnknownArticle("No article is indexed yet; add one first.")
        return self.snapshot

    def note(self, sentence: str) -> None:
        """Tell a person, and go on."""
        log.warning("%s", sentence)
        self.notes = (*self.notes, sentence)
