"""Conversations over the wire, in both languages: ask on, check, the closest, the newsroom."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from bot.ui.naming import ref
from tests.bot.people import plainly
from tests.bot.wire.messages import controls_of
from tests.bot.wire.messages import text_of as read
from tests.bot.wire.running import ask, running
from tests.bot.wire.state import EVERYTHING
from tests.bot.wire.test_editing import button
from tests.bot.wire.test_process import ended, program, with_this
from tests.fakes import BAKERY, RIVER, FakeEngine
from tests.records import records_in
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import Channel, Json, User


def text_of(message: Json) -> str:
    """Return what a message says, with plain spaces and without marks that nobody sees."""
    return plainly(re.sub("[\u2068\u2069]", "", read(message)))


class Said(NamedTuple):
    """What a reader says in one language, and what the bot says to it."""

    locale: str
    question: str
    follow_up: str
    thanks: str
    claim: str
    check: str
    says: str
    hidden: str
    unanswered: str
    refusal: str
    near: str
    consent: str
    kept: str
    reply: str
    by_story: str
    declined: str
    closed: str
    put_aside: str
    editors_only: str
    tell: str
    told: str
    narrowed: str
    starter: str
    golden: str
    limits: str
    which: str
    empty: str
    published: str
    added: str
    week: str
    table: str


FRENCH = Said(
    locale="fr",
    question="Que compare la lettre des employés d’Amazon ?",
    follow_up="et Palantir ?",
    thanks="merci !",
    claim="La Loire a débordé à Orléans dimanche.",
    check="c’est vrai ?",
    says="**Un article le dit :**",
    hidden="Discord ne me montre pas le texte de ce message.",
    unanswered="Qui cuit la tarte aux pommes ?",
    refusal="Les articles ne répondent pas à cette question.",
    near="Il ne répond peut-être pas à la question.",
    consent="Cette question et votre nom seront transmis à la rédaction de ce serveur.",
    kept="La rédaction a reçu votre question.",
    reply="Réponse de la rédaction de Rédaction, avec ses propres mots",
    by_story="La rédaction de Rédaction vous répond par cet article",
    declined="La rédaction de Rédaction ne peut pas répondre à votre question",
    closed="<@{}> a répondu.",
    put_aside="<@{}> a écarté la question.",
    editors_only="Seules les personnes qui gèrent ce serveur",
    tell="Vous recevrez un message privé, un seul, dès qu’un article répondra.",
    told="Un article répond à votre question",
    narrowed="depuis le 1er janvier 2018, chez La Gazette",
    starter="Pourquoi la Loire déborde-t-elle à Orléans ?",
    golden="Que demandent les employés d’Amazon ?",
    limits="Je n’écris rien de moi-même",
    which="Plusieurs articles correspondent à ce titre. Lequel ?",
    empty="Il n’y a pas encore d’article ici.",
    published="C’est publié.",
    added="« pain » a été ajouté",
    week="Une question est restée sans réponse cette semaine.",
    table="questions-des-lecteurs.csv",
)
ENGLISH = Said(
    locale="en-GB",
    question="When did the bakery open in Lyon?",
    follow_up="and the wheat?",
    thanks="thank you!",
    claim="A new bakery opened in Lyon on Monday.",
    check="is this true?",
    says="**An article says so:**",
    hidden="Discord does not show me the text of that message.",
    unanswered="Who is the baker of the apple pie?",
    refusal="The articles do not answer this.",
    near="It may not answer the question.",
    consent="This question and your name go to this server’s newsroom.",
    kept="The newsroom has your question.",
    reply="Reply of the newsroom of Rédaction, in its own words",
    by_story="The newsroom of Rédaction answers you with this story",
    declined="The newsroom of Rédaction cannot answer your question",
    closed="Answered by <@{}>.",
    put_aside="Put aside by <@{}>.",
    editors_only="Only people who manage this server",
    tell="You will be told once, in private",
    told="A story answers what you asked",
    narrowed="since January 1, 2018, from La Gazette",
    starter="Why does a bakery open in Lyon?",
    golden="When did the bakery open in Lyon?",
    limits="I write nothing of my own",
    which="Several articles match this title. Which one?",
    empty="There are no articles here yet.",
    published="Done: it is published.",
    added="“pain” was added",
    week="One question was left unanswered this week.",
    table="unanswered-questions.csv",
)
PIE = replace(
    RIVER, id="pie", title="La tarte", text="Bea cuit la tarte : an apple pie by a baker."
)


class Place:
    """A server with a reader, an editor and a newsroom, and the bot over a few articles."""

    def __init__(self, server: FakeDiscord, engine: FakeEngine, said: Said) -> None:
        self.server, self.engine, self.said = server, engine, said
        guild = server.add_guild("Rédaction", locale=said.locale, is_community=True)
        self.ana = server.add_member(guild, "Ana", locale=said.locale)
        self.bea = server.add_member(guild, "Bea", permissions=EVERYTHING, locale=said.locale)
        self.gil = server.add_member(guild, "Gil", locale=said.locale)
        self.home = server.world.home(self.ana)
        self.room = server.add_channel(guild, "rédaction")

    def last(self, channel: Channel) -> Json | None:
        """Return what stands last in a channel, by the bot; None without any."""
        messages = [*self.server.world.messages.values()]
        mine = [m for m in messages if m["author"]["id"] == str(self.server.world.bot.id)]
        found = [m for m in mine if m["channel_id"] == str(channel.id)]
        return found[-1] if found else None

    async def ask(self, question: str, **narrowed: str) -> Json:
        """Ask as the reader, by a command."""
        given = {"question": question, **narrowed}
        return await (await self.server.slash("ask", given, user=self.ana)).answer()

    async def click(self, message: Json, start: str, user: User | None = None) -> Any:
        """Click on a button, given by how its custom id begins."""
        return await self.server.click(message, button(message, start), user=user or self.ana)

    async def until_private(self, words: str) -> None:
        """Wait until the reader is told something in private."""
        room = self.server.world.dm(self.ana)
        await self.server.until(lambda: (said := self.last(room)) and words in text_of(said))


@pytest.fixture(params=[FRENCH, ENGLISH], ids=["fr", "en"])
async def place(
    monkeypatch: pytest.MonkeyPatch,
    server: FakeDiscord,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Place]:
    found = Place(server, FakeEngine(), request.param)
    admins = [found.bea.id]
    async with running(monkeypatch, server, found.engine, tmp_path, admin_users=admins):
        await server.connected()
        yield found


async def test_a_reader_asks_on_by_a_reply_a_button_and_in_private(place: Place) -> None:
    server, said, engine = place.server, place.said, place.engine
    answer = await server.reply_to(await server.mention(said.question, user=place.ana))
    assert engine.before == ()
    asked = await server.say(said.follow_up, user=place.ana, channel=place.home, reply_to=answer)
    second = await server.reply_to(asked)
    assert (engine.asked[-1][0], engine.before) == (said.follow_up, (said.question,))
    thanked = await server.say(said.thanks, user=place.ana, channel=place.home, reply_to=second)
    await server.until(lambda: "bot_reactions" in thanked)
    form = await place.click(second, "v:on:")
    await server.until(lambda: form.modal is not None)
    await (await server.submit(form, {"question": said.follow_up})).answer()
    assert engine.before == (said.question, said.follow_up)
    for each in (said.question, said.follow_up):
        await server.reply_to(await server.dm(each, user=place.ana))
    assert engine.before == (said.question,)
    assert len(engine.asked) == 5


async def test_in_a_thread_another_mention_leans_on_the_question_before(place: Place) -> None:
    """Nobody else's leans on it."""
    server, said, engine = place.server, place.said, place.engine
    thread = server.add_thread(place.home, "La lettre")
    for each in (said.question, said.follow_up):
        await server.reply_to(await server.mention(each, user=place.ana, channel=thread))
    assert engine.before == (said.question,)
    await server.reply_to(await server.mention(said.follow_up, user=place.gil, channel=thread))
    assert engine.before == ()


