"""What admins are shown of the index: status, the report of a reindex, kept snapshots; pure."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING

from discord import ui

from bot.ui.components import ANSWERED, MAX_OPTION, Card, list_under, text
from bot.ui.markup import fit, plain
from bot.ui.naming import NAME, TITLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from bot.translate import Language
    from embeddings.types import (
        ArticleSummary,
        Correction,
        ReindexReport,
        SnapshotSummary,
        Status,
    )

_ON_DISCORD = re.compile(r"discord:(\d{1,20})")
_KEPT = 5
_MOST, _HISTORY = 12, 3000
_NOTE = 200


def moment(value: datetime | None) -> str:
    """Return an instant as Discord shows it in each reader's own way."""
    return f"<t:{int(value.timestamp())}:f>" if value else "?"


def who(by: str, language: Language) -> str:
    """Say who did something; empty when nobody said so."""
    on_discord = _ON_DISCORD.fullmatch(by)
    name = f"<@{on_discord[1]}>" if on_discord else fit(by, NAME)
    return language("done-by", name=name) if by else ""


def reindex_card(report: ReindexReport, language: Language) -> Card:
    """Return what a reindex did."""
    lines = reindex_lines(report, language)
    return Card(text(f"### {language('reindex-done')}"), text("\n".join(lines)), accent=ANSWERED)


def reindex_lines(report: ReindexReport, language: Language) -> list[str]:
    """Return what a reindex did, line by line."""
    return [
        language("report-snapshot", snapshot=plain(report.snapshot)),
        language(
            "report-changes",
            added=report.added,
            changed=report.changed,
            removed=report.removed,
        ),
        language(
            "report-passages",
            passages=report.passages,
            reused=report.reused,
            encoded=report.encoded,
            seconds=report.seconds,
        ),
        *_notes(report.notes, language),
    ]


def status_card(status: Status, language: Language) -> Card:
    """Return what serves now."""
    versions = ", ".join(f"{name} {version}" for name, version in status.versions.items())
    kept = [snapshot_line(s, language) for s in status.snapshots[:_KEPT]]
    return Card(
        text(f"### {language('status-title')}"),
        text("\n".join(_serving(status, language))),
        ui.Separator(),
        text("\n".join([language("status-kept"), *kept])) if kept else None,
        text(f"-# {language('status-versions', versions=fit(versions, 2 * _NOTE))}"),
        accent=ANSWERED,
    )


def _serving(status: Status, language: Language) -> Iterator[str]:
    if status.snapshot is None:
        yield language("status-nothing")
    else:
        when = moment(status.created_at)
        yield language("status-snapshot", snapshot=plain(status.snapshot), when=when)
    yield language("status-counts", articles=status.articles, passages=status.passages)
    if status.collections:
        yield language("status-collections", names=fit(", ".join(status.collections), _NOTE))
    yield language(
        "status-model",
        model=fit(status.model, _NOTE),
        dimension=str(status.dimension),
        index=plain(status.index or "?"),
    )
    yield language(
        "status-threshold",
        threshold=status.threshold,
        calibration=fit(status.calibration, _NOTE),
    )
    yield from _notes(status.notes, language)


def _notes(notes: Sequence[str], language: Language) -> list[str]:
    """Say that there are notes: they speak English, and of the operator's files."""
    return [f"-# {language('report-notes', count=len(notes))}"] if notes else []


def snapshot_line(snapshot: SnapshotSummary, language: Language) -> str:
    """Return a kept snapshot as a line of a list; the one that serves in bold."""
    counted = language("snapshot-size", articles=snapshot.articles, passages=snapshot.passages)
    made = [plain(snapshot.snapshot), moment(snapshot.created_at), counted]
    line = " · ".join([*made, *_change(snapshot, who(snapshot.by, language))])
    return f"- **{line}**" if snapshot.live else f"- {line}"


def snapshot_label(
    snapshot: SnapshotSummary, language: Language, called: Callable[[str], str]
) -> str:
    """Return a kept snapshot as a suggestion: when, who, what changed, and how large it is.

    Args:
        snapshot: Which one.
        language: The reader's.
        called: Who did something, as the log names them -> what they are called here.
    """
    size = language("snapshot-size", articles=snapshot.articles, passages=snapshot.passages)
    name = called(snapshot.by)
    done_by = language("done-by", name=name) if name else ""
    made = f"{snapshot.created_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return " · ".join([made, *_change(snapshot, done_by), size])[:MAX_OPTION]


def _change(snapshot: SnapshotSummary, done_by: str) -> Iterator[str]:
    """Yield how many articles came, changed and went, and who had it so."""
    if snapshot.added or snapshot.changed or snapshot.removed:
        yield f"+{snapshot.added} ~{snapshot.changed} −{snapshot.removed}"
    if done_by:
        yield done_by


def history_card(
    article: ArticleSummary, corrections: Sequence[Correction], language: Language
) -> Card:
    """Return all changes of an article's text: when, by whom, and which text replaced which."""
    head = f"### {fit(article.title, TITLE)}"
    lines = [_history_line(correction, language) for correction in corrections]
    count = language("history-count", count=len(lines))
    return Card(
        text(head),
        list_under(count, lines, language, room=_HISTORY, most=_MOST) or text(count),
        accent=ANSWERED,
    )


def _history_line(correction: Correction, language: Language) -> str:
    said = language(
        "history-line",
        when=moment(correction.at),
        before=correction.before[:8],
        after=correction.after[:8],
    )
    return " · ".join(filter(None, [said, who(correction.by, language)]))
