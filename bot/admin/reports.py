"""Draws cards for admins: reports of changes, failed golden questions, status, snapshots; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from discord import ui, utils

from bot.admin.proposals import (
    LINES,
    LISTS,
    VALUE,
    attach_report,
    list_rejected,
    name_fields,
    say_quotas,
)
from bot.context import Interaction
from bot.translate import Language, translate
from bot.ui.components import WRONG, Card, Piece, button, document, list_under, row, text
from bot.ui.markup import clean, escape, fit
from bot.ui.naming import NAME
from embeddings.errors import GateError
from embeddings.reports import (
    AuditEntry,
    ChangeReport,
    Quota,
    ReindexReport,
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
    """Return a time in Discord's markup, which each client shows in the reader's time zone."""
    return utils.format_dt(value, "f") if value else "?"


def name_author(interaction: Interaction) -> str:
    """Return an interaction's person as the audit log names them: ``discord:ID``."""
    return f"discord:{interaction.user.id}"


def read_author(by: str) -> int | None:
    """Return the Discord id of an author whom ``name_author`` named; None of any other."""
    match = _ON_DISCORD.fullmatch(by)
    return int(match[1]) if match else None


def say_author(by: str, language: Language) -> str:
    """Say who made a change; empty if the author is unknown."""
    if by == "watch":
        return language("done-by-itself")
    user = read_author(by)
    name = f"<@{user}>" if user is not None else fit(by, NAME)
    return language("done-by", name=name) if by else ""


def reindex_card(report: ReindexReport, language: Language) -> Card:
    """Return the card of a finished reindex."""
    lines = reindex_lines(report, language)
    return Card(text(f"### {language('reindex-done')}"), text(*lines))


def reindex_lines(report: ReindexReport, language: Language) -> list[str]:
    """Return the lines of a reindex report."""
    counts = asdict(report)
    return [
        language("report-snapshot", snapshot=escape(report.snapshot)),
        *(language(key, **counts) for key in ("report-changes", "report-passages")),
        *_say_notes(report.notes, language),
    ]


def status_card(
    status: Status,
    language: Language,
    *,
    unanswered: int | None = None,
    details: bool = False,
    quotas: Sequence[Quota] = (),
) -> Card:
    """Return the status card; ``details`` adds the model, versions and kept snapshots.

    ``unanswered``: the number of this week's refused questions; None if none are kept.
    """
    lines = [*_say_live(status, language), *([say_quotas(quotas, language)] if quotas else [])]
    lines += [language("status-unanswered", count=unanswered)] if unanswered is not None else []
    kept = [snapshot_line(s, language) for s in status.snapshots[:_KEPT]] if details else []
    return Card(
        text(f"### {language('status-title')}", *lines),
        text("\n".join(_say_machine(status, language))) if details else None,
        text("\n".join([language("status-kept"), *kept])) if kept else None,
        None if status.articles else row(button(language("button-add"), "v:stories")),
    )


def _say_live(status: Status, language: Language) -> Iterator[str]:
    yield language("status-counts", articles=status.articles, passages=status.passages)
    if status.snapshot is None:
        yield language("status-nothing")
    else:
        live = next((s for s in status.snapshots if s.live), None)
        by = say_author(live.by, language) if live else ""
        when = " ".join(filter(None, [moment(status.created_at), by]))
        yield language("status-changed", when=when)
    yield language("status-threshold", threshold=status.threshold)
    yield from _say_notes(status.notes, language)


def _say_machine(status: Status, language: Language) -> Iterator[str]:
    if status.snapshot:
        yield language("status-snapshot", snapshot=escape(status.snapshot))
    if status.collections:
        yield language("status-collections", names=fit(", ".join(status.collections), _NOTE))
    index = escape(status.index or "?")
    model = fit(status.model, _NOTE)
    yield language("status-model", model=model, dimension=str(status.dimension), index=index)
    calibration = translate(status.calibration, language.code)
    yield language("status-calibration", calibration=fit(calibration, _NOTE))
    versions = ", ".join(f"{name} {version}" for name, version in status.versions.items())
    yield f"-# {language('status-versions', versions=fit(versions, 2 * _NOTE))}"


def _say_notes(notes: Sequence[str], language: Language) -> list[str]:
    """Say how many notes there are; their text is for the operator only, and in English."""
    return [f"-# {language('report-notes', count=len(notes))}"] if notes else []


