"""The articles -> a list on Discord: filtered, sorted, in pages, each one to be opened; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.asking.render import ANSWERED, open_select, summary_line
from bot.reading.catalogue import SORTS
from bot.ui.markup import fit
from bot.ui.parts import Block, Button, Card, Rule, card, row

if TYPE_CHECKING:
    from bot.reading.catalogue import Catalogue
    from bot.translate import Language
    from embeddings.types import ArticleSummary

PER_PAGE = 10
MAX_FILTER = 60
"""The longest filter: it stands in the buttons' custom ids."""
_TITLE = 120


def listing_card(
    catalogue: Catalogue, language: Language, *, text: str = "", sort: str = "date", page: int = 0
) -> Card:
    """Return a page of the list of articles.

    Args:
        catalogue: The articles.
        language: The reader's.
        text: What the title, the source or the author must hold.
        sort: One of ``SORTS``.
        page: From 0; the nearest one when there is no such page.
    """
    found = catalogue.listed(text, sort)
    last = max(0, (len(found) - 1) // PER_PAGE)
    at = max(0, min(page, last))
    shown = found[at * PER_PAGE : (at + 1) * PER_PAGE]
    head = language("sources-title", count=len(found))
    filtered = f"\n-# {language('sources-filter', text=fit(text, MAX_FILTER))}" if text else ""
    if not shown:
        return card(Block(f"### {head}{filtered}"), accent=ANSWERED)
    foot = language("sources-page", page=str(at + 1), pages=str(last + 1)) if last else ""
    back = Button(language("button-previous"), _state("p", at - 1, sort, text))
    on = Button(language("button-next"), _state("n", at + 1, sort, text))
    return card(
        Block(f"### {head}{filtered}"),
        Rule(),
        Block("\n".join(_line(article, language) for article in shown)),
        Block(f"-# {foot}") if foot else None,
        open_select(shown, language("sources-open")),
        row(*(_sort_button(s, sort, text, language) for s in SORTS)),
        row(back if at else None, on if at < last else None),
        accent=ANSWERED,
    )


def _state(role: str, page: int, sort: str, text: str) -> str:
    """Return a custom id; the role keeps two buttons that lead to one page apart."""
    return f"v:list:{role}:{page}:{sort}:{text}"


def _sort_button(sort: str, current: str, text: str, language: Language) -> Button:
    style = "primary" if sort == current else "secondary"
    return Button(language(f"sort-{sort}"), _state("s", 0, sort, text), style=style)  # type: ignore[arg-type]


def _line(article: ArticleSummary, language: Language) -> str:
    return f"**{fit(article.title, _TITLE)}**\n-# {summary_line(article, language)}"
