"""The end of the program: what people do is finished first, and a thread cannot hold it up."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from bot.running import supervise as ending
from bot.running.supervise import finish, limit_shutdown
from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[3]
STUCK = """
import asyncio, time
from bot.running import supervise as ending

ending.CUT = {cut}

async def main(deadline):
    asyncio.get_running_loop().run_in_executor(None, time.sleep, {seconds})
    await asyncio.sleep(0.05)
    deadline.start()

with ending.limit_shutdown() as deadline:
    asyncio.run(main(deadline))
print("in time")
"""


async def handler(name: str, seconds: float) -> asyncio.Task[None]:
    """Begin something as discord.py does for what a person did."""
    return asyncio.create_task(asyncio.sleep(seconds), name=name)


@pytest.mark.parametrize(
    "name", ["CommandTree-invoker", "discord.py: on_message", "discord.py: on_interaction"]
)
async def test_what_people_did_is_finished(name: str) -> None:
    task = await handler(name, 0.1)
    await finish()
    assert task.done()
    assert not task.cancelled()


async def test_what_comes_meanwhile_is_finished_too() -> None:
    later: list[asyncio.Task[None]] = []

    async def click() -> None:
        await asyncio.sleep(0.05)
        later.append(await handler("discord.py: on_interaction", 0.05))

    begun = asyncio.create_task(click(), name="CommandTree-invoker")
    await finish()
    assert begun.done()
    assert later[0].done()


async def test_what_is_nobodys_question_is_not_waited_for() -> None:
    task = await handler("watching", 60)
    await finish()
    assert not task.done()
    task.cancel()


async def test_what_takes_too_long_is_cancelled_and_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ending, "ANSWERING", 0.05)
    task = await handler("CommandTree-invoker", 60)
    await finish()
    assert task.cancelled()
    assert "cancels 1 unfinished requests" in caplog.text


async def test_what_will_not_be_cancelled_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    leave = asyncio.Event()

    async def stubborn() -> None:
        while not leave.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await leave.wait()

    monkeypatch.setattr(ending, "ANSWERING", 0.05)
    monkeypatch.setattr(ending, "LEAVING", 0.05)
    task = asyncio.create_task(stubborn(), name="CommandTree-invoker")
    async with asyncio.timeout(PATIENCE):
        await finish()
    assert not task.done()
    leave.set()
    await task


def stuck(seconds: float, cut: float) -> tuple[int, str]:
    """Run a program whose thread is busy for some seconds at the end, which is cut after others."""
    done = subprocess.run(
        [sys.executable, "-c", STUCK.format(seconds=seconds, cut=cut)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return done.returncode, done.stdout


@pytest.mark.process
def test_a_thread_that_is_still_busy_is_cut_after_a_while() -> None:
    assert stuck(10 * PATIENCE, 0.3) == (0, "")


@pytest.mark.process
def test_a_thread_that_ends_in_time_is_not_cut() -> None:
    assert stuck(0.1, PATIENCE) == (0, "in time\n")


def test_a_deadline_that_was_kept_ends_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[bool] = []
    monkeypatch.setattr(ending, "CUT", PATIENCE)
    monkeypatch.setattr(ending, "_cut", lambda: ended.append(True))
    with limit_shutdown() as deadline:
        deadline.start()
    deadline.join()
    assert ended == []
