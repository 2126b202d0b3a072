"""Recall, calibration and refusal figures from a labelled set, in a temporary data folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from embeddings.answering import Terms
from embeddings.errors import QuestionError
from embeddings.measuring.figures import Outcome, figures, figures_by_kind, percentiles
from embeddings.measuring.labelled import Indexed, LabelledSet, Question, index, read_set
from embeddings.question.understanding import check_question
from embeddings.types import Filters, Hit, Progress, ProgressCallback

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import Settings
    from embeddings.vectors.encoder import Encoder

DEPTH = 10
"""How many passages are looked at for each question."""


@dataclass(frozen=True)
class Evaluation:
    """What was measured: the contract's figures, each question's outcome, and the misses.

    A miss did not get what it should: what answers it, what came first, and what it then was.
    """

    figures: dict[str, object]
    outcomes: tuple[Outcome, ...]
    misses: tuple[dict[str, object], ...]


async def evaluate(
    folder: Path,
    settings: Settings,
    *,
    limit: int | None = None,
    encoder: Encoder | None = None,
    progress: ProgressCallback | None = None,
) -> Evaluation:
    """Index a labelled set in a temporary folder and ask its questions, one at a time.

    Args:
        folder: The labelled set.
        settings: Which model, which calibration, which threshold.
        limit: Ask the first so many questions only.
        encoder: What makes vectors, in place of the model that the settings name.
        progress: Told how far the indexing and then the asking is.

    Raises:
        InputError: The set cannot be read.
    """
    labelled = read_set(folder)
    async with index(labelled.material, settings, encoder, progress) as indexed:
        return await _ask_all(indexed, labelled, limit, progress)


async def _ask_all(
    indexed: Indexed, labelled: LabelledSet, limit: int | None, progress: ProgressCallback | None
) -> Evaluation:
    questions = labelled.questions[:limit]
    outcomes: list[Outcome] = []
    misses: list[dict[str, object]] = []
    exact: list[bool] = []
    for done, question in enumerate(questions, 1):
        hits, outcome = await _ask(indexed, labelled, question)
        outcomes.append(outcome)
        names = [labelled.place[hit.article.id, hit.passage.paragraph] for hit in hits]
        exact += [h.text == labelled.lines[n].text for h, n in zip(hits, names, strict=True)]
        if missed := outcome.miss(indexed.threshold):
            known = {k: getattr(question, k) for k in ("qid", "question", "before", "kind")}
            got = {k: getattr(outcome, k) for k in ("rank", "confidence")}
            gold = [labelled.lines[name].text for name in question.para_ids]
            first = hits[0].text if hits else ""
            misses.append({**known, "gold": gold, "first": first, **got, "outcome": missed})
        if progress:
            progress(Progress("ask", done, len(questions)))
    measured = figures(outcomes, indexed.threshold) | {
        "passages": len(labelled.lines),
        "quote_fidelity": sum(exact) / len(exact) if exact else 1.0,
        "milliseconds": percentiles([o.milliseconds for o in outcomes]),
        "threshold": indexed.threshold,
        "model": indexed.models.encoder.model_id,
    }
    kinds = [question.kind for question in questions]
    if any(kinds):
        measured["kinds"] = figures_by_kind(kinds, outcomes, indexed.threshold)
    return Evaluation(measured, tuple(outcomes), tuple(misses))


async def _ask(
    indexed: Indexed, labelled: LabelledSet, question: Question
) -> tuple[tuple[Hit, ...], Outcome]:
    today = datetime.now(UTC).date()
    terms = Terms(DEPTH, 0.0, Filters(), today, plain=True, before=question.before)
    try:
        answer = await indexed.answer(check_question(question.question), terms)
    except QuestionError:
        return (), Outcome(question.answerable, None, 0.0, 0.0)
    found = [labelled.place[hit.article.id, hit.passage.paragraph] for hit in answer.hits]
    rank = next((r for r, name in enumerate(found, 1) if name in question.para_ids), None)
    sure = answer.confidence or 0.0
    return answer.hits, Outcome(question.answerable, rank, sure, answer.milliseconds)
