"""An empty database of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.groups import StoreSettings
from config.settings import Settings
from embeddings.store import open_database
from embeddings.store.database import Database


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    opened = open_database(
        Settings(data=tmp_path / "rows", store=StoreSettings(address=SecretStr(url)))
    )
    yield opened
    opened.close()
