"""A child process that does jobs: with limits of time and memory, and killed beyond them.

The child's module calls ``serve``, the parent holds a ``Child``. Jobs and messages are opaque
bytes, each after a header of fixed length.
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
from typing import IO

Tell = Callable[[bytes], None]
"""Sends or receives a message that precedes a job's result."""

START_SECONDS = 60.0
"""Seconds that a process may take to start and to load the libraries of its job."""

_JOB = struct.Struct(">dI")  # seconds of processor time, length
_MESSAGE = struct.Struct(">BI")  # kind, length
_BEGUN, _NEWS, _RESULT = range(3)
_ROOT = Path(__file__).resolve().parents[1]
_INHERITED = re.compile(
    r"\A(?:CUDA|HF_|HOME|LANG|LC_|LD_LIBRARY_PATH|MKL_|OMP_|OPENBLAS_|PATH|SYSTEMROOT|TE?MP|"
    r"TOKENIZERS_|TRANSFORMERS_|TZ|VIRTUAL_ENV)(?!.*(?:KEY|PASSWORD|SECRET|TOKEN)$)",
    re.IGNORECASE,
)
"""The environment variables that a child inherits, by their first letters; never a secret, which
is known by its last word."""


class ChildError(Exception):
    """A child process ended, or was killed, before its job was done.

    Attributes:
        late: Whether the job took too long.
        code: The exit code; a negative one is the number of a signal.
        begun: Whether the child had begun the job.
    """

    def __init__(self, *, late: bool, code: int | None, begun: bool) -> None:
        super().__init__("took too long" if late else f"ended with exit code {code}")
        self.late, self.code, self.begun = late, code, begun


class Child:
    """A child process, started on demand, for one job at a time; thread-safe.

    Args:
        module: The module that the child runs, such as ``embeddings.readers.confined``.
        megabytes: The limit of its address space, libraries included; None: no limit.
        niceness: The increment of its niceness, as in nice(1).
        idle: Seconds without a job after which it is killed; None: never.
        quiet: Discard its output, in place of this process's standard error.
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
        self._busy = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._idle_timer = threading.Timer(0, self._retire)

    @property
    def pid(self) -> int | None:
        """The id of the running process, if any."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def run(
        self, job: bytes, *, silence: float, seconds: float | None = None, tell: Tell | None = None
    ) -> bytes:
        """Have the child do a job, and wait for it.

        Args:
            job: The argument of the child's ``work``, whose result is returned.
            silence: The most seconds between two messages, in wall-clock time.
            seconds: The most seconds of processor time for the job; None: no limit.
            tell: Called, on this thread, with each message that precedes the result.

        Raises:
            ChildError: The process ended first, or was killed because it took too long.
        """
        with self._busy:
            self._idle_timer.cancel()
            is_running = self.pid is not None
            try:
                return self._attempt(job, silence, seconds, tell)
            except ChildError as error:
                if error.begun or error.late or not is_running:
                    raise  # otherwise a process of an earlier job had died meanwhile
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
            self.close()
            code = process.wait()
            late = watch.is_late or code in _OUT_OF_TIME
            raise ChildError(late=late, code=code, begun=watch.has_begun) from None
        except BaseException:
            self.close()
            raise
        finally:
            watch.timer.cancel()

    def close(self) -> None:
        """Kill the process, even in a job; the next job starts another."""
        self._idle_timer.cancel()
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
            self.close()
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
            self._idle_timer = threading.Timer(self._idle, self._retire)
            self._idle_timer.daemon = True
            self._idle_timer.start()

    def _retire(self) -> None:
        if self._busy.acquire(blocking=False):  # otherwise a job has begun meanwhile
            self.close()
            self._busy.release()


class _Watch:
    """Kills a process that sends no message for too long."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.timer = threading.Timer(0, self._kill)
        self.is_late = self.has_begun = False

    def wait(self, seconds: float) -> None:
        """Kill the process in that many seconds, unless this is called again before."""
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
    """Return the environment of a child: the variables that it needs, without secrets."""
    inherited = {name: value for name, value in os.environ.items() if _INHERITED.match(name)}
    paths = [str(_ROOT), *(path for path in sys.path if path and Path(path).is_dir())]
    return inherited | {
        "MALLOC_ARENA_MAX": "1",  # an arena for each thread would count against the memory limit
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
    }


def serve(
    work: Callable[[bytes, Tell], bytes], prepare: Callable[[bytes], None] | None = None
) -> None:
    """Do the jobs that come on standard input, for ever; the child's main module calls it.

    The child ends when its parent does.

    Args:
        work: Takes a job and a function that sends a message; returns the result. An exception
            that it does not catch ends the process.
        prepare: Loads the libraries of a job; not counted as the job's time.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever libraries print goes to standard error
    _limit(megabytes=int(sys.argv[1]), niceness=int(sys.argv[2]))
    jobs: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_take_jobs, args=(sys.stdin.buffer, jobs), daemon=True).start()

    def send(kind: int, message: bytes) -> None:
        try:
            answers.write(_MESSAGE.pack(kind, len(message)) + message)
            answers.flush()
        except OSError:  # the parent is gone
            os._exit(0)

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
    """Put the parent's jobs into a queue; end this process at once when the pipe is closed."""
    while len(head := pipe.read(_JOB.size)) == _JOB.size:
        seconds, length = _JOB.unpack(head)
        jobs.put((seconds, pipe.read(length)))
    os._exit(0)


def _limit(*, megabytes: int, niceness: int) -> None:
    """Limit this process's memory, and lower its priority."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        os.nice(niceness)
        import resource  # not on Windows, where only time is limited

        most = megabytes * 1_000_000 or resource.RLIM_INFINITY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


_OUT_OF_TIME = [-signal.SIGPROF] if hasattr(signal, "SIGPROF") else []


def _end_after(seconds: float) -> None:
    """Let the system end this process after so many more seconds of processor time; 0: never.

    Its signal is not caught, and so ends even C code that never returns to Python.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
