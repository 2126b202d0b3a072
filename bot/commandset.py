"""Registering the commands with Discord: only when they changed, or when Discord has others."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from typing import TYPE_CHECKING, Any

import discord

if TYPE_CHECKING:
    from discord import app_commands

    from bot.client import VerbatimBot

_NOTE = "commands"
_log = logging.getLogger(__name__)


async def sync(bot: VerbatimBot) -> bool:
    """Register the commands if that is needed; say whether it was.

    A command set that Discord does not take is reported, and the bot goes on: mentions and
    private messages need no command.
    """
    guild = _guild(bot)
    wanted = await fingerprint(bot, guild)
    if await _noted(bot) == wanted and await _is_registered(bot.tree, guild):
        return False
    if guild is not None:
        bot.tree.copy_global_to(guild=guild)
    try:
        await bot.tree.sync(guild=guild)
    except (discord.HTTPException, discord.app_commands.AppCommandError) as error:
        _log.error("the commands could not be registered: %s", error)
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
    """Say whether Discord has commands of these names: somebody may have taken them away."""
    try:
        there = await tree.fetch_commands(guild=guild)
    except discord.HTTPException:
        return False
    return {c.name for c in there} == {c.name for c in tree.get_commands()}


async def _noted(bot: VerbatimBot) -> str | None:
    try:
        return await bot.store.note(_NOTE)
    except sqlite3.Error:
        return None


async def _write(bot: VerbatimBot, fingerprint: str) -> None:
    try:
        await bot.store.write_note(_NOTE, fingerprint)
    except sqlite3.Error as error:
        _log.warning("the commands' digest could not be kept: %s", error)
