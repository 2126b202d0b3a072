"""Restarts the bot's client whenever it ends, and shuts the program down within ten seconds.

The shutdown first waits for what people are waiting for, then cancels the rest.
"""

import asyncio
import contextlib
import logging
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

import aiohttp
import discord

from bot.errors import describe, frames, unwrap
from config import ConfigError

FIRST_WAIT, LONGEST_WAIT = 1.0, 120.0
"""Seconds before the first restart, and the most before any: Discord resets a token that begins
1,000 sessions within a day (https://discord.com/developers/docs/events/gateway)."""
STEADY = 120.0
"""Seconds after which a client counts as stable, so that the next wait is FIRST_WAIT again."""
CLOSING = 2.0
"""Seconds that a client is given to close."""
_HOPELESS = {
    4004: "Discord does not accept the token. Set DISCORD_TOKEN to the bot's token from "
    "https://discord.com/developers/applications.",
    4010: "Discord refuses the shard.",
    4011: "Discord asks for sharding: the bot is on too many servers for one connection.",
    4012: "Discord no longer speaks this version of its gateway: update discord.py.",
    4013: "Discord does not know one of the intents: update discord.py.",
    4014: "Discord refuses an intent that the bot asks for. It needs no privileged one: please "
    "report this.",
}
"""Close codes that no restart can mend (https://discord.com/developers/docs/topics/opcodes)."""
OUTSIDE = (
    aiohttp.ClientError,
    ConnectionError,
    TimeoutError,
    discord.HTTPException,
    discord.GatewayNotFound,
    discord.ConnectionClosed,
)
"""Exceptions caused by the network or Discord, which a later retry may not meet."""
ANSWERING = 4.0
"""Seconds that people's pending questions are given at shutdown."""
LEAVING = 0.5
"""Seconds that the tasks cancelled then are given to clean up."""
CUT = 9.0
"""Seconds that the whole shutdown may take, including a page that is being fetched."""
NOTING = "noting"
"""The name of tasks that store, or delete, an unfinished interaction."""
_HANDLERS = ("CommandTree-invoker", "discord.py: on_", NOTING)
"""Beginnings of the names of those tasks, and of discord.py's tasks for people's actions."""
_log = logging.getLogger(__name__)


class SetupError(Exception):
    """A fault of this program, which a restart would meet again; its cause is the fault."""


@contextlib.contextmanager
def setting_up() -> Iterator[None]:
    """Raise SetupError for a fault of this program before the gateway is opened.

    Once it is open, the two cannot be told apart: a malformed payload makes discord.py raise
    ``KeyError`` or ``TypeError`` as well, and a restart mends that.

    Raises:
        SetupError: Any exception except those of the network or Discord.
    """
    try:
        yield
    except OUTSIDE:
        raise
    except Exception as error:
        raise SetupError from error


def explain_fatal(error: BaseException) -> str | None:
    """Return the sentence of an error that no restart can mend; None for other errors."""
    if isinstance(error, discord.LoginFailure):
        return _HOPELESS[4004]
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return _HOPELESS[4014]
    if isinstance(error, discord.ConnectionClosed):
        return _HOPELESS.get(error.code)
    return None


def next_wait(last_wait: float, lasted: float) -> float:
    """Return the seconds to wait before a restart: twice the last wait, within the limits.

    ``last_wait`` is 0 before the first restart; ``lasted`` is the client's life in seconds.
    """
    return min(LONGEST_WAIT, 2 * last_wait) if last_wait and lasted < STEADY else FIRST_WAIT


async def supervise(make: Callable[[], discord.Client], token: str) -> NoReturn:
    """Run a client, and a new one whenever it ends, until cancelled.

    Raises:
        ConfigError: Discord's refusal that no restart can mend, such as of a wrong token.
        Exception: A fault of this program, which no restart can mend either.
    """
    wait = 0.0
    while True:
        started = time.monotonic()
        error = await _run_once(make(), token)
        _raise_fatal(error)
        wait = next_wait(wait, time.monotonic() - started)
        is_unreachable = isinstance(error, aiohttp.ClientConnectionError | TimeoutError)
        what = "Discord cannot be reached" if is_unreachable else "Discord's client ended"
        _log.warning("%s; trying again in %.0f s%s", what, wait, _describe_cause(error))
        await asyncio.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - no secret


def _raise_fatal(error: BaseException | None) -> None:
    """Raise an error that no restart can mend; ignore other errors."""
    sentence = explain_fatal(error) if error else None
    if sentence:
        raise ConfigError(sentence)
    if isinstance(error, SetupError) and error.__cause__:
        _log.error("the bot cannot be set up%s", _describe_cause(unwrap(error.__cause__)))
        raise error.__cause__


def _describe_cause(error: BaseException | None) -> str:
    """Describe an error in parentheses, with its traceback unless the network caused it."""
    if error is None:
        return ""
    return f" ({describe(error)}){'' if isinstance(error, OUTSIDE) else frames(error)}"


async def _run_once(client: discord.Client, token: str) -> BaseException | None:
    """Run a client until it ends; return the exception that ended it, if any."""
    running = asyncio.create_task(client.start(token), name="discord-client")
    try:
        await asyncio.wait({running})
    except asyncio.CancelledError:
        await finish()
        raise
    finally:
        await _close(client, running)
    return None if running.cancelled() else running.exception()


async def _close(client: discord.Client, running: asyncio.Task[None]) -> None:
    """Close a client in whatever state it is, and end its task."""
    try:
        async with asyncio.timeout(CLOSING):
            await client.close()
    except Exception as error:  # noqa: BLE001 - the client is thrown away all the same
        _log.info("the client did not close: %s", type(error).__name__)
    running.cancel()
    await asyncio.wait({running})


@contextlib.contextmanager
def limit_shutdown() -> Iterator[threading.Timer]:
    """Yield a timer that, once started, kills the process when the shutdown takes too long.

    A thread cannot be cancelled, but it can be killed: every write is atomic, so that the data
    folder holds either the old or the new state.
    """
    deadline = threading.Timer(CUT, _cut)
    deadline.daemon = True
    try:
        yield deadline
    finally:
        deadline.cancel()


def _cut() -> None:
    _log.warning("the shutdown took too long: unfinished work is abandoned")
    logging.shutdown()
    os._exit(0)


@contextlib.contextmanager
def cancel_on_signals(deadline: threading.Timer) -> Iterator[None]:
    """Cancel the current task at the first SIGTERM or SIGINT, where the system supports it."""
    task, loop, handled = asyncio.current_task(), asyncio.get_running_loop(), []

    def cancel() -> None:
        if task is not None and not task.cancelling():
            deadline.start()
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, cancel)
            handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


async def finish() -> None:
    """Wait for the tasks that people wait for; cancel those that take longer than ANSWERING."""
    end = time.monotonic() + ANSWERING
    while (tasks := _list_pending()) and (left := end - time.monotonic()) > 0:
        await asyncio.wait(tasks, timeout=left)
    for task in tasks:
        task.cancel()
    if tasks:
        _log.warning("the shutdown cancels %s unfinished requests", len(tasks))
        await asyncio.wait(tasks, timeout=LEAVING)


def _list_pending() -> set[asyncio.Task[object]]:
    own = asyncio.current_task()
    return {t for t in asyncio.all_tasks() if t is not own and t.get_name().startswith(_HANDLERS)}
