"""The two forms (modals): a follow-up question, and why an answer was not useful.

Like the buttons, a form keeps what it needs in its custom id, so that it outlives a restart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.translate import Language

MAX_REASON = 500
MAX_TITLE = 45
"""The longest title of a form, and label in one."""


def follow_up(language: Language, ref: str, *, private: bool) -> ui.Modal:
    """Return the form for a question about one article."""
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id="question", style=discord.TextStyle.paragraph, max_length=1000
    )
    custom_id = f"v:ask:{ref}:{'e' if private else 'p'}"
    return _form(language, "follow-up", custom_id, field)


def why(language: Language, answer: str) -> ui.Modal:
    """Return the form that asks why an answer was not useful."""
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id="reason",
        style=discord.TextStyle.paragraph,
        max_length=MAX_REASON,
        required=False,
    )
    return _form(language, "reason", f"v:why:{answer}", field)


def _form(language: Language, key: str, custom_id: str, field: ui.TextInput[Any]) -> ui.Modal:
    modal = ui.Modal(title=language(f"{key}-title")[:MAX_TITLE], custom_id=custom_id)
    modal.add_item(ui.Label(text=language(f"{key}-label")[:MAX_TITLE], component=field))
    modal.stop()  # found again by its custom id, not by discord.py's memory
    return modal


def values(data: Mapping[str, Any]) -> dict[str, str]:
    """Return what somebody wrote in a form: custom id -> text."""
    fields = _fields(data.get("components", ()))
    return {f["custom_id"]: str(f.get("value") or "") for f in fields if "custom_id" in f}


def _fields(components: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        inner = component.get("component")
        yield from _fields([*component.get("components", ()), *([inner] if inner else ())])
