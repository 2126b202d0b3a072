"""The commands reach Discord in the end, whatever it says at first; and a session begins too."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot import client as bot_client
from bot.running import commands as commandset
from bot.running.health import Health
from config import ConfigError
from tests.bot.wire import hurry
from tests.bot.wire.messages import text_of
from tests.bot.wire.running import QUOTE, answers, running, settings_for
from tests.fakes import FakeEngine

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import User

PUT = ("PUT", "/commands$")
IDENTIFY = 2


def registered(server: FakeDiscord) -> int:
    return len(server.world.commands.get(None, []))


@pytest.mark.parametrize("status", [500, 503])
async def test_the_commands_are_registered_although_discord_falters_once(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, tmp_path: Path, status: int
) -> None:
    server.fail_next(*PUT, status)
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
        assert registered(server)


@pytest.mark.parametrize("status", [429, 503])
async def test_the_commands_are_registered_later_while_the_bot_answers_in_private(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, tmp_path: Path, status: int
) -> None:
    monkeypatch.setattr(commandset, "AGAIN", 0.1)
    fault = server.fail_next(*PUT, status, 1000, via=False)
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
        asked = await server.dm("Que demandent les employés d’Amazon ?", user=ana)
        assert QUOTE in text_of(await server.reply_to(asked))
        tried = len(server.faults.statuses(*PUT))
        await server.until(lambda: len(server.faults.statuses(*PUT)) > tried)
        assert not registered(server)
        fault.times = 0
        await server.until(lambda: registered(server))


async def test_commands_that_are_refused_are_not_sent_again_and_again(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, tmp_path: Path
) -> None:
    monkeypatch.setattr(commandset, "AGAIN", 0.01)
    server.fail_next(*PUT, 400, 1000)
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
        await asyncio.sleep(0.1)
        assert server.faults.statuses(*PUT) == [400]


@pytest.mark.parametrize("missing", ["id", "options"])
async def test_a_malformed_list_of_commands_has_them_registered_again(
    monkeypatch: pytest.MonkeyPatch,
    server: FakeDiscord,
    ana: User,
    tmp_path: Path,
    missing: str,
) -> None:
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
    there = server.world.commands[None]
    server.world.commands[None] = [
        {key: value for key, value in command.items() if key != missing} for command in there
    ]
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
        assert await answers(server, ana)


async def test_a_command_whose_options_somebody_changed_is_registered_again(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, tmp_path: Path
) -> None:
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
    named = {command["name"]: command for command in server.world.commands[None]}
    named["ask"]["options"] = named["ask"]["options"][:1]
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
    named = {command["name"]: command for command in server.world.commands[None]}
    assert [option["name"] for option in named["ask"]["options"]][1] == "source"


async def test_a_swallowed_identify_does_not_leave_the_bot_deaf(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, tmp_path: Path
) -> None:
    monkeypatch.setattr(bot_client, "NO_SESSION", 1.5)
    server.gateway.swallow_identifies = 1
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
        assert server.ops() == [IDENTIFY, IDENTIFY]
        assert await answers(server, ana)


async def test_a_session_is_kept_while_its_servers_still_come_in(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        bot_client, "NO_SESSION", 1.5
    )  # discord.py waits two seconds for the servers
    monkeypatch.setattr(hurry, "be_ready_soon", lambda _: None)
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
        await asyncio.sleep(1.9)
        assert server.ops() == [IDENTIFY]
        assert server.online()


@pytest.mark.parametrize("missing", ["api_base", "gateway"])
async def test_a_token_goes_to_one_server_alone(
    server: FakeDiscord, tmp_path: Path, missing: str
) -> None:
    settings = settings_for(server, tmp_path, **{missing: None})
    with pytest.raises(ConfigError, match="both, or neither"):
        await bot_client.run(settings, FakeEngine(), Health())
    assert server.faults.seen == []
