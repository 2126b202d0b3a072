"""Servers come and go: what a server had is deleted some time after it removed the bot.

Of several processes, each looks after the servers of its own shards, and never at the others'.
"""

import contextlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial

import discord
from discord.ext import commands, tasks

from bot import delivery
from bot.context import Context
from bot.translate import Language
from bot.ui.components import ANSWERED, Card, button, row, text
from embeddings.errors import EmbeddingsError

EVERY = 3600.0
"""Seconds between two looks at what is to be deleted, and at what is idle in memory."""
_log = logging.getLogger(__name__)


class Servers(commands.Cog):
    """Keeps account of the servers that the bot is on; an outage of Discord's removes none."""

    def __init__(self, bot: Context) -> None:
        self.bot = bot

    async def cog_unload(self) -> None:
        """End with the bot."""
        self.keep.cancel()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Take account of what happened meanwhile, then go on looking."""
        await self._surely(self._take_account)
        if not self.keep.is_running():
            self.keep.start()

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Keep what a server has that takes the bot back, and say the next step there."""
        await self._surely(partial(self.bot.records.come_back, guild.id))
        await self._greet(guild)

    async def _greet(self, guild: discord.Guild) -> None:
        """Say the first step, in the system channel or else to who invited the bot."""
        language = self.bot.languages.of_server(guild)
        seen = await self.bot.see_from(guild.id)
        card = joined_card(language, articles=len(seen.catalogue.articles))
        channel = guild.system_channel
        places = [channel] if channel and channel.permissions_for(guild.me).send_messages else []
        for place in (*places, await _find_inviter(guild)):
            with contextlib.suppress(*delivery.LOST):
                if place is not None:
                    await delivery.post(place, card)
                    return
        _log.info("server %s could not be greeted", guild.id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note when a server removed the bot; an outage is another event."""
        await self._surely(partial(self._note_removed, guild.id))

    async def _note_removed(self, *guilds: int) -> None:
        await self.bot.records.leave(*guilds)
        days = self.bot.settings.servers.kept_days
        for guild in guilds:
            _log.info("the bot is no longer on server %s: deleted in %g days", guild, days)
        await self._clear()

    async def _take_account(self) -> None:
        """Compare the servers that are known with those that the bot is on."""
        here = {guild.id for guild in self.bot.guilds}
        await self.bot.records.come_back(*here)
        known = {*await self.bot.collections.servers(), *await self.bot.records.guilds()}
        noted = {*await self.bot.records.left_servers()}
        if missing := [guild for guild in sorted(known - here - noted) if self._is_ours(guild)]:
            await self._note_removed(*missing)

    @tasks.loop(seconds=EVERY)
    async def keep(self) -> None:
        """Delete what is too old, and take out of memory what is idle."""
        await self._surely(self._clear)
        await self._surely(self.bot.records.tidy)
        self.bot.collections.forget_idle()

    async def _clear(self) -> None:
        """Delete what servers had that removed the bot long enough ago."""
        for guild in await self.bot.records.left_servers(self.bot.settings.servers.kept_days):
            if self._is_ours(guild):
                await self._surely(partial(self._delete, guild))

    def _is_ours(self, guild: int) -> bool:
        return self.bot.settings.discord.has(guild)

    async def _delete(self, guild: int) -> None:
        """Delete what a server had; that it left is forgotten last, in case of a crash."""
        if self.bot.get_guild(guild) is not None:
            await self.bot.records.come_back(guild)
            return
        await self.bot.collections.delete(guild)
        await self.bot.records.forget_guild(guild)
        _log.info("what server %s had is deleted", guild)

    async def _surely(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something; what the disk refuses is tried again at the next look."""
        try:
            await work()
        except (EmbeddingsError, OSError) as error:
            _log.warning("servers that left are not taken care of yet: %s", error)


def joined_card(language: Language, *, articles: int) -> Card:
    """Return the first message on a server, from which so many articles are seen already."""
    key = "joined-ready" if articles else "joined-empty"
    return Card(
        text(f"### {language('joined-title')}", language("joined-intro")),
        text(language(key, count=articles)),
        row(button(language("button-add"), "v:stories")),
        accent=ANSWERED,
    )


async def _find_inviter(guild: discord.Guild) -> discord.abc.Messageable | None:
    """Return who invited the bot, where its log may be read."""
    if not guild.me.guild_permissions.view_audit_log:
        return None
    with contextlib.suppress(*delivery.LOST):
        async for entry in guild.audit_logs(limit=10, action=discord.AuditLogAction.bot_add):
            if entry.target is not None and entry.target.id == guild.me.id:
                return entry.user
    return None


async def setup(bot: Context) -> None:
    """Add this part to the bot."""
    await bot.add_cog(Servers(bot))
