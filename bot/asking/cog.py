"""Questions: /ask, a mention in a channel, and private messages."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.asking import asking
from bot.asking.dates import read_days
from bot.asking.render import WRONG
from bot.errors import explain, report
from bot.guard import guarded
from bot.reading.catalogue import first
from bot.translate import described, everywhere, options
from bot.ui.markup import clean
from bot.ui.parts import MAX_OPTION, MAX_OPTIONS, notice
from bot.ui.refs import short
from embeddings.types import Filters

if TYPE_CHECKING:
    from bot.client import Interaction, VerbatimBot
    from bot.ui.parts import Card

_WRITTEN = {discord.MessageType.default, discord.MessageType.reply}
_log = logging.getLogger(__name__)


class Ask(commands.Cog):
    """Takes questions by all their doors and hands them to ``asking``."""

    def __init__(self, bot: VerbatimBot) -> None:
        self.bot = bot

    @app_commands.command(**described("ask"))
    @options("ask", "question", "source", "since", "until", "public")
    @everywhere
    @guarded
    async def ask(  # noqa: PLR0917 - the command's options
        self,
        interaction: Interaction,
        question: str,
        source: str | None = None,
        since: str | None = None,
        until: str | None = None,
        public: bool | None = None,  # noqa: FBT001 - an option of the command
    ) -> None:
        """Answer a question with passages."""
        first_day, last_day = read_days(since, until)
        catalogue = (await self.bot.view(interaction)).catalogue if source else None
        name = catalogue.source_named(source) if catalogue and source else None
        filters = Filters(since=first_day, until=last_day, source=name)
        await asking.respond(interaction, question, filters, public=public)

    @ask.autocomplete("source")
    async def sources(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest the names of sources."""
        catalogue = (await self.bot.view(interaction)).catalogue
        names = first(catalogue.sources_matching(typed), MAX_OPTIONS)
        return [app_commands.Choice(name=clean(n)[:MAX_OPTION], value=short(n)) for n in names]

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that is for the bot: a private one, or one that mentions it."""
        if message.author.bot or message.type not in _WRITTEN or not self._is_for_me(message):
            return
        try:
            await self._answer(message)
        except Exception as error:  # noqa: BLE001 - told to the person and to the operator
            await self._tell(message, error)

    def _is_for_me(self, message: discord.Message) -> bool:
        """Say whether a message is private or names the bot; to reply to it is not to name it.

        Whoever replies to an answer may only be thanking. People also pick the bot's role, which
        has its name, in place of the bot.
        """
        if isinstance(message.channel, discord.DMChannel):
            return True
        is_named = self.bot.user in message.mentions and self._mark.search(message.content)
        role = message.guild.self_role if message.guild else None
        return bool(is_named) or (role is not None and role in message.role_mentions)

    @property
    def _mark(self) -> re.Pattern[str]:
        """What stands in a text where the bot is mentioned."""
        return re.compile(rf"<@!?{self.bot.user.id if self.bot.user else 0}>")

    async def _answer(self, message: discord.Message) -> None:
        question = self._question(message)
        language = self.bot.languages.guess(question)
        if not question:
            await self._reply(message, notice(language("mention-help")))
            return
        rules = asking.admit(self.bot, question, message)
        typing = asyncio.create_task(_show_typing(message.channel), name="typing")
        try:
            count = asking.wanted(self.bot)
            found = await asking.seek(self.bot, question, Filters(), message, count=count)
            await self._reply(message, await asking.draw(self.bot, message, found, language))
        finally:
            typing.cancel()
        guild = asking.guild_id(message)
        await asking.remember(self.bot, rules, found, message.author.id, guild)

    def _question(self, message: discord.Message) -> str:
        """Return what a message says beside the mention."""
        role = message.guild.self_role if message.guild else None
        said = self._mark.sub(" ", message.content)
        return (said.replace(role.mention, " ") if role else said).strip()

    async def _reply(self, message: discord.Message, card: Card) -> None:
        """Reply to a message as well as the bot may, or else say to its author why not."""
        if await self._posted(message, card):
            return
        if not isinstance(message.channel, discord.DMChannel):
            language = self.bot.languages.guess(message.content)
            told = language("mention-forbidden", channel=f"<#{message.channel.id}>")
            with contextlib.suppress(discord.Forbidden):  # some take no private messages
                await delivery.post(self.bot, message.author, notice(told, WRONG))
                return
        _log.warning("a reply could not be told: the bot may not write there, nor to the person")

    async def _posted(self, message: discord.Message, card: Card) -> bool:
        """Reply to a message, or answer it otherwise where the bot may not see what was written."""
        reference = message.to_reference(fail_if_not_exists=False)
        for way in (reference, None):
            with contextlib.suppress(discord.Forbidden):
                await delivery.post(self.bot, message.channel, card, way, nonce=message.id)
                return True
        return False

    async def _tell(self, message: discord.Message, error: Exception) -> None:
        trouble = explain(error)
        report(trouble, error, "a message")
        language = self.bot.languages.guess(message.content)
        try:
            await self._reply(message, notice(trouble.said(language), WRONG))
        except delivery.LOST as lost:
            _log.warning("code %s could not be told: %s", trouble.code, type(lost).__name__)


async def _show_typing(channel: discord.abc.Messageable) -> None:
    """Have the bot seen at work, which is a courtesy."""
    with contextlib.suppress(*delivery.LOST):
        await channel.typing()


async def setup(bot: VerbatimBot) -> None:
    """Add this part to the bot."""
    await bot.add_cog(Ask(bot))
