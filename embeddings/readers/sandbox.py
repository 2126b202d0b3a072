"""Reading files that may be hostile in a process of their own, which is killed when it must be.

A parser that hangs, or that asks for memory without end, ends with that process, and the person
gets a sentence. The process is started when the first such file comes, serves the next ones too,
has no secrets in its environment, and may write no file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from embeddings.errors import ReadError
from embeddings.readers.draft import Draft
from embeddings.readers.formats.registry import CONFINED

if TYPE_CHECKING:
    from types import TracebackType

START_SECONDS = 60.0
"""How long the process may take to start and to load those libraries."""

MEGABYTES = 500
"""The most memory that the process may ask for, its libraries included."""

_ROOT = Path(__file__).resolve().parents[2]
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
_CHILD = "embeddings.readers.confined"


class Sandbox:
    """A process that reads files, started at need; a context manager; for one thread at a time.

    Args:
        seconds: How long one file may take, once the libraries that read it are loaded; by
            default what its format is given.
        megabytes: The most memory that the process may ask for.
    """

    def __init__(self, *, seconds: float | None = None, megabytes: int = MEGABYTES) -> None:
        self._seconds = seconds
        self._megabytes = megabytes
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Return itself; nothing is started yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self._end()

    def read(self, extension: str, data: bytes, path: str, **known: str | None) -> Draft:
        """Read a file there.

        Args:
            extension: The format, as in ``READERS``.
            data: The file's bytes.
            path: Where they are from.
            known: What else the format's reader takes, such as a page's address.

        Raises:
            ReadError: It cannot be read, takes too long or too much memory.
        """
        request = {"extension": extension, "path": path, "size": len(data), "known": known}
        seconds = self._seconds or CONFINED[extension].patience(len(data))
        answer = self._ask(json.dumps(request).encode() + b"\n" + data, path, seconds)
        if "error" in answer:
            if answer.get("last"):
                self._end()
            raise ReadError(str(answer["error"]))
        fields: dict[str, Any] = dict(answer["draft"])
        fields["date"] = date.fromisoformat(fields["date"]) if fields["date"] else None
        fields["inferred"] = tuple(fields["inferred"])
        return Draft(**fields)

    def _ask(self, request: bytes, name: str, seconds: float) -> dict[str, Any]:
        """Send a request and return the answer; the process does not outlive a failure."""
        child = self._started()
        late = False
        line = self._line(child, request, START_SECONDS)
        if line:
            began = threading.Event()
            line = self._line(child, b"", seconds, began)
            late = not line and began.is_set()
        if line:
            return dict(json.loads(line))
        self._end()
        reason = (
            f"takes more than {seconds:g} seconds to read"
            if late
            else f"is damaged, or needs more than {self._megabytes} MB of memory to read"
        )
        raise ReadError(f"{name} {reason}; save the story's text as a .txt or .md file.")

    def _line(
        self,
        child: subprocess.Popen[bytes],
        request: bytes,
        seconds: float,
        late: threading.Event | None = None,
    ) -> bytes:
        """Write a request and return one line of the answer; nothing when the process is gone."""

        def stop() -> None:
            if late:
                late.set()
            child.kill()

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            if child.stdin is None or child.stdout is None:
                return b""
            child.stdin.write(request)
            child.stdin.flush()
            return child.stdout.readline()
        except OSError:
            return b""
        finally:
            timer.cancel()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end()
            command = [sys.executable, "-m", _CHILD, str(self._megabytes)]
            self._child = subprocess.Popen(  # noqa: S603 - a module of our own
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:
                continue


def _environment() -> dict[str, str]:
    """Return what the process needs to find its modules, and nothing that is secret."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    paths = [str(_ROOT), *(path for path in sys.path if path and Path(path).is_dir())]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
