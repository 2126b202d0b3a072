"""Registering the commands with Discord: only when they changed, or when Discord has others."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

import discord

from bot.delivery import LOST, patiently
from bot.keeping import UNKEPT
from bot.running import turns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discord import app_commands

    from bot.client import VerbatimBot

AGAIN, LATEST = 60.0, 3600.0
"""Seconds until Discord is asked once more to take the commands, and the most between two tries."""
_NOTE = "commands"
_REFUSED = range(400, 429)
"""What Discord answers when the commands themselves are at fault: nothing to try again."""
_MALFORMED = (KeyError, TypeError, ValueError)
"""What discord.py raises when a reply is not what it should be."""
_log = logging.getLogger(__name__)


async def register(bot: VerbatimBot) -> asyncio.Task[None] | None:
    """Register the commands if that is needed.

    The bot goes on without: mentions and private messages need no command. Where Discord is at
    fault, or another process is at it, the task that is returned tries again until it is done.
    """
    wait = AGAIN
    try:
        wait = await _once(bot)
    except LOST as error:
        _log.warning("the commands are registered later: %s", error)
    return asyncio.create_task(_insist(bot, wait), name="commands") if wait else None


async def _insist(bot: VerbatimBot, wait: float) -> None:
    while wait:
        await asyncio.sleep(wait)
        try:
            wait = await _once(bot)
        except LOST as error:
            wait = min(2 * max(wait, AGAIN), LATEST)
            _log.warning("the commands are not registered yet: %s", error)


async def _once(bot: VerbatimBot) -> float:
    """Register the commands if no other process is at it; return the seconds to wait if one is."""
    if not bot.settings.discord.shard_ids:
        await sync(bot)
        return 0.0
    async with turns.once(bot.store, _NOTE) as left:
        if not left:
            await sync(bot)
    return left


async def sync(bot: VerbatimBot) -> bool:
    """Register the commands if that is needed; say whether it was.

    A command set that Discord does not take is reported.

    Raises:
        discord.HTTPException: Discord is at fault, or it is too much for it just now.
        aiohttp.ClientError: It cannot be reached.
    """
    guild = _guild(bot)
    wanted = await fingerprint(bot, guild)
    if await _noted(bot) == wanted and await _is_registered(bot.tree, guild):
        return False
    if guild is not None:
        bot.tree.copy_global_to(guild=guild)
    try:
        await patiently(lambda: bot.tree.sync(guild=guild))
    except (discord.HTTPException, discord.app_commands.AppCommandError, *_MALFORMED) as error:
        if isinstance(error, discord.HTTPException) and error.status not in _REFUSED:
            raise
        _log.error("the commands could not be registered: %s: %s", type(error).__name__, error)
        return False
    await _write(bot, wanted)
    _log.info("the commands were registered")
    return True


def _guild(bot: VerbatimBot) -> discord.Object | None:
    guild_id = bot.settings.discord.guild_id
    return discord.Object(guild_id) if guild_id else None


async def fingerprint(bot: VerbatimBot, guild: discord.Object | None) -> str:
    """Return the digest of all that Discord is told of the commands, and of where."""
    described = [await _described(bot.tree, command) for command in bot.tree.get_commands()]
    where = [bot.application_id, guild.id if guild else 0, bot.settings.discord.api_base]
    told = json.dumps([where, described], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


async def _described(tree: app_commands.CommandTree[Any], command: Any) -> dict[str, Any]:
    payload = await command.get_translated_payload(tree, tree.translator)
    return dict(payload)


async def _is_registered(tree: app_commands.CommandTree[Any], guild: discord.Object | None) -> bool:
    """Say whether Discord has these commands: somebody may have taken away or changed them."""
    try:
        there = [command.to_dict() for command in await tree.fetch_commands(guild=guild)]
    except (discord.HTTPException, *_MALFORMED):
        return False
    ours = [command.to_dict(tree) for command in tree.get_commands()]
    return {*map(_shape, there)} == {*map(_shape, ours)}


def _shape(command: Mapping[str, Any]) -> tuple[str, int, frozenset[Any]]:
    """Return a command's name and kind, and those of its options."""
    options = command.get("options") or ()
    return command["name"], command.get("type", 1), frozenset(map(_shape, options))


async def _noted(bot: VerbatimBot) -> str | None:
    try:
        return await bot.store.note(_NOTE)
    except UNKEPT:
        return None


async def _write(bot: VerbatimBot, fingerprint: str) -> None:
    try:
        await bot.store.write_note(_NOTE, fingerprint)
    except UNKEPT as error:
        _log.warning("the commands' digest could not be kept: %s", error)
