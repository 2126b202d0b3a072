"""The JSON of a message, as Discord is sent it -> a page that looks like it on Discord."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discord import ButtonStyle, ComponentType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.translate import Language

Json = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STYLE = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
_LINE = re.compile(r"(?P<mark>> |-# |- |#{1,3} )?(?P<rest>.*)", re.DOTALL)
_TAGS = {"> ": "blockquote", "-# ": "small", "- ": "li", None: "p"}
_MARK = re.compile(
    r"\\(?P<sign>[^0-9A-Za-z\s])|(?P<bold>\*\*)|(?P<struck>~~)|<t:(?P<day>-?\d+):(?P<style>[DdfR])>"
    r"|</(?P<command>[\w -]+):\d+>"
    r"|(?P<open>\[)|\]\(<(?P<url>[^<>]*)>\)|<#(?P<place>\d+)>|<@&?(?P<person>\d+)>"
)
_COLOURS = {
    ButtonStyle.primary: "primary",
    ButtonStyle.secondary: "secondary",
    ButtonStyle.success: "success",
    ButtonStyle.danger: "danger",
    ButtonStyle.link: "link",
}


def page(components: Sequence[Json], language: Language) -> str:
    """Return a whole page that shows one message.

    Args:
        components: The message's components, as they stand in its JSON.
        language: The reader's: days are written in it.
    """
    draw = Drawing(language)
    body = "".join(map(draw, components))
    return (
        f'<!doctype html><html lang="{language.code}"><meta charset="utf-8">'
        f"<title>Verbatim</title><style>{STYLE}</style>"
        '<div class="message"><div class="avatar">“</div><div class="body">'
        f'<div class="name">Verbatim<b>APP</b></div>{body}</div></div></html>'
    )


class Drawing:
    """Draws components for a reader of one language."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._kinds: dict[ComponentType, Callable[[Json], str]] = {
            ComponentType.container: self._container,
            ComponentType.section: self._section,
            ComponentType.text_display: self._text,
            ComponentType.separator: lambda _: "<hr>",
            ComponentType.action_row: self._row,
            ComponentType.button: _button,
            ComponentType.string_select: _select,
            ComponentType.file: _file,
        }

    def __call__(self, component: Json) -> str:
        """Return a component's HTML."""
        return self._kinds[ComponentType(component["type"])](component)

    def _inside(self, component: Json) -> str:
        return "".join(map(self, component["components"]))

    def _container(self, component: Json) -> str:
        colour = component.get("accent_color")
        accent = "" if colour is None else f' style="border-left-color: #{colour:06x}"'
        return f'<div class="container"{accent}>{self._inside(component)}</div>'

    def _section(self, component: Json) -> str:
        texts, beside = self._inside(component), self(component["accessory"])
        return f'<div class="section"><div>{texts}</div>{beside}</div>'

    def _row(self, component: Json) -> str:
        return f'<div class="row">{self._inside(component)}</div>'

    def _text(self, component: Json) -> str:
        return f'<div class="text">{markdown(component["content"], self._language)}</div>'


def markdown(text: str, language: Language) -> str:
    """Return the HTML of a text in Discord's mark-up, as far as the bot's messages use it.

    That is, by line: quotes, small print, lists and headings; in a line: bold, days, links and
    commands.
    """
    return "".join(_line(line, language) for line in text.split("\n"))


def _line(line: str, language: Language) -> str:
    found = _LINE.fullmatch(line)
    mark, rest = found.group("mark", "rest") if found else (None, line)
    tag = _TAGS.get(mark, "h3")
    return f"<{tag}>{_inline(rest, language)}</{tag}>"


def _inline(text: str, language: Language) -> str:
    """Return the HTML of what stands in a line."""
    parts, at, is_bold, is_struck = [], 0, False, False
    for found in _MARK.finditer(text):
        parts.append(html.escape(text[at : found.start()]))
        at = found.end()
        if found["bold"]:
            is_bold = not is_bold
            parts.append("<strong>" if is_bold else "</strong>")
        elif found["struck"]:
            is_struck = not is_struck
            parts.append("<s>" if is_struck else "</s>")
        elif found["person"]:
            parts.append("<span class='mention'>@Bea</span>")
        elif found["day"]:
            parts.append(f"<time>{_day(int(found['day']), found['style'], language)}</time>")
        elif found["command"]:
            parts.append(f"<span class='mention'>/{html.escape(found['command'])}</span>")
        elif found["place"]:
            parts.append("<span class='mention'>#rédaction</span>")
        elif found["open"]:
            parts.append("<a>")
        elif found["url"] is not None:
            parts.append("</a>")
        else:
            parts.append(html.escape(found["sign"]))
    return "".join(parts) + html.escape(text[at:])


def _day(seconds: int, style: str, language: Language) -> str:
    day = (EPOCH + timedelta(seconds=seconds)).date()
    return f"{day:%d/%m/%Y}" if style == "d" else language.say_day(day)


def _button(component: Json) -> str:
    colour = _COLOURS[ButtonStyle(component["style"])]
    return f'<span class="button {colour}">{html.escape(component["label"])}</span>'


def _select(component: Json) -> str:
    return f'<div class="select">{html.escape(component["placeholder"])}</div>'


def _file(component: Json) -> str:
    name = component["file"]["url"].removeprefix("attachment://")
    return f'<div class="file">{html.escape(name)}</div>'
