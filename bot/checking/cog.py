"""The menu of a message: find the sources of what somebody wrote."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.asking import asking
from bot.checking.attribution import MOST, attribution_card, sentences
from bot.errors import BotError
from bot.guard import guarded
from bot.translate import everywhere, named
from embeddings.errors import QuestionError
from embeddings.types import Filters

if TYPE_CHECKING:
    from bot.client import Interaction, VerbatimBot
    from bot.view import Seen
    from embeddings.types import Answer


class Menu(commands.Cog):
    """Context menus cannot be declared inside a class, so this one is added by hand."""

    def __init__(self, bot: VerbatimBot) -> None:
        self.bot = bot
        self._menu = everywhere(
            app_commands.ContextMenu(
                name=named("menu-name"), callback=self.find, extras={"key": "menu"}
            )
        )
        bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the menu away with the part."""
        self.bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @guarded
    async def find(self, interaction: Interaction, message: discord.Message) -> None:
        """Show, sentence by sentence, the passages that speak of a message, or that none does."""
        said = sentences(message.content)
        if not said:
            raise BotError("no-text")
        asking.admit_search(self.bot, interaction)
        await delivery.hold(interaction, ephemeral=True)
        await asking.check_elsewhere(self.bot, interaction)
        async with asyncio.timeout(self.bot.settings.discord.answer_timeout):
            seen = await self.bot.view(interaction)
            found = [(s, a) for s in said[:MOST] if (a := await _look_for(seen, s))]
        if not found:
            raise BotError("no-text")
        left = max(0, len(said) - MOST)
        language = delivery.language_of(interaction)
        card = await asyncio.to_thread(attribution_card, found, left, language)
        await delivery.answer(interaction, card)


async def _look_for(seen: Seen, sentence: str) -> Answer | None:
    """Return what speaks of a sentence; None when it has no word to look for."""
    try:
        return await seen.ask(sentence, Filters(), top_k=1)
    except QuestionError:
        return None


async def setup(bot: VerbatimBot) -> None:
    """Add this part to the bot."""
    await bot.add_cog(Menu(bot))
