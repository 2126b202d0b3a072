"""The menu of a message: find the sources of what somebody wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.asking import asking
from bot.checking.checking import find_sources, read_sentences
from bot.running.commands import everywhere, name

if TYPE_CHECKING:
    from bot.context import Context, Interaction


class Checking(commands.Cog):
    """Context menus cannot be declared inside a class, so this one is added by hand."""

    def __init__(self, bot: Context) -> None:
        self.bot = bot
        self._menu = everywhere(
            app_commands.ContextMenu(
                name=name("menu-name"), callback=self.find, extras={"key": "menu"}
            )
        )
        bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take the menu away with the part."""
        self.bot.tree.remove_command(self._menu.name, type=self._menu.type)

    async def find(self, interaction: Interaction, message: discord.Message) -> None:
        """Show, sentence by sentence, the passages that speak of a message, or that none does."""
        said = read_sentences(message)
        asking.admit_search(self.bot, interaction)
        await delivery.hold(interaction, ephemeral=True)
        language = delivery.language_of(interaction)
        await delivery.answer(
            interaction, await find_sources(self.bot, interaction, said, language)
        )


async def setup(bot: Context) -> None:
    """Add this part to the bot."""
    await bot.add_cog(Checking(bot))
