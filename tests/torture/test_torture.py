"""The short form of ``python -m tests.torture``: the same in less than a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.torture.judge import judge
from tests.torture.running import run
from tests.torture.seen import Plan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.embeddings.store.server import Server

pytestmark = pytest.mark.process


@pytest.fixture
def database(postgres_of_its_own: Server) -> str:
    """An empty database of a server that may be stopped."""
    return postgres_of_its_own.database()


async def test_kills_and_restarts_lose_nothing_and_mix_nothing(
    postgres_of_its_own: Server, database: str, tmp_path: Path
) -> None:
    plan = Plan(seconds=24, every=4, seed=7, filling=24)
    seen = await run(plan, postgres_of_its_own, database, tmp_path)
    verdict = judge(seen)
    assert verdict.problems == []
    assert verdict.counts["answers that quote both papers"] > 50
    assert verdict.counts["generations"] > 1
    assert len(seen.restarts) == 2
    assert len(seen.kills) == 6
