"""A text beside its folded form, with the way back: patterns read one, people are shown the other.

Folding drops accents and may turn one character into two (``œ``) or none (a combining accent), so
a place in the folded text is looked up rather than assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from embeddings.text.analysis import fold

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text and its folded form.

    Attributes:
        written: The text as it was written.
        text: The folded text.
        places: For each character of ``text``, the place in ``written`` that it comes from.
    """

    written: str
    text: str
    places: Sequence[int]

    def is_capital(self, place: int) -> bool:
        """Say whether the character of the folded text at ``place`` was written as a capital."""
        return place < len(self.places) and self.written[self.places[place]].isupper()

    def words(self, start: int, end: int) -> str:
        """Return the exact words behind ``text[start:end]``, which is not empty.

        An accent that is a character of its own belongs to the letter before it.
        """
        last = self.places[end - 1] + 1
        while last < len(self.written) and not _letters(self.written[last]):
            last += 1
        return self.written[self.places[start] : last]

    def without(self, start: int, end: int) -> FoldedText:
        """Return the same with a bar for each character of ``text[start:end]``."""
        return replace(self, text=self.text[:start] + "|" * (end - start) + self.text[end:])


def fold_text(written: str) -> FoldedText:
    """Return a text with its folded form."""
    if written.isascii():
        return FoldedText(written, written.lower(), range(len(written)))
    pairs = [(letter, i) for i, each in enumerate(written) for letter in _letters(each)]
    return FoldedText(written, "".join(letter for letter, _ in pairs), [i for _, i in pairs])


@lru_cache(maxsize=4096)
def _letters(character: str) -> str:
    """Return what one character folds to: nothing, one letter or several."""
    return fold(character)
