"""A soak: many questions and reindexes in one process: ``python -m tests.bench.soak``.

The shared collection changes and is indexed again while people ask, servers' own collections are
opened and closed as the library does it, and now and then a snapshot is rolled back. What the
process holds after the first tenth is compared with what it holds at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from config.groups import ServerSettings
from config.settings import Settings
from embeddings.collections import Collections
from embeddings.engine import SearchEngine
from embeddings.types import Filters
from embeddings.vectors.encoder import Encoder
from tests.bench import words
from tests.bench.memory import megabytes, pss
from tests.bench.tasks import CORPUS

GROWTH = 0.05
"""How much more memory than after the first tenth may be held at the end, as a share."""
LOOSE = 3
"""How many more files, maps or threads may be there at one look than at another: some are held
for as long as a question takes, or until the next garbage is looked for."""
ASKERS = 4
BACK_EVERY = 10
"""Reindexes between two rollbacks."""


@dataclass(frozen=True)
class Course:
    """What a soak does.

    Attributes:
        questions: Asked in all.
        reindexes: Of the shared collection, spread evenly between them.
        passages: Of the shared collection.
        servers: Collections of their own; fewer of them are kept open at a time.
        own: Passages of each of these.
        at_once: Questions that are asked from one place before another's turn comes.
    """

    questions: int = 200_000
    reindexes: int = 200
    passages: int = 500
    servers: int = 8
    own: int = 20
    at_once: int = 100

    @property
    def open(self) -> int:
        """How many of the servers' collections are kept in memory."""
        return max(1, self.servers // 3)


@dataclass(frozen=True)
class Look:
    """What the process holds at a moment.

    Attributes:
        questions: Asked until then.
        reindexes: Done until then.
        own_mb: Megabytes of memory that are its own, whatever other processes do.
        pss_mb: The same with files that are mapped, such as libraries: pages that others use as
            well count by their share, which changes when those come and go.
        files: File descriptors.
        maps: Files of the data folder that are mapped.
        threads: Threads.
    """

    questions: int
    reindexes: int
    own_mb: float
    pss_mb: float
    files: int
    maps: int
    threads: int


def growth(first: Look, last: Look) -> float:
    """Return how much the memory has grown, as a share of what it was."""
    return last.own_mb / first.own_mb - 1


def problems(first: Look, last: Look) -> list[str]:
    """Return a sentence for each thing of which there is more at the end, and should not be."""
    more = growth(first, last)
    found = [f"The memory grew by {more:.1%}: {first.own_mb} to {last.own_mb} MB."]
    for name in ("files", "maps", "threads"):
        before, after = getattr(first, name), getattr(last, name)
        if after > before + LOOSE:
            found.append(f"There are {after} {name} and not {before}.")
    return found if more > GROWTH else found[1:]


class Soak:
    """One run, in a data folder of its own.

    Args:
        course: What it does.
        data: An empty folder.
        encoder: What makes vectors; by default the bundled model.
        engine: What makes the shared collection's engine.
    """

    def __init__(
        self,
        course: Course,
        data: Path,
        encoder: Encoder | None = None,
        engine: Callable[..., SearchEngine] = SearchEngine,
    ) -> None:
        self.course = course
        self.looks: list[Look] = []
        self.asked = self.answered = self.rollbacks = self.openings = 0
        self._data = data
        self._chance = random.Random(0)
        self._model = words.Model()
        self._settings = Settings(
            data=data, seeds=Path("none"), servers=ServerSettings(open=course.open)
        )
        self._engine = engine(self._settings, encoder=encoder)
        self._own = range(1, course.servers + 1)

    async def run(self, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
        """Ask and reindex to the end; return what was seen."""
        self._questions = words.write(self._data / CORPUS, self.course.passages, 400)
        began = time.perf_counter()
        async with self._engine, Collections(self._settings, self._engine) as collections:
            await self._settle(collections)
            for turn in range(self.course.reindexes):
                await self._turn(collections, turn)
                self.looks.append(self._look(turn + 1))
                say(f"{self.looks[-1]} {time.perf_counter() - began:.0f} s")
        return self.told() | {"seconds": time.perf_counter() - began}

    def told(self) -> dict[str, Any]:
        """Return the verdict, and every look."""
        first, last = self.looks[max(0, self.course.reindexes // 10 - 1)], self.looks[-1]
        return {
            "course": asdict(self.course),
            "asked": self.asked,
            "answered": self.answered,
            "rollbacks": self.rollbacks,
            "collections_opened": self.openings,
            "after_a_tenth": asdict(first),
            "at_the_end": asdict(last),
            "growth": growth(first, last),
            "problems": problems(first, last),
            "looks": [asdict(look) for look in self.looks],
        }

    async def _settle(self, collections: Collections) -> None:
        """Give each server a collection of its own."""
        for server in self._own:
            engine = await collections.of(server, create=True)
            assert engine
            folder = self._data / f"collections/server-{server}/corpus"
            words.write(folder, self.course.own, 1, seed=server)
            await engine.reindex()

    async def _turn(self, collections: Collections, turn: int) -> None:
        """Change some articles, index them while people ask, and roll back now and then."""
        self._change(turn)
        until = self.course.questions * (turn + 1) // self.course.reindexes
        asking = asyncio.ensure_future(self._ask(collections, until))
        report = await self._engine.reindex()
        assert report.changed + report.removed, "nothing changed, so nothing was measured"
        await asking
        if turn % BACK_EVERY == BACK_EVERY // 2:
            await self._engine.rollback()
            self.rollbacks += 1

    def _change(self, turn: int) -> None:
        """Write some articles anew, take one out, and put the one back that was taken out last."""
        files = sorted((self._data / CORPUS).glob("*.md"))
        for file in files[turn % 7 :: max(7, len(files) // 5)]:
            head, _, _ = file.read_text(encoding="utf-8").partition(" Revised ")
            file.write_text(f"{head} Revised for the {turn}th time.", encoding="utf-8")
        gone = self._data / "gone.md"
        if gone.exists():
            gone.rename(self._data / CORPUS / gone.with_suffix("").read_text(encoding="utf-8"))
        taken = files[turn * 13 % len(files)]
        gone.with_suffix("").write_text(taken.name, encoding="utf-8")
        taken.rename(gone)

    async def _ask(self, collections: Collections, until: int) -> None:
        """Let several people ask until so many questions were asked; servers take turns."""
        while self.asked < until:
            server = self._place(self.asked // self.course.at_once)
            some = min(self.course.at_once, until - self.asked)
            self.openings += server is not None and f"server-{server}" not in collections.in_memory
            waiting = iter(range(some))
            await asyncio.gather(
                *(self._person(collections, server, waiting) for _ in range(ASKERS))
            )

    def _place(self, number: int) -> int | None:
        """Return the server that asks next: now a private conversation, now one after another."""
        return self._own[number // 4 % len(self._own)] if number % 4 == 1 and self._own else None

    async def _person(self, collections: Collections, server: int | None, waiting: Any) -> None:
        for _ in waiting:
            self.asked += 1
            answer = await collections.ask(self._question(), server=server, filters=self._filters())
            self.answered += answer.refusal is None

    def _question(self) -> str:
        """Return a question of the corpus with a word that may never have been asked before."""
        asked = self._chance.choice(self._questions).question
        return f"{asked[:-2]} {self._model.new_word(self._chance.randint(1, words.RAREST))} ?"

    def _filters(self) -> Filters | None:
        """Return, for one question in eight, a source to search in."""
        if self._chance.random() > 1 / 8:
            return None
        return Filters(source=f"Gazette {self._chance.randrange(words.SOURCES)}")

    def _look(self, reindexes: int) -> Look:
        gc.collect()
        process = psutil.Process()
        return Look(
            questions=self.asked,
            reindexes=reindexes,
            own_mb=megabytes(_own(process)),
            pss_mb=megabytes(pss([process])),
            files=process.num_fds() if psutil.POSIX else process.num_handles(),
            maps=_maps(self._data),
            threads=threading.active_count(),
        )


def _own(process: psutil.Process) -> int:
    """Return the bytes of memory that are no file's; where the system does not tell, its own."""
    rollup = Path("/proc/self/smaps_rollup")
    lines = rollup.read_text(encoding="utf-8").splitlines() if rollup.exists() else []
    pages = [int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:")]
    return pages[0] << 10 if pages else process.memory_full_info().uss


def _maps(folder: Path) -> int:
    """Return how many files of a folder are mapped; 0 where the system does not tell."""
    maps = Path("/proc/self/maps")
    lines = maps.read_text(encoding="utf-8").splitlines() if maps.exists() else []
    return sum(str(folder) in line for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return 1 when something has grown."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    for name in ("questions", "reindexes", "passages", "servers"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Course(), name))
    parser.add_argument("--json", type=Path, help="file that what was seen is written to")
    given = vars(parser.parse_args(arguments))
    path = given.pop("json")
    with tempfile.TemporaryDirectory(prefix="verbatim-soak-") as folder:
        told = asyncio.run(Soak(Course(**given), Path(folder)).run(_say))
    if path:
        path.write_text(json.dumps(told, indent=1), encoding="utf-8")
    _say({k: v for k, v in told.items() if k != "looks"})
    return 1 if told["problems"] else 0


def _say(what: object) -> None:
    sys.stderr.write(f"{what}\n")


if __name__ == "__main__":
    sys.exit(main())
