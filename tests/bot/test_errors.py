"""Every error: one sentence with a code for the person, one record with it for the operator."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import UTC, datetime
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from bot.delivery import retry
from bot.errors import BotError, describe, explain, report
from bot.translate import Languages
from embeddings import errors as engine
from tests.bot.people import World, text_of

FR = Languages.load("fr").of("fr")
QUESTION = "Que compare la lettre secrète ?"


class Response:
    """As much of an HTTP response as discord.py's exceptions read."""

    status = 500
    reason = "Internal"


def http(kind: type[discord.HTTPException], status: int = 500) -> discord.HTTPException:
    response: Any = Response()
    response.status = status
    return kind(response, {"code": 7, "message": QUESTION})


def caught(error: BaseException) -> BaseException:
    """Return an error as it is once it was raised and caught."""
    with pytest.raises(type(error)) as raised:
        raise error from ValueError(QUESTION)
    return raised.value


ERRORS: dict[str, tuple[BaseException, bool]] = {
    "channel": (BotError("channel", channels="<#1>"), False),
    "question-empty": (engine.QuestionError("x", "empty"), False),
    "question-too-long": (engine.QuestionError("x", "too_long"), False),
    "question-no-words": (engine.QuestionError("x", "no_words"), False),
    "article-gone": (engine.UnknownArticle("x"), False),
    "refused": (engine.UnknownSnapshot("x"), False),
    "busy": (engine.BusyError("Since ten."), False),
    "command-changed": (
        app_commands.CommandNotFound("ask", [], discord.AppCommandType.chat_input),
        False,
    ),
    "not-allowed": (app_commands.CheckFailure(), False),
    "server-only": (app_commands.NoPrivateMessage(), False),
    "forbidden": (http(discord.Forbidden, 403), False),
    "timeout": (TimeoutError(), True),
    "storage": (engine.StorageError("disk full"), True),
    "engine": (engine.SnapshotError("x"), True),
    "discord": (aiohttp.ClientError(), True),
    "unexpected": (ZeroDivisionError(QUESTION), True),
}


def test_each_error_has_its_sentence_and_ours_alone_a_code() -> None:
    for key, (error, is_ours) in ERRORS.items():
        trouble = explain(error)
        assert (trouble.key, bool(trouble.code)) == (key, is_ours)
        assert trouble.say(FR).endswith(f"(code {trouble.code})") == is_ours


def test_an_error_inside_a_command_is_what_is_told() -> None:
    command: Any = type("Command", (), {"name": "ask"})()
    wrapped = app_commands.CommandInvokeError(command, engine.UnknownArticle("x"))
    assert explain(wrapped).key == "article-gone"


def test_who_is_writing_and_where_is_not_told() -> None:
    since = datetime(2026, 1, 1, 10, tzinfo=UTC)
    error = engine.BusyError("Somebody else is writing in /data (process 7).", since)
    for locale in ("fr", "en-US"):
        said = explain(error).say(Languages.load("fr").of(locale))
        assert "<t:1767261600:R>" in said
        assert "/data" not in said


def test_two_errors_have_different_codes() -> None:
    assert len({explain(ValueError()).code for _ in range(50)}) == 50


def test_no_record_holds_the_question(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "bot"):
        for error, _ in ERRORS.values():
            report(caught(error), "a test", FR)
    assert "secrète" not in caplog.text
    assert len(caplog.records) == sum(is_ours for _, is_ours in ERRORS.values())


def test_our_own_faults_are_told_with_their_place(caplog: pytest.LogCaptureFixture) -> None:
    error = caught(ZeroDivisionError())
    report(error, "a test", FR)
    assert caplog.records[0].levelno == logging.ERROR
    assert "test_errors.py" in caplog.text


async def test_a_mistake_of_the_reader_has_neither_code_nor_record(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "bot"):
        told = await world.ask("ponts", since="hier")
    assert "code" not in text_of(told.response)
    assert [r for r in caplog.records if r.name.startswith("bot")] == []


