"""Makes each change of a collection fail at each of its writes; prints the result as JSON.

Run as ``python -m tests.embeddings.crashes FOLDER STEP CHANGE…``: for each change and each of its
writes, once the process dies there and once the disk is full from there on. After that the data
must open, answer as before or as after, and be as it was written.

A transaction is three instants: before it, before it is committed, and after. Of the writes into
the folder of a snapshot that has no name yet, which all end alike, every ``STEP``-th is taken; 1
takes all. A death at a sync is the death at the write after it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from config.settings import Settings
from embeddings.engine import SearchEngine
from embeddings.errors import EmbeddingsError
from embeddings.snapshots.kept import ASIDE
from tests.embeddings.diskfaults import ALLOCATING, DEAD, Disk, failing
from tests.embeddings.fakes import WordEncoder
from tests.embeddings.readers.lasting import reading_here

QUESTIONS = ("Combien de temps la construction a-t-elle duré ?", "Que disent les assureurs ?")
PORT = "---\nid: port\ntitle: Le port\n---\nLa construction a duré trois ans. Elle est finie."
ORCHARD = "---\nid: verger\ntitle: Le gel\n---\nLes assureurs attendent les déclarations."
LIBRARY = "---\nid: library\ntitle: Sundays\nlanguage: en\n---\nThe library opens on Sundays."

Change = Callable[[SearchEngine, Path], Awaitable[object]]


async def add(engine: SearchEngine, folder: Path) -> object:
    """Add an article, and a new text of an existing one."""
    return await engine.add([str(folder / "new")], by="a")


async def confirm(engine: SearchEngine, folder: Path) -> object:
    """Confirm a proposal."""
    return await engine.confirm((folder / "token").read_text(), by="b")


async def propose(engine: SearchEngine, _: Path) -> object:
    """Propose an edit."""
    return await engine.propose_edit("port", {"title": "Le quai", "date": "2018-06-22"})


async def remove(engine: SearchEngine, _: Path) -> object:
    return await engine.remove(["port"], by="c")


async def reindex(engine: SearchEngine, _: Path) -> object:
    return await engine.reindex(full=True, by="d")


async def rollback(engine: SearchEngine, _: Path) -> object:
    return await engine.rollback(by="e")


async def import_(engine: SearchEngine, folder: Path) -> object:
    """Import other articles with their history and golden questions, replacing everything."""
    return await engine.import_(folder / "other.zip", over=True, by="f")


CHANGES: dict[str, Change] = {
    each.__name__.strip("_"): each
    for each in (add, confirm, propose, remove, reindex, rollback, import_)
}


class Bench:
    """A data folder to start from, and its answers.

    Args:
        folder: Where everything is put.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._settings = Settings(seeds=folder / "none", snapshots_kept=2)

    def engine(self, data: Path) -> SearchEngine:
        settings = self._settings.model_copy(update={"data": data})
        return SearchEngine(settings, encoder=WordEncoder())

    async def prepare(self) -> None:
        """Make a collection of two articles with two snapshots, a proposal and an archive."""
        for name, text in {"old/port": PORT, "old/verger": ORCHARD, "new/library": LIBRARY}.items():
            path = self.folder / f"{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (self.folder / "new/port.md").write_text(PORT.replace("trois", "quatre"), encoding="utf-8")
        async with self.engine(self.folder / "other") as engine:
            await engine.add([str(self.folder / "new/port.md")])
            await engine.add(
                [str(self.folder / "old/port.md"), str(self.folder / "new/library.md")]
            )
            golden = {"question": "When does the library open?", "para_ids": ["library#1"]}
            queries = self.folder / "other/queries/shared.jsonl"
            queries.parent.mkdir()
            queries.write_text(json.dumps(golden) + "\n", encoding="utf-8")
            await engine.export(self.folder / "other.zip")
        async with self.engine(self.data) as engine:
            await engine.add([str(self.folder / "old")])
            await engine.reindex(full=True)
            proposal = await propose(engine, self.folder)
            (self.folder / "token").write_text(proposal.token)

    async def answers(self, data: Path) -> dict[str, object]:
        """Open the data; return everything that a reader can see."""
        async with self.engine(data) as engine:
            found = [await engine.ask(q, threshold=0.0) for q in QUESTIONS]
            hits = [[(hit.article.title, hit.text) for hit in answer.hits] for answer in found]
            report = await engine.verify()
            return {
                "hits": hits,
                "sources": [(s.id, s.title, str(s.date)) for s in engine.sources()],
                "log": sorted({(e.by, e.what, e.article or "") for e in await engine.audit()}),
                "problems": list(report.problems),
            }

    def copy(self, name: str) -> Path:
        """Return a fresh copy of the data."""
        place = self.folder / "tries" / name
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.data, place, copy_function=_same)
        return place

    async def do(self, data: Path, change: Change, disk: Disk) -> None:
        """Make a change on the failing disk."""
        async with self.engine(data) as engine:
            with failing(disk):
                await change(engine, self.folder)

    def fork(self, data: Path, change: Change, at: int) -> bool:
        """Make a change in a process that dies at a write; say whether it died."""
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(self.do(data, change, Disk(at, dies=True)))
            finally:
                os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == DEAD


