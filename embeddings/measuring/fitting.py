"""From labelled sets on disk to a calibration: each is indexed aside, asked, and fitted on."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from embeddings.errors import QuestionError
from embeddings.loaded import as_query, stand_alone
from embeddings.measuring.calibrate import fit
from embeddings.measuring.indexed import Indexed, index
from embeddings.measuring.labelled import read_set
from embeddings.measuring.mixing import fit_mix
from embeddings.measuring.sampling import Asked, Pool
from embeddings.question.understanding import check_question
from embeddings.ranking.confidence import Calibration
from embeddings.types import Progress
from embeddings.vectors.encoder import read_question
from embeddings.vectors.worker import Priority

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from config.settings import Settings
    from embeddings.measuring.labelled import LabelledSet
    from embeddings.types import ProgressCallback
    from embeddings.vectors.encoder import Encoder


async def calibrate(
    folders: Sequence[Path],
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    progress: ProgressCallback | None = None,
) -> Calibration:
    """Fit the ranking and the confidence of a model on labelled sets.

    Args:
        folders: The sets; the more unlike, the better it will do on others.
        settings: Which model.
        encoder: What makes vectors, in place of the model that the settings name.
        progress: Told how far it is.

    Raises:
        InputError: A set cannot be read.
        ModelError: There are too few questions.
    """
    sets = [(folder.resolve().name, read_set(folder)) for folder in folders]
    async with contextlib.AsyncExitStack() as stack:
        pools: list[Pool] = []
        for name, labelled in sets:
            inside = index(labelled.material, settings, encoder, progress)
            indexed = await stack.enter_async_context(inside)
            pools.append(await _pool(name, labelled, indexed, progress))
        return await asyncio.to_thread(_fit, pools, indexed.models.encoder.model_id)


def _fit(pools: Sequence[Pool], model: str) -> Calibration:
    """Fit what the evidence counts, and then how sure the ranking that it makes may be."""
    mixed = replace(Calibration.fallback(model), mix=fit_mix(pools))
    found = [each for pool in pools for each in replace(pool, calibration=mixed).samples()]
    return replace(fit(found, model), mix=mixed.mix)


async def _pool(
    name: str, labelled: LabelledSet, indexed: Indexed, progress: ProgressCallback | None
) -> Pool:
    """Encode the questions of a set that is indexed."""
    row = {name: number for number, name in enumerate(labelled.lines)}  # in their order
    encoder, asked = indexed.models.encoder, list[Asked]()
    for done, question in enumerate(labelled.questions, 1):
        try:
            text = check_question(question.question)
        except QuestionError:
            continue
        text = stand_alone(text, question.before, [indexed.loaded])
        gold = frozenset(row[p] for p in question.para_ids)
        read = await indexed.worker.run(Priority.INDEXING, read_question, encoder, text)
        asked.append(Asked(as_query(text, read), gold, question.answer))
        if progress:
            progress(Progress("ask", done, len(labelled.questions)))
    loaded = indexed.loaded
    return Pool(name, asked, loaded.arrays, labelled.material.documents, loaded.calibration)
