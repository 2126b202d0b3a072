"""One change of a collection in a database, by a process that dies after so many statements.

``python -m tests.embeddings.store.postgres.killed URL FOLDER WHAT N`` dies after the N-th, by
nobody's leave; with 0 it lives, and prints how many there were.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from embeddings.engine import SearchEngine
from embeddings.store.postgres import database
from tests.embeddings.collections import story
from tests.embeddings.store.installed import Installed

DEAD = 9
"""The exit code of a process that died so."""


class Counted:
    """Counts the statements of this process, and ends it after so many."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self._last = last
        self._prepare = database._prepare

    async def prepare(self, connection: Any) -> None:
        """Prepare a connection, whose statements are counted from then on."""
        await self._prepare(connection)
        connection.add_query_logger(self._count)

    async def _count(self, _: object) -> None:
        self.count += 1
        if self.count == self._last:
            os._exit(DEAD)


async def change(engine: SearchEngine, folder: Path, what: str) -> None:
    """Do what was asked for."""
    if what == "add":
        text = "Le port est agrandi.\n\nLa construction a duré quatre ans."
        new = story(folder, "gare", "La gare a brûlé mardi.", id="gare", title="La gare")
        await engine.add([story(folder, "port", text, id="port", title="Le port"), new])
    elif what == "remove":
        await engine.remove(["port"])
    else:
        await engine.rollback()


async def _run(url: str, folder: str, what: str, last: int) -> None:
    async with Installed(url, Path(folder)).engine("killed") as engine:
        counted = Counted(last)
        database._prepare = counted.prepare
        engine.store.database.run(engine.store.database._pool.expire_connections())  # type: ignore[attr-defined]
        await change(engine, Path(folder), what)
        print(counted.count)  # noqa: T201 - what it is asked for


if __name__ == "__main__":
    asyncio.run(_run(*sys.argv[1:4], int(sys.argv[4])))
