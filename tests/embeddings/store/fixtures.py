"""One PostgreSQL server for all tests that need one, and an empty database for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.embeddings.store.server import NoServerError, Server


def running() -> Iterator[Server]:
    """Run a server for as long as a fixture lasts, or skip where none can be had."""
    try:
        server = Server()
    except NoServerError as error:
        pytest.skip(str(error))
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    yield from running()


@pytest.fixture
def postgres_of_its_own() -> Iterator[Server]:
    """A server that a test may stop."""
    yield from running()


@pytest.fixture(scope="session")
def postgres_database(postgres: Server) -> str:
    return postgres.database()


@pytest.fixture
def postgres_url(postgres: Server, postgres_database: str) -> str:
    return postgres.emptied(postgres_database)
