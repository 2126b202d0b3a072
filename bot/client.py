"""The Discord client: its intents, its features, its sessions, and how it is kept running."""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, NoReturn

import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import delivery
from bot.admin.cog import Admin
from bot.admin.progress import draw_outcome
from bot.asking.asking import ask_again
from bot.asking.cog import Ask
from bot.context import Bot, Interaction
from bot.newsroom.cog import Newsroom
from bot.reading.cog import Reading
from bot.running import leases, supervise
from bot.running.askers import Conversations, Cooldown, FairQueue
from bot.running.commands import Translator, register
from bot.running.health import Health, Metrics
from bot.servers.cog import Servers
from bot.translate import Languages
from bot.ui import handlers
from bot.ui.catalogue import Catalogues
from bot.ui.components import Card
from config import ConfigError
from config.groups import DiscordSettings
from config.settings import Settings
from embeddings.collections import Collections
from embeddings.engine import SearchEngine
from embeddings.errors import StorageError
from embeddings.store.people import Unfinished

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
"""Servers, and messages that mention the bot; none is privileged."""
FEATURES = (Ask, Reading, Newsroom, Admin, Servers)
AT_ONCE = 2
"""The most additions that are read at the same time: each may hold a large file in memory."""
NO_SESSION = 90.0
"""Seconds without a session, at the start or after a loss, before a new client is started."""
CONNECTING = 180.0
"""Seconds that a shard may take to connect, besides waiting for the other shards."""
_log = logging.getLogger(__name__)


class VerbatimBot(Bot):
    """The client, which holds the state that the features share, and loads the features."""

    def __init__(
        self, settings: Settings, collections: Collections, metrics: Metrics, **options: Any
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            **options,
        )
        self.tree.error(self.on_command_fault)
        self.settings = settings
        self.collections = collections
        self.catalogues = Catalogues()
        self.languages = Languages.load(settings.language)
        self.records = collections.shared.records
        self.metrics = metrics
        self.count_question = metrics.count_question
        self.cooldown = Cooldown(time.monotonic)
        self.conversations = Conversations(time.monotonic)
        self.queue = FairQueue(os.cpu_count() or 1)
        self.mentions = {}
        self.reading_slots = asyncio.Semaphore(AT_ONCE)
        self.disconnected = {None}
        self.handling = set()
        self._began = datetime.now(UTC).isoformat(timespec="seconds")
        self._timer: asyncio.TimerHandle | None = None
        self._registering: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        """Load the features and register the commands, once, before the gateway is opened.

        Raises:
            SetupError: A fault of this program.
        """
        with supervise.setting_up():
            await self._set_up()

    async def _set_up(self) -> None:
        try:
            await self.records.open()
        except StorageError as error:
            _log.error("votes and servers' settings cannot be stored: %s", error)
        await self.tree.set_translator(Translator(self.languages))
        for feature in FEATURES:
            await self.add_cog(feature(self))
        self._registering = await register(self)
        self._start_timer()

    async def on_command_fault(
        self, interaction: Interaction, error: app_commands.AppCommandError
    ) -> None:
        """Tell the person about an error in a command; ignore errors of autocompletion."""
        if interaction.type is not discord.InteractionType.autocomplete:
            name = interaction.command.qualified_name if interaction.command else "a command"
            question = str(getattr(interaction.namespace, "question", None) or "")
            await delivery.tell_error(interaction, error, name, question)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Handle clicks and forms; discord.py handles commands."""
        if interaction.type in handlers.KINDS:
            await handlers.dispatch(interaction)

    async def on_message(self, message: discord.Message, /) -> None:
        """Ignore prefix commands; the listener in ``bot.asking`` answers messages."""

    async def on_connect(self) -> None:
        """Note a new session; its servers follow, which may take a while."""
        self.metrics.sessions.labels("new").inc()
        await self.on_shard_ready(None)

    async def on_resumed(self) -> None:
        """Note a resumed session."""
        self.metrics.sessions.labels("resumed").inc()
        await self.on_shard_ready(None)

    async def on_ready(self) -> None:
        """Log the start, and finish what an earlier run acknowledged."""
        _log.info("connected to Discord as %s, on %s servers", self.user, len(self.guilds))
        with contextlib.suppress(StorageError):
            await delivery.take_up(self, self._began, finish_work)

    async def on_disconnect(self) -> None:
        """Give discord.py some time to resume the session before a new client is started."""
        self.metrics.lost.inc()
        if not isinstance(self, discord.AutoShardedClient):  # it reports each shard by itself
            self.disconnected.add(None)
        self._start_timer()

    async def on_shard_ready(self, shard: int | None) -> None:
        """Note that a shard has a session."""
        self.disconnected.discard(shard)
        self._stop_timer()

    on_shard_resumed = on_shard_ready

    async def on_shard_disconnect(self, shard: int) -> None:
        """Note that a shard's connection was lost."""
        self.disconnected.add(shard)

    def _start_timer(self) -> None:
        """Start the timer that closes a client without a session."""
        if self._timer is None and not self.is_closed():
            self._timer = asyncio.get_running_loop().call_later(NO_SESSION, self._restart)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _restart(self) -> None:
        """Close this client, which receives no events; the supervisor starts a new one."""
        _log.warning("no session with Discord for %s s: the client is restarted", NO_SESSION)
        self._closing = asyncio.ensure_future(self.close())

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Dispatch an event, unless the client is closed."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def close(self) -> None:
        """Stop waiting and registering, and close the connections."""
        self._stop_timer()
        if self._registering is not None:
            self._registering.cancel()
        await super().close()


