"""A process that works for this one: bounded in time and memory, and killed when it must be.

The module that the process runs calls ``serve``; who has work for it keeps a ``Child``. Jobs and
messages are bytes, whose meaning is theirs to agree on, each after a head of fixed length.
"""

import contextlib
import os
import queue
import re
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Self

Tell = Callable[[bytes], None]
"""Takes a message that comes before a job's result."""

START_SECONDS = 60.0
"""How long a process may take to start and to load what the job needs."""

_JOB = struct.Struct(">dI")  # seconds of processor time, length
_MESSAGE = struct.Struct(">BI")  # kind, length
_BEGUN, _NEWS, _RESULT = range(3)
_ROOT = Path(__file__).resolve().parents[1]
_PASSED_ON = re.compile(
    r"\A(?:CUDA|HF_|HOME|LANG|LC_|LD_LIBRARY_PATH|MKL_|OMP_|OPENBLAS_|PATH|SYSTEMROOT|TE?MP|"
    r"TOKENIZERS_|TRANSFORMERS_|TZ|VIRTUAL_ENV)(?!.*(?:KEY|PASSWORD|SECRET|TOKEN)$)",
    re.IGNORECASE,
)
"""How the names of variables begin that a process is given; a secret's name ends as it says."""


class ChildError(Exception):
    """A process ended, or was ended, before its job was done.

    Attributes:
        late: It took more than its time.
        code: Its exit code; a negative one is a signal's.
        begun: It had begun the job.
    """

    def __init__(self, *, late: bool, code: int | None, begun: bool) -> None:
        super().__init__("took too long" if late else f"ended with exit code {code}")
        self.late, self.code, self.begun = late, code, begun


class Child:
    """A process, started at need, for one job at a time; a context manager; safe from any thread.

    Args:
        module: The module that it runs, such as ``embeddings.readers.confined``.
        megabytes: The most memory that it may ask for, its libraries included; None: no bound.
        niceness: What it adds to its niceness, as in nice(1).
        idle: Seconds without a job after which it is ended; None: it stays.
        quiet: What it prints goes nowhere, and not to this process's standard error.
    """

    def __init__(
        self,
        module: str,
        *,
        megabytes: int | None = None,
        niceness: int = 0,
        idle: float | None = None,
        quiet: bool = False,
    ) -> None:
        self._command = [sys.executable, "-m", module, str(megabytes or 0), str(niceness)]
        self._idle, self._stderr = idle, subprocess.DEVNULL if quiet else None
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._retiring = threading.Timer(0, self._retire)

    def __enter__(self) -> Self:
        """Return itself; nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.end()

    @property
    def pid(self) -> int | None:
        """The number of the process, while there is one."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def run(
        self, job: bytes, *, silence: float, seconds: float | None = None, tell: Tell | None = None
    ) -> bytes:
        """Have a job done.

        Args:
            job: What ``work`` is given there.
            silence: How many seconds it may go on without a message, by the clock on the wall.
            seconds: How much processor time the process may use for it; None: no bound.
            tell: Called, on this thread, with each message that comes before the result.

        Returns:
            What ``work`` returned there.

        Raises:
            ChildError: The process ended first, or was ended because it took too long.
        """
        with self._turn:
            self._retiring.cancel()
            is_used = self.pid is not None
            try:
                return self._attempt(job, silence, seconds, tell)
            except ChildError as error:
                if error.begun or error.late or not is_used:
                    raise  # otherwise it died before the job came
                return self._attempt(job, silence, seconds, tell)
            finally:
                self._retire_later()

    def _attempt(
        self, job: bytes, silence: float, seconds: float | None, tell: Tell | None
    ) -> bytes:
        process = self._start()
        watch = _Watch(process)
        try:
            return _exchange(process, watch, _JOB.pack(seconds or 0, len(job)) + job, silence, tell)
        except (OSError, EOFError, ValueError):  # the pipe broke, ended, or was closed
            self.end()
            code = process.wait()
            late = watch.is_late or code in _OUT_OF_TIME
            raise ChildError(late=late, code=code, begun=watch.has_begun) from None
        except BaseException:
            self.end()
            raise
        finally:
            watch.timer.cancel()

    def end(self) -> None:
        """Kill the process, whatever it does; the next job starts another."""
        self._retiring.cancel()
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError, ValueError):
                if pipe:
                    pipe.close()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = subprocess.Popen(  # noqa: S603 - a module of our own
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                env=environment(),
            )
        return self._process

    def _retire_later(self) -> None:
        if self._idle is not None and self._process is not None:
            self._retiring = threading.Timer(self._idle, self._retire)
            self._retiring.daemon = True
            self._retiring.start()

    def _retire(self) -> None:
        if self._turn.acquire(blocking=False):  # otherwise a job has come meanwhile
            self.end()
            self._turn.release()


