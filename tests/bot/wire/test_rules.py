"""Discord's limits as the fake keeps them: the last thing that fits, the first that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.bot.wire.rules import (
    V2,
    ApiError,
    check_choices,
    check_command,
    check_message,
    check_modal,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.wire.state import Json


def message(**parts: Any) -> Json:
    empty: Json = {"content": "", "embeds": [], "components": [], "attachments": [], "flags": 0}
    return empty | parts


def layout(*components: Json) -> Json:
    return message(flags=V2, components=list(components))


def text(length: int = 1) -> Json:
    return {"type": 10, "content": "x" * length}


def row(*buttons: Json) -> Json:
    return {"type": 1, "components": list(buttons)}


def button(label: int = 1, id_: str = "a") -> Json:
    return {"type": 2, "style": 2, "label": "x" * label, "custom_id": id_}


def link(url: str) -> Json:
    return {"type": 2, "style": 5, "label": "lire", "url": url}


def url(length: int) -> str:
    return "https://a.fr/".ljust(length, "x")


def embed(length: int) -> Json:
    return {"description": "x" * length}


def section(texts: int, accessory: Json | None) -> Json:
    return {"type": 9, "components": [text()] * texts, "accessory": accessory}


def select(options: int, label: int = 1) -> Json:
    made = [{"label": "x" * label, "value": str(n)} for n in range(options)]
    return {"type": 3, "custom_id": "s", "options": made}


def container(*components: Json) -> Json:
    return {"type": 17, "components": list(components)}


FITS = [
    message(content="x" * 2000),
    message(attachments=[{"id": "1"}]),
    message(embeds=[embed(3000), embed(3000)]),
    message(content="x", components=[row(button())]),
    layout(text(4000)),
    layout(*[text(100)] * 40),
    layout(container(text(), *[row(button(id_=str(n))) for n in range(19)])),
    layout(row(button(80, "x" * 100))),
    layout(row(*[button(id_=str(n)) for n in range(5)])),
    layout(row(link(url(512)))),
    layout(section(3, button())),
    layout(row(select(25, 100))),
]
DOES_NOT = [
    message(content="x" * 2001),
    message(embeds=[embed(4097)]),
    message(embeds=[embed(3000), embed(3001)]),
    message(embeds=[embed(1)] * 11),
    message(embeds=[{"title": "x" * 257}]),
    message(components=[text()]),
    layout(text(), text(4000)),
    layout(text(0)),
    layout(*[text(10)] * 41),
    layout(container(text(), *[row(button(id_=str(n))) for n in range(20)])),
    layout(container()),
    layout(container(container(text()))),
    layout(button()),
    layout(row()),
    layout(row(button(81))),
    layout(row(button(id_="x" * 101))),
    layout(row(button(), button())),
    layout(row(*[button(id_=str(n)) for n in range(6)])),
    layout(row(link(url(513)))),
    layout(row(link("javascript:alert(1)"))),
    layout(row(link("https://"))),
    layout(row(link(url(20)) | {"custom_id": "a"})),
    layout(section(4, button())),
    layout(section(1, None)),
    layout(row(select(26))),
    layout(row(select(1, 101))),
    layout(row(select(1), button())),
    layout(text()) | {"content": "x"},
]


@pytest.mark.parametrize("shown", FITS)
def test_what_fits_is_shown(shown: Json) -> None:
    check_message(shown)


@pytest.mark.parametrize("shown", DOES_NOT)
def test_what_does_not_fit_is_an_invalid_form(shown: Json) -> None:
    with pytest.raises(ApiError) as refused:
        check_message(shown)
    assert refused.value.code == 50035


@pytest.mark.parametrize("shown", [message(), message(content="  \n"), layout()])
def test_an_empty_message_is_refused(shown: Json) -> None:
    with pytest.raises(ApiError) as refused:
        check_message(shown)
    assert refused.value.code == 50006


def field(**about: Any) -> Json:
    made = {"type": 4, "style": 1, "label": "Quoi", "custom_id": "what"} | about
    return {"title": "Une question", "custom_id": "form", "components": [row(made)]}


def command(**about: Any) -> Json:
    return {"name": "ask", "description": "Asks", "type": 1} | about


def option(name: str, **about: Any) -> Json:
    return {"name": name, "description": "x", "type": 3} | about


def choice(name: int = 1, value: int = 1) -> Json:
    return {"name": "x" * name, "value": "x" * value}


@pytest.mark.parametrize(
    ("check", "given"),
    [
        (check_modal, field(label="x" * 46)),
        (check_modal, field(custom_id="x" * 101)),
        (check_modal, field(placeholder="x" * 101)),
        (check_modal, field() | {"title": "x" * 46}),
        (check_modal, field() | {"components": []}),
        (check_choices, [choice()] * 26),
        (check_choices, [choice(101)]),
        (check_choices, [choice(1, 101)]),
        (check_command, command(name="Ask")),
        (check_command, command(name="x" * 33)),
        (check_command, command(description="")),
        (check_command, command(description="x" * 101)),
        (check_command, command(name_localizations={"fr": "Demander !"})),
        (check_command, command(name_localizations={"fr-FR": "demander"})),
        (check_command, command(options=[option("a"), option("b", required=True)])),
        (check_command, command(options=[option("a", choices=[choice(101)])])),
        (check_command, command(options=[option(str(n)) for n in range(26)])),
    ],
)
def test_forms_suggestions_and_commands_have_limits(
    check: Callable[[Any], None], given: Any
) -> None:
    with pytest.raises(ApiError) as refused:
        check(given)
    assert refused.value.code == 50035


def test_a_command_in_two_languages_is_registered() -> None:
    french = {"name_localizations": {"fr": "demander"}, "description_localizations": {"fr": "À"}}
    check_command(command(options=[option("a", required=True), option("b")], **french))
    check_modal(field(label="x" * 45))
    check_choices([choice(100, 100)] * 25)
