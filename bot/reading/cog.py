"""The commands for reading: /sources lists the articles, /source opens one; /help and /privacy."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from discord import ButtonStyle, app_commands, ui
from discord.ext import commands

from bot.context import Bot, Interaction, language_of
from bot.delivery import defer_update
from bot.errors import BotError
from bot.reading import about
from bot.reading.pages import open_page
from bot.running.commands import Suggestions, command, everywhere, name, suggest, suggest_sources
from bot.servers.rules import get_rules, is_editor
from bot.translate import Language
from bot.ui.catalogue import SORTS, Catalogue
from bot.ui.components import MAX_OPTIONS, Card, button, notice, row, text
from bot.ui.handlers import Input, form, handles, write_field
from bot.ui.markup import fit
from bot.ui.naming import label, make_digest, open_select, ref, summary_line

PER_PAGE = 10
MAX_FILTER = 40
"""The limit of the search text in characters, as it is part of the buttons' custom ids."""
MONTH = r"[1-9]\d{3}-(?:0[1-9]|1[0-2])"
"""The pattern of a month."""
STATE = (
    rf"(?P<page>\d{{1,6}}):(?P<sort>{'|'.join(SORTS)}):(?P<source>(?:[\w-]{{8}})?):"
    rf"(?P<month>(?:{MONTH})?):(?P<text>.*)"
)
"""The pattern of the list's state, as ``ListState`` writes it."""
_TITLE = 120
_SORTS = [app_commands.Choice(name=name(f"sort-{sort}"), value=sort) for sort in SORTS]


@dataclass(frozen=True, slots=True)
class ListState:
    """The filters, the order and the page of the list of articles.

    Attributes:
        text: Words that the title, source or author must contain.
        sort: One of ``SORTS``.
        page: Counted from 0; beyond the last page, the last page is shown.
        source: The digest of a source's name; empty: all.
        month: A year and a month, such as ``2018-06``; empty: all.
    """

    text: str = ""
    sort: str = "date"
    page: int = 0
    source: str = ""
    month: str = ""

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Self:
        """Return the state with the groups that ``STATE`` matched."""
        text, sort, source, month = (fields[n] for n in ("text", "sort", "source", "month"))
        return cls(text, sort, int(fields["page"]), source, month)

    def __str__(self) -> str:
        """Return the state in the form that ``STATE`` matches."""
        return f"{self.page}:{self.sort}:{self.source}:{self.month}:{self.text}"


