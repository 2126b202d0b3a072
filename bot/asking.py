"""A question's way, whichever door it came in by: admitted, asked within its time, shown."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from typing import TYPE_CHECKING

import discord

from bot.access import check_channel, check_cooldown
from bot.delivery import answer as show
from bot.delivery import hold, language_of
from bot.errors import BotError
from bot.refs import fresh
from bot.render import PAGES, SHOWN, answer_card
from bot.store import Unanswered
from embeddings.engine import MAX_QUESTION
from embeddings.errors import QuestionError

if TYPE_CHECKING:
    from bot.access import Rules
    from bot.client import Interaction, VerbatimBot
    from bot.parts import Card
    from bot.translate import Language
    from embeddings.types import Answer, Filters

_log = logging.getLogger(__name__)


def admit(bot: VerbatimBot, question: str, where: Interaction | discord.Message) -> Rules:
    """Check that a question may be asked there and now, and count it.

    Raises:
        BotError: Not in this channel, or not yet.
        QuestionError: It is empty or too long.
    """
    if not question.strip():
        raise QuestionError("The question is empty.", "empty")
    if len(question) > MAX_QUESTION:
        raise QuestionError("The question is too long.", "too_long")
    person = where.author if isinstance(where, discord.Message) else where.user
    guild, channels = guild_id(where), channel_ids(where.channel)
    rules = bot.rules(guild)
    if guild is not None:
        check_channel(rules, channels)
    check_cooldown(rules, bot.cooldown, person.id, channels[0] if channels else 0)
    return rules


def guild_id(where: Interaction | discord.Message) -> int | None:
    """Return the id of the server something happened on; None in private."""
    if isinstance(where, discord.Message):
        return where.guild.id if where.guild else None
    return where.guild_id


def channel_ids(channel: object) -> list[int]:
    """Return a channel's id and, of a thread, its parent's."""
    ids = (getattr(channel, "id", None), getattr(channel, "parent_id", None))
    return [i for i in ids if i is not None]


async def seek(bot: VerbatimBot, question: str, filters: Filters, *, count: int = SHOWN) -> Answer:
    """Ask the engine, no longer than the settings allow.

    Args:
        bot: Whose engine, settings and clock are used.
        question: The question.
        filters: What it is narrowed to.
        count: How many passages are wanted.

    Raises:
        TimeoutError: It took too long.
    """
    async with asyncio.timeout(bot.settings.discord.answer_timeout):
        return await bot.engine.ask(question, top_k=count, filters=filters)


def at_once(bot: VerbatimBot) -> int:
    """Return how many passages one message shows."""
    return min(SHOWN, bot.settings.top_k)


def wanted(bot: VerbatimBot, offset: int = 0) -> int:
    """Return how many passages to ask for, so as to know whether there are more."""
    return min(offset + at_once(bot) + 1, SHOWN * PAGES)


async def respond(
    interaction: Interaction, question: str, filters: Filters, *, public: bool | None = None
) -> None:
    """Answer a question that came by a command or a modal."""
    bot = interaction.client
    rules = admit(bot, question, interaction)
    private = not (rules.public if public is None else public)
    await hold(interaction, ephemeral=private)
    found = await seek(bot, question, filters, count=wanted(bot))
    can_publish = private and interaction.guild_id is not None
    await show(interaction, draw(bot, found, language_of(interaction), private=can_publish))
    await remember(bot, rules, found, interaction.user.id, interaction.guild_id)


async def respond_more(
    interaction: Interaction, question: str, filters: Filters, offset: int
) -> None:
    """Answer a click for more passages, to the one who clicked."""
    await hold(interaction, ephemeral=True)
    bot = interaction.client
    found = await seek(bot, question, filters, count=wanted(bot, offset))
    if len(found.hits) <= offset:
        raise BotError("more-nothing")
    can_publish = interaction.guild_id is not None
    card = draw(bot, found, language_of(interaction), offset=offset, private=can_publish)
    await show(interaction, card)


def draw(
    bot: VerbatimBot, found: Answer, language: Language, *, offset: int = 0, private: bool = False
) -> Card:
    """Return an answer as a message, under a name of its own for the votes on it."""
    most = at_once(bot)
    return answer_card(found, language, name=fresh(), offset=offset, most=most, private=private)


async def remember(
    bot: VerbatimBot, rules: Rules, found: Answer, user: int, guild: int | None
) -> None:
    """Keep a refused question where keeping is on; the answer is out already, so errors wait."""
    if not (rules.keep and found.refusal):
        return
    try:
        await bot.store.keep(Unanswered(user, guild, found.question, str(found.refusal)))
    except sqlite3.Error as error:
        _log.warning("a refused question could not be kept: %s", error)
