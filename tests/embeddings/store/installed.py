"""An installation for a test, in a folder or in a database, opened by several processes."""

from __future__ import annotations

import asyncio
import sqlite3
import time
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

SOON = 20.0
"""Seconds within which another process serves what was published."""


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
        """Return the settings of a process; only in a database do two share their collections."""
        data = self.folder / (process if self.url else "data")
        store = StoreSettings(address=SecretStr(self.url), search=given.pop("search", "memory"))
        return Settings(data=data, seeds=self.folder / "none", store=store, **given)

    def engine(self, process: str = "one", **given: Any) -> SearchEngine:
        """Return an engine that is to be opened, with a small encoder."""
        return SearchEngine(self.settings(process, **given), encoder=WordEncoder())


@pytest.fixture(params=["folder", "postgres"])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> Installed:
    wanted = request.param == "postgres"
    return Installed(request.getfixturevalue("postgres_url") if wanted else "", tmp_path)


@pytest.fixture
def shared(postgres_url: str, tmp_path: Path) -> Installed:
    """One in a database."""
    return Installed(postgres_url, tmp_path)


async def tell(engine: SearchEngine, snapshot: str | None) -> None:
    """Wait until a process has heard that a snapshot is live, and serves it."""
    end = time.monotonic() + SOON
    while engine.status().snapshot != snapshot:
        if time.monotonic() > end:
            pytest.fail(f"it serves {engine.status().snapshot} still")
        await engine.ask("Qui ?")
        await asyncio.sleep(0.02)


def tamper(settings: Settings, statement: str) -> None:
    """Change rows of SQLite as nobody should."""
    with closing(sqlite3.connect(settings.data / "verbatim.db")) as connection:
        connection.execute(statement)
        connection.commit()
