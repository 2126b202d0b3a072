"""Feeds and sitemaps, of servers and of the operator: their new stories are taken and announced."""

import asyncio
import logging
import random
import time
from collections.abc import Iterator, Sequence

import discord

from bot.asking.render import QUOTE, link_title
from bot.context import Context, Interaction, Seen
from bot.delivery import LOST, language_of, post
from bot.errors import BotError
from bot.translate import Language, translate
from bot.ui.components import ANSWERED, Card, button, list_under, row, text
from bot.ui.markup import fit, plain
from bot.ui.naming import credit_line, ref
from embeddings.errors import EmbeddingsError
from embeddings.store.people import Feed
from embeddings.store.records import Records
from embeddings.types import Article, ArticleSummary
from embeddings.watching.watched import JITTER, FeedMemory, WatchedFeed
from embeddings.watching.watcher import take

LOOK = 120.0
"""Seconds between two looks at which feeds are due."""
OPERATOR = -1
"""The server of the operator's feeds, which is none: their stories are shared by all."""
AT_ONCE = 4
"""How many feeds are looked at at the same time."""
ANNOUNCED = 5
"""The most stories of one look that are announced one by one."""
_LONGEST, _LIST = 300, 3000
_log = logging.getLogger(__name__)


async def change_feeds(
    interaction: Interaction, address: str | None, channel: int | None, stop: str | None
) -> None:
    """Watch a feed, announce its stories elsewhere, or watch one no more.

    Raises:
        BotError: There are as many as there may be, or that one is not watched.
        ReadError: There is no feed at that address.
    """
    bot, guild = interaction.client, interaction.guild_id or 0
    feeds = await bot.records.feeds(guild)
    if stop is not None:
        await _stop(bot, feeds, stop)
    if address is None:
        return
    if known := next((feed for feed in feeds if feed.address == address), None):
        await bot.records.change_feed(known.n, channel=channel)
        return
    most = bot.settings.servers.feeds
    if len(feeds) - (stop is not None) >= most:
        raise BotError("too-many-feeds", most=most)
    await asyncio.to_thread(WatchedFeed(address, FeedMemory(), bot.settings.fetch).news)
    await bot.records.keep(Feed(guild, address, channel))


async def _stop(bot: Context, feeds: Sequence[Feed], name: str) -> None:
    found = next((feed for feed in feeds if name in {str(feed.n), feed.address}), None)
    if found is None or not await bot.records.end(Feed, found.n):
        raise BotError("feed-gone")


async def feeds_card(interaction: Interaction) -> Card:
    """Return the feeds that a server watches, and how many it may."""
    bot = interaction.client
    feeds = await bot.records.feeds(interaction.guild_id or 0)
    settings, language = bot.settings, language_of(interaction)
    return draw_feeds(feeds, settings.servers.feeds, settings.watch.interval, language)


def draw_feeds(feeds: Sequence[Feed], most: int, minutes: int, language: Language) -> Card:
    """Return the feeds of a server, how many it may have, and how often each is looked at."""
    lines = [line for feed in feeds for line in _tell(feed, language)]
    head = language("feeds-count", count=len(feeds), most=most)
    return Card(
        text(f"### {language('feeds-title')}"),
        list_under(head, lines, language, room=_LIST, most=2 * most) or text(head),
        text(f"-# {language('feeds-how', minutes=minutes)}"),
        accent=ANSWERED,
    )


def _tell(feed: Feed, language: Language) -> Iterator[str]:
    looked = int(feed.looked)
    place = language("feeds-announced", channel=f"<#{feed.channel}>") if feed.channel else ""
    when = language("feeds-looked", when=f"<t:{looked}:R>") if looked else language("feeds-new")
    yield " · ".join(filter(None, [fit(feed.address, _LONGEST), place, when]))
    if feed.trouble:
        said = translate(feed.trouble, language.code)
        told = said.removeprefix(feed.address)  # which stands above
        yield fit(told if told == said else language("feeds-this") + told, _LONGEST)


async def look_at_due(bot: Context) -> None:
    """Look at the feeds whose time has come."""
    turn = asyncio.Semaphore(AT_ONCE)
    interval = bot.settings.watch.interval * 60.0 * random.uniform(1 - JITTER, 1)  # noqa: S311 - no secret
    try:
        due = await list_due(bot, interval)
        await asyncio.gather(*(_look_in_turn(bot, feed, turn) for feed in due))
    except EmbeddingsError as error:
        _log.warning("feeds wait: %s", error)


