"""Who takes part: the bots, the askers, the reindexers, and the program for one command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.torture import mutants
from tests.torture.children import ROOT, Child

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.bot.wire.server import FakeDiscord
    from tests.torture.seen import Plan

COMMAND = 300.0
"""Seconds that one command may take."""


class Crew:
    """All processes, each with a folder of its own as on a machine of its own.

    Args:
        plan: How many there are.
        url: The database that they share.
        folder: Where their folders and logs are.
        mutant: What is broken on purpose in those that are tested; empty: nothing.
    """

    def __init__(self, plan: Plan, url: str, folder: Path, mutant: str = "") -> None:
        self._plan, self._url, self._folder = plan, url, folder
        self._mutated = mutants.settings(mutant, folder / "mutant") if mutant else {}
        self.bots: list[Child] = []
        self.askers: list[Child] = []
        self.reindexers: list[Child] = []

    def everybody(self) -> list[Child]:
        """Return all of them."""
        return [*self.askers, *self.reindexers, *self.bots]

    def make(self, server: FakeDiscord, door: str, askers: list[str]) -> None:
        """Make them all; none is started."""
        discord = {
            "DISCORD__TOKEN": server.token,
            "DISCORD__API_BASE": server.api_base,
            "DISCORD__GATEWAY": server.gateway.url,
            "DISCORD__SHARDS": str(self._plan.bots),
        }
        for n in range(self._plan.bots):
            settings = (
                self._settings(f"bot-{n}", **discord, DISCORD__SHARD_IDS=str(n)) | self._mutated
            )
            self.bots.append(Child(f"bot-{n}", lambda _: ["-m", "bot"], settings, self._folder))
        for name in askers:
            self.askers.append(Child(name, self._asker(name, door), {}, self._folder))
        for way, paper in (("shell", "A"), ("admin", "B")):
            name = f"reindexer-{paper}"
            command = self._reindexer(name, way, paper, door)
            settings = self._settings(name) | self._mutated
            self.reindexers.append(Child(name, command, settings, self._folder))

    def shell(self, name: str, *arguments: str) -> Any:
        """Run a command of the program, as on one more machine; return its JSON.

        Raises:
            RuntimeError: It said nothing; what it complained of.
        """
        ran = subprocess.run(
            [sys.executable, "-m", "bot", "--json", *arguments],
            cwd=ROOT, env=os.environ | self._settings(name), check=False, timeout=COMMAND,
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip
        if not ran.stdout:
            raise RuntimeError(f"{' '.join(arguments)}: {ran.stderr.strip()}")
        return json.loads(ran.stdout)

    def _settings(self, name: str, **more: str) -> dict[str, str]:
        """Return the environment of one machine: a folder of its own, and the one database."""
        place = self._folder / name
        place.mkdir(exist_ok=True)
        given = {"DATA": str(place), "SEEDS": "none", "STORE__ADDRESS": self._url}
        ours = {f"VERBATIM_{key}": value for key, value in (given | more).items()}
        return ours | {"LOGNAME": name}

    def _seed(self, life: int) -> str:
        return str(self._plan.seed * 1000 + life)

    def _asker(self, name: str, door: str) -> Callable[[int], list[str]]:
        file = str(self._folder / f"{name}.jsonl")
        place = ["-m", "tests.torture.asker", door, name, str(self._plan.bots)]
        return lambda life: [*place, self._seed(life), file]

    def _reindexer(self, name: str, way: str, paper: str, door: str) -> Callable[[int], list[str]]:
        place = ["-m", "tests.torture.reindexer", way, paper, str(self._plan.bots)]
        folder = str(self._folder / name)
        return lambda life: [*place, self._seed(life), folder, door]
