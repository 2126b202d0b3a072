"""The whole bot against the fake Discord, with its waits before another try cut short."""

from __future__ import annotations

import asyncio
import contextlib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import discord.shard

from bot.client import run
from bot.running import supervise
from bot.running.health import Health
from config.groups import DiscordSettings
from config.settings import Settings
from tests.bot.wire.hurry import hurry
from tests.bot.wire.messages import text_of
from tests.fakes import FakeEngine
from tests.records import open_records

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    import pytest

    from embeddings.engine import SearchEngine
    from tests.bot.wire.interactions import Interaction
    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import User

QUESTION = "Que demandent les employés d’Amazon ?"
WORDS = "que demandent les employés d’Amazon ?"
"""The same, after a mention."""
QUOTE = "vente de Rekognition à la police"


def settings_for(
    server: FakeDiscord, data: Path, given: Mapping[str, Any] | None = None, **more: Any
) -> Settings:
    """The settings of a bot of this server, without a wait between two questions.

    ``more`` are settings for Discord, ``given`` are others.
    """
    discord = DiscordSettings.model_validate(
        {
            "token": server.token,
            "api_base": server.api_base,
            "gateway": server.gateway.url,
            "cooldown_user": 0,
        }
        | more
    )
    return Settings(data=data, discord=discord, **(given or {}))


@contextlib.asynccontextmanager
async def running(
    monkeypatch: pytest.MonkeyPatch,
    server: FakeDiscord,
    engine: FakeEngine | SearchEngine,
    data: Path,
    given: Mapping[str, Any] | None = None,
    **more: Any,
) -> AsyncIterator[asyncio.Task[int]]:
    """Run the bot until the block ends; yields its task at once, before it is connected.

    ``given`` and ``more`` are further settings, as ``settings_for`` takes them.

    The waits before another try are cut short: discord.py's (see :func:`hurry`), and those of
    the supervisor before it starts a new client.
    """
    hurry(monkeypatch, discord.shard)
    monkeypatch.setattr(supervise, "next_wait", lambda *_: 0.02)
    life = asyncio.create_task(live(settings_for(server, data, given, **more), engine))
    try:
        yield life
    finally:
        monkeypatch.setattr(supervise, "ANSWERING", 0.0)  # nobody waits any more
        life.cancel()
        await asyncio.wait([life])


async def live(settings: Settings, engine: FakeEngine | SearchEngine) -> int:
    """Run the bot as the program does, until a signal ends it; return the exit code."""
    deadline: Any = SimpleNamespace(start=lambda: None)
    is_fake = isinstance(engine, FakeEngine)
    opening = open_records(settings) if is_fake else contextlib.nullcontext(engine.records)
    async with opening as engine.records:
        with contextlib.suppress(asyncio.CancelledError), supervise.cancel_on_signals(deadline):
            await run(settings, engine, Health())
    return 0


async def person_of_each(server: FakeDiscord, shards: int) -> list[User]:
    """Return one person on a server of each shard."""
    found: dict[int, User] = {}
    while len(found) < shards:
        guild = server.add_guild("Rédaction")
        shard = (guild.id >> 22) % shards
        if shard not in found:
            found[shard] = server.add_member(guild, f"Ana {shard}")
        await asyncio.sleep(0.001)  # an id holds its millisecond, and that decides on the shard
    return [found[shard] for shard in range(shards)]


async def ask(server: FakeDiscord, user: User, question: str = QUESTION) -> Interaction:
    """Type the question as a command."""
    return await server.slash("ask", {"question": question}, user=user)


async def answers(server: FakeDiscord, user: User) -> bool:
    """Say whether a question that is asked now is answered with the right quote."""
    return QUOTE in text_of(await (await ask(server, user)).answer())
