"""A labelled set: a folder with passages, questions, and which passages answer them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from embeddings.errors import InputError
from embeddings.readers.pages.language import guess_language
from embeddings.snapshots.reindexing import Material
from embeddings.text.passages import whole
from embeddings.types import Article, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from embeddings.types import Passage

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
    """One question of a set; ``para_ids`` is empty exactly when it is not answerable."""

    qid: str
    question: str
    para_ids: tuple[str, ...]
    answer: str | None
    answerable: bool


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
    """Read a labelled set.

    Raises:
        InputError: A file is missing or a line is not as it should be; the sentence says which.
    """
    lines = list(_read(folder / CORPUS, _line))
    questions = tuple(_read(folder / QUERIES, _question))
    by_id = {line.para_id: line for line in lines}
    unknown = {name for q in questions for name in q.para_ids} - by_id.keys()
    if unknown:
        raise InputError(f"{folder / QUERIES} names passages that are not there: {min(unknown)!r}.")
    documents: dict[str, list[Line]] = {}
    for line in lines:
        documents.setdefault(line.doc_id, []).append(line)
    articles, passages = [], []
    place: dict[tuple[str, int], str] = {}
    for doc_id, group in documents.items():
        article, spans = _joined(doc_id, group)
        articles.append(article)
        passages.append(spans)
        place |= {(doc_id, p.paragraph): line.para_id for p, line in zip(spans, group, strict=True)}
    return LabelledSet(questions, by_id, Material(articles, passages), place)


def _joined(doc_id: str, group: list[Line]) -> tuple[Article, tuple[Passage, ...]]:
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
        para_ids=tuple(str(name) for name in fields["para_ids"]),
        answer=fields.get("answer"),
        answerable=bool(fields["answerable"]),
    )
    if question.answerable != bool(question.para_ids):
        raise ValueError("'answerable' and 'para_ids' say different things")
    return question
