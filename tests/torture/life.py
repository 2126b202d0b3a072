"""What happens: all are started, somebody is killed now and then, and the database is stopped."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.embeddings.store.postgres.server import Server
    from tests.torture.children import Child
    from tests.torture.crew import Crew
    from tests.torture.door import Door
    from tests.torture.seen import Plan, Seen

    Event = tuple[float, Callable[[], Awaitable[None]]]

log = logging.getLogger(__name__)

STARTING = 300.0
"""Seconds in which a bot must be on Discord."""
AWAY = 2.0
"""Seconds that the database is away."""
RESTARTS = ("immediate", "fast")
"""How the database is stopped, one after the other."""


class Life:
    """The time in which things go wrong.

    Args:
        plan: How long, and how hard.
        crew: Who takes part.
        door: Where the bots are looked for.
        postgres: The server that is stopped.
        seen: Where it is noted.
    """

    def __init__(self, plan: Plan, crew: Crew, door: Door, postgres: Server, seen: Seen) -> None:
        self._plan, self._crew, self._door = plan, crew, door
        self._postgres, self._seen = postgres, seen
        self._chance = random.Random(plan.seed)
        self._returning: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Start the bots, and when all are on Discord, everybody else.

        Raises:
            TimeoutError: A bot does not come to Discord.
        """
        for bot in self._crew.bots:
            bot.start()
        for number in range(len(self._crew.bots)):
            await self._door.back(number, STARTING)
        for child in (*self._crew.askers, *self._crew.reindexers):
            child.start()

    async def suffer(self) -> None:
        """Kill somebody now and then, and stop the database twice; then wait for all bots."""
        began = time.monotonic()
        for moment, happen in sorted(self._events(), key=lambda event: event[0]):
            await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
            await happen()
            await self._count_dead()
        if self._returning:
            await asyncio.wait(self._returning)

    def _events(self) -> list[Event]:
        plan = self._plan
        kills = range(1, int(plan.seconds / plan.every) + 1)
        stops = [(n + 1) / (len(RESTARTS) + 1) for n in range(len(RESTARTS))]
        return [
            *((n * plan.every, self._killing(n)) for n in kills),
            *(
                (share * plan.seconds + plan.every / 2, self._stopping(mode))
                for share, mode in zip(stops, RESTARTS, strict=True)
            ),
        ]

    def _killing(self, number: int) -> Callable[[], Awaitable[None]]:
        """Return what kills somebody: a bot, a reindexer and an asker in turn."""
        kinds = (self._crew.askers, self._crew.bots, self._crew.reindexers)
        child = self._chance.choice(kinds[number % len(kinds)])

        async def kill() -> None:
            lost = self._door.gone(self._shard(child)) if child in self._crew.bots else 0
            await asyncio.to_thread(child.kill, whole=child not in self._crew.bots)
            log.info("killed %s, with %s questions in its hands", child.name, lost)
            self._seen.kills.append((child.name, lost))
            self._start(child)

        return kill

    def _stopping(self, mode: str) -> Callable[[], Awaitable[None]]:
        async def stop() -> None:
            await asyncio.to_thread(self._postgres.stop, mode)
            await asyncio.sleep(AWAY)
            await asyncio.to_thread(self._postgres.start)
            log.info("stopped the database (%s) and started it", mode)
            self._seen.restarts.append(mode)

        return stop

    async def _count_dead(self) -> None:
        """Note who ended without having been killed, and start it again."""
        for child in self._crew.everybody():
            if child.code is not None:
                self._seen.faults.append(f"{child.name} ended by itself with {child.code}")
                if child in self._crew.bots:
                    self._door.gone(self._shard(child))
                self._start(child)

    def _start(self, child: Child) -> None:
        child.start()
        if child in self._crew.bots:
            task = asyncio.create_task(self._back(child))
            self._returning.add(task)
            task.add_done_callback(self._returning.discard)

    async def _back(self, bot: Child) -> None:
        try:
            await self._door.back(self._shard(bot), STARTING)
        except TimeoutError:
            self._seen.faults.append(f"{bot.name} did not come back within {STARTING:.0f} s")

    def _shard(self, bot: Child) -> int:
        return self._crew.bots.index(bot)
