"""Values of the search engine -> the JSON documents that scripts read; pure."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from embeddings.types import FIELDS, Answer, Article, ArticleSummary, Hit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from embeddings.reports import ChangeReport, ReindexReport, RollbackReport, VerifyReport

Document = dict[str, Any]
"""A JSON object, its keys in the order in which they are written."""

_ANSWER = ("question", "understood_as", "snapshot", "confidence", "refusal")
_ARTICLE = ("id", *FIELDS)


def dumps(document: object) -> str:
    """Write a value as JSON: letters as they are, null for a number that is none."""
    from pydantic_core import to_jsonable_python  # keeps --help quick

    plain = to_jsonable_python(document, inf_nan_mode="null")
    return json.dumps(plain, ensure_ascii=False, allow_nan=False)


def rollback(value: RollbackReport) -> Document:
    """Return which snapshot serves now, which served before, and what became of the articles."""
    return {
        "snapshot": value.snapshot,
        "previous": value.previous,
        "added": sources(value.added),
        "changed": sources(value.changed),
        "removed": list(value.removed),
    }


def answer(value: Answer) -> Document:
    """Return the document of one answer."""
    filters = value.filters
    return {
        **{name: getattr(value, name) for name in _ANSWER},
        "hits": [hit(one) for one in value.hits],
        "closest": [hit(one) for one in value.closest],
        "notes": [note.text for note in value.notes],
        "nearest_titles": value.nearest_titles,
        "milliseconds": value.milliseconds,
        "filters": {"since": filters.since, "until": filters.until, "source": filters.source},
        "understood": value.understood,
        "widened": value.widened,
    }


def hit(value: Hit) -> Document:
    """Return one quoted passage, with its place in the article's stored text."""
    from bot.asking.links import link  # only where a passage is quoted

    passage, sentence = value.passage, value.sentence
    return {
        **{name: getattr(value, name) for name in ("rank", "score", "confidence")},
        "article": article(value.article),
        "passage": value.text,
        **{name: getattr(passage, name) for name in ("start", "end", "paragraph")},
        "sentence": sentence,
        "link": link(value.article, sentence.start, sentence.end),
        "also_in": value.also_in,
    }


def article(value: Article | ArticleSummary) -> Document:
    """Return what an answer says of the article that it quotes."""
    return {name: getattr(value, name) for name in _ARTICLE}


def sources(values: Iterable[ArticleSummary]) -> list[Document]:
    """Return the list of articles."""
    return [{**article(v), "passages": v.passages, "collection": v.collection} for v in values]


def reindex(value: ReindexReport) -> Document:
    """Return what a reindex did; its notes are for people."""
    return {name: inner for name, inner in asdict(value).items() if name != "notes"}


def addition(value: ChangeReport) -> Document:
    """Return what an addition did; on a dry run, also how each article was understood."""
    document: Document = {
        **{name: sources(getattr(value, name)) for name in ("added", "changed", "unchanged")},
        "rejected": (*value.rejected, *value.left),
        "left_out": value.left_out,
        "report": reindex(value.report) if value.report else None,
    }
    if value.articles and not value.report:
        document["understood"] = [
            {name: getattr(one, name) for name in ("id", "inferred", "opening")}
            for one in value.articles
        ]
    return document


def removal(value: ChangeReport) -> Document:
    """Return what a removal did: the shape of an addition, and what was removed."""
    return {**addition(value), "removed": value.removed}


def verify(value: VerifyReport) -> Document:
    """Return what a check of every digest found."""
    return {"ok": value.ok, "checked": value.checked, "problems": value.problems}
