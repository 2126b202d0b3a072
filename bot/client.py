"""The bot on Discord: what it asks for, what it loads, and how it is kept running."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from typing import TYPE_CHECKING, Any

import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import access, buttons, delivery, strays
from bot.asking import guild_id
from bot.cooldown import Cooldown
from bot.errors import BotError
from bot.running import commandset, supervise
from bot.running.health import Health
from bot.running.metrics import Metrics
from bot.store import Store
from bot.translate import Languages, Translator
from bot.view import Views
from config.errors import ConfigError
from embeddings.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.view import Seen
    from config.settings import DiscordSettings, Settings
    from embeddings.engine import SearchEngine

    Interaction = discord.Interaction["VerbatimBot"]
    """What somebody does, as this bot is told of it: for annotations, here and elsewhere."""

COGS = ("ask", "sources", "menu", "help", "admin", "servers")
PROMPT, LONG = 1.5, 15.0
"""Seconds to wait for a server's articles: before a first answer to Discord is due, and after."""
AT_ONCE = 2
"""How many additions are read at the same time: each may hold a large file in memory."""
DEAF = 90.0
"""Seconds without a session, at the start or after it was lost, before a new client is started."""
_log = logging.getLogger(__name__)


def intents() -> discord.Intents:
    """Return what the bot asks to be told: servers, and messages that mention it. No privilege."""
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_messages = True
    wanted.dm_messages = True
    return wanted


class Tree(app_commands.CommandTree["VerbatimBot"]):
    """The commands; what goes wrong in one is told to the person and to the operator."""

    def __init__(self, client: VerbatimBot) -> None:
        super().__init__(client)
        self._turn = asyncio.Lock()

    async def interaction_check(self, _: Interaction, /) -> bool:
        """Begin one command at a time: fifty that come at once do not hold the event loop up."""
        async with self._turn:
            await asyncio.sleep(0)
        return True

    async def on_error(
        self, interaction: Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Tell of an error in a command, and nothing of one in a list of suggestions."""
        if interaction.type is not discord.InteractionType.autocomplete:
            name = interaction.command.qualified_name if interaction.command else "a command"
            await delivery.tell(interaction, error, name)


class VerbatimBot(commands.Bot):
    """The client: it holds the engine and what its parts share, and no logic of its own."""

    def __init__(
        self,
        settings: Settings,
        engine: SearchEngine,
        library: Library | None = None,
        metrics: Metrics | None = None,
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
        self.library = library or Library(settings, engine)
        self._views = Views(self.library)
        self.languages = Languages.load(settings.language)
        self.store = Store(settings.data / "bot" / "bot.sqlite3")
        self.metrics = metrics or Metrics()
        self.cooldown = Cooldown(time.monotonic)
        self.reading = asyncio.Semaphore(AT_ONCE)
        self._deaf: asyncio.TimerHandle | None = None
        self._registering: asyncio.Task[None] | None = None

    async def view(self, where: Interaction | discord.Message, *, held: bool = False) -> Seen:
        """Return what somebody sees from where they do something: all that they may be shown.

        A server's own articles are seen on that server alone, and only while this bot is on it.

        Args:
            where: What they did.
            held: Whether Discord hears of it meanwhile, so that this may take a little longer.

        Raises:
            BotError: The server's own articles are not ready yet; they will be soon.
            EmbeddingsError: They cannot be opened.
        """
        guild = guild_id(where)
        is_here = guild is not None and self.get_guild(guild) is not None
        held = held or isinstance(where, discord.Message) or bool(where.extras.get("state"))
        try:
            async with asyncio.timeout(LONG if held else PROMPT):
                return await self._views.of(guild if is_here else None)
        except TimeoutError:
            raise BotError("opening") from None

    def rules(self, guild: int | None) -> access.Rules:
        """Return what holds on a server, or in private."""
        return access.rules(self.settings.discord, self.store.choices(guild))

    async def setup_hook(self) -> None:
        """Load the parts and register the commands, once, before the gateway is opened.

        Raises:
            SetupError: A part cannot be loaded.
        """
        with supervise.setting_up():
            await self._set_up()

    async def _set_up(self) -> None:
        try:
            await self.store.open()
        except sqlite3.Error as error:
            _log.error("votes and servers' choices cannot be kept: %s", error)
        await self.tree.set_translator(Translator(self.languages))
        for name in COGS:
            await self.load_extension(f"bot.cogs.{name}")
        self.add_dynamic_items(*buttons.ALL)
        self._registering = await commandset.register(self)
        self._listen()

    async def on_interaction(self, interaction: Interaction) -> None:
        """Take what discord.py has no taker for: modals, and clicks on what is no longer there."""
        await strays.on_interaction(interaction)

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the part that answers questions; there are no prefix commands."""

    async def on_connect(self) -> None:
        """Note that there is a session; the servers come after it, which may take a while."""
        self._heard()

    async def on_ready(self) -> None:
        """Say that the bot is on Discord."""
        self._heard()
        _log.info("on Discord as %s, on %s servers", self.user, len(self.guilds))

    async def on_resumed(self) -> None:
        """Note that the session goes on."""
        self._heard()

    async def on_disconnect(self) -> None:
        """Give the library some time to find its session again."""
        self._listen()

    def _listen(self) -> None:
        """Begin to wait for a session."""
        if self._deaf is None and not self.is_closed():
            self._deaf = asyncio.get_running_loop().call_later(DEAF, self._give_up)

    def _heard(self) -> None:
        if self._deaf is not None:
            self._deaf.cancel()
            self._deaf = None

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
        self._heard()
        if self._registering is not None:
            self._registering.cancel()
        await super().close()


class ShardedBot(VerbatimBot, commands.AutoShardedBot):
    """The same over several connections, each of which brings the events of some servers."""

    async def on_shard_ready(self, shard_id: int) -> None:  # noqa: ARG002 - discord.py's signature
        """Note that a connection has a session; the others' are no news."""
        self._heard()


def client(
    settings: Settings, engine: SearchEngine, library: Library, metrics: Metrics
) -> VerbatimBot:
    """Return a client with as many connections as the settings say."""
    shards = settings.discord.shards
    if shards is None:
        return VerbatimBot(settings, engine, library, metrics)
    return ShardedBot(settings, engine, library, metrics, shard_count=shards or None)


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


async def run(settings: Settings, engine: SearchEngine, health: Health | None = None) -> int:
    """Be on Discord until SIGTERM or SIGINT; return the exit code 0.

    Args:
        settings: How.
        engine: The shared collection.
        health: Where it is told how the connection is.

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
    stop, health = asyncio.Event(), health or Health()
    with server(settings.discord), supervise.signals(stop):
        async with Library(settings, engine) as library:
            return await supervise.supervise(
                lambda: health.watch(client(settings, engine, library, health.metrics)),
                settings.token,
                stop=stop,
            )
