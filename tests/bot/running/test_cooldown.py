"""What a process hears of the questions that another was asked, and what it does without."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from bot.errors import BotError
from bot.running import askers as module
from bot.running.askers import PAUSE, Cooldown, FairQueue, Key
from embeddings.errors import AwayError, StorageError
from embeddings.store.records import Records
from tests.waiting import PATIENCE

ANA: Key = ("user", 1)


class Others:
    """Stands for what processes share: how long a turn is not free, or what is wrong."""

    def __init__(self, left: float = 0.0, error: Exception | None = None) -> None:
        self.left, self.error = left, error
        self.asked: list[tuple[Any, ...]] = []

    async def take_turn(self, *asked: Any) -> float:
        self.asked.append(asked)
        if self.error:
            raise self.error
        return self.left


def shared(others: Any) -> Records:
    return cast("Records", others)


@pytest.fixture
def now() -> list[float]:
    return [100.0]


@pytest.fixture
def cooldown(now: list[float]) -> Cooldown:
    return Cooldown(lambda: now[0])


async def test_a_question_is_told_to_the_others(cooldown: Cooldown) -> None:
    others = Others()
    await cooldown.admit_across_processes(shared(others), ANA, 3.0)
    assert others.asked == [("user:1", 3.0)]


async def test_who_asked_elsewhere_waits_as_long_here(cooldown: Cooldown, now: list[float]) -> None:
    cooldown.admit({ANA: 3.0})
    for asking in (cooldown.admit_across_processes(shared(Others(2.0)), ANA, 3.0), again(cooldown)):
        with pytest.raises(BotError, match="cooldown-user") as caught:
            await asking
        assert caught.value.values == {"seconds": 2}


async def again(cooldown: Cooldown) -> None:
    cooldown.admit({ANA: 3.0})


async def test_where_nobody_waits_nobody_is_asked(cooldown: Cooldown) -> None:
    others = Others()
    await cooldown.admit_across_processes(shared(others), ANA, 0.0)
    assert others.asked == []


@pytest.mark.parametrize("error", [AwayError("Away."), StorageError("The disk is full.")])
async def test_without_the_others_a_process_goes_by_itself_for_a_while(
    cooldown: Cooldown, now: list[float], error: Exception
) -> None:
    others = Others(error=error)
    for _ in range(3):
        await cooldown.admit_across_processes(shared(others), ANA, 3.0)
    assert len(others.asked) == 1
    now[0] += PAUSE
    others.error, others.left = None, 1.0
    with pytest.raises(BotError, match="cooldown-user"):
        await cooldown.admit_across_processes(shared(others), ANA, 3.0)


async def test_an_answer_does_not_wait_for_a_database_that_is_mute(
    cooldown: Cooldown, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Mute(Others):
        async def take_turn(self, *_: Any) -> float:
            await asyncio.sleep(10 * PATIENCE)
            return 1.0

    monkeypatch.setattr(module, "PROMPT", 0.02)
    async with asyncio.timeout(PATIENCE):
        await cooldown.admit_across_processes(shared(Mute()), ANA, 3.0)


async def test_who_asks_much_waits_for_others() -> None:
    queue, order = FairQueue(1), list[int]()

    async def search(person: int) -> None:
        async with queue.turn(person):
            order.append(person)
            await asyncio.sleep(0)

    given_up = [asyncio.create_task(search(4)) for _ in range(2)]
    waiting = asyncio.gather(*(search(person) for person in (1, 1, 1, 2, 3)))
    await asyncio.sleep(0)
    given_up[1].cancel()
    await waiting
    assert order == [4, 1, 2, 3, 1, 1]
