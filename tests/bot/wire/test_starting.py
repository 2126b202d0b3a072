"""How the bot comes onto Discord when Discord is not well, and how it leaves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot import client as bot_client
from config import ConfigError
from tests.bot.wire.gateway import PRIVILEGED
from tests.bot.wire.messages import text_of
from tests.bot.wire.running import QUOTE, WORDS, answers, running
from tests.bot.wire.server import FakeDiscord
from tests.fakes import FakeEngine
from tests.waiting import PATIENCE, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.wire.state import User

LOGIN = ("GET", "/users/@me$")


async def test_a_missing_intent_ends_at_the_start(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, tmp_path: Path
) -> None:
    server.gateway.forbidden_intents = bot_client.INTENTS.value
    async with running(monkeypatch, server, FakeEngine(), tmp_path) as life:
        with pytest.raises(ConfigError, match="intent"):
            await asyncio.wait_for(life, PATIENCE)


async def test_no_privileged_intent_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, tmp_path: Path
) -> None:
    server.gateway.forbidden_intents = PRIVILEGED
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()


@pytest.mark.parametrize("status", [500, 502, 503, 429])
async def test_the_bot_starts_although_discord_fails_at_first(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, tmp_path: Path, status: int
) -> None:
    server.fail_next(*LOGIN, status, 6, via=False)
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
        assert await answers(server, ana)


async def test_a_part_that_cannot_be_loaded_ends_the_bot_at_once(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, tmp_path: Path
) -> None:
    monkeypatch.setattr(bot_client, "FEATURES", (object,))
    async with running(monkeypatch, server, FakeEngine(), tmp_path) as life:
        with pytest.raises(TypeError, match="object"):
            await asyncio.wait_for(life, PATIENCE)
    assert server.ops() == []


async def test_the_bot_waits_for_a_gateway_that_is_not_up_at_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with FakeDiscord(gateway_up=False) as server:
        ana = server.add_member(server.add_guild("Rédaction"), "Ana")
        async with running(monkeypatch, server, FakeEngine(), tmp_path) as life:
            await server.until(lambda: len(server.faults.statuses(*LOGIN)) > 1)
            assert not life.done()
            await server.start_gateway()
            await server.connected()
            assert await answers(server, ana)


async def test_questions_are_answered_where_ready_named_no_server(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, tmp_path: Path
) -> None:
    server.gateway.without_guilds = True
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
        assert await answers(server, ana)


async def test_a_mention_is_answered_where_ready_named_no_server(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, tmp_path: Path
) -> None:
    server.gateway.without_guilds = True
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
        mentioned = await server.mention(WORDS, user=ana)
        assert QUOTE in text_of(await server.reply_to(mentioned))


async def test_the_bot_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, tmp_path: Path
) -> None:
    before = asyncio.all_tasks()
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
        assert await answers(server, ana)
    await server.until(lambda: not server.gateway.connections)
    await until(lambda: not asyncio.all_tasks() - before)
