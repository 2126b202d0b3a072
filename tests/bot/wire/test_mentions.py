"""Messages over the wire: which ones are for the bot, and that each gets one answer, soon."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot import delivery
from bot.running import askers
from tests.bot.wire.messages import controls_of, text_of
from tests.bot.wire.running import QUESTION, QUOTE, WORDS, ask, running
from tests.fakes import LETTER, FakeEngine
from tests.waiting import PATIENCE, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import Channel, Json, User

TYPING, CALLBACK, POST = ("POST", "/typing$"), ("POST", "/callback$"), ("POST", "/messages$")
NEVER = 10 * PATIENCE
"""Seconds for which Discord holds a reply back, so that whoever waits for it waits in vain."""


@pytest.fixture
async def engine(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, tmp_path: Path
) -> AsyncIterator[FakeEngine]:
    """The engine of a bot that is on Discord."""
    engine = FakeEngine()
    async with running(monkeypatch, server, engine, tmp_path):
        await server.connected()
        yield engine


def said(server: FakeDiscord) -> list[Json]:
    """All that the bot wrote, in order."""
    me = str(server.world.bot.id)
    return [m for m in server.world.messages.values() if m["author"]["id"] == me]


def room(server: FakeDiscord, **may: bool) -> Channel:
    """A channel of the server in which the bot may not do everything."""
    return server.add_channel(next(iter(server.world.guilds.values())), "coin", **may)


async def test_a_message_to_others_is_left_alone_where_ready_named_no_server(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, tmp_path: Path
) -> None:
    server.gateway.without_guilds = True
    async with running(monkeypatch, server, FakeEngine(), tmp_path):
        await server.connected()
        await server.say(QUESTION, user=ana, channel=server.world.home(ana))
        asked = await server.mention(WORDS, user=ana)
        assert QUOTE in text_of(await server.reply_to(asked))
        assert len(said(server)) == 1


async def test_thanks_in_reply_to_an_answer_are_not_a_question(
    server: FakeDiscord, engine: FakeEngine, ana: User
) -> None:
    answer = await server.reply_to(await server.mention(WORDS, user=ana))
    thanks = await server.say("merci !", user=ana, channel=server.world.home(ana), reply_to=answer)
    assert thanks["mentions"] == [server.world.bot.payload()]
    await server.reply_to(await server.mention(WORDS, user=ana))
    assert [question for question, _ in engine.asked] == [WORDS, WORDS]


async def test_a_mention_in_a_reply_is_a_question(
    server: FakeDiscord, engine: FakeEngine, ana: User
) -> None:
    answer = await server.reply_to(await server.mention(WORDS, user=ana))
    text = f"<@{server.world.bot.id}> {WORDS}"
    asked = await server.say(text, user=ana, channel=server.world.home(ana), reply_to=answer)
    assert QUOTE in text_of(await server.reply_to(asked))


async def test_a_mention_is_answered_where_the_bot_may_not_see_what_was_written_before(
    server: FakeDiscord, engine: FakeEngine, ana: User
) -> None:
    asked = await server.mention(WORDS, user=ana, channel=room(server, can_read=False))
    answer = await server.reply_to(asked)
    assert QUOTE in text_of(answer)
    assert "message_reference" not in answer


async def test_who_mentions_the_bot_where_it_may_not_write_is_told_in_private(
    server: FakeDiscord, engine: FakeEngine, ana: User
) -> None:
    mute = room(server, can_send=False)
    await server.mention(WORDS, user=ana, channel=mute)
    await server.until(lambda: said(server))
    assert said(server)[0]["channel_id"] == str(server.world.dm(ana).id)
    assert f"Je n’ai pas le droit d’écrire dans <#{mute.id}>" in text_of(said(server)[0])


async def test_who_takes_no_private_messages_costs_no_more_than_three_refusals(
    server: FakeDiscord, engine: FakeEngine, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    ana.takes_messages = False
    await server.mention(WORDS, user=ana, channel=room(server, can_send=False))
    await until(lambda: "could not be sent" in caplog.text)
    await asyncio.sleep(0.1)
    assert server.faults.statuses(*POST) == [403, 403, 403]


async def test_a_reply_that_discord_does_not_take_is_recorded(
    server: FakeDiscord, engine: FakeEngine, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail_next(*POST, 404, 2)
    await server.mention(WORDS, user=ana)
    await until(lambda: "an error message could not be sent: NotFound" in caplog.text)
    assert server.faults.statuses(*POST) == [404, 404]


async def test_an_answer_does_not_wait_for_typing(
    server: FakeDiscord, engine: FakeEngine, ana: User
) -> None:
    server.fail_next(*TYPING, 200, delay=NEVER)
    asked = await server.mention(WORDS, user=ana)
    assert QUOTE in text_of(await server.reply_to(asked))


async def test_a_message_that_is_delivered_twice_is_answered_once(
    server: FakeDiscord, engine: FakeEngine, ana: User
) -> None:
    asked = await server.mention(WORDS, user=ana)
    server.gateway.announce("MESSAGE_CREATE", asked)
    await server.until(lambda: len(server.faults.statuses(*POST)) == 2)
    assert len(said(server)) == 1


async def test_a_search_waits_until_discord_has_heard_of_it(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, engine: FakeEngine, ana: User
) -> None:
    monkeypatch.setattr(askers, "PATIENCE", PATIENCE)
    search, heard = engine.ask, list[list[int]]()

    def note(*given: Any, **options: Any) -> Any:
        heard.append(server.faults.statuses(*CALLBACK))
        return search(*given, **options)

    monkeypatch.setattr(engine, "ask", note)
    server.fail_next(*CALLBACK, 200, delay=0.2)
    asked = await ask(server, ana)
    assert QUOTE in text_of(await asked.answer())
    assert heard == [[200]]


async def test_a_first_response_that_stalls_is_sent_again(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, engine: FakeEngine, ana: User
) -> None:
    monkeypatch.setattr(delivery, "PROMPT", 0.3)
    server.fail_next(*CALLBACK, 200, delay=NEVER)
    asked = await ask(server, ana)
    assert QUOTE in text_of(await asked.answer())


async def test_more_passages_are_found_where_a_server_gives_components_ids_of_its_own(
    server: FakeDiscord, engine: FakeEngine, ana: User
) -> None:
    server.messages.own_ids = True
    for number in range(5):
        engine.put(replace(LETTER, id=f"lettre-{number}"))
    answer = await (await ask(server, ana, "la lettre des employés d’Amazon")).answer()
    more = next(c for c in controls_of(answer) if c.get("custom_id", "").startswith("v:more"))
    clicked = await server.click(answer, more["custom_id"], user=ana)
    await clicked.answer()
    assert [question for question, _ in engine.asked] == ["la lettre des employés d’Amazon"] * 2
