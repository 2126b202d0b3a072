"""Tells people once a story answers what they asked, whenever the articles change."""

import logging

from discord.ext import commands, tasks

from bot.context import Context, Seen
from bot.delivery import reach
from bot.newsroom import buttons
from bot.newsroom.buttons import told_card
from bot.newsroom.feeds import LOOK, look_at_due
from embeddings.errors import EmbeddingsError, UnknownArticle
from embeddings.store.people import Watch

EVERY = 3600.0
"""Seconds between two looks."""
_log = logging.getLogger(__name__)


class Newsroom(commands.Cog):
    """Tells people when a story answers what they wait for, and looks at feeds."""

    def __init__(self, bot: Context) -> None:
        self.bot = bot
        self._seen: dict[int | None, object] = {}

    async def cog_unload(self) -> None:
        """End with the bot."""
        self.look_again.cancel()
        self.watch.cancel()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Begin to look."""
        for loop in (self.look_again, self.watch):
            if not loop.is_running():
                loop.start()

    @commands.Cog.listener()
    async def on_articles_changed(self) -> None:
        """Look at once, after somebody changed articles from a chat."""
        try:
            await self.look()
        except EmbeddingsError as error:
            _log.warning("who waits for a story is not told yet: %s", error)

    @tasks.loop(seconds=EVERY)
    async def look_again(self) -> None:
        """Look, for what was changed elsewhere than in this process's chats."""
        await self.on_articles_changed()

    @tasks.loop(seconds=LOOK)
    async def watch(self) -> None:
        """Look at the feeds that are due."""
        await look_at_due(self.bot)

    async def look(self) -> None:
        """Ask the waiting questions again, where the articles have changed since the last look."""
        places: dict[int | None, list[Watch]] = {}
        for watch in await self.bot.records.all_of(Watch):
            if watch.guild is None or self.bot.settings.discord.has(watch.guild):
                places.setdefault(watch.guild, []).append(watch)
        for guild, watches in places.items():
            seen = await self.bot.see_from(guild)
            state = (seen.catalogue.articles, tuple(watch.n for watch in watches))
            if self._seen.get(guild) == state:
                continue
            for watch in watches:
                await self._tell(seen, watch)
            self._seen[guild] = state

    async def _tell(self, seen: Seen, watch: Watch) -> None:
        """Tell one person once, where a story answers now."""
        async with self.bot.queue.turn(watch.user):
            try:
                found = await seen.ask(watch.question, watch.filters, top_k=1)
            except UnknownArticle:  # the one that it was asked about is gone, and may come back
                return
        if not found.hits or not await self.bot.records.end(Watch, watch.n):
            return
        card = told_card(watch, found.hits[0], self.bot.languages.of(watch.language))
        if not await reach(self.bot, watch.user, watch.channel, card):
            _log.info("somebody who waited for a story could not be told")


async def setup(bot: Context) -> None:
    """Add this part to the bot."""
    bot.add_dynamic_items(*buttons.ALL)
    await bot.add_cog(Newsroom(bot))
