"""Questions: /ask, a mention or a reply to the bot, private messages, the menu that checks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.asking import asking, buttons, checking
from bot.asking.conversation import guess_language, judge, read_days
from bot.context import guild_id
from bot.errors import BotError
from bot.reading.about import starters_card
from bot.running.commands import command, everywhere, name, suggest_sources
from bot.running.unfinished import take_up
from bot.ui.components import WRONG, notice
from embeddings.errors import StorageError
from embeddings.types import Filters

if TYPE_CHECKING:
    from bot.context import Context, Interaction
    from bot.translate import Language
    from bot.ui.components import Card

_WRITTEN = {discord.MessageType.default, discord.MessageType.reply}
_SIGN = "👍"
_log = logging.getLogger(__name__)


class Ask(commands.Cog):
    """Takes questions by all their doors and hands them to ``asking``."""

    def __init__(self, bot: Context) -> None:
        self.bot = bot
        self._began: str | None = datetime.now(UTC).isoformat(timespec="seconds")
        menu = app_commands.ContextMenu(
            name=name("menu-name"), callback=self.find, extras={"key": "menu"}
        )  # which cannot be declared inside a class
        bot.tree.add_command(everywhere(menu))

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Take up, once, what an earlier run did not see to its end."""
        if self._began is not None:
            began, self._began = self._began, None
            with contextlib.suppress(StorageError):
                await take_up(self.bot, began, asking.ask_again)

    @command("ask")
    @everywhere
    async def ask(
        self,
        interaction: Interaction,
        *,
        question: str,
        source: str | None = None,
        since: str | None = None,
        until: str | None = None,
        public: bool | None = None,
    ) -> None:
        """Answer a question with passages; it stands alone, whatever was asked before."""
        language = delivery.language_of(interaction)
        if judge(question, language) == "about":
            await delivery.hold(interaction, ephemeral=True)
            card = await starters_card(self.bot, interaction, language)
            return await delivery.answer(interaction, card)
        filters = Filters(*read_days(since, until), source)
        return await asking.respond(interaction, question, filters, public=public)

    ask.autocomplete("source")(suggest_sources)

    async def find(self, interaction: Interaction, message: discord.Message) -> None:
        """Show, sentence by sentence, the passages that speak of a message, or that none does."""
        said = checking.read_sentences(message)
        asking.admit_search(self.bot, interaction)
        await delivery.hold(interaction, ephemeral=True)
        language = delivery.language_of(interaction)
        card = await checking.find_sources(self.bot, interaction, said, language)
        await delivery.answer(interaction, card)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that is for the bot: a private one, or one that mentions it."""
        if message.author.bot or message.type not in _WRITTEN or not self._is_for_me(message):
            return
        usual = self.bot.languages.of_server(message.guild)
        language = guess_language(self._question(message), self.bot.languages, usual)
        try:
            await self._take(message, language)
        except Exception as error:  # noqa: BLE001 - told to the person and to the operator
            told = notice(delivery.note(error, "a message", language), WRONG)
            try:
                await self._reply(message, told, language)
            except delivery.LOST as lost:
                _log.warning("an error could not be told: %s", type(lost).__name__)

    def _is_for_me(self, message: discord.Message) -> bool:
        """Say whether a message is private, names the bot, or replies to it with Discord's ping.

        People also pick the bot's role, which has its name, in place of the bot.
        """
        if isinstance(message.channel, discord.DMChannel):
            return True
        role = message.guild.self_role if message.guild else None
        return self.bot.user in message.mentions or role in message.role_mentions

    def _question(self, message: discord.Message) -> str:
        """Return what a message says beside the mention."""
        role = message.guild.self_role if message.guild else None
        said = re.sub(rf"<@!?{self.bot.user.id if self.bot.user else 0}>", " ", message.content)
        return (said.replace(role.mention, " ") if role else said).strip()

    async def _take(self, message: discord.Message, language: Language) -> None:
        """Do what a message is: answer it, check what it replies to, or be polite."""
        said = self._question(message)
        replied = message.reference.resolved if message.reference else None
        other = replied if isinstance(replied, discord.Message) else None  # where Discord shows it
        kind = judge(said, language)
        of_others = other is not None and other.author != self.bot.user
        if kind == "check" or (kind == "nothing" and of_others):
            if not of_others or other is None:
                raise BotError("check-what")
            found = await checking.check(self.bot, message, other, language)
            await self._reply(message, found, language)
        elif kind in {"thanks", "sign"}:
            await self._nod(message, language)
        elif kind in {"hello", "about", "nothing"}:
            await self._reply(message, await starters_card(self.bot, message, language), language)
        else:
            await self._answer(message, said, other, language)

    async def _nod(self, message: discord.Message, language: Language) -> None:
        """Thank for thanks: by a sign where that is allowed, or else in a word."""
        try:
            await delivery.patiently(lambda: message.add_reaction(_SIGN))
        except discord.HTTPException:
            await self._reply(message, notice(language("welcome")), language)

    async def _answer(
        self, message: discord.Message, said: str, other: discord.Message | None, language: Language
    ) -> None:
        rules = asking.admit(self.bot, said, message)
        typing = asyncio.create_task(_show_typing(message.channel), name="typing")
        try:
            most, before = asking.count_wanted(self.bot), self._before(message, other)
            found = await asking.seek(self.bot, said, Filters(), message, count=most, before=before)
            card = await asking.draw(self.bot, guild_id(message), found, language)
            reply = await self._reply(message, card, language)
        finally:
            typing.cancel()
        await asking.remember(self.bot, rules, found, message, reply)

    def _before(self, message: discord.Message, other: discord.Message | None) -> tuple[str, ...]:
        """Return what a message may lean on: what its author asked just before in this place."""
        is_reply = other is not None and other.author == self.bot.user
        is_talk = isinstance(message.channel, discord.DMChannel | discord.Thread)
        if not (is_reply or is_talk):
            return ()
        answer = other.id if other is not None and is_reply else None
        talks = self.bot.conversations
        return talks.before(message.author.id, message.channel.id, answer)

    async def _reply(
        self, message: discord.Message, card: Card, language: Language
    ) -> discord.Message | None:
        """Reply to a message as well as the bot may, or else say to its author why not."""
        if reply := await self._post(message, card):
            return reply
        if not isinstance(message.channel, discord.DMChannel):
            told = language("mention-forbidden", channel=f"<#{message.channel.id}>")
            with contextlib.suppress(discord.Forbidden):  # some take no private messages
                await delivery.post(message.author, notice(told, WRONG))
                return None
        _log.warning("a reply could not be told: the bot may not write there, nor to the person")
        return None

    async def _post(self, message: discord.Message, card: Card) -> discord.Message | None:
        """Reply to a message, or answer it otherwise where the bot may not see what was written."""
        for way in (message.to_reference(fail_if_not_exists=False), None):
            with contextlib.suppress(discord.Forbidden):
                return await delivery.post(message.channel, card, way, nonce=message.id)
        return None


async def _show_typing(channel: discord.abc.Messageable) -> None:
    """Have the bot seen at work, which is a courtesy."""
    with contextlib.suppress(*delivery.LOST):
        await channel.typing()


async def setup(bot: Context) -> None:
    """Add this part to the bot."""
    bot.add_dynamic_items(*buttons.ALL)
    await bot.add_cog(Ask(bot))
