"""Reads and indexes labelled sets: folders of passages, or of stories, with questions about them.

A set has ``queries.jsonl`` beside ``corpus.jsonl``, one passage a line, or beside stories of any
readable format, whose passages are numbered as they are quoted.
"""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.groups import FetchSettings
from config.settings import Settings
from embeddings.errors import InputError
from embeddings.loaded import LoadedSnapshot
from embeddings.ranking.confidence import calibration_for
from embeddings.readers import Fetcher, Sandbox, read_all
from embeddings.readers.inputs import is_article
from embeddings.readers.pages.guesses import guess_language
from embeddings.snapshots.builder import Tools, build
from embeddings.snapshots.material import Material, Order
from embeddings.snapshots.snapshot import Snapshot
from embeddings.text.passages import make_passages, split
from embeddings.threads import Priority, Worker
from embeddings.types import Article, Passage, ProgressCallback, Rejected, Span
from embeddings.vectors.models import Encoder, Models

CORPUS = "corpus.jsonl"
QUERIES = "queries.jsonl"
_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set; ``para_ids`` is empty exactly if it is unanswerable.

    ``before`` has the questions before it in a conversation, oldest first; ``kind``, if any, names
    a group of questions that has figures of its own.
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
    """Questions and passages, and the passages as material for a snapshot.

    Attributes:
        texts: The passages' texts, by id, in the order of the index.
        material: One article for each ``doc_id``, with its passages as they are.
        place: (article id, paragraph) -> passage id.
    """

    questions: tuple[Question, ...]
    texts: dict[str, str]
    material: Material
    place: dict[tuple[str, int], str]


def read_set(folder: Path) -> LabelledSet:
    """Read a labelled set, with passages from ``corpus.jsonl`` or from stories.

    Raises:
        InputError: A file is missing or a line is invalid; the sentence names it.
    """
    stories = None if (folder / CORPUS).exists() else _read_stories(folder)
    ids, material = _split_stories(stories) if stories else _read_corpus(folder)
    questions = tuple(_read_lines(folder / QUERIES, _parse_question))
    stories_of = zip(material.articles, material.passages, strict=True)
    quotes = [(article, passage) for article, group in stories_of for passage in group]
    texts, place = dict[str, str](), dict[tuple[str, int], str]()
    for name, (article, passage) in zip(ids, quotes, strict=True):
        if name in texts:
            raise InputError(f"{folder / CORPUS} has two passages with the id {name!r}.")
        texts[name] = article.text[passage.start : passage.end]
        place[article.id, passage.paragraph] = name
    unknown = {name for q in questions for name in q.para_ids} - texts.keys()
    if unknown:
        raise InputError(f"{folder / QUERIES} names passages that are not there: {min(unknown)!r}.")
    return LabelledSet(questions, texts, material, place)


@dataclass(frozen=True, slots=True)
class Indexed:
    """An indexed set, ready to answer questions from the ``threshold`` on, a confidence."""

    loaded: LoadedSnapshot
    models: Models
    worker: Worker
    threshold: float


@contextlib.asynccontextmanager
async def index(
    material: Material,
    settings: Settings,
    encoder: Encoder | None = None,
    progress: ProgressCallback | None = None,
) -> AsyncIterator[Indexed]:
    """Index a set's material in a temporary folder; an async context manager; raises ModelError."""
    worker = Worker()
    with tempfile.TemporaryDirectory(prefix="verbatim-set-") as data:
        try:
            models = await worker.run(Priority.QUESTION, Models.load, settings, encoder)
            calibration = calibration_for(settings.calibration, models.encoder.model_id)
            folder = Path(data) / "1"
            tools = Tools(models.encoder, worker, calibration)
            await build(Order(1, folder), tools, progress, material)
            loaded = await asyncio.to_thread(LoadedSnapshot, Snapshot(folder), calibration)
            passages = loaded.snapshot.manifest.passages
            custom = settings.threshold
            threshold = calibration.threshold_for(passages) if custom is None else custom
            yield Indexed(loaded, models, worker, threshold)
        finally:
            await asyncio.to_thread(worker.close)


