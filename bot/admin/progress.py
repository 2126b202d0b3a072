"""Carries out a change: shows its progress, asks when golden questions fail, and reports."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import discord
from discord import ButtonStyle

from bot.admin.reports import gate_card
from bot.context import Bot, Interaction, language_of, run_beside
from bot.delivery import LOST, keep_pending, pass_forbidden, post, retry, show
from bot.errors import report
from bot.ui.components import ANSWERED, WRONG, Card, button, notice, row
from bot.ui.naming import say_duration
from embeddings.errors import BusyError, GateError, Overtaken, StorageError, UnknownProposal
from embeddings.store.people import Unfinished
from embeddings.store.records import Records
from embeddings.types import Progress

EVERY = 5.0
"""The least seconds between two edits of the progress card."""
PATIENCE, AGAIN = 600.0, 0.5
"""Seconds to wait for another change to end, and between two tries to start."""
HAND_OVER = 13 * 60.0
"""Seconds after which an ordinary message shows the progress: a token lives 15 minutes."""
FIRST = 0.7
"""Seconds before the progress is first shown; shorter work shows none."""
OLD, EVERY_OLD = 55 * 60.0, 60.0
"""Age in seconds after which edits are EVERY_OLD apart: Discord limits those of old messages."""
SOON = 3.0
"""Seconds of a stage after which the remaining time is shown."""
FEW = 20
"""The fewest texts from which the model's speed is measured."""
USUAL = 60.0
"""Texts per second assumed before a measurement: the default model on one shared core."""
START = 1.5
"""Seconds until the first text is encoded: a process starts and loads the model; measured 1.3."""
_STAGES = frozenset({"encode", "write"})
Doing: TypeAlias = "Callable[[Reporter], Awaitable[Card]]"
_log = logging.getLogger(__name__)


async def carry_out(
    interaction: Interaction, do: Doing, *, begun: str, forced: str, leave: str = "v:leave"
) -> None:
    """Carry out a change, show its progress, and finally its result.

    Other changes of the same articles are waited for.

    Args:
        interaction: The acknowledged interaction.
        do: Does the work, notes its progress, and returns the card of the result.
        begun: The custom id of the button that starts the change, or retries it.
        forced: The custom id of the button that publishes it although golden questions fail.
        leave: The custom id of the button that cancels it.

    Raises:
        Exception: The change failed before any progress was shown.
    """
    language = language_of(interaction)
    cancel = button(language("button-cancel"), leave)
    reporter = Reporter(interaction)
    async with run_beside(reporter.show(), "progress"), keep_pending(interaction, begun=begun):
        try:
            result = await _wait_and_do(do, reporter)
        except GateError as error:
            anyway = button(language("button-anyway"), forced, style=ButtonStyle.danger)
            result = gate_card(error, language, anyway, cancel)
        except Overtaken:
            raise
        except Exception as error:
            if not reporter.is_shown:
                raise
            again = button(language("button-confirm"), begun, style=ButtonStyle.success)
            sentence = report(error, "a change of the articles", language)
            result = notice(sentence, WRONG, row(again, cancel))
    await reporter.finish(result)


async def draw_outcome(bot: Bot, work: Unfinished) -> Card:
    """Return the outcome of a change that an earlier run began; if it was not done, a button to.

    A proposal that is gone was carried out.
    """
    language = bot.languages.of(work.language)
    kind, *_, collection, name = work.button.removeprefix("v:").split(":")
    own = await bot.collections.of(work.guild) if work.guild else None
    engine = bot.collections.shared if collection == "s" else own
    if engine is not None and kind == "plan":
        try:
            await engine.proposal(name)
        except UnknownProposal:
            return notice(language("work-done"), ANSWERED)
    again = button(language("work-again"), work.button, style=ButtonStyle.success)
    leave = button(language("button-cancel"), "v:leave")
    return notice(language("work-broken-off"), WRONG, row(again, leave))


