"""Runs the program as it is, and writes down how late its event loop was, tick by tick.

Usage: ``python -m tests.bot.wire.loaded FILE``, with the settings in the environment; SIGTERM ends
it, and FILE then holds a JSON list of ``[monotonic time, seconds late, seconds of that for which
the loop could have run and the machine had no core for it]``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.__main__ import main
from bot.shell.session import search_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from embeddings.engine import SearchEngine

TICK = 0.005
"""Seconds between two looks at the clock."""


class Kept:
    """How long this thread has waited for a core since it began, as Linux counts it; else 0."""

    def __init__(self) -> None:
        path = Path("/proc/thread-self/schedstat")
        self._file = path.open("rb", buffering=0) if path.exists() else None

    def seconds(self) -> float:
        if self._file is None:
            return 0.0
        self._file.seek(0)
        return int(self._file.read(100).split()[1]) / 1e9


async def tick(ticks: list[tuple[float, float, float]]) -> None:
    """Note, again and again, by how much a wake-up was missed."""
    kept = Kept()
    before = kept.seconds()
    while True:
        due = time.monotonic() + TICK
        await asyncio.sleep(TICK)
        now, after = time.monotonic(), kept.seconds()
        ticks.append((now, now - due, after - before))
        before = after


def watched(file: Path) -> int:
    """Run the program, whose event loop is watched for as long as its engine is open."""
    ticks: list[tuple[float, float, float]] = []

    @contextlib.asynccontextmanager
    async def open_engine(*args: Any, **kwargs: Any) -> AsyncIterator[SearchEngine]:
        async with search_engine(*args, **kwargs) as engine:
            ticking = asyncio.create_task(tick(ticks))
            yield engine
            ticking.cancel()

    code = main([], open_engine)
    file.write_text(json.dumps(ticks), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(watched(Path(sys.argv[1])))
