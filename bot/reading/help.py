"""/help, made from the commands themselves, and /privacy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.guard import guarded
from bot.reading.about import Known, help_card, privacy_card
from bot.servers.rules import is_admin_here
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
        known = [k for k in map(_known, self.bot.tree.get_commands()) if admin or not k.for_admins]
        seen = await self.bot.view(interaction)
        card = help_card(known, seen.catalogue, delivery.language_of(interaction))
        await delivery.answer(interaction, card)

    @app_commands.command(**described("privacy"))
    @everywhere
    @guarded
    async def privacy(self, interaction: Interaction) -> None:
        """Show what is kept, and of this person."""
        await delivery.hold(interaction, ephemeral=True)
        user = interaction.user.id
        kept = [*await self.bot.store.votes(user=user), *await self.bot.store.unanswered(user=user)]
        language, days = delivery.language_of(interaction), self.bot.settings.servers.kept_days
        kept_by = self._kept_by(interaction.guild_id)
        card = privacy_card(len(kept), language, kept_by=kept_by, days=days)
        await delivery.answer(interaction, card)

    def _kept_by(self, guild: int | None) -> str:
        """Return who had questions kept; empty when they are not."""
        if not self.bot.rules(guild).keep:
            return ""
        return "admin" if self.bot.store.choices(guild).keep else "operator"


def _known(command: Any) -> Known:
    is_group = isinstance(command, app_commands.Group)
    return Known(
        command.extras["key"],
        is_menu=isinstance(command, app_commands.ContextMenu),
        children=tuple(child.extras["key"] for child in command.commands) if is_group else (),
        for_admins=command.default_permissions is not None,
    )


async def setup(bot: VerbatimBot) -> None:
    """Add this part to the bot."""
    await bot.add_cog(Help(bot))
