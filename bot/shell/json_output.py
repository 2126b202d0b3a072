"""Values of the search engine -> the JSON documents that scripts read; pure."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.asking.links import link

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from embeddings.types import (
        Answer,
        Article,
        ArticleSummary,
        AuditEntry,
        ChangeReport,
        Filters,
        Hit,
        ReindexReport,
        SnapshotSummary,
        Status,
        VerifyReport,
    )

Document = dict[str, Any]
"""A JSON object, its keys in the order in which they are written."""


def dumps(document: object, *, indent: int | None = None) -> str:
    """Write a document as JSON: letters as they are, and null for a number that is none."""
    return json.dumps(_finite(document), ensure_ascii=False, allow_nan=False, indent=indent)


def _finite(value: object) -> object:
    """Replace what JSON has no number for (NaN, infinities) by null, all the way down."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _iso(day: date | datetime | None) -> str | None:
    return day.isoformat() if day else None


def answer(value: Answer) -> Document:
    """Return the document of one answer."""
    return {
        "question": value.question,
        "understood_as": value.understood_as,
        "snapshot": value.snapshot,
        "confidence": value.confidence,
        "refusal": value.refusal.value if value.refusal else None,
        "hits": [hit(one) for one in value.hits],
        "closest": [hit(one) for one in value.closest],
        "notes": [note.text for note in value.notes],
        "nearest_titles": list(value.nearest_titles),
        "milliseconds": value.milliseconds,
        "filters": filters(value.filters),
        "understood": list(value.understood),
        "widened": value.widened,
    }


def filters(value: Filters) -> Document:
    """Return what an answer was narrowed to."""
    return {"since": _iso(value.since), "until": _iso(value.until), "source": value.source}


def hit(value: Hit) -> Document:
    """Return one quoted passage, with its place in the article's stored text."""
    sentence = value.sentence
    return {
        "rank": value.rank,
        "score": value.score,
        "confidence": value.confidence,
        "article": article(value.article),
        "passage": value.text,
        "start": value.passage.start,
        "end": value.passage.end,
        "paragraph": value.passage.paragraph,
        "sentence": {"text": sentence.text, "start": sentence.start, "end": sentence.end},
        "link": link(value.article, sentence.start, sentence.end),
        "also_in": list(value.also_in),
    }


def article(value: Article | ArticleSummary) -> Document:
    """Return what an answer says of the article that it quotes."""
    return {
        "id": value.id,
        "title": value.title,
        "source": value.source,
        "author": value.author,
        "date": _iso(value.date),
        "url": value.url,
        "language": value.language,
    }


def source(value: ArticleSummary) -> Document:
    """Return an article as lists show it."""
    return {**article(value), "passages": value.passages, "collection": value.collection}


def sources(values: Iterable[ArticleSummary]) -> list[Document]:
    """Return the list of articles."""
    return [source(value) for value in values]


def reindex(value: ReindexReport) -> Document:
    """Return what a reindex did; its notes are for people."""
    document = asdict(value)
    del document["notes"]
    return document


def addition(value: ChangeReport) -> Document:
    """Return what an addition did; on a dry run, also how each article was understood."""
    document: Document = {
        "added": sources(value.added),
        "changed": sources(value.changed),
        "unchanged": sources(value.unchanged),
        "rejected": [asdict(one) for one in value.rejected],
        "report": reindex(value.report) if value.report else None,
    }
    if value.proposed:
        document["understood"] = [
            {"id": one.article.id, "inferred": list(one.inferred), "opening": one.opening}
            for one in value.proposed
        ]
    return document


def audit(entries: Iterable[AuditEntry]) -> list[Document]:
    """Return the lines of the audit log."""
    return [{**asdict(entry), "at": _iso(entry.at)} for entry in entries]


def removal(value: ChangeReport) -> Document:
    """Return what a removal did: the shape of an addition, and what was removed."""
    return {**addition(value), "removed": list(value.removed)}


def rollback(snapshot: str, previous: str) -> Document:
    """Return which snapshot serves now and which served before."""
    return {"snapshot": snapshot, "previous": previous}


def status(value: Status) -> Document:
    """Return what serves now, and on what it runs."""
    return {
        "snapshot": value.snapshot,
        "created_at": _iso(value.created_at),
        "model": value.model,
        "dimension": value.dimension,
        "articles": value.articles,
        "passages": value.passages,
        "collections": list(value.collections),
        "store": value.store,
        "index": value.index,
        "versions": dict(value.versions),
        "threshold": value.threshold,
        "calibration": value.calibration,
        "snapshots": [snapshot(one) for one in value.snapshots],
        "notes": list(value.notes),
    }


def snapshot(value: SnapshotSummary) -> Document:
    """Return a kept snapshot."""
    return {**asdict(value), "created_at": _iso(value.created_at)}


def verify(value: VerifyReport) -> Document:
    """Return what a check of every digest found."""
    return {"ok": value.ok, "checked": value.checked, "problems": list(value.problems)}
