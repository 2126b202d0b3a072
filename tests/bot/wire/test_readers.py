"""What readers meet, over the wire in both languages: cards, mistakes, lists, what is checked."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.bot.wire.messages import controls_of
from tests.bot.wire.running import running
from tests.bot.wire.state import EVERYTHING
from tests.bot.wire.test_editing import button
from tests.bot.wire.test_talking import text_of
from tests.fakes import RIVER, FakeEngine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.bot.wire.interactions import Interaction
    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import Json, User

CODE = re.compile(r"\(code [A-Z2-7]{5}\)")
ANY = "2020-01-01T00:00:00+00:00"


class Said(NamedTuple):
    """What a reader says in one language, and what the bot says to it."""

    locale: str
    unread: str
    crossed: str
    unknown: str
    unclear: str
    wait: str
    elsewhere: str
    filtered: str
    page: str
    jump: str
    not_a_page: str
    marked: str
    sure: str
    claim: str
    says: str
    nothing: str
    kept: str
    publish: str
    ask: str


FRENCH = Said(
    locale="fr",
    unread="Je ne lis pas « bientôt » comme une date",
    crossed="Le premier jour est après le dernier ; échangez-les.",
    unknown="Aucun article ne porte ce titre",
    unclear="La question n’a aucun mot à chercher",
    wait="Un instant : vous pourrez poser une autre question dans",
    elsewhere="Je réponds dans d’autres salons de ce serveur : <#{}>",
    filtered="Filtre : La Gazette · juin 2018",
    page="Page 3 sur 3",
    jump="Aller à une page",
    not_a_page="Écrivez le numéro d’une page, par exemple 3.",
    marked="en anglais",
    sure="sûr",
    claim="La Loire a débordé à Orléans dimanche.",
    says="Un article le dit :",
    nothing="Aucun article n’en parle.",
    kept="Ce qui est gardé",
    publish="Publier dans le salon",
    ask="Question sur cet article",
)
ENGLISH = Said(
    locale="en-GB",
    unread="I cannot read “bientôt” as a date",
    crossed="The first day is after the last one; swap them.",
    unknown="No article has this title",
    unclear="The question has no word to search for",
    wait="Not so fast: you can ask again in",
    elsewhere="I answer in other channels of this server: <#{}>",
    filtered="Filter: La Gazette · June 2018",
    page="Page 3 of 3",
    jump="Go to a page",
    not_a_page="Write the number of a page, such as 3.",
    marked="in French",
    sure="sure",
    claim="A new bakery opened in Lyon on Monday.",
    says="An article says so:",
    nothing="No article speaks of it.",
    kept="What is kept",
    publish="Post in the channel",
    ask="Ask about this article",
)


class Hall:
    """A server with a reader, an editor and the operator, and the bot over a few articles."""

    def __init__(self, server: FakeDiscord, engine: FakeEngine, said: Said) -> None:
        self.server, self.engine, self.said = server, engine, said
        guild = server.add_guild("Rédaction")
        self.ana = server.add_member(guild, "Ana", locale=said.locale)
        self.bea = server.add_member(guild, "Bea", permissions=EVERYTHING, locale=said.locale)
        self.olga = server.add_member(guild, "Olga", locale=said.locale)
        server.make_operator(self.olga)
        self.home = server.world.home(self.ana)

    @property
    def everybody(self) -> tuple[User, User, User]:
        """The member, the editor and the operator."""
        return self.ana, self.bea, self.olga

    async def command(self, name: str, user: User | None = None, **options: object) -> Json:
        """Use a command, by default as the member, and wait for its answer."""
        return await (await self.server.slash(name, options, user=user or self.ana)).answer()


@pytest.fixture(params=[FRENCH, ENGLISH], ids=["fr", "en"])
async def hall(
    monkeypatch: pytest.MonkeyPatch,
    server: FakeDiscord,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Hall]:
    hall = Hall(server, FakeEngine(), request.param)
    async with running(monkeypatch, server, hall.engine, tmp_path):
        await server.connected()
        yield hall


async def test_a_mistake_is_told_without_a_code_and_without_a_record(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    said = hall.said
    mistakes: list[tuple[str, dict[str, object], str]] = [
        ("ask", {"question": "Qui ?", "since": "bientôt"}, said.unread),
        ("ask", {"question": "Qui ?", "since": "2020", "until": "2018"}, said.crossed),
        ("ask", {"question": "?"}, said.unclear),
        ("source", {"title": "volcan"}, said.unknown),
    ]
    caplog.set_level(logging.WARNING)
    for who in hall.everybody:
        for name, options, words in mistakes:
            told = text_of(await hall.command(name, who, **options))
            assert words in told
            assert not CODE.search(told)
    assert [record.message for record in caplog.records if record.name.startswith("bot")] == []


async def test_a_limit_is_told_without_a_code_and_without_a_record(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    said, question = hall.said, hall.said.claim
    caplog.set_level(logging.WARNING)
    await hall.command("admin settings", hall.bea, cooldown=60)
    await hall.command("ask", question=question)
    waits = text_of(await hall.command("ask", question=question))
    assert said.wait in waits
    (guild,) = hall.server.world.guilds.values()
    other = hall.server.add_channel(guild, "questions")
    await hall.command("admin settings", hall.bea, allow=other)
    elsewhere = text_of(await hall.command("ask", hall.olga, question=question))
    assert said.elsewhere.format(other.id) in elsewhere
    assert not CODE.search(waits + elsewhere)
    assert [record.message for record in caplog.records if record.name.startswith("bot")] == []


async def test_the_list_is_narrowed_by_source_and_month_and_leads_to_a_page(hall: Hall) -> None:
    server, said = hall.server, hall.said
    for n in range(25):
        hall.engine.put(replace(RIVER, id=f"s{n}", title=f"Le pont {n}", date=date(2018, 6, 1 + n)))
    for who in hall.everybody:
        shown = await hall.command("sources", who, source="La Gazette", month="2018-06")
        assert said.filtered in text_of(shown)
    form = await server.click(shown, button(shown, "v:jump:"), user=hall.olga)
    await form.ack()
    assert form.modal
    assert form.modal["title"] == said.jump
    await server.submit(form, {"page": "3"})
    await server.until(lambda: said.page in text_of(shown))
    again = await server.click(shown, button(shown, "v:jump:"), user=hall.olga)
    await again.ack()
    wrong = await server.submit(again, {"page": "trois"})
    await server.until(lambda: wrong.original)
    assert wrong.original
    assert said.not_a_page in text_of(wrong.original)


async def test_of_two_passages_the_readers_own_comes_first_and_each_article_is_asked_about(
    hall: Hall,
) -> None:
    said, code = hall.said, hall.said.locale[:2]
    for language, title, body in (
        ("fr", "Le Zénith rouvre", "Le Zénith rouvre jeudi."),
        ("en", "The Zenith opens", "The Zénith opens on Thursday."),
    ):
        url = f"https://gazette.example/{language}"
        about = {"id": language, "title": title, "text": body, "language": language, "url": url}
        hall.engine.put(replace(RIVER, **about))
    shown = await hall.command("ask", question="Zénith")
    told = text_of(shown)
    mine, other = ("fr", "en") if code == "fr" else ("en", "fr")
    assert told.index(f"https://gazette.example/{mine}") < told.index(
        f"https://gazette.example/{other}"
    )
    assert told.count(said.marked) == 1
    assert told.count(f"· {said.sure}") == 2
    labels = [each.get("label") for each in controls_of(shown)]
    assert labels.count(said.ask) == 2
    assert said.publish not in labels  # it stands in the channel already


async def test_help_can_be_clicked_on_and_only_editors_see_what_editors_do(hall: Hall) -> None:
    ids = {each["name"]: each["id"] for each in hall.server.world.commands[None]}
    for who in hall.everybody:
        told = text_of(await hall.command("help", who))
        assert [f"</{name}:{ids[name]}>" in told for name in ("ask", "sources", "privacy")] == [
            True
        ] * 3
        assert (f"</admin add:{ids['admin']}>" in told) is (who is hall.bea)
        assert "operator" in told  # who runs the bot
        assert hall.said.kept in text_of(await hall.command("privacy", who))


def forward(claim: str) -> Json:
    """A message that forwards another."""
    empty: Json = {name: [] for name in ("embeds", "attachments", "mentions", "mention_roles")}
    about = {"components": [], "flags": 0, "type": 0, "timestamp": ANY, "edited_timestamp": None}
    return {"message_snapshots": [{"message": {"content": claim, **empty, **about}}]}


def poll(claim: str) -> Json:
    """A message that is a poll, which a claim asks of."""
    choice = {"answer_id": 1, "poll_media": {"text": "Oui"}}
    until = datetime(2099, 1, 1, tzinfo=UTC).isoformat()
    about = {"answers": [choice], "expiry": until, "allow_multiselect": False, "layout_type": 1}
    return {"poll": {"question": {"text": claim}, **about}}


SHOWN: dict[str, Any] = {
    "text": lambda claim: ({"content": claim}, {}),
    "words of a link": lambda claim: ({"content": f"[{claim}](https://a.example/b)"}, {}),
    "embed": lambda claim: ({"embeds": [{"type": "rich", "description": claim}]}, {}),
    "components": lambda claim: (
        {"flags": 1 << 15, "components": [{"type": 10, "content": claim}]},
        {},
    ),
    "forward": lambda claim: ({}, forward(claim)),
    "poll": lambda claim: ({}, poll(claim)),
}
"""What a message may show -> its body, and what else Discord says of it."""


@pytest.mark.parametrize("kind", [*SHOWN])
async def test_the_sources_are_found_of_whatever_a_message_shows(hall: Hall, kind: str) -> None:
    server, said = hall.server, hall.said
    body, more = SHOWN[kind](f"{said.claim} Xyzzy plugh frobozz nitfol.")
    message = server.messages.create(hall.home, hall.bea, body, check=False, **more)
    told = text_of(await (await server.menu("Find the sources", message, user=hall.ana)).answer())
    assert said.says in told
    assert said.nothing in told


async def test_an_emoji_in_reply_gets_a_sign_and_no_search(hall: Hall) -> None:
    server = hall.server
    answer = await server.reply_to(await server.mention(hall.said.claim, user=hall.ana))
    count = len(hall.engine.asked)
    me = f"<@{server.world.bot.id}>"
    sign = await server.say(f"{me} 🎉", user=hall.ana, channel=hall.home, reply_to=answer)
    await server.until(lambda: "bot_reactions" in sign)
    assert len(hall.engine.asked) == count


CALLBACK, HOOK = ("POST", "/callback$"), "/webhooks/"


async def test_a_token_that_is_spent_is_not_answered_a_second_time(hall: Hall) -> None:
    """Neither one whose quarter of an hour is over, nor one that was acknowledged too late."""
    server, question = hall.server, {"question": hall.said.claim}
    hall.engine.delay = 0.3
    late = await server.slash("ask", question, user=hall.ana)
    await late.ack()
    server.clock.advance(1000)
    await server.until(lambda: server.faults.statuses("PATCH", HOOK))
    hall.engine.delay, asked = 0.0, len(hall.engine.asked)
    await server.slash("ask", question, user=hall.ana)
    server.clock.advance(4)
    await server.until(lambda: len(server.faults.statuses(*CALLBACK)) == 2)
    await asyncio.sleep(0.3)
    assert server.faults.statuses(*CALLBACK) == [200, 404]
    assert server.faults.statuses("PATCH", HOOK) == [401]
    assert server.faults.statuses("POST", HOOK) == []
    assert len(hall.engine.asked) == asked


DOORS: list[tuple[str, dict[str, object]]] = [
    ("ask", {"question": "Que compare la lettre ?", "public": False}),
    ("ask", {"question": "Quand la Loire a-t-elle débordé ?", "source": "La Gazette"}),
    ("ask", {"question": "Qui cuit la tarte aux pommes ?"}),
    ("sources", {}),
    ("source", {"title": RIVER.title}),
    ("help", {}),
    ("privacy", {}),
    ("admin status", {"details": True, "shared": True}),
    ("admin history", {"shared": True}),
    ("admin settings", {"tell": True}),
    ("admin questions", {}),
    ("admin watch", {}),
    ("admin export", {}),
    ("admin reindex", {"shared": True}),
    ("admin add", {"file": ("pain.md", b"# Le pain\n\nLe pain cuit."), "shared": True}),
    ("admin edit", {"article": RIVER.title, "shared": True}),
    ("admin remove", {"article": RIVER.title, "shared": True}),
]


async def settle(done: Interaction) -> Json | None:
    """Wait until something is answered, by a card, by a form or by what follows; return a card."""
    assert await done.ack() < 3
    if done.modal is None and done.original is not None:
        await done.answer()
    assert done.modal or done.original or done.followups
    return done.original


async def test_every_command_and_every_button_of_its_card_is_answered(hall: Hall) -> None:
    """As the one who manages the server and runs the bot; nothing goes wrong on our side."""
    server = hall.server
    server.make_operator(hall.bea)
    newsroom = server.add_channel(next(iter(server.world.guilds.values())), "rédaction")
    await hall.command("admin settings", hall.bea, keep=True, newsroom=newsroom, tell=True)
    count = 0
    for name, options in DOORS:
        first = await settle(await server.slash(name, options, user=hall.bea))
        controls = controls_of(first) if first else []
        for wanted in (c["custom_id"].split(":")[:3] for c in controls if "custom_id" in c):
            card = await settle(await server.slash(name, options, user=hall.bea))
            assert card
            there = [c for c in controls_of(card) if "custom_id" in c]
            found = [c for c in there if c["custom_id"].split(":")[: len(wanted)] == wanted]
            for control in found[:1]:
                values = [o["value"] for o in control.get("options", ())][:1]
                clicked = await server.click(
                    card, control["custom_id"], user=hall.bea, values=values
                )
                shown, count = await settle(clicked), count + 1
                assert not (shown and CODE.search(text_of(shown))), (name, wanted)
    assert count > 20