async def _wait_and_do(do: Doing, reporter: Reporter) -> Card:
    """Do the work once no other change is running; raises BusyError after PATIENCE seconds."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return await do(reporter)
        except BusyError:
            if time.monotonic() > end:
                raise
            reporter.wait()
        await asyncio.sleep(AGAIN)


class Stopwatch:
    """Estimates the remaining time of a stage from its progress.

    ``speed``: texts per second that the model encodes, without the first ones, which wait for it to
    load; None before FEW texts.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._noted: list[tuple[float, Progress]] = []
        self.speed: float | None = None

    def note(self, progress: Progress) -> None:
        """Note the progress and its time; a new stage starts anew."""
        first = [noted for noted in self._noted[:1] if noted[1].stage == progress.stage]
        self._noted = [*first, (self._clock(), progress)]
        took, done = self._noted[-1][0] - self._noted[0][0], progress.done - self._noted[0][1].done
        if progress.stage == "encode" and done >= FEW and took > 0:
            self.speed = done / took

    @property
    def left(self) -> float | None:
        """Seconds until the stage ends; None while they cannot be estimated."""
        if not self._noted:
            return None
        (began, first), (now, last) = self._noted[0], self._noted[-1]
        done, took = last.done - first.done, now - began
        is_known = done > 0 and took >= SOON and last.done < last.total
        return (last.total - last.done) * took / done if is_known else None


class Reporter:
    """Shows the progress of a change in place of the acknowledgement.

    Run ``show`` beside the work, then call ``finish`` with the result.
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

    def note(self, progress: Progress) -> None:
        """Note the progress; the next edit shows it."""
        self._latest, self._is_waiting = progress, False
        self.watch.note(progress)

    def wait(self) -> None:
        """Note that another change is waited for."""
        self._is_waiting = True

    @property
    def is_shown(self) -> bool:
        """Whether any progress was shown."""
        return self._shown is not None or self._message is not None

    async def finish(self, card: Card) -> None:
        """Show the result in place of the progress; if that fails, in a new message."""
        try:
            await self._show(card)
        except LOST as error:
            _log.info("the result is sent as a new message: %s", type(error).__name__)
            await self._post(card)

    async def show(self) -> None:
        """Show the progress until cancelled; errors are logged, so that the work goes on."""
        await asyncio.sleep(min(EVERY, FIRST))
        while True:
            try:
                await self._update()
            except LOST as error:
                _log.info("progress could not be shown: %s", type(error).__name__)
            except Exception:  # noqa: BLE001 - the work goes on
                _log.exception("progress could not be shown")
            age = self._clock() - self._began
            await asyncio.sleep(EVERY_OLD if age > OLD else EVERY)

    async def _update(self) -> None:
        state = self._latest, self._is_waiting
        if self._message is None and self._clock() - self._began > HAND_OVER:
            self._message = await self._post(self._card())
            sentence = self._language("reindex-handed", link=self._message.jump_url)
            await show(self._interaction, notice(sentence))
        elif state != self._shown:
            await self._show(self._card())
        self._shown = state

    def _card(self) -> Card:
        if self._is_waiting:
            return notice(self._language("reindex-waits"))
        if self._latest is None:
            return notice(self._language("reindex-starts"))
        stage = self._latest.stage if self._latest.stage in _STAGES else "other"
        counts = {"done": str(self._latest.done), "total": str(self._latest.total)}
        line = self._language("reindex-progress", stage=self._language(f"stage-{stage}"), **counts)
        left = self.watch.left
        if left is not None:
            line += self._language("reindex-left", time=say_duration(left, self._language))
        return notice(line)

    async def _show(self, card: Card) -> None:
        if (message := self._message) is None:
            await show(self._interaction, card)
        else:
            await retry(lambda: message.edit(view=card.lay_out(), attachments=card.files))

    async def _post(self, card: Card) -> discord.Message:
        """Send an ordinary message to the channel, or if that is forbidden, to the person."""
        channel = self._interaction.channel
        if isinstance(channel, discord.abc.Messageable):
            with pass_forbidden():
                return await post(channel, card)
        return await post(self._interaction.user, card)


async def expect_seconds(store: Records, model: str, texts: int) -> float:
    """Estimate the seconds that the model takes for a number of texts, its start included."""
    try:
        speed, rest = map(float, (await store.note(_make_key(model)) or "").split())
        return max(START, rest) + texts / speed
    except (StorageError, ValueError, ZeroDivisionError):
        return START + texts / USUAL


async def learn_speed(store: Records, model: str, speed: float, rest: float) -> None:
    """Store the model's texts per second, and ``rest``, the other seconds of the reindex."""
    try:
        await store.write_note(_make_key(model), f"{speed:.3f} {rest:.1f}")
    except StorageError as error:
        _log.warning("the model's speed could not be stored: %s", error)


def _make_key(model: str) -> str:
    return f"pace:{model}"
