"""The articles: /sources lists them, /source reads one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.errors import BotError
from bot.guard import guarded
from bot.reading import opening
from bot.reading.catalogue import SORTS
from bot.reading.listing import MAX_FILTER, listing_card
from bot.translate import described, everywhere, named, options
from bot.ui.parts import MAX_OPTION, MAX_OPTIONS
from bot.ui.refs import ref

if TYPE_CHECKING:
    from bot.client import Interaction, VerbatimBot

_SORTS = [app_commands.Choice(name=named(f"sort-{sort}"), value=sort) for sort in SORTS]


class Sources(commands.Cog):
    """Shows what answers are taken from."""

    def __init__(self, bot: VerbatimBot) -> None:
        self.bot = bot

    @app_commands.command(**described("sources"))
    @options("sources", "filter_", "sort")
    @app_commands.choices(sort=_SORTS)
    @everywhere
    @guarded
    async def sources(
        self, interaction: Interaction, filter_: str | None = None, sort: str = SORTS[0]
    ) -> None:
        """List the articles."""
        text = (filter_ or "").strip()[:MAX_FILTER]
        language = delivery.language_of(interaction)
        seen = await self.bot.view(interaction)
        card = listing_card(seen.catalogue, language, text=text, sort=sort)
        await delivery.answer(interaction, card)

    @app_commands.command(**described("source"))
    @options("source", "title")
    @everywhere
    @guarded
    async def source(self, interaction: Interaction, title: str) -> None:
        """Open an article at its first page."""
        seen = await self.bot.view(interaction)
        article = seen.catalogue.article_named(title)
        if article is None:
            raise BotError("article-unknown")
        await delivery.hold(interaction, ephemeral=True)
        language = delivery.language_of(interaction)
        card = await opening.page(seen, ref(article), 0, language)
        await delivery.answer(interaction, card)

    @source.autocomplete("title")
    async def titles(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest titles, newest first."""
        catalogue = (await self.bot.view(interaction)).catalogue
        found = catalogue.matching(typed)[:MAX_OPTIONS]
        return [app_commands.Choice(name=a.title[:MAX_OPTION], value=ref(a)) for a in found]


async def setup(bot: VerbatimBot) -> None:
    """Add this part to the bot."""
    await bot.add_cog(Sources(bot))
