"""One whole run: a database, a Discord, everybody's life, and the look at what is left."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tests.bot.wire.server import FakeDiscord
from tests.torture import history
from tests.torture.crew import Crew
from tests.torture.door import Door
from tests.torture.life import Life
from tests.torture.looking import Looking
from tests.torture.seen import Plan, Seen
from tests.torture.stories import write_first

if TYPE_CHECKING:
    from pathlib import Path

    from tests.embeddings.store.postgres.server import Server


async def run(plan: Plan, postgres: Server, url: str, folder: Path, mutant: str = "") -> Seen:
    """Run all of it; return what was seen.

    Args:
        plan: How long, and how hard.
        postgres: A server that is stopped twice.
        url: An empty database of it.
        folder: Where every process has a folder of its own.
        mutant: What is broken on purpose; empty: nothing.
    """
    seen, began = Seen(), time.monotonic()
    crew = Crew(plan, url, folder, mutant)
    write_first(folder / "first-edition", plan.filling)
    await asyncio.to_thread(crew.shell, "first", "add", str(folder / "first-edition"))
    await history.install(url)
    async with FakeDiscord() as server:
        door = Door(server, plan.bots)
        askers = [f"asker-{n}" for n in range(plan.askers)]
        await door.settle(askers)
        async with door.opened():
            crew.make(server, door.url, askers)
            try:
                life = Life(plan, crew, door, postgres, seen)
                await life.begin()
                await life.suffer()
                await Looking(crew, door, url, folder, seen).run()
            finally:
                for child in crew.everybody():
                    child.sweep()
        server.world.broken.clear()  # who is killed leaves its requests in the middle
    seen.seconds = time.monotonic() - began
    return seen
