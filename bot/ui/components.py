"""Builds cards from discord.ui components within Discord's limits, and reads sent cards back."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import discord
from discord import ButtonStyle, ui

from bot.translate import Language

MAX_LABEL, MAX_OPTION, MAX_OPTIONS = 80, 100, 25
"""Discord's limits: characters of a button's label and of a select option, options of a select."""
ANSWERED, REFUSED, WRONG = 0x2D7D46, 0x8A6D1B, 0xA12D2F
"""The accent colours of an answer, a refusal and an error."""
QUESTION_ID = 7001
"""The id of the component with the question, from which the message's buttons read it back."""
_LONG = 2500
"""The longest text, in characters, that a person gets back in a message rather than in a file."""
_ANSWERS = ("v:vote:", "v:near:", "v:news", "v:tell", "v:on:")
"""Prefixes of the custom ids of buttons under an answer or a refusal."""
Piece = ui.Item[Any] | None
"""A component of a card; None is left out."""


class Card(ui.Container[ui.LayoutView]):
    """One message: the pieces that are not None, stacked; ``accent`` is the colour at the side."""

    def __init__(self, *pieces: Piece, accent: int | None = ANSWERED) -> None:
        super().__init__(*(p for p in pieces if p is not None), accent_colour=accent)

    @property
    def files(self) -> list[discord.File]:
        """The files to upload, built anew each time, since sending consumes them."""
        attached = (piece for piece in self.children if isinstance(piece, Attached) and piece.data)
        return [discord.File(io.BytesIO(piece.data), piece.name) for piece in attached]

    def lay_out(self) -> ui.LayoutView:
        """Return the view to send; discord.py need not keep it, as custom ids find the handlers."""
        view = ui.LayoutView(timeout=None)
        view.add_item(self)
        view.stop()
        return view


class Attached(ui.File[ui.LayoutView]):
    """A file shown in the card; without ``data`` when the caller uploads the file itself."""

    def __init__(self, name: str, data: bytes = b"") -> None:
        super().__init__(f"attachment://{name}")
        self.name, self.data = name, data


def notice(text: str, accent: int | None = None, *pieces: Piece) -> Card:
    """Return a card with one text, and further pieces such as buttons below it."""
    return Card(ui.TextDisplay(text), *pieces, accent=accent)


def button(
    label: str,
    custom_id: str | None = None,
    *,
    url: str | None = None,
    style: ButtonStyle = ButtonStyle.secondary,
) -> ui.Button[Any]:
    """Return a button that opens ``url``, or else sends ``custom_id``."""
    return ui.Button(label=label[:MAX_LABEL], custom_id=custom_id, url=url, style=style)


def row(*buttons: ui.Button[Any] | None) -> ui.ActionRow[Any] | None:
    """Return a row of the (up to five) buttons that are not None; None without any."""
    present = [button for button in buttons if button is not None]
    return ui.ActionRow(*present) if present else None


def text(*parts: str, beside: ui.Button[Any] | None = None) -> ui.Item[Any]:
    """Return a text of several lines, with a button ``beside`` it if given."""
    display = ui.TextDisplay[Any]("\n".join(parts))
    return display if beside is None else ui.Section(display, accessory=beside)


def question(shown: str) -> ui.TextDisplay[Any]:
    """Return the text with the question, marked for ``find_question``."""
    return ui.TextDisplay(shown, id=QUESTION_ID)


def select(
    custom_id: str, placeholder: str, options: Sequence[discord.SelectOption]
) -> ui.ActionRow[Any]:
    """Return a select to choose one of the first ``MAX_OPTIONS`` options."""
    shown = [*options[:MAX_OPTIONS]]
    return ui.ActionRow(ui.Select(custom_id=custom_id, placeholder=placeholder, options=shown))


def option(label: str, value: str, description: str = "") -> discord.SelectOption:
    """Return an option of a select, its label and description cut to Discord's limit."""
    details = description[:MAX_OPTION].strip() or None
    return discord.SelectOption(label=label[:MAX_OPTION], value=value, description=details)


