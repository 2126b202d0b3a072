"""Taking files and pages in by themselves: proposed, then confirmed when nobody else is writing."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from embeddings.errors import BusyError, GateError, InputError, LimitError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.reports import ChangeReport, Proposal
    from embeddings.types import ArticleSummary

BY = "watch"
"""Who adds, as the audit log has it."""

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before a busy writer is asked again, and the most before any time."""

TRIES = 3
"""How often something is proposed anew because the articles changed meanwhile."""

_log = logging.getLogger(__name__)


class Intake(Protocol):
    """What takes articles in: the search engine, of which no more is needed here."""

    async def propose(self, inputs: Sequence[str]) -> Proposal:
        """Read and plan; nothing is written but the proposal."""

    async def confirm(self, token: str, *, by: str = "") -> ChangeReport:
        """Do what was proposed."""

    async def drop(self, token: str) -> None:
        """Forget what was proposed."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some inputs.

    Attributes:
        rejected: What is not taken, and why: inputs, and parts of them.
        left: Inputs that there is no room for, or not today, and why.
        added: The articles that are new.
        is_refused: True when the golden questions refused them all, and nothing was changed.
    """

    rejected: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    added: tuple[ArticleSummary, ...] = ()
    is_refused: bool = False


class Told:
    """Logs a sentence, but not the same one twice in a row about one thing."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}

    def warn(self, about: str, sentence: str) -> None:
        """Say a sentence, unless it was the last one about this; an empty one is not said."""
        if self._last.get(about, "") != sentence:
            self._last[about] = sentence
            if sentence:
                _log.warning("%s", sentence)

    def forget(self, about: str) -> None:
        """Note that all is well with something: the same sentence would be news again."""
        self._last.pop(about, None)


class Taking:
    """Takes inputs into a corpus, one lot after the other.

    Args:
        engine: What takes them in.
        first_wait: Seconds before a busy writer is asked again, the first time.
    """

    def __init__(self, engine: Intake, *, first_wait: float = FIRST_WAIT) -> None:
        self._engine = engine
        self._first_wait = first_wait
        self._turn = asyncio.Lock()

    async def take(self, inputs: Sequence[str]) -> Taken:
        """Take some inputs; whoever is writing is waited for.

        Raises:
            EmbeddingsError: It cannot be done just now, whatever the inputs are.
        """
        async with self._turn:
            return await self._together(inputs)

    async def _together(self, inputs: Sequence[str]) -> Taken:
        """Take a lot; when something in it cannot be stored, one by one."""
        for _ in range(TRIES):
            try:
                return await self._once(inputs)
            except LimitError as error:
                return Taken(left=dict.fromkeys(inputs, str(error)))
            except InputError as error:
                reason = str(error)
        if len(inputs) == 1:
            return Taken({inputs[0]: reason})
        each = [await self._together([one]) for one in inputs]
        return Taken(
            {name: why for taken in each for name, why in taken.rejected.items()},
            {name: why for taken in each for name, why in taken.left.items()},
            tuple(article for taken in each for article in taken.added),
            is_refused=any(taken.is_refused for taken in each),
        )

    async def _once(self, inputs: Sequence[str]) -> Taken:
        proposal = await self._engine.propose(inputs)
        rejected = {each.input: each.reason for each in proposal.rejected}
        left = {each.input: each.reason for each in proposal.left}
        if not (proposal.added or proposal.changed):
            await self._engine.drop(proposal.token)
            return Taken(rejected, left)
        try:
            report = await self._confirmed(proposal.token)
        except GateError as error:
            await self._engine.drop(proposal.token)
            _log.warning("%s Of %s new or changed articles, none was taken.", error, len(inputs))
            return Taken(rejected, left, is_refused=True)
        for each in (*report.added, *report.changed):
            _log.info("taken: %s", each.id)
        return Taken(rejected, left, report.added)

    async def _confirmed(self, token: str) -> ChangeReport:
        """Confirm a proposal, as soon as nobody else is writing."""
        wait = self._first_wait
        while True:
            try:
                return await self._engine.confirm(token, by=BY)
            except BusyError as error:
                if wait == self._first_wait:
                    _log.info("new articles wait their turn: %s", error)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
