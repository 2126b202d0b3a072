"""After a kill around any transaction on PostgreSQL, all is as before or as after the change."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from config.groups import StoreSettings
from embeddings.engine import SearchEngine
from embeddings.live import Live
from embeddings.snapshots.kept import SnapshotStore
from embeddings.store.postgresql import PostgresDatabase
from tests.embeddings.crashes import CHANGES, Bench
from tests.embeddings.diskfaults import DEAD
from tests.embeddings.fakes import WordEncoder
from tests.embeddings.readers.lasting import reading_here
from tests.embeddings.store.server import CUT_OTHERS, Server

PARTS = 9
"""The step between the instants tried while a snapshot's files are copied."""

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork"),
]


class PostgresBench(Bench):
    """The same data in a database, copied for each try."""

    def __init__(self, folder: Path, server: Server) -> None:
        super().__init__(folder)
        self._server = server
        self._template = server.database()

    def engine(self, data: Path) -> SearchEngine:
        url = self._template if data == self.data else self._server.url(f"try_{data.name}")
        store = StoreSettings(address=SecretStr("" if data.name == "other" else url))
        settings = self._settings.model_copy(update={"data": data, "store": store})
        return SearchEngine(settings, encoder=WordEncoder())

    def copy(self, name: str) -> Path:
        place = self.folder / "tries" / name
        shutil.rmtree(place, ignore_errors=True)
        template = self._template.rpartition("/")[2]
        self._server.execute(self._template, CUT_OTHERS)
        for statement in (
            f"DROP DATABASE IF EXISTS try_{name} WITH (FORCE)",
            f"CREATE DATABASE try_{name} TEMPLATE {template} STRATEGY FILE_COPY",
        ):
            self._server._execute(statement, self._server.url())
        return place

    def fork_at(self, data: Path, change: str, at: int) -> bool:
        """Make a change in a process that dies at an instant; say whether it died."""
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(self._die(data, change, Instants(at)))
            finally:
                os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == DEAD

    async def _die(self, data: Path, change: str, instants: Instants) -> None:
        async with self.engine(data) as engine:
            with pytest.MonkeyPatch.context() as patch:
                instants.install(patch)
                await CHANGES[change](engine, self.folder)


class Instants:
    """Counts the instants of a change, and dies at one of them."""

    def __init__(self, at: int) -> None:
        self._at = at
        self.count = 0

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Count just before each commit, before a snapshot has its name, and before it serves."""
        for kind, name in (
            (PostgresDatabase, "_notify"),
            (SnapshotStore, "keep"),
            (Live, "serve"),
        ):
            patch.setattr(kind, name, self._counted(getattr(kind, name)))

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any) -> Any:
            self.count += 1
            if self.count == self._at:
                os._exit(DEAD)
            return call(*args)

        return counted


@pytest.fixture(scope="module")
def bench(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresBench]:
    made = PostgresBench(tmp_path_factory.mktemp("killed"), postgres)
    with reading_here():
        asyncio.run(made.prepare())
        yield made


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_kill_at_any_instant_loses_nothing(bench: PostgresBench, name: str) -> None:
    before = asyncio.run(bench.answers(bench.copy(name)))
    data = bench.copy(name)
    instants = Instants(0)
    asyncio.run(bench._die(data, name, instants))
    after = asyncio.run(bench.answers(data))
    assert (before == after) == (name == "propose")
    last = instants.count
    for at in sorted({1, 2, 3, *range(4, last - 1, PARTS), last - 1, last} & {*range(1, last + 1)}):
        data = bench.copy(name)
        assert bench.fork_at(data, name, at) or at == last  # it may hear of itself, and serve twice
        assert asyncio.run(bench.answers(data)) in (before, after), at
