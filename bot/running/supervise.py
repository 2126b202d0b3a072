"""Keeping the bot on Discord: a new start after each end, and the last end within ten seconds.

At the end, what people wait for comes first, then what can be left.
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
"""Seconds before the first new start, and the most before any: Discord takes a token back that
begins 1,000 sessions within a day (https://discord.com/developers/docs/events/gateway)."""
STEADY = 120.0
"""Seconds after which a client counts as having worked: the next wait is the first again."""
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
"""Close codes that no new start can mend (https://discord.com/developers/docs/topics/opcodes)."""
OUTSIDE = (
    aiohttp.ClientError,
    ConnectionError,
    TimeoutError,
    discord.HTTPException,
    discord.GatewayNotFound,
    discord.ConnectionClosed,
)
"""What the network or Discord is at fault for, and what may be over a minute later."""
ANSWERING = 4.0
"""Seconds that people's questions under way are given once the program is asked to end."""
LEAVING = 0.5
"""Seconds that what is cancelled then is given to put its things in order."""
CUT = 9.0
"""Seconds that all of it may take, a page that is still being fetched included."""
NOTING = "noting"
"""How the tasks are called that note what is under way, and that it is no longer."""
_HANDLERS = ("CommandTree-invoker", "discord-ui-", "discord.py: on_", NOTING)
"""How those are called and those in which discord.py lets a bot act on what people do."""
_log = logging.getLogger(__name__)


class SetupError(Exception):
    """A fault of this program, which a new start would meet again; its cause says which."""


@contextlib.contextmanager
def setting_up() -> Iterator[None]:
    """Tell this program's own faults from those of the network, before the gateway is opened.

    Once it is open, no error tells them apart: discord.py lets a malformed payload raise a
    ``KeyError`` or a ``TypeError`` too, and for that a new start is the right thing.

    Raises:
        SetupError: A fault of our own.
    """
    try:
        yield
    except OUTSIDE:
        raise
    except Exception as error:
        raise SetupError from error


def hopeless(error: BaseException) -> str | None:
    """Return the sentence for what a new start cannot mend; None for all else."""
    if isinstance(error, discord.LoginFailure):
        return _HOPELESS[4004]
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return _HOPELESS[4014]
    if isinstance(error, discord.ConnectionClosed):
        return _HOPELESS.get(error.code)
    return None


def next_wait(before: float, lasted: float) -> float:
    """Return the seconds to wait after a client that lasted so long: twice as many as before it.

    ``before`` is 0 where there was no wait yet.
    """
    return min(LONGEST_WAIT, 2 * before) if before and lasted < STEADY else FIRST_WAIT


async def supervise(make: Callable[[], discord.Client], token: str) -> NoReturn:
    """Run clients one after the other until this is cancelled.

    Raises:
        ConfigError: Something that a new start cannot mend, such as a wrong token.
        Exception: A fault of this program, which a new start cannot mend either.
    """
    wait = 0.0
    while True:
        started = time.monotonic()
        error = await _run_once(make(), token)
        _give_up(error)
        wait = next_wait(wait, time.monotonic() - started)
        is_far = isinstance(error, aiohttp.ClientConnectionError | TimeoutError)
        what = "Discord cannot be reached" if is_far else "Discord's client ended"
        _log.warning("%s; trying again in %.0f s%s", what, wait, _because(error))
        await asyncio.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - no secret


def _give_up(error: BaseException | None) -> None:
    """Raise what a new start cannot mend; return from all else."""
    sentence = hopeless(error) if error else None
    if sentence:
        raise ConfigError(sentence)
    if isinstance(error, SetupError) and error.__cause__:
        _log.error("the bot cannot be set up%s", _because(unwrap(error.__cause__)))
        raise error.__cause__


def _because(error: BaseException | None) -> str:
    """Return what a client ended with, and where unless it came from outside."""
    if error is None:
        return ""
    return f" ({describe(error)}){'' if isinstance(error, OUTSIDE) else frames(error)}"


async def _run_once(client: discord.Client, token: str) -> BaseException | None:
    """Run a client until it ends; return what it ended with."""
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
    """Close a client, whatever state it is in."""
    try:
        async with asyncio.timeout(CLOSING):
            await client.close()
    except Exception as error:  # noqa: BLE001 - it is thrown away all the same
        _log.info("the client did not close: %s", type(error).__name__)
    running.cancel()
    await asyncio.wait({running})


@contextlib.contextmanager
def limit_end() -> Iterator[threading.Timer]:
    """Yield what, once started, ends the process when its end takes too long.

    What a thread is about cannot be cancelled. It can be cut: every write is atomic, so the data
    folder is what it was before or what it was to become.
    """
    deadline = threading.Timer(CUT, _cut)
    deadline.daemon = True
    try:
        yield deadline
    finally:
        deadline.cancel()


def _cut() -> None:
    _log.warning("what was still being read is left, for the program ends")
    logging.shutdown()
    os._exit(0)


@contextlib.contextmanager
def heed(deadline: threading.Timer) -> Iterator[None]:
    """Have SIGTERM and SIGINT cancel the present task, once, where the system can."""
    task, loop, heeded = asyncio.current_task(), asyncio.get_running_loop(), []

    def end() -> None:
        if task is not None and not task.cancelling():
            deadline.start()
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, end)
            heeded.append(number)
    try:
        yield
    finally:
        for number in heeded:
            loop.remove_signal_handler(number)


async def finish() -> None:
    """Let what people wait for come to its end; what takes longer is cancelled."""
    end = time.monotonic() + ANSWERING
    while (tasks := _under_way()) and (left := end - time.monotonic()) > 0:
        await asyncio.wait(tasks, timeout=left)
    for task in tasks:
        task.cancel()
    if tasks:
        _log.warning("%s things under way are left undone, for the program ends", len(tasks))
        await asyncio.wait(tasks, timeout=LEAVING)


def _under_way() -> set[asyncio.Task[object]]:
    own = asyncio.current_task()
    return {t for t in asyncio.all_tasks() if t is not own and t.get_name().startswith(_HANDLERS)}
