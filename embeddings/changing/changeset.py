"""What is to become of which articles, on what terms, and what is told of it afterwards."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from embeddings.reports import AuditEntry, ReindexReport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from embeddings.collection import Base
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.archive import Contents
    from embeddings.store.pointers import Kept
    from embeddings.types import Article, ProgressCallback


_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wish:
    """On what terms a change is made: who wants it, despite the gate or not, and who looks on."""

    by: str = ""
    anyway: bool = False
    progress: ProgressCallback | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a collection.

    Attributes:
        what: ``add``, ``edit``, ``remove`` or ``import``, for the audit log.
        articles: Article id -> what becomes of it; None: it is taken out.
        by_hand: Article id -> names of its fields that somebody set by hand with it.
        token: The proposal that is carried out.
        history: Earlier versions that come with an import.
        lines: Lines of another collection's audit log, which come with it.
        questions: The golden questions that come with it; None: none do.
        is_import: Whether the questions are replaced, by none too.
    """

    what: str = ""
    articles: Mapping[str, Article | None] = field(default_factory=dict)
    by_hand: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    token: str | None = None
    history: tuple[Article, ...] = ()
    lines: tuple[AuditEntry, ...] = ()
    questions: bytes | None = None
    is_import: bool = False

    @classmethod
    def of_import(cls, contents: Contents, articles: Mapping[str, Article | None]) -> Change:
        """Return what an import changes; its audit log says what of it was set by hand."""
        from embeddings.store import audit

        lines = tuple(audit.read(contents.lines))
        by_hand = {n: tuple(names) for n, names in audit.edited(lines).items() if n in articles}
        moments = audit.corrected(lines)
        return cls(
            what="import",
            articles={
                name: article and replace(article, corrected=moments.get(name))
                for name, article in articles.items()
            },
            by_hand=by_hand,
            history=contents.history,
            lines=lines,
            questions=contents.questions,
            is_import=True,
        )


def report_nothing(snapshot: Snapshot | None, started: float) -> ReindexReport:
    """Report a reindex that has nothing to do, begun at that instant of ``time.perf_counter``."""
    manifest = snapshot.manifest if snapshot else None
    return ReindexReport(
        snapshot=snapshot.id if snapshot else "",
        added=0,
        changed=0,
        removed=0,
        passages=manifest.passages if manifest else 0,
        reused=manifest.passages + manifest.sentences if manifest else 0,
        encoded=0,
        seconds=time.perf_counter() - started,
    )


def date_corrections(
    articles: Mapping[str, Article | None], there: Mapping[str, Article], now: datetime
) -> dict[str, Article | None]:
    """Note on articles when their texts were last changed, which is now if they are others."""
    told: dict[str, Article | None] = {}
    for name, article in articles.items():
        old = there.get(name)
        if article and old:
            moment = old.corrected if old.text == article.text else now
            told[name] = replace(article, corrected=article.corrected or moment)
        else:
            told[name] = article
    return told


def count(
    articles: Mapping[str, Article | None], there: Mapping[str, Article]
) -> tuple[int, int, int]:
    """Return how many articles a change adds, changes and removes."""
    added = sum(article is not None and name not in there for name, article in articles.items())
    removed = sum(article is None for article in articles.values())
    return added, len(articles) - added - removed, removed


def tell(change: Change, base: Base, wish: Wish, kept: Kept, now: datetime) -> list[AuditEntry]:
    """Return what the audit log is to say of a change, its publication last."""
    entries = [
        entry
        for name, new in change.articles.items()
        for entry in _tell_article(change, name, base.articles.get(name), new)
    ]
    previous = base.published.live
    what = "rollback" if change.what == "rollback" else "publish"
    published = AuditEntry(
        at=now,
        by=wish.by,
        what=what,
        before=str(previous) if previous is not None else None,
        snapshot=str(kept.number),
        counts=kept.counts,
    )
    told = [replace(entry, at=now, by=wish.by) for entry in entries]
    return [*told, *change.lines, published]


def _tell_article(
    change: Change, name: str, old: Article | None, new: Article | None
) -> Iterator[AuditEntry]:
    from embeddings.changing.planning import differences

    entry = AuditEntry(
        at=_NEVER,
        by="",
        what="change" if change.what == "add" and old else change.what,
        article=name,
        before=old.digest if old else None,
        after=new.digest if new else None,
        fields=differences(old, new) if old and new else (),
    )
    yield entry
    if name in change.by_hand and change.what == "add":
        by_hand = tuple(change.by_hand[name])
        yield replace(entry, what="edit", before=entry.after, fields=by_hand)
