"""Runs the program in this process, with an engine of our own, and keeps what it said."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, Unpack

from bot.__main__ import main
from embeddings.reports import ChangeReport, OptionArgs, Options, VerifyReport
from embeddings.types import SHARED, Rejected
from tests.fakes import STORIES, FakeEngine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

    from config.settings import Settings
    from embeddings.reports import ReindexReport
    from embeddings.types import ProgressCallback

HARMLESS = {"PATH", "HOME", "TMPDIR", "COLUMNS", "PYTHONPATH"}


@dataclass(frozen=True)
class Said:
    """What one run of the program said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document of standard output."""
        return json.loads(self.out)


class Terminal(io.StringIO):
    """A text stream that somebody looks at."""

    def isatty(self) -> bool:
        return True


class Engine(FakeEngine):
    """The fake engine, with additions, and with what a test wants to see reported."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: tuple[str, ...] = ()
        self.notes: tuple[str, ...] = ()
        self.warnings: tuple[str, ...] = ()
        self.top_k: int | None = None
        self.closed = False
        self.records = None  # nothing here keeps anything of people

    async def __aenter__(self) -> Self:
        for sentence in self.warnings:
            logging.getLogger("embeddings").warning("%s", sentence)
            logging.getLogger("embeddings").warning("the copy here is searched: %s", sentence)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.closed = True

    async def warm(self) -> None:
        """There is nothing to load."""

    async def ask(self, question: str, *, top_k: int | None = None, **rest: Any) -> Any:
        self.top_k = top_k
        return await super().ask(question, top_k=top_k, **rest)

    async def add(
        self, inputs: Sequence[str], *, dry_run: bool = False, **options: Unpack[OptionArgs]
    ) -> ChangeReport:
        asked = Options(**options)
        self.by, self.anyway = asked.by, asked.anyway
        good = [name for name in inputs if "bad" not in name]
        rejected = tuple(Rejected(i, f"{i} is empty.") for i in inputs if i not in good)
        report = None if dry_run or not good else await self.reindex(progress=asked.progress)
        added = self.sources()[: len(good)]
        return ChangeReport(added=added, rejected=rejected, report=report)

    async def reindex(self, **options: Any) -> ReindexReport:
        return replace(await super().reindex(**options), notes=self.notes)

    async def verify(self) -> VerifyReport:
        return VerifyReport(checked=7, problems=self.problems)


class Stage:
    """A folder and an environment of its own, in which the program is run."""

    def __init__(
        self, folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
    ) -> None:
        for name in set(os.environ) - HARMLESS:
            if name.startswith(("VERBATIM_", "DISCORD_")):
                patch.delenv(name)
        patch.setenv("TERM", "xterm-256color")
        for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
            patch.delenv(name, raising=False)
        patch.chdir(folder)
        self.folder = folder
        self.patch = patch
        self.engine = Engine()
        self.opened: list[tuple[Settings, str]] = []
        self.created = False
        self._capture = capture

    def open(
        self,
        settings: Settings,
        *,
        collection: str = SHARED,
        create: bool = False,
        seed: bool = True,
        builder: Any = None,
        progress: ProgressCallback | None = None,
    ) -> Any:
        """Stand for the real engine."""
        self.opened.append((settings, collection))
        self.created = create
        return self.engine

    def run(self, *arguments: str, stdin: bytes | None = b"") -> Said:
        """Run the program once; without ``stdin`` its standard input is closed."""
        given = None if stdin is None else io.TextIOWrapper(io.BytesIO(stdin), encoding="ascii")
        self.patch.setattr(sys, "stdin", given)
        code = main(arguments, self.open)
        return Said(code, *self.read())

    def read(self) -> tuple[str, str]:
        """Return what was said since the last time, on standard output and standard error."""
        return tuple(self._capture.readouterr())


__all__ = ["STORIES", "Engine", "Said", "Stage", "Terminal"]