def measure(pieces: Iterable[Piece]) -> int:
    """Return the number of text characters in the pieces; a message may hold 4000."""
    items = [piece for piece in pieces if piece is not None]
    items += [part for piece in items if isinstance(piece, ui.Section) for part in piece.children]
    return sum(len(item.content) for item in items if isinstance(item, ui.TextDisplay))


def list_under(
    head: str, entries: Sequence[str], language: Language, *, room: int, most: int
) -> ui.TextDisplay[Any] | None:
    """Return a bulleted list under a heading; None without entries.

    It shows at most ``most`` entries and ``room`` characters, then the number of omitted entries.
    """
    if not entries:
        return None
    lines = cut(entries, room, most, start="- ")
    return ui.TextDisplay("\n".join([head, *lines, *say_more(len(entries) - len(lines), language)]))


def cut(texts: Iterable[str], room: int, most: int, start: str = "", end: str = "") -> list[str]:
    """Return the first ``most`` texts that fit ``room`` characters, and ``end`` if some do not."""
    lines: list[str] = []
    for each in texts:
        room -= len(start) + len(each) + 1
        if room < 0 or len(lines) == most:
            return [*lines, *filter(None, [end])]
        lines.append(f"{start}{each}")
    return lines


def say_more(omitted: int, language: Language) -> list[str]:
    """Return the line with the number of omitted entries; no line when it is zero."""
    return [f"-# {language('and-more', count=omitted)}"] if omitted > 0 else []


def document(name: str, parts: Iterable[tuple[str, Sequence[str]]]) -> Attached:
    """Return a text file of complete lists, each under its heading; nothing is escaped."""
    texts = ["\n".join([head, *(f"- {line}" for line in lines)]) for head, lines in parts if lines]
    return Attached(name, ("\n\n".join(texts) + "\n").encode("utf-8", "replace"))


def give_back(typed: str, language: Language) -> Iterator[ui.Item[Any]]:
    """Yield what a person had written, as text that they can copy, or if it is long as a file."""
    if len(typed) > _LONG:
        yield document(language("file-typed"), [(language("typed"), [typed])])
    elif typed:
        yield text(f"-# {language('typed')}", "```", typed.replace("```", "`\u200b``"), "```")


def find_question(message: discord.Message) -> str:
    """Return the text with a message's question; empty if the message has none.

    Where component ids were not kept, the first text of an answer or a refusal is the question.
    """
    texts = [part for part in _walk(message.components) if isinstance(part, discord.TextDisplay)]
    for part in texts:
        if part.id == QUESTION_ID:
            return part.content
    is_answer = any(name.startswith(_ANSWERS) for name in list_custom_ids(message))
    return texts[0].content if texts and is_answer else ""


def find_beside(message: discord.Message, custom_id: str) -> str:
    """Return the text beside the button with a custom id, or else the button's label."""
    for part in _walk(message.components):
        if getattr(getattr(part, "accessory", part), "custom_id", None) == custom_id:
            beside = "\n".join(text.content for text in getattr(part, "children", ()))
            return beside or getattr(part, "label", None) or ""
    return ""


def list_custom_ids(message: discord.Message) -> list[str]:
    """Return the custom ids of a message's buttons, in order."""
    buttons = (part for part in _walk(message.components) if isinstance(part, discord.Button))
    return [button.custom_id for button in buttons if button.custom_id]


def list_texts(message: discord.Message | discord.MessageSnapshot) -> list[str]:
    """Return the texts of a message's text components, in order."""
    parts = _walk(message.components)
    return [part.content for part in parts if isinstance(part, discord.TextDisplay)]


def _walk(components: Iterable[Any]) -> Iterator[Any]:
    """Yield components and all that are nested in them, parents first."""
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))
        accessory = getattr(component, "accessory", None)
        if accessory is not None:
            yield accessory
