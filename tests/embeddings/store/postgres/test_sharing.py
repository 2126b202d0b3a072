"""A big encoding is shared by those who have the model, and comes out as if one had done it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.store.postgres.queue import Queue
from embeddings.store.postgres.sharing import Helper, Sharing
from embeddings.store.postgres.store import PostgresStore
from embeddings.types import Progress
from embeddings.vectors.worker import Worker
from tests.embeddings.fakes import WordEncoder

TEXTS = [f"phrase numéro {n} sur le port" for n in range(200)]


class Process:
    """What one process has: a store, a model and its thread."""

    def __init__(self, url: str, folder: Path, lease: float = 60.0) -> None:
        self.store = PostgresStore(url, folder)
        self.encoder = WordEncoder()
        self.worker = Worker()
        self.queue = Queue(self.store.database, "shared", self.encoder.model_id, lease=lease)
        self.sharing = Sharing(self.queue, self.encoder, self.worker)

    def close(self) -> None:
        self.worker.close()
        self.store.close()


async def made_by(
    process: Process, texts: list[str], progress: Callable[[Progress], None] | None = None
) -> NDArray[np.float32]:
    """Return the vectors that a process makes, all together."""
    blocks = [block async for _, block in process.sharing.make(texts, progress)]
    return np.concatenate(blocks)


async def until(true: Callable[[], bool]) -> None:
    for _ in range(5000):
        if true():
            return
        await asyncio.sleep(0.001)
    pytest.fail("it never was")


@pytest.fixture
async def leader(url: str, tmp_path: Path) -> AsyncIterator[Process]:
    process = Process(url, tmp_path / "one", lease=0.5)
    yield process
    process.close()


@pytest.fixture
async def helper(url: str, tmp_path: Path) -> AsyncIterator[Process]:
    process = Process(url, tmp_path / "two", lease=0.5)
    yield process
    process.close()


async def test_who_is_alone_encodes_everything(leader: Process) -> None:
    told: list[Progress] = []
    made = await made_by(leader, TEXTS, told.append)
    assert np.array_equal(made, WordEncoder().encode_documents(TEXTS))
    assert sorted(leader.encoder.encoded) == sorted(TEXTS)
    assert [p.done for p in told] == sorted(p.done for p in told)


async def test_who_helps_does_a_share_and_no_text_is_done_twice(
    leader: Process, helper: Process
) -> None:
    helping = Helper(helper.store.follower, "shared", helper.sharing.help)
    await helping.start()
    await asyncio.sleep(0.3)
    leader.queue.offer({b"x" * 32: "ce qui attend"})
    await until(lambda: leader.queue.left() == 0)
    made = await made_by(leader, TEXTS)
    await helping.stop()
    assert np.array_equal(made, WordEncoder().encode_documents(TEXTS))
    done = sorted([*leader.encoder.encoded, *helper.encoder.encoded])
    assert done == sorted([*TEXTS, "ce qui attend"])
    assert "ce qui attend" in helper.encoder.encoded


async def test_what_a_dead_helper_held_is_done_by_who_leads(
    leader: Process, helper: Process
) -> None:
    leader.queue.offer({bytes([n]) * 32: TEXTS[n] for n in range(10)})
    assert len(helper.queue.take(10)) == 10
    made = await made_by(leader, TEXTS[:50])
    assert len(made) == 50
    assert leader.queue.left() == 0


async def test_a_leader_that_dies_has_lost_nothing_that_was_done(
    leader: Process, helper: Process
) -> None:
    first = asyncio.create_task(made_by(leader, TEXTS))
    await until(lambda: len(leader.encoder.encoded) >= 64)
    first.cancel()
    await asyncio.wait([first])
    done = len(TEXTS) - helper.queue.left()
    await made_by(helper, TEXTS)
    assert done >= 48
    assert len(helper.encoder.encoded) <= len(TEXTS) - done


async def test_an_error_of_the_model_is_told_to_who_leads(leader: Process) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("no")

    leader.encoder.encode_documents = broken  # type: ignore[method-assign, assignment]
    with pytest.raises(RuntimeError, match="no"):
        await made_by(leader, TEXTS[:3])
