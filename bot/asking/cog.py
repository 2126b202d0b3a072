"""Where questions come in: /ask, a mention or a reply, a private message, a message's menu."""

import asyncio
import contextlib
import logging
import re
from datetime import UTC, datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.asking import asking, buttons, checking
from bot.asking.conversation import guess_language, judge, read_days
from bot.context import Context, Interaction, guild_id
from bot.errors import BotError
from bot.reading.about import starters_card
from bot.running.commands import command, everywhere, name, suggest_sources
from bot.running.unfinished import take_up
from bot.translate import Language
from bot.ui.components import WRONG, Card, notice
from embeddings.errors import StorageError
from embeddings.types import Filters

_WRITTEN = {discord.MessageType.default, discord.MessageType.reply}
_SIGN = "👍"
_log = logging.getLogger(__name__)


class Ask(commands.Cog):
    """Receives questions, from the command, from messages and from the menu of a message."""

    def __init__(self, bot: Context) -> None:
        self.bot = bot
        self._began: str | None = datetime.now(UTC).isoformat(timespec="seconds")
        menu = app_commands.ContextMenu(
            name=name("menu-name"), callback=self.find, extras={"key": "menu"}
        )  # which cannot be declared inside a class
        bot.tree.add_command(everywhere(menu))

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Finish, once, what an earlier run acknowledged and did not answer."""
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
        """Answer a message that is for the bot, or say what went wrong."""
        said = self._read(message)
        if said is None or message.author.bot or message.type not in _WRITTEN:
            return
        usual = self.bot.languages.of_server(message.guild)
        language = guess_language(said, self.bot.languages, usual)
        try:
            await self._take(message, said, language)
        except Exception as error:  # noqa: BLE001 - told to the person and to the operator
            told = notice(delivery.note(error, "a message", language), WRONG)
            try:
                await self._reply(message, told, language)
            except delivery.LOST as lost:
                _log.warning("an error could not be told: %s", type(lost).__name__)

    def _read(self, message: discord.Message) -> str | None:
        """Return what a message says to the bot; None when it is not for the bot.

        A private message is, and one that mentions the bot, as a reply does with Discord's ping.
        People also pick the bot's role, which has its name, in place of the bot.
        """
        role = message.guild.self_role if message.guild else None
        is_named = self.bot.user in message.mentions or role in message.role_mentions
        if not (is_named or isinstance(message.channel, discord.DMChannel)):
            return None
        said = re.sub(rf"<@!?{self.bot.user.id if self.bot.user else 0}>", " ", message.content)
        return (said.replace(role.mention, " ") if role else said).strip()

    async def _take(self, message: discord.Message, said: str, language: Language) -> None:
        """Answer the question in a message, check the message it replies to, or greet back."""
        replied = message.reference.resolved if message.reference else None
        above = replied if isinstance(replied, discord.Message) else None  # where Discord shows it
        kind, is_of_others = judge(said, language), above and above.author != self.bot.user
        if kind == "check" or (kind == "nothing" and is_of_others):
            if above is None or not is_of_others:
                raise BotError("check-what")
            found = await checking.check(self.bot, message, above, language)
            await self._reply(message, found, language)
        elif kind in {"thanks", "sign"}:
            await self._nod(message, language)
        elif kind in {"hello", "about", "nothing"}:
            await self._reply(message, await starters_card(self.bot, message, language), language)
        else:
            await self._answer(message, said, above, language)

    async def _nod(self, message: discord.Message, language: Language) -> None:
        """Reply to thanks with a thumb up, or with a word where reactions are not allowed."""
        try:
            await delivery.patiently(lambda: message.add_reaction(_SIGN))
        except discord.HTTPException:
            await self._reply(message, notice(language("welcome")), language)

    async def _answer(
        self, message: discord.Message, said: str, above: discord.Message | None, language: Language
    ) -> None:
        """Answer a question as a reply to it, while the bot is seen typing."""
        rules = asking.admit(self.bot, said, message)
        typing = asyncio.create_task(_show_typing(message.channel), name="typing")
        try:
            most, before = asking.count_wanted(self.bot), self._list_before(message, above)
            found = await asking.seek(self.bot, said, Filters(), message, count=most, before=before)
            card = await asking.draw(self.bot, guild_id(message), found, language)
            reply = await self._reply(message, card, language)
        finally:
            typing.cancel()
        await asking.remember(self.bot, rules, found, message, reply)

    def _list_before(
        self, message: discord.Message, above: discord.Message | None
    ) -> tuple[str, ...]:
        """Return what its author asked just before in this place, which the question may lean on.

        A reply to one of the bot's answers leans on what came before that answer. Another message
        leans on nothing, but in private and in a thread.
        """
        talks, who, place = self.bot.conversations, message.author.id, message.channel
        if above is not None and above.author == self.bot.user:
            return talks.before(who, place.id, above.id)
        is_talk = isinstance(place, discord.DMChannel | discord.Thread)
        return talks.before(who, place.id) if is_talk else ()

    async def _reply(
        self, message: discord.Message, card: Card, language: Language
    ) -> discord.Message | None:
        """Reply to a message; where the bot may not, say so to its author in private."""
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
        """Post a reply, or an ordinary message where the bot may not read the one above."""
        for way in (message.to_reference(fail_if_not_exists=False), None):
            with contextlib.suppress(discord.Forbidden):
                return await delivery.post(message.channel, card, way, nonce=message.id)
        return None


async def _show_typing(channel: discord.abc.Messageable) -> None:
    """Show that the bot is typing; whether that works does not matter."""
    with contextlib.suppress(*delivery.LOST):
        await channel.typing()


async def setup(bot: Context) -> None:
    """Add this part to the bot."""
    bot.add_dynamic_items(*buttons.ALL)
    await bot.add_cog(Ask(bot))
