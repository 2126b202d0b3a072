"""Fifty questions at once while everything is indexed anew: nobody waits, nobody is misled."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.settings import Settings
from embeddings.engine import SearchEngine
from tests.bot.wire import crowd
from tests.bot.wire.messages import text_of
from tests.bot.wire.running import ask
from tests.bot.wire.state import ADMIN
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.bot.wire.interactions import Interaction
    from tests.bot.wire.server import FakeDiscord

log = logging.getLogger(__name__)

pytestmark = [pytest.mark.process, pytest.mark.alone]
ROOT = Path(__file__).resolve().parents[3]
ACKNOWLEDGED = 1.0
"""Seconds within which every person sees that the bot has heard them."""
MANY, MOMENT = 300, 1.5
"""Questions, and the seconds within which they come."""
BLOCKED = 0.050
"""Seconds that the event loop is held up at the most."""
LONGEST = 10 * PATIENCE
"""Seconds that the reindex may take, on however busy a machine."""
TRIES = 3
"""How often it is measured at the most: what the program does itself holds it up each time."""


@dataclass
class Loaded:
    """The bot as its own process, with the real model over two thousand passages."""

    process: asyncio.subprocess.Process
    file: Path

    async def stop(self) -> int:
        """Ask it to end, as an operator does; return its exit code."""
        self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), PATIENCE)

    def late(self, since: float, until: float) -> list[tuple[float, float]]:
        """How late its event loop was, tick by tick between two moments, in order of size.

        Beside each, the same without the time for which the machine had no core for it.
        """
        ticks = json.loads(self.file.read_text(encoding="utf-8"))
        told = [t for t in ticks if since <= t[0] - t[1] and t[0] <= until]
        return sorted((max(late - kept, 0.0), late) for _, late, kept in told)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a snapshot of the stories."""
    folder = tmp_path_factory.mktemp("load")
    crowd.write(folder / "stories")

    async def index() -> None:
        async with SearchEngine(Settings(data=folder / "data", seeds=Path("none"))) as engine:
            await engine.add([str(folder / "stories")])
            assert engine.status().passages == crowd.PASSAGES

    asyncio.run(index())
    return folder / "data"


@pytest.fixture
def indexed(template: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    return Path(shutil.copytree(template, tmp_path / "data"))


@contextlib.asynccontextmanager
async def loading(server: FakeDiscord, data: Path) -> AsyncIterator[Loaded]:
    """The bot, on Discord, over a folder.

    The threshold is low: the claim is about load, not about how sure the model is.
    """
    file = data.parent / "late.json"
    settings = {
        "DATA": str(data),
        "THRESHOLD": "0.1",
        "DISCORD__TOKEN": server.token,
        "DISCORD__API_BASE": server.api_base,
        "DISCORD__GATEWAY": server.gateway.url,
        "DISCORD__COOLDOWN_USER": "0",
    }
    environment = os.environ | {f"VERBATIM_{name}": value for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bot.wire.loaded", str(file), cwd=ROOT, env=environment
    )
    server.clock.elapsed.count(process.pid)
    try:
        await server.connected()
        yield Loaded(process, file)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_fifty_questions_during_a_full_reindex_are_heard_and_answered_rightly(
    server: FakeDiscord, indexed: Path
) -> None:
    worst, figures = BLOCKED, []
    while worst >= BLOCKED and len(figures) < TRIES:
        async with loading(server, indexed) as loaded:
            worst, told = await ask_during_a_reindex(server, loaded)
        log.info("%s", told)
        figures.append(told)
    assert worst < BLOCKED, figures


async def ask_during_a_reindex(server: FakeDiscord, loaded: Loaded) -> tuple[float, str]:
    """Ask fifty questions meanwhile; return how long the loop was held up, and all figures."""
    guild = server.add_guild("Rédaction")
    admin = server.add_member(guild, "Ada", permissions=ADMIN)
    server.make_operator(admin)
    people = [server.add_member(guild, f"M{n}") for n in range(crowd.QUESTIONS)]
    began = time.monotonic()
    reindex = await server.slash("admin reindex", {"full": True, "shared": True}, user=admin)
    await reindex.ack()
    asked = [
        await ask(server, person, question.text)
        for person, question in zip(people, crowd.questions(), strict=True)
    ]
    acknowledged = [await one.ack() for one in asked]
    quotes = [first_quote(text_of(await one.answer())) for one in asked]
    assert not is_done(reindex), "the reindex was over before the last answer"
    await server.until(lambda: is_done(reindex), LONGEST)
    ended = time.monotonic()
    assert await loaded.stop() == 0
    late = loaded.late(began, ended)
    worst = late[-1][0]
    figures = (
        f"acknowledged within {max(acknowledged):.3f} s, answered within "
        f"{max(one.states[-1][0] for one in asked):.1f} s; event loop held up by "
        f"{worst * 1000:.0f} ms at most, p99 {late[int(len(late) * 0.99)][0] * 1000:.1f} ms, in "
        f"{ended - began:.1f} s; late by {max(raw for _, raw in late) * 1000:.0f} ms at most "
        f"with what the machine kept it waiting"
    )
    assert quotes == [question.answer for question in crowd.questions()]
    assert max(acknowledged) < ACKNOWLEDGED, figures
    return worst, figures


async def test_of_three_hundred_questions_in_a_moment_none_is_lost(
    server: FakeDiscord, indexed: Path
) -> None:
    guild = server.add_guild("Rédaction")
    known = list(crowd.questions())
    questions = [known[n % len(known)] for n in range(MANY)]
    asked = []
    async with loading(server, indexed) as loaded:
        began = time.monotonic()
        for n, question in enumerate(questions):
            asked.append(await ask(server, server.add_member(guild, f"M{n}"), question.text))
            await asyncio.sleep(max(0.0, began + MOMENT * n / MANY - time.monotonic()))
        acknowledged = [await one.ack() for one in asked]
        quotes = [first_quote(text_of(await one.answer())) for one in asked]
        assert await loaded.stop() == 0
    assert quotes == [question.answer for question in questions]
    assert max(acknowledged) < ACKNOWLEDGED


def is_done(reindex: Interaction) -> bool:
    """Say whether the admin has been told that the reindex is over."""
    return reindex.original is not None and "L’indexation est finie" in text_of(reindex.original)


def first_quote(answer: str) -> str:
    """Return the words of an answer's first quote, without its typography."""
    quotes = [line for line in answer.splitlines() if line.startswith("> ")]
    return re.sub("[>*«»]", "", quotes[0]).strip() if quotes else ""
