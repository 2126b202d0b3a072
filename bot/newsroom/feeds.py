"""Watches the feeds and sitemaps of servers and of the operator: adds and announces new stories."""

import asyncio
import logging
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import discord

from bot.asking.render import QUOTE, link_title
from bot.context import Bot, Interaction, Scope, language_of
from bot.delivery import LOST, post
from bot.errors import BotError
from bot.translate import Language, translate
from bot.ui.components import Card, button, list_under, notice, row, text
from bot.ui.markup import escape, fit
from bot.ui.naming import credit_line, ref
from embeddings.errors import EmbeddingsError
from embeddings.store.people import Feed
from embeddings.store.records import Records
from embeddings.types import Article, ArticleSummary
from embeddings.watching.watched import JITTER, FeedMemory, WatchedFeed
from embeddings.watching.watcher import take

LOOK = 120.0
"""Seconds between two searches for feeds that are due."""
OPERATOR = -1
"""In place of a server's id: the operator's feeds, whose stories go to the shared collection."""
AT_ONCE = 4
"""The number of feeds that are checked at the same time."""
ANNOUNCED = 5
"""The limit of stories that are announced one by one after one check."""
_LONGEST, _LIST = 300, 3000
_log = logging.getLogger(__name__)


async def change_feeds(
    interaction: Interaction, address: str | None, channel: int | None, stop: str | None
) -> Card:
    """Stop watching a feed, watch a new one, or change a feed's channel; return the list of feeds.

    Raises:
        BotError: The server has as many feeds as it may have, or the one to stop is unknown.
        ReadError: There is no feed at the address.
    """
    bot, guild = interaction.client, interaction.guild_id or 0
    feeds, most = await bot.records.feeds(guild), bot.settings.servers.feeds
    if stop is not None:
        found = next((feed for feed in feeds if stop in {str(feed.n), feed.address}), None)
        if found is None or not await bot.records.end(Feed, found.n):
            raise BotError("feed-gone")
    if channel and not address:
        raise BotError("feed-which")
    if known := next((feed for feed in feeds if feed.address == address), None):
        await bot.records.change_feed(known.n, channel=channel)
    elif address is not None:
        if len(feeds) - (stop is not None) >= most:
            raise BotError("too-many-feeds", most=most)
        await asyncio.to_thread(WatchedFeed(address, FeedMemory(), bot.settings.fetch).news)
        await bot.records.keep(Feed(guild, address, channel))
    feeds, minutes = await bot.records.feeds(guild), bot.settings.watch.interval
    there = [f if bot.get_channel(f.channel or 0) else replace(f, channel=None) for f in feeds]
    return draw_feeds(there, most, minutes, language_of(interaction))


def draw_feeds(feeds: Sequence[Feed], most: int, minutes: int, language: Language) -> Card:
    """Return the list of a server's feeds, with their limit and the interval of their checks."""
    lines = [line for feed in feeds for line in _describe(feed, language)]
    head = language("feeds-count", count=len(feeds), most=most)
    return Card(
        text(f"### {language('feeds-title')}"),
        list_under(head, lines, language, room=_LIST, most=2 * most) or text(head),
        text(f"-# {language('feeds-how', minutes=minutes)}"),
    )


def _describe(feed: Feed, language: Language) -> Iterator[str]:
    """Yield a line with a feed's address, channel and last check, and a line with its trouble."""
    looked = int(feed.looked)
    place = language("feeds-announced", channel=f"<#{feed.channel}>") if feed.channel else ""
    when = language("feeds-looked", when=f"<t:{looked}:R>") if looked else language("feeds-new")
    yield " · ".join(filter(None, [fit(feed.address, _LONGEST), place, when]))
    if feed.trouble:
        sentence = translate(feed.trouble, language.code)
        rest = sentence.removeprefix(feed.address)  # the address is in the line above
        yield fit(rest if rest == sentence else language("feeds-this") + rest, _LONGEST)


async def check_due_feeds(bot: Bot) -> None:
    """Check the feeds that are due, ``AT_ONCE`` at a time."""
    turn = asyncio.Semaphore(AT_ONCE)
    interval = bot.settings.watch.interval * 60.0 * random.uniform(1 - JITTER, 1)  # noqa: S311 - no secret
    try:
        due = await list_due(bot, interval)
        await asyncio.gather(*(_check_in_turn(bot, feed, turn) for feed in due))
    except EmbeddingsError as error:
        _log.warning("the feeds cannot be checked now: %s", error)


