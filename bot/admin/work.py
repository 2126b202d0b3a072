"""A change of the articles from the click to the report: its progress, its gate, its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.admin.changes import gate_card
from bot.admin.progress import Reporter
from bot.asking.render import WRONG
from bot.delivery import language_of, recorded
from bot.ui.parts import Block, card, row
from embeddings.errors import GateError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.client import Interaction
    from bot.ui.parts import Button, Card
    from embeddings.types import ProgressCallback

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Work(Generic[T]):
    """What is to be done, and what may be done when it was not.

    Attributes:
        do: Does it, and tells how far it is.
        show: Its outcome -> what is shown in the end.
        gate: The buttons where it would break golden questions.
        retry: The buttons where it failed after its progress was shown.
    """

    do: Callable[[ProgressCallback], Awaitable[T]]
    show: Callable[[T], Card]
    gate: tuple[Button, ...]
    retry: tuple[Button, ...] = ()


async def carry_out(interaction: Interaction, work: Work[T]) -> None:
    """Do a work that was acknowledged, show its progress, and end with what it did.

    Raises:
        Exception: It failed before anything of it was shown.
    """
    language = language_of(interaction)
    async with Reporter(interaction) as reporter:
        try:
            ended = work.show(await work.do(reporter.note))
        except GateError as error:
            ended = gate_card(error, language, *work.gate)
        except Exception as error:
            if not reporter.is_shown:
                raise
            sentence, _ = recorded(error, "a change of the articles", language)
            ended = card(Block(sentence), row(*work.retry), accent=WRONG)
    await reporter.finish(ended)
