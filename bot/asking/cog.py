"""Where questions come in, and what each way leads to.

- ``/ask``: ``asking.respond`` acknowledges the command, searches, and shows the answer's card.
- A message to the bot, in private or with a mention: ``on_message`` tells by its words whether it
  is a question, thanks, a greeting, or a request to check the message that it replies to.
- The menu of a message, *Find the sources*: ``find_sources`` looks each of its sentences up.

The buttons under an answer are in ``bot.asking.buttons``.
"""

import contextlib
import logging
import re

import discord
from discord import Message
from discord.ext import commands

import bot.asking.buttons  # noqa: F401 - the import registers the handlers of an answer's buttons
from bot import delivery
from bot.asking import asking, attribution
from bot.asking.asking import classify, guess_language, read_range
from bot.context import Bot, Interaction, guild_id, language_of, run_beside
from bot.errors import BotError, report
from bot.reading.about import starters_card
from bot.running.commands import command, everywhere, menu, suggest_sources
from bot.translate import Language
from bot.ui.components import WRONG, Card, notice
from embeddings.types import Filters

_WRITTEN = {discord.MessageType.default, discord.MessageType.reply}
"""The types of messages that people write; the others are Discord's own notices."""
_THUMB = "👍"
_log = logging.getLogger(__name__)


class Ask(commands.Cog):
    """Receives questions from the command, from messages, and from the menu of a message."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        bot.tree.add_command(everywhere(menu("menu", self.find_sources)))

    @command("ask", None)
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
    ) -> Card | None:
        """Answer a question on its own, never as a follow-up of earlier ones."""
        language = language_of(interaction)
        if (kind := classify(question, language)) == "check":
            raise BotError("check-what")
        if kind == "about":
            await delivery.defer(interaction)
            return await starters_card(self.bot, interaction, language)
        filters = Filters(*read_range(since, until), source)
        await asking.respond(interaction, question, filters, public=public)
        return None

    ask.autocomplete("source")(suggest_sources)

    async def find_sources(self, interaction: Interaction, message: Message) -> Card:
        """Find the passages that say the same as a message, sentence by sentence."""
        language = language_of(interaction)
        return await attribution.find_sources(self.bot, interaction, message, language)

    @commands.Cog.listener()
    async def on_message(self, message: Message) -> None:
        """Respond to a person's message to the bot; if that fails, say why."""
        text = self._read(message)
        if text is None or message.author.bot or message.type not in _WRITTEN:
            return
        default = self.bot.languages.of_server(message.guild)
        language = guess_language(text, self.bot.languages, default)
        try:
            await self._respond(message, text, language)
        except Exception as error:  # noqa: BLE001 - reported to the person and to the operator
            card = notice(report(error, "a message", language), WRONG)
            try:
                await delivery.reply(message, card, language)
            except delivery.LOST as lost:
                _log.warning("an error message could not be sent: %s", type(lost).__name__)

    def _read(self, message: Message) -> str | None:
        """Return the text of a message without mentions of the bot; None if it is not for the bot.

        It is for the bot if it is private or mentions the bot, as a reply with Discord's ping does.
        The bot's own role counts too, since people pick it by mistake: it has the bot's name.
        """
        role = message.guild.self_role if message.guild else None
        is_mentioned = self.bot.user in message.mentions or role in message.role_mentions
        if not (is_mentioned or isinstance(message.channel, discord.DMChannel)):
            return None
        text = re.sub(rf"<@!?{self.bot.user.id if self.bot.user else 0}>", " ", message.content)
        return (text.replace(role.mention, " ") if role else text).strip()

    async def _respond(self, message: Message, text: str, language: Language) -> None:
        """Answer a question, check the message replied to, react to thanks, or greet."""
        replied = message.reference.resolved if message.reference else None
        above = replied if isinstance(replied, Message) else None  # None also if deleted
        kind = classify(text, language)
        if text.startswith("/"):
            raise BotError("typed-command")
        if kind == "question":
            await self._answer(message, text, above, language)
            return
        if kind in {"thanks", "sign"}:
            await self._react(message, language)
            return
        if kind == "check" or (kind == "nothing" and above and above.author != self.bot.user):
            if above is None:
                raise BotError("check-what")
            card = await attribution.find_sources(self.bot, message, above, language)
        else:  # a greeting, a question about the bot, or a mention without any text
            card = await starters_card(self.bot, message, language)
        await delivery.reply(message, card, language)

    async def _answer(
        self, message: Message, text: str, above: Message | None, language: Language
    ) -> None:
        """Answer a question as a reply to it, with the typing indicator shown meanwhile."""
        rules = asking.admit(self.bot, message, text)
        async with run_beside(_show_typing(message.channel), "typing"):
            before = self._list_before(message, above)
            answer = await asking.find_answer(self.bot, text, Filters(), message, before=before)
            card = await asking.draw(self.bot, guild_id(message), answer, language)
            reply = await delivery.reply(message, card, language)
        await asking.remember(self.bot, rules, answer, message, reply)

    def _list_before(self, message: Message, above: Message | None) -> tuple[str, ...]:
        """Return the author's earlier questions here that this one may follow up, oldest first.

        A reply to one of the bot's answers follows up the questions up to that answer. Any other
        message is a follow-up only in private or in a thread.
        """
        conversations, person, place = self.bot.conversations, message.author.id, message.channel
        if above is not None and above.author == self.bot.user:
            return conversations.before(person, place.id, above.id)
        is_talk = isinstance(place, discord.DMChannel | discord.Thread)
        return conversations.before(person, place.id) if is_talk else ()

    async def _react(self, message: Message, language: Language) -> None:
        """React to thanks with a thumbs-up, or reply with a sentence where reactions fail."""
        try:
            await delivery.retry(lambda: message.add_reaction(_THUMB))
        except discord.HTTPException:
            await delivery.reply(message, notice(language("welcome")), language)


async def _show_typing(channel: discord.abc.Messageable) -> None:
    """Show the typing indicator; ignore failures, since nothing depends on it."""
    with contextlib.suppress(*delivery.LOST):
        await channel.typing()
