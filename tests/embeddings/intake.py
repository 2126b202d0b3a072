"""A fake of the engine's intake and the store's notes, which records its inputs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from bot.context import run_beside
from config.settings import Settings
from embeddings.changing.planning import slug
from embeddings.errors import UnknownProposal
from embeddings.reports import ChangeReport, Proposal, Proposed
from embeddings.types import ArticleSummary, Rejected
from embeddings.watching.watcher import make_watcher


@asynccontextmanager
async def watching(settings: Settings, engine: Any, notes: Any) -> AsyncIterator[None]:
    """Watch the folder of the settings within the context, as the program does."""
    async with AsyncExitStack() as stack:
        if watcher := make_watcher(settings, engine, notes):
            await stack.enter_async_context(run_beside(watcher.run(), "watching"))
        yield


def summary(given: str) -> ArticleSummary:
    name = slug(PurePath(given).stem)
    return ArticleSummary(name, name, None, None, None, None, "fr", 1, "shared")


@dataclass
class FakeIntake:
    """Adds every input as an article, except those whose name contains ``bad`` or ``same``.

    Attributes:
        proposed: The inputs of each proposal.
        confirmed: Those of each that was confirmed.
        dropped: The tokens of those that were dropped.
        failures: What the next confirmations raise, one after the other.
        unfit: What a proposal with an input of this name raises.
        notes: What is kept over restarts.
    """

    proposed: list[list[str]] = field(default_factory=list)
    confirmed: list[list[str]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    unfit: dict[str, Exception] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    async def propose(self, inputs: Sequence[str]) -> Proposal:
        self.proposed.append(list(inputs))
        for given in inputs:
            if error := self.unfit.get(PurePath(given).name):
                raise error
        added = [i for i in inputs if "bad" not in i and "same" not in i]
        return Proposal(
            token=str(len(self.proposed) - 1),
            added=tuple(Proposed(**asdict(summary(i))) for i in added),
            changed=(),
            unchanged=tuple(summary(i) for i in inputs if "same" in i),
            rejected=tuple(Rejected(i, f"{i} is not read here.") for i in inputs if "bad" in i),
            to_encode=len(added),
        )

    async def confirm(self, token: str, *, by: str = "") -> ChangeReport:
        assert by == "watch"
        if self.failures:
            raise self.failures.pop(0)
        if token in self.dropped:
            raise UnknownProposal("It was dropped.")
        self.confirmed.append(self.proposed[int(token)])
        return ChangeReport(added=tuple(map(summary, self.proposed[int(token)])))

    async def drop(self, token: str) -> None:
        self.dropped.append(token)

    async def note(self, name: str) -> str | None:
        return self.notes.get(name)

    async def write_note(self, name: str, value: str) -> None:
        self.notes[name] = value

    @property
    def names(self) -> list[list[str]]:
        """The file name of each confirmed input."""
        return [[PurePath(given).name for given in lot] for lot in self.confirmed]
