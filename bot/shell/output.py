"""Turns the engine's values into the JSON documents that scripts read; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from embeddings.types import FIELDS, Answer, Article, ArticleSummary, Hit

if TYPE_CHECKING:
    from embeddings.readers import Draft
    from embeddings.readers.many import Outcome
    from embeddings.reports import ChangeReport, ReindexReport, RollbackReport, VerifyReport

Document = dict[str, Any]
"""A JSON object, its keys in output order."""

_ANSWER = ("question", "understood_as", "snapshot", "confidence", "refusal")
_ARTICLE = ("id", *FIELDS)


def dumps(document: object) -> str:
    """Write a value as JSON, non-ASCII letters unescaped; NaN and infinity become null."""
    from pydantic_core import to_jsonable_python  # keeps --help quick

    plain = to_jsonable_python(document, inf_nan_mode="null")
    return json.dumps(plain, ensure_ascii=False, allow_nan=False)


def dump_rollback(value: RollbackReport) -> Document:
    """Serialize a rollback: the live snapshot, the previous one, and the articles that differ."""
    return {
        "snapshot": value.snapshot,
        "previous": value.previous,
        "added": dump_sources(value.added),
        "changed": dump_sources(value.changed),
        "removed": list(value.removed),
    }


def dump_answer(value: Answer) -> Document:
    """Serialize an answer."""
    filters = value.filters
    return {
        **{name: getattr(value, name) for name in _ANSWER},
        "hits": [dump_hit(hit) for hit in value.hits],
        "closest": [dump_hit(hit) for hit in value.closest],
        "notes": [note.text for note in value.notes],
        "nearest_titles": value.nearest_titles,
        "milliseconds": value.milliseconds,
        "filters": {"since": filters.since, "until": filters.until, "source": filters.source},
        "understood": value.understood,
        "widened": value.widened,
    }


def dump_hit(value: Hit) -> Document:
    """Serialize a quoted passage, with its offsets in the article's stored text."""
    from bot.asking.links import build_link  # imported only when a passage is quoted

    passage, sentence = value.passage, value.sentence
    return {
        **{name: getattr(value, name) for name in ("rank", "score", "confidence")},
        "article": dump_article(value.article),
        "passage": value.text,
        **{name: getattr(passage, name) for name in ("start", "end", "paragraph")},
        "sentence": sentence,
        "link": build_link(value.article, sentence.start, sentence.end),
        "also_in": value.also_in,
    }


def dump_article(value: Article | ArticleSummary) -> Document:
    """Serialize an article's id and fields, without its text."""
    return {name: getattr(value, name) for name in _ARTICLE}


def dump_sources(values: Iterable[ArticleSummary]) -> list[Document]:
    """Serialize a list of articles."""
    return [{**dump_article(v), "passages": v.passages, "collection": v.collection} for v in values]


def dump_reindex(value: ReindexReport) -> Document:
    """Serialize a reindex report, without its notes, which are for people."""
    return {name: inner for name, inner in asdict(value).items() if name != "notes"}


def dump_addition(value: ChangeReport) -> Document:
    """Serialize an addition; after a dry run, also each article's guessed fields and opening."""
    document: Document = {
        **{name: dump_sources(getattr(value, name)) for name in ("added", "changed", "unchanged")},
        "rejected": (*value.rejected, *value.left),
        "left_out": value.left_out,
        "report": dump_reindex(value.report) if value.report else None,
    }
    if value.articles and not value.report:
        document["understood"] = [
            {name: getattr(article, name) for name in ("id", "inferred", "opening")}
            for article in value.articles
        ]
    return document


def dump_removal(value: ChangeReport) -> Document:
    """Serialize a removal: the keys of an addition, and the removed articles."""
    return {**dump_addition(value), "removed": value.removed}


def dump_verification(value: VerifyReport) -> Document:
    """Serialize the result of checking every stored checksum."""
    return {"ok": value.ok, "checked": value.checked, "problems": value.problems}


def dump_outcomes(outcomes: Sequence[Outcome]) -> Document:
    """Serialize the drafts and the rejected inputs of ``read``."""
    return {
        "read": [_dump_draft(*each) for each in outcomes if isinstance(each, tuple)],
        "rejected": [each for each in outcomes if not isinstance(each, tuple)],
    }


def _dump_draft(name: str, draft: Draft) -> Document:
    return {
        "input": name,
        **{field: getattr(draft, field) for field in FIELDS},
        "inferred": draft.inferred,
        "text": draft.text,
        "passages": split_draft(draft),
        "left_out": draft.left_out,
    }


def split_draft(draft: Draft) -> list[str]:
    """Return the texts of a draft's passages."""
    from embeddings.text.passages import split  # keeps --help quick

    return [draft.text[passage.start : passage.end] for passage in split(draft.article("draft"))]
