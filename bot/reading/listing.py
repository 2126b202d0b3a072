"""The articles -> a list on Discord: filtered, sorted, in pages, each one to be opened; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from discord import ButtonStyle, ui

from bot.ui.catalogue import SORTS
from bot.ui.components import ANSWERED, Card, button, row, text
from bot.ui.markup import fit
from bot.ui.naming import open_select, summary_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.translate import Language
    from bot.ui.catalogue import Catalogue
    from embeddings.types import ArticleSummary

PER_PAGE = 10
MAX_FILTER = 40
"""The longest filter: it stands in the buttons' custom ids."""
STATE = (
    rf"(?P<page>\d{{1,6}}):(?P<sort>{'|'.join(SORTS)}):(?P<source>(?:[\w-]{{8}})?):"
    r"(?P<month>(?:\d{4}-\d{2})?):(?P<text>.*)"
)
"""The pattern of what a button of the list leads to."""
_TITLE = 120


@dataclass(frozen=True, slots=True)
class Look:
    """What of the list is looked at.

    Attributes:
        text: What the title, the source or the author must hold.
        sort: One of ``SORTS``.
        page: From 0; the nearest one when there is no such page.
        source: The digest of a source's name; empty: all.
        month: A year and a month, such as ``2018-06``; empty: all.
    """

    text: str = ""
    sort: str = "date"
    page: int = 0
    source: str = ""
    month: str = ""

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Look:
        """Read it again from the groups of ``STATE``."""
        return cls(**{**fields, "page": int(fields["page"])})  # type: ignore[arg-type]  # one is int

    def __str__(self) -> str:
        """Return what ``STATE`` reads."""
        return f"{self.page}:{self.sort}:{self.source}:{self.month}:{self.text}"


def listing_card(catalogue: Catalogue, language: Language, look: Look) -> Card:
    """Return a page of the list of articles."""
    found = choose(catalogue, look)
    last = max(0, (len(found) - 1) // PER_PAGE)
    at = max(0, min(look.page, last))
    shown = found[at * PER_PAGE : (at + 1) * PER_PAGE]
    head = [f"### {language('sources-title', count=len(found))}"]
    if told := _say_filters(catalogue, language, look):
        head.append(f"-# {language('sources-filter', text=told)}")
    if not shown:
        add = button(language("button-add"), "v:stories")
        return Card(text(*head), None if told else row(add), accent=ANSWERED)
    foot = language("sources-page", page=str(at + 1), pages=str(last + 1)) if last else ""
    return Card(
        text(*head),
        ui.Separator(),
        text(*(_line(article, language) for article in shown)),
        text(f"-# {foot}") if foot else None,
        open_select(shown, language("sources-open")),
        row(*(_sort_button(s, look, language) for s in SORTS)),
        _turn(look, at, last, language),
        accent=ANSWERED,
    )


def choose(catalogue: Catalogue, look: Look) -> list[ArticleSummary]:
    """Return the articles that are looked for, sorted."""
    source = catalogue.sources.get(look.source)
    return [
        article
        for article in catalogue.listed(look.text, look.sort)
        if (not look.source or article.source == source)
        and (not look.month or str(article.date or "").startswith(look.month))
    ]


def _say_filters(catalogue: Catalogue, language: Language, look: Look) -> str:
    year, _, month = look.month.partition("-")
    when = f"{language(f'month-{int(month)}')} {year}" if month else ""
    parts = (look.text, catalogue.sources.get(look.source, ""), when)
    return " · ".join(fit(part, _TITLE) for part in parts if part)


def _sort_button(sort: str, look: Look, language: Language) -> ui.Button[Any]:
    style = ButtonStyle.primary if sort == look.sort else ButtonStyle.secondary
    state = replace(look, sort=sort, page=0)
    return button(language(f"sort-{sort}"), f"v:list:s:{state}", style=style)


def _turn(look: Look, at: int, last: int, language: Language) -> ui.ActionRow[Any] | None:
    """Return the buttons to other pages; the letter keeps two that lead to one page apart."""

    def lead(letter: str, page: int) -> str:
        return f"v:list:{letter}:{replace(look, page=page)}"

    return row(
        button(language("button-previous"), lead("p", at - 1)) if at else None,
        button(language("button-next"), lead("n", at + 1)) if at < last else None,
        button(language("button-jump"), f"v:jump:{replace(look, page=0)}") if last > 1 else None,
    )


def _line(article: ArticleSummary, language: Language) -> str:
    return f"**{fit(article.title, _TITLE)}**\n-# {summary_line(article, language)}"
