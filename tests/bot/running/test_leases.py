"""What one of several processes does: in its turn, once, alone; and while nobody can say."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.running import leases
from embeddings.errors import StorageError
from embeddings.store.records import Records
from tests.records import open_two
from tests.waiting import PATIENCE, until

if TYPE_CHECKING:
    from pathlib import Path

LEASE = 0.2


@pytest.fixture
async def stores(tmp_path: Path) -> tuple[Records, Records]:
    """What two processes of one machine share."""
    return await open_two(tmp_path)


class Away:
    """What is kept, while it cannot be reached."""

    async def take_turn(self, *_: Any) -> float:
        raise StorageError("The disk is full.")

    async def end_turn(self, *_: Any) -> None:
        pass


AWAY = cast("Records", Away())


async def test_two_processes_begin_one_session_after_the_other(
    stores: tuple[Records, Records], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BETWEEN", 0.1)
    begun: list[datetime] = []

    async def begin(store: Records) -> None:
        looked: list[datetime] = []
        store._now = lambda: looked.append(datetime.now(UTC)) or looked[-1]
        for _ in range(2):
            await leases.wait_to_identify(store, 0)
            begun.append(looked[-1])  # when the turn was taken, however late this goes on

    await asyncio.gather(*map(begin, stores))
    gaps = [after - before for before, after in pairwise(sorted(begun))]
    assert len(gaps) == 3
    assert min(gaps) >= timedelta(seconds=0.0999)


async def test_sessions_of_two_buckets_do_not_wait_for_each_other(
    stores: tuple[Records, Records], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BETWEEN", 10 * PATIENCE)
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(leases.wait_to_identify(store, n) for n, store in enumerate(stores)))


async def test_sessions_are_begun_although_nobody_can_say_whose_turn_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leases, "BETWEEN", 0.05)
    began = time.monotonic()
    await leases.wait_to_identify(AWAY, 0)
    assert time.monotonic() - began > 0.04


async def test_what_is_done_once_is_not_done_meanwhile(stores: tuple[Records, Records]) -> None:
    async with leases.hold_lease(stores[0], "commands") as left:
        assert left == 0
        for _ in range(2):
            async with leases.hold_lease(stores[1], "commands") as others:
                assert others > 0
    async with leases.hold_lease(stores[1], "commands") as left:
        assert left == 0


async def test_what_is_done_once_is_done_although_nobody_can_say_whose_it_is() -> None:
    async with leases.hold_lease(AWAY, "commands") as left:
        assert left == 0


async def test_two_processes_with_the_same_shard_notice_each_other_and_say_so(
    stores: tuple[Records, Records], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", leases.__name__)
    one, other = leases.ShardLeases(LEASE), leases.ShardLeases(LEASE)
    async with one.claim(stores[0], lambda: (0, 1)), other.claim(stores[1], lambda: (1, 2)):
        await until(lambda: one.twice == other.twice == {1}, pause=0.005)
    levels = [record.levelname for record in caplog.records]
    said = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    over = levels.count("INFO")  # on a slow machine a lease may end meanwhile, which is told too
    assert said == [leases.ShardLeases.sentence({1})] * (2 + over)


async def test_what_a_process_that_died_held_is_nobodys_and_told_to_nobody(
    stores: tuple[Records, Records], caplog: pytest.LogCaptureFixture
) -> None:
    await stores[0].take_turn("shard:0", LEASE, "who died")
    shards = leases.ShardLeases(LEASE)
    async with shards.claim(stores[1], lambda: (0,)):
        await asyncio.sleep(3 * LEASE)
        assert not shards.twice
    assert "Another process" not in caplog.text


async def test_it_is_over_when_the_other_process_ends(stores: tuple[Records, Records]) -> None:
    one, other = leases.ShardLeases(LEASE), leases.ShardLeases(LEASE)
    async with other.claim(stores[1], lambda: (0,)):
        async with one.claim(stores[0], lambda: (0,)):
            await until(lambda: other.twice, pause=0.005)
        await until(lambda: not other.twice, pause=0.005)


async def test_shards_are_served_although_nobody_can_say_whose_they_are() -> None:
    shards = leases.ShardLeases(LEASE)
    async with shards.claim(AWAY, lambda: (0,)):
        await asyncio.sleep(LEASE)
    assert not shards.twice
