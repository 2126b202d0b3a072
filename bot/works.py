"""A change over a crash: kept from its click to its end, and told of after it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from discord import ButtonStyle

from bot.delivery import LOST, answer_late, language_of, reach
from bot.ui.components import ANSWERED, WRONG, button, notice, row
from embeddings.errors import EmbeddingsError, StorageError, UnknownProposal
from embeddings.store.people import Work

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.context import Context, Interaction
    from bot.ui.components import Card

_log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def keep_work(interaction: Interaction, custom_id: str) -> AsyncIterator[None]:
    """Keep that a change has begun until it ends; one that is broken off stays, to be told of.

    Args:
        interaction: Whoever began it.
        custom_id: That of the button that begins it.
    """
    records, code = interaction.client.records, language_of(interaction).code
    user, guild = interaction.user.id, interaction.guild_id
    with contextlib.suppress(StorageError):  # the change does not need it
        await records.begin_work(Work(interaction.token, user, guild, custom_id, code))
    try:
        yield
    except asyncio.CancelledError:
        raise
    except BaseException:
        await _end(interaction)
        raise
    await _end(interaction)


async def _end(interaction: Interaction) -> None:
    with contextlib.suppress(StorageError):
        await interaction.client.records.end_work(interaction.token)


async def tell_broken_off(bot: Context, before: str) -> None:
    """Say on the cards of an earlier run's changes what became of them.

    Args:
        bot: The bot, on Discord.
        before: When this run began, in UTC, as ISO 8601; what is younger is its own.
    """
    for work in await bot.records.works():
        is_ours = work.guild is None or bot.settings.discord.has(work.guild)
        if work.at < before and is_ours and await bot.records.end_work(work.token):
            await _tell(bot, work)


async def _tell(bot: Context, work: Work) -> None:
    try:
        card = await _draw(bot, work)
        await answer_late(bot, work.token, card)
    except EmbeddingsError as error:
        _log.warning("a change of before the start is not told of: %s", error)
    except LOST:
        if not await reach(bot, work.user, None, card):
            _log.warning("somebody whose change was broken off could not be told")


async def _draw(bot: Context, work: Work) -> Card:
    """Return what became of a change, with the button that begins it again where it was not done.

    A proposal that is carried out is gone, and so is an article that is removed.
    """
    language = bot.languages.of(work.language)
    kind, *_, where, name = work.button.removeprefix("v:").split(":")
    own = await bot.collections.of(work.guild) if work.guild else None
    engine = bot.collections.shared if where == "s" else own
    is_done = False
    if engine is not None and kind == "plan":
        try:
            await engine.proposal(name)
        except UnknownProposal:
            is_done = True
    elif engine is not None and kind == "drop":
        is_done = all(each.id != name for each in engine.sources())
    if is_done:
        return notice(language("work-done"), ANSWERED)
    again = button(language("work-again"), work.button, style=ButtonStyle.success)
    leave = button(language("button-cancel"), "v:leave")
    return notice(language("work-broken-off"), WRONG, row(again, leave))
