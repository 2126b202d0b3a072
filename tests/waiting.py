"""Waits for events without a notification, in another process, a thread or a database."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 180.0
"""Seconds after which what has not happened never will, on however slow and busy a machine.

It is no promise: a test that passes does not wait for it.
"""


def count_kept(process: int | str = "thread-self", known: float = 0.0) -> float:
    """Return the seconds for which a thread has waited for a core so far, as Linux counts them.

    Args:
        process: A process, whose main thread is meant; by default the thread that calls this.
        known: What is returned where nobody counts, or the process is gone.
    """
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text("ascii").split()[1]) / 1e9
    except (FileNotFoundError, ProcessLookupError):
        return known


class Elapsed:
    """Counts the seconds from now on, but those for which the machine had no core for the work.

    Args:
        processes: Those that work too, besides the thread that makes and asks this.
    """

    def __init__(self, *processes: int) -> None:
        self._began = time.monotonic()
        self._kept: dict[int | str, tuple[float, float]] = {}
        for process in ("thread-self", *processes):
            self.count(process)

    def count(self, process: int | str) -> None:
        """Count no seconds either for which there is no core for another process."""
        kept = count_kept(process)
        self._kept[process] = kept, kept

    def seconds(self) -> float:
        """Return them; of a process that is gone, what was known when it was last asked for."""
        for process, (first, last) in self._kept.items():
            self._kept[process] = first, count_kept(process, last)
        waited = sum(last - first for first, last in self._kept.values())
        return time.monotonic() - self._began - waited


async def until(holds: Callable[[], object], pause: float = 0.02) -> None:
    """Call a function or coroutine function again and again until it returns something true.

    Raises:
        TimeoutError: It does not within ``PATIENCE``.
    """
    async with asyncio.timeout(PATIENCE):
        while True:
            found = holds()
            if await found if inspect.isawaitable(found) else found:
                return
            await asyncio.sleep(pause)
