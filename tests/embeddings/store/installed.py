"""An installation for a test, in a folder or in a database, opened by several processes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from config.groups import StoreSettings
from config.settings import Settings
from embeddings.engine import SearchEngine
from tests.embeddings.fakes import WordEncoder
from tests.waiting import until


@dataclass(frozen=True)
class Installed:
    """Where the collections are, and a folder for each process's own data.

    Attributes:
        url: The database; empty: the collections are in the folder.
        folder: Where the test writes.
    """

    url: str
    folder: Path

    def settings(self, process: str = "one", **given: Any) -> Settings:
        """Return the settings of a process; two processes share collections only in a database."""
        data = self.folder / (process if self.url else "data")
        store = StoreSettings(address=SecretStr(self.url), search=given.pop("search", "memory"))
        return Settings(data=data, seeds=self.folder / "none", store=store, **given)

    def engine(self, process: str = "one", **given: Any) -> SearchEngine:
        """Return an engine with a small encoder, not opened yet."""
        return SearchEngine(self.settings(process, **given), encoder=WordEncoder())


@pytest.fixture(params=["folder", "postgres"])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> Installed:
    wanted = request.param == "postgres"
    return Installed(request.getfixturevalue("postgres_url") if wanted else "", tmp_path)


@pytest.fixture
def shared(postgres_url: str, tmp_path: Path) -> Installed:
    """An installation in a database."""
    return Installed(postgres_url, tmp_path)


async def tell(engine: SearchEngine, snapshot: str | None) -> None:
    """Wait until a process serves a snapshot."""

    async def is_served() -> bool:
        await engine.ask("Qui ?")
        return engine.status().snapshot == snapshot

    await until(is_served)


def tamper(settings: Settings, statement: str) -> None:
    """Change rows of SQLite behind the program's back."""
    with closing(sqlite3.connect(settings.data / "verbatim.db")) as connection:
        connection.execute(statement)
        connection.commit()
