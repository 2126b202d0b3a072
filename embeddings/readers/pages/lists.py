"""The items of a list -> the numbers or dashes that a browser shows before them; pure."""

from __future__ import annotations

import re
import string
from typing import Any

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LARGEST_ROMAN = 3999
_LONGEST_NUMBER = 9
_STYLE = re.compile(r"list-style(?:-type)?\s{0,9}:\s{0,9}([a-z-]{1,20})", re.IGNORECASE)
_STYLES = {
    "none": "none", "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A",
    "lower-roman": "i", "upper-roman": "I",
}  # fmt: skip
"""CSS's styles of lists -> HTML's types of them; all others count in digits."""


class Numbers:
    """The count of one list.

    Args:
        element: The ``ol``, or any other element that holds items; None for none.
    """

    def __init__(self, element: Any) -> None:
        style = _STYLE.search(element.get("style", "")) if element is not None else None
        said = _STYLES.get(style[1].lower(), "1") if style else ""
        self._is_ordered = element is not None and element.tag == "ol" and said != "none"
        self._type, self._step, self._next = said, 1, 1
        if self._is_ordered:
            self._type = said or element.get("type", "1")
            if element.get("reversed") is not None:
                self._step, self._next = -1, sum(child.tag == "li" for child in element)
            self._next = _number(element.get("start"), self._next)

    def mark(self, item: Any) -> str:
        """Return what stands before the next item, with the space after it."""
        if not self._is_ordered:
            return "- "
        number = _number(item.get("value"), self._next)
        self._next = number + self._step
        return f"{_written(number, item.get('type', self._type))}. "


def _number(stated: str | None, otherwise: int) -> int:
    """Return a stated number, unless it is none or too large to be one."""
    text = (stated or "").strip()
    is_number = text.removeprefix("-").isdecimal() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number else otherwise


def _written(number: int, kind: str) -> str:
    """Write a number as HTML's types of lists do: a, A, i, I, or else in digits."""
    if number > 0 and kind in ("a", "A"):
        letters = _letters(number)
    elif 0 < number <= _LARGEST_ROMAN and kind in ("i", "I"):
        letters = _roman(number)
    else:
        return str(number)
    return letters.upper() if kind.isupper() else letters


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, place = divmod(number - 1, len(string.ascii_lowercase))
        letters = string.ascii_lowercase[place] + letters
    return letters


def _roman(number: int) -> str:
    letters = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        letters += sign * count
    return letters
