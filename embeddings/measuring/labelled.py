"""A labelled set: a folder with passages, or with stories, questions, and what answers them.

``queries.jsonl`` beside ``corpus.jsonl``, whose lines are passages, or beside stories of any format
that can be read, whose passages are numbered as they are quoted.
"""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.settings import FetchSettings, Settings
from embeddings.answering import Models, Terms, answer
from embeddings.errors import InputError
from embeddings.loaded import LoadedSnapshot
from embeddings.ranking.confidence import calibration_for
from embeddings.readers import Fetcher, Sandbox, read_all
from embeddings.readers.inputs import is_article
from embeddings.readers.pages.guesses import guess_language
from embeddings.snapshots.material import Material, Order
from embeddings.snapshots.reindexing import Tools, build
from embeddings.snapshots.snapshot import Snapshot
from embeddings.text.passages import split, whole
from embeddings.types import SHARED, Answer, Article, Passage, ProgressCallback, Rejected, Span
from embeddings.vectors.encoder import Encoder, load_encoder
from embeddings.vectors.reranker import load_reranker
from embeddings.vectors.worker import Priority, Worker

CORPUS = "corpus.jsonl"
QUERIES = "queries.jsonl"
_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class Line:
    """One passage of a set, kept whole."""

    doc_id: str
    title: str
    para_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set; ``para_ids`` is empty exactly when it is not answerable.

    ``before`` is what was asked before it in one conversation, oldest first; ``kind`` is a name for
    questions that are counted by themselves, when there is one.
    """

    qid: str
    question: str
    para_ids: tuple[str, ...]
    answer: str | None
    answerable: bool
    before: tuple[str, ...] = ()
    kind: str | None = None


@dataclass(frozen=True)
class LabelledSet:
    """Questions and passages, and the same passages as material for a snapshot.

    Attributes:
        questions: In the order of the file.
        lines: The passages, by id.
        material: One article for each ``doc_id``, its passages kept whole.
        place: (article id, paragraph) -> passage id.
    """

    questions: tuple[Question, ...]
    lines: dict[str, Line]
    material: Material
    place: dict[tuple[str, int], str]


def read_set(folder: Path) -> LabelledSet:
    """Read a labelled set, its passages from ``corpus.jsonl`` or from its stories.

    Raises:
        InputError: A file is missing or a line is not as it should be; the sentence says which.
    """
    stories = None if (folder / CORPUS).exists() else _stories(folder)
    lines, material = _of_stories(stories) if stories else _of_corpus(folder)
    questions = tuple(_read(folder / QUERIES, _question))
    stories_of = zip(material.articles, material.passages, strict=True)
    places = [(article.id, p.paragraph) for article, group in stories_of for p in group]
    by_id = {line.para_id: line for line in lines}
    unknown = {name for q in questions for name in q.para_ids} - by_id.keys()
    if unknown:
        raise InputError(f"{folder / QUERIES} names passages that are not there: {min(unknown)!r}.")
    place = {where: line.para_id for where, line in zip(places, lines, strict=True)}
    return LabelledSet(questions, by_id, material, place)


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
            calibration = calibration_for(settings.calibration, models.encoder.model_id)
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


def _of_corpus(folder: Path) -> tuple[list[Line], Material]:
    """Return the passages of ``corpus.jsonl``, those of one document side by side."""
    documents: dict[str, list[Line]] = {}
    for line in _read(folder / CORPUS, _line):
        documents.setdefault(line.doc_id, []).append(line)
    joined = [_join(doc_id, group) for doc_id, group in documents.items()]
    lines = [line for group in documents.values() for line in group]
    return lines, Material([article for article, _ in joined], [spans for _, spans in joined])


def _of_stories(stories: dict[str, Article]) -> tuple[list[Line], Material]:
    """Return the passages of stories; the name of one is its story's id and its number."""
    articles = list(stories.values())
    passages = [split(article) for article in articles]
    lines = [
        Line(story.id, story.title, _name(story.id, p.paragraph), story.text[p.start : p.end])
        for story, group in zip(articles, passages, strict=True)
        for p in group
    ]
    return lines, Material(articles, passages)


def _name(article_id: object, paragraph: object) -> str:
    return f"{article_id}#{paragraph}"


def _stories(folder: Path) -> dict[str, Article]:
    """Read the stories of a folder, by id; InputError when one cannot be, or two have one id."""
    if not any(is_article(path.name) for path in folder.iterdir()):
        return {}
    found: dict[str, Article] = {}
    with Sandbox() as sandbox:
        for outcome in read_all([str(folder)], sandbox, Fetcher(FetchSettings())):
            if isinstance(outcome, Rejected):
                raise InputError(outcome.reason)
            name, draft = outcome
            article_id = draft.id or Path(name).stem
            if article_id in found:
                raise InputError(f"{folder} has two stories with the id {article_id!r}.")
            found[article_id] = draft.article(article_id)
    return found


def _join(doc_id: str, group: list[Line]) -> tuple[Article, tuple[Passage, ...]]:
    spans, text = [], ""
    for line in group:
        text += _BETWEEN if text else ""
        spans.append(Span(len(text), len(text) + len(line.text)))
        text += line.text
    language = guess_language(text)
    article = Article(id=doc_id, title=group[0].title or doc_id, text=text, language=language)
    return article, whole(doc_id, text, spans)


def _read(path: Path, parse: Callable[[dict[str, Any]], Any]) -> Iterator[Any]:
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}); a labelled set needs it.") from error
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            try:
                yield parse(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise InputError(
                    f"{path}, line {number} is not as it should be: {error}."
                ) from None


def _line(fields: dict[str, Any]) -> Line:
    if not str(fields["text"]).strip():
        raise ValueError("the text is empty")
    return Line(*(str(fields[name]) for name in ("doc_id", "title", "para_id", "text")))


def _question(fields: dict[str, Any]) -> Question:
    question = Question(
        qid=str(fields["qid"]),
        question=str(fields["question"]),
        para_ids=_gold(fields),
        answer=fields.get("answer"),
        answerable=bool(fields["answerable"]),
        before=tuple(str(each) for each in fields.get("before", ())),
        kind=fields.get("kind"),
    )
    if question.answerable != bool(question.para_ids):
        raise ValueError("'answerable' and what answers say different things")
    return question


def _gold(fields: dict[str, Any]) -> tuple[str, ...]:
    """Return the ids of the passages that answer; a passage of a story has its place for an id."""
    if "passages" not in fields:
        return tuple(str(name) for name in fields["para_ids"])
    return tuple(_name(each["article"], each["paragraph"]) for each in fields["passages"])
