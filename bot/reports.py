"""What admins are shown: status, the report of a reindex, a removal to confirm; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.markup import fit, plain
from bot.parts import MAX_OPTION, Block, Button, Card, Rule, card, row
from bot.refs import short
from bot.render import ANSWERED, NAME, REFUSED, TITLE, summary_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.translate import Language
    from embeddings.types import ArticleSummary, ReindexReport, SnapshotSummary, Status

_NOTES = 5
_NOTE = 200


def moment(value: datetime | None) -> str:
    """Return an instant as Discord shows it in each reader's own way."""
    return f"<t:{int(value.timestamp())}:f>" if value else "?"


def reindex_card(report: ReindexReport, language: Language) -> Card:
    """Return what a reindex did."""
    lines = [
        language("report-snapshot", snapshot=plain(report.snapshot)),
        language(
            "report-changes",
            added=str(report.added),
            changed=str(report.changed),
            removed=str(report.removed),
        ),
        language(
            "report-passages",
            passages=str(report.passages),
            reused=str(report.reused),
            encoded=str(report.encoded),
            seconds=f"{report.seconds:.1f}",
        ),
        *(f"-# {fit(note, _NOTE)}" for note in report.notes[:_NOTES]),
    ]
    return card(Block(f"### {language('reindex-done')}"), Block("\n".join(lines)), accent=ANSWERED)


def status_card(status: Status, language: Language) -> Card:
    """Return what serves now."""
    versions = ", ".join(f"{name} {version}" for name, version in status.versions.items())
    kept = [snapshot_line(s, language) for s in status.snapshots[:_NOTES]]
    return card(
        Block(f"### {language('status-title')}"),
        Block("\n".join(_serving(status, language))),
        Rule(),
        Block("\n".join([language("status-kept"), *kept])) if kept else None,
        Block(f"-# {language('status-versions', versions=fit(versions, 2 * _NOTE))}"),
        accent=ANSWERED,
    )


def _serving(status: Status, language: Language) -> Iterator[str]:
    if status.snapshot is None:
        yield language("status-nothing")
    else:
        when = moment(status.created_at)
        yield language("status-snapshot", snapshot=plain(status.snapshot), when=when)
    yield language("status-counts", articles=str(status.articles), passages=str(status.passages))
    yield language("status-collections", names=fit(", ".join(status.collections), _NOTE))
    yield language(
        "status-model",
        model=fit(status.model, _NOTE),
        dimension=str(status.dimension),
        index=plain(status.index or "?"),
    )
    yield language(
        "status-threshold",
        threshold=f"{status.threshold:.2f}",
        calibration=fit(status.calibration, _NOTE),
    )
    yield from (f"-# {fit(note, _NOTE)}" for note in status.notes[:_NOTES])


def snapshot_line(snapshot: SnapshotSummary, language: Language) -> str:
    """Return a kept snapshot as a line of a list; the one that serves in bold."""
    label = plain(snapshot_label(snapshot, language))
    line = f"{label}, {moment(snapshot.created_at)}"
    return f"- **{line}**" if snapshot.live else f"- {line}"


def snapshot_label(snapshot: SnapshotSummary, language: Language) -> str:
    """Return a kept snapshot as a suggestion."""
    return language(
        "snapshot-choice",
        snapshot=snapshot.snapshot,
        articles=str(snapshot.articles),
        passages=str(snapshot.passages),
    )[:MAX_OPTION]


def removal_card(article: ArticleSummary, language: Language) -> Card:
    """Return what would be removed, with the button that does it."""
    custom_id = f"v:drop:{short(article.id)}"
    details = summary_line(article, language)
    return card(
        Block(language("remove-ask")),
        Block(f"**{fit(article.title, TITLE)}**\n-# {fit(article.id, NAME)}\n-# {details}"),
        row(Button(language("remove-confirm"), custom_id, style="danger")),
        accent=REFUSED,
    )
