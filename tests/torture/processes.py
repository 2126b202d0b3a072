"""The processes that are killed and started again: the bots, and the program for one command."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.torture import mutants

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
COMMAND = 300.0
"""Seconds that one command may take."""


class Child:
    """A process with a group of its own, started as often as it is killed.

    Args:
        name: What it is called.
        arguments: Those of Python.
        settings: What is added to the environment.
        folder: Where its log goes.
    """

    def __init__(
        self, name: str, arguments: Sequence[str], settings: Mapping[str, str], folder: Path
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.groups: list[int] = []
        self._arguments = arguments
        self._environment = os.environ | settings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=ROOT, env=self._environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self.groups.append(self._process.pid)

    @property
    def code(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll() if self._process else 0

    def kill(self) -> None:
        """Kill it alone, as the system does; what it started has to notice by itself."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def end(self, seconds: float) -> int | None:
        """Ask it to end, as an operator does; return the exit code, or None when it does not."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def orphans(self, seconds: float) -> list[int]:
        """Return what is left of its groups, after a while in which that may end by itself."""
        end = time.monotonic() + seconds
        while (found := members(self.groups)) and time.monotonic() < end:
            time.sleep(0.2)
        return found

    def sweep(self) -> None:
        """Kill all that is left of it."""
        self.kill()
        for pid in members(self.groups):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def members(groups: Sequence[int]) -> list[int]:
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


class Machines:
    """What runs a process as on a machine of its own: a folder for each, and one database.

    Args:
        url: The database that they share.
        folder: Where their folders and logs are.
        mutant: What is broken on purpose in those that are tested; empty: nothing.
    """

    def __init__(self, url: str, folder: Path, mutant: str = "") -> None:
        self.folder = folder
        self._url = url
        self._mutated = mutants.settings(mutant, folder / "mutant") if mutant else {}

    def settings(self, name: str, **more: str) -> dict[str, str]:
        """Return the environment of one machine."""
        place = self.folder / name
        place.mkdir(exist_ok=True)
        given = {"DATA": str(place), "SEEDS": "none", "STORE__ADDRESS": self._url, "MODEL": "light"}
        given["THRESHOLD"] = "0.01"  # what is judged is which generation answers, not how surely
        ours = {f"VERBATIM_{key}": value for key, value in (given | more).items()}
        return ours | {"LOGNAME": name} | self._mutated

    def bot(self, name: str, **discord: str) -> Child:
        """Make a bot; it is not started."""
        return Child(name, ["-m", "bot"], self.settings(name, **discord), self.folder)

    async def run(self, command: Command) -> tuple[int, str, str]:
        """Run a command of the program; return its exit code, its JSON and what it complained of.

        One that is killed meanwhile has a negative exit code.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "--json", *command.arguments,
            cwd=ROOT, env=os.environ | self.settings(command.name, LANGUAGE="en"),
            start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        command.group = process.pid
        out, err = await asyncio.wait_for(process.communicate(), COMMAND)
        command.group = 0
        return process.returncode or 0, out.decode(), err.decode().strip()

    async def run_once(self, name: str, *arguments: str) -> tuple[int, str, str]:
        """Run a command that nobody kills."""
        return await self.run(Command(name, list(arguments)))

    async def ask(self, name: str, *arguments: str) -> Any:
        """Run a command that must succeed; return its document.

        Raises:
            RuntimeError: It said nothing; what it complained of.
        """
        _, out, err = await self.run_once(name, *arguments)
        if not out:
            raise RuntimeError(f"{' '.join(arguments)}: {err}")
        return json.loads(out)


class Command:
    """One run of the program, which may be killed with all that it started."""

    def __init__(self, name: str, arguments: list[str]) -> None:
        self.name, self.arguments = name, arguments
        self.group = 0

    def kill(self) -> None:
        """Kill it, if it runs."""
        if self.group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.group, signal.SIGKILL)
