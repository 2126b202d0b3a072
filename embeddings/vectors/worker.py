"""One thread that owns the model; questions pass before everything else that waits."""

import asyncio
import contextlib
import ctypes
import itertools
import queue
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractContextManager
from enum import IntEnum
from functools import cache, partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

M_ARENA_MAX = -8
"""The parameter's number in glibc's ``malloc.h``; see mallopt(3)."""
ARENAS = 2
"""Of the C library's memory: one for the thread that answers and one for all others."""


class Priority(IntEnum):
    """Who goes first: the lower number."""

    QUESTION = 0
    INDEXING = 1
    CLOSE = 2


class Worker:
    """Runs calls one at a time on a thread of its own, by priority and then by arrival.

    Tokenizers and models are not thread-safe, and two threads in one model are slower than one.
    """

    def __init__(self, name: str = "model") -> None:
        self._calls: queue.PriorityQueue[tuple[Priority, int, Future[Any], Callable[[], Any]]]
        self._calls = queue.PriorityQueue()
        self._order = itertools.count()
        self._closing = threading.Lock()
        self._closed = False
        limit_arenas()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(
        self, priority: Priority, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``call`` on the thread and return what it returns, or raise what it raises.

        A caller who is cancelled while it waits takes the call out; one that runs is run to its
        end, and its result is dropped.

        Raises:
            RuntimeError: The worker was closed before.
        """
        return await asyncio.wrap_future(self._put(priority, partial(call, *args, **kwargs)))

    def wait(
        self, priority: Priority, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do the same from a thread that has no event loop, which waits for it."""
        return self._put(priority, partial(call, *args, **kwargs)).result()

    def close(self) -> None:
        """Finish what waits, then end the thread; may block for as long as that takes."""
        with self._closing:
            if not self._closed:
                self._enqueue(Priority.CLOSE, lambda: None)
                self._closed = True
        self._thread.join()

    def _put(self, priority: Priority, call: Callable[[], T]) -> Future[T]:
        with self._closing:  # so that nothing is put behind the end, where it would wait for ever
            if self._closed:
                raise RuntimeError("The model's thread has been closed.")
            return self._enqueue(priority, call)

    def _enqueue(self, priority: Priority, call: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        self._calls.put((priority, next(self._order), future, call))
        return future

    def _work(self) -> None:
        while self._next() is not Priority.CLOSE:
            pass

    def _next(self) -> Priority:
        """Run the call whose turn it is; its names end here, so that no result is held on to."""
        priority, _, future, call = self._calls.get()
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(call())
            except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
                future.set_exception(error)
                del future  # the error's traceback holds this frame, which would hold the error
        return priority


@cache
def limit_arenas() -> bool:
    """Let new threads share the arenas that there are; say whether the system can do that.

    By default glibc gives each thread an arena of its own, up to eight a core, and keeps in each
    what was freed there. A reindex runs on whatever thread is free, so that after some hundred of
    them every arena holds as much as one needs: 30 to 60 MB more than with two, and still growing.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # another C library may lack it
    return bool(mallopt and mallopt(M_ARENA_MAX, ARENAS))


class Heard:
    """Has something done on the event loop when another thread tells that it is time.

    Args:
        do: What is done; once more when it is told while it is being done.
    """

    def __init__(self, do: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._do = do
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = False

    def tell(self) -> None:
        """Have it done; from any thread, at once."""
        with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody wants to know
            self._loop.call_soon_threadsafe(self._begin)

    async def stop(self) -> None:
        """Do it no more, and wait for what is being done."""
        self._over = True
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _begin(self) -> None:
        if not self._over:
            task = self._loop.create_task(self._do())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


@contextlib.asynccontextmanager
async def hold(lock: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Hold a lock that is taken and freed on some thread, since that may wait for a disk.

    Args:
        lock: A context manager that may be left on another thread than it was entered on.
    """
    entering = asyncio.ensure_future(asyncio.to_thread(lock.__enter__))
    try:
        entered = await asyncio.shield(entering)
    except asyncio.CancelledError:
        await asyncio.wait([entering])
        if not entering.cancelled() and entering.exception() is None:
            await finish(lock.__exit__, None, None, None)
        raise
    try:
        yield entered
    finally:
        await finish(lock.__exit__, None, None, None)


async def finish(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a call that writes, on some thread; who is cancelled meanwhile waits for its end."""
    task = asyncio.ensure_future(asyncio.to_thread(call, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
        raise


async def within(seconds: float, call: Callable[[], T]) -> T:
    """Run a call that may never end, on a thread of its own, and wait for so long.

    Raises:
        TimeoutError: It has not ended; nobody waits for it any more.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            if future.set_running_or_notify_cancel():
                future.set_exception(error)
        else:
            if future.set_running_or_notify_cancel():
                future.set_result(result)

    threading.Thread(target=run, name="within", daemon=True).start()
    return await asyncio.wait_for(asyncio.wrap_future(future), seconds)
