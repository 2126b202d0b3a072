"""The fake Discord with one person in one server, and a plain client connected to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bot.wire.hurry import hurry
from tests.bot.wire.plain import plain
from tests.bot.wire.server import FakeDiscord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.bot.wire.plain import PlainClient
    from tests.bot.wire.state import User


@pytest.fixture
async def server() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as fake:
        yield fake


@pytest.fixture
def ana(server: FakeDiscord) -> User:
    return server.add_member(server.add_guild("Rédaction"), "Ana")


@pytest.fixture
async def client(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User
) -> AsyncIterator[PlainClient]:
    hurry(monkeypatch)
    async with plain(monkeypatch, server) as started:
        await server.connected()
        yield started
