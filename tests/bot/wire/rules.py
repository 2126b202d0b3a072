"""Discord's limits on what a bot sends, and the errors that it answers with."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bot.wire.state import Json

V2 = 1 << 15
EPHEMERAL = 1 << 6
LOADING = 1 << 7
ROW, BUTTON, TEXT_INPUT, SECTION, TEXT, THUMBNAIL, CONTAINER = 1, 2, 4, 9, 10, 11, 17
SELECTS = (3, 5, 6, 7, 8)
LEGACY_TOP = (ROW,)
V2_TOP = (ROW, SECTION, TEXT, 12, 13, 14, CONTAINER)
IN_CONTAINER = (ROW, SECTION, TEXT, 12, 13, 14)
LOCALES = re.compile(
    "id|da|de|en-GB|en-US|es-ES|es-419|fr|hr|it|lt|hu|nl|no|pl|pt-BR|ro|fi|sv-SE|vi|tr|cs|el|bg|ru"
    "|uk|hi|th|zh-CN|ja|zh-TW|ko"
)
NAME = re.compile(r"[-_'\w]{1,32}")


class ApiError(Exception):
    """A refusal as Discord words it."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.errors = status, code, message, errors

    def payload(self) -> Json:
        body: Json = {"code": self.code, "message": self.message}
        return body | ({"errors": self.errors} if self.errors else {})


def invalid(where: str, what: str) -> ApiError:
    error = {"_errors": [{"code": "INVALID", "message": what}]}
    return ApiError(400, 50035, f"Invalid Form Body ({where}: {what})", {where: error})


def check(ok: object, where: str, what: str) -> None:
    if not ok:
        raise invalid(where, what)


