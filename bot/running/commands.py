"""The commands: how they are named in each language, and how Discord is told of them."""

import asyncio
import hashlib
import inspect
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar

import discord
from discord import app_commands

from bot.context import Context, Interaction
from bot.delivery import LOST, patiently
from bot.running import turns
from bot.translate import Languages
from bot.ui.components import MAX_OPTION, MAX_OPTIONS
from bot.ui.markup import clean
from bot.ui.naming import short
from embeddings.errors import StorageError

AGAIN, LATEST = 60.0, 3600.0
"""Seconds until Discord is asked once more to take the commands, and the most between two tries."""
_NOTE = "commands"
_REFUSED = range(400, 429)
"""What Discord answers when the commands themselves are at fault: nothing to try again."""
_MALFORMED = (KeyError, TypeError, ValueError)
"""What discord.py raises when a reply is not what it should be."""
_log = logging.getLogger(__name__)
T = TypeVar("T")
Command = app_commands.Command[Any, ..., None]
Suggestions = list[app_commands.Choice[str]]
ENGLISH = Languages.load().default
"""What Discord shows to people whose language has no file: the names that commands are known by."""


def name(key: str) -> app_commands.locale_str:
    """Return a name or description of a command, which Discord shows in each one's language."""
    return app_commands.locale_str(ENGLISH(key), key=key)


def command(key: str) -> Callable[[Callable[..., Any]], Command]:
    """Make a method a command: it and its options are named and described by the texts of a key.

    A name's last ``_`` is Python's, not ours; help finds a command by its key.
    """

    def decorate(method: Callable[..., Any]) -> Command:
        given = [*inspect.signature(method).parameters][2:]
        keys = {each: _key_of(key, each.rstrip("_").replace("_", "-")) for each in given}
        for tell, what in ((app_commands.rename, "name"), (app_commands.describe, "description")):
            tell(**{each: name(f"{k}-{what}") for each, k in keys.items()})(method)
        called, described = name(f"{key}-name"), name(f"{key}-description")
        return app_commands.command(name=called, description=described, extras={"key": key})(method)

    return decorate


def _key_of(command: str, option: str) -> str:
    """Return the key of an option's texts: its own, or that of the option in any command."""
    own = f"{command}-{option}"
    return own if f"{own}-description" in ENGLISH.keys else f"any-{option}"


def suggest(found: Iterable[tuple[str, str]]) -> Suggestions:
    """Return the first of what was found, each by its name and what it stands for."""
    some = islice(found, MAX_OPTIONS)
    return [app_commands.Choice(name=name[:MAX_OPTION], value=value) for name, value in some]


async def suggest_sources(interaction: Interaction, typed: str) -> Suggestions:
    """Suggest the names of sources."""
    catalogue = (await interaction.client.see(interaction)).catalogue
    return suggest((clean(n), short(n)) for n in catalogue.sources_matching(typed))


def everywhere(function: T) -> T:
    """Offer a command on servers, in private, and to people who installed it for themselves."""
    installed = app_commands.allowed_installs(guilds=True, users=True)(function)
    return app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(installed)


class Translator(app_commands.Translator):
    """Gives discord.py the localisations of names, descriptions, options and choices."""

    def __init__(self, languages: Languages) -> None:
        self._languages = languages

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        _: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return a text in a locale; None leaves what is shown to everybody else."""
        key = string.extras.get("key")
        language = self._languages.speaks(str(locale))
        return language(key) if key and language else None


async def register(bot: Context) -> asyncio.Task[None] | None:
    """Register the commands if that is needed.

    The bot goes on without: mentions and private messages need no command. Where Discord is at
    fault, or another process is at it, the task that is returned tries again until it is done.
    """
    wait = await _try(bot)
    return asyncio.create_task(_insist(bot, wait), name="commands") if wait else None


async def _insist(bot: Context, wait: float) -> None:
    while wait:
        await asyncio.sleep(wait)
        wait = await _try(bot, wait)


async def _try(bot: Context, waited: float = 0.0) -> float:
    """Register the commands; return after how many seconds to try again where others do, or 0."""
    try:
        async with turns.once(bot.records, _NOTE) as left:
            if not left:
                await sync(bot)
    except LOST as error:
        _log.warning("the commands are not registered yet: %s", error)
        return min(max(2 * waited, AGAIN), LATEST)
    return left


async def sync(bot: Context) -> bool:
    """Register the commands if that is needed; say whether it was.

    A command set that Discord does not take is reported.

    Raises:
        discord.HTTPException: Discord is at fault, or it is too much for it just now.
        aiohttp.ClientError: It cannot be reached.
    """
    only = bot.settings.discord.guild_id
    guild = discord.Object(only) if only else None
    wanted = await fingerprint(bot, guild)
    if await _read_note(bot) == wanted and await _is_registered(bot, guild):
        return False
    if guild is not None:
        bot.tree.copy_global_to(guild=guild)
    try:
        _note_mentions(bot, await patiently(lambda: bot.tree.sync(guild=guild)))
    except (discord.HTTPException, discord.app_commands.AppCommandError, *_MALFORMED) as error:
        if isinstance(error, discord.HTTPException) and error.status not in _REFUSED:
            raise
        _log.error("the commands could not be registered: %s: %s", type(error).__name__, error)
        return False
    await _write_note(bot, wanted)
    _log.info("the commands were registered")
    return True


async def fingerprint(bot: Context, guild: discord.Object | None) -> str:
    """Return the digest of all that Discord is told of the commands, and of where."""
    tree: Any = bot.tree
    told_of = [
        dict(await command.get_translated_payload(tree, tree.translator))
        for command in tree.get_commands()
    ]
    where = [bot.application_id, guild.id if guild else 0, bot.settings.discord.api_base]
    text = json.dumps([where, told_of], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


async def _is_registered(bot: Context, guild: discord.Object | None) -> bool:
    """Say whether Discord has these commands: somebody may have taken away or changed them."""
    try:
        there = await bot.tree.fetch_commands(guild=guild)
        shapes = {_shape(command.to_dict()) for command in there}
    except (discord.HTTPException, *_MALFORMED):
        return False
    _note_mentions(bot, there)
    return shapes == {_shape(command.to_dict(bot.tree)) for command in bot.tree.get_commands()}


def _note_mentions(bot: Context, there: Iterable[app_commands.AppCommand]) -> None:
    """Note what one clicks on to use each command, now that Discord has said their ids."""
    for command in there:
        inside = [o for o in command.options if isinstance(o, app_commands.AppCommandGroup)]
        if command.type is discord.AppCommandType.chat_input and not inside:
            bot.mentions[command.name] = command.mention
        bot.mentions.update({option.qualified_name: option.mention for option in inside})


def _shape(command: Mapping[str, Any]) -> tuple[str, int, frozenset[Any]]:
    """Return a command's name and kind, and those of its options."""
    options = command.get("options") or ()
    return command["name"], command.get("type", 1), frozenset(map(_shape, options))


async def _read_note(bot: Context) -> str | None:
    try:
        return await bot.records.note(_NOTE)
    except StorageError:
        return None


async def _write_note(bot: Context, fingerprint: str) -> None:
    try:
        await bot.records.write_note(_NOTE, fingerprint)
    except StorageError as error:
        _log.warning("the commands' digest could not be kept: %s", error)
