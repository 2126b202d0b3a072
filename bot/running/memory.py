"""What was asked before: for 15 minutes, of one person in one place, in memory alone."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LASTS = 900.0
"""Seconds after which a question is forgotten; Discord's own tokens live as long."""
MOST = 5
"""The most questions of one conversation that are remembered."""
_PEOPLE = 2000
"""How many conversations are remembered; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked.

    Attributes:
        question: It, or what it was understood as.
        answer: The id of the message that answered it.
        at: When, by the clock.
    """

    question: str
    answer: int
    at: float


class Conversations:
    """Remembers who asked what in which place, so that a follow-up can be understood.

    Args:
        clock: Tells seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._turns: OrderedDict[tuple[int, int], tuple[Turn, ...]] = OrderedDict()

    def note(self, person: int, place: int, question: str, answer: int) -> None:
        """Remember a question that was answered.

        Args:
            person: Who asked, by Discord's id.
            place: In which channel.
            question: What, or what it was understood as.
            answer: The id of the message that answered it.
        """
        turn = Turn(question, answer, self._clock())
        self._turns[person, place] = (*self._fresh(person, place), turn)[-MOST:]
        self._turns.move_to_end((person, place))
        if len(self._turns) > _PEOPLE:
            self._turns.popitem(last=False)

    def before(self, person: int, place: int, answer: int | None = None) -> tuple[str, ...]:
        """Return what somebody asked before in a place, oldest first.

        Args:
            person: Who.
            place: In which channel.
            answer: The id of the answer that they reply to, and what came after it does not
                count; nothing when it was not given to them. None: all that they asked.
        """
        turns = self._fresh(person, place)
        if answer is not None:
            at = [n for n, turn in enumerate(turns, 1) if turn.answer == answer]
            turns = turns[: at[-1]] if at else ()
        return tuple(turn.question for turn in turns)

    def _fresh(self, person: int, place: int) -> tuple[Turn, ...]:
        since = self._clock() - LASTS
        return tuple(t for t in self._turns.get((person, place), ()) if t.at > since)