async def test_a_message_is_checked_by_a_reply_and_by_the_menu(place: Place) -> None:
    server, said, me = place.server, place.said, place.server.world.bot.id
    shown = await server.say(f"{said.claim} <@{me}>", user=place.gil, channel=place.home)
    await server.reply_to(shown)
    wish = f"<@{me}> {said.check}"
    asked = await server.say(wish, user=place.ana, channel=place.home, reply_to=shown)
    assert said.says in text_of(await server.reply_to(asked))
    hidden = await server.say(said.claim, user=place.gil, channel=place.home)
    asked = await server.say(wish, user=place.ana, channel=place.home, reply_to=hidden)
    assert said.hidden in text_of(await server.reply_to(asked))
    menu = await server.menu("Find the sources", hidden, user=place.ana)
    assert said.says in text_of(await menu.answer())


async def test_the_newsroom_answers_what_the_articles_do_not(place: Place) -> None:
    server, said = place.server, place.said
    chosen = await server.slash("admin settings", {"newsroom": place.room}, user=place.bea)
    await chosen.answer()
    refused = await place.ask(said.unanswered)
    assert text_of(refused) == f"{said.unanswered}\n{said.refusal}"
    near = await (await place.click(refused, "v:near:")).answer()
    assert said.near in text_of(near)
    consent = await (await place.click(refused, "v:news")).answer()
    assert said.consent in text_of(consent)
    assert place.last(place.room) is None
    await place.click(consent, "v:agree:news")
    await server.until(lambda: said.kept in text_of(consent))
    sent = place.last(place.room)
    assert sent
    assert said.unanswered in text_of(sent)
    form = await place.click(sent, "v:reply:", place.bea)
    await server.until(lambda: form.modal is not None)
    await server.submit(form, {"words": "Bea."})
    await place.until_private(said.reply)
    await server.until(lambda: controls_of(sent) == [])


