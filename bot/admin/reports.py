"""What admins are shown of the index: status, the report of a reindex, kept snapshots; pure."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING

from bot.admin.proposals import say_room
from bot.ui.components import ANSWERED, MAX_OPTION, Card, text
from bot.ui.markup import fit, plain
from bot.ui.naming import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from bot.translate import Language
    from embeddings.reports import AuditEntry, ReindexReport, Room, SnapshotSummary, Status

_ON_DISCORD = re.compile(r"discord:(\d{1,20})")
_KEPT = 5
_TITLE = 60
_NOTE = 200


def moment(value: datetime | None) -> str:
    """Return an instant as Discord shows it in each reader's own way."""
    return f"<t:{int(value.timestamp())}:f>" if value else "?"


def who(by: str, language: Language) -> str:
    """Say who did something; empty when nobody said so."""
    if by == "watch":
        return language("done-by-itself")
    on_discord = _ON_DISCORD.fullmatch(by)
    name = f"<@{on_discord[1]}>" if on_discord else fit(by, NAME)
    return language("done-by", name=name) if by else ""


def done_card(key: str, report: ReindexReport | None, language: Language) -> Card:
    """Return that something is done, and what serves now."""
    lines = reindex_lines(report, language) if report else []
    return Card(
        text(f"### {language(key)}"), text("\n".join(lines)) if lines else None, accent=ANSWERED
    )


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


def status_card(
    status: Status,
    language: Language,
    *,
    unanswered: int | None = None,
    details: bool = False,
    room: Sequence[Room] = (),
) -> Card:
    """Return what is published now.

    Args:
        status: What the engine says of itself.
        language: The reader's.
        unanswered: How many questions of this week have no answer; None where none are kept.
        details: Whether the machine is spoken of too.
        room: How much the collection may hold and take, and how much it does.
    """
    lines = [*_serving(status, language), *([say_room(room, language)] if room else [])]
    lines += [language("status-unanswered", count=unanswered)] if unanswered is not None else []
    kept = [snapshot_line(s, language) for s in status.snapshots[:_KEPT]] if details else []
    return Card(
        text(f"### {language('status-title')}", *lines),
        text("\n".join(_machine(status, language))) if details else None,
        text("\n".join([language("status-kept"), *kept])) if kept else None,
        accent=ANSWERED,
    )


def _serving(status: Status, language: Language) -> Iterator[str]:
    yield language("status-counts", articles=status.articles, passages=status.passages)
    if status.snapshot is None:
        yield language("status-nothing")
    else:
        live = next((s for s in status.snapshots if s.live), None)
        by = who(live.by, language) if live else ""
        when = " ".join(filter(None, [moment(status.created_at), by]))
        yield language("status-changed", when=when)
    yield language("status-threshold", threshold=status.threshold)
    yield from _notes(status.notes, language)


def _machine(status: Status, language: Language) -> Iterator[str]:
    if status.snapshot:
        yield language("status-snapshot", snapshot=plain(status.snapshot))
    if status.collections:
        yield language("status-collections", names=fit(", ".join(status.collections), _NOTE))
    index = plain(status.index or "?")
    model = fit(status.model, _NOTE)
    yield language("status-model", model=model, dimension=str(status.dimension), index=index)
    yield language("status-calibration", calibration=fit(status.calibration, _NOTE))
    versions = ", ".join(f"{name} {version}" for name, version in status.versions.items())
    yield f"-# {language('status-versions', versions=fit(versions, 2 * _NOTE))}"


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
    """Return a kept version as a suggestion: when it was made, by whom, and what is in it.

    Args:
        snapshot: Which one.
        language: The reader's.
        called: Who did something, as the log names them -> what they are called here.
    """
    size = language("snapshot-size", articles=snapshot.articles, passages=snapshot.passages)
    name = called(snapshot.by)
    done_by = language("done-by", name=name) if name else ""
    told = [write_moment(snapshot.created_at), *_change(snapshot, done_by), size]
    return " · ".join(told)[:MAX_OPTION]


def write_moment(value: datetime) -> str:
    """Return an instant where Discord shows plain text alone."""
    return f"{value.astimezone(UTC):%d/%m %H:%M} UTC"


def _change(snapshot: SnapshotSummary, done_by: str) -> Iterator[str]:
    """Yield how many articles came, changed and went, and who had it so."""
    if snapshot.added or snapshot.changed or snapshot.removed:
        yield f"+{snapshot.added} ~{snapshot.changed} −{snapshot.removed}"
    if done_by:
        yield done_by


def tell_entry(entry: AuditEntry, titles: Mapping[str, str], language: Language) -> str:
    """Return one entry of the history in words: what, and in small print when and by whom."""
    done = " · ".join(filter(None, [moment(entry.at), who(entry.by, language)]))
    return f"{say_change(entry, titles, language)}\n-# {done}"


def say_change(entry: AuditEntry, titles: Mapping[str, str], language: Language) -> str:
    """Say what was done, such as "«…» was removed"."""
    key = entry.what if f"did-{entry.what}" in language.keys else "change"
    fields = ", ".join(
        language(f"field-{name}") for name in entry.fields if f"field-{name}" in language.keys
    )
    name = fit(titles.get(entry.article or "", entry.article or ""), _TITLE)
    added, changed, removed = entry.counts
    told = language(f"did-{key}", name=name, added=added, changed=changed, removed=removed)
    return f"{told} ({fields})" if fields and entry.what in {"change", "edit"} else told
