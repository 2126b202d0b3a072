"""Finding the sources of what somebody wrote, sentence by sentence; and the menu for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.asking import asking
from bot.checking.attribution import (
    CANDIDATES,
    MOST,
    attribution_card,
    compare,
    cut_sentences,
    read_message,
)
from bot.context import person
from bot.errors import BotError
from bot.running.commands import everywhere, name
from embeddings.errors import QuestionError
from embeddings.types import Filters

if TYPE_CHECKING:
    from bot.checking.attribution import Finding
    from bot.context import Context, Interaction, Seen, Where
    from bot.translate import Language
    from bot.ui.components import Card


def read_sentences(message: discord.Message, key: str = "no-text") -> list[str]:
    """Return the sentences of what a message shows.

    Raises:
        BotError: It shows none, or Discord does not give it to the bot.
    """
    found = cut_sentences(read_message(message))
    if not found:
        raise BotError(key)
    return found


async def check(bot: Context, where: Where, message: discord.Message, language: Language) -> Card:
    """Check a message that somebody replied to; what Discord does not show is told.

    Raises:
        BotError: Its text cannot be read, or it may not be searched for there and now.
    """
    said = read_sentences(message, "no-text-given")
    asking.admit_search(bot, where)
    return await find_sources(bot, where, said, language)


async def find_sources(bot: Context, where: Where, said: list[str], language: Language) -> Card:
    """Return the passages for some sentences.

    Raises:
        BotError: None of them has a word to look for, or somebody has just asked elsewhere.
        TimeoutError: It took too long.
    """
    limit = bot.settings.discord.answer_timeout
    async with bot.queue.turn(person(where).id), asyncio.timeout(limit):
        await asking.check_elsewhere(bot, where)
        seen = await bot.see(where)
        found = [await _look_for(seen, sentence, language) for sentence in said[:MOST]]
    findings = [finding for finding in found if finding]
    if not findings:
        raise BotError("no-text")
    return await asyncio.to_thread(attribution_card, findings, max(0, len(said) - MOST), language)


async def _look_for(seen: Seen, sentence: str, language: Language) -> Finding | None:
    """Return what was found of a sentence; None when it has no word to look for."""
    try:
        answer = await seen.ask(sentence, Filters(), top_k=CANDIDATES)
    except QuestionError:
        return None
    return compare(sentence, answer, language)


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
