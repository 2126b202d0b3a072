"""From labelled sets on disk to a calibration: each is indexed aside, asked, and fitted on."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.collection import Collection
from embeddings.errors import QuestionError
from embeddings.live import Live
from embeddings.measuring.calibrate import fit
from embeddings.measuring.labelled import read_set
from embeddings.measuring.sampling import Asked, Pool
from embeddings.question.understanding import check_question
from embeddings.ranking.evidence import Query
from embeddings.snapshots.reindexing import documents
from embeddings.types import SHARED, Progress
from embeddings.vectors.worker import Priority

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.settings import Settings
    from embeddings.measuring.labelled import LabelledSet
    from embeddings.measuring.sampling import Sample
    from embeddings.ranking.confidence import Calibration
    from embeddings.types import ProgressCallback
    from embeddings.vectors.encoder import Encoder


async def calibrate(
    folders: Sequence[Path],
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    progress: ProgressCallback | None = None,
) -> Calibration:
    """Fit the confidence of a model on labelled sets.

    Args:
        folders: The sets; the more unlike, the better it will do on others.
        settings: Which model.
        encoder: What makes vectors, in place of the model that the settings name.
        progress: Told how far it is.

    Raises:
        InputError: A set cannot be read.
        ModelError: There are too few questions, or scikit-learn is missing.
    """
    sets = [(folder.resolve().name, read_set(folder)) for folder in folders]
    found: list[Sample] = []
    model = ""
    for name, labelled in sets:
        with tempfile.TemporaryDirectory(prefix="verbatim-calibrate-") as data:
            collection = Collection(Path(data), SHARED)
            collection.open(create=True)
            live = Live(settings, collection, encoder)
            try:
                await live.open(None, None)
                model = live.encoder.model_id
                await live.publish(labelled.material, progress=progress)
                pool = await _pool(name, labelled, live, progress)
                found += await asyncio.to_thread(list, pool.samples())
            finally:
                await live.close()
    return fit(found, model)


async def _pool(
    name: str, labelled: LabelledSet, live: Live, progress: ProgressCallback | None
) -> Pool:
    """Encode the questions of a set that is indexed."""
    places = [
        (article.id, p.paragraph)
        for article, group in zip(
            labelled.material.articles, labelled.material.passages, strict=True
        )
        for p in group
    ]
    row = {labelled.place[place]: number for number, place in enumerate(places)}
    asked: list[Asked] = []
    for done, question in enumerate(labelled.questions, 1):
        try:
            text = check_question(question.question)
        except QuestionError:
            continue
        vector = await live.worker.run(Priority.INDEXING, live.encoder.encode_query, text)
        asked.append(Asked(Query(text, vector), frozenset(row[p] for p in question.para_ids)))
        if progress:
            progress(Progress("ask", done, len(labelled.questions)))
    return Pool(name, asked, live.now.arrays, documents(labelled.material))
