"""A process of its own builds what this one serves, and its death harms nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import DiscordSettings, Settings
from embeddings.collection import Collection
from embeddings.engine import SearchEngine
from embeddings.errors import BusyError, EmbeddingsError
from embeddings.files import writer_lock
from embeddings.snapshots.builder import BuilderProcess
from embeddings.snapshots.reindexing import Reindexing
from embeddings.types import SHARED, Progress
from tests.embeddings.stories import HARBOUR

ROOT = Path(__file__).parents[3]
TOKEN = "not-to-be-passed-on"  # noqa: S105 - of no use anywhere
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="only Linux tells of its processes in /proc"
)
QUESTION = "Combien a coûté la construction du quai ?"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    token = DiscordSettings(token=SecretStr(TOKEN))
    return Settings(data=tmp_path / "data", seeds=tmp_path / "none", discord=token)


@pytest.fixture
async def builder(settings: Settings) -> AsyncIterator[BuilderProcess]:
    """A builder of an empty shared collection."""
    Collection(settings.data, SHARED).open(create=True)
    async with BuilderProcess(settings) as opened:
        yield opened


def child(builder: BuilderProcess) -> int:
    """Return the id of the process that builds."""
    assert builder._process is not None
    return builder._process.pid


async def test_what_the_process_builds_is_served_here(settings: Settings, tmp_path: Path) -> None:
    story = tmp_path / "port.txt"
    story.write_text(f"{HARBOUR.title}\n\n{HARBOUR.text}", encoding="utf-8")
    steps: list[Progress] = []
    async with (
        BuilderProcess(settings) as builder,
        SearchEngine(settings, builder=builder) as engine,
    ):
        report = (await engine.add([str(story)], progress=steps.append)).report
        assert report is not None
        assert report.snapshot == engine.status().snapshot
        assert "douze millions" in (await engine.ask(QUESTION)).hits[0].text
        assert steps[-1] == Progress("write", 1, 1)
        assert (await engine.reindex(dry_run=True)).encoded == 0


async def test_an_error_there_is_raised_here(builder: BuilderProcess, settings: Settings) -> None:
    with (
        writer_lock(settings.data / "collections" / SHARED / "snapshots"),
        pytest.raises(BusyError, match="Somebody else is writing"),
    ):
        await builder.reindex(SHARED, Reindexing())
    assert (await builder.reindex(SHARED, Reindexing())).passages == 0


async def test_one_process_does_several_jobs(builder: BuilderProcess) -> None:
    await builder.reindex(SHARED, Reindexing())
    first = child(builder)
    await builder.reindex(SHARED, Reindexing())
    assert child(builder) == first


async def test_its_death_is_told_and_the_next_job_gets_another(builder: BuilderProcess) -> None:
    await builder.reindex(SHARED, Reindexing())
    first = child(builder)
    os.kill(first, signal.SIGSTOP)
    job = asyncio.ensure_future(builder.reindex(SHARED, Reindexing()))
    await asyncio.sleep(0.05)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(EmbeddingsError, match=r"ended before its time .*Nothing was published"):
        await job
    await builder.reindex(SHARED, Reindexing())
    assert child(builder) != first


async def test_who_stops_waiting_stops_the_process(builder: BuilderProcess) -> None:
    await builder.reindex(SHARED, Reindexing())
    first = child(builder)
    os.kill(first, signal.SIGSTOP)
    job = asyncio.ensure_future(builder.reindex(SHARED, Reindexing()))
    await asyncio.sleep(0.05)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert not alive(first)


async def test_without_work_it_ends_by_itself(settings: Settings) -> None:
    Collection(settings.data, SHARED).open(create=True)
    async with BuilderProcess(settings, idle=0.05) as builder:
        await builder.reindex(SHARED, Reindexing())
        process = builder._process
        assert process is not None
        assert await asyncio.wait_for(process.wait(), 10) == 0
        await builder.reindex(SHARED, Reindexing())


async def test_no_secret_is_passed_on(
    builder: BuilderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    await builder.reindex(SHARED, Reindexing())
    assert "PATH=" in of_process(child(builder), "environ")
    assert TOKEN not in of_process(child(builder), "environ")
    assert builder._settings.token is None


PARENT = """
import asyncio, sys
from pathlib import Path
from config.settings import Settings
from embeddings.snapshots.builder import BuilderProcess
from embeddings.collection import Collection
from embeddings.snapshots.reindexing import Reindexing

async def main():
    settings = Settings(data=Path(sys.argv[1]))
    Collection(settings.data, "shared").open(create=True)
    async with BuilderProcess(settings) as builder:
        await builder.reindex("shared", Reindexing())
        print(builder._process.pid, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def test_it_does_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        orphan = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while alive(orphan) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(orphan)


def alive(pid: int) -> bool:
    """Say whether a process runs; one that waits to be buried does not."""
    with contextlib.suppress(OSError):
        return of_process(pid, "stat").rpartition(")")[2].split()[0] != "Z"
    return False


def of_process(pid: int, name: str) -> str:
    """Return what Linux tells of a process."""
    return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8")
