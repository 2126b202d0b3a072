"""Kept running: what ends the client starts a new one, what cannot be mended ends in a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from discord.ext import commands

from bot.running import supervise
from bot.running.supervise import cancel_on_signals, explain_fatal, next_wait, setting_up
from config import ConfigError
from tests.waiting import PATIENCE


class Client:
    """A client that ends as it is told; ``None`` lets it run until it is closed."""

    def __init__(self, ending: BaseException | str | None) -> None:
        self.ending = ending
        self.closed = asyncio.Event()

    async def start(self, given: str) -> None:
        assert given == "secret"
        if isinstance(self.ending, BaseException):
            raise self.ending
        if self.ending is None:
            await self.closed.wait()

    async def close(self) -> None:
        self.closed.set()
        if self.ending == "stubborn":
            raise RuntimeError("cannot close")


class Factory:
    """Makes the clients in turn."""

    def __init__(self, *endings: BaseException | str | None) -> None:
        self.endings = list(endings)
        self.made: list[Client] = []
        self.last = asyncio.Event()

    def __call__(self) -> Any:
        client = Client(self.endings.pop(0))
        self.made.append(client)
        if not self.endings:
            self.last.set()
        return client


def closed(code: int) -> discord.ConnectionClosed:
    socket: Any = type("Socket", (), {"close_code": code})()
    return discord.ConnectionClosed(socket, shard_id=None)


async def run(*endings: BaseException | str | None) -> list[Client]:
    """Run clients that end so, and one more, until that is cancelled."""
    factory = Factory(*endings, None)
    task = asyncio.create_task(supervise.supervise(factory, "secret"))
    last = asyncio.create_task(factory.last.wait())
    await asyncio.wait({task, last}, return_when=asyncio.FIRST_COMPLETED)
    last.cancel()
    await cancelled(task)
    return factory.made


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "next_wait", lambda *_: 0.0)


async def cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    "ending",
    [
        KeyError("t"),
        AttributeError("'NoneType' object has no attribute 'sequence'"),
        aiohttp.ClientConnectionError(),
        OSError(104, "reset"),
        closed(4009),
        "closed",
        "stubborn",
    ],
    ids=str,
)
async def test_what_ends_the_client_starts_a_new_one(ending: BaseException | str) -> None:
    clients = await run(ending, ending)
    assert len(clients) == 3
    assert len(set(map(id, clients))) == 3


async def test_every_client_is_closed() -> None:
    assert all(client.closed.is_set() for client in await run(KeyError("t"), "closed"))


CODES = {
    4004: "token", 4010: "shard", 4011: "sharding", 4012: "version", 4013: "intents", 4014: "intent"
}  # fmt: skip
"""The codes that a session is closed with for good, and the word that tells each."""


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (discord.LoginFailure("x"), "token"),
        (discord.PrivilegedIntentsRequired(None), "intent"),
        *[(closed(code), said) for code, said in CODES.items()],
    ],
    ids=str,
)
async def test_what_cannot_be_mended_ends_in_one_sentence(ending: BaseException, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        await run(ending)
    assert "\n" not in str(caught.value)


def test_other_errors_can_be_mended() -> None:
    assert explain_fatal(KeyError("t")) is None
    assert explain_fatal(closed(4000)) is None


def http_error(status: int) -> discord.HTTPException:
    response: Any = type("Response", (), {"status": status, "reason": "x"})()
    return discord.HTTPException(response, None)


def set_up(error: Exception) -> BaseException:
    """What the setting up of a client ends with, when this goes wrong in it."""
    with pytest.raises(Exception) as caught, setting_up():  # noqa: PT011 - any at all
        raise error
    return caught.value


BROKEN = [
    commands.ExtensionFailed("bot.asking.cog", NameError("name 'x' is not defined")),
    KeyError("t"),
    TypeError("x"),
    FileNotFoundError(2, "No such file", "fr.ftl"),
]


@pytest.mark.parametrize("error", BROKEN, ids=repr)
async def test_a_fault_of_this_program_ends_it_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        await run(set_up(error))
    assert caught.value is error


@pytest.mark.parametrize("error", BROKEN, ids=repr)
async def test_a_fault_of_this_program_is_recorded_once_with_its_place(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(type(error)):
        await run(set_up(error))
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert type(getattr(error, "original", error)).__name__ in record.getMessage()


@pytest.mark.parametrize(
    "error",
    [
        http_error(503),
        http_error(429),
        discord.GatewayNotFound(),
        aiohttp.ClientConnectionError(),
        aiohttp.ServerDisconnectedError(),
        ConnectionResetError(104, "reset"),
        TimeoutError(),
    ],
    ids=repr,
)
async def test_a_failing_network_while_setting_up_starts_a_new_client(error: Exception) -> None:
    assert set_up(error) is error
    assert len(await run(error)) == 2


async def test_the_record_of_a_new_start_says_what_the_client_ended_with_and_where(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await run(KeyError("t"))
    said = caplog.records[0].getMessage()
    assert "KeyError" in said
    assert __file__ in said


async def test_the_record_of_a_lost_connection_is_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await run(OSError(104, "reset by peer"), closed(4009), aiohttp.ClientConnectionError("no way"))
    said = [record.getMessage() for record in caplog.records]
    assert [len(line.splitlines()) for line in said] == [1, 1, 1]
    assert "reset by peer" in said[0]
    assert "4009" in said[1]


async def test_no_record_quotes_what_a_malformed_payload_held(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await run(ValueError("invalid literal: 'a secret question'"))
    assert "ValueError" in caplog.text
    assert "secret question" not in caplog.text


async def test_the_end_closes_a_running_client_after_what_people_wait_for() -> None:
    client = Client(None)
    task = asyncio.create_task(supervise.supervise(lambda: client, "secret"))
    asked = asyncio.create_task(asyncio.sleep(0.1), name="CommandTree-invoker")
    await asyncio.sleep(0.01)
    await cancelled(task)
    assert client.closed.is_set()
    assert asked.done()
    assert not asked.cancelled()


async def test_the_end_does_not_wait_for_a_new_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "next_wait", lambda *_: 10 * PATIENCE)
    task = asyncio.create_task(supervise.supervise(lambda: Client(KeyError("t")), "secret"))
    await asyncio.sleep(0.01)
    async with asyncio.timeout(PATIENCE):
        await cancelled(task)


async def test_a_client_that_will_not_close_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck(Client):
        async def close(self) -> None:
            await asyncio.sleep(10 * PATIENCE)

    monkeypatch.setattr(supervise, "CLOSING", 0.01)
    task = asyncio.create_task(supervise.supervise(lambda: Stuck(None), "secret"))
    await asyncio.sleep(0.01)
    async with asyncio.timeout(PATIENCE):
        await cancelled(task)


def test_each_wait_is_twice_as_long_up_to_the_longest() -> None:
    waits = [0.0]
    for _ in range(9):
        waits.append(next_wait(waits[-1], 0.0))
    assert waits[1:] == [1, 2, 4, 8, 16, 32, 64, 120, 120]


def test_a_client_that_worked_for_long_makes_the_next_wait_short() -> None:
    assert next_wait(64.0, supervise.STEADY) == 1.0


@pytest.mark.skipif(sys.platform == "win32", reason="signals are caught by the loop on POSIX alone")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_cancels_once_and_lets_the_time_begin(number: signal.Signals) -> None:
    begun: list[bool] = []

    async def live() -> None:
        with cancel_on_signals(deadline(begun)):
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.05)  # while it is asked again

    task = asyncio.create_task(live())
    await asyncio.sleep(0.01)
    for _ in range(2):
        os.kill(os.getpid(), number)
        await asyncio.sleep(0.02)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert begun == [True]


def deadline(begun: list[bool]) -> Any:
    """Return a deadline that ends nobody."""
    return SimpleNamespace(start=lambda: begun.append(True))


async def test_where_signals_cannot_be_caught_the_bot_runs_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(asyncio.get_running_loop(), "add_signal_handler", refuse)
    begun: list[bool] = []
    with cancel_on_signals(deadline(begun)):
        assert not begun
