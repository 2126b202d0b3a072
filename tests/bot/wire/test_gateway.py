"""The fake gateway and its faults, as a plain discord.py client lives through them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest

from tests.bot.wire.hurry import hurry
from tests.bot.wire.messages import text_of
from tests.bot.wire.plain import plain
from tests.bot.wire.server import FakeDiscord
from tests.waiting import PATIENCE, until

if TYPE_CHECKING:
    from tests.bot.wire.plain import PlainClient
    from tests.bot.wire.state import User

IDENTIFY, RESUME = 2, 6


async def hears(server: FakeDiscord, client: PlainClient, user: User, *texts: str) -> bool:
    """Send messages to the bot and say whether it hears them, in order and once each."""
    client.heard.clear()
    for text in texts:
        await server.dm(text, user=user)
    await until(lambda: len(client.heard) >= len(texts))
    return client.heard == list(texts)


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("reset", [True, False])
async def test_what_happens_while_a_socket_is_down_is_replayed(
    monkeypatch: pytest.MonkeyPatch, *, compress: bool, reset: bool
) -> None:
    hurry(monkeypatch)
    async with FakeDiscord(compress=compress) as server, plain(monkeypatch, server) as client:
        user = server.world.add_user("Ana")
        await server.connected()
        assert await hears(server, client, user, "avant")
        server.drop_sockets(reset=reset)
        assert await hears(server, client, user, "un", "deux", "trois")
        assert server.ops() == [IDENTIFY, RESUME]


async def test_a_reconnect_request_is_answered_with_resume(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    server.send_op(7)
    assert await hears(server, client, ana, "un")
    assert server.ops() == [IDENTIFY, RESUME]


@pytest.mark.parametrize(("resumable", "then"), [(True, RESUME), (False, IDENTIFY)])
async def test_an_invalid_session_is_resumed_or_begun_again(
    server: FakeDiscord, client: PlainClient, ana: User, *, resumable: bool, then: int
) -> None:
    server.invalid_session(resumable=resumable)
    await server.until(lambda: server.ops() == [IDENTIFY, then])
    await server.connected()
    assert await hears(server, client, ana, "un")


@pytest.mark.parametrize("code", [1000, 1001, 4000, 4001, 4008])
async def test_close_codes_that_a_client_comes_back_from(
    server: FakeDiscord, client: PlainClient, ana: User, code: int
) -> None:
    server.close(code)
    assert await hears(server, client, ana, "un")
    assert server.ops() == [IDENTIFY, RESUME]


async def test_a_session_that_timed_out_is_begun_again(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    server.close(4009)
    await server.until(lambda: server.ops() == [IDENTIFY, RESUME, IDENTIFY])
    assert await hears(server, client, ana, "un")


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013])
async def test_close_codes_that_end_a_client(
    server: FakeDiscord, client: PlainClient, code: int
) -> None:
    server.close(code)
    with pytest.raises(discord.ConnectionClosed):
        await asyncio.wait_for(client.life, PATIENCE)


async def test_a_forbidden_intent_ends_a_client(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord
) -> None:
    server.gateway.forbidden_intents = discord.Intents(guilds=True).value
    async with plain(monkeypatch, server) as client:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await asyncio.wait_for(client.life, PATIENCE)


async def test_a_session_that_its_client_closed_is_gone(
    server: FakeDiscord, client: PlainClient
) -> None:
    (before,) = server.gateway.sessions
    server.send_op(9, data=False)  # which the client answers by closing with 1000
    await server.until(lambda: server.ops() == [IDENTIFY, IDENTIFY])
    assert before not in server.gateway.sessions


async def test_heartbeats_carry_the_last_sequence_number(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord
) -> None:
    server.gateway.interval = 50
    async with plain(monkeypatch, server):
        await server.connected()
        beats = server.gateway.connections[0].beats
        await server.until(lambda: len(beats) >= 3 and beats[-1] == 1)
        assert beats[0] is None


async def test_a_gateway_that_falls_silent_is_left_and_resumed(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User
) -> None:
    async with plain(monkeypatch, server, heartbeat_timeout=0.3) as client:
        await server.connected()
        server.gateway.acknowledge_beats = False
        before = len(server.ops())
        await server.until(lambda: RESUME in server.ops()[before:])
        assert await hears(server, client, ana, "un")


async def test_a_gateway_that_is_not_up_refuses_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hurry(monkeypatch)
    async with FakeDiscord(gateway_up=False) as server, plain(monkeypatch, server) as client:
        with pytest.raises(AttributeError, match="sequence"):
            await asyncio.wait_for(client.life, PATIENCE)


async def test_a_malformed_payload_ends_a_client(server: FakeDiscord, client: PlainClient) -> None:
    server.gateway.dispatch("MESSAGE_CREATE", {"id": "1"})
    with pytest.raises(KeyError):
        await asyncio.wait_for(client.life, PATIENCE)


async def test_a_swallowed_resume_leaves_a_client_deaf(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    server.gateway.swallow_resumes = 1
    server.drop_sockets()
    await server.until(lambda: server.ops() == [IDENTIFY, RESUME])
    await server.dm("un", user=ana)
    await asyncio.sleep(0.1)
    assert client.heard == []


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_server_error_is_tried_again(
    server: FakeDiscord, client: PlainClient, ana: User, status: int
) -> None:
    server.fail_next("POST", "/channels/.*/messages", status)
    assert text_of(await server.reply_to(await server.dm("un", user=ana))) == "oui"


async def test_unavailable_is_not_tried_again(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    server.fail_next("POST", "/channels/.*/messages", 503)
    with pytest.raises(discord.DiscordServerError):
        await client.get_partial_messageable(server.world.home(ana).id).send("un")


async def test_a_rate_limit_is_waited_for(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    server.fail_next("POST", "/channels/.*/messages", 429, retry_after=0.1)
    await server.reply_to(await server.dm("un", user=ana))
    limited, sent = [s for s in server.faults.seen if s.path.endswith("/messages")]
    assert (limited.status, sent.status) == (429, 200)
    assert sent.at - limited.at >= 0.1


async def test_a_global_rate_limit_holds_every_request(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    server.fail_next("POST", "/channels/.*/messages", 429, retry_after=0.2, everywhere=True)
    message = await server.dm("un", user=ana)
    await until(lambda: not client.http._global_over.is_set())
    await client.fetch_user(ana.id)
    await server.reply_to(message)
    limited, *others = server.faults.seen[-3:]
    assert all(other.at - limited.at >= 0.2 for other in others)


async def test_a_ban_raises_at_once(server: FakeDiscord, client: PlainClient, ana: User) -> None:
    server.fail_next("GET", "/users/", 429, via=False)
    with pytest.raises(discord.HTTPException, match="1015"):
        await client.fetch_user(ana.id)


async def test_a_reply_cut_in_the_middle_was_carried_out_all_the_same(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    server.cut_next("POST", "/channels/.*/messages")
    channel = server.world.home(ana)
    with pytest.raises(aiohttp.ClientError):
        await client.get_partial_messageable(channel.id).send("un")
    assert [m["content"] for m in server.world.messages.values()] == ["un"]


async def test_a_wrong_token_is_refused(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord
) -> None:
    server.token = server.token[::-1]  # what the client is given, not what is expected
    async with plain(monkeypatch, server) as client:
        with pytest.raises(discord.LoginFailure):
            await client.life