def _same(source: str, target: str) -> None:
    """Copy a file, or link a snapshot's, which is never changed in place."""
    if Path(source).name.startswith(("verbatim.db", ".lock")):
        shutil.copyfile(source, target)
    else:
        os.link(source, target)


def losses(bench: Bench, name: str, step: int) -> dict[str, Any]:
    """Fail at each write of a change; return the losses."""
    change = CHANGES[name]
    before = asyncio.run(bench.answers(bench.copy(name)))
    disk = Disk()
    data = bench.copy(name)
    asyncio.run(bench.do(data, change, disk))
    after = asyncio.run(bench.answers(data))
    lost, killed, full = [], 0, 0
    for at in _points(disk, step):
        when = f"at {at}, {disk.done[at - 1]} {disk.places[at - 1]}"
        if disk.done[at - 1] != "fsync" or step == 1:
            data = bench.copy(name)
            killed += bench.fork(data, change, at)
            lost += _compared(bench, data, before, after, f"killed {when}")
        if disk.done[at - 1] in ALLOCATING:
            data = bench.copy(name)
            full += 1
            try:
                asyncio.run(bench.do(data, change, Disk(at)))
            except EmbeddingsError:
                pass
            except Exception as error:  # noqa: BLE001 - whatever else is a loss as well
                lost.append(f"full {when}: {error!r}")
            lost += _compared(bench, data, before, after, f"full {when}")
    counts = {"writes": len(disk.done), "killed": killed, "full": full}
    return {**counts, "lost": lost, "changes": before != after}


def _points(disk: Disk, step: int) -> list[int]:
    aside = [at for at, place in enumerate(disk.places, 1) if ASIDE in place]
    rest = [at for at, place in enumerate(disk.places, 1) if ASIDE not in place]
    return sorted([*rest, *aside[::step]])


def _compared(bench: Bench, data: Path, before: object, after: object, when: str) -> list[str]:
    try:
        now = asyncio.run(bench.answers(data))
    except Exception as error:  # noqa: BLE001 - the data does not even open
        return [f"{when}: {error!r}"]
    return [] if now in (before, after) else [f"{when}: {now}"]


def main() -> None:
    logging.disable(logging.CRITICAL)
    folder, step = Path(sys.argv[1]), int(sys.argv[2])
    bench = Bench(folder)
    with reading_here():
        asyncio.run(bench.prepare())
        gc.freeze()  # a fork that collects garbage copies every page that it looks at
        lost = {name: losses(bench, name, step) for name in sys.argv[3:] or CHANGES}
    json.dump(lost, sys.stdout)


if __name__ == "__main__":
    main()
