"""A long work that fails ends where its progress stood, however long it took."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.admin import progress as work
from embeddings.errors import StorageError
from embeddings.types import Progress
from tests.bot.wire.messages import text_of
from tests.bot.wire.running import running
from tests.bot.wire.state import ADMIN
from tests.fakes import FakeEngine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.wire.server import FakeDiscord

LATE = 16 * 60.0
"""Seconds after which an interaction cannot be answered any more."""


class Failing(FakeEngine):
    """An engine whose reindex goes some way, and fails when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.end = asyncio.Event()

    async def reindex(self, *, progress: Any = None, **options: Any) -> Any:
        progress(Progress("encode", 5, 10))
        await self.end.wait()
        raise StorageError("/data is full.")


@pytest.mark.parametrize("hand_over", [0.05, 60.0], ids=["handed over", "in time"])
async def test_a_reindex_that_fails_is_told_in_place_of_its_progress(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, tmp_path: Path, hand_over: float
) -> None:
    monkeypatch.setattr(work, "EVERY", 0.02)
    monkeypatch.setattr(work, "HAND_OVER", hand_over)
    bea = server.add_member(server.add_guild("Journal"), "Bea", permissions=ADMIN)
    server.make_operator(bea)
    engine = Failing()
    async with running(monkeypatch, server, engine, tmp_path):
        await server.connected()
        asked = await server.slash("admin reindex", {"shared": True}, user=bea)
        await server.until(lambda: "5 sur 10" in "".join(shown(server)))
        if hand_over < 1:
            await server.until(lambda: "L’indexation continue" in "".join(shown(server)))
            server.clock.advance(LATE)
        engine.end.set()
        await server.until(lambda: "Le disque est plein" in "".join(shown(server)))
        assert "5 sur 10" not in "".join(shown(server))
        assert asked.followups == []


def shown(server: FakeDiscord) -> list[str]:
    """What is read in the bot's messages, as they are now."""
    return [text_of(message) for message in server.world.messages.values()]
