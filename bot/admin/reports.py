"""What admins are shown: what a change came to, a gate that holds, status, kept versions; pure."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from discord import ui

from bot.admin.proposals import LINES, LISTS, VALUE, rejections, say_room, whole
from bot.translate import Language, translate
from bot.ui.components import ANSWERED, WRONG, Card, button, document, list_under, row, text
from bot.ui.markup import clean, fit, plain
from bot.ui.naming import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from embeddings.errors import GateError
    from embeddings.reports import (
        AuditEntry,
        ChangeReport,
        ReindexReport,
        Room,
        SnapshotSummary,
        Status,
    )

_ON_DISCORD = re.compile(r"discord:(\d{1,20})")
QUESTION = 200
"""The most characters of a golden question."""
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


def reindex_card(report: ReindexReport, language: Language) -> Card:
    """Return that a reindex is done, and what serves now."""
    lines = reindex_lines(report, language)
    return Card(text(f"### {language('reindex-done')}"), text(*lines), accent=ANSWERED)


def reindex_lines(report: ReindexReport, language: Language) -> list[str]:
    """Return what a reindex did, line by line."""
    counts = asdict(report)
    return [
        language("report-snapshot", snapshot=plain(report.snapshot)),
        *(language(key, **counts) for key in ("report-changes", "report-passages")),
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
    """Return what is published now; ``details``: and what is said of the machine.

    ``unanswered`` counts this week's questions without an answer; None where none are kept.
    """
    lines = [*_serving(status, language), *([say_room(room, language)] if room else [])]
    lines += [language("status-unanswered", count=unanswered)] if unanswered is not None else []
    kept = [snapshot_line(s, language) for s in status.snapshots[:_KEPT]] if details else []
    return Card(
        text(f"### {language('status-title')}", *lines),
        text("\n".join(_machine(status, language))) if details else None,
        text("\n".join([language("status-kept"), *kept])) if kept else None,
        None if status.articles else row(button(language("button-add"), "v:stories")),
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
    said = translate(status.calibration, language.code)
    yield language("status-calibration", calibration=fit(said, _NOTE))
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

    ``called`` says what somebody is called here whom the log names.
    """
    size = language("snapshot-size", articles=snapshot.articles, passages=snapshot.passages)
    name = called(snapshot.by)
    done_by = language("done-by", name=name) if name else ""
    told = [write_moment(snapshot.created_at), *_change(snapshot, done_by), size]
    return " · ".join(told)


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


def change_card(report: ChangeReport, language: Language) -> Card:
    """Return what was added, changed, removed and not taken, and what serves now."""
    lists = _lists(report, language)
    done = report.report
    shown = (report.added, report.changed, report.removed, (*report.rejected, *report.left))
    is_long = max(map(len, shown)) > LINES // 2  # the lists leave something out
    return Card(
        text(f"### {language('change-done' if done else 'change-nothing')}"),
        *lists,
        ui.Separator() if lists and done else None,
        text("\n".join(reindex_lines(done, language))) if done else None,
        whole(report, "file-report", language) if is_long else None,
        accent=ANSWERED,
    )


def _lists(report: ChangeReport, language: Language) -> list[ui.Item[Any]]:
    same = language("passages-unchanged", count=len(report.unchanged))
    found = (
        _titles("list-added", [a.title for a in report.added], language),
        _titles("list-changed", [a.title for a in report.changed], language),
        text(f"-# {same}") if report.unchanged else None,
        _titles("list-removed", report.removed, language),
        rejections((*report.rejected, *report.left), language),
    )
    return [block for block in found if block is not None]


def _titles(key: str, titles: Sequence[str], language: Language) -> ui.TextDisplay[Any] | None:
    lines = [fit(title, VALUE) for title in titles]
    return list_under(language(key), lines, language, room=LISTS, most=LINES)


def gate_card(error: GateError, language: Language, *buttons: ui.Button[Any]) -> Card:
    """Return which golden questions would lose their answer, with the buttons that decide."""
    lines = [f"{fit(each.question, QUESTION)} — {fit(each.title, VALUE)}" for each in error.broken]
    whole = [f"{clean(each.question)} — {clean(each.title)}" for each in error.broken]
    head = language("gate-broken")
    return Card(
        text(f"### {language('gate-title')}"),
        text(language("gate-recall", before=error.before, after=error.after)),
        list_under(head, lines, language, room=3 * LISTS, most=LINES),
        text(language("gate-choose")),
        document(language("file-broken"), [(head, whole)]) if len(lines) > LINES else None,
        row(*buttons),
        accent=WRONG,
    )
