"""Questions and changes that a crash cuts off: kept while they last, finished or told of after."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

from discord import ButtonStyle

from bot.context import Context, Interaction
from bot.delivery import LOST, answer_late, language_of, reach
from bot.running.supervise import NOTING
from bot.ui.components import ANSWERED, WRONG, Card, button, notice, row
from embeddings.errors import EmbeddingsError, StorageError, UnknownProposal
from embeddings.store.people import Unfinished

Answering = Callable[[Context, Unfinished], Awaitable[Card]]

_log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def keep(
    interaction: Interaction, *, question: str = "", button: str = "", private: bool = True
) -> AsyncIterator[None]:
    """Keep what was acknowledged until this ends; nobody waits for the disk.

    Args:
        interaction: What was acknowledged.
        question: What was asked. Empty is one that leans on more than its words: after a crash, it
            is told to be asked again.
        button: The custom id of the button that began a change.
        private: Whether they alone are answered.
    """
    records, who = interaction.client.records, (interaction.user.id, interaction.guild_id)
    code = language_of(interaction).code
    begun = Unfinished(interaction.token, *who, code, question, button, private)
    beginning = asyncio.create_task(_surely(records.keep(begun)), name=NOTING)

    async def finish() -> None:
        await beginning
        await _surely(records.end(Unfinished, begun.token))

    try:
        yield
    finally:
        if not isinstance(sys.exception(), asyncio.CancelledError):  # else the next run takes it up
            interaction.extras["noting"] = asyncio.create_task(finish(), name=NOTING)


async def _surely(keeping: Awaitable[object]) -> None:
    """Write to the store, or log that it cannot be written: answers and changes go on without."""
    try:
        await keeping
    except StorageError as error:
        _log.warning("what is under way is not kept, or forgotten later: %s", error)


async def take_up(bot: Context, before: str, answer: Answering) -> None:
    """Answer the questions that an earlier run left, and tell what became of its changes.

    ``before`` is when this run began, in UTC, as ISO 8601; what is younger is its own.

    Raises:
        StorageError: It cannot be read what that is.
    """
    for begun in await bot.records.list_unfinished():
        is_ours = begun.guild is None or bot.settings.discord.has(begun.guild)
        if begun.at < before and is_ours and await bot.records.end(Unfinished, begun.token):
            await _tell(bot, begun, answer)


async def _tell(bot: Context, begun: Unfinished, answer: Answering) -> None:
    try:
        card = await (_draw(bot, begun) if begun.button else answer(bot, begun))
        await answer_late(bot, begun.token, card)
    except EmbeddingsError as error:
        _log.warning("a change of before the start is not told of: %s", error)
    except LOST as lost:
        if not begun.button or not await reach(bot, begun.user, None, card):
            _log.warning("somebody who waited at the end is not told: %s", type(lost).__name__)


async def _draw(bot: Context, work: Unfinished) -> Card:
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
