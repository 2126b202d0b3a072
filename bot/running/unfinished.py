"""Questions and changes over a crash: kept from their beginning to their end, and told of after."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from typing import TYPE_CHECKING

from discord import ButtonStyle

from bot.delivery import LOST, answer_late, language_of, reach
from bot.running.supervise import NOTING
from bot.ui.components import ANSWERED, WRONG, button, notice, row
from embeddings.errors import EmbeddingsError, StorageError, UnknownProposal
from embeddings.store.people import Pending, Work

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bot.context import Context, Interaction
    from bot.ui.components import Card

    Answering = Callable[[Context, Pending], Awaitable[Card]]

_log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def keep_question(
    interaction: Interaction, question: str, *, private: bool
) -> AsyncIterator[None]:
    """Keep a question that was acknowledged until this ends; nobody waits for the disk.

    Empty is one that leans on more than its words: after a crash, it is told to be asked again.
    """
    records, code = interaction.client.records, language_of(interaction).code
    who = interaction.token, interaction.user.id, interaction.guild_id
    asked = Pending(*who, question, code, private)
    beginning = asyncio.create_task(_surely(records.keep(asked)), name=NOTING)

    async def finish() -> None:
        await beginning
        await _surely(records.end(Pending, asked.token))

    try:
        yield
    finally:
        if not _is_broken_off():
            interaction.extras["noting"] = asyncio.create_task(finish(), name=NOTING)


@contextlib.asynccontextmanager
async def keep_change(interaction: Interaction, custom_id: str) -> AsyncIterator[None]:
    """Keep that the button with a custom id began a change, until it ends."""
    records, code = interaction.client.records, language_of(interaction).code
    who = interaction.token, interaction.user.id, interaction.guild_id
    await _surely(records.keep(Work(*who, custom_id, code)))
    try:
        yield
    finally:
        if not _is_broken_off():
            await _surely(records.end(Work, interaction.token))


def _is_broken_off() -> bool:
    """Say whether the program ends; what is under way stays then, and the next run takes it up."""
    return isinstance(sys.exception(), asyncio.CancelledError)


async def _surely(keeping: Awaitable[object]) -> None:
    """Keep or forget what is under way, where that can be; neither answer nor change needs it."""
    try:
        await keeping
    except StorageError as error:
        _log.warning("what is under way is not kept, or forgotten later: %s", error)


async def take_up(bot: Context, before: str, answer: Answering) -> None:
    """Answer, and tell what became of, what an earlier run did not see to its end.

    ``before`` is when this run began, in UTC, as ISO 8601; what is younger is its own.

    Raises:
        StorageError: It cannot be read what that is.
    """
    records = bot.records
    left: list[Pending | Work] = [*await records.list_unfinished(), *await records.works()]
    for begun in left:
        is_ours = begun.guild is None or bot.settings.discord.has(begun.guild)
        if begun.at < before and is_ours and await records.end(type(begun), begun.token):
            await _tell(bot, begun, answer)


async def _tell(bot: Context, begun: Pending | Work, answer: Answering) -> None:
    try:
        card = await (answer(bot, begun) if isinstance(begun, Pending) else _draw(bot, begun))
        await answer_late(bot, begun.token, card)
    except EmbeddingsError as error:
        _log.warning("a change of before the start is not told of: %s", error)
    except LOST as lost:
        if isinstance(begun, Pending) or not await reach(bot, begun.user, None, card):
            _log.warning("somebody who waited at the end is not told: %s", type(lost).__name__)


async def _draw(bot: Context, work: Work) -> Card:
    """Return what became of a change, with the button that begins it again where it was not done.

    A proposal that is carried out is gone.
    """
    language = bot.languages.of(work.language)
    kind, *_, where, name = work.button.removeprefix("v:").split(":")
    own = await bot.collections.of(work.guild) if work.guild else None
    engine = bot.collections.shared if where == "s" else own
    if engine is not None and kind == "plan":
        try:
            await engine.proposal(name)
        except UnknownProposal:
            return notice(language("work-done"), ANSWERED)
    again = button(language("work-again"), work.button, style=ButtonStyle.success)
    leave = button(language("button-cancel"), "v:leave")
    return notice(language("work-broken-off"), WRONG, row(again, leave))
