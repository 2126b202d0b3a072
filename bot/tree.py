"""The tree of commands: begun one at a time, and what goes wrong in one is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import delivery

if TYPE_CHECKING:
    from bot.client import Interaction, VerbatimBot


class Tree(app_commands.CommandTree["VerbatimBot"]):
    """The commands; what goes wrong in one is told to the person and to the operator."""

    def __init__(self, client: VerbatimBot) -> None:
        super().__init__(client)
        self._turn = asyncio.Lock()

    async def interaction_check(self, _: Interaction, /) -> bool:
        """Begin one command at a time: fifty that come at once do not hold the event loop up."""
        async with self._turn:
            await asyncio.sleep(0)
        return True

    async def on_error(
        self, interaction: Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Tell of an error in a command, and nothing of one in a list of suggestions."""
        if interaction.type is not discord.InteractionType.autocomplete:
            name = interaction.command.qualified_name if interaction.command else "a command"
            await delivery.tell(interaction, error, name)
