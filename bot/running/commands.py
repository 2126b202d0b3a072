"""Declares the slash commands, localizes them, and registers them with Discord."""

import asyncio
import contextlib
import functools
import hashlib
import inspect
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar

import discord
from discord import app_commands

from bot.context import Bot, Interaction
from bot.delivery import LOST, Acknowledge, CardOrForm, defer, retry, show
from bot.running import leases
from bot.translate import Languages
from bot.ui.components import MAX_OPTION, MAX_OPTIONS
from bot.ui.markup import clean
from bot.ui.naming import make_digest
from embeddings.errors import StorageError

AGAIN, LATEST = 60.0, 3600.0
"""Seconds before the first retry of the registration, and the most between two retries."""
_NOTE = "commands"
_REFUSED = range(400, 429)
"""HTTP statuses by which Discord rejects the commands themselves: a retry cannot help."""
_MALFORMED = (KeyError, TypeError, ValueError)
"""Exceptions that discord.py raises on a malformed reply."""
_log = logging.getLogger(__name__)
T = TypeVar("T")
Method = Callable[..., Awaitable[CardOrForm]]
Command = app_commands.Command[Any, ..., None]
Suggestions = list[app_commands.Choice[str]]
ENGLISH = Languages.load().default
"""The default language of command names, shown to people whose language has no file."""


def name(key: str) -> app_commands.locale_str:
    """Return a command's name or description, which Discord localizes for each person."""
    return app_commands.locale_str(ENGLISH(key), key=key)


def command(key: str, acknowledge: Acknowledge | None = defer) -> Callable[[Method], Command]:
    """Turn a method into a command, which is acknowledged first; the method's card answers it.

    ``key`` names the texts of the command and its options, and help finds the command by it. A
    parameter's trailing ``_``, which avoids a Python name, is no part of the option's name.
    """

    def decorate(method: Method) -> Command:
        @functools.wraps(method)
        async def run(cog: Any, interaction: Interaction, **options: Any) -> None:
            if acknowledge:
                await acknowledge(interaction)
            await show(interaction, await method(cog, interaction, **options))

        options = [*inspect.signature(method).parameters][2:]
        keys = {option: _find_key(key, option.rstrip("_").replace("_", "-")) for option in options}
        app_commands.rename(**{option: name(f"{k}-name") for option, k in keys.items()})(run)
        app_commands.describe(**{o: name(f"{k}-description") for o, k in keys.items()})(run)
        label, description = name(f"{key}-name"), name(f"{key}-description")
        return app_commands.command(name=label, description=description, extras={"key": key})(run)

    return decorate


def menu(key: str, callback: Method) -> app_commands.ContextMenu:
    """Return a context menu for messages, which discord.py cannot declare inside a class."""

    async def run(interaction: Interaction, message: discord.Message) -> None:
        await show(interaction, await callback(interaction, message))

    return app_commands.ContextMenu(name=name(f"{key}-name"), callback=run, extras={"key": key})


def _find_key(command: str, option: str) -> str:
    """Return the key of an option's texts: the command's own, or the one for all commands."""
    own = f"{command}-{option}"
    return own if f"{own}-description" in ENGLISH.keys else f"any-{option}"


def suggest(choices: Iterable[tuple[str, str]]) -> Suggestions:
    """Return autocomplete choices, as many as Discord takes, of pairs of a name and a value."""
    first = islice(choices, MAX_OPTIONS)
    return [app_commands.Choice(name=name[:MAX_OPTION], value=value) for name, value in first]


async def suggest_sources(interaction: Interaction, typed: str) -> Suggestions:
    """Suggest the names of sources that match the typed text."""
    catalogue = (await interaction.client.open_scope(interaction)).catalogue
    return suggest((clean(n), make_digest(n)) for n in catalogue.search_sources(typed))


def everywhere(function: T) -> T:
    """Offer a command on servers, in private messages, and to users who installed the bot."""
    installed = app_commands.allowed_installs(guilds=True, users=True)(function)
    return app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(installed)


def for_managers(function: T) -> T:
    """Offer commands on servers only, by default to members who may manage the server."""
    installed = app_commands.allowed_installs(guilds=True, users=False)(function)
    limited = app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    return app_commands.default_permissions(manage_guild=True)(limited(installed))


