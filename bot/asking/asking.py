"""A question's way, whichever door it came in by: admitted, asked within its time, shown."""

from __future__ import annotations

import asyncio
import logging
import math
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import discord

from bot.asking.render import PAGES, SHOWN, answer_card
from bot.delivery import answer as show
from bot.delivery import hold, language_of
from bot.errors import BotError
from bot.keeping import UNKEPT, Unanswered
from bot.servers.rules import check_channel, check_cooldown, check_more
from bot.ui.refs import fresh
from embeddings.engine import MAX_QUESTION
from embeddings.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.client import Interaction, VerbatimBot
    from bot.servers.rules import Rules
    from bot.translate import Language
    from bot.ui.parts import Card
    from embeddings.types import Answer, ArticleSummary, Filters

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
    return admit_search(bot, where)


def admit_search(bot: VerbatimBot, where: Interaction | discord.Message) -> Rules:
    """Check that something may be searched for there and now, and count it.

    Raises:
        BotError: Not in this channel, or not yet.
    """
    guild, channels = guild_id(where), channel_ids(where.channel)
    rules = bot.rules(guild)
    if guild is not None:
        check_channel(rules, channels)
    check_cooldown(rules, bot.running.cooldown, _person(where).id, channels[0] if channels else 0)
    return rules


def _person(where: Interaction | discord.Message) -> discord.User | discord.Member:
    return where.author if isinstance(where, discord.Message) else where.user


def guild_id(where: Interaction | discord.Message) -> int | None:
    """Return the id of the server something happened on, known to us or not; None in private."""
    if isinstance(where, discord.Message):
        return where.guild.id if where.guild else getattr(where.channel, "guild_id", None)
    return where.guild_id


def channel_ids(channel: Any) -> list[int]:
    """Return the ids of a channel, of a thread's channel, and of the category it is in."""
    is_thread = isinstance(channel, discord.Thread)
    category = getattr(channel.parent if is_thread else channel, "category_id", None)
    ids = (getattr(channel, "id", None), getattr(channel, "parent_id", None), category)
    return [i for i in ids if i is not None]


async def seek(
    bot: VerbatimBot,
    question: str,
    filters: Filters,
    where: Interaction | discord.Message,
    *,
    count: int = SHOWN,
    kind: str = "user",
) -> Answer:
    """Ask what is seen from where somebody asks, no longer than the settings allow.

    Args:
        bot: Whose articles, settings and clock are used.
        question: The question.
        filters: What it is narrowed to.
        where: What somebody did, and so the place that they see from.
        count: How many passages are wanted.
        kind: The wait between two of these: ``user`` of questions, ``more`` of more passages.

    Raises:
        BotError: They have just asked another process.
        TimeoutError: It took too long.
    """
    async with asyncio.timeout(bot.settings.discord.answer_timeout):
        await check_elsewhere(bot, where, kind)
        seen = await bot.view(where, held=True)
        return await bot.metrics.question(seen.ask(question, filters, top_k=count))


async def check_elsewhere(
    bot: VerbatimBot, where: Interaction | discord.Message, kind: str = "user"
) -> None:
    """Check that somebody has not just asked another process, where there are others.

    Raises:
        BotError: They have; the sentence says how many seconds are left.
    """
    if bot.settings.discord.shard_ids:
        seconds = bot.rules(guild_id(where)).cooldown_user
        left = await bot.running.cooldown.left_elsewhere(
            bot.store, (kind, _person(where).id), seconds
        )
        if left > 0:
            raise BotError("cooldown-user", seconds=math.ceil(left))


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
    looking = seek(bot, question, filters, interaction, count=wanted(bot))
    found = await _held(interaction, looking, private=private)
    can_publish = private and interaction.guild_id is not None
    card = await draw(bot, interaction, found, language_of(interaction), private=can_publish)
    await show(interaction, card)
    await remember(bot, rules, found, interaction.user.id, interaction.guild_id)


async def respond_more(
    interaction: Interaction, question: str, filters: Filters, offset: int
) -> None:
    """Answer a click for more passages, to the one who clicked."""
    bot = interaction.client
    check_more(bot.rules(interaction.guild_id), bot.running.cooldown, interaction.user.id)
    looking = seek(bot, question, filters, interaction, count=wanted(bot, offset), kind="more")
    found = await _held(interaction, looking, private=True)
    if len(found.hits) <= offset:
        raise BotError("more-nothing")
    can_publish = interaction.guild_id is not None
    language = language_of(interaction)
    card = await draw(bot, interaction, found, language, offset=offset, private=can_publish)
    await show(interaction, card)


async def _held(
    interaction: Interaction, looking: Coroutine[Any, Any, Answer], *, private: bool
) -> Answer:
    """Acknowledge a question, and return what is found meanwhile."""
    holding = hold(interaction, ephemeral=private)
    held, found = await asyncio.gather(holding, looking, return_exceptions=True)
    for outcome in (held, found):
        if isinstance(outcome, BaseException):
            raise outcome
    return cast("Answer", found)


async def draw(
    bot: VerbatimBot,
    where: Interaction | discord.Message,
    found: Answer,
    language: Language,
    *,
    offset: int = 0,
    private: bool = False,
) -> Card:
    """Return an answer as a message, under a name of its own for the votes on it.

    On a thread: to find the place of each sentence in a long article takes a while.
    """
    drawing = partial(answer_card, found, language, name=fresh(), offset=offset, private=private)
    near: list[ArticleSummary] = []
    if titles := found.nearest_titles[:SHOWN]:
        near = (await bot.view(where, held=True)).catalogue.titled(titles)
    return await asyncio.to_thread(drawing, most=at_once(bot), nearest=near)


async def remember(
    bot: VerbatimBot, rules: Rules, found: Answer, user: int, guild: int | None
) -> None:
    """Keep a refused question where keeping is on; the answer is out already, so errors wait."""
    if not (rules.keep and found.refusal):
        return
    try:
        await bot.store.keep(Unanswered(user, guild, found.question, str(found.refusal)))
    except UNKEPT as error:
        _log.warning("a refused question could not be kept: %s", error)
