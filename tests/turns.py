"""Several workers, one machine: a test that is measured runs while no other one does."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID")
"""What the workers of one run have in common; None: there is one process."""


@contextlib.contextmanager
def turn(*, alone: bool) -> Iterator[None]:
    """Wait until a test may run, and let the others wait if it is to run alone."""
    if RUN is None:
        yield
        return
    import fcntl  # Windows has none

    place = Path(tempfile.gettempdir())
    door, room = (place / f"verbatim-tests-{RUN}-{name}" for name in ("door", "room"))
    with door.open("a") as entry, room.open("a") as inside:
        fcntl.flock(entry, fcntl.LOCK_EX)  # nobody passes one who waits to be alone
        fcntl.flock(inside, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(entry, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(inside, fcntl.LOCK_UN)  # what a test forked has the file open too


def clear() -> None:
    """Remove the files, once this worker has run its last test."""
    for path in Path(tempfile.gettempdir()).glob(f"verbatim-tests-{RUN}-*"):
        path.unlink(missing_ok=True)