def listing_card(catalogue: Catalogue, language: Language, state: ListState) -> Card:
    """Return a page of the list of articles."""
    found = catalogue.list_sorted(state.text, state.sort, state.source, state.month)
    last = max(0, (len(found) - 1) // PER_PAGE)
    at = max(0, min(state.page, last))
    shown = found[at * PER_PAGE : (at + 1) * PER_PAGE]
    head = [f"### {language('sources-title', count=len(found))}"]
    if filters := _say_filters(catalogue, language, state):
        head.append(f"-# {language('sources-filter' if shown else 'sources-none', text=filters)}")
    if not shown:
        add = button(language("button-add"), "v:stories")
        return Card(text(*head), None if filters else row(add))
    sorts = [
        button(
            language(f"sort-{sort}"),
            f"v:list:s:{replace(state, sort=sort, page=0)}",
            style=ButtonStyle.primary if sort == state.sort else ButtonStyle.secondary,
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
        _turn(state, at, last, language),
    )


def _say_filters(catalogue: Catalogue, language: Language, state: ListState) -> str:
    month = language.say_month(state.month) if state.month else ""
    parts = (state.text, state.source and catalogue.sources.get(state.source, "?"), month)
    return " · ".join(fit(part, _TITLE) for part in parts if part)


def _turn(state: ListState, at: int, last: int, language: Language) -> ui.ActionRow[Any] | None:
    """Return the buttons to other pages; a letter keeps the custom ids of one page distinct."""

    def write_id(letter: str, page: int) -> str:
        return f"v:list:{letter}:{replace(state, page=page)}"

    return row(
        button(language("button-previous"), write_id("p", at - 1)) if at else None,
        button(language("button-next"), write_id("n", at + 1)) if at < last else None,
        button(language("button-jump"), f"v:jump:{replace(state, page=0)}") if last > 1 else None,
    )


class Reading(commands.Cog):
    """Shows the articles, and explains what the bot does and which data it stores."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    @command("sources")
    @app_commands.choices(sort=_SORTS)
    @everywhere
    async def sources(
        self,
        interaction: Interaction,
        *,
        filter_: str | None = None,
        source: str | None = None,
        month: str | None = None,
        page: app_commands.Range[int, 1, 99_999] = 1,
        sort: str = SORTS[0],
    ) -> Card:
        """List the articles."""
        catalogue = (await self.bot.open_scope(interaction)).catalogue
        digest = make_digest(catalogue.find_source(source)) if source else ""
        if digest and digest not in catalogue.sources:
            raise BotError("source-unknown", text=(source or "")[:40])
        if month and not re.fullmatch(MONTH, month):
            raise BotError("month", text=month[:40])
        state = ListState((filter_ or "").strip()[:MAX_FILTER], sort, page - 1, digest, month or "")
        return listing_card(catalogue, language_of(interaction), state)

    sources.autocomplete("source")(suggest_sources)

    @sources.autocomplete("month")
    async def months(self, interaction: Interaction, typed: str) -> Suggestions:
        """Suggest the months with articles, newest first."""
        catalogue = (await self.bot.open_scope(interaction)).catalogue
        language = language_of(interaction)
        months = {language.say_month(month): month for month in catalogue.months}
        found = [name for name in months if typed.casefold() in f"{name} {months[name]}".casefold()]
        return suggest((name, months[name]) for name in found)

    @command("source")
    @everywhere
    async def source(self, interaction: Interaction, title: str) -> Card:
        """Open an article at its first page; if several match, ask which one."""
        scope, language = await self.bot.open_scope(interaction), language_of(interaction)
        found = scope.catalogue.find_articles(title)
        if not found and scope.catalogue.articles:
            raise BotError("article-unknown")
        if not found:
            return await about.starters_card(self.bot, interaction, language)
        if len(found) > 1:
            which = open_select(found[:MAX_OPTIONS], language("sources-open"))
            return notice(language("which"), None, which)
        return await open_page(scope, ref(found[0]), 0, language)

    @source.autocomplete("title")
    async def titles(self, interaction: Interaction, typed: str) -> Suggestions:
        """Suggest titles, newest first."""
        found = (await self.bot.open_scope(interaction)).catalogue.search(typed)[:MAX_OPTIONS]
        return suggest((label(a, found), ref(a)) for a in found)

    @command("help")
    @everywhere
    async def help(self, interaction: Interaction) -> Card:
        """Show what the bot can do here, and who runs it."""
        language, scope = language_of(interaction), await self.bot.open_scope(interaction)
        start = await about.offer_starters(self.bot, scope, language)
        owner = self.bot.application and (self.bot.application.team or self.bot.application.owner)
        name, is_admin = owner.name if owner else "", is_editor(interaction)
        return about.help_card(
            self.bot.mentions, language, owner=name, for_admins=is_admin, start=start
        )

    @command("privacy")
    @everywhere
    async def privacy(self, interaction: Interaction) -> Card:
        """Show which data is stored, and this person's own."""
        data = await about.read_personal_data(self.bot.records, interaction.user.id)
        guild, days = interaction.guild_id, self.bot.settings.servers.kept_days
        keeper = "admin" if self.bot.records.choices(guild).keep else "operator"
        keeper = keeper if get_rules(self.bot, guild).keep else ""
        return about.privacy_card(data, language_of(interaction), kept_by=keeper, days=days)


@handles(rf"(?s)v:list:[pns]:{STATE}", defer_update)
async def turn_list(interaction: Interaction, data: Input) -> Card:
    """Show another page or order of the list of articles, in the same message."""
    return await _list(interaction, ListState.read(data.parts))


@handles(rf"(?s)v:jump:{STATE}")
async def ask_page(interaction: Interaction, data: Input) -> ui.Modal:
    """Open a form that asks for a page number of the list."""
    language, name = language_of(interaction), f"v:to:{ListState.read(data.parts)}"
    field = language("jump-label"), write_field("page", most=5, is_needed=True)
    return form(language("jump-title"), name, field)


@handles(rf"(?s)v:to:{STATE}")
async def jump(interaction: Interaction, data: Input) -> Card:
    """Show the page of the list whose number was entered, in the same message."""
    if not (page := data.read("page")).isdecimal():
        raise BotError("page")
    await defer_update(interaction)
    return await _list(interaction, replace(ListState.read(data.parts), page=int(page) - 1))


async def _list(interaction: Interaction, state: ListState) -> Card:
    catalogue = (await interaction.client.open_scope(interaction)).catalogue
    return listing_card(catalogue, language_of(interaction), state)