def snapshot_line(snapshot: SnapshotSummary, language: Language) -> str:
    """Return a kept snapshot as a line of a list, the live one in bold."""
    size = language("snapshot-size", articles=snapshot.articles, passages=snapshot.passages)
    parts = [escape(snapshot.snapshot), moment(snapshot.created_at), size]
    line = " · ".join([*parts, *_say_counts(snapshot, say_author(snapshot.by, language))])
    return f"- **{line}**" if snapshot.live else f"- {line}"


def snapshot_label(snapshot: SnapshotSummary, name: str, language: Language) -> str:
    """Return a kept snapshot's label for autocompletion: its time, changes, author and size.

    ``name``: the author's display name; empty if unknown.
    """
    size = language("snapshot-size", articles=snapshot.articles, passages=snapshot.passages)
    done_by = language("done-by", name=name) if name else ""
    parts = [write_moment(snapshot.created_at), *_say_counts(snapshot, done_by), size]
    return " · ".join(parts)


def write_moment(value: datetime) -> str:
    """Return a time in UTC for plain text, in which Discord shows no markup."""
    return f"{value.astimezone(UTC):%d/%m %H:%M} UTC"


def _say_counts(snapshot: SnapshotSummary, done_by: str) -> Iterator[str]:
    """Yield the numbers of added, changed and removed articles, and the author."""
    if snapshot.added or snapshot.changed or snapshot.removed:
        yield f"+{snapshot.added} ~{snapshot.changed} −{snapshot.removed}"
    if done_by:
        yield done_by


def say_entry(entry: AuditEntry, titles: Mapping[str, str], language: Language) -> str:
    """Say an audit entry: the change, and in small print its time and author."""
    credit = " · ".join(filter(None, [moment(entry.at), say_author(entry.by, language)]))
    return f"{say_change(entry, titles, language)}\n-# {credit}"


def say_change(entry: AuditEntry, titles: Mapping[str, str], language: Language) -> str:
    """Say the change of an audit entry, such as "«…» was removed"."""
    key = entry.what if f"did-{entry.what}" in language.keys else "change"
    fields = name_fields(entry.fields, language)
    name = fit(titles.get(entry.article or "", entry.article or ""), _TITLE)
    counts = dict(zip(("added", "changed", "removed"), entry.counts, strict=True))
    sentence = language(f"did-{key}", name=name, count=sum(entry.counts), **counts)
    return f"{sentence} ({fields})" if fields and entry.what in {"change", "edit"} else sentence


def change_card(report: ChangeReport, language: Language) -> Card:
    """Return the card of a change: its added, changed, removed and rejected articles."""
    lists = _draw_lists(report, language)
    done = report.report
    shown = (report.added, report.changed, report.removed, (*report.rejected, *report.left))
    is_long = max(map(len, shown)) > LINES // 2  # the lists leave something out
    return Card(
        text(f"### {language('change-done' if done else 'change-nothing')}"),
        *lists,
        ui.Separator() if any(lists) and done else None,
        text("\n".join(reindex_lines(done, language))) if done else None,
        attach_report(report, "file-report", language) if is_long else None,
    )


def _draw_lists(report: ChangeReport, language: Language) -> tuple[Piece, ...]:
    same = language("passages-unchanged", count=len(report.unchanged))
    return (
        _list_titles("list-added", [a.title for a in report.added], language),
        _list_titles("list-changed", [a.title for a in report.changed], language),
        text(f"-# {same}") if report.unchanged else None,
        _list_titles("list-removed", report.removed, language),
        list_rejected((*report.rejected, *report.left), language),
    )


def _list_titles(key: str, titles: Sequence[str], language: Language) -> ui.TextDisplay[Any] | None:
    lines = [fit(title, VALUE) for title in titles]
    return list_under(language(key), lines, language, room=LISTS, most=LINES)


def gate_card(error: GateError, language: Language, *buttons: ui.Button[Any]) -> Card:
    """Return the card of the golden questions that would lose their answer, with buttons."""
    lines = [f"{fit(gold.question, QUESTION)} — {fit(gold.title, VALUE)}" for gold in error.broken]
    uncut = [f"{clean(gold.question)} — {clean(gold.title)}" for gold in error.broken]
    head = language("gate-broken")
    return Card(
        text(f"### {language('gate-title')}"),
        text(language("gate-recall", before=error.before, after=error.after)),
        list_under(head, lines, language, room=3 * LISTS, most=LINES),
        text(language("gate-choose")),
        document(language("file-broken"), [(head, uncut)]) if len(lines) > LINES else None,
        row(*buttons),
        accent=WRONG,
    )
