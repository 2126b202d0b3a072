"""Dispatches clicks and submitted forms to their handlers by custom id, and builds forms.

A handler needs nothing but the custom id and the message, so buttons and forms outlive a restart:
discord.py's memory plays no part. A custom id without a handler gets an error message.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import discord
from discord import ui

from bot.context import Interaction, language_of
from bot.delivery import Acknowledge, CardOrForm, defer_update, show, tell_error
from bot.errors import BotError
from bot.ui.components import Card, notice

MAX_TITLE = 45
"""The limit of a form's title and of a field's label, in characters."""


@dataclass(frozen=True, slots=True)
class Input:
    """The input that came with a click or a submitted form.

    Attributes:
        parts: The groups of the handler's pattern, matched in the custom id.
        written: Custom id of a text field -> the text in it.
        chosen: The value chosen in a list; empty for buttons and forms.
        files: The uploaded files.
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    chosen: str = ""
    files: tuple[discord.Attachment, ...] = ()

    def __getitem__(self, part: str) -> str:
        """Return a part of the custom id; empty if a button of an older version lacks it."""
        return self.parts[part] or ""

    def read(self, name: str) -> str:
        """Return the text of a field, stripped; empty if there is no such field."""
        return self.written.get(name, "").strip()


Handler = Callable[[Interaction, Input], Awaitable[CardOrForm]]
"""Handles a click or a submitted form, and returns the card or form that answers it."""
KINDS = {discord.InteractionType.component, discord.InteractionType.modal_submit}
_HANDLERS: dict[re.Pattern[str], tuple[Handler, Acknowledge | None]] = {}


def handles(pattern: str, acknowledge: Acknowledge | None = None) -> Callable[[Handler], Handler]:
    """Register a handler for the custom ids that match; ``acknowledge`` runs before it."""

    def decorate(handler: Handler) -> Handler:
        _HANDLERS[re.compile(pattern)] = handler, acknowledge
        return handler

    return decorate


async def dispatch(interaction: Interaction) -> None:
    """Dispatch a click or a form, and report any error; ignore a button pressed again meanwhile."""
    name, handling = interaction.custom_id or "", interaction.client.handling
    click = interaction.user.id, interaction.message, str(interaction.data)
    is_again = click in handling
    handling.add(click)
    try:
        await (defer_update(interaction) if is_again else _handle(interaction, name))
    except Exception as error:  # noqa: BLE001 - reported to the person and to the operator
        typed = "\n\n".join(filter(str.strip, read_values(interaction.data or {}).values()))
        await tell_error(interaction, error, f"the button {':'.join(name.split(':')[:2])}", typed)
    finally:
        if not is_again:
            handling.discard(click)


async def _handle(interaction: Interaction, custom_id: str) -> None:
    match, handler, acknowledge = find_handler(custom_id)
    if acknowledge:
        await acknowledge(interaction)
    await show(interaction, await handler(interaction, _read_input(interaction, match)))


def _read_input(interaction: Interaction, match: re.Match[str]) -> Input:
    """Return what came with a click or a form; discord.py reads it for its own views only."""
    payload: Any = interaction.data or {}
    state = interaction._state  # noqa: SLF001 - as discord.py itself makes an attachment
    files = payload.get("resolved", {}).get("attachments", {}).values()
    uploads = tuple(discord.Attachment(data=file, state=state) for file in files)
    chosen = next(iter(payload.get("values", ())), "")
    return Input(match.groupdict(), read_values(payload), chosen, uploads)


def find_handler(custom_id: str) -> tuple[re.Match[str], Handler, Acknowledge | None]:
    """Return the match, handler and acknowledgement of a custom id; raises BotError if none."""
    for pattern, registered in _HANDLERS.items():
        if match := pattern.fullmatch(custom_id):
            return match, *registered
    raise BotError("dead")


def form(title: str, custom_id: str, *fields: tuple[str, ui.Item[Any]]) -> ui.Modal:
    """Return a form (modal) of labelled fields."""
    modal = ui.Modal(title=title[:MAX_TITLE], custom_id=custom_id)
    for label, component in fields:
        modal.add_item(ui.Label(text=label[:MAX_TITLE], component=component))
    modal.stop()  # discord.py need not keep it: its handler is found by custom id
    return modal


def write_field(
    name: str, *, most: int, is_long: bool = False, is_needed: bool = False, value: str = ""
) -> ui.TextInput[Any]:
    """Return a text field of a form; its custom id is ``name``, its limit ``most`` characters."""
    style = discord.TextStyle.paragraph if is_long else discord.TextStyle.short
    return ui.TextInput(
        custom_id=name, style=style, max_length=most, required=is_needed, default=value or None
    )


def read_values(payload: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of a submitted form: custom id of the field -> text."""
    fields = _walk(payload.get("components", ()))
    return {f["custom_id"]: str(f.get("value") or "") for f in fields if "custom_id" in f}


def _walk(components: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        inner = component.get("component")
        yield from _walk([*component.get("components", ()), *([inner] if inner else ())])


def find_message(interaction: Interaction) -> discord.Message:
    """Return the message with the clicked button; raises BotError if Discord did not send it."""
    if interaction.message is None:
        raise BotError("dead")
    return interaction.message


@handles(r"v:leave", defer_update)
async def leave(interaction: Interaction, _: Input) -> Card:
    """Cancel: replace the question by a note that nothing was changed."""
    return notice(language_of(interaction)("proposal-dropped"))
