"""Evaluates answers on a labelled set: recall, calibration and refusals."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from embeddings.answering import AskOptions, answer
from embeddings.errors import QuestionError
from embeddings.measuring.figures import Outcome, figures, figures_by_kind, percentiles
from embeddings.measuring.labelled import Indexed, LabelledSet, Question, index, read_set
from embeddings.question.understanding import check_question
from embeddings.threads import Priority
from embeddings.types import SHARED, Filters, Hit, Progress, ProgressCallback
from embeddings.vectors.models import Encoder

DEPTH = 10
"""Passages ranked for each question."""


@dataclass(frozen=True)
class Evaluation:
    """The figures of the contract, each question's outcome, and the misses.

    A miss: a wrong answer, a wrong refusal or an unwarranted answer, with gold and first passage.
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

    ``limit`` is the number of questions to ask, from the first; None: all. ``encoder`` replaces the
    one that the settings name. Raises InputError if the set cannot be read.
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
        exact += [h.text == labelled.texts[n] for h, n in zip(hits, names, strict=True)]
        if missed := outcome.miss(indexed.threshold):
            asked = {k: getattr(question, k) for k in ("qid", "question", "before", "kind")}
            result = {k: getattr(outcome, k) for k in ("rank", "confidence")}
            gold = [labelled.texts[name] for name in question.para_ids]
            first = hits[0].text if hits else ""
            misses.append({**asked, "gold": gold, "first": first, **result, "outcome": missed})
        if progress:
            progress(Progress("ask", done, len(questions)))
    measured = figures(outcomes, indexed.threshold) | {
        "passages": len(labelled.texts),
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
    options = AskOptions(DEPTH, 0.0, Filters(), today, plain=True, before=question.before)
    try:
        asked = check_question(question.question), {SHARED: indexed.loaded}, indexed.models
    except QuestionError:
        return (), Outcome(question.answerable, None, 0.0, 0.0)
    reply = await indexed.worker.run(Priority.QUESTION, answer, *asked, options)
    names = [labelled.place[hit.article.id, hit.passage.paragraph] for hit in reply.hits]
    rank = next((r for r, name in enumerate(names, 1) if name in question.para_ids), None)
    sure = reply.confidence or 0.0
    return reply.hits, Outcome(question.answerable, rank, sure, reply.milliseconds)
