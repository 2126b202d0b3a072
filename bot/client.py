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

from bot import access, buttons, commandset, delivery, strays, supervise
from bot.catalogue import Catalogue
from bot.cooldown import Cooldown
from bot.store import Store
from bot.translate import Languages, Translator
from config.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.settings import DiscordSettings, Settings
    from embeddings.engine import SearchEngine

    Interaction = discord.Interaction["VerbatimBot"]
    """What somebody does, as this bot is told of it: for annotations, here and elsewhere."""

COGS = ("ask", "sources", "menu", "help", "admin")
DEAF = 90.0
"""Seconds without a session, after a connection was lost, before a new client is started."""
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

    async def on_error(
        self, interaction: Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Tell of an error in a command, and nothing of one in a list of suggestions."""
        if interaction.type is not discord.InteractionType.autocomplete:
            name = interaction.command.qualified_name if interaction.command else "a command"
            await delivery.tell(interaction, error, name)


class VerbatimBot(commands.Bot):
    """The client: it holds the engine and what its parts share, and no logic of its own."""

    def __init__(self, settings: Settings, engine: SearchEngine) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
        )
        self.settings = settings
        self.engine = engine
        self.languages = Languages.load(settings.language)
        self.store = Store(settings.data / "bot" / "bot.sqlite3")
        self.cooldown = Cooldown(time.monotonic)
        self._catalogue = Catalogue(())
        self._deaf: asyncio.TimerHandle | None = None

    @property
    def catalogue(self) -> Catalogue:
        """The articles that serve now."""
        articles = self.engine.sources()
        if articles is not self._catalogue.articles:
            self._catalogue = Catalogue(articles)
        return self._catalogue

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
        await commandset.sync(self)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Take what discord.py has no taker for: modals, and clicks on what is no longer there."""
        await strays.on_interaction(interaction)

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the part that answers questions; there are no prefix commands."""

    async def on_ready(self) -> None:
        """Say that the bot is on Discord."""
        self._heard()
        _log.info("on Discord as %s, on %s servers", self.user, len(self.guilds))

    async def on_resumed(self) -> None:
        """Note that the session goes on."""
        self._heard()

    async def on_disconnect(self) -> None:
        """Give the library some time to find its session again."""
        if self._deaf is None and not self.is_closed():
            self._deaf = asyncio.get_running_loop().call_later(DEAF, self._give_up)

    def _heard(self) -> None:
        if self._deaf is not None:
            self._deaf.cancel()
            self._deaf = None

    def _give_up(self) -> None:
        """Close a client that is connected and hears nothing; a new one is started."""
        _log.warning("no session for %s s after a lost connection", DEAF)
        self._closing = asyncio.ensure_future(self.close())

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Tell of an event; of none once the client is closed, when nobody is left to hear it."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def close(self) -> None:
        """Close the connections."""
        self._heard()
        await super().close()


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


async def run(settings: Settings, engine: SearchEngine) -> int:
    """Be on Discord until SIGTERM or SIGINT; return the exit code 0.

    Raises:
        ConfigError: There is no token, or Discord refuses it or something else for good.
        Exception: A fault of this program, which a new start cannot mend.
    """
    if settings.token is None:
        raise ConfigError("There is no token. Set DISCORD_TOKEN to the bot's token.")
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it has no voice
    stop = asyncio.Event()
    with server(settings.discord), supervise.signals(stop):
        return await supervise.supervise(
            lambda: VerbatimBot(settings, engine), settings.token, stop=stop
        )
