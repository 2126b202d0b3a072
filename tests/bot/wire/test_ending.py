"""The end: what people wait for is answered first, all else is left, and it takes ten seconds."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from bot.running import supervise
from config.settings import Settings
from embeddings.engine import SearchEngine
from embeddings.store.people import Unfinished
from embeddings.store.records import Records
from tests.bot.wire.messages import text_of
from tests.bot.wire.running import QUESTION, QUOTE, WORDS, ask, running
from tests.bot.wire.state import ADMIN
from tests.bot.wire.test_process import ended, program, with_this
from tests.embeddings.readers.sites import running as site_running
from tests.fakes import FakeEngine
from tests.ports import free_port
from tests.records import records_in
from tests.waiting import PATIENCE, Elapsed, until

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path

    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import User

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM is POSIX's")
ALLOWED = 10.0
"""Seconds that the end may take."""


async def asked(server: FakeDiscord, user: User, door: str) -> asyncio.Task[str]:
    """Ask by one of the doors; return the task that waits for what is answered."""
    if door == "command":
        command = await ask(server, user)
        return asyncio.create_task(_said(command.answer()))
    if door == "menu":
        said = await server.say(WORDS, user=user, channel=server.world.home(user))
        menu = await server.menu("Find the sources", said, user=user)
        return asyncio.create_task(_said(menu.answer()))
    way = server.mention if door == "mention" else server.dm
    message = await way(WORDS, user=user)
    return asyncio.create_task(_said(server.reply_to(message)))


async def _said(waiting: object) -> str:
    return text_of(await waiting)


async def end_in_time(life: asyncio.Task[int]) -> int:
    """Wait for the bot's end, which must come in time; return its exit code."""
    elapsed = Elapsed()
    code = await asyncio.wait_for(life, PATIENCE)
    assert elapsed.seconds() < ALLOWED
    return code


@pytest.mark.parametrize("door", ["command", "mention", "dm", "menu"])
async def test_a_question_under_way_is_answered_before_the_end(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, tmp_path: Path, door: str
) -> None:
    engine = FakeEngine()
    engine.delay = 0.5
    async with running(monkeypatch, server, engine, tmp_path) as life:
        await server.connected()
        answer = await asked(server, ana, door)
        await until(lambda: engine.asked, 0.01)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await end_in_time(life) == 0
        assert QUOTE in await answer


async def test_nothing_is_left_of_what_was_answered_just_before_the_end(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User, tmp_path: Path
) -> None:
    """The next run would answer it again; that it is answered is noted beside, and late here."""
    forget = Records.end

    async def forget_late(records: Records, kind: type[Unfinished], token: str) -> bool:
        await asyncio.sleep(0.5)
        return await forget(records, kind, token)

    monkeypatch.setattr(Records, "end", forget_late)
    async with running(monkeypatch, server, FakeEngine(), tmp_path) as life:
        await server.connected()
        await (await ask(server, ana)).answer()
        os.kill(os.getpid(), signal.SIGTERM)
        assert await end_in_time(life) == 0
    assert await records_in(tmp_path).list_unfinished() == []


async def test_what_takes_too_long_is_left_to_the_next_run(
    monkeypatch: pytest.MonkeyPatch,
    server: FakeDiscord,
    ana: User,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(supervise, "ANSWERING", 0.2)
    engine = FakeEngine()
    engine.delay = 60.0
    async with running(monkeypatch, server, engine, tmp_path) as life:
        await server.connected()
        await (await ask(server, ana)).ack()
        os.kill(os.getpid(), signal.SIGTERM)
        assert await end_in_time(life) == 0
    assert "unfinished requests" in caplog.text
    (left,) = await records_in(tmp_path).list_unfinished()
    assert left.question == QUESTION


async def terminated(process: Process) -> tuple[int | None, list[str], float]:
    """Ask the program to end; return its exit code, what it said, and the seconds."""
    elapsed = Elapsed(process.pid)
    process.terminate()
    ending = asyncio.create_task(ended(process))
    while not ending.done():
        seconds = elapsed.seconds()
        await asyncio.wait({ending}, timeout=0.05)
    return *ending.result(), seconds


@pytest.mark.process
async def test_a_reindex_is_abandoned_and_the_last_snapshot_serves_on(
    server: FakeDiscord, tmp_path: Path
) -> None:
    story = tmp_path / "story.md"
    story.write_text("# Pont\n\n" + "\n\n".join(f"Le pont {n} est fermé." for n in range(200)))
    settings = Settings(data=tmp_path / "data", seeds=tmp_path / "none")
    async with SearchEngine(settings) as engine:
        await engine.add([str(story)])
        before = engine.status().snapshot
    admin = server.add_member(server.add_guild("Rédaction"), "Ada", permissions=ADMIN)
    server.make_operator(admin)
    hurried = with_this("from bot.running import supervise; supervise.ANSWERING = 0.5")
    async with program(server, settings.data, server.token, hurried) as process:
        await server.connected()
        wanted = {"full": True, "shared": True}
        await (await server.slash("admin reindex", wanted, user=admin)).ack()
        code, said, seconds = await terminated(process)
    assert (code, seconds < ALLOWED) == (0, True)
    assert not any("Traceback" in line for line in said), "\n".join(said)
    async with SearchEngine(settings) as engine:
        assert engine.status().snapshot == before
        assert (await engine.verify()).ok
        await engine.reindex()


@pytest.mark.process
async def test_a_page_that_never_ends_does_not_hold_the_end_up(
    server: FakeDiscord, tmp_path: Path
) -> None:
    with site_running() as site:
        feed = site.endless("/feed", b" ", pause=0.05)
        settings = {
            "WATCH__FEEDS": feed, "FETCH__PRIVATE": "true", "FETCH__SECONDS": "300",
        }  # fmt: skip
        at_once = with_this("from bot.running import supervise; supervise.CUT = 2.0")
        async with program(server, tmp_path, server.token, at_once, **settings) as process:
            await server.connected()
            await until(lambda: site.asked)
            code, _, seconds = await terminated(process)
    assert (code, seconds < ALLOWED) == (0, True)


@pytest.mark.process
async def test_a_program_that_is_still_loading_ends_too(
    server: FakeDiscord, tmp_path: Path
) -> None:
    port = free_port()
    async with program(server, tmp_path, server.token, HEALTH__PORT=str(port)) as process:
        await until(lambda: listens(port))
        code, said, seconds = await terminated(process)
    assert (code, seconds < ALLOWED) == (0, True)
    assert not any("Traceback" in line for line in said), "\n".join(said)


async def listens(port: int) -> bool:
    """Say whether somebody listens on a port."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
