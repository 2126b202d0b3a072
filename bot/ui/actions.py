"""What buttons and forms have in common: all they need is in their custom ids and their message.

So both outlive a restart. A form is found by its custom id and not by discord.py's memory; whoever
clicks on what nothing takes any more is told so.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import discord
from discord import ui

from bot.context import Interaction
from bot.delivery import tell
from bot.errors import BotError

MAX_TITLE = 45
"""The longest title of a form, and label in one."""


class Click(ui.DynamicItem[Any], template=r"v:"):
    """A button or a list that acts: read from its custom id, and every error is told."""

    pattern: ClassVar[re.Pattern[str]] = re.compile("v:")

    def __init_subclass__(cls, *, template: str) -> None:
        """Keep the pattern of its custom ids."""
        super().__init_subclass__(template=template)
        cls.pattern = re.compile(template)

    def __init__(self, item: Any, fields: dict[str, str]) -> None:
        super().__init__(item)
        self.fields = fields

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make it again from the message it sits on."""
        return cls(item, match.groupdict())

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Act, or tell what went wrong."""
        try:
            await self._act(interaction)
        except Exception as error:  # noqa: BLE001 - told to the person and to the operator
            await tell(interaction, error, f"the button {type(self).__name__}")

    async def _act(self, interaction: Interaction) -> None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody sent with a form: the parts of its custom id, by their names in its pattern.

    ``values``: custom id of a field -> what they wrote; ``files`` are as Discord describes them.
    """

    fields: Mapping[str, str]
    values: Mapping[str, str]
    files: tuple[Mapping[str, Any], ...] = ()

    def __getitem__(self, name: str) -> str:
        """Return what was written in a field, without space around it."""
        return self.values.get(name, "").strip()


class Form(ui.Modal):
    """A form: its title, what its pattern reads, and labels with what stands under them."""

    pattern: ClassVar[re.Pattern[str]]

    def __init_subclass__(cls, *, template: str) -> None:
        """Keep the pattern of its custom ids."""
        super().__init_subclass__()
        cls.pattern = re.compile(template)

    def __init__(self, title: str, custom_id: str, *fields: tuple[str, ui.Item[Any]]) -> None:
        super().__init__(title=title[:MAX_TITLE], custom_id=custom_id)
        for label, field in fields:
            self.add_item(ui.Label(text=label[:MAX_TITLE], component=field))
        self.stop()  # found again by its custom id

    @classmethod
    async def take(cls, interaction: Interaction, filled: Filled) -> None:
        """Do what somebody wants who filled it in."""
        raise NotImplementedError


def write_field(
    name: str, *, most: int, is_long: bool = False, is_needed: bool = False, value: str = ""
) -> ui.TextInput[Any]:
    """Return a field to write in, its custom id being its name."""
    style = discord.TextStyle.paragraph if is_long else discord.TextStyle.short
    return ui.TextInput(
        custom_id=name, style=style, max_length=most, required=is_needed, default=value or None
    )


async def take_stray(interaction: Interaction) -> None:
    """Take what discord.py has no taker for: forms, and clicks on what is no longer there."""
    try:
        await _take(interaction)
    except Exception as error:  # noqa: BLE001 - told to the person and to the operator
        await tell(interaction, error, "a form or a dead button")


async def _take(interaction: Interaction) -> None:
    data: Any = interaction.data or {}
    is_form = interaction.type is discord.InteractionType.modal_submit
    if not (is_form or interaction.type is discord.InteractionType.component):
        return
    for taker in _below(Form if is_form else Click):
        if match := taker.pattern.fullmatch(str(data.get("custom_id", ""))):
            if is_form:
                files = data.get("resolved", {}).get("attachments", {}).values()
                given = Filled(match.groupdict(), read_values(data), tuple(files))
                await taker.take(interaction, given)
            return
    raise BotError("dead")


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def read_values(data: Mapping[str, Any]) -> dict[str, str]:
    """Return what somebody wrote in a form: custom id -> text."""
    fields = _walk(data.get("components", ()))
    return {f["custom_id"]: str(f.get("value") or "") for f in fields if "custom_id" in f}


def _walk(components: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        inner = component.get("component")
        yield from _walk([*component.get("components", ()), *([inner] if inner else ())])


def find_message(interaction: Interaction) -> discord.Message:
    """Return the message that was clicked on; raises BotError when Discord did not say which."""
    if interaction.message is None:
        raise BotError("dead")
    return interaction.message
