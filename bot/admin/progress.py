"""A long work from the click to its report: how far it is, its gate, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Self

import discord
from discord import ui

from bot.admin.reports import gate_card
from bot.context import Interaction
from bot.delivery import LOST, answer, change, language_of, note, post
from bot.running.unfinished import keep
from bot.ui.components import WRONG, Card, notice, row
from bot.ui.naming import say_duration
from embeddings.errors import BusyError, GateError, Overtaken
from embeddings.types import Progress

EVERY = 5.0
"""Seconds between two edits, at the least."""
PATIENCE, AGAIN = 600.0, 0.5
"""Seconds that somebody else's change is waited for, and between two looks whether it is done."""
HAND_OVER = 13 * 60.0
"""Seconds after which an ordinary message takes over: the interaction's token lives 15 minutes."""
FIRST = 0.7
"""Seconds until the card moves for the first time; what ends before shows no progress."""
OLD, EVERY_OLD = 55 * 60.0, 60.0
"""Discord limits edits of messages older than an hour: from then on, seconds between two edits."""
SOON = 3.0
"""Seconds of a stage after which the time left is told."""
FEW = 20
"""Fewer texts than these say nothing of the model's speed."""
_STAGES = frozenset({"encode", "write"})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done, and what may be done when it was not.

    Attributes:
        do: Does it, tells how far it is, and returns what is shown in the end.
        button: The custom id of the button that begins it.
        forced: The button that does it although it would break golden questions.
        leave: The button that leaves it.
        retry: The buttons where it failed after its progress was shown.
    """

    do: Callable[[Reporter], Awaitable[Card]]
    button: str
    forced: ui.Button[Any]
    leave: ui.Button[Any]
    retry: tuple[ui.Button[Any], ...] = ()


async def carry_out(interaction: Interaction, work: Work) -> None:
    """Do a work that was acknowledged, show its progress, and end with what it did.

    Whoever changes the same articles is waited for.

    Raises:
        Exception: It failed before anything of it was shown.
    """
    language = language_of(interaction)
    async with Reporter(interaction) as reporter, keep(interaction, button=work.button):
        try:
            ended = await _take_turn(work, reporter)
        except GateError as error:
            ended = gate_card(error, language, work.forced, work.leave)
        except Overtaken:
            raise
        except Exception as error:
            if not reporter.is_shown:
                raise
            sentence = note(error, "a change of the articles", language)
            ended = notice(sentence, WRONG, row(*work.retry))
    await reporter.finish(ended)


async def _take_turn(work: Work, reporter: Reporter) -> Card:
    """Do a work once nobody else is writing; BusyError: somebody is, for too long."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return await work.do(reporter)
        except BusyError:
            if time.monotonic() > end:
                raise
            reporter.wait()
        await asyncio.sleep(AGAIN)


class Stopwatch:
    """Tells, from how far a work was and is, how long its stage still takes.

    ``speed``: texts a second that the model computed after the first ones, which wait for it to be
    read; None while too few were.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._noted: list[tuple[float, Progress]] = []
        self.speed: float | None = None

    def note(self, progress: Progress) -> None:
        """Take note of how far the work is."""
        first = [each for each in self._noted[:1] if each[1].stage == progress.stage]
        self._noted = [*first, (self._clock(), progress)]
        took, done = self._noted[-1][0] - self._noted[0][0], progress.done - self._noted[0][1].done
        if progress.stage == "encode" and done >= FEW and took > 0:
            self.speed = done / took

    @property
    def left(self) -> float | None:
        """Seconds until the stage ends; None while that cannot be told."""
        if not self._noted:
            return None
        (began, first), (now, last) = self._noted[0], self._noted[-1]
        done, took = last.done - first.done, now - began
        is_told = done > 0 and took >= SOON and last.done < last.total
        return (last.total - last.done) * took / done if is_told else None


class Reporter:
    """Shows a work's progress in place of an interaction's acknowledgement.

    Use it as a context manager around the work, then ``finish`` with the result.
    """

    def __init__(
        self, interaction: Interaction, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interaction = interaction
        self._language = language_of(interaction)
        self._clock, self._began = clock, clock()
        self._latest: Progress | None = None
        self._shown: tuple[Progress | None, bool] | None = None
        self.watch = Stopwatch(clock)
        self._is_waiting = False
        self._message: discord.Message | None = None
        self._loop: asyncio.Task[None] | None = None

    def note(self, progress: Progress) -> None:
        """Take note of how far the work is, to be shown at the next turn."""
        self._latest, self._is_waiting = progress, False
        self.watch.note(progress)

    def wait(self) -> None:
        """Take note that somebody else's change comes first."""
        self._is_waiting = True

    @property
    def is_shown(self) -> bool:
        """Say whether anything was shown in place of what stood there before."""
        return self._shown is not None or self._message is not None

    async def __aenter__(self) -> Self:
        """Begin to show."""
        self._loop = asyncio.create_task(self._run(), name="progress")
        return self

    async def __aexit__(self, *_: object) -> None:
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
        await asyncio.sleep(min(EVERY, FIRST))
        while True:
            await self._try()
            age = self._clock() - self._began
            await asyncio.sleep(EVERY_OLD if age > OLD else EVERY)

    async def _try(self) -> None:
        try:
            await self._turn()
        except LOST as error:
            _log.info("progress could not be shown: %s", type(error).__name__)
        except Exception:  # noqa: BLE001 - what it is the progress of goes on
            _log.exception("progress could not be shown")

    async def _turn(self) -> None:
        state = self._latest, self._is_waiting
        if self._message is None and self._clock() - self._began > HAND_OVER:
            self._message = await self._post(self._card())
            handed = self._language("reindex-handed", link=self._message.jump_url)
            await answer(self._interaction, notice(handed))
        elif state != self._shown:
            await self._show(self._card())
        self._shown = state

    def _card(self) -> Card:
        if self._is_waiting:
            return notice(self._language("reindex-waits"))
        if self._latest is None:
            return notice(self._language("reindex-starts"))
        stage = self._latest.stage if self._latest.stage in _STAGES else "other"
        far = {"done": str(self._latest.done), "total": str(self._latest.total)}
        said = self._language("reindex-progress", stage=self._language(f"stage-{stage}"), **far)
        left = self.watch.left
        if left is not None:
            said += self._language("reindex-left", time=say_duration(left, self._language))
        return notice(said)

    async def _show(self, card: Card) -> None:
        if self._message is None:
            await answer(self._interaction, card)
        else:
            await change(self._message, card)

    async def _post(self, card: Card) -> discord.Message:
        """Send an ordinary message: in the channel, or else to the person alone."""
        channel = self._interaction.channel
        if isinstance(channel, discord.abc.Messageable):
            with contextlib.suppress(discord.Forbidden):
                return await post(channel, card)
        return await post(self._interaction.user, card)
