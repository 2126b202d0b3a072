"""Short names for the server and the database, of which nothing else is tested here."""

from __future__ import annotations

import pytest

from tests.embeddings.store.postgres.server import Server


@pytest.fixture(scope="session")
def server(postgres: Server) -> Server:
    return postgres


@pytest.fixture
def url(postgres_url: str) -> str:
    return postgres_url
