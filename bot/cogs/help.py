"""/help, made from the commands themselves, and /privacy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.about import Known, help_card, privacy_card
from bot.access import is_admin_here
from bot.guard import guarded
from bot.translate import described, everywhere

if TYPE_CHECKING:
    from bot.client import Interaction, VerbatimBot


class Help(commands.Cog):
    """Says what the bot can do and what it keeps."""

    def __init__(self, bot: VerbatimBot) -> None:
        self.bot = bot

    @app_commands.command(**described("help"))
    @everywhere
    @guarded
    async def help(self, interaction: Interaction) -> None:
        """Show all commands that this person may use."""
        admin = is_admin_here(self.bot.settings.discord, interaction)
        known = [k for k in map(_known, self.bot.tree.get_commands()) if admin or not k.children]
        card = help_card(known, self.bot.catalogue, delivery.language_of(interaction))
        await delivery.answer(interaction, card)

    @app_commands.command(**described("privacy"))
    @everywhere
    @guarded
    async def privacy(self, interaction: Interaction) -> None:
        """Show what is kept, and of this person."""
        await delivery.hold(interaction, ephemeral=True)
        user = interaction.user.id
        kept = [*await self.bot.store.votes(user=user), *await self.bot.store.unanswered(user=user)]
        keep = self.bot.rules(interaction.guild_id).keep
        card = privacy_card(len(kept), delivery.language_of(interaction), keep=keep)
        await delivery.answer(interaction, card)


def _known(command: object) -> Known:
    if isinstance(command, app_commands.Group):
        children = tuple(child.extras["key"] for child in command.commands)
        return Known(command.extras["key"], children=children)
    is_menu = isinstance(command, app_commands.ContextMenu)
    return Known(command.extras["key"], is_menu=is_menu)  # type: ignore[attr-defined]


async def setup(bot: VerbatimBot) -> None:
    """Add this part to the bot."""
    await bot.add_cog(Help(bot))
