"""Runs the program as it is, and writes down how late its event loop was, tick by tick.

Usage: ``python -m tests.bot.wire.loaded FILE``, with the settings in the environment; SIGTERM ends
it, and FILE then holds a JSON list of ``[monotonic time, seconds late]``.
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
from bot.shell import search_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from embeddings.engine import SearchEngine

TICK = 0.005
"""Seconds between two looks at the clock."""


async def tick(late: list[tuple[float, float]]) -> None:
    """Note, again and again, by how much a wake-up was missed."""
    while True:
        due = time.monotonic() + TICK
        await asyncio.sleep(TICK)
        now = time.monotonic()
        late.append((now, now - due))


def watched(file: Path) -> int:
    """Run the program, whose event loop is watched for as long as its engine is open."""
    late: list[tuple[float, float]] = []

    @contextlib.asynccontextmanager
    async def open_engine(*args: Any, **kwargs: Any) -> AsyncIterator[SearchEngine]:
        async with search_engine(*args, **kwargs) as engine:
            ticking = asyncio.create_task(tick(late))
            yield engine
            ticking.cancel()

    code = main([], open_engine)
    file.write_text(json.dumps(late), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(watched(Path(sys.argv[1])))