def _read_corpus(folder: Path) -> tuple[list[str], Material]:
    """Read the passages of ``corpus.jsonl``, grouped by document; return their ids, too."""
    documents: dict[str, list[dict[str, str]]] = {}
    for line in _read_lines(folder / CORPUS, _parse_line):
        documents.setdefault(line["doc_id"], []).append(line)
    joined = [_join(doc_id, group) for doc_id, group in documents.items()]
    ids = [line["para_id"] for group in documents.values() for line in group]
    return ids, Material([article for article, _ in joined], [spans for _, spans in joined])


def _split_stories(stories: dict[str, Article]) -> tuple[list[str], Material]:
    """Split stories into passages, each named by its story's id and its number."""
    articles = list(stories.values())
    passages = [split(article) for article in articles]
    ids = [_name(p.article_id, p.paragraph) for group in passages for p in group]
    return ids, Material(articles, passages)


def _name(article_id: object, paragraph: object) -> str:
    return f"{article_id}#{paragraph}"


def _read_stories(folder: Path) -> dict[str, Article]:
    """Read a folder's stories, by id; raises InputError if one is unreadable or two share an id."""
    if not any(is_article(path.name) for path in folder.iterdir()):
        return {}
    stories: dict[str, Article] = {}
    with Sandbox() as sandbox:
        for outcome in read_all([str(folder)], sandbox, Fetcher(FetchSettings())):
            if isinstance(outcome, Rejected):
                raise InputError(outcome.reason)
            name, draft = outcome
            article_id = draft.id or Path(name).stem
            if article_id in stories:
                raise InputError(f"{folder} has two stories with the id {article_id!r}.")
            stories[article_id] = draft.article(article_id)
    return stories


def _join(doc_id: str, group: list[dict[str, str]]) -> tuple[Article, tuple[Passage, ...]]:
    spans, text = [], ""
    for line in group:
        text += _BETWEEN if text else ""
        spans.append(Span(len(text), len(text) + len(line["text"])))
        text += line["text"]
    language = guess_language(text)
    article = Article(id=doc_id, title=group[0]["title"] or doc_id, text=text, language=language)
    return article, make_passages(doc_id, text, spans)


def _read_lines(path: Path, parse: Callable[[dict[str, Any]], Any]) -> Iterator[Any]:
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}); a labelled set needs it.") from error
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            try:
                yield parse(json.loads(line))
            except KeyError as error:
                raise InputError(f"{path}, line {number} lacks {error}.") from None
            except (json.JSONDecodeError, RecursionError, TypeError, AttributeError):
                raise InputError(f"{path}, line {number} is not the JSON it should be.") from None
            except ValueError as error:
                raise InputError(f"{path}, line {number}: {error}.") from None


def _parse_line(fields: dict[str, Any]) -> dict[str, str]:
    if not str(fields["text"]).strip():
        raise ValueError("the text is empty")
    return {name: str(fields[name]) for name in ("doc_id", "title", "para_id", "text")}


def _parse_question(fields: dict[str, Any]) -> Question:
    question = Question(
        qid=str(fields["qid"]),
        question=str(fields["question"]),
        para_ids=_parse_gold(fields),
        answer=fields.get("answer"),
        answerable=bool(fields["answerable"]),
        before=tuple(str(each) for each in fields.get("before", ())),
        kind=fields.get("kind"),
    )
    if question.answerable != bool(question.para_ids):
        raise ValueError("'answerable' and what answers say different things")
    return question


def _parse_gold(fields: dict[str, Any]) -> tuple[str, ...]:
    """Return the ids of the passages that answer, given as ids or by article and paragraph."""
    if "passages" not in fields:
        return tuple(str(name) for name in fields["para_ids"])
    return tuple(_name(each["article"], each["paragraph"]) for each in fields["passages"])
