"""How far a long work is, shown now and then, and handed to an ordinary message in good time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, Self

import discord

from bot.admin.eta import Stopwatch, lasting
from bot.delivery import LOST, answer, files_of, language_of, patiently, post
from bot.ui.layout import payload
from bot.ui.parts import notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from bot.client import Interaction
    from bot.ui.parts import Card
    from embeddings.types import Progress

EVERY = 6.0
"""Seconds between two edits, at the least."""
HAND_OVER = 13 * 60.0
"""Seconds after which an ordinary message takes over: the interaction's token lives 15 minutes."""
FIRST = 0.5
"""Seconds from the first news of the work until it is shown."""
OLD, EVERY_OLD = 55 * 60.0, 60.0
"""Discord limits edits of messages older than an hour: from then on, seconds between two edits."""
_STAGES = frozenset({"encode", "write"})
_log = logging.getLogger(__name__)


class Reporter:
    """Shows a work's progress in place of an interaction's acknowledgement.

    Use it as a context manager around the work, then ``finish`` with the result.
    """

    def __init__(
        self,
        interaction: Interaction,
        *,
        every: float = EVERY,
        hand_over: float = HAND_OVER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interaction = interaction
        self._language = language_of(interaction)
        self._every, self._hand_over, self._clock = every, hand_over, clock
        self._began = clock()
        self._latest: Progress | None = None
        self._shown: Progress | None = None
        self._watch = Stopwatch(clock)
        self._begun = asyncio.Event()
        self._message: discord.Message | None = None
        self._loop: asyncio.Task[None] | None = None

    def note(self, progress: Progress) -> None:
        """Take note of how far the work is; the first time shown soon, then at the next turn."""
        self._latest = progress
        self._watch.note(progress)
        self._begun.set()

    @property
    def is_shown(self) -> bool:
        """Say whether anything was shown in place of what stood there before."""
        return self._shown is not None or self._message is not None

    async def __aenter__(self) -> Self:
        """Begin to show."""
        self._loop = asyncio.create_task(self._run(), name="progress")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop showing."""
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop

    async def finish(self, card: Card) -> None:
        """Show the result where the progress was; in a new message when that cannot be changed."""
        try:
            await self._show(card)
        except LOST as error:
            _log.info("the result goes to a new message: %s", type(error).__name__)
            await self._post(card)

    async def _run(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._every):
                await self._begun.wait()
                await asyncio.sleep(min(self._every, FIRST))  # what ends at once shows no progress
        while True:
            await self._try()
            age = self._clock() - self._began
            await asyncio.sleep(EVERY_OLD if age > OLD else self._every)

    async def _try(self) -> None:
        try:
            await self._turn()
        except LOST as error:
            _log.info("progress could not be shown: %s", type(error).__name__)
        except Exception:  # noqa: BLE001 - what it is the progress of goes on
            _log.exception("progress could not be shown")

    async def _turn(self) -> None:
        latest = self._latest
        if self._message is None and self._clock() - self._began > self._hand_over:
            self._message = await self._post(self._card())
            handed = self._language("reindex-handed", link=self._message.jump_url)
            await answer(self._interaction, notice(handed))
        elif latest is not self._shown:
            await self._show(self._card())
        self._shown = latest

    def _card(self) -> Card:
        if self._latest is None:
            return notice(self._language("reindex-starts"))
        stage = self._latest.stage if self._latest.stage in _STAGES else "other"
        said = self._language(
            "reindex-progress",
            stage=self._language(f"stage-{stage}"),
            done=str(self._latest.done),
            total=str(self._latest.total),
        )
        left = self._watch.left
        if left is not None:
            said += self._language("reindex-left", time=lasting(left, self._language))
        return notice(said)

    async def _show(self, card: Card) -> None:
        message = self._message
        if message is None:
            await answer(self._interaction, card)
            return
        shown = payload(card, components=self._interaction.client.settings.discord.components)
        await patiently(lambda: message.edit(**shown, attachments=files_of(card)))

    async def _post(self, card: Card) -> discord.Message:
        """Send an ordinary message: in the channel, or else to the person alone."""
        bot, channel = self._interaction.client, self._interaction.channel
        if isinstance(channel, discord.abc.Messageable):
            with contextlib.suppress(discord.Forbidden):
                return await post(bot, channel, card)
        return await post(bot, self._interaction.user, card)