def test_an_error_is_named_with_what_cannot_hold_a_question() -> None:
    wrong = []
    for error, said in [
        (engine.StorageError("/data is full."), "StorageError: /data is full."),
        (ZeroDivisionError(QUESTION), "ZeroDivisionError"),
        (http(discord.HTTPException), "HTTPException 500 (error code 7)"),
        (OSError(), "OSError"),
    ]:
        if describe(error) != said:
            wrong.append((error, said))
    assert not wrong


async def test_a_person_and_the_operator_have_the_same_code(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.engine.failure = ZeroDivisionError(QUESTION)
    result = await world.ask(QUESTION)
    code = re.search(r"\(code (\w+)\)", text_of(result.response))
    assert code
    records = [r for r in caplog.records if r.name == "bot.errors"]
    assert len(records) == 1
    assert code[1] in records[0].getMessage()
    assert "secrète" not in caplog.text


@pytest.mark.discord(answer_timeout=0.05)
async def test_a_question_that_takes_too_long_is_answered(world: World) -> None:
    world.engine.delay = 5
    result = await world.ask(QUESTION)
    assert "La recherche a pris trop de temps" in text_of(result.response)


@pytest.mark.discord(answer_timeout=0.05)
async def test_a_mention_that_takes_too_long_is_answered(world: World) -> None:
    world.engine.delay = 5
    await world.friend.send_dm(QUESTION)
    assert "La recherche a pris trop de temps" in text_of(world.friend.dm_channel.last_message)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("   ", "La question est vide"),
        ("x" * 5000, "La question est trop longue"),
        ("🙂 ?!", "La question n’a aucun mot"),
    ],
)
async def test_a_question_that_cannot_be_asked_gets_a_sentence(
    world: World, question: str, said: str
) -> None:
    assert said in text_of((await world.ask(question)).response)


async def test_a_command_that_is_not_known_any_more_gets_an_answer(world: World) -> None:
    world.bot.tree.remove_command("source")
    result = await world.member.slash(world.channel, "source", title="x")
    assert "Cette commande a changé" in text_of(result.response)
    assert world.errors


async def test_an_error_after_the_answer_is_told_beside_it(world: World) -> None:
    first = await world.member.slash(world.channel, "source", title="La Loire")
    await world.engine.remove(["crue-loire"])
    told = await world.member.click(first.response, label="Suivant")
    assert told.followups[0].ephemeral


async def test_what_cannot_be_told_is_recorded(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """In private, where the channel does not take it, or else in the log."""
    world.env.inject_error("PATCH", "/webhooks/*", status=403, times=None)
    await world.ask(QUESTION)
    told = text_of(world.member.user.dm_channel.last_message)
    assert "ne me laisse pas écrire dans ce salon ou ce fil" in told
    assert QUESTION in told
    assert "could not be reported" not in caplog.text
    world.env.inject_error("POST", "/channels/*/messages", status=403, times=None)
    await world.ask(QUESTION)
    assert "could not be reported" in caplog.text


async def test_a_mention_where_the_bot_may_not_write_is_recorded(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=403, times=None)
    await world.friend.send_dm(QUESTION)
    assert "could not be sent" in caplog.text


async def test_a_reply_is_tried_again_when_discord_falters(world: World) -> None:
    world.env.inject_error("PATCH", "/webhooks/*", status=503, times=1)
    assert "La lettre compare" in text_of((await world.ask("Que compare la lettre ?")).response)


async def test_a_call_that_discord_does_not_answer_is_discord_s_fault() -> None:
    async def call() -> None:
        await asyncio.sleep(30)

    with pytest.raises(aiohttp.ClientConnectionError) as stalled:
        await retry(call, wait=0.01, limit=0.02)
    assert explain(stalled.value).key == "discord"


async def test_suggestions_that_fail_are_not_answered_with_an_error(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Any:
        raise ZeroDivisionError

    world.engine.sources = broken
    assert await world.member.autocomplete(world.channel, "source", "title", "x") == []


def test_a_record_for_machines_has_the_code_in_a_field_of_its_own(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = report(TimeoutError(), "ask", FR)
    known = vars(caplog.records[0])
    assert (known["where"], known["error"]) == ("ask", "TimeoutError")
    assert said.endswith(f"(code {known['code']})")