class Translator(app_commands.Translator):
    """Localizes names, descriptions, options and choices for discord.py."""

    def __init__(self, languages: Languages) -> None:
        self._languages = languages

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        _: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return a text in a locale; with None, Discord shows the default text."""
        key = string.extras.get("key")
        language = self._languages.find(str(locale))
        return language(key) if key and language else None


async def register(bot: Bot) -> asyncio.Task[None] | None:
    """Register the commands with Discord if they have changed.

    A failure stops nothing, for mentions and private messages need no command. If Discord fails,
    or another process is registering, the returned task retries until they are registered.
    """

    async def keep_trying(wait: float) -> None:
        while wait:
            await asyncio.sleep(wait)
            wait = await _try_sync(bot, wait)

    wait = await _try_sync(bot)
    return asyncio.create_task(keep_trying(wait), name="commands") if wait else None


async def _try_sync(bot: Bot, waited: float = 0.0) -> float:
    """Try to register the commands; return the seconds until a retry, or 0 if none is needed."""
    try:
        async with leases.hold_lease(bot.records, _NOTE) as left:
            if not left:
                await sync(bot)
    except LOST as error:
        _log.warning("the commands are not registered yet: %s", error)
        return min(max(2 * waited, AGAIN), LATEST)
    return left


async def sync(bot: Bot) -> bool:
    """Register the commands if they have changed; return whether they were registered.

    Commands that Discord rejects are logged as an error.

    Raises:
        discord.HTTPException: Discord fails, or limits the rate.
        aiohttp.ClientError: Discord cannot be reached.
    """
    guild_id = bot.settings.discord.guild_id
    guild = discord.Object(guild_id) if guild_id else None
    wanted, noted = await fingerprint(bot, guild), None
    with contextlib.suppress(StorageError):
        noted = await bot.records.note(_NOTE)
    if noted == wanted and await _is_registered(bot, guild):
        return False
    if guild is not None:
        bot.tree.copy_global_to(guild=guild)
    try:
        _note_mentions(bot, await retry(lambda: bot.tree.sync(guild=guild)))
    except (discord.HTTPException, discord.app_commands.AppCommandError, *_MALFORMED) as error:
        if isinstance(error, discord.HTTPException) and error.status not in _REFUSED:
            raise
        _log.error("the commands could not be registered: %s: %s", type(error).__name__, error)
        return False
    _log.info("the commands were registered")
    with contextlib.suppress(StorageError):  # or the next run registers them again
        await bot.records.write_note(_NOTE, wanted)
    return True


async def fingerprint(bot: Bot, guild: discord.Object | None) -> str:
    """Return the SHA-256 of the commands' payloads, the application, server and API's URL."""
    tree: Any = bot.tree
    payloads = [
        dict(await command.get_translated_payload(tree, tree.translator))
        for command in tree.get_commands()
    ]
    scope = [bot.application_id, guild.id if guild else 0, bot.settings.discord.api_base]
    text = json.dumps([scope, payloads], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


async def _is_registered(bot: Bot, guild: discord.Object | None) -> bool:
    """Return whether Discord still has these commands; somebody may have changed them there."""
    try:
        registered = await bot.tree.fetch_commands(guild=guild)
        shapes = {_shape(command.to_dict()) for command in registered}
    except (discord.HTTPException, *_MALFORMED):
        return False
    _note_mentions(bot, registered)
    return shapes == {_shape(command.to_dict(bot.tree)) for command in bot.tree.get_commands()}


def _note_mentions(bot: Bot, registered: Iterable[app_commands.AppCommand]) -> None:
    """Note the clickable mention of each command, which holds the id that Discord gave it."""
    for command in registered:
        subcommands = [o for o in command.options if isinstance(o, app_commands.AppCommandGroup)]
        if command.type is discord.AppCommandType.chat_input and not subcommands:
            bot.mentions[command.name] = command.mention
        bot.mentions.update({option.qualified_name: option.mention for option in subcommands})


def _shape(command: Mapping[str, Any]) -> tuple[str, int, frozenset[Any]]:
    """Return the name and type of a command, and the shapes of its options."""
    options = command.get("options") or ()
    return command["name"], command.get("type", 1), frozenset(map(_shape, options))
