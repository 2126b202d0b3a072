"""A process that dies in the middle of a change leaves the old state or the new one, whole."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from embeddings.engine import SearchEngine
from tests.embeddings.collections import filled
from tests.embeddings.store.installed import Installed, shared
from tests.embeddings.store.postgres.killed import DEAD

__all__ = ["shared"]

ROOT = Path(__file__).resolve().parents[4]


async def run(shared: Installed, what: str, last: int) -> subprocess.CompletedProcess[str]:
    """Have a process do something, and die after so many statements; 0: not at all."""
    script = "tests.embeddings.store.postgres.killed"
    command = [sys.executable, "-m", script, shared.url, str(shared.folder), what, str(last)]
    return await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=False
    )


async def whole(engine: SearchEngine) -> tuple[str, ...]:
    """Check that snapshot, corpus, journal and audit log say the same; return the articles."""
    collection = engine._collection
    ids = tuple(each.id for each in engine.sources())
    dry = await engine.reindex(dry_run=True)
    assert (dry.added, dry.changed, dry.removed) == (0, 0, 0)
    assert collection.corpus.ids() == ids
    assert not collection.journal.pending()
    assert collection.audit.serving() == collection.generations.live == engine.status().snapshot
    assert (await engine.verify()).ok
    return ids


@pytest.mark.parametrize("last", [12, 46, 49, 56])  # of 68, and 48 publishes
async def test_a_process_that_dies_while_it_adds_leaves_the_old_or_the_new(
    shared: Installed, last: int
) -> None:
    async with shared.engine() as engine:
        await filled(engine, shared.folder)
    died = await run(shared, "add", last)
    assert died.returncode == DEAD, died.stderr
    async with shared.engine() as after:
        assert await whole(after) in {("port", "verger"), ("gare", "port", "verger")}
        await after.remove(["port"])
        assert "port" not in await whole(after)
