"""How long a work takes: before it begins, from what was measured last; while it goes on."""

from __future__ import annotations

import logging
import math
import time
from typing import TYPE_CHECKING

from embeddings.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.translate import Language
    from embeddings.reports import ReindexReport
    from embeddings.store.records import Records
    from embeddings.types import Progress

USUAL = 60.0
"""Texts a second before anything was measured: the model that ships, on one shared core."""
FEW = 20
"""Fewer texts than these say nothing of the speed: the rest of the work takes longer."""
SOON = 3.0
"""Seconds of a stage after which the time left is told."""
_MINUTE = 60
_log = logging.getLogger(__name__)


async def expect(store: Records, model: str, texts: int) -> float:
    """Return how many seconds the model will take for some texts, about."""
    try:
        noted = await store.note(_name(model))
        return texts / float(noted or USUAL)
    except (StorageError, ValueError, ZeroDivisionError):
        return texts / USUAL


async def learn(store: Records, model: str, report: ReindexReport | None) -> None:
    """Take note of how quick the model was."""
    if report is None or report.encoded < FEW or report.seconds <= 0:
        return
    try:
        await store.write_note(_name(model), f"{report.encoded / report.seconds:.3f}")
    except StorageError as error:
        _log.warning("the model's speed could not be kept: %s", error)


def _name(model: str) -> str:
    return f"pace:{model}"


def say_duration(seconds: float, language: Language) -> str:
    """Say how long something takes, in seconds or in minutes."""
    if seconds >= _MINUTE:
        return language("lasting-minutes", count=math.ceil(seconds / _MINUTE))
    return language("lasting-seconds", count=max(1, math.ceil(seconds)))


class Stopwatch:
    """Tells, from how far a work was and is, how long its stage still takes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: tuple[float, Progress] | None = None
        self._last: tuple[float, Progress] | None = None

    def note(self, progress: Progress) -> None:
        """Take note of how far the work is."""
        if self._first is None or self._first[1].stage != progress.stage:
            self._first = (self._clock(), progress)
        self._last = (self._clock(), progress)

    @property
    def left(self) -> float | None:
        """Seconds until the stage ends; None while that cannot be told."""
        if self._first is None or self._last is None:
            return None
        (began, first), (now, last) = self._first, self._last
        done, took = last.done - first.done, now - began
        if done <= 0 or took < SOON or last.done >= last.total:
            return None
        return (last.total - last.done) * took / done
