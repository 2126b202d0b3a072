"""The model's thread: the order of its calls, their results, and its end."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from typing import TYPE_CHECKING

import pytest

from embeddings.threads import Listener, Priority, Worker
from embeddings.threads import hold as holding_lock
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Gate:
    """A call that holds the thread until it is opened, so that others have to wait."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self) -> None:
        self.entered.set()
        assert self.opened.wait(PATIENCE)


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker("test-model")
    yield made
    made.close()


async def held(worker: Worker) -> tuple[Gate, asyncio.Task[None]]:
    """Occupy the thread."""
    gate = Gate()
    task = asyncio.create_task(worker.run(Priority.INDEXING, gate))
    await asyncio.to_thread(gate.entered.wait, PATIENCE)
    return gate, task


async def waiting(
    worker: Worker, priority: Priority, call: Callable[[], object]
) -> asyncio.Task[object]:
    task = asyncio.create_task(worker.run(priority, call))
    await asyncio.sleep(0)  # lets the task put its call into the queue
    return task


async def test_a_call_gets_its_arguments_and_its_result_comes_back(worker: Worker) -> None:
    assert await worker.run(Priority.QUESTION, divmod, 17, 5) == (3, 2)


async def test_every_call_runs_on_the_one_thread(worker: Worker) -> None:
    seen = [await worker.run(p, threading.get_ident) for p in (Priority.QUESTION,) * 3]
    assert len(set(seen)) == 1
    assert seen[0] != threading.get_ident()


async def test_questions_pass_the_indexing_that_waits(worker: Worker) -> None:
    gate, holding = await held(worker)
    done: list[str] = []
    tasks = [
        await waiting(worker, Priority.INDEXING, lambda: done.append("first batch")),
        await waiting(worker, Priority.INDEXING, lambda: done.append("second batch")),
        await waiting(worker, Priority.QUESTION, lambda: done.append("question")),
    ]
    gate.opened.set()
    await asyncio.gather(holding, *tasks)
    assert done == ["question", "first batch", "second batch"]


async def test_calls_of_one_priority_run_in_order_of_arrival(worker: Worker) -> None:
    gate, holding = await held(worker)
    done: list[int] = []
    tasks = [
        await waiting(worker, Priority.QUESTION, lambda n=n: done.append(n)) for n in range(50)
    ]
    gate.opened.set()
    await asyncio.gather(holding, *tasks)
    assert done == list(range(50))


async def test_what_a_call_raises_reaches_its_caller_and_the_thread_lives_on(
    worker: Worker,
) -> None:
    with pytest.raises(ZeroDivisionError):
        await worker.run(Priority.QUESTION, divmod, 1, 0)
    assert await worker.run(Priority.QUESTION, abs, -1) == 1


async def test_a_call_whose_caller_is_gone_is_not_run(worker: Worker) -> None:
    gate, holding = await held(worker)
    done: list[str] = []
    unwanted = await waiting(worker, Priority.QUESTION, lambda: done.append("unwanted"))
    wanted = await waiting(worker, Priority.QUESTION, lambda: done.append("wanted"))
    unwanted.cancel()
    await asyncio.sleep(0)
    gate.opened.set()
    await asyncio.gather(holding, wanted)
    assert done == ["wanted"]


async def test_closing_finishes_what_waits() -> None:
    worker = Worker()
    gate, holding = await held(worker)
    done: list[int] = []
    tasks = [await waiting(worker, Priority.INDEXING, lambda n=n: done.append(n)) for n in range(5)]
    closing = asyncio.create_task(asyncio.to_thread(worker.close))
    gate.opened.set()
    await asyncio.gather(holding, *tasks, closing)
    assert done == [0, 1, 2, 3, 4]


async def test_a_closed_worker_refuses_instead_of_waiting_for_ever() -> None:
    worker = Worker()
    worker.close()
    with pytest.raises(RuntimeError, match="closed"):
        await asyncio.wait_for(worker.run(Priority.QUESTION, abs, 1), PATIENCE)


def test_closing_twice_is_closing_once_and_ends_the_thread() -> None:
    worker = Worker("test-closing")
    worker.close()
    worker.close()
    assert "test-closing" not in {thread.name for thread in threading.enumerate()}


class Result:
    """An object that weak references can watch."""


async def test_the_thread_keeps_no_result_while_it_waits(worker: Worker) -> None:
    result = await worker.run(Priority.QUESTION, Result)
    watched = weakref.ref(result)
    del result
    await worker.run(Priority.QUESTION, gc.collect)
    await asyncio.to_thread(gc.collect)
    assert watched() is None


async def test_the_thread_keeps_no_error_while_it_waits(worker: Worker) -> None:
    kept = Result()
    watched = weakref.ref(kept)

    def fail(thing: Result) -> None:
        raise ValueError(thing)

    try:
        await worker.run(Priority.QUESTION, fail, kept)
    except ValueError:
        del kept
    await worker.run(Priority.QUESTION, gc.collect)
    await asyncio.to_thread(gc.collect)
    assert watched() is None


class Lock:
    """A lock that takes a while to acquire, as one in a database does."""

    def __init__(self) -> None:
        self.taking, self.may = threading.Event(), threading.Event()
        self.told: list[str] = []

    def __enter__(self) -> None:
        self.taking.set()
        assert self.may.wait(PATIENCE)
        self.told.append("taken")

    def __exit__(self, *_: object) -> None:
        self.told.append("freed")


async def test_a_lock_is_held_and_freed_off_the_event_loop() -> None:
    lock = Lock()
    lock.may.set()
    async with holding_lock(lock):
        assert lock.told == ["taken"]
    assert lock.told == ["taken", "freed"]


async def test_a_lock_that_is_acquired_after_a_cancellation_is_freed() -> None:
    lock = Lock()

    async def want() -> None:
        async with holding_lock(lock):
            pytest.fail("it was not wanted any more")

    task = asyncio.create_task(want())
    await asyncio.to_thread(lock.taking.wait, PATIENCE)
    task.cancel()
    await asyncio.sleep(0)
    lock.may.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert lock.told == ["taken", "freed"]


async def test_a_listener_runs_on_the_event_loop_until_it_is_stopped() -> None:
    done: list[int] = []
    once = asyncio.Event()

    async def do() -> None:
        done.append(threading.get_ident())
        once.set()

    listener = Listener(do)
    await asyncio.to_thread(listener.notify)
    await once.wait()
    assert done == [threading.get_ident()]
    await listener.stop()
    listener.notify()
    await asyncio.sleep(0.01)
    assert len(done) == 1
