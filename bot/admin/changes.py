"""What changes of the articles come to: a removal to confirm, a report, a gate that holds; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import ButtonStyle, ui

from bot.admin.proposals import LINES, LISTS, VALUE, rejections, say_reasons
from bot.admin.reports import reindex_lines
from bot.ui.components import (
    ANSWERED,
    REFUSED,
    WRONG,
    Card,
    button,
    document,
    list_under,
    row,
    text,
)
from bot.ui.markup import clean, fit, plain
from bot.ui.naming import NAME, TITLE, summary_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.translate import Language
    from bot.ui.components import Attached
    from embeddings.errors import GateError
    from embeddings.reports import ChangeReport
    from embeddings.types import ArticleSummary

QUESTION = 200
"""The most characters of a golden question."""


def removal_card(article: ArticleSummary, language: Language, *, where: str) -> Card:
    """Return what would be removed, with the buttons that decide."""
    details = summary_line(article, language)
    return Card(
        text(f"### {language('remove-ask')}"),
        text(f"**{fit(article.title, TITLE)}**\n-# {fit(article.id, NAME)}\n-# {details}"),
        row(
            button(
                language("remove-confirm"), f"v:drop:{where}:{article.id}", style=ButtonStyle.danger
            ),
            button(language("button-cancel"), "v:leave"),
        ),
        accent=REFUSED,
    )


def change_card(report: ChangeReport, language: Language) -> Card:
    """Return what was added, changed, removed and not taken, and what serves now."""
    lists = _lists(report, language)
    done = report.report
    return Card(
        text(f"### {language('change-done' if done else 'change-nothing')}"),
        *lists,
        ui.Separator() if lists and done else None,
        text("\n".join(reindex_lines(done, language))) if done else None,
        _whole(report, language) if _is_long(report) else None,
        accent=ANSWERED,
    )


def _lists(report: ChangeReport, language: Language) -> list[ui.Item[Any]]:
    same = language("passages-unchanged", count=len(report.unchanged))
    found = (
        _titles("list-added", report.added, language),
        _titles("list-changed", report.changed, language),
        text(f"-# {same}") if report.unchanged else None,
        list_under(
            language("list-removed"),
            [plain(name) for name in report.removed],
            language,
            room=LISTS,
            most=LINES,
        ),
        rejections(report.rejected, language),
    )
    return [block for block in found if block is not None]


def _titles(
    key: str, articles: Sequence[ArticleSummary], language: Language
) -> ui.TextDisplay[Any] | None:
    lines = [fit(article.title, VALUE) for article in articles]
    return list_under(language(key), lines, language, room=LISTS, most=LINES)


def _is_long(report: ChangeReport) -> bool:
    """Say whether the card leaves something out."""
    lists = (report.added, report.changed, report.removed, report.rejected)
    return max(map(len, lists)) > LINES // 2


def _whole(report: ChangeReport, language: Language) -> Attached:
    parts = [
        (language("list-added"), [clean(a.title) for a in report.added]),
        (language("list-changed"), [clean(a.title) for a in report.changed]),
        (language("proposal-unchanged"), [clean(a.title) for a in report.unchanged]),
        (language("list-removed"), list(report.removed)),
        (language("proposal-rejected"), say_reasons(report.rejected, language)),
    ]
    return document("report.txt", parts)


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
        document("questions.txt", [(head, whole)]) if len(lines) > LINES else None,
        row(*buttons),
        accent=WRONG,
    )
