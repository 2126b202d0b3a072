"""How a question is answered, wherever it was asked: checked, acknowledged, searched, shown."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

import discord

from bot.asking.render import PAGES, SHOWN, View, answer_card
from bot.context import Context, Interaction, Where, guild_id, person
from bot.delivery import answer as show
from bot.delivery import hold, language_of
from bot.errors import BotError
from bot.running.unfinished import keep
from bot.servers.rules import Rules, check_channel, list_channels, rules_of
from bot.translate import Language
from bot.ui.components import WRONG, Card, notice
from bot.ui.naming import fresh
from embeddings.errors import EmbeddingsError, StorageError
from embeddings.question.understanding import check_question
from embeddings.store.people import Unanswered, Unfinished
from embeddings.types import Answer, Filters

_log = logging.getLogger(__name__)


def admit(bot: Context, question: str, where: Where) -> Rules:
    """Check that a question may be asked there and now, and count it.

    Raises:
        BotError: Not in this channel, or not yet.
        QuestionError: It is empty, too long, or has no word.
    """
    check_question(question)
    return admit_search(bot, where)


def admit_search(bot: Context, where: Where) -> Rules:
    """Check that something may be searched for there and now, and count it.

    Raises:
        BotError: Not in this channel, or not yet.
    """
    guild, channels = guild_id(where), list_channels(where.channel)
    rules = rules_of(bot, guild)
    if guild is not None:
        check_channel(rules, channels)
    channel = ("channel", channels[0] if channels else 0)
    waits = {("user", person(where).id): rules.cooldown_user, channel: rules.cooldown_channel}
    bot.cooldown.admit(waits)
    return rules


async def seek(
    bot: Context,
    question: str,
    filters: Filters,
    where: Where,
    *,
    count: int = SHOWN,
    kind: str = "user",
    before: Sequence[str] = (),
) -> Answer:
    """Search the articles that may be seen where somebody asks, within the time that is set.

    People take turns, so that nobody who asks much holds up the others. ``kind`` names the wait
    between two searches: ``user`` for questions, ``more`` for more passages. ``before`` is what
    the person asked before, oldest first; the source in ``filters`` is as somebody wrote it.

    Raises:
        BotError: They have just asked another process.
        TimeoutError: It took too long.
    """
    async with (
        bot.queue.turn(person(where).id),
        asyncio.timeout(bot.settings.discord.answer_timeout),
    ):
        await check_elsewhere(bot, where, kind)
        seen = await bot.see(where)
        if filters.source:
            filters = replace(filters, source=seen.catalogue.source_named(filters.source))
        asking = seen.ask(question, filters, top_k=count, before=before)
        return await bot.metrics.question(asking)


async def check_elsewhere(bot: Context, where: Where, kind: str = "user") -> None:
    """Where several processes are the bot, check that somebody has not just asked another one.

    Raises:
        BotError: They have; the sentence says how many seconds are left.
    """
    if bot.settings.discord.shard_ids:
        key, seconds = (kind, person(where).id), rules_of(bot, guild_id(where)).cooldown_user
        await bot.cooldown.admit_elsewhere(bot.records, key, seconds)


def at_once(bot: Context) -> int:
    """Return how many passages one message shows."""
    return min(SHOWN, bot.settings.top_k)


def count_wanted(bot: Context, offset: int = 0) -> int:
    """Return how many passages to ask for, so as to know whether there are more."""
    return min(offset + at_once(bot) + 1, SHOWN * PAGES)


async def respond(
    interaction: Interaction,
    question: str,
    filters: Filters,
    *,
    public: bool | None = None,
    before: Sequence[str] = (),
) -> None:
    """Answer a question that came by a command or a form."""
    bot = interaction.client
    rules = admit(bot, question, interaction)
    private = not (rules.public if public is None else public)
    await hold(interaction, ephemeral=private)
    count, language = count_wanted(bot), language_of(interaction)
    stands_alone = not (filters or before)
    async with keep(interaction, question=question if stands_alone else "", private=private):
        found = await seek(bot, question, filters, interaction, count=count, before=before)
        card = await draw(bot, interaction.guild_id, found, language, can_publish=private)
        await show(interaction, card)
    await remember(bot, rules, found, interaction)


async def respond_more(
    interaction: Interaction, question: str, filters: Filters, offset: int
) -> None:
    """Show more passages to the person who clicked on the button for them."""
    bot = interaction.client
    seconds = rules_of(bot, interaction.guild_id).cooldown_user
    bot.cooldown.admit({("more", interaction.user.id): seconds})  # apart: who reads on
    await hold(interaction, ephemeral=True)
    count = count_wanted(bot, offset)
    found = await seek(bot, question, filters, interaction, count=count, kind="more")
    if len(found.hits) <= offset:
        raise BotError("more-nothing")
    language = language_of(interaction)
    card = await draw(bot, interaction.guild_id, found, language, offset=offset, can_publish=True)
    await show(interaction, card)


async def draw(
    bot: Context,
    guild: int | None,
    found: Answer,
    language: Language,
    *,
    offset: int = 0,
    can_publish: bool = False,
) -> Card:
    """Return an answer as a message, with a new name under which votes on it are counted.

    A thread does it, since finding each sentence in a long article takes a while.
    """
    view = View(
        language,
        bot.engine.threshold,
        fresh(),
        offset,
        at_once(bot),
        can_publish=can_publish and guild is not None,
        offers=rules_of(bot, guild).offers,
    )
    near = (await bot.see_from(guild)).catalogue.find_titles(found.nearest_titles[:SHOWN])
    return await asyncio.to_thread(answer_card, found, view, near)


async def ask_again(bot: Context, asked: Unfinished) -> Card:
    """Answer what an earlier run acknowledged, or say that it is to be asked again."""
    language = bot.languages.of(asked.language)
    try:
        async with asyncio.timeout(bot.settings.discord.answer_timeout):
            seen = await bot.see_from(asked.guild)
            found = await seen.ask(asked.question, top_k=count_wanted(bot))
            return await draw(bot, asked.guild, found, language, can_publish=asked.private)
    except (EmbeddingsError, TimeoutError):
        return notice(language("restarted"), WRONG)


async def remember(
    bot: Context, rules: Rules, found: Answer, where: Where, answer: discord.Message | None = None
) -> None:
    """Remember a question for follow-ups; where keeping is on, keep it if it was refused.

    The answer is sent already, so that errors are only logged.
    """
    if found.is_small_talk:
        return
    if answer is None and isinstance(where, discord.Interaction):
        answer = where.extras.get("message")
    if answer is not None:
        asked = found.understood_as or found.question
        bot.conversations.note(person(where).id, answer.channel.id, asked, answer.id)
    if rules.keep and found.refusal:
        row = Unanswered(person(where).id, guild_id(where), found.question, str(found.refusal))
        try:
            await bot.records.keep(row)
        except StorageError as error:
            _log.warning("a refused question could not be kept: %s", error)
