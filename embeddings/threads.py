"""The one thread that runs the model, questions first; and helpers between threads and asyncio."""

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
"""Number of the parameter in glibc's ``malloc.h``; see mallopt(3)."""
ARENAS = 2
"""Arenas of the C library's allocator: one for the model's thread, one for all others."""


class Priority(IntEnum):
    """Order of waiting calls: the lowest number runs first."""

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
        """Run a call on the thread; return its result or raise its exception.

        Cancelling the caller removes a call that waits; one that runs finishes, and its result is
        dropped.

        Raises:
            RuntimeError: The worker is closed.
        """
        return await asyncio.wrap_future(self._put(priority, partial(call, *args, **kwargs)))

    def wait(
        self, priority: Priority, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a call as ``run`` does, from a thread without an event loop; blocks."""
        return self._put(priority, partial(call, *args, **kwargs)).result()

    def close(self) -> None:
        """Run the waiting calls, then end the thread; blocks until then."""
        with contextlib.suppress(RuntimeError):  # closed before
            self._put(Priority.CLOSE, lambda: None)
        self._thread.join()

    def _put(self, priority: Priority, call: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        with self._closing:  # a call queued after CLOSE would never run
            if self._closed:
                raise RuntimeError("The model's thread has been closed.")
            self._closed = priority is Priority.CLOSE
            self._calls.put((priority, next(self._order), future, call))
        return future

    def _work(self) -> None:
        while self._next() is not Priority.CLOSE:
            pass

    def _next(self) -> Priority:
        """Run the next call, in a frame of its own, so that its result is not kept alive."""
        priority, _, future, call = self._calls.get()
        _settle(future, call)
        return priority


def _settle(future: Future[T], call: Callable[[], T]) -> None:
    """Run a call, unless its future is cancelled, and give the future its result or exception."""
    if future.set_running_or_notify_cancel():
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - re-raised by await
            future.set_exception(error)
            del future  # the error's traceback holds this frame, which would hold the error


@cache
def limit_arenas() -> bool:
    """Limit the allocator's arenas for threads to come; return False if the system cannot.

    By default glibc gives each thread its own arena, up to eight a core, and keeps in each what was
    freed there. Reindexing runs on any free thread, so after some hundred runs every arena is as
    large as one run needs: 30 to 60 MB more than with two arenas, and growing.
    """
    return bool(_call_libc("mallopt", M_ARENA_MAX, ARENAS))


def free_heap() -> None:
    """Return freed heap memory to the operating system: 33 MB once ``e5`` is loaded."""
    _call_libc("malloc_trim", 0)


def _call_libc(name: str, *args: int) -> int:
    """Call a function of glibc; return 0 where another system or C library lacks it."""
    library = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    return int(getattr(library, name, lambda *_: 0)(*args))


class Listener:
    """Runs a coroutine function on the event loop once each time another thread notifies it."""

    def __init__(self, do: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._do = do
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopped = False

    def notify(self) -> None:
        """Start the function, from any thread, without waiting."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._begin)

    async def stop(self) -> None:
        """Ignore further notifications, and wait for the runs that are under way."""
        self._is_stopped = True
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _begin(self) -> None:
        if not self._is_stopped:
            task = self._loop.create_task(self._do())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


@contextlib.asynccontextmanager
async def hold(lock: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Hold a lock that is acquired and released on other threads, since that may wait for a disk.

    The two threads may differ.
    """
    stack = contextlib.ExitStack()
    try:
        yield await finish(stack.enter_context, lock)
    finally:
        await finish(stack.close)


async def finish(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a call on another thread to its end, even if the caller is cancelled: for writes."""
    task = asyncio.ensure_future(asyncio.to_thread(call, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
        raise


async def run_within(seconds: float, call: Callable[[], T]) -> T:
    """Run a call that may never end on a thread of its own; TimeoutError: its result is dropped."""
    future: Future[T] = Future()

    threading.Thread(target=_settle, args=(future, call), name="within", daemon=True).start()
    return await asyncio.wait_for(asyncio.wrap_future(future), seconds)