async def list_due(bot: Context, interval: float) -> list[Feed]:
    """Return the feeds that this process is to look at now, so many seconds after the last time.

    They are those of its own servers and, in one process at a time, those of the operator.
    """
    records, has = bot.records, bot.settings.discord.has
    is_turn = not await records.take_turn("feeds", LOOK)
    if is_turn:
        await _list_operators(records, bot.settings.watch.feeds)
    due = await records.feeds_due(time.time(), interval)
    ours = {f.guild: has(f.guild) and bot.get_guild(f.guild) for f in due} | {OPERATOR: is_turn}
    return [feed for feed in due if ours[feed.guild]]


async def _list_operators(records: Records, wanted: Sequence[str]) -> None:
    """Keep the feeds that the operator's settings name, and no others of theirs."""
    kept = {feed.address: feed for feed in await records.feeds(OPERATOR)}
    for address in {*wanted} - kept.keys():
        await records.keep(Feed(OPERATOR, address))
    for address in kept.keys() - {*wanted}:
        await records.end(Feed, kept[address].n)


async def _look_in_turn(bot: Context, feed: Feed, turn: asyncio.Semaphore) -> None:
    """Look at a feed; what goes wrong with it holds up no other."""
    async with turn:
        try:
            await look_at(bot, feed)
        except Exception:  # noqa: BLE001 - the other feeds are still wanted
            _log.exception("a feed of server %s waits for its next look", feed.guild)


async def look_at(bot: Context, feed: Feed) -> None:
    """Take what is new in a feed into its server's own articles, and announce it.

    What stands in it when it is first looked at is taken, and not announced. What is wrong with one
    of the operator's is for the log.
    """
    memory = FeedMemory.model_validate_json(feed.memory or "{}")
    is_first = not memory.entries
    added, trouble = await _take(bot, feed, memory)
    told: dict[str, str | float] = {"memory": memory.model_dump_json(), "trouble": trouble}
    await bot.records.change_feed(feed.n, looked=memory.looked, **told)
    if feed.guild == OPERATOR and trouble not in {"", feed.trouble}:
        _log.warning("not taken from %s: %s", feed.address, trouble)
    if added:
        bot.dispatch("articles_changed")
        if feed.channel and not is_first:
            await _announce(bot, feed, added)


async def _take(
    bot: Context, feed: Feed, memory: FeedMemory
) -> tuple[tuple[ArticleSummary, ...], str]:
    """Take what is new in a feed; return the articles, and why something is not taken."""
    own = feed.guild != OPERATOR
    engine = await bot.collections.of(feed.guild, create=True) if own else bot.engine
    watched = WatchedFeed(feed.address, memory, bot.settings.fetch)
    try:
        news = await asyncio.to_thread(watched.news)
        if not news or engine is None:
            return (), ""
        taken = await take(engine, list(news))
    except EmbeddingsError as error:
        return (), str(error)
    told = [*watched.note(news, taken), *taken.left.values()]
    return taken.added, told[0] if told else ""


async def _announce(bot: Context, feed: Feed, added: Sequence[ArticleSummary]) -> None:
    """Tell of new stories in the channel that the server chose, which must be one of its own."""
    guild = bot.get_guild(feed.guild)
    channel = guild.get_channel(feed.channel or 0) if guild else None
    if not isinstance(channel, discord.abc.Messageable):
        return
    language, seen = bot.languages.of_server(guild), await bot.see_from(feed.guild)
    try:
        for article in added[:ANNOUNCED]:
            if card := await announcement(seen, article, language):
                await post(channel, card)
        if more := len(added[ANNOUNCED:]):
            await post(channel, Card(text(f"-# {language('announced-more', count=more)}")))
    except LOST as lost:
        _log.info("a new story could not be announced: %s", type(lost).__name__)


async def announcement(seen: Seen, article: ArticleSummary, language: Language) -> Card | None:
    """Return a new story as it is announced; None where it is not to be seen there any more.

    Its first sentence is quoted, as it was read again just before.
    """
    if ref(article) not in seen.catalogue.by_ref:
        return None
    stored, first = await seen.read(article), next(iter(seen.passages(article)), None)
    if first is None or not first.stands_in(stored.text):
        return None
    said = first.sentences[0].of(stored.text) if first.sentences else ""
    return draw_announcement(stored, said, language)


def draw_announcement(article: Article, said: str, language: Language) -> Card:
    """Return a new story: its title, its first sentence unless too long, whence, and a button."""
    quoted = f"> {language('quote-open')}{plain(said)}{language('quote-close')}"
    is_short, line = 0 < len(plain(said)) <= QUOTE, credit_line(article)
    return Card(
        text(f"-# {language('announced')}", f"**{link_title(article)}**"),
        text(quoted) if is_short else None,
        text(f"-# {line}") if line else None,
        row(button(language("button-story"), f"v:then:{ref(article)}")),
        accent=ANSWERED,
    )