async def finish_work(bot: Bot, work: Unfinished) -> Card:
    """Answer a question that an earlier run acknowledged, or tell the outcome of its change."""
    return await (draw_outcome if work.button else ask_again)(bot, work)


class ShardedBot(VerbatimBot, commands.AutoShardedBot):
    """The client with several shards, each of which receives the events of some servers.

    If other processes run the other shards, the processes take turns in starting sessions.
    """

    _buckets = 1

    async def _set_up(self) -> None:
        await super()._set_up()
        if self.settings.discord.shard_ids:
            with contextlib.suppress(*supervise.OUTSIDE, KeyError, TypeError):
                self._buckets = (await self.fetch_session_start_limits()).max_concurrency

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for this shard's turn to identify; meanwhile the session's timer is stopped."""
        if not self.settings.discord.shard_ids:
            await super().before_identify_hook(shard_id, initial=initial)
            return
        self._stop_timer()
        await leases.wait_to_identify(self.records, (shard_id or 0) % self._buckets)
        self._start_timer()


def make_client(settings: Settings, collections: Collections, metrics: Metrics) -> VerbatimBot:
    """Return a client with the shards of the settings."""
    shards, ids = settings.discord.shards, settings.discord.shard_ids
    if shards is None:
        return VerbatimBot(settings, collections, metrics)
    options: dict[str, Any] = {"shard_count": shards or None, "shard_ids": list(ids) or None}
    options["shard_connect_timeout"] = CONNECTING + leases.BETWEEN * shards
    return ShardedBot(settings, collections, metrics, **options)


@contextlib.contextmanager
def use_server(settings: DiscordSettings) -> Iterator[None]:
    """Point discord.py at the API and gateway of the settings inside the ``with`` block."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    if settings.api_base:
        Route.BASE = settings.api_base.rstrip("/")
    if settings.gateway:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


async def run(settings: Settings, engine: SearchEngine, health: Health) -> NoReturn:
    """Run the bot on Discord until cancelled; ``health`` watches its connection.

    Raises:
        ConfigError: Discord refuses the token, or something else for good.
        Exception: A fault of this program, which no restart can mend.
    """
    if bool(settings.discord.api_base) != bool(settings.discord.gateway):
        raise ConfigError(
            "Set VERBATIM_DISCORD__API_BASE and VERBATIM_DISCORD__GATEWAY both, or neither: with "
            "one of them, the token would go to two different servers."
        )
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it has no voice
    with use_server(settings.discord):
        async with contextlib.AsyncExitStack() as stack:
            collections = await stack.enter_async_context(Collections(settings, engine))
            claim = health.shard_leases.claim(engine.records, lambda: health.shards)
            await stack.enter_async_context(claim)
            make = partial(make_client, settings, collections, health.metrics)
            await supervise.supervise(lambda: health.watch(make()), settings.token or "")
