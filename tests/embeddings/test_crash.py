"""After a kill at any instant of a reindex, the next start answers as before."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from embeddings.engine import SearchEngine
from tests.embeddings.collections import filled, opened
from tests.embeddings.fakes import WordEncoder
from tests.embeddings.stories import HARBOUR, ORCHARD

Reindexing = subprocess.Popen[str]

KILLS = 20
QUESTION = "La construction a-t-elle duré trois ans ?"
ROOT = Path(__file__).parents[2]
REINDEX = """
import asyncio, os, sys
from pathlib import Path
from config.settings import Settings
from embeddings.engine import SearchEngine
from tests.embeddings.fakes import WordEncoder

async def main():
    settings = Settings(data=Path(sys.argv[1]), seeds=Path(sys.argv[1]) / "none")
    async with SearchEngine(settings, encoder=WordEncoder()) as engine:
        print(os.getpid(), flush=True)
        while True:
            await engine.reindex(full=True)

for _ in sys.stdin:
    if not (child := os.fork()):
        asyncio.run(main())
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork"),
]


@pytest.fixture
def reindexing(tmp_path: Path) -> Iterator[Reindexing]:
    """A process that forks, for each line of input, one that reindexes for ever."""
    command = [sys.executable, "-c", REINDEX, str(tmp_path / "data")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        yield process


def reindex_and_die(reindexing: Reindexing, seconds: float) -> None:
    """Start a process that reindexes for ever, and kill it by SIGKILL after some seconds."""
    assert reindexing.stdin is not None
    assert reindexing.stdout is not None
    reindexing.stdin.write("\n")
    reindexing.stdin.flush()
    child = int(reindexing.stdout.readline())
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    assert int(reindexing.stdout.readline()) == -signal.SIGKILL


async def test_twenty_kills_at_random_instants_lose_nothing(
    tmp_path: Path, reindexing: Reindexing
) -> None:
    stories = tmp_path / "stories"
    stories.mkdir()
    for article in (HARBOUR, ORCHARD):
        text = f"---\nid: {article.id}\ntitle: {article.title}\n---\n{article.text}"
        (stories / f"{article.id}.md").write_text(text, encoding="utf-8")
    settings = Settings(data=tmp_path / "data", seeds=tmp_path / "none")
    async with SearchEngine(settings, encoder=WordEncoder()) as engine:
        await engine.add([str(stories)])
        expected = (await engine.ask(QUESTION)).hits
    instants = random.Random(2018)
    for _ in range(KILLS):
        reindex_and_die(reindexing, instants.uniform(0, 0.15))
        async with SearchEngine(settings, encoder=WordEncoder()) as engine:
            assert (await engine.ask(QUESTION)).hits == expected
            assert (await engine.verify()).ok
    async with SearchEngine(settings, encoder=WordEncoder()) as engine:
        await engine.reindex()
        assert not list(settings.data.rglob(".aside-*"))


async def test_a_reindex_without_work_removes_the_leftovers_of_a_crash(tmp_path: Path) -> None:
    async with opened(tmp_path) as engine:
        await filled(engine, tmp_path)
        left = tmp_path / "data" / "snapshots" / "shared" / ".aside-9"
        left.mkdir()
        before = engine.status().snapshot
        await engine.reindex()
        assert (engine.status().snapshot, left.exists()) == (before, False)
