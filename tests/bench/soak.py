"""A soak: many questions and changes in one process: ``python -m tests.bench.soak``.

The shared collection changes while people ask, servers' own collections come and go, and now and
then a snapshot is rolled back. What the process holds after the first tenth, and after everybody
had two turns, is compared with what it holds at the end.
"""

from __future__ import annotations

import asyncio
import gc
import random
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from config.groups import ServerSettings
from config.settings import Settings
from embeddings.collections import Collections
from embeddings.engine import SearchEngine
from embeddings.vectors.models import Encoder
from tests.bench import words
from tests.bench.runs import carry_out, megabytes, pss
from tests.embeddings.collections import ask_from

GROWTH = 0.05
"""How much more memory than after the first tenth may be held at the end, as a share."""
LOOSE = 3
"""How many more files, maps or threads may be there at one look than at another: some are held
for as long as a question takes, or until the next garbage is looked for."""
SETTLING = 8
"""Looks, .05 s apart, in which a thread that has answered lets go of what it answered from."""
ASKERS = 4
BACK_EVERY = 10
"""Changes between two rollbacks."""


@dataclass(frozen=True)
class Course:
    """What a soak does.

    Attributes:
        questions: Asked in all.
        changes: Of the shared collection, spread evenly between them.
        passages: Of the shared collection.
        servers: Collections of their own; a third of them is kept open at a time.
    """

    questions: int = 200_000
    changes: int = 200
    passages: int = 500
    servers: int = 8


@dataclass(frozen=True)
class Look:
    """What the process holds at a moment.

    Attributes:
        questions: Asked until then.
        own_mb: Megabytes of memory that are its own, whatever other processes do.
        pss_mb: The same with files that are mapped, such as libraries: pages that others use as
            well count by their share, which changes when those come and go.
        files: File descriptors.
        maps: Files of the data folder that are mapped.
        threads: Threads.
    """

    questions: int
    own_mb: float
    pss_mb: float
    files: int
    maps: int
    threads: int


def own_memory(process: int | str) -> int:
    """Return the bytes of memory that are a process's own, as Linux counts them."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) << 10 for line in rollup if line.startswith("Pss_Anon:"))


def problems(first: Look, last: Look) -> list[str]:
    """Return a sentence for each thing of which there is more at the end, and should not be."""
    more = last.own_mb / first.own_mb - 1
    found = [f"The memory grew by {more:.1%}: {first.own_mb} to {last.own_mb} MB."]
    for name in ("files", "maps", "threads"):
        before, after = getattr(first, name), getattr(last, name)
        if after > before + LOOSE:
            found.append(f"There are {after} {name} and not {before}.")
    return found if more > GROWTH else found[1:]


class Soak:
    """One run, in a folder of its own.

    Args:
        course: What it does.
        folder: An empty folder.
        encoder: What makes vectors; by default the small packaged model.
        engine: What makes the shared collection's engine.
    """

    def __init__(
        self,
        course: Course,
        folder: Path,
        encoder: Encoder | None = None,
        engine: Callable[..., SearchEngine] = SearchEngine,
    ) -> None:
        self.course = course
        self.looks: list[Look] = []
        self.asked = self.answered = self.rollbacks = 0
        self._folder, self._data = folder, folder / "data"
        self._chance = random.Random(0)
        self._settings = Settings(
            data=self._data,
            seeds=Path("none"),
            model="light",
            gate=1,
            servers=ServerSettings(open=max(1, course.servers // 3)),
        )
        self._engine = engine(self._settings, encoder=encoder)

    async def run(self, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
        """Ask and change to the end; return what was seen."""
        stories = self._folder / "stories"
        self._questions = words.write(stories, self.course.passages, 400)
        async with self._engine, Collections(self._settings, self._engine) as collections:
            await self._engine.add([str(stories)])
            for server in range(1, self.course.servers + 1):
                engine = await collections.create(server)
                own = self._folder / f"server-{server}"
                words.write(own, 20, 1, seed=server)
                await engine.add([str(own)])
            for turn in range(self.course.changes):
                await self._turn(collections, stories, turn)
                await self._settle()
                self.looks.append(self._look())
                say(f"{self.looks[-1]}")
        return self.told()

    def told(self) -> dict[str, Any]:
        """Return the verdict, and every look."""
        settled = max(self.course.changes // 10, 2 * (self.course.servers + 1))
        first, last = self.looks[settled - 1], self.looks[-1]
        return {
            "course": asdict(self.course),
            "asked": self.asked,
            "answered": self.answered,
            "rollbacks": self.rollbacks,
            "after_a_tenth": asdict(first),
            "at_the_end": asdict(last),
            "problems": problems(first, last),
            "looks": [asdict(look) for look in self.looks],
        }

    async def _turn(self, collections: Collections, stories: Path, turn: int) -> None:
        """Change some articles while people ask, and roll back now and then."""
        until = self.course.questions * (turn + 1) // self.course.changes
        asking = asyncio.ensure_future(self._ask(collections, until, turn))
        changed = words.change(stories, self._folder / f"turn-{turn}", f"{turn} times", 0.1)
        report = await self._engine.add([str(changed)])
        assert report.changed, "nothing changed, so nothing was measured"
        await asking
        if turn % BACK_EVERY == BACK_EVERY // 2:
            await self._engine.rollback()
            self.rollbacks += 1

    async def _ask(self, collections: Collections, until: int, turn: int) -> None:
        """Let several people ask until so many questions were asked, from one place each turn."""
        server = turn % (self.course.servers + 1) or None

        async def person() -> None:
            while self.asked < until:
                self.asked += 1
                asked = self._chance.choice(self._questions).question
                answer = await ask_from(collections, asked, server)
                self.answered += answer.refusal is None

        await asyncio.gather(*(person() for _ in range(ASKERS)))

    async def _settle(self) -> None:
        """Wait while more is mapped than at the last look: a thread may be letting go of it."""
        for _ in range(SETTLING):
            if not self.looks or self._maps() <= self.looks[-1].maps:
                return
            await asyncio.sleep(0.05)

    def _maps(self) -> int:
        gc.collect()
        maps = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
        return sum(str(self._data) in line for line in maps)

    def _look(self) -> Look:
        process = psutil.Process()
        return Look(
            questions=self.asked,
            own_mb=megabytes(own_memory("self")),
            pss_mb=megabytes(pss([process])),
            files=process.num_fds(),
            maps=self._maps(),
            threads=threading.active_count(),
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return 1 when something has grown."""
    return carry_out("soak", Course(), Soak, arguments)


if __name__ == "__main__":
    sys.exit(main())
