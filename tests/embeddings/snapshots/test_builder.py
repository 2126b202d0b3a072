"""The builder process: its snapshots are served here, and its death harms nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.groups import DiscordSettings, StoreSettings
from config.settings import Settings
from embeddings.engine import SearchEngine
from embeddings.errors import EmbeddingsError, SnapshotError
from embeddings.reports import ReindexReport
from embeddings.snapshots.builder import BuilderProcess
from embeddings.snapshots.material import Order
from embeddings.types import Progress
from tests.embeddings.stories import HARBOUR
from tests.waiting import until

ROOT = Path(__file__).parents[3]
TOKEN = "not-to-be-passed-on"
pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(
        not Path("/proc/self/stat").exists(), reason="only Linux tells of its processes in /proc"
    ),
]
QUESTION = "Combien a coûté la construction du quai ?"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data=tmp_path / "data",
        seeds=tmp_path / "none",
        model="light",
        discord=DiscordSettings(token=SecretStr(TOKEN)),
        store=StoreSettings(address=SecretStr(f"postgresql://me:{TOKEN}@nowhere/x")),
    )


@pytest.fixture
async def builder(settings: Settings) -> AsyncIterator[BuilderProcess]:
    async with BuilderProcess(settings) as opened:
        yield opened


async def build(builder: BuilderProcess, folder: Path, number: int = 1) -> ReindexReport:
    """Build a snapshot of one story in the builder."""
    order = Order(number, folder / str(number), None, None, {HARBOUR.id: HARBOUR})
    return await builder.build(order)


def child(builder: BuilderProcess) -> int:
    """Return the builder's process id."""
    assert builder._child.pid is not None
    return builder._child.pid


async def test_a_snapshot_from_the_builder_is_served_here(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", seeds=tmp_path / "none", model="light")
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
        await asyncio.sleep(0)
        assert steps[-1] == Progress("write", 1, 1)
        assert (await engine.reindex(dry_run=True)).encoded == 0


async def test_an_error_in_the_builder_is_raised_here_and_it_takes_more_jobs(
    builder: BuilderProcess, tmp_path: Path
) -> None:
    assert (await build(builder, tmp_path)).passages == 3
    first = child(builder)
    base = Order(2, tmp_path / "2", tmp_path / "1", "no such digest", {})
    with pytest.raises(SnapshotError, match=r"manifest\.json is not what was written"):
        await builder.build(base)
    assert (await build(builder, tmp_path, 3)).encoded > 0
    assert child(builder) == first


async def test_a_dead_builder_is_reported_and_replaced_for_the_next_job(
    builder: BuilderProcess, tmp_path: Path
) -> None:
    await build(builder, tmp_path)
    first = child(builder)
    os.kill(first, signal.SIGSTOP)
    job = asyncio.ensure_future(build(builder, tmp_path, 2))
    await asyncio.sleep(0.2)
    os.kill(first, signal.SIGKILL)
    with contextlib.suppress(EmbeddingsError):  # it had not begun, and is done by another
        await job
    await build(builder, tmp_path, 3)
    assert child(builder) != first


async def test_cancelling_a_build_ends_the_builder(builder: BuilderProcess, tmp_path: Path) -> None:
    await build(builder, tmp_path)
    first = child(builder)
    os.kill(first, signal.SIGSTOP)
    job = asyncio.ensure_future(build(builder, tmp_path, 2))
    await asyncio.sleep(0.2)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert not alive(first)


async def test_the_builder_gets_no_secret(
    builder: BuilderProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    await build(builder, tmp_path)
    assert "PATH=" in of_process(child(builder), "environ")
    assert TOKEN not in of_process(child(builder), "environ")
    assert builder._settings.token is None
    assert builder._settings.store.url == ""


PARENT = """
import asyncio, sys
from pathlib import Path
from config.settings import Settings
from embeddings.snapshots.builder import BuilderProcess
from embeddings.snapshots.material import Order

async def main():
    folder = Path(sys.argv[1])
    async with BuilderProcess(Settings(data=folder, model="light")) as builder:
        await builder.build(Order(1, folder / "1", None, None, {}))
        print(builder._child.pid, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def test_the_builder_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        orphan = int(parent.stdout.readline())
        parent.kill()
    asyncio.run(until(lambda: not alive(orphan)))


def alive(pid: int) -> bool:
    """Say whether a process runs; a zombie does not."""
    with contextlib.suppress(OSError):
        return of_process(pid, "stat").rpartition(")")[2].split()[0] != "Z"
    return False


def of_process(pid: int, name: str) -> str:
    """Return Linux's status of a process."""
    return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8")
