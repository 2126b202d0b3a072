"""A question over a crash: kept from its acknowledgement to its answer, and answered after it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from bot.asking.render import View, answer_card
from bot.delivery import LOST, answer_late, language_of
from bot.ui.components import WRONG, notice
from embeddings.errors import EmbeddingsError, StorageError
from embeddings.store.people import Pending
from embeddings.types import Filters

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.context import Context, Interaction
    from bot.ui.components import Card
    from embeddings.store.records import Records

_log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def keep_pending(
    interaction: Interaction, question: str, *, private: bool
) -> AsyncIterator[None]:
    """Keep a question that was acknowledged until this ends; nobody waits for the disk."""
    records, language = interaction.client.records, language_of(interaction)
    user, guild = interaction.user.id, interaction.guild_id
    row = Pending(interaction.token, user, guild, question, language.code, private)
    beginning = asyncio.create_task(_begin(records, row), name="pending")
    try:
        yield
    finally:
        interaction.extras["pending"] = asyncio.create_task(_finish(records, beginning, row.token))


async def _begin(records: Records, row: Pending) -> None:
    with contextlib.suppress(StorageError):  # the answer does not need it
        await records.begin(row)


async def _finish(records: Records, beginning: asyncio.Task[None], token: str) -> None:
    await beginning
    try:
        await records.finish(token)
    except StorageError as error:
        _log.warning("a question that was answered is forgotten later: %s", error)


async def answer_pending(bot: Context, before: str) -> None:
    """Answer what an earlier run of the bot acknowledged and could not answer.

    Args:
        bot: The bot, on Discord.
        before: When this run began, in UTC, as ISO 8601; what is younger is its own.
    """
    for row in await bot.records.unfinished():
        is_ours = row.guild is None or bot.settings.discord.has(row.guild)
        if row.at < before and is_ours and await bot.records.finish(row.token):
            await _answer(bot, row)


async def _answer(bot: Context, row: Pending) -> None:
    try:
        await answer_late(bot, row.token, await _draw(bot, row))
    except LOST as lost:
        _log.warning("a question of before the start is not answered: %s", type(lost).__name__)


async def _draw(bot: Context, row: Pending) -> Card:
    language = bot.languages.of(row.language)
    try:
        async with asyncio.timeout(bot.settings.discord.answer_timeout):
            seen = await bot.see_from(row.guild)
            found = await seen.ask(row.question, Filters(), top_k=bot.settings.top_k)
    except (EmbeddingsError, TimeoutError):
        return notice(language("restarted"), WRONG)
    can_publish = row.private and row.guild is not None
    view = View(language, bot.engine.threshold, can_publish=can_publish)
    return await asyncio.to_thread(answer_card, found, view)
