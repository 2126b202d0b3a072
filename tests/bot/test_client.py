"""The client: what it registers with Discord and when, where it connects, what it survives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import client
from bot.asking.cog import Ask
from bot.client import VerbatimBot, run, use_server
from bot.running.health import Health
from config.groups import DiscordSettings
from config.settings import Settings
from tests.bot.making import make_bot
from tests.bot.people import World, text_of
from tests.fakes import FakeEngine
from tests.records import records_in
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = {"ask", "sources", "source", "help", "privacy", "admin"}
MENUS = {"Find the sources", "Add to the corpus"}


def registrations(world: World) -> list[str]:
    return [r.path for r in world.env.http_requests if r.method == "PUT" and "commands" in r.path]


async def restart(world: World, settings: Settings) -> None:
    await world.env.restart_bot(make_bot(settings, world.engine))


async def test_all_commands_are_registered_once(world: World) -> None:
    assert len(registrations(world)) == 1
    assert {command["name"] for command in _bodies(world)[0]} == COMMANDS | MENUS


def _bodies(world: World) -> list[Any]:
    return [r.json for r in world.env.http_requests if r.method == "PUT" and "commands" in r.path]


async def test_a_restart_does_not_register_what_did_not_change(
    world: World, settings: Settings
) -> None:
    await restart(world, settings)
    assert len(registrations(world)) == 1


async def test_a_changed_command_is_registered_at_the_next_start(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "FEATURES", (Ask,))
    await restart(world, settings)
    assert {c["name"] for c in _bodies(world)[1]} == {"ask", "Find the sources"}


async def test_commands_that_somebody_took_away_are_registered_again(
    world: World, settings: Settings
) -> None:
    await world.bot.http.bulk_upsert_global_commands(world.bot.application_id, payload=[])
    await restart(world, settings)
    assert {c["name"] for c in _bodies(world)[-1]} == COMMANDS | MENUS


async def test_commands_are_registered_when_discord_cannot_say_what_it_has(
    world: World, settings: Settings
) -> None:
    world.env.inject_error("GET", "/applications/*/commands", status=500)
    await restart(world, settings)
    assert len(registrations(world)) == 2


async def test_commands_that_discord_does_not_take_leave_the_rest_working(
    world: World, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    await world.bot.http.bulk_upsert_global_commands(world.bot.application_id, payload=[])
    world.env.inject_error("PUT", "/applications/*/commands", status=400)
    await restart(world, settings)
    assert "the commands could not be registered" in caplog.text
    await world.friend.send_dm("Que compare la lettre ?")
    assert "La lettre compare" in text_of(world.friend.dm_channel.last_message)


async def test_a_server_of_the_settings_gets_the_commands_for_itself(
    world: World, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path / "two", discord=DiscordSettings(guild_id=world.guild.id))
    await restart(world, settings)
    assert registrations(world)[-1].endswith(f"/guilds/{world.guild.id}/commands")


async def test_commands_may_be_installed_by_a_person_but_for_admin(world: World) -> None:
    by_name = {c["name"]: c for c in _bodies(world)[0]}
    assert by_name["admin"]["integration_types"] == [0]
    assert by_name["admin"]["contexts"] == [0]
    for name in COMMANDS - {"admin"}:
        assert by_name[name]["integration_types"] == [0, 1]
        assert by_name[name]["contexts"] == [0, 1, 2]


async def test_admin_asks_discord_to_show_it_to_managers_alone(world: World) -> None:
    by_name = {c["name"]: c for c in _bodies(world)[0]}
    wanted = discord.Permissions(manage_guild=True).value
    assert int(by_name["admin"]["default_member_permissions"]) == wanted


async def test_a_data_folder_that_cannot_keep_votes_does_not_keep_the_bot_away(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "three" / "verbatim.db").mkdir(parents=True)
    await restart(world, Settings(data=tmp_path / "three", discord=DiscordSettings()))
    assert "votes and servers' settings cannot be stored" in caplog.text
    first = await world.ask("Que compare la lettre ?")
    assert "La lettre compare" in text_of(first.response)
    told = await world.member.click(first.response, label="Utile")
    assert "(code " in text_of(told.response)


def test_another_server_is_used_and_then_forgotten() -> None:
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    settings = DiscordSettings(api_base="http://h/api/v10/", gateway="ws://h/gw")
    with use_server(settings):
        assert Route("GET", "/x").url == "http://h/api/v10/x"
        assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "ws://h/gw"
    assert before == (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)


async def test_a_server_that_is_not_there_does_not_end_the_bot(
    tmp_path: Path, engine: FakeEngine
) -> None:
    options: dict[str, Any] = {
        "token": "x",
        "api_base": "http://127.0.0.1:1/api/v10",
        "gateway": "ws://127.0.0.1:1",
    }
    settings = Settings(data=tmp_path, discord=DiscordSettings(**options))
    engine.records = records_in(tmp_path)
    task = asyncio.create_task(run(settings, engine, Health()))
    await asyncio.sleep(0.2)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_client_that_lost_its_session_for_good_is_closed(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(world.bot, VerbatimBot)
    closings = []

    async def close() -> None:
        closings.append(True)

    monkeypatch.setattr(world.bot, "close", close)
    monkeypatch.setattr(client, "NO_SESSION", 0.01)
    await world.bot.on_disconnect()
    await world.bot.on_disconnect()
    await until(lambda: closings)
    await asyncio.sleep(0.1)
    assert closings == [True]


async def test_a_session_that_goes_on_is_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(world.bot, VerbatimBot)
    monkeypatch.setattr(client, "NO_SESSION", 0.05)
    await world.bot.on_disconnect()
    await world.bot.on_resumed()
    await asyncio.sleep(0.1)
    assert not world.bot.is_closed()


async def test_no_command_of_text_is_taken(world: World) -> None:
    await world.friend.send_dm("!help")
    assert world.env.errors == []
