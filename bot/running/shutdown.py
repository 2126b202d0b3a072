"""The end of the program within ten seconds: what people wait for first, then what can be left."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

ANSWERING = 4.0
"""Seconds that people's questions under way are given once the program is asked to end."""
LEAVING = 0.5
"""Seconds that what is cancelled then is given to put its things in order."""
CUT = 2.5
"""Seconds that all the rest may take, such as a page that is still being fetched."""
_HANDLERS = ("CommandTree-invoker", "discord-ui-", "discord.py: on_")
"""How discord.py calls the tasks in which it lets a bot act on what people do."""
_log = logging.getLogger(__name__)


async def finish() -> None:
    """Let what people wait for come to its end; what takes longer is cancelled."""
    end = time.monotonic() + ANSWERING
    while (tasks := _under_way()) and (left := end - time.monotonic()) > 0:
        await asyncio.wait(tasks, timeout=left)
    for task in tasks:
        task.cancel()
    if tasks:
        _log.warning("%s things under way are left undone, for the program ends", len(tasks))
        await asyncio.wait(tasks, timeout=LEAVING)


def _under_way() -> set[asyncio.Task[object]]:
    own = asyncio.current_task()
    return {t for t in asyncio.all_tasks() if t is not own and t.get_name().startswith(_HANDLERS)}


class Deadline:
    """Ends the process when its end takes too long; a context manager around all of its work.

    What a thread is about cannot be cancelled. It can be cut: every write is atomic, so the data
    folder is what it was before or what it was to become.
    """

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        """Return itself; no time is set yet."""
        return self

    def start(self) -> None:
        """Let the time begin; the first time that this is said counts."""
        if self._timer is not None:
            return
        self._timer = threading.Timer(CUT, _cut)
        self._timer.daemon = True
        self._timer.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Note that the end was in time."""
        if self._timer is not None:
            self._timer.cancel()


def _cut() -> None:
    _log.warning("what was still being read is left, for the program ends")
    logging.shutdown()
    os._exit(0)


@contextlib.contextmanager
def until_terminated(deadline: Deadline) -> Iterator[None]:
    """Have SIGTERM cancel the present task for as long as this lasts, where the system can."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def terminate() -> None:
        deadline.start()
        if task is not None:
            task.cancel()

    is_caught = False
    with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
        loop.add_signal_handler(signal.SIGTERM, terminate)
        is_caught = True
    try:
        yield
    finally:
        if is_caught:
            loop.remove_signal_handler(signal.SIGTERM)
