"""An hour of questions over the fake Discord, amid faults: ``python -m tests.bench.hour``.

The bot is a process of its own. People ask at an even pace; a fact changes every minute, everything
is indexed anew every ten; a fault of the gateway, of the requests or of the database comes every
twenty seconds. What Discord itself would lose is what falls into a fault of the gateway.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from tests.bench.runs import carry_out, megabytes
from tests.bench.soak import GROWTH, own_memory
from tests.bot.wire import crowd
from tests.bot.wire.messages import text_of
from tests.bot.wire.running import ask
from tests.bot.wire.server import FakeDiscord
from tests.bot.wire.state import ADMIN
from tests.bot.wire.test_load import first_quote, is_done

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from tests.bot.wire.state import User

PATIENCE = 30.0
"""Seconds in which an answer comes, in a fault as well."""
AROUND = 4.0
"""Seconds before and after a fault of the gateway in which Discord itself may lose a question."""
FRESH = 20.0
"""Seconds after a change in which the fact before it may still be quoted."""
TRIES = 10
"""How often a command is given that finds the collection busy, or the database locked."""
REMEMBERED = 500
"""Frames of the gateway that are kept for who comes back."""
GATEWAY: dict[str, Callable[[FakeDiscord], object]] = {
    "line cut": lambda discord: discord.drop_sockets(),
    "line reset": lambda discord: discord.drop_sockets(reset=True),
    "session to be resumed": lambda discord: discord.invalid_session(resumable=True),
    "session lost": lambda discord: discord.invalid_session(resumable=False),
    "asked to reconnect": lambda discord: discord.send_op(7),
    "closed with 4000": lambda discord: discord.close(4000),
}
REQUESTS: dict[str, Callable[[FakeDiscord], object]] = {
    "callback answered 503": lambda discord: discord.fail_next("POST", "/callback", 503),
    "edit answered 502": lambda discord: discord.fail_next("PATCH", "/webhooks/", 502, 2),
    "edit answered 429": lambda discord: discord.fail_next("PATCH", "/webhooks/", 429),
    "reply cut": lambda discord: discord.cut_next("PATCH", "/webhooks/"),
}
LOCKED = "database locked"


@dataclass(frozen=True)
class Course:
    """What happens: so many questions, and the seconds in all and between events of a kind.

    ``each`` is how many passages an article has, of 50.
    """

    questions: int = 100_000
    seconds: float = 3600.0
    change: float = 60.0
    reindex: float = 600.0
    fault: float = 20.0
    each: int = 40
    model: str = "light"
    seed: int = 1


class Hour:
    """One run of a course, in an empty folder."""

    def __init__(self, course: Course, folder: Path) -> None:
        self.course, self.folder = course, folder
        self.count: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.waits: list[float] = []
        self.looks: list[float] = []
        self.problems: list[str] = []
        self._chance = random.Random(course.seed)
        self._facts = crowd.questions()
        self._before: dict[int, tuple[float, str]] = {}
        self._lossy: list[tuple[float, float]] = []

    async def run(self, say: Callable[[str], None]) -> dict[str, Any]:
        """Do it all; return what was seen."""
        crowd.write(self.folder / "stories", self.course.each)
        await self._shell("add", str(self.folder / "stories"))
        async with FakeDiscord() as self.discord:
            bot = await self._start()
            try:
                await self.discord.connected()
                await self._live(psutil.Process(bot.pid), say)
                bot.terminate()
                self.count["exit code"] = await asyncio.wait_for(bot.wait(), 30)
            finally:
                if bot.returncode is None:
                    bot.kill()
                    await bot.wait()
        return self.told()

    def told(self) -> dict[str, Any]:
        """Return the figures and the verdict: a sentence for each thing that must not be."""
        if self.looks and self.looks[-1] > (1 + GROWTH) * self.looks[len(self.looks) // 10]:
            self.problems.append(f"The memory grew: {self.looks} MB.")
        waits = sorted(self.waits) or [0.0]
        return {
            "course": asdict(self.course),
            **dict(sorted(self.count.items())),
            "faults": dict(sorted(self.faults.items())),
            "answer p50, p95, p99, most, seconds": [
                round(waits[min(int(len(waits) * q), len(waits) - 1)], 3)
                for q in (0.5, 0.95, 0.99, 1)
            ],
            "own memory, MB": self.looks,
            "problems": self.problems,
        }

    async def _live(self, bot: psutil.Process, say: Callable[[str], None]) -> None:
        """Let everything happen side by side until the last question is asked, and answered."""
        guild = self.discord.add_guild("Rédaction")
        people = [self.discord.add_member(guild, f"M{n}") for n in range(40)]
        admin = self.discord.add_member(guild, "Ada", permissions=ADMIN)
        self.discord.make_operator(admin)
        every = {
            self._change: self.course.change,
            lambda: self._reindex(admin): self.course.reindex,
            self._fault: self.course.fault,
            lambda: self._look(bot, say): self.course.seconds / 60,
        }
        async with asyncio.TaskGroup() as group:
            around = [group.create_task(self._repeat(*each)) for each in every.items()]
            began = time.monotonic()
            for number in range(self.course.questions):
                due = began + self.course.seconds * number / self.course.questions
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                group.create_task(self._ask(people[number % len(people)]))
            for each in around:
                each.cancel()

    async def _repeat(self, do: Callable[[], Any], seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await do()

    async def _ask(self, person: User) -> None:
        """Ask one of the questions, and judge what comes of it."""
        number, began = self._chance.randrange(len(self._facts)), time.monotonic()
        self.count["asked"] += 1
        one = await ask(self.discord, person, self._facts[number].text)
        try:
            quote = first_quote(text_of(await one.answer(PATIENCE)))
        except TimeoutError:
            is_lossy = any(start <= began <= end for start, end in self._lossy)
            self.count["lost in a fault of the gateway" if is_lossy else "lost"] += 1
            if not is_lossy:
                self.problems.append(f"Lost: {self._facts[number].text}")
        else:
            self.waits.append(time.monotonic() - began)
            self._judge(number, began, quote)
        loop = asyncio.get_running_loop()  # an edit may come again whose reply was cut
        loop.call_later(PATIENCE, self._forget, one.token)

    def _judge(self, number: int, began: float, quote: str) -> None:
        changed, before = self._before.get(number, (0.0, ""))
        if quote == self._facts[number].answer:
            self.count["answered rightly"] += 1
        elif quote == before and began < changed + FRESH:
            self.count["answered as before a change"] += 1
        else:
            self.count["wrong"] += 1
            self.problems.append(f"{self._facts[number].text} got: {quote}")

    def _forget(self, token: str) -> None:
        """Free what the fake holds of an interaction that is over, and of old frames."""
        one = self.discord.interactions.known.pop(token)
        for message in filter(None, [one.original, *one.followups]):
            self.discord.world.messages.pop(int(message["id"]), None)
        self.discord.faults.seen.clear()
        self.discord.gateway.received.clear()
        for session in self.discord.gateway.sessions.values():
            old = len(session.log) - REMEMBERED
            if old > REMEMBERED and session.log[old]:
                session.log[:old] = [{}] * old

    async def _change(self) -> None:
        """Put another day into one story, from the shell."""
        number = self._chance.randrange(len(self._facts))
        path = self.folder / "stories" / f"chronique-{number + 1}.md"
        before = self._facts[number].answer
        after = f"{before.rpartition(' ')[0]} {self._chance.randrange(1700, 1999)}."
        path.write_text(path.read_text("utf-8").replace(before, after), encoding="utf-8")
        self._before[number] = (float("inf"), before)  # either, for as long as it takes
        self._facts[number] = replace(self._facts[number], answer=after)
        await self._shell("add", str(path))
        self._before[number] = (time.monotonic(), before)
        self.count["changes"] += 1

    async def _reindex(self, admin: User) -> None:
        one = await self.discord.slash("admin reindex", {"full": True, "shared": True}, user=admin)
        with contextlib.suppress(TimeoutError):
            await self.discord.until(lambda: is_done(one), 60)
            self.count["reindexes"] += 1
        self._forget(one.token)

    async def _fault(self) -> None:
        """Let one thing go wrong."""
        name = self._chance.choice([*GATEWAY, *REQUESTS, LOCKED])
        self.faults[name] += 1
        if name == LOCKED:
            await asyncio.to_thread(self._lock, self._chance.uniform(1, 8))
        elif name in REQUESTS:
            REQUESTS[name](self.discord)
        else:
            began = time.monotonic()
            self._lossy = [*self._lossy[-20:], (began - AROUND, float("inf"))]
            GATEWAY[name](self.discord)
            await self.discord.until(self.discord.online, 60)
            self._lossy[-1] = (began - AROUND, time.monotonic() + AROUND)

    def _lock(self, seconds: float) -> None:
        """Hold the database, as a backup or another program may."""
        database = sqlite3.connect(self.folder / "data" / "verbatim.db", timeout=30)
        with contextlib.closing(database):
            with contextlib.suppress(sqlite3.OperationalError):
                database.execute("BEGIN EXCLUSIVE")
                time.sleep(seconds)
            database.rollback()

    async def _look(self, bot: psutil.Process, say: Callable[[str], None]) -> None:
        self.looks.append(megabytes(own_memory(bot.pid)))
        say(f"{dict(self.count)}, {self.looks[-1]} MB, {bot.num_fds()} files")

    async def _shell(self, *words: str) -> None:
        """Run a command of the program; one that finds the database locked is given again."""
        for _ in range(TRIES):
            run = await self._start(*words)
            if await run.wait() == 0:
                return
            self.count["commands given again"] += 1
            await asyncio.sleep(AROUND)
        self.problems.append(f"No try of {words} was taken.")

    async def _start(self, *words: str) -> Process:
        with (self.folder / "log.txt").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *[sys.executable, "-m", "bot", *words],
                env=self._environment(),
                stdout=log,
                stderr=log,
            )

    def _environment(self) -> dict[str, str]:
        """Return what the program reads; its threshold is low: the claim is about load."""
        settings = {"DATA": self.folder / "data", "MODEL": self.course.model, "SEEDS": "none"}
        settings |= {"THRESHOLD": "0.1"}
        if discord := getattr(self, "discord", None):
            settings |= {
                "DISCORD__TOKEN": discord.token,
                "DISCORD__API_BASE": discord.api_base,
                "DISCORD__GATEWAY": discord.gateway.url,
                "DISCORD__COOLDOWN_USER": "0",
            }
        return os.environ | {f"VERBATIM_{name}": str(value) for name, value in settings.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return 1 when something was lost, wrong or has grown."""
    return carry_out("hour", Course(), Hour, arguments)


if __name__ == "__main__":
    sys.exit(main())