async def list_due(bot: Bot, interval: float) -> list[Feed]:
    """Return the feeds last checked at least ``interval`` seconds ago that this process must check.

    These are the feeds of its own servers and, in one process at a time, those of the operator.
    """
    records, has = bot.records, bot.settings.discord.has
    is_turn = not await records.take_turn("feeds", LOOK)
    if is_turn:
        await _sync_operator_feeds(records, bot.settings.watch.feeds)
    due = await records.feeds_due(time.time(), interval)
    ours = {f.guild: has(f.guild) and bot.get_guild(f.guild) for f in due} | {OPERATOR: is_turn}
    return [feed for feed in due if ours[feed.guild]]


async def _sync_operator_feeds(records: Records, addresses: Sequence[str]) -> None:
    """Make the stored feeds of the operator those of the settings."""
    stored = {feed.address: feed for feed in await records.feeds(OPERATOR)}
    for address in {*addresses} - stored.keys():
        await records.keep(Feed(OPERATOR, address))
    for address in stored.keys() - {*addresses}:
        await records.end(Feed, stored[address].n)


async def _check_in_turn(bot: Bot, feed: Feed, turn: asyncio.Semaphore) -> None:
    """Check a feed, and log any error, so that the other feeds are still checked."""
    async with turn:
        try:
            await check_feed(bot, feed)
        except Exception:  # noqa: BLE001 - the other feeds are still wanted
            _log.exception("a feed of server %s could not be checked", feed.guild)


async def check_feed(bot: Bot, feed: Feed) -> None:
    """Add the new stories of a feed to its collection, and announce them.

    The stories of the first check are added without an announcement. Trouble is shown in the list
    of feeds; of the operator's feeds, it is logged.
    """
    memory = FeedMemory.model_validate_json(feed.memory or "{}")
    is_first = not memory.entries
    added, trouble = await _add_news(bot, feed, memory)
    fields: dict[str, str | float] = {"memory": memory.model_dump_json(), "trouble": trouble}
    await bot.records.change_feed(feed.n, looked=memory.looked, **fields)
    if feed.guild == OPERATOR and trouble not in {"", feed.trouble}:
        _log.warning("a story of the feed %s was not added: %s", feed.address, trouble)
    if added:
        bot.dispatch("articles_changed")
        if feed.channel and not is_first:
            await _announce(bot, feed, added)


async def _add_news(
    bot: Bot, feed: Feed, memory: FeedMemory
) -> tuple[tuple[ArticleSummary, ...], str]:
    """Add a feed's new stories; return the added articles, and the first failure or nothing."""
    own = feed.guild != OPERATOR
    engine = await bot.collections.create(feed.guild) if own else bot.collections.shared
    watched = WatchedFeed(feed.address, memory, bot.settings.fetch)
    try:
        news = await asyncio.to_thread(watched.news)
        if not news:
            return (), ""
        result = await take(engine, list(news))
    except EmbeddingsError as error:
        return (), str(error)
    failures = [*watched.note(news, result), *result.left.values()]
    return result.added, failures[0] if failures else ""


async def _announce(bot: Bot, feed: Feed, added: Sequence[ArticleSummary]) -> None:
    """Announce new stories in the feed's channel, if it is still a channel of the server."""
    guild = bot.get_guild(feed.guild)
    channel = guild.get_channel(feed.channel or 0) if guild else None
    if not isinstance(channel, discord.abc.Messageable):
        return
    language, scope = bot.languages.of_server(guild), await bot.open_guild_scope(feed.guild)
    try:
        for article in added[:ANNOUNCED]:
            if card := await announcement(scope, article, language):
                await post(channel, card)
        if more := len(added[ANNOUNCED:]):
            await post(channel, notice(f"-# {language('announced-more', count=more)}"))
    except LOST as lost:
        _log.info("a new story could not be announced: %s", type(lost).__name__)


async def announcement(scope: Scope, article: ArticleSummary, language: Language) -> Card | None:
    """Return a new story's announcement, from its stored text; None if it is gone or changed."""
    if ref(article) not in scope.catalogue.by_ref:
        return None
    stored, first = await scope.read(article), next(iter(scope.passages(article)), None)
    if first is None or not first.stands_in(stored.text):
        return None
    opening = first.sentences[0].of(stored.text) if first.sentences else ""
    return draw_announcement(stored, opening, language)


def draw_announcement(article: Article, opening: str, language: Language) -> Card:
    """Return a story's title, first sentence (if not too long), credit line and question button."""
    quoted = f"> {language('quote-open')}{escape(opening)}{language('quote-close')}"
    is_short, line = 0 < len(escape(opening)) <= QUOTE, credit_line(article)
    return Card(
        text(f"-# {language('announced')}", f"**{link_title(article)}**"),
        text(quoted) if is_short else None,
        text(f"-# {line}") if line else None,
        row(button(language("button-story"), f"v:then:{ref(article)}")),
    )
