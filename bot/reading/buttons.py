"""The list of articles, and what the buttons of articles and of one's own data do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from discord import ButtonStyle, ui

from bot.context import Interaction
from bot.delivery import answer, hold, hold_update, language_of
from bot.errors import BotError
from bot.reading import about
from bot.reading.pages import open_context, open_page
from bot.translate import Language
from bot.ui.actions import Click, Filled, Form, write_field
from bot.ui.catalogue import SORTS, Catalogue
from bot.ui.components import ANSWERED, Attached, Card, button, notice, row, text
from bot.ui.markup import fit
from bot.ui.naming import PLACE, SHORT, Place, open_select, summary_line
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
        text, sort, source, month = (fields[n] for n in ("text", "sort", "source", "month"))
        return cls(text, sort, int(fields["page"]), source, month)

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
    sorts = [
        button(
            language(f"sort-{sort}"),
            f"v:list:s:{replace(look, sort=sort, page=0)}",
            style=ButtonStyle.primary if sort == look.sort else ButtonStyle.secondary,
        )
        for sort in SORTS
    ]
    foot = language("sources-page", page=str(at + 1), pages=str(last + 1)) if last else ""
    return Card(
        text(*head),
        ui.Separator(),
        text(*(f"**{fit(a.title, _TITLE)}**\n-# {summary_line(a, language)}" for a in shown)),
        text(f"-# {foot}") if foot else None,
        open_select(shown, language("sources-open")),
        row(*sorts),
        _turn(look, at, last, language),
        accent=ANSWERED,
    )


def choose(catalogue: Catalogue, look: Look) -> list[ArticleSummary]:
    """Return the articles that are looked for, sorted."""
    source = catalogue.sources.get(look.source)
    return [
        article
        for article in catalogue.list_sorted(look.text, look.sort)
        if (not look.source or article.source == source)
        and (not look.month or str(article.date or "").startswith(look.month))
    ]


def _say_filters(catalogue: Catalogue, language: Language, look: Look) -> str:
    year, _, month = look.month.partition("-")
    when = f"{language(f'month-{int(month)}')} {year}" if month else ""
    parts = (look.text, look.source and catalogue.sources.get(look.source, "?"), when)
    return " · ".join(fit(part, _TITLE) for part in parts if part)


def _turn(look: Look, at: int, last: int, language: Language) -> ui.ActionRow[Any] | None:
    """Return the buttons to other pages; the letter keeps two that lead to one page apart."""

    def lead(letter: str, page: int) -> str:
        return f"v:list:{letter}:{replace(look, page=page)}"

    return row(
        button(language("button-previous"), lead("p", at - 1)) if at else None,
        button(language("button-next"), lead("n", at + 1)) if at < last else None,
        button(language("button-jump"), f"v:jump:{replace(look, page=0)}") if last > 1 else None,
    )


class Context(Click, template=rf"v:ctx:{PLACE}"):
    """A passage between the paragraphs before and after it."""

    async def _act(self, interaction: Interaction) -> None:
        await hold(interaction, ephemeral=True)
        seen, place = await interaction.client.see(interaction), Place.read(self.fields)
        await answer(interaction, await open_context(seen, place, language_of(interaction)))


class Turn(Click, template=rf"v:read:(?P<article>{SHORT})\.(?P<page>\d+)"):
    """Another page of the article, in the same message."""

    async def _act(self, interaction: Interaction) -> None:
        await hold_update(interaction)
        seen = await interaction.client.see(interaction)
        ref, index = self.fields["article"], int(self.fields["page"])
        await answer(interaction, await open_page(seen, ref, index, language_of(interaction)))


class Listing(Click, template=rf"(?s)v:list:[pns]:{STATE}"):
    """Another page or order of the list of articles, in the same message."""

    async def _act(self, interaction: Interaction) -> None:
        await hold_update(interaction)
        await _list(interaction, Look.read(self.fields))


class Jump(Click, template=rf"(?s)v:jump:{STATE}"):
    """A form for the page of the list to go to."""

    async def _act(self, interaction: Interaction) -> None:
        language, name = language_of(interaction), f"v:to:{Look.read(self.fields)}"
        field = language("jump-label"), write_field("page", most=5, is_needed=True)
        await interaction.response.send_modal(To(language("jump-title"), name, field))


class To(Form, template=rf"(?s)v:to:{STATE}"):
    """The page of the list to go to."""

    @classmethod
    async def take(cls, interaction: Interaction, filled: Filled) -> None:
        """Show that page in the same message."""
        if not filled["page"].isdecimal():
            raise BotError("page")
        await hold_update(interaction)
        await _list(interaction, replace(Look.read(filled.fields), page=int(filled["page"]) - 1))


async def _list(interaction: Interaction, look: Look) -> None:
    catalogue = (await interaction.client.see(interaction)).catalogue
    await answer(interaction, listing_card(catalogue, language_of(interaction), look))


class Open(Click, template=r"v:open"):
    """The article that was chosen in the list."""

    async def _act(self, interaction: Interaction) -> None:
        await hold(interaction, ephemeral=True)
        seen, ref = await interaction.client.see(interaction), self.item.values[0]
        await answer(interaction, await open_page(seen, ref, 0, language_of(interaction)))


class Mine(Click, template=r"v:mine:(?P<what>get|ask|drop)"):
    """All that is kept about the person who clicks: given to them, or deleted once they confirm."""

    async def _act(self, interaction: Interaction) -> None:
        what, records, user = self.fields["what"], interaction.client.records, interaction.user.id
        language = language_of(interaction)
        if what == "drop":
            await hold_update(interaction)
            count = await records.forget(user)
            await answer(interaction, notice(language("privacy-forgotten", count=count)))
            return
        await hold(interaction, ephemeral=True)
        kept = await about.list_kept(records, user)
        if what == "ask":
            await answer(interaction, about.forget_card(kept, language))
            return
        file = Attached("verbatim.json", about.export(kept))
        await answer(interaction, Card(text(language("privacy-given")), file))


class Leave(Click, template=r"v:leave"):
    """Leave everything as it is."""

    async def _act(self, interaction: Interaction) -> None:
        await hold_update(interaction)
        await answer(interaction, notice(language_of(interaction)("proposal-dropped")))


ALL = (Context, Turn, Listing, Jump, Open, Mine, Leave)
