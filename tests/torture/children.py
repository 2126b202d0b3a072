"""The processes that are killed and started again, and what they leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).resolve().parents[2]


class Child:
    """A process with a group of its own, started as often as it is killed.

    Args:
        name: What it is called.
        command: The arguments of Python, given how often it was started before.
        settings: What is added to the environment.
        folder: Where its log goes.
    """

    def __init__(
        self,
        name: str,
        command: Callable[[int], list[str]],
        settings: Mapping[str, str],
        folder: Path,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.lives = 0
        self.groups: list[int] = []
        self._command = command
        self._environment = os.environ | settings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._command(self.lives)],
                cwd=ROOT, env=self._environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self.groups.append(self._process.pid)
        self.lives += 1

    @property
    def code(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll() if self._process else 0

    def kill(self, *, whole: bool) -> None:
        """Kill it, and with ``whole`` all that it started, so that nothing of it can do more."""
        if self._process is None or self._process.poll() is not None:
            return
        if whole:
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()

    def ask_to_end(self) -> None:
        """Ask it to end, as an operator does."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def ended(self, seconds: float) -> int | None:
        """Wait for its end; return the exit code, or None when it did not end in time."""
        try:
            return self._process.wait(seconds) if self._process else 0
        except subprocess.TimeoutExpired:
            return None

    def orphans(self, seconds: float) -> list[int]:
        """Return what is left of its groups, after a while in which that may end by itself."""
        end = time.monotonic() + seconds
        while (found := _members(self.groups)) and time.monotonic() < end:
            time.sleep(0.2)
        return found

    def sweep(self) -> None:
        """Kill all that is left of it."""
        self.kill(whole=True)
        for pid in _members(self.groups):
            os.kill(pid, signal.SIGKILL)


def _members(groups: list[int]) -> list[int]:
    """Return the processes of process groups that are not dead yet."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(group) in groups and state != "Z":
            found.append(int(folder.name))
    return found
