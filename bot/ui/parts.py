"""What a message is made of, before Discord: blocks of text, buttons, a select; plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Style = Literal["primary", "secondary", "success", "danger"]

MAX_TEXT = 4000
"""The most characters of text in one message (Components V2)."""
MAX_COMPONENTS = 40
MAX_LABEL = 80
MAX_CUSTOM_ID = 100
MAX_OPTION = 100
MAX_OPTIONS = 25


@dataclass(frozen=True, slots=True)
class Button:
    """A button: a link when it has an address, or else a custom id that is acted on.

    Attributes:
        label: What stands on it.
        custom_id: What is acted on.
        url: What it opens.
        style: How it looks.
        apart: What stands on it where it is not beside the text that it belongs to.
    """

    label: str
    custom_id: str = ""
    url: str = ""
    style: Style = "secondary"
    apart: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a select."""

    label: str
    value: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Select:
    """A list to choose one from."""

    custom_id: str
    placeholder: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A text, made plain where it comes from outside, perhaps with a button beside it."""

    text: str
    button: Button | None = None
    is_question: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A line between two blocks."""


@dataclass(frozen=True, slots=True)
class Row:
    """Up to five buttons side by side."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with the message, where it is shown.

    Attributes:
        name: Its name.
        data: What is in it; empty when whoever sends the message gives the file.
    """

    name: str
    data: bytes = b""


Part = Block | Rule | Row | Select | Attached


@dataclass(frozen=True, slots=True)
class Card:
    """One message."""

    parts: tuple[Part, ...]
    accent: int | None = None

    @property
    def text(self) -> str:
        """All that is written in it."""
        return "\n".join(part.text for part in self.parts if isinstance(part, Block))

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All its buttons, in order."""
        found: list[Button] = []
        for part in self.parts:
            if isinstance(part, Row):
                found += part.buttons
            elif isinstance(part, Block) and part.button:
                found.append(part.button)
        return tuple(found)


def card(*parts: Part | None, accent: int | None = None) -> Card:
    """Return a card of the parts that are there."""
    return Card(tuple(part for part in parts if part is not None), accent)


def row(*buttons: Button | None) -> Row | None:
    """Return a row of the buttons that are there; None without any."""
    given = tuple(button for button in buttons if button is not None)
    return Row(given) if given else None


def notice(text: str, accent: int | None = None) -> Card:
    """Return a card that says one thing."""
    return card(Block(text), accent=accent)
