"""A bot over a fake engine on a simulated Discord, for every test of what people see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from simcord.env import Env

from bot.client import VerbatimBot
from config.groups import DiscordSettings
from config.settings import Settings
from embeddings.collections import Collections
from embeddings.engine import SearchEngine
from embeddings.store.database import Database
from tests.bot.making import make_bot
from tests.bot.people import World
from tests.embeddings.fakes import WordEncoder
from tests.fakecollections import FakeCollections
from tests.fakes import FakeEngine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "discord(**options): the bot's settings for Discord")


@pytest.fixture(autouse=True)
def _databases_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """End the thread and the connections of each database that a test leaves followed."""
    followed: list[Database] = []
    follow = Database.follow

    def note(database: Database, look: Callable[[], None]) -> None:
        followed.append(database)
        follow(database, look)

    monkeypatch.setattr(Database, "follow", note)
    yield
    for database in dict.fromkeys(followed):
        database.close()


@pytest.fixture(autouse=True)
def _simcord_is_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a bot settle on a busy machine, where that takes longer than simcord's five seconds.

    They cannot be more: simcord waits for each timer that is due within them.
    """
    settle = Env._settle_internal

    async def wait(env: Env, **given: Any) -> None:
        for last in (*[False] * 9, True):
            try:
                await settle(env, **given)
                break
            except TimeoutError:
                if last:
                    raise

    monkeypatch.setattr(Env, "_settle_internal", wait)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings of a quick bot; ``@pytest.mark.discord(name=value)`` changes those of Discord."""
    marker = request.node.get_closest_marker("discord")
    given: dict[str, Any] = {"cooldown_user": 0.0} | (marker.kwargs if marker else {})
    return Settings(data=tmp_path / "data", discord=DiscordSettings(**given))


@pytest.fixture
async def collections(settings: Settings) -> AsyncIterator[Collections]:
    """Real ones, for bots of tests that are over no fake engine."""
    async with (
        SearchEngine(settings, encoder=WordEncoder()) as engine,
        Collections(settings, engine) as opened,
    ):
        yield opened


@pytest.fixture
def simcord_bot(settings: Settings, engine: FakeEngine) -> VerbatimBot:
    return make_bot(settings, FakeCollections(settings, engine))


@pytest.fixture
async def world(simcord_env: Env, engine: FakeEngine) -> AsyncIterator[World]:
    world = World(simcord_env, engine)
    yield world
    world.errors.clear()  # what went wrong in a command was told to the person
