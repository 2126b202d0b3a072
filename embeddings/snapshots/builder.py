"""Builds snapshots in a process of its own, so that who answers questions never waits for it.

Both ends are here. A message is four bytes of length and a pickle, which only ever passes between
a process and the child that it started.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pickle
import queue
import struct
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self, cast

from config import log
from embeddings.collection import Collection
from embeddings.errors import EmbeddingsError
from embeddings.live import Live
from embeddings.store.opening import open_store
from embeddings.types import ReindexReport

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from types import TracebackType

    from config.settings import Settings
    from embeddings.snapshots.reindexing import Reindexing
    from embeddings.store.store import Encoding
    from embeddings.types import ProgressCallback
    from embeddings.vectors.encoder import Encoder

_log = logging.getLogger(__name__)

IDLE = 60.0
"""Seconds that the process waits for more work before it gives its memory back."""
HELPING = 10.0
"""Seconds of helping others, after which a reindex of one's own has its turn."""
NICENESS = 10
"""What it adds to its niceness, as in nice(1): with too few cores, who answers goes first."""
_LENGTH = struct.Struct(">I")
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Job:
    """What to do for a collection: a reindex, or (None) a part of what another waits for."""

    settings: Settings
    collection: str
    how: Reindexing | None


class BuilderProcess:
    """The process that builds, started at need; an async context manager.

    Args:
        settings: Where the data lives and which model; its secrets are not passed on.
        idle: Seconds after which a process without work is ended.
    """

    def __init__(self, settings: Settings, *, idle: float = IDLE) -> None:
        secret = {"discord": settings.discord.model_copy(update={"token": None})}
        self._settings = settings.model_copy(update=secret | {"discord_token": None})
        self._idle = idle
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._retiring: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        """Return itself; nothing is started yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process; what it was about is not published."""
        await self._end()

    async def reindex(
        self, collection: str, how: Reindexing, progress: ProgressCallback | None = None
    ) -> ReindexReport:
        """Build and publish a snapshot there; the caller holds the collection's lock.

        Args:
            collection: Its name.
            how: What is to be done.
            progress: Called on the event loop's thread.

        Raises:
            EmbeddingsError: As a reindex here would; also when the process died.
        """
        return cast("ReindexReport", await self._done(collection, how, progress))

    async def help(self, collection: str) -> int:
        """Encode there for another process's reindex, for ``HELPING`` seconds at the most.

        Returns:
            How many texts that were; 0 when nobody waits for any.

        Raises:
            EmbeddingsError: What they share is gone, or the process died.
        """
        return cast("int", await self._done(collection, None))

    async def _done(
        self,
        collection: str,
        how: Reindexing | None,
        progress: ProgressCallback | None = None,
    ) -> ReindexReport | int:
        async with self._turn:
            process = await self._started()
            try:
                return await self._do(process, Job(self._settings, collection, how), progress)
            except EmbeddingsError:
                raise
            except BaseException:
                await self._end()
                raise
            finally:
                self._rest()

    async def _do(
        self, process: Process, job: Job, progress: ProgressCallback | None
    ) -> ReindexReport | int:
        try:
            _stdin(process).write(_framed(job))
            while True:
                answer = await _received(cast("asyncio.StreamReader", process.stdout))
                if isinstance(answer, (ReindexReport, int)):
                    return answer
                if isinstance(answer, BaseException):
                    raise answer
                if progress:
                    progress(answer)
        except (EOFError, ConnectionError):
            await self._end()
            raise EmbeddingsError(
                f"The process that indexes ended before its time (exit code "
                f"{process.returncode}), perhaps for want of memory. Nothing was published; "
                f"try again."
            ) from None

    async def _started(self) -> Process:
        if self._retiring:
            self._retiring.cancel()
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", __name__,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=_environment(),
            )  # fmt: skip
        return self._process

    def _rest(self) -> None:
        """End the process later, unless it is needed before."""
        loop = asyncio.get_running_loop()
        self._retiring = loop.call_later(self._idle, self._retire)

    def _retire(self) -> None:
        if self._process is not None:
            _stdin(self._process).close()

    async def _end(self) -> None:
        if self._retiring:
            self._retiring.cancel()
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            _stdin(process).close()


def _environment() -> dict[str, str]:
    """Return this process's environment without its secrets, and where our modules are."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith("TOKEN")}
    paths = [str(_ROOT), *filter(None, kept.get("PYTHONPATH", "").split(os.pathsep))]
    return kept | {"PYTHONPATH": os.pathsep.join(paths)}


def _stdin(process: Process) -> asyncio.StreamWriter:
    return cast("asyncio.StreamWriter", process.stdin)  # it was started with a pipe


def _framed(message: object) -> bytes:
    data = pickle.dumps(message)
    return _LENGTH.pack(len(data)) + data


async def _received(pipe: asyncio.StreamReader) -> Any:
    (length,) = _LENGTH.unpack(await pipe.readexactly(_LENGTH.size))
    return pickle.loads(await pipe.readexactly(length))  # noqa: S301 - from our own child


def _jobs(pipe: IO[bytes], jobs: queue.SimpleQueue[Job]) -> None:
    """Hand the jobs on; when the parent is gone or has no more, this process ends at once."""
    while len(head := pipe.read(_LENGTH.size)) == _LENGTH.size:
        jobs.put(pickle.loads(pipe.read(*_LENGTH.unpack(head))))  # noqa: S301 - from our own parent
    os._exit(0)  # a snapshot that is being written has no name yet and does not count


def main() -> None:
    """Do the jobs that come on standard input; what libraries print goes to standard error."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    threading.Thread(target=_jobs, args=(sys.stdin.buffer, jobs), daemon=True).start()

    def tell(message: object) -> None:
        answers.write(_framed(message))
        answers.flush()

    encoder: Encoder | None = None
    while True:
        job = jobs.get()
        log.set_up(job.settings.log)
        try:
            done, encoder = asyncio.run(_build(job, encoder, tell))
        except EmbeddingsError as error:
            tell(error)
        except Exception as error:  # noqa: BLE001 - raised again where it is awaited
            _log.exception("indexing failed")
            tell(error)
        else:
            tell(done)


async def _build(
    job: Job, encoder: Encoder | None, tell: ProgressCallback
) -> tuple[ReindexReport | int, Encoder]:
    """Do a job; the encoder, once it is loaded, serves the next one too."""
    settings, store = job.settings, open_store(job.settings)
    collection = Collection(settings.data, job.collection, settings.fetch, store=store)
    live = Live(settings, collection, encoder)
    try:
        await live.load_best()
        if job.how is None:
            return await _help(collection.encoding(live.encoder, live.worker)), live.encoder
        return await live.reindex(job.how, tell), live.encoder
    finally:
        await live.close()
        await asyncio.to_thread(store.close)


async def _help(encoding: Encoding | None) -> int:
    done, until = 0, time.monotonic() + HELPING
    while encoding and time.monotonic() < until and (some := await encoding.help()):
        done += some
    return done


if __name__ == "__main__":
    main()