def length(text: Any, low: int, high: int, where: str) -> None:
    check(isinstance(text, str), where, "This field is required and is a string.")
    check(low <= len(text.strip()) and len(text) <= high, where, f"Must be {low}-{high} in length.")


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, parents before children."""
    for component in components:
        yield component
        inner = (component.get("accessory"), component.get("component"))
        yield from walk([*component.get("components", ()), *filter(None, inner)])


def check_message(message: Json) -> None:
    """Raise ApiError when Discord would not show this message (after the edit, if it is one)."""
    parts = list(walk(message["components"]))
    if message["flags"] & V2:
        check(not message["content"] and not message["embeds"], "flags", "V2 takes no content.")
        check(len(parts) <= 40, "components", "The total number of components is limited to 40.")
        texts = sum(len(part["content"]) for part in parts if part["type"] == TEXT)
        check(texts <= 4000, "components", "Displayable text is limited to 4000 characters.")
    else:
        check(len(message["content"]) <= 2000, "content", "Must be 2000 or fewer in length.")
        check(len(message["components"]) <= 5, "components", "At most 5 rows.")
        _embeds(message["embeds"])
    if not any((message["content"].strip(), message["embeds"], parts, message["attachments"])):
        raise ApiError(400, 50006, "Cannot send an empty message")
    _tree(message["components"], V2_TOP if message["flags"] & V2 else LEGACY_TOP, "components")
    _unique_ids(parts)


def _unique_ids(parts: list[Json]) -> None:
    seen = Counter(part["custom_id"] for part in parts if "custom_id" in part)
    check(all(n == 1 for n in seen.values()), "components", "Component custom id duplicated.")


def _tree(components: list[Json], allowed: tuple[int, ...], where: str) -> None:
    for number, part in enumerate(components):
        here = f"{where}.{number}"
        check(part.get("type") in allowed, here, f"Value of field type must be one of {allowed}.")
        if part["type"] == ROW:
            _row(part["components"], here)
        elif part["type"] == SECTION:
            _section(part, here)
        elif part["type"] == TEXT:
            length(part.get("content"), 1, 4000, f"{here}.content")
        elif part["type"] == CONTAINER:
            check(part["components"], here, "A container is not empty.")
            _tree(part["components"], IN_CONTAINER, here)


def _section(section: Json, where: str) -> None:
    check(1 <= len(section["components"]) <= 3, where, "A section has 1-3 texts.")
    _tree(section["components"], (TEXT,), where)
    accessory = section.get("accessory") or {}
    check(accessory.get("type") in (BUTTON, THUMBNAIL), where, "A section has an accessory.")
    if accessory["type"] == BUTTON:
        _button(accessory, f"{where}.accessory")


def _row(parts: list[Json], where: str) -> None:
    kinds = {part["type"] for part in parts}
    check(1 <= len(parts) <= 5, where, "A row has 1-5 components.")
    if kinds == {BUTTON}:
        for number, part in enumerate(parts):
            _button(part, f"{where}.{number}")
    else:
        check(len(parts) == 1 and kinds <= set(SELECTS), where, "A row has buttons or one select.")
        _select(parts[0], where)


def _button(button: Json, where: str) -> None:
    link = button["style"] == 5
    check(("url" in button) == link and ("custom_id" in button) != link, where, "Url or custom id.")
    check(button.get("label") or button.get("emoji"), where, "A button has a label or an emoji.")
    length(button.get("label") or "x", 1, 80, f"{where}.label")
    if link:
        length(button["url"], 1, 512, f"{where}.url")
        good = re.fullmatch(r"(https?://[^\s/]+|discord:/)[^\s]*", button["url"])
        check(good, f"{where}.url", "Scheme must be one of http, https, discord.")
    else:
        length(button["custom_id"], 1, 100, f"{where}.custom_id")


def _select(select: Json, where: str) -> None:
    length(select.get("custom_id"), 1, 100, f"{where}.custom_id")
    length(select.get("placeholder") or "x", 1, 150, f"{where}.placeholder")
    if select["type"] == 3:
        check(1 <= len(select["options"]) <= 25, where, "A select has 1-25 options.")
        for option in select["options"]:
            length(option["label"], 1, 100, f"{where}.label")
            length(option["value"], 1, 100, f"{where}.value")
            length(option.get("description") or "x", 1, 100, f"{where}.description")
        values = {option["value"] for option in select["options"]}
        check(len(values) == len(select["options"]), where, "Option values are not unique.")


def _embeds(embeds: list[Json]) -> None:
    check(len(embeds) <= 10, "embeds", "Must be 10 or fewer in length.")
    total = 0
    for embed in embeds:
        footer, author = embed.get("footer", {}), embed.get("author", {})
        fields = embed.get("fields", [])
        check(len(fields) <= 25, "embeds", "At most 25 fields.")
        texts = [(embed.get("title"), 256), (embed.get("description"), 4096)]
        texts += [(footer.get("text"), 2048), (author.get("name"), 256)]
        texts += [(f["name"], 256) for f in fields] + [(f["value"], 1024) for f in fields]
        for text, high in texts:
            length(text or "x", 1, high, "embeds")
            total += len(text or "")
    check(total <= 6000, "embeds", "Embed size exceeds maximum size of 6000.")


def check_modal(modal: Json) -> None:
    """Raise ApiError when Discord would not open this modal."""
    length(modal.get("title"), 1, 45, "title")
    length(modal.get("custom_id"), 1, 100, "custom_id")
    check(1 <= len(modal["components"]) <= 5, "components", "Must be between 1 and 5 in length.")
    parts = list(walk(modal["components"]))
    for part in parts:
        if part["type"] in (TEXT_INPUT, 18):
            length(part.get("label") or "x", 1, 45, "label")
        if part["type"] == TEXT_INPUT:
            length(part.get("custom_id"), 1, 100, "custom_id")
            length(part.get("placeholder") or "x", 1, 100, "placeholder")
        if part["type"] in SELECTS:
            _select(part, "components")
    _unique_ids(parts)


def check_choices(choices: list[Json]) -> None:
    """Raise ApiError when Discord would not show these suggestions."""
    check(len(choices) <= 25, "choices", "Must be 25 or fewer in length.")
    for choice in choices:
        length(choice.get("name"), 1, 100, "choices.name")
        if isinstance(choice.get("value"), str):
            length(choice["value"], 1, 100, "choices.value")


def check_command(command: Json) -> None:
    """Raise ApiError when Discord would not register this command."""
    menu = command.get("type", 1) != 1
    for name in (command["name"], *_translations(command, "name")):
        good = NAME.fullmatch(name) and name == name.lower()
        check((menu and 1 <= len(name) <= 32) or good, "name", f"Command name is invalid: {name}.")
    if not menu:
        for text in (command.get("description"), *_translations(command, "description")):
            length(text, 1, 100, "description")
    options = command.get("options", [])
    check(len(options) <= 25, "options", "At most 25 options.")
    required = [bool(option.get("required")) for option in options]
    check(required == sorted(required, reverse=True), "options", "Required options come first.")
    for option in options:
        check_command({k: v for k, v in option.items() if k != "type"})
        check_choices(option.get("choices", []))
        for choice in option.get("choices", []):
            check_choices([{"name": text} for text in _translations(choice, "name")])


def _translations(command: Json, key: str) -> list[str]:
    table = command.get(f"{key}_localizations") or {}
    check(all(map(LOCALES.fullmatch, table)), f"{key}_localizations", "Unknown locale.")
    return list(table.values())
