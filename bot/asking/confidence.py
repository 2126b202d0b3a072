"""How sure a passage is said to be, by one scale for Discord and the terminal; pure."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.types import Hit

Word = Literal["sure", "likely", "check"]

SURE = 0.85
"""The least probability that is called sure: of a hundred such passages, 85 or more answer."""
POSSIBLE = 0.2
"""The least probability of a passage that is shown beside the best one, unless asked for."""


def how_sure(confidence: float, threshold: float) -> Word:
    """Return the word for a probability; above the threshold it is an answer.

    Args:
        confidence: The probability that the passage answers, in [0, 1].
        threshold: The least confidence that is answered, in [0, 1].
    """
    if confidence < threshold:
        return "check"
    return "sure" if confidence >= SURE else "likely"


def shown_at_first(hits: Sequence[Hit]) -> list[Hit]:
    """Return the best passage, and those beside it that may well answer too."""
    return [*hits[:1], *takewhile(lambda hit: hit.confidence >= POSSIBLE, hits[1:])]
