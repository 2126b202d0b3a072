"""A disk that stalls: questions are answered from memory, and what waits has a limit."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from config.settings import Settings
from embeddings.engine import SearchEngine
from embeddings.store import records as module
from tests.bot.test_real_engine import write
from tests.bot.wire.messages import custom_ids, text_of
from tests.bot.wire.running import answers, ask, running
from tests.fakes import LETTER, RIVER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import User

HANGS = 120.0
"""Seconds for which a stalled disk would hold up who waits for it; no test waits so long."""


class Disk:
    """Lets every statement to the database through, until it stalls."""

    def __init__(self) -> None:
        self.moves = threading.Event()
        self.moves.set()
        self.waiting = 0

    def wait(self, *_: Any) -> None:
        if not self.moves.is_set():
            self.waiting += 1
            self.moves.wait(HANGS)


@pytest.fixture
def disk() -> Iterator[Disk]:
    found = Disk()
    event.listen(Engine, "before_cursor_execute", found.wait)
    event.listen(Engine, "commit", found.wait)
    yield found
    found.moves.set()
    event.remove(Engine, "before_cursor_execute", found.wait)
    event.remove(Engine, "commit", found.wait)


@pytest.fixture
async def bot(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, tmp_path: Path, disk: Disk
) -> AsyncIterator[None]:
    """The bot on Discord, over two stories; it ends before the disk does, which it listens to."""
    stories = tmp_path / "stories"
    stories.mkdir()
    for article in (LETTER, RIVER):
        write(stories, article)
    settings = Settings(data=tmp_path / "data", seeds=stories, threshold=0.01)
    async with (
        SearchEngine(settings) as engine,
        running(monkeypatch, server, engine, settings.data),
    ):
        await server.connected()
        yield


@pytest.mark.usefixtures("bot")
async def test_while_the_disk_stalls_questions_are_answered_and_what_waits_is_told(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, disk: Disk
) -> None:
    shown = await (await ask(server, ana)).answer()
    disk.moves.clear()
    for _ in range(3):
        assert await answers(server, ana)
    assert "2 articles" in text_of(await (await server.slash("sources", {}, user=ana)).answer())
    useful = next(name for name in custom_ids(shown) if name.startswith("v:vote:+"))
    with monkeypatch.context() as impatient:
        impatient.setattr(module, "PATIENCE", 0.2)
        vote = await server.click(shown, useful, user=ana)
        assert "Rien n’a été enregistré" in text_of(await vote.answer())
    assert disk.waiting > 0
    disk.moves.set()
    assert await answers(server, ana)
    again = await server.click(shown, useful, user=ana)
    assert "Merci" in text_of(await again.answer())
