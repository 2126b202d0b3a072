"""Answers a question, wherever it was asked: checks, acknowledges, searches, shows.

Also classifies messages: a question, thanks, a greeting, an emoji, or a request to check a text.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

import discord

from bot.asking.render import PAGES, SHOWN, Options, answer_card
from bot.context import Action, Bot, Interaction, Scope, guild_id, language_of, person
from bot.delivery import defer, keep_pending, show
from bot.errors import BotError
from bot.servers.rules import GONE, Rules, get_rules, list_channels
from bot.translate import Language, Languages
from bot.ui.components import WRONG, Card, notice
from bot.ui.naming import create_name
from embeddings.errors import EmbeddingsError, StorageError
from embeddings.question import days
from embeddings.question.days import Days
from embeddings.question.understanding import check_question
from embeddings.store.people import Unanswered, Unfinished
from embeddings.text.analysis import fold
from embeddings.types import Answer, Filters

_SHORT = {"check", "about", "thanks", "hello"}
"""Kinds of messages that are too short to guess their language from function words."""
_WORD = re.compile(r"[^\W_]+")
_log = logging.getLogger(__name__)


def guess_language(message: str, languages: Languages, default: Language) -> Language:
    """Return the language of a message; ``default`` if its words do not tell."""
    guess = languages.guess(message, default)
    return next((each for each in (guess, *languages) if classify(message, each) in _SHORT), guess)


def classify(message: str, language: Language) -> str:
    """Return the kind of a message, from which mentions of the bot are removed.

    It is ``check``, ``about``, ``thanks``, ``hello``, ``sign`` (an emoji or other sign without a
    word), ``nothing`` (empty) or ``question``.
    """
    words = _WORD.findall(fold(message))
    if not words:
        return "sign" if message.strip(" ?") else "nothing"
    kinds, polite = _load_phrases(language)
    if kind := kinds.get(" ".join(words)):
        return kind
    return "thanks" if "?" not in message and polite.issuperset(words) else "question"


@cache
def _load_phrases(language: Language) -> tuple[dict[str, str], frozenset[str]]:
    """Return the kind of each phrase in a language's lists, and all words of the polite phrases."""
    kinds: dict[str, str] = {}
    polite: set[str] = set()
    for kind in ("check", "about", "thanks", "hello"):
        for phrase in fold(language(f"{kind}-words")).split(","):
            words = _WORD.findall(phrase)
            kinds.setdefault(" ".join(words), kind)
            if kind in {"thanks", "hello"}:
                polite.update(words)
    return kinds, frozenset(polite)


def read_days(text: str) -> Days:
    """Return the days that a text names: one, or those of a month or year; else raises BotError."""
    found = days.read_days(text, datetime.now(UTC).date())
    if found is None:
        raise BotError("date", text=text[:40])
    return found


def read_range(since: str | None, until: str | None) -> tuple[date | None, date | None]:
    """Return the first and last day, where given; raises BotError if none, or the last is first."""
    first = read_days(since).first if since and since.strip() else None
    last = read_days(until).last if until and until.strip() else None
    if first and last and first > last:
        raise BotError("dates-crossed")
    return first, last


def admit(bot: Bot, action: Action, question: str | None = None) -> Rules:
    """Check the channel and the cooldowns, start the cooldowns, and return the server's rules.

    Raises:
        BotError: The bot does not answer in this channel, or a cooldown has not passed.
        QuestionError: The question is empty, too long, or has no word.
    """
    if question is not None:
        check_question(question)
    guild, channels = guild_id(action), list_channels(action.channel)
    rules = get_rules(bot, guild)
    if guild is not None and rules.channels and not set(rules.channels) & set(channels):
        key = "channel-gone" if GONE in rules.channels else "channel"
        raise BotError(key, channels=" ".join(f"<#{i}>" for i in rules.channels[:10]))
    channel = ("channel", channels[0] if channels else 0)
    asker = ("user", person(action).id)
    bot.cooldown.admit({asker: rules.cooldown_user, channel: rules.cooldown_channel})
    return rules


@contextlib.asynccontextmanager
async def wait_for_turn(bot: Bot, action: Action, kind: str = "user") -> AsyncIterator[Scope]:
    """Wait for the person's turn, then give the articles visible to them, for a limited time.

    People take turns, so that one who asks a lot does not hold up the others. ``kind`` names the
    cooldown that all processes share: ``user`` for questions, ``more`` for more passages.

    Raises:
        BotError: A cooldown that began in another process has not passed.
        TimeoutError: The search takes longer than ``answer_timeout``.
    """
    limit, who = bot.settings.discord.answer_timeout, person(action).id
    async with bot.queue.turn(who), asyncio.timeout(limit):
        if bot.settings.discord.shard_ids:
            seconds = get_rules(bot, guild_id(action)).cooldown_user
            await bot.cooldown.admit_across_processes(bot.records, (kind, who), seconds)
        yield await bot.open_scope(action)


