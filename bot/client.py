"""The bot on Discord: what it asks for, what it loads, and how it is kept running."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import delivery
from bot.context import Context, Interaction
from bot.running import supervise, turns
from bot.running.askers import Conversations, Cooldown, FairQueue
from bot.running.commands import Translator, register
from bot.running.metrics import Metrics
from bot.translate import Languages
from bot.ui import actions
from bot.ui.catalogue import Catalogues
from config import ConfigError
from embeddings.collections import Collections
from embeddings.errors import StorageError
from embeddings.store import open_database
from embeddings.store.records import Records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.running.health import Health
    from config.settings import DiscordSettings, Settings
    from embeddings.engine import SearchEngine

FEATURES = ("asking", "reading", "newsroom", "admin", "servers")
AT_ONCE = 2
"""How many additions are read at the same time: each may hold a large file in memory."""
DEAF = 90.0
"""Seconds without a session, at the start or after it was lost, before a new client is started."""
CONNECTING = 180.0
"""Seconds that a connection may take, besides the turns of the others."""
_log = logging.getLogger(__name__)


def intents() -> discord.Intents:
    """Return what the bot asks to be told: servers, and messages that mention it. No privilege."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


class Tree(app_commands.CommandTree["VerbatimBot"]):
    """The commands; what goes wrong in one is told to the person and to the operator."""

    async def on_error(
        self, interaction: Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Tell of an error in a command, and nothing of one in a list of suggestions."""
        if interaction.type is not discord.InteractionType.autocomplete:
            name = interaction.command.qualified_name if interaction.command else "a command"
            await delivery.tell(interaction, error, name)


class VerbatimBot(Context):
    """The client: it holds the engine and what its parts share, and no logic of its own."""

    def __init__(
        self,
        settings: Settings,
        engine: SearchEngine,
        collections: Collections | None = None,
        metrics: Metrics | None = None,
        records: Records | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            **options,
        )
        self.settings = settings
        self.engine = engine
        self.collections = collections or Collections(settings, engine)
        self.catalogues = Catalogues()
        self.languages = Languages.load(settings.language)
        self.records = records or Records(open_database(settings))
        self.metrics = metrics or Metrics()
        self.cooldown = Cooldown(time.monotonic)
        self.conversations = Conversations(time.monotonic)
        self.queue = FairQueue(os.cpu_count() or 1)
        self.mentions = {}
        self.reading = asyncio.Semaphore(AT_ONCE)
        self.deaf = {None}
        self._waiting: asyncio.TimerHandle | None = None
        self._registering: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        """Load the parts and register the commands, once, before the gateway is opened.

        Raises:
            SetupError: A part cannot be loaded.
        """
        with supervise.setting_up():
            await self._set_up()

    async def _set_up(self) -> None:
        try:
            await self.records.open()
        except StorageError as error:
            _log.error("votes and servers' choices cannot be kept: %s", error)
        await self.tree.set_translator(Translator(self.languages))
        for name in FEATURES:
            await self.load_extension(f"bot.{name}.cog")
        self._registering = await register(self)
        self._listen()

    async def on_interaction(self, interaction: Interaction) -> None:
        """Take what discord.py has no taker for: modals, and clicks on what is no longer there."""
        await actions.take_stray(interaction)

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the part that answers questions; there are no prefix commands."""

    async def on_connect(self) -> None:
        """Note that there is a session; the servers come after it, which may take a while."""
        self.metrics.sessions.labels("new").inc()
        await self.on_shard_ready(None)

    async def on_resumed(self) -> None:
        """Note that a session goes on."""
        self.metrics.sessions.labels("resumed").inc()
        await self.on_shard_ready(None)

    async def on_ready(self) -> None:
        """Say that the bot is on Discord; the session that this comes after may be lost again."""
        _log.info("on Discord as %s, on %s servers", self.user, len(self.guilds))

    async def on_disconnect(self) -> None:
        """Give the library some time to find its session again."""
        self.metrics.lost.inc()
        if not isinstance(self, discord.AutoShardedClient):  # which tells of each connection
            self.deaf.add(None)
        self._listen()

    async def on_shard_ready(self, shard: int | None) -> None:
        """Note that a connection has a session; the others' are no news."""
        self.deaf.discard(shard)
        self._note_session()

    on_shard_resumed = on_shard_ready

    async def on_shard_disconnect(self, shard: int) -> None:
        """Note that a connection was lost."""
        self.deaf.add(shard)

    def _listen(self) -> None:
        """Begin to wait for a session."""
        if self._waiting is None and not self.is_closed():
            self._waiting = asyncio.get_running_loop().call_later(DEAF, self._give_up)

    def _note_session(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        """Close a client that is connected and hears nothing; a new one is started."""
        _log.warning("no session for %s s", DEAF)
        self._closing = asyncio.ensure_future(self.close())

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Tell of an event; of none once the client is closed, when nobody is left to hear it."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def close(self) -> None:
        """Close the connections."""
        self._note_session()
        if self._registering is not None:
            self._registering.cancel()
        await super().close()


class ShardedBot(VerbatimBot, commands.AutoShardedBot):
    """The same over several connections, each of which brings the events of some servers.

    Where other processes have the rest, they take turns in beginning a session with Discord.
    """

    _buckets = 1

    async def _set_up(self) -> None:
        await super()._set_up()
        if self.settings.discord.shard_ids:
            with contextlib.suppress(*supervise.OUTSIDE, KeyError, TypeError):
                self._buckets = (await self.fetch_session_start_limits()).max_concurrency

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until a session may be begun; that it takes a while is not for want of an answer."""
        if not self.settings.discord.shard_ids:
            await super().before_identify_hook(shard_id, initial=initial)
            return
        self._note_session()
        await turns.begin(self.records, (shard_id or 0) % self._buckets)
        self._listen()


def client(
    settings: Settings,
    engine: SearchEngine,
    collections: Collections,
    metrics: Metrics,
    store: Records,
) -> VerbatimBot:
    """Return a client with the connections that the settings say."""
    shards, ids = settings.discord.shards, settings.discord.shard_ids
    if shards is None:
        return VerbatimBot(settings, engine, collections, metrics, store)
    options: dict[str, Any] = {"shard_count": shards or None, "shard_ids": list(ids) or None}
    options["shard_connect_timeout"] = CONNECTING + turns.BETWEEN * shards
    return ShardedBot(settings, engine, collections, metrics, store, **options)


@contextlib.contextmanager
def server(settings: DiscordSettings) -> Iterator[None]:
    """Point discord.py at the server of the settings for as long as this lasts."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    if settings.api_base:
        Route.BASE = settings.api_base.rstrip("/")
    if settings.gateway:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


async def run(settings: Settings, engine: SearchEngine, health: Health, store: Records) -> NoReturn:
    """Be on Discord until this is cancelled.

    ``health`` is told how the connection is; votes and choices are kept in ``store``.

    Raises:
        ConfigError: There is no token, or Discord refuses it or something else for good.
        Exception: A fault of this program, which a new start cannot mend.
    """
    if settings.token is None:
        raise ConfigError("There is no token. Set DISCORD_TOKEN to the bot's token.")
    if bool(settings.discord.api_base) != bool(settings.discord.gateway):
        raise ConfigError(
            "Set VERBATIM_DISCORD__API_BASE and VERBATIM_DISCORD__GATEWAY both, or neither: with "
            "one of them, the token would go to two different servers."
        )
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it has no voice
    with server(settings.discord):
        async with contextlib.AsyncExitStack() as stack:
            collections = await stack.enter_async_context(Collections(settings, engine))
            await stack.enter_async_context(health.held.claim(store, lambda: health.shards))
            made = partial(client, settings, engine, collections, health.metrics, store)
            await supervise.supervise(lambda: health.watch(made()), settings.token)
