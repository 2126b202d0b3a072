"""Lets a test that measures time run while no other worker of the machine runs one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID")
"""The id of the test run, common to its workers; None if there is only one process."""


@contextlib.contextmanager
def turn(*, alone: bool) -> Iterator[None]:
    """Wait until a test may run; if it must run alone, make the others wait."""
    if RUN is None:
        yield
        return
    import fcntl  # Windows has none

    place = Path(tempfile.gettempdir())
    door, room = (place / f"verbatim-tests-{RUN}-{name}" for name in ("door", "room"))
    with door.open("a") as entry, room.open("a") as inside:
        fcntl.flock(entry, fcntl.LOCK_EX)  # none overtakes a test that waits to run alone
        fcntl.flock(inside, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(entry, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(inside, fcntl.LOCK_UN)  # a forked process still has the file open


def clear() -> None:
    """Remove the lock files, after this worker's last test."""
    for path in Path(tempfile.gettempdir()).glob(f"verbatim-tests-{RUN}-*"):
        path.unlink(missing_ok=True)
