"""What admins get as a file or a list: the articles, and what is kept of questions and votes.

Votes and refused questions become a labelled set that ``eval`` reads.

A useful answer labels its question with the passage it showed. A refused question counts as one
that the articles do not answer. An answer that was not useful labels nothing: what the right
passage would have been, nobody said.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discord import ui

from bot.errors import BotError
from bot.ui.catalogue import fold
from bot.ui.components import ANSWERED, Attached, Card, text
from bot.ui.markup import fit
from bot.ui.naming import Place, day
from embeddings.errors import EmbeddingsError
from embeddings.types import SHARED, Article, Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.context import Seen
    from bot.translate import Language
    from embeddings.engine import SearchEngine
    from embeddings.store.people import Unanswered, Vote

LISTED, LOOKED_UP = 8, 8
"""How many questions a card lists, and for how many the closest passage is looked up."""
MAX_FILE = 8 * 1024 * 1024
"""The largest file that is sent, in bytes: below what Discord takes on every server."""
_LINE = 150


def corpus_lines(articles: Iterable[tuple[Article, Sequence[Passage]]]) -> list[dict[str, Any]]:
    """Return one line for each passage."""
    return [
        {
            "doc_id": doc_id(article),
            "title": article.title,
            "para_id": f"{doc_id(article)}#{passage.paragraph}",
            "text": article.text[passage.start : passage.end],
        }
        for article, passages in articles
        for passage in passages
    ]


def doc_id(article: Article) -> str:
    """Return an article's name in a labelled set, where two collections may have one of its id."""
    return article.id if article.collection == SHARED else f"{article.collection}/{article.id}"


def query_lines(
    votes: Iterable[Vote],
    unanswered: Iterable[Unanswered],
    articles: Iterable[tuple[Article, Sequence[Passage]]],
) -> list[dict[str, Any]]:
    """Return one line for each question; a vote on a passage that is gone is left out."""
    names = {
        str(Place.of(article, passage)): f"{doc_id(article)}#{passage.paragraph}"
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
            "para_ids": sorted(found),
            "answer": None,
            "answerable": bool(found),
        }
        for number, (question, found) in enumerate(gold.items(), 1)
    ]


def labelled_set(
    votes: Iterable[Vote],
    unanswered: Iterable[Unanswered],
    articles: Sequence[tuple[Article, Sequence[Passage]]],
) -> tuple[bytes, int]:
    """Return what is kept as a ZIP of two files of JSON lines, and how many questions it has."""
    queries, buffer = query_lines(votes, unanswered, articles), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in (("corpus", corpus_lines(articles)), ("queries", queries)):
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            archive.writestr(f"{name}.jsonl", text)
    return buffer.getvalue(), len(queries)


@dataclass(slots=True)
class Group:
    """A question that people asked in the same words, how often and when last, in UTC.

    ``closest``: the title of the article of the closest passage, and the passage.
    """

    question: str
    count: int
    last: datetime
    closest: tuple[str, str] | None = None


def group_questions(unanswered: Sequence[Unanswered]) -> list[Group]:
    """Return refused questions by their words, those of the newest week and most asked first."""
    groups: dict[str, Group] = {}
    for asked in unanswered:
        key = " ".join(sorted(set(re.findall(r"\w+", fold(asked.question)))))
        group = groups.setdefault(key, Group(asked.question, 0, _read_moment(asked.at)))
        group.count += 1
    return sorted(groups.values(), key=lambda g: (*_week(g.last), g.count), reverse=True)


def _read_moment(at: str) -> datetime:
    return datetime.fromisoformat(at) if at else datetime.now(UTC)


def _week(moment: datetime) -> tuple[int, int]:
    year, week, _ = moment.isocalendar()
    return year, week


def count_week(unanswered: Iterable[Unanswered]) -> int:
    """Return how many questions of this week were refused."""
    now = _week(datetime.now(UTC))
    return sum(_week(_read_moment(asked.at)) == now for asked in unanswered)


async def find_closest(seen: Seen, question: str) -> tuple[str, str] | None:
    """Return what is nearest to a question now: its article's title, and the sentence."""
    try:
        found = await seen.ask(question, top_k=1)
    except EmbeddingsError:
        return None
    hits = [*found.hits, *found.closest]
    return (hits[0].article.title, hits[0].sentence.text) if hits else None


def write_csv(groups: Iterable[Group], head: str) -> bytes:
    """Return refused questions as a table: week, question, how often, the closest passage.

    ``head``: what its five columns are called, with commas between.
    """
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(head.split(","))
    for group in groups:
        week = "{}-W{:02}".format(*_week(group.last))
        row = (week, group.question, group.count, *(group.closest or ("", "")))
        table.writerow([_disarm(cell) for cell in row])
    return buffer.getvalue().encode("utf-8-sig", "replace")


def _disarm(cell: object) -> object:
    """Keep a spreadsheet from taking what somebody wrote for a formula."""
    is_formula = isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell
    return f"'{cell}" if is_formula else cell


def records_card(votes: Sequence[Vote], groups: Sequence[Group], language: Language) -> Card:
    """Return the refused questions by week, and what people thought of answers."""
    useful = sum(vote.useful for vote in votes)
    judged = [vote for vote in votes if not vote.useful and (vote.reason or vote.question)]
    told = [[fit(p, _LINE) for p in (v.question, v.reason) if p] for v in judged[:LISTED]]
    total, columns = sum(group.count for group in groups), language("records-columns")
    return Card(
        text(f"### {language('records-title')}"),
        text(language("records-votes", useful=useful, useless=len(votes) - useful)),
        text(*(f"- {' — '.join(parts)}" for parts in told)) if told else None,
        ui.Separator(),
        text(language("records-unanswered", count=total), *_list_groups(groups, language)),
        Attached(language("file-unanswered"), write_csv(groups, columns)) if groups else None,
        accent=ANSWERED,
    )


def _list_groups(groups: Sequence[Group], language: Language) -> Iterator[str]:
    week = None
    for group in groups[:LISTED]:
        if _week(group.last) != week:
            week = _week(group.last)
            monday = date.fromisocalendar(*week, 1)
            yield f"**{language('records-week', day=day(monday))}**"
        times = f" ×{group.count}" if group.count > 1 else ""
        yield f"- {fit(group.question, _LINE)}{times}"
        if group.closest:
            title, passage = group.closest
            yield f"-# {language('records-closest', title=fit(title, 60), text=fit(passage, 110))}"


async def export_articles(engine: SearchEngine) -> tuple[bytes, int]:
    """Return a collection as a ZIP, and its number of articles; raises BusyError as it changes."""
    with tempfile.TemporaryDirectory(prefix="verbatim-export-") as folder:
        path = Path(folder) / "articles.zip"
        count = await engine.export(path)
        return await asyncio.to_thread(path.read_bytes), count


def enclose(data: bytes, name: str, told: str) -> Card:
    """Return a file with a sentence about it; raises BotError when it is too large for Discord."""
    if len(data) > MAX_FILE:
        raise BotError("too-large")
    return Card(text(told), Attached(name, data), accent=ANSWERED)
