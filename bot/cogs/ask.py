"""Questions: /ask, a mention in a channel, and private messages."""

from __future__ import annotations

import contextlib
import logging
import re
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot import asking, delivery
from bot.catalogue import first
from bot.dates import read_days
from bot.errors import explain, report
from bot.guard import guarded
from bot.parts import MAX_OPTION, MAX_OPTIONS, notice
from bot.render import WRONG
from bot.translate import described, everywhere, options
from embeddings.types import Filters

if TYPE_CHECKING:
    from bot.client import Interaction, VerbatimBot
    from bot.parts import Card

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
        name = self.bot.catalogue.source_named(source) if source else None
        filters = Filters(since=first_day, until=last_day, source=name)
        await asking.respond(interaction, question, filters, public=public)

    @ask.autocomplete("source")
    async def sources(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest the names of sources."""
        names = first(self.bot.catalogue.sources_matching(typed), MAX_OPTIONS)
        return [app_commands.Choice(name=n[:MAX_OPTION], value=n[:MAX_OPTION]) for n in names]

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
        return message.guild is None or self.bot.user in message.mentions

    async def _answer(self, message: discord.Message) -> None:
        question = self._question(message)
        language = self.bot.languages.guess(question)
        if not question:
            await self._reply(message, notice(language("mention-help")))
            return
        rules = asking.admit(self.bot, question, message)
        with contextlib.suppress(*delivery.LOST):  # to be seen at work is a courtesy
            await message.channel.typing()
        found = await asking.seek(self.bot, question, Filters(), count=asking.wanted(self.bot))
        await self._reply(message, asking.draw(self.bot, found, language))
        guild = asking.guild_id(message)
        await asking.remember(self.bot, rules, found, message.author.id, guild)

    def _question(self, message: discord.Message) -> str:
        """Return what a message says beside the mention."""
        me = self.bot.user.id if self.bot.user else 0
        return re.sub(rf"<@!?{me}>", " ", message.content).strip()

    async def _reply(self, message: discord.Message, card: Card) -> None:
        reference = message.to_reference(fail_if_not_exists=False)
        await delivery.post(self.bot, message.channel, card, reference)

    async def _tell(self, message: discord.Message, error: Exception) -> None:
        trouble = explain(error)
        report(trouble, error, "a message")
        language = self.bot.languages.guess(message.content)
        try:
            await self._reply(message, notice(trouble.said(language), WRONG))
        except delivery.LOST as lost:
            _log.warning("code %s could not be told: %s", trouble.code, type(lost).__name__)


async def setup(bot: VerbatimBot) -> None:
    """Add this part to the bot."""
    await bot.add_cog(Ask(bot))
