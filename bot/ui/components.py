"""Cards of discord.ui: a container of texts, buttons and lists, within Discord's limits."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import discord
from discord import ButtonStyle, ui

from bot.translate import Language

MAX_LABEL, MAX_OPTION, MAX_OPTIONS = 80, 100, 25
"""The longest label of a button, the longest line of a list, and the most lines."""
ANSWERED, REFUSED, WRONG = 0x2D7D46, 0x8A6D1B, 0xA12D2F
"""The colours beside an answer, a refusal and an error."""
QUESTION_ID = 7001
"""The id of the component that holds the question: its buttons read it again from there."""
_ANSWERS = ("v:vote:", "v:near:", "v:news", "v:tell", "v:on:")
"""How the custom ids begin of buttons that stand under an answer or a refusal."""
Piece = ui.Item[Any] | None
"""A part of a card; None where there is nothing to show."""


class Card(ui.Container[ui.LayoutView]):
    """One message: the pieces that are there, one below the other."""

    def __init__(self, *pieces: Piece, accent: int | None = None) -> None:
        super().__init__(*(p for p in pieces if p is not None), accent_colour=accent)

    @property
    def files(self) -> list[discord.File]:
        """The files that it brings, made anew each time: one that was sent is used up."""
        brought = (piece for piece in self.children if isinstance(piece, Attached) and piece.data)
        return [discord.File(io.BytesIO(piece.data), piece.name) for piece in brought]

    def lay_out(self) -> ui.LayoutView:
        """Return what discord.py sends; its buttons are found by their custom ids, not kept."""
        view = ui.LayoutView(timeout=None)
        view.add_item(self)
        view.stop()
        return view


class Attached(ui.File[ui.LayoutView]):
    """A file that goes with the message, where it is shown; empty when its sender gives it."""

    def __init__(self, name: str, data: bytes = b"") -> None:
        super().__init__(f"attachment://{name}")
        self.name, self.data = name, data


def notice(text: str, accent: int | None = None, *pieces: Piece) -> Card:
    """Return a card that says one thing, with what may be done about it."""
    return Card(ui.TextDisplay(text), *pieces, accent=accent)


def button(
    label: str,
    custom_id: str | None = None,
    *,
    url: str | None = None,
    style: ButtonStyle = ButtonStyle.secondary,
) -> ui.Button[Any]:
    """Return a button: a link when it has an address, or else a custom id that is acted on."""
    return ui.Button(label=label[:MAX_LABEL], custom_id=custom_id, url=url, style=style)


def row(*buttons: ui.Button[Any] | None) -> ui.ActionRow[Any] | None:
    """Return up to five buttons side by side; None without any."""
    given = [each for each in buttons if each is not None]
    return ui.ActionRow(*given) if given else None


def text(*parts: str, beside: ui.Button[Any] | None = None) -> ui.Item[Any]:
    """Return lines of text, perhaps with a button beside them."""
    shown = ui.TextDisplay[Any]("\n".join(parts))
    return shown if beside is None else ui.Section(shown, accessory=beside)


def question(shown: str) -> ui.TextDisplay[Any]:
    """Return the question of a message, to be read again by ``find_question``."""
    return ui.TextDisplay(shown, id=QUESTION_ID)


def select(
    custom_id: str, placeholder: str, options: Sequence[discord.SelectOption]
) -> ui.ActionRow[Any]:
    """Return a list to choose one from; the first ``MAX_OPTIONS`` options."""
    chooser: ui.Select[Any] = ui.Select(
        custom_id=custom_id, placeholder=placeholder, options=[*options[:MAX_OPTIONS]]
    )
    return ui.ActionRow(chooser)


def option(label: str, value: str, description: str = "") -> discord.SelectOption:
    """Return one line of a list, cut to what Discord takes."""
    told = description[:MAX_OPTION].strip() or None
    return discord.SelectOption(label=label[:MAX_OPTION], value=value, description=told)


def width(pieces: Iterable[Piece]) -> int:
    """Return how many characters of text some pieces hold, of the 4000 of a message."""
    given = [piece for piece in pieces if piece is not None]
    given += [part for piece in given if isinstance(piece, ui.Section) for part in piece.children]
    return sum(len(each.content) for each in given if isinstance(each, ui.TextDisplay))


def list_under(
    head: str, entries: Sequence[str], language: Language, *, room: int, most: int
) -> ui.TextDisplay[Any] | None:
    """Return plain lines under their head; None without any.

    They take ``room`` characters together and are ``most`` at the most; how many more there are is
    told.
    """
    if not entries:
        return None
    lines = cut(entries, room, most, start="- ")
    return ui.TextDisplay("\n".join([head, *lines, *say_more(len(entries) - len(lines), language)]))


def cut(entries: Iterable[str], room: int, most: int, start: str = "") -> list[str]:
    """Return the first of some texts, at most ``most``, that together take ``room`` characters."""
    taken: list[str] = []
    for entry in entries:
        room -= len(start) + len(entry) + 1
        if room < 0 or len(taken) == most:
            break
        taken.append(f"{start}{entry}")
    return taken


def say_more(left: int, language: Language) -> list[str]:
    """Return the line that says how many are not shown; none when all are."""
    return [f"-# {language('and-more', count=left)}"] if left > 0 else []


def document(name: str, parts: Iterable[tuple[str, Sequence[str]]]) -> Attached:
    """Return whole lists, each under its head, as a text file; nothing is made plain."""
    texts = ["\n".join([head, *(f"- {line}" for line in lines)]) for head, lines in parts if lines]
    return Attached(name, ("\n\n".join(texts) + "\n").encode("utf-8", "replace"))


def find_question(message: discord.Message) -> str:
    """Return the text that holds a message's question; empty when there is none.

    A server that gives components ids of its own is read by the first text of an answer.
    """
    texts = [part for part in _walk(message.components) if isinstance(part, discord.TextDisplay)]
    for part in texts:
        if part.id == QUESTION_ID:
            return part.content
    is_answer = any(name.startswith(_ANSWERS) for name in list_custom_ids(message))
    return texts[0].content if texts and is_answer else ""


def find_beside(message: discord.Message, custom_id: str) -> str:
    """Return the text that a button stands beside; empty when it stands alone."""
    sections = [p for p in _walk(message.components) if isinstance(p, discord.SectionComponent)]
    found = (s for s in sections if getattr(s.accessory, "custom_id", None) == custom_id)
    return "\n".join(shown.content for section in found for shown in section.children)


def list_custom_ids(message: discord.Message) -> list[str]:
    """Return the custom ids of a message's buttons, in order."""
    buttons = (part for part in _walk(message.components) if isinstance(part, discord.Button))
    return [each.custom_id for each in buttons if each.custom_id]


def list_texts(message: discord.Message | discord.MessageSnapshot) -> list[str]:
    """Return the texts of a message's components, in order."""
    parts = _walk(message.components)
    return [part.content for part in parts if isinstance(part, discord.TextDisplay)]


def _walk(components: Iterable[Any]) -> Iterator[Any]:
    """Yield all components of a message, however deep."""
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))
        accessory = getattr(component, "accessory", None)
        if accessory is not None:
            yield accessory
