"""A card -> discord.py's objects: Components V2, or embeds for old clients."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.ui.parts import Attached, Block, Button, Card, Row, Rule, Select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

QUESTION_ID = 7001
"""The id of the component that holds the question: its buttons read it again from there."""
_MARK = "Question"
"""The author line of an embed that holds a question, in French and in English."""
_EARLIER = "?"
"""What it was before."""
_EMBED = 4096
_STYLES = {
    "primary": discord.ButtonStyle.primary,
    "secondary": discord.ButtonStyle.secondary,
    "success": discord.ButtonStyle.success,
    "danger": discord.ButtonStyle.danger,
}


def payload(card: Card, *, components: bool = True) -> dict[str, Any]:
    """Return what to give to any of discord.py's methods that send or edit a message."""
    if components:
        return {"view": _still(_layout(card))}
    return {"embeds": _embeds(card), "view": _still(_rows(card))}


def question_of(message: discord.Message) -> str:
    """Return the text that holds a message's question; empty when there is none."""
    texts = [part for part in _walk(message.components) if isinstance(part, discord.TextDisplay)]
    for part in texts:
        if part.id == QUESTION_ID:
            return part.content
    if message.embeds and message.embeds[0].author.name in {_MARK, _EARLIER}:
        return message.embeds[0].description or ""
    return _first_in_bold(texts) if _is_answer(message) else ""


def _is_answer(message: discord.Message) -> bool:
    return any(name.startswith("v:vote:") for name in custom_ids(message))


def _first_in_bold(texts: Sequence[discord.TextDisplay]) -> str:
    """Return an answer's first text, where a server gives components ids of its own."""
    first = texts[0].content if texts else ""
    return first if re.fullmatch(r"\*\*.+\*\*", first, re.DOTALL) else ""


def custom_ids(message: discord.Message) -> list[str]:
    """Return the custom ids of a message's buttons, in order."""
    buttons = (part for part in _walk(message.components) if isinstance(part, discord.Button))
    return [button.custom_id for button in buttons if button.custom_id]


def _walk(components: Iterable[Any]) -> Iterator[Any]:
    """Yield all components of a message, however deep."""
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))
        accessory = getattr(component, "accessory", None)
        if accessory is not None:
            yield accessory


def _still(view: Any) -> Any:
    """Keep discord.py from remembering a view: its buttons are found by their custom ids."""
    view.stop()
    return view


def _layout(card: Card) -> ui.LayoutView:
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=card.accent)
    for part in card.parts:
        container.add_item(_item(part))
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    return view


def _item(part: Any) -> ui.Item[Any]:
    match part:
        case Block(text=text, button=None, is_question=is_question):
            return ui.TextDisplay(text, id=QUESTION_ID if is_question else None)
        case Block(text=text, button=Button() as button):
            return ui.Section(ui.TextDisplay(text), accessory=_button(button))
        case Rule():
            return ui.Separator()
        case Row(buttons=buttons):
            return ui.ActionRow(*map(_button, buttons))
        case Select():
            return ui.ActionRow(_select(part))
        case Attached(name=name):
            return ui.File(f"attachment://{name}")
    raise TypeError(part)


def _button(button: Button) -> ui.Button[Any]:
    if button.url:
        return ui.Button(label=button.label, url=button.url)
    style = _STYLES[button.style]
    return ui.Button(label=button.label, custom_id=button.custom_id, style=style)


def _select(select: Select) -> ui.Select[Any]:
    return ui.Select(
        custom_id=select.custom_id,
        placeholder=select.placeholder,
        options=[
            discord.SelectOption(label=c.label, value=c.value, description=c.description or None)
            for c in select.choices
        ],
    )


def _embeds(card: Card) -> list[discord.Embed]:
    """Return one embed for each stretch between two rules; the question has its own."""
    groups: list[list[str]] = [[]]
    embeds = []
    for part in card.parts:
        if isinstance(part, Block) and part.is_question:
            embeds.append(_embed(card, part.text).set_author(name=_MARK))
        elif isinstance(part, Block):
            groups[-1].append(part.text)
        elif isinstance(part, Rule):
            groups.append([])
    return embeds + [_embed(card, "\n".join(texts)) for texts in groups if texts]


def _embed(card: Card, text: str) -> discord.Embed:
    return discord.Embed(description=text[:_EMBED], colour=card.accent)


def _rows(card: Card) -> ui.View:
    """Return the buttons in rows of five, and the select after them."""
    view = ui.View(timeout=None)
    for index, button in enumerate(card.buttons[:20]):
        item = _button(replace(button, label=button.apart or button.label))
        item.row = index // 5
        view.add_item(item)
    for part in card.parts:
        if isinstance(part, Select):
            view.add_item(_select(part))
    return view