@pytest.mark.parametrize("way", ["v:story:", "v:decline:"])
async def test_the_newsroom_answers_by_a_story_or_puts_a_question_aside(
    place: Place, way: str
) -> None:
    """No reader does."""
    server, said, bea = place.server, place.said, place.bea
    await (await server.slash("admin settings", {"newsroom": place.room}, user=bea)).answer()
    consent = await (await place.click(await place.ask(said.unanswered), "v:news")).answer()
    await place.click(consent, "v:agree:news")
    await server.until(lambda: place.last(place.room))
    sent = place.last(place.room)
    assert sent
    refused = await (await place.click(sent, "v:reply:", place.gil)).answer()
    assert said.editors_only in text_of(refused)
    form = await place.click(sent, way, bea)
    await form.ack()
    await server.submit(form, {"title": RIVER.title} if way == "v:story:" else {"reason": "Non."})
    await place.until_private(said.by_story if way == "v:story:" else said.declined)
    await server.until(lambda: controls_of(sent) == [])
    closed = said.closed if way == "v:story:" else said.put_aside
    assert closed.format(bea.id) in text_of(sent)


async def test_who_asked_to_be_told_is_told_once_a_story_answers(place: Place) -> None:
    server, said = place.server, place.said
    await (await server.slash("admin settings", {"tell": True}, user=place.bea)).answer()
    refused = await place.ask(said.unanswered, source="La Gazette", since="2018")
    consent = await (await place.click(refused, "v:tell")).answer()
    assert said.tell in text_of(consent)
    assert said.narrowed in text_of(consent)
    before = text_of(consent)
    await place.click(consent, "v:agree:tell")
    await server.until(lambda: text_of(consent) != before)
    kept = await (await server.slash("privacy", user=place.ana)).answer()
    assert f"- {said.unanswered} ({said.narrowed})" in text_of(kept)
    for source in ("Le Soir", PIE.source):
        assert place.last(server.world.dm(place.ana)) is None
        place.engine.put(replace(PIE, source=source))
        done = await server.slash("admin reindex", {"shared": True}, user=place.bea)
        await done.answer()
    await place.until_private(said.told)


async def test_help_offers_a_question_and_a_title_that_two_have_is_asked_back(
    place: Place,
) -> None:
    server, said = place.server, place.said
    for story in (RIVER, BAKERY):
        place.engine.put(replace(story, title=said.starter))
    place.engine.known = [FRENCH.golden, ENGLISH.golden]
    helped = await (await server.slash("help", user=place.ana)).answer()
    assert said.limits in text_of(helped)
    greeted = await server.reply_to(await server.mention("", user=place.ana))
    for card in (helped, greeted):
        for n, asked in enumerate((said.golden, said.starter)):
            answered = await (await place.click(card, f"v:start:{n}")).answer()
            assert text_of(answered).startswith(asked)
    several = await (await server.slash("source", {"title": said.starter}, user=place.ana)).answer()
    assert said.which in text_of(several)
    (choice,) = controls_of(several)
    assert {option["value"] for option in choice["options"]} == {ref(RIVER), ref(BAKERY)}
    labels = [option["label"] for option in choice["options"]]
    assert len({*labels}) == 2


async def test_an_editor_adds_a_story_and_sees_its_history_and_what_found_no_answer(
    place: Place,
) -> None:
    server, said = place.server, place.said
    await (await server.slash("admin settings", {"keep": True}, user=place.bea)).answer()
    await place.ask(said.unanswered)
    given = {"file": ("pain.md", b"# Le pain\n\nLe pain cuit."), "shared": True}
    shown = await (await server.slash("admin add", given, user=place.bea)).answer()
    await place.click(shown, "v:plan:ok:", place.bea)
    await server.until(lambda: said.published in text_of(shown))
    for name, words in (("history", said.added), ("status", said.week)):
        told = await server.slash(f"admin {name}", {"shared": True}, user=place.bea)
        assert words in text_of(await told.answer())
    told = await (await server.slash("admin questions", user=place.bea)).answer()
    assert f"- {said.unanswered}" in text_of(told)
    assert [file["filename"] for file in told["attachments"]] == [said.table]


STUCK = """
from asyncio import sleep
from bot.context import Scope
Scope.ask = lambda *_, **__: sleep(99)"""
"""What keeps the program from answering, so that it can be killed before it does."""


@pytest.mark.process
async def test_a_question_whose_bot_is_killed_is_answered_after_the_restart(
    server: FakeDiscord, tmp_path: Path
) -> None:
    """Each of two people in their own language."""
    guild, both = server.add_guild("Rédaction"), (FRENCH, ENGLISH)
    people = [server.add_member(guild, said.locale, locale=said.locale) for said in both]
    kept = records_in(tmp_path)
    async with program(server, tmp_path, server.token, with_this(STUCK)) as process:
        await server.connected()
        asked = [
            await ask(server, who, said.question) for who, said in zip(people, both, strict=True)
        ]
        for each in asked:
            await each.ack()

        async def are_kept() -> bool:
            return len(await kept.list_unfinished()) == len(both)

        await until(are_kept, pause=0.1)
        process.kill()
        await process.wait()
    async with program(server, tmp_path, server.token, with_this()) as process:
        for each, said in zip(asked, both, strict=True):
            assert said.empty in text_of(await each.answer())
        process.terminate()
        assert (await ended(process))[0] == 0
    assert await kept.list_unfinished() == []
