"""Exports the articles, and the kept votes and refused questions, as files and cards for admins.

Votes and refused questions become a labelled set that ``eval`` reads. A useful answer labels its
question with the passage shown. A refused question counts as unanswerable. A useless answer labels
nothing, because nobody said which passage would have been right.
"""

import asyncio
import csv
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from discord import ui

from bot.context import Scope
from bot.translate import Language
from bot.ui.catalogue import fold
from bot.ui.components import Attached, Card, text
from bot.ui.markup import fit
from bot.ui.naming import Place, day
from embeddings.engine import SearchEngine
from embeddings.errors import EmbeddingsError
from embeddings.store.people import Unanswered, Vote
from embeddings.types import SHARED, Article, Passage

LISTED, LOOKED_UP = 8, 8
"""The most questions that a card lists, and for which the closest passage is searched."""
MAX_FILE = 8 * 1024 * 1024
"""The largest file to send, in bytes: below Discord's limit on every server."""
_LINE = 150


def list_passages(articles: Iterable[tuple[Article, Sequence[Passage]]]) -> list[dict[str, Any]]:
    """Return the corpus of a labelled set, one object per passage."""
    return [
        {
            "doc_id": make_doc_id(article),
            "title": article.title,
            "para_id": f"{make_doc_id(article)}#{passage.paragraph}",
            "text": article.text[passage.start : passage.end],
        }
        for article, passages in articles
        for passage in passages
    ]


def make_doc_id(article: Article) -> str:
    """Return an article's id in a labelled set: unique, as a server's collection prefixes it."""
    return article.id if article.collection == SHARED else f"{article.collection}/{article.id}"


def list_queries(
    votes: Iterable[Vote],
    unanswered: Iterable[Unanswered],
    articles: Iterable[tuple[Article, Sequence[Passage]]],
) -> list[dict[str, Any]]:
    """Return the queries of a labelled set; votes on passages that are gone are skipped."""
    names = {
        str(Place.of(article, passage)): f"{make_doc_id(article)}#{passage.paragraph}"
        for article, passages in articles
        for passage in passages
    }
    gold: dict[str, set[str]] = {}
    for vote in votes:
        name = names.get(f"{vote.article}.{vote.paragraph}.{vote.digest}")
        if vote.useful and vote.question and name:
            gold.setdefault(vote.question, set()).add(name)
    for asked in unanswered:
        gold.setdefault(asked.question, set())
    return [
        {
            "qid": f"q{number}",
            "question": question,
            "para_ids": sorted(para_ids),
            "answer": None,
            "answerable": bool(para_ids),
        }
        for number, (question, para_ids) in enumerate(gold.items(), 1)
    ]


def build_labelled_set(
    votes: Iterable[Vote],
    unanswered: Iterable[Unanswered],
    articles: Sequence[tuple[Article, Sequence[Passage]]],
) -> tuple[bytes, int]:
    """Return a labelled set as a ZIP (corpus.jsonl, queries.jsonl), and its number of queries."""
    queries, buffer = list_queries(votes, unanswered, articles), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in (("corpus", list_passages(articles)), ("queries", queries)):
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            archive.writestr(f"{name}.jsonl", text)
    return buffer.getvalue(), len(queries)


@dataclass(slots=True)
class Group:
    """Refused questions of the same words: the newest question, their number, and its time in UTC.

    ``closest``: the closest passage's article title, and its sentence.
    """

    question: str
    count: int
    last: datetime
    closest: tuple[str, str] | None = None


def group_questions(unanswered: Sequence[Unanswered]) -> list[Group]:
    """Group refused questions by their words, the newest week first, then the most asked."""
    groups: dict[str, Group] = {}
    for asked in unanswered:
        key = " ".join(sorted(set(re.findall(r"\w+", fold(asked.question)))))
        group = groups.setdefault(key, Group(asked.question, 0, _read_moment(asked.at)))
        group.count += 1
    return sorted(groups.values(), key=lambda g: (*_find_week(g.last), g.count), reverse=True)


def _read_moment(at: str) -> datetime:
    return datetime.fromisoformat(at) if at else datetime.now(UTC)


def _find_week(moment: datetime) -> tuple[int, int]:
    year, week, _ = moment.isocalendar()
    return year, week


def count_week(unanswered: Iterable[Unanswered]) -> int:
    """Return the number of refused questions of this week."""
    now = _find_week(datetime.now(UTC))
    return sum(_find_week(_read_moment(asked.at)) == now for asked in unanswered)


async def find_closest(scope: Scope, question: str) -> tuple[str, str] | None:
    """Search the passage closest to a question; return its article's title and its sentence."""
    try:
        answer = await scope.ask(question, top_k=1)
    except EmbeddingsError:
        return None
    hits = [*answer.hits, *answer.closest]
    return (hits[0].article.title, hits[0].sentence.text) if hits else None


def write_csv(groups: Iterable[Group], head: str) -> bytes:
    """Return groups as CSV: week, question, count, and the closest passage's title and sentence.

    ``head``: the names of the five columns, separated by commas.
    """
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(head.split(","))
    for group in groups:
        week = "{}-W{:02}".format(*_find_week(group.last))
        row = (week, group.question, group.count, *(group.closest or ("", "")))
        table.writerow([_disarm(cell) for cell in row])
    return buffer.getvalue().encode("utf-8-sig", "replace")


def _disarm(cell: object) -> object:
    """Prefix a cell with an apostrophe if a spreadsheet would run it as a formula."""
    is_formula = isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell
    return f"'{cell}" if is_formula else cell


def questions_card(votes: Sequence[Vote], groups: Sequence[Group], language: Language) -> Card:
    """Return the card of the refused questions by week, and of the votes and their reasons."""
    useful = sum(vote.useful for vote in votes)
    judged = [vote for vote in votes if not vote.useful and (vote.reason or vote.question)]
    remarks = [[fit(p, _LINE) for p in (v.question, v.reason) if p] for v in judged[:LISTED]]
    total, columns = sum(group.count for group in groups), language("records-columns")
    return Card(
        text(f"### {language('records-title')}"),
        text(language("records-votes", useful=useful, useless=len(votes) - useful)),
        text(*(f"- {' — '.join(parts)}" for parts in remarks)) if remarks else None,
        ui.Separator(),
        text(language("records-unanswered", count=total), *_list_groups(groups, language)),
        Attached(language("file-unanswered"), write_csv(groups, columns)) if groups else None,
    )


def _list_groups(groups: Sequence[Group], language: Language) -> Iterator[str]:
    week = None
    for group in groups[:LISTED]:
        if _find_week(group.last) != week:
            week = _find_week(group.last)
            monday = date.fromisocalendar(*week, 1)
            yield f"**{language('records-week', day=day(monday))}**"
        times = f" ×{group.count}" if group.count > 1 else ""
        yield f"- {fit(group.question, _LINE)}{times}"
        if group.closest:
            title, passage = group.closest
            yield f"-# {language('records-closest', title=fit(title, 60), text=fit(passage, 110))}"


async def export_articles(engine: SearchEngine) -> tuple[bytes, int]:
    """Export a collection as a ZIP; return it and its number of articles; BusyError: it changes."""
    with tempfile.TemporaryDirectory(prefix="verbatim-export-") as folder:
        path = Path(folder) / "articles.zip"
        count = await engine.export(path)
        return await asyncio.to_thread(path.read_bytes), count
