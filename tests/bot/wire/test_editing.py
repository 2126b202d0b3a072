"""Editors over the wire, on the program itself: a file replaced, and a change that is killed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.bot.people import plainly
from tests.bot.wire.messages import controls_of
from tests.bot.wire.messages import text_of as read
from tests.bot.wire.state import EVERYTHING
from tests.bot.wire.test_process import ended, program, with_this
from tests.waiting import Elapsed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import Json, User

pytestmark = pytest.mark.process

CRUE = "La Loire a débordé dimanche à Orléans, où deux ponts sont fermés jusqu’à mardi matin."
HEAD = "---\ntitle: La crue\nsource: La Gazette\n---\n"


def text_of(message: Json) -> str:
    """Return what a message says, with plain spaces."""
    return plainly(read(message))


def editor(server: FakeDiscord, locale: str) -> User:
    return server.add_member(
        server.add_guild("Rédaction"), "Bea", permissions=EVERYTHING, locale=locale
    )


def button(message: Json, start: str) -> str:
    """Return the custom id of a button, by how it begins."""
    ids = [str(c.get("custom_id", "")) for c in controls_of(message)]
    found = [i for i in ids if i.startswith(start)]
    assert found, f"no {start} among {ids} of: {text_of(message)}"
    return found[0]


async def propose(server: FakeDiscord, bea: User, text: str) -> Json:
    file = ("crue.md", f"{HEAD}{text}\n".encode())
    asked = await server.slash("admin add", {"file": file}, user=bea)
    return await asked.answer()


async def until_says(server: FakeDiscord, message: Json, words: str, no_more: str = "\0") -> Json:
    """Wait until a message says some words, and others no more; return it."""
    found = server.world.messages
    key = next(k for k, m in found.items() if m["id"] == message["id"])
    await server.until(lambda: words in (said := text_of(found[key])) and no_more not in said)
    return found[key]


class Said(NamedTuple):
    """What the bot says in one language."""

    locale: str
    published: str
    corrects: str
    changed: str
    asks: str
    indexing: str
    nothing: str
    again: str


FRENCH = Said(
    locale="fr",
    published="C’est publié.",
    corrects="Semble corriger : La crue",
    changed="« La crue » a été modifié",
    asks="À confirmer",
    indexing="ndexation",
    nothing="rien n’a été modifié",
    again="redémarré au milieu de ce changement",
)
ENGLISH = Said(
    locale="en-GB",
    published="Done: it is published.",
    corrects="Seems to correct: La crue",
    changed="“La crue” was changed",
    asks="To confirm",
    indexing="ndexing",
    nothing="nothing was changed",
    again="restarted in the middle of this change",
)


async def test_a_corrected_file_is_replaced_and_its_history_told(
    server: FakeDiscord, tmp_path: Path
) -> None:
    """In French to the editor of one server, in English to that of another."""
    async with program(server, tmp_path, server.token, with_this()) as process:
        await server.connected()
        for said in (FRENCH, ENGLISH):
            await correct(server, editor(server, said.locale), said)
        process.terminate()
        assert (await ended(process))[0] == 0


async def correct(server: FakeDiscord, bea: User, said: Said) -> None:
    """Add a file, replace it by a corrected one, and take that back."""
    first = await propose(server, bea, CRUE)
    await server.click(first, button(first, "v:plan:ok:"), user=bea)
    await until_says(server, first, said.published)
    second = await propose(server, bea, CRUE.replace("mardi", "jeudi"))
    assert said.corrects in text_of(second)
    assert "~~mardi~~ **jeudi** matin." in text_of(second)
    await server.click(second, button(second, "v:plan:rep:"), user=bea)
    await until_says(server, second, said.published)
    history = await (await server.slash("admin history", user=bea)).answer()
    assert said.changed in text_of(history)
    await server.click(history, button(history, "v:back:"), user=bea)
    back = await until_says(server, history, "~~jeudi~~ **mardi**")
    await server.click(back, button(back, "v:plan:ok:"), user=bea)
    await until_says(server, history, said.published)


async def test_a_change_whose_process_is_killed_says_so_on_its_card(
    server: FakeDiscord, tmp_path: Path
) -> None:
    """The card moves within a second; after the restart it says that nothing was changed.

    One editor's change is under way then, and one of another server waits for the model.
    """
    many = "\n\n".join(f"{CRUE} C’est le pont numéro {n}." for n in range(300))
    editors = [(editor(server, said.locale), said) for said in (FRENCH, ENGLISH)]
    async with program(server, tmp_path, server.token, with_this()) as process:
        await server.connected()
        cards = [await propose(server, bea, many) for bea, _ in editors]
        begun = [button(card, "v:plan:ok:") for card in cards]
        since_click = Elapsed(process.pid)
        for (bea, _), card, confirm in zip(editors, cards, begun, strict=True):
            await server.click(card, confirm, user=bea)
        for (_, said), card in zip(editors, cards, strict=True):
            await until_says(server, card, said.indexing, said.asks)
        assert since_click.seconds() < SOON
        process.kill()
        await process.wait()
    async with program(server, tmp_path, server.token, with_this()) as process:
        for (bea, said), card, confirm in zip(editors, cards, begun, strict=True):
            await until_says(server, card, said.nothing)
            again = await until_says(server, card, said.again)
            await server.click(again, confirm, user=bea)
            await until_says(server, card, said.published)
        process.terminate()
        assert (await ended(process))[0] == 0


SOON = 3.0
"""Seconds within which the card moves; it takes 0.8."""
