"""What the bot does when the wire misbehaves: the person gets an answer, and the next one too."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot import client as bot_client
from tests.bot.wire.messages import text_of
from tests.bot.wire.running import QUOTE, WORDS, answers, ask, running
from tests.fakes import FakeEngine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import User

IDENTIFY, RESUME = 2, 6
CALLBACK, ORIGINAL = ("POST", "/callback$"), ("PATCH", "/messages/@original$")
POST, TYPING = ("POST", r"/channels/\d+/messages$"), ("POST", "/typing$")

Life = asyncio.Task[int]
Route = tuple[str, str]


@pytest.fixture
async def life(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, tmp_path: Path
) -> AsyncIterator[Life]:
    """The bot's task, once it is on Discord."""
    async with running(monkeypatch, server, FakeEngine(), tmp_path) as started:
        await server.connected()
        yield started


@pytest.mark.parametrize("reset", [True, False])
async def test_a_question_asked_while_the_socket_is_down_is_answered_once(
    server: FakeDiscord, life: Life, ana: User, *, reset: bool
) -> None:
    assert await answers(server, ana)
    server.drop_sockets(reset=reset)
    asked = await ask(server, ana)
    assert QUOTE in text_of(await asked.answer())
    assert server.ops() == [IDENTIFY, RESUME]
    assert server.faults.statuses(*CALLBACK) == [200, 200]


async def test_a_reconnect_request_loses_nothing(
    server: FakeDiscord, life: Life, ana: User
) -> None:
    server.send_op(7)
    assert await answers(server, ana)
    assert server.ops() == [IDENTIFY, RESUME]


@pytest.mark.parametrize(("resumable", "then"), [(True, RESUME), (False, IDENTIFY)])
async def test_an_invalid_session_is_resumed_or_begun_again(
    server: FakeDiscord, life: Life, ana: User, *, resumable: bool, then: int
) -> None:
    server.invalid_session(resumable=resumable)
    await server.until(lambda: server.ops() == [IDENTIFY, then])
    assert await answers(server, ana)


@pytest.mark.parametrize("code", [1000, 1001, 4000, 4001, 4008, 4009])
async def test_the_bot_comes_back_from_a_closed_socket(
    server: FakeDiscord, life: Life, ana: User, code: int
) -> None:
    server.close(code)
    await server.until(lambda: len(server.ops()) > 1 and server.online())
    assert await answers(server, ana)


@pytest.mark.parametrize("everywhere", [True, False])
@pytest.mark.parametrize("route", [CALLBACK, ORIGINAL])
async def test_a_rate_limit_delays_an_answer_and_loses_none(
    server: FakeDiscord, life: Life, ana: User, route: Route, *, everywhere: bool
) -> None:
    server.fail_next(*route, 429, retry_after=0.1, everywhere=everywhere)
    assert await answers(server, ana)
    assert server.faults.statuses(*route) == [429, 200]


@pytest.mark.parametrize("everywhere", [True, False])
async def test_a_mention_is_answered_after_a_rate_limit(
    server: FakeDiscord, life: Life, ana: User, *, everywhere: bool
) -> None:
    server.fail_next(*POST, 429, everywhere=everywhere)
    mentioned = await server.mention(WORDS, user=ana)
    assert QUOTE in text_of(await server.reply_to(mentioned))


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("route", [CALLBACK, ORIGINAL])
async def test_a_failing_discord_is_asked_again(
    server: FakeDiscord, life: Life, ana: User, route: Route, status: int
) -> None:
    server.fail_next(*route, status)
    assert await answers(server, ana)
    assert server.faults.statuses(*route) == [status, 200]


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_mention_is_answered_by_a_failing_discord(
    server: FakeDiscord, life: Life, ana: User, status: int
) -> None:
    server.fail_next(*POST, status)
    mentioned = await server.mention(WORDS, user=ana)
    assert QUOTE in text_of(await server.reply_to(mentioned))


@pytest.mark.parametrize("status", [403, 429, 500, 503])
async def test_a_mention_is_answered_even_where_typing_cannot_be_shown(
    server: FakeDiscord, life: Life, ana: User, status: int
) -> None:
    server.fail_next(*TYPING, status)
    mentioned = await server.mention(WORDS, user=ana)
    assert QUOTE in text_of(await server.reply_to(mentioned))


@pytest.mark.parametrize("route", [CALLBACK, ORIGINAL])
async def test_an_answer_arrives_although_a_reply_was_cut_in_the_middle(
    server: FakeDiscord, life: Life, ana: User, route: Route
) -> None:
    server.cut_next(*route)
    assert await answers(server, ana)
    assert await answers(server, ana)


async def test_a_mention_is_answered_once_although_the_reply_was_cut(
    server: FakeDiscord, life: Life, ana: User
) -> None:
    server.cut_next(*POST)
    mentioned = await server.mention(WORDS, user=ana)
    await server.reply_to(mentioned)
    assert await answers(server, ana)
    await asyncio.sleep(1.2)  # longer than the bot waits before it tries again
    assert len(replies(server, mentioned["id"])) == 1


async def test_the_bot_comes_back_when_the_gateway_refuses_for_a_while(
    server: FakeDiscord, life: Life, ana: User
) -> None:
    server.gateway.refuse = 3
    server.drop_sockets()
    await server.until(lambda: not server.gateway.refuse and server.online())
    assert await answers(server, ana)


async def test_a_malformed_payload_costs_no_more_than_a_new_session(
    server: FakeDiscord, life: Life, ana: User
) -> None:
    server.gateway.dispatch("MESSAGE_CREATE", {"id": "1"})
    await server.until(lambda: server.ops() == [IDENTIFY, IDENTIFY])
    assert await answers(server, ana)


async def test_a_swallowed_resume_does_not_leave_the_bot_deaf(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, life: Life, ana: User
) -> None:
    monkeypatch.setattr(bot_client, "NO_SESSION", 1.5)
    server.gateway.swallow_resumes = 1
    server.drop_sockets()
    await server.until(lambda: server.ops() == [IDENTIFY, RESUME, IDENTIFY])
    assert await answers(server, ana)


def replies(server: FakeDiscord, message_id: str) -> list[str]:
    """The ids of the messages that reply to one."""
    return [
        message["id"]
        for message in server.world.messages.values()
        if message.get("message_reference", {}).get("message_id") == message_id
    ]
