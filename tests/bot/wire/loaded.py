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
from bot.shell.session import make_engine
from tests.waiting import count_kept

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from embeddings.engine import SearchEngine

TICK = 0.005
"""Seconds between two looks at the clock."""


async def tick(ticks: list[tuple[float, float, float]]) -> None:
    """Note, again and again, by how much a wake-up was missed."""
    before = count_kept()
    while True:
        due = time.monotonic() + TICK
        await asyncio.sleep(TICK)
        now, after = time.monotonic(), count_kept()
        ticks.append((now, now - due, after - before))
        before = after


def watched(file: Path) -> int:
    """Run the program, whose event loop is watched for as long as its engine is open."""
    ticks: list[tuple[float, float, float]] = []

    @contextlib.asynccontextmanager
    async def open_engine(*args: Any, **kwargs: Any) -> AsyncIterator[SearchEngine]:
        async with make_engine(*args, **kwargs) as engine:
            ticking = asyncio.create_task(tick(ticks))
            yield engine
            ticking.cancel()

    code = main([], open_engine)
    file.write_text(json.dumps(ticks), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(watched(Path(sys.argv[1])))
