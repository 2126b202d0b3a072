"""Of several processes that could take articles in by themselves, one does."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.running import turns
from config.groups import WatchSettings
from config.settings import DiscordSettings, Settings
from embeddings.errors import InputError
from tests.fakes import FakeEngine
from tests.records import records_in
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ENGINE: Any = FakeEngine()


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The processes that watch now, by the language that tells them apart."""
    found: set[str] = set()

    @contextlib.asynccontextmanager
    async def watching(settings: Settings, *_: Any) -> AsyncIterator[None]:
        found.add(settings.language)
        try:
            yield
        finally:
            found.discard(settings.language)

    monkeypatch.setattr("embeddings.watching.watcher.watching", watching)
    monkeypatch.setattr(turns, "LEASE", 0.4)
    return found


def settings(data: Path, folder: Path, **more: Any) -> Settings:
    given: dict[str, Any] = {"data": data, "watch": WatchSettings(folder=folder)}
    return Settings(**given | more)


async def test_one_process_watches_and_another_when_it_is_gone(
    tmp_path: Path, seen: set[str]
) -> None:
    store = records_in(tmp_path)
    await store.open()
    made = partial(settings, tmp_path / "data", tmp_path / "in")
    one, other = (
        made(discord=DiscordSettings(shards=2, shard_ids=[n]), language=language)
        for n, language in enumerate(("fr", "en"))
    )
    async with turns.watch_alone(other, ENGINE, records_in(tmp_path)):
        async with turns.watch_alone(one, ENGINE, store):
            await until(lambda: seen)
            first = set(seen)
            for _ in range(10):
                await asyncio.sleep(0.05)
                assert seen == first
        await until(lambda: seen == {"en"})
    assert not seen


async def test_a_single_process_watches_at_once(tmp_path: Path, seen: set[str]) -> None:
    (tmp_path / "verbatim.db").mkdir()  # a folder, where nothing can be kept
    away = records_in(tmp_path)
    async with turns.watch_alone(settings(tmp_path / "data", tmp_path / "in"), ENGINE, away):
        assert seen == {"fr"}
    assert not seen


async def test_a_folder_that_cannot_be_watched_is_told_at_once(tmp_path: Path) -> None:
    discord = DiscordSettings(shards=2, shard_ids=[0])
    with pytest.raises(InputError, match="must not lie in each other"):
        async with turns.watch_alone(
            settings(tmp_path, tmp_path / "in", discord=discord),
            ENGINE,
            records_in(tmp_path),
        ):
            pass
