"""One whole run: a database, a Discord, kills, the database's own stops, and what is left."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from typing import TYPE_CHECKING

from tests.bot.wire.server import FakeDiscord
from tests.torture import history
from tests.torture.people import COOLDOWN, LONGEST, PATIENCE, ChatEditor, Crowd, ShellEditor
from tests.torture.processes import Machines
from tests.torture.seen import Asked, Plan, Seen
from tests.torture.stories import PAPERS, TOLD, Story, quotes, write, write_first

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.embeddings.store.server import Server
    from tests.torture.processes import Child

    Event = tuple[float, Callable[[], Awaitable[None]]]

log = logging.getLogger(__name__)

STARTING = 300.0
"""Seconds in which a bot must be on Discord."""
AWAY = 2.0
"""Seconds that the database is away."""
RESTARTS = ("immediate", "fast")
"""How the database is stopped, one after the other."""
CALM = 120.0
"""Seconds in which all bots must serve what is live, once nothing changes any more."""
ENDING = 30.0
"""Seconds in which a bot that is asked to end has ended: it promises ten, if it has a core."""
ORPHANED = 120.0
"""Seconds in which what a killed process had started has ended."""
LAST = 1_000_000
"""An edition after all others."""


async def run(plan: Plan, postgres: Server, url: str, folder: Path, mutant: str = "") -> Seen:
    """Run all of it; return what was seen.

    Args:
        plan: How long, and how hard.
        postgres: A server that is stopped twice.
        url: An empty database of it.
        folder: Where every process has a folder of its own.
        mutant: What is broken on purpose; empty: nothing.
    """
    began = time.monotonic()
    machines = Machines(url, folder, mutant)
    write_first(folder / "first-edition", plan.filling)
    await machines.ask("first", "add", str(folder / "first-edition"))
    await asyncio.to_thread(history.install, url)
    async with FakeDiscord() as server:
        life = Life(plan, server, machines, postgres)
        try:
            await life.begin()
            await life.suffer()
            await life.look(url)
        finally:
            await life.end()
        server.world.broken.clear()  # who is killed leaves its requests in the middle
    life.seen.seconds = time.monotonic() - began
    return life.seen


class Life:
    """The time in which things go wrong, and the look at what is left.

    Args:
        plan: How long, and how hard.
        server: The fake Discord.
        machines: What runs the bots and the commands.
        postgres: The server that is stopped.
    """

    def __init__(
        self, plan: Plan, server: FakeDiscord, machines: Machines, postgres: Server
    ) -> None:
        self.seen = Seen()
        self._plan, self._server, self._machines = plan, server, machines
        self._postgres = postgres
        self._chance = random.Random(plan.seed)
        self._crowd = Crowd(server, plan.bots)
        self._bots: list[Child] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._editing: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Start the bots, and when all are on Discord, everybody else.

        Raises:
            TimeoutError: A bot does not come to Discord.
        """
        operator = await self._crowd.settle()
        discord = {
            "DISCORD__TOKEN": self._server.token,
            "DISCORD__API_BASE": self._server.api_base,
            "DISCORD__GATEWAY": self._server.gateway.url,
            "DISCORD__SHARDS": str(self._plan.bots),
        }
        for n in range(self._plan.bots):
            bot = self._machines.bot(f"bot-{n}", **discord, DISCORD__SHARD_IDS=str(n))
            self._bots.append(bot)
            bot.start()
        for shard in range(self._plan.bots):
            await self._crowd.welcome(shard, STARTING)
        for n in range(self._plan.askers):
            self._begin(self._crowd.keep_asking(random.Random(self._plan.seed * 1000 + n)))
        works, (one, other) = self.seen.works, PAPERS
        self._shell = ShellEditor(self._machines, one, random.Random(self._plan.seed), works)
        chance = random.Random(self._plan.seed + 1)
        self._chat = ChatEditor(self._server, self._crowd, operator, other, chance, works)
        self._editing = {asyncio.create_task(e.work()) for e in (self._shell, self._chat)}

    def _begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def suffer(self) -> None:
        """Kill somebody now and then, and stop the database twice; then wait for all bots."""
        began = time.monotonic()
        for moment, happen in sorted(self._events(), key=lambda event: event[0]):
            await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
            await happen()
            await self._count_dead()
        for shard in range(self._plan.bots):
            await self._return(shard)

    def _events(self) -> list[Event]:
        plan = self._plan
        kills = range(1, int(plan.seconds / plan.every) + 1)
        stops = [(n + 1) / (len(RESTARTS) + 1) for n in range(len(RESTARTS))]
        return [
            *((n * plan.every, self._kill_bot if n % 2 else self._kill_command) for n in kills),
            *(
                (share * plan.seconds + plan.every / 2, self._stopping(mode))
                for share, mode in zip(stops, RESTARTS, strict=True)
            ),
        ]

    async def _kill_bot(self) -> None:
        shard = self._chance.randrange(self._plan.bots)
        bot = self._bots[shard]
        lost = self._crowd.lose(shard)
        await asyncio.to_thread(bot.kill)
        log.info("killed %s, with %s questions in its hands", bot.name, lost)
        self.seen.kills.append((bot.name, lost))
        bot.start()
        self._begin(self._return(shard))

    async def _kill_command(self) -> None:
        """Kill the next command of the shell, at some instant of its work."""
        end = time.monotonic() + self._plan.every / 2
        while not self._shell.command.group and time.monotonic() < end:  # noqa: ASYNC110 - soon
            await asyncio.sleep(0.05)
        await asyncio.sleep(self._chance.random() * 2)
        log.info("killed %s", " ".join(self._shell.command.arguments[:1]))
        self._shell.command.kill()
        self.seen.kills.append((self._shell.command.name, 0))

    def _stopping(self, mode: str) -> Callable[[], Awaitable[None]]:
        async def stop() -> None:
            await asyncio.to_thread(self._postgres.stop, mode)
            await asyncio.sleep(AWAY)
            await asyncio.to_thread(self._postgres.start)
            log.info("stopped the database (%s) and started it", mode)
            self.seen.restarts.append(mode)

        return stop

    async def _count_dead(self) -> None:
        """Note which bot ended without having been killed, and start it again."""
        for shard, bot in enumerate(self._bots):
            if bot.code is not None:
                self.seen.faults.append(f"{bot.name} ended by itself with {bot.code}")
                self._crowd.lose(shard)
                bot.start()
                self._begin(self._return(shard))

    async def _return(self, shard: int) -> None:
        try:
            await self._crowd.welcome(shard, STARTING)
        except TimeoutError:
            said = f"{self._bots[shard].name} did not come back within {STARTING:.0f} s"
            self.seen.faults.append(said)

    # When it is over

    async def look(self, url: str) -> None:
        """Let all come to rest, ask once more, and look at everything."""
        await self._rest()
        await self._publish()
        await self._follow()
        seen = self.seen
        seen.left = await asyncio.to_thread(history.look_around, url)
        seen.generations = await asyncio.to_thread(history.read_history, url)
        _, out, _ = await self._machines.run_once("last", "verify")
        seen.verified = json.loads(out)
        seen.audit = (await self._machines.ask("last", "audit"))[::-1]
        seen.asked = self._crowd.asked
        for bot in self._bots:
            if (code := await asyncio.to_thread(bot.end, ENDING)) != 0:
                seen.faults.append(f"{bot.name} ended with {code} when it was asked to")
            if orphans := await asyncio.to_thread(bot.orphans, ORPHANED):
                seen.faults.append(f"{bot.name} left {len(orphans)} processes behind")
            if count := bot.log.read_text(errors="replace").count("Traceback (most recent"):
                seen.faults.append(f"{count} tracebacks in the log of {bot.name}")

    async def _rest(self) -> None:
        """Let editors finish, and askers have their answers."""
        for editor in (self._shell, self._chat):
            editor.over = True
        ended, pending = await asyncio.wait(self._editing, timeout=LONGEST)
        if pending:
            self.seen.faults.append("an editor never finished what was begun")
        for error in filter(None, (editing.exception() for editing in ended)):
            self.seen.faults.append(f"an editor gave up: {error!r}")
        self._crowd.over = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2 * PATIENCE)

    async def _publish(self) -> None:
        """Bring a last edition: it must find nobody in its way."""
        place = self._machines.folder / "last-edition"
        write(place, (Story(paper, town, LAST) for paper in PAPERS for town in TOLD))
        try:
            await self._machines.ask("last", "add", str(place))
        except RuntimeError as error:
            self.seen.faults.append(f"the last edition was not taken: {error}")

    async def _follow(self) -> None:
        """Ask every bot about every town, as soon as it has the last edition."""
        await asyncio.sleep(COOLDOWN)
        end = time.monotonic() + CALM
        for shard in range(self._plan.bots):
            for town in TOLD:
                asked = await self._crowd.ask(shard, town)
                while not _is_last(asked) and time.monotonic() < end:
                    await asyncio.sleep(1)
                    asked = await self._crowd.ask(shard, town)
                self.seen.last += [asked] if asked else []

    async def end(self) -> None:
        """Leave nothing behind."""
        tasks = self._tasks | self._editing
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for bot in self._bots:
            await asyncio.to_thread(bot.sweep)


def _is_last(asked: Asked | None) -> bool:
    """Say whether an answer has the last edition."""
    return bool(asked) and {story.edition for story in quotes(asked.reply).stories} == {LAST}
