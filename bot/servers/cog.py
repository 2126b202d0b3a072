"""Greets servers that add the bot, and deletes the data of servers some time after they remove it.

Where the bot runs in several processes, each one is responsible for the servers of its own shards.
"""

import contextlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial

import discord
from discord.ext import commands, tasks

from bot import delivery
from bot.context import Bot
from bot.translate import Language
from bot.ui.components import Card, button, row, text
from embeddings.errors import EmbeddingsError

EVERY = 3600.0
"""Seconds between two runs of the clean-up."""
_log = logging.getLogger(__name__)


class Servers(commands.Cog):
    """Tracks which servers the bot is on; an outage of Discord does not count as a removal."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def cog_unload(self) -> None:
        """Stop the clean-up."""
        self.clean_up.cancel()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Catch up with joins and removals while the bot was offline, then start the clean-up."""
        await self._attempt(self._catch_up)
        if not self.clean_up.is_running():
            self.clean_up.start()

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Cancel the deletion of a returning server's data, and greet the server."""
        await self._attempt(partial(self.bot.records.come_back, guild.id))
        await self._greet(guild)

    async def _greet(self, guild: discord.Guild) -> None:
        """Post the first steps in the system channel, or else send them to the inviter."""
        language = self.bot.languages.of_server(guild)
        scope = await self.bot.open_guild_scope(guild.id)
        card = joined_card(language, articles=len(scope.catalogue.articles))
        channel = guild.system_channel
        may_write = channel and channel.permissions_for(guild.me).send_messages
        first = channel if may_write else None
        if not await delivery.post_to_first(card, first, await _find_inviter(guild)):
            _log.info("server %s could not be greeted", guild.id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Record when a server removed the bot; Discord reports an outage by another event."""
        await self._attempt(partial(self._note_removed, guild.id))

    async def _note_removed(self, *guilds: int) -> None:
        await self.bot.records.leave(*guilds)
        days = self.bot.settings.servers.kept_days
        for guild in guilds:
            _log.info("server %s removed the bot: its data is deleted in %g days", guild, days)
        await self._delete_expired()

    async def _catch_up(self) -> None:
        """Compare the servers with stored data to the servers that the bot is on now."""
        current = {guild.id for guild in self.bot.guilds}
        await self.bot.records.come_back(*current)
        known = {*await self.bot.collections.servers(), *await self.bot.records.guilds()}
        noted = {*await self.bot.records.left_servers()}
        has = self.bot.settings.discord.has
        if missing := [guild for guild in sorted(known - current - noted) if has(guild)]:
            await self._note_removed(*missing)

    @tasks.loop(seconds=EVERY)
    async def clean_up(self) -> None:
        """Delete expired data, and unload idle collections from memory."""
        await self._attempt(self._delete_expired)
        await self._attempt(self.bot.records.tidy)
        self.bot.collections.forget_idle()

    async def _delete_expired(self) -> None:
        """Delete the data of the servers that removed the bot ``kept_days`` ago or earlier."""
        for guild in await self.bot.records.left_servers(self.bot.settings.servers.kept_days):
            if self.bot.settings.discord.has(guild):
                await self._attempt(partial(self._delete, guild))

    async def _delete(self, guild: int) -> None:
        """Delete a server's data; its removal record goes last, so a crash is resumed."""
        if self.bot.get_guild(guild) is not None:
            await self.bot.records.come_back(guild)
            return
        await self.bot.collections.delete(guild)
        await self.bot.records.forget_guild(guild)
        _log.info("the data of server %s was deleted", guild)

    async def _attempt(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do some work; log a failure of the store, since the next clean-up retries it."""
        try:
            await work()
        except (EmbeddingsError, OSError) as error:
            _log.warning("the data of servers cannot be cleaned up now: %s", error)


def joined_card(language: Language, *, articles: int) -> Card:
    """Return the greeting for a server, which can already see ``articles`` articles."""
    key = "joined-ready" if articles else "joined-empty"
    return Card(
        text(f"### {language('joined-title')}", language("joined-intro")),
        text(language(key, count=articles)),
        row(button(language("button-add"), "v:stories")),
    )


async def _find_inviter(guild: discord.Guild) -> discord.abc.Messageable | None:
    """Return the person who invited the bot; None if the bot may not read the audit log."""
    if not guild.me.guild_permissions.view_audit_log:
        return None
    with contextlib.suppress(*delivery.LOST):
        async for entry in guild.audit_logs(limit=10, action=discord.AuditLogAction.bot_add):
            if entry.target is not None and entry.target.id == guild.me.id:
                return entry.user
    return None