async def find_answer(
    bot: Bot,
    question: str,
    filters: Filters,
    action: Action,
    *,
    offset: int = 0,
    kind: str = "user",
    before: Sequence[str] = (),
) -> Answer:
    """Answer a question from the articles visible where it is asked; raises as ``wait_for_turn``.

    ``filters.source`` is a name as the person wrote it, ``offset`` the number of passages already
    shown, ``before`` the person's previous questions, oldest first.
    """
    async with wait_for_turn(bot, action, kind) as scope:
        if filters.source:
            filters = replace(filters, source=scope.catalogue.find_source(filters.source))
        top_k = choose_top_k(bot, offset)
        return await bot.count_question(scope.ask(question, filters, top_k=top_k, before=before))


def choose_top_k(bot: Bot, offset: int = 0) -> int:
    """Return the number of passages to ask for: one more than shown, to know if there are more."""
    return min(offset + min(SHOWN, bot.settings.top_k) + 1, SHOWN * PAGES)


async def respond(
    interaction: Interaction,
    question: str,
    filters: Filters,
    *,
    public: bool | None = None,
    before: Sequence[str] = (),
) -> None:
    """Answer a question from a command or a form; ``public`` overrides the rules."""
    bot = interaction.client
    rules = admit(bot, interaction, question)
    private = not (rules.public if public is None else public)
    await defer(interaction, ephemeral=private)
    is_complete, language = not (filters or before), language_of(interaction)
    async with keep_pending(interaction, question=question if is_complete else "", private=private):
        answer = await find_answer(bot, question, filters, interaction, before=before)
        card = await draw(bot, interaction.guild_id, answer, language, can_publish=private)
        await show(interaction, card)
    await remember(bot, rules, answer, interaction)


async def find_more(interaction: Interaction, question: str, filters: Filters, offset: int) -> Card:
    """Return a card with the passages after the first ``offset``, for the person who clicked."""
    bot = interaction.client
    seconds = get_rules(bot, interaction.guild_id).cooldown_user
    bot.cooldown.admit({("more", interaction.user.id): seconds})  # reading on delays no question
    await defer(interaction)
    answer = await find_answer(bot, question, filters, interaction, offset=offset, kind="more")
    if len(answer.hits) <= offset:
        raise BotError("more-nothing")
    language, guild = language_of(interaction), interaction.guild_id
    return await draw(bot, guild, answer, language, offset=offset, can_publish=True)


async def draw(
    bot: Bot,
    guild: int | None,
    answer: Answer,
    language: Language,
    *,
    offset: int = 0,
    can_publish: bool = False,
) -> Card:
    """Return the card of an answer, with a new name under which votes on it are counted.

    It is drawn in a thread, since finding the links into long articles takes a while.
    """
    threshold, most = bot.collections.shared.threshold, min(SHOWN, bot.settings.top_k)
    can_publish, offers = can_publish and guild is not None, get_rules(bot, guild).offers
    options = Options(language, threshold, create_name(), offset, most, can_publish, offers)
    return await asyncio.to_thread(answer_card, answer, options)


async def ask_again(bot: Bot, asked: Unfinished) -> Card:
    """Answer a question that an earlier run acknowledged, or ask for it to be asked again."""
    language = bot.languages.of(asked.language)
    try:
        async with asyncio.timeout(bot.settings.discord.answer_timeout):
            scope = await bot.open_guild_scope(asked.guild)
            answer = await scope.ask(asked.question, top_k=choose_top_k(bot))
            return await draw(bot, asked.guild, answer, language, can_publish=asked.private)
    except (EmbeddingsError, TimeoutError):
        return notice(language("restarted"), WRONG)


async def remember(
    bot: Bot, rules: Rules, answer: Answer, action: Action, reply: discord.Message | None = None
) -> None:
    """Remember a question for follow-ups; if it was refused and the rules say so, store it.

    ``reply`` is the message with the answer. As it is sent already, errors are only logged.
    """
    if answer.is_small_talk:
        return
    if reply is None and isinstance(action, discord.Interaction):
        reply = action.extras.get("message")
    if reply is not None:
        asked = answer.understood_as or answer.question
        bot.conversations.note(person(action).id, reply.channel.id, asked, reply.id)
    if rules.keep and answer.refusal:
        row = Unanswered(person(action).id, guild_id(action), answer.question, str(answer.refusal))
        try:
            await bot.records.keep(row)
        except StorageError as error:
            _log.warning("a refused question could not be stored: %s", error)