class _Watch:
    """Kills a process that says nothing for too long."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.timer = threading.Timer(0, self._kill)
        self.is_late = self.has_begun = False

    def wait(self, seconds: float) -> None:
        """Give the process so long, from now, to say something."""
        self.timer.cancel()
        self.timer = threading.Timer(seconds, self._kill)
        self.timer.daemon = True
        self.timer.start()

    def _kill(self) -> None:
        self.is_late = True
        self._process.kill()


def _exchange(
    process: subprocess.Popen[bytes], watch: _Watch, job: bytes, silence: float, tell: Tell | None
) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    watch.wait(START_SECONDS + silence)
    process.stdin.write(job)
    process.stdin.flush()
    while True:
        kind, length = _MESSAGE.unpack(_read(process.stdout, _MESSAGE.size))
        message = _read(process.stdout, length)
        if kind == _RESULT:
            return message
        watch.has_begun = True
        watch.wait(silence)
        if kind == _NEWS and tell:
            tell(message)


def _read(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data


def environment() -> dict[str, str]:
    """Return what a process needs of this one's environment, and nothing that is secret."""
    kept = {name: value for name, value in os.environ.items() if _PASSED_ON.match(name)}
    paths = [str(_ROOT), *(path for path in sys.path if path and Path(path).is_dir())]
    return kept | {
        "MALLOC_ARENA_MAX": "1",  # each thread's would count against a bound of memory
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
    }


def serve(
    work: Callable[[bytes, Tell], bytes], prepare: Callable[[bytes], None] | None = None
) -> None:
    """Do the jobs that come on standard input; call it in the process, as its main module.

    What libraries print goes to standard error. When the parent is gone, so is this process.

    Args:
        work: A job, and what sends a message before the result -> the result. An exception that
            it does not catch ends the process.
        prepare: Loads what a job needs; that does not count as time spent on the job.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit(megabytes=int(sys.argv[1]), niceness=int(sys.argv[2]))
    jobs: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_take_jobs, args=(sys.stdin.buffer, jobs), daemon=True).start()

    def send(kind: int, message: bytes) -> None:
        answers.write(_MESSAGE.pack(kind, len(message)) + message)
        answers.flush()

    while True:
        seconds, job = jobs.get()
        if prepare:
            prepare(job)
        send(_BEGUN, b"")
        _end_after(seconds)
        result = work(job, lambda message: send(_NEWS, message))
        _end_after(0)
        send(_RESULT, result)


def _take_jobs(pipe: IO[bytes], jobs: queue.SimpleQueue[tuple[float, bytes]]) -> None:
    """Hand the jobs on; when the parent is gone or has no more, this process ends at once."""
    while len(head := pipe.read(_JOB.size)) == _JOB.size:
        seconds, length = _JOB.unpack(head)
        jobs.put((seconds, pipe.read(length)))
    os._exit(0)


def _limit(*, megabytes: int, niceness: int) -> None:
    """Bound this process's memory, and let those who answer people go first."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        os.nice(niceness)
        import resource  # Windows has none: time alone is bounded there

        most = megabytes * 1_000_000 or resource.RLIM_INFINITY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


_OUT_OF_TIME = [-signal.SIGPROF] if hasattr(signal, "SIGPROF") else []


def _end_after(seconds: float) -> None:
    """End this process once it has used so much more processor time; 0: let it live.

    The system does it, by a signal that nobody catches, even when no line of Python is reached.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
