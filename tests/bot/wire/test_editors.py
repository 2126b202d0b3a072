"""What editors do, over the wire in both languages: who may, corrections, limits, two at once."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from embeddings.collections import name_collection
from embeddings.engine import SearchEngine
from tests.bot.people import plainly
from tests.bot.wire.messages import controls_of
from tests.bot.wire.running import running, settings_for
from tests.bot.wire.state import EVERYTHING
from tests.bot.wire.test_editing import button
from tests.bot.wire.test_talking import text_of
from tests.embeddings.fakes import WordEncoder
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.bot.wire.interactions import Interaction
    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import Channel, Guild, Json, User

CRUE = "La Loire a débordé dimanche à Orléans, où deux ponts sont fermés jusqu’à mardi matin."
LATER = CRUE.replace("mardi", "jeudi")
MANY, MOST = 500, 100
"""How many articles a ZIP has, and how many may be added within a day."""


class Said(NamedTuple):
    """What the bot says to editors in one language."""

    locale: str
    empty: str
    refused: str
    roles: str
    published: str
    not_operator: str
    indexed: str
    removing: str
    removed: str
    corrects: str
    listed: str
    undone: str
    corrected: str
    hello: str
    next_step: str
    form: str
    left: str
    attached: str
    reason: str
    room: str
    overtaken: str
    waits: str
    status: str
    model: str
    undated: str
    kind: str
    private: str
    blank: str


FRENCH = Said(
    locale="fr",
    empty="Il n’y a pas encore d’article ici.",
    refused="Seules les personnes qui gèrent ce serveur, ou dont le rôle est désigné comme",
    roles="Peuvent changer les articles, outre les personnes qui gèrent le serveur : <@&{}>",
    published="C’est publié.",
    not_operator="Seul l’opérateur de ce robot peut changer les articles que tous les serveurs",
    indexed="L’indexation est finie.",
    removing="Ceci retire l’article du corpus et de toutes les réponses :",
    removed="Retirés :\n- La crue",
    corrects="Semble corriger : La crue",
    listed="### 2 articles",
    undone="Avant : « La crue » a été retiré, ",
    corrected="« La Loire » a été corrigé (titre)",
    hello="Bonjour, je suis Verbatim",
    next_step="Prochaine étape : ajoutez vos articles",
    form="Ajouter des articles",
    left="Il n’y a pas de place pour 400 articles :",
    attached="proposition.txt",
    reason="ajoutez le reste demain",
    room="Place : 100 articles sur 500 · {} caractères sur 5 000 000 · 100 ajouts sur 100 en 24 h",
    overtaken="Rien n’a changé, car ceci s’est passé depuis que vous l’avez vu :\n"
    "« La crue » a été retiré",
    waits="Quelqu’un d’autre modifie les articles : ce sera ensuite votre tour.",
    status="1 article, 1 passage",
    model="Modèle : words==1",
    undated="Articles sans date, laissés de côté : 1.",
    kind="photo.exe est illisible : joignez un fichier en",
    private="n’est pas",
    blank="vide.md est vide",
)
ENGLISH = Said(
    locale="en-GB",
    empty="There are no articles here yet.",
    refused="Only people who manage this server, or whose role its admins named as editors",
    roles="May change the articles, besides those who manage the server: <@&{}>",
    published="Done: it is published.",
    not_operator="Only the operator of this bot can change the articles that all servers share",
    indexed="Indexing is done.",
    removing="This takes the article out of the corpus and of all answers:",
    removed="Removed:\n- La crue",
    corrects="Seems to correct: La crue",
    listed="### 2 articles",
    undone="Before “La crue” was removed, ",
    corrected="“La Loire” was corrected (title)",
    hello="Hello, I am Verbatim",
    next_step="Next step: add your stories",
    form="Add stories",
    left="There is no room for 400 articles:",
    attached="proposal.txt",
    reason="add the rest tomorrow",
    room="Room: 100 of 500 articles · {} of 5,000,000 characters · "
    "100 of 100 additions in 24 hours",
    overtaken="Nothing was changed, as this happened since you were shown it:\n"
    "“La crue” was removed",
    waits="Somebody else is changing the articles: yours is next.",
    status="1 article, 1 passage",
    model="Model: words==1",
    undated="Articles without a date are left out: 1.",
    kind="photo.exe cannot be read: attach one of",
    private="is not",
    blank="vide.md is empty",
)


class Desk:
    """A server of three: Ana, whom Discord lets use /admin, Bea who manages it, and the operator.

    The bot runs over the real engine; there is no article yet.
    """

    def __init__(self, server: FakeDiscord, engine: SearchEngine, said: Said) -> None:
        self.server, self.engine, self.said = server, engine, said
        self.guild = server.add_guild("Rédaction")
        self.ana = server.add_member(self.guild, "Ana", locale=said.locale)
        may = EVERYTHING
        self.bea = server.add_member(self.guild, "Bea", permissions=may, locale=said.locale)
        self.operator = server.add_member(self.guild, "Olga", locale=said.locale)
        server.make_operator(self.operator)

    async def command(self, name: str, user: User, **options: object) -> Json:
        """Use a command, and wait for its answer."""
        return await (await self.server.slash(name, options, user=user)).answer()

    async def propose(self, user: User, text: str = CRUE, **options: object) -> Json:
        """Give a file to the bot; return the card that shows it."""
        data = f"---\ntitle: La crue\nsource: La Gazette\n---\n{text}\n".encode()
        return await self.command("admin add", user, file=("crue.md", data), **options)

    async def rewrite(self, user: User, **options: object) -> Json:
        """Correct the text in a form; return the card that shows it."""
        asked = {"article": "La crue", "text": True, **options}
        form = await self.server.slash("admin edit", asked, user=user)
        await form.ack()
        sent = await self.server.submit(form, {"text1": CRUE.replace("mardi", "vendredi")})
        return await sent.answer()

    async def click(self, card: Json, start: str, user: User) -> Interaction:
        """Click on the button whose custom id begins so."""
        return await self.server.click(card, button(card, start), user=user)

    async def until(self, card: Json, words: str) -> str:
        """Wait until a card says some words; return all that it says."""
        await self.server.until(lambda: words in text_of(card))
        return text_of(card)

    async def own(self) -> list[str]:
        """Return the titles that the readers of this server see."""
        shown = await self.command("sources", self.ana)
        return [o["label"] for c in controls_of(shown) for o in c.get("options", ())]

    def last(self, channel: Channel) -> Json | None:
        """Return what the bot said last in a channel; None without any."""
        me, place = str(self.server.world.bot.id), str(channel.id)
        messages = self.server.world.messages.values()
        found = [m for m in messages if (m["author"]["id"], m["channel_id"]) == (me, place)]
        return found[-1] if found else None

    async def publish(self, card: Json, user: User, start: str = "v:plan:ok:") -> str:
        """Confirm what a card shows; return what it says then."""
        await self.click(card, start, user)
        return await self.until(card, self.said.published)

    async def told(self, clicked: Interaction, words: str) -> None:
        """Wait until a click is answered with some words, to who clicked alone."""
        await self.server.until(lambda: clicked.original or clicked.followups)
        shown = clicked.followups[-1] if clicked.followups else clicked.original
        assert shown
        assert words in text_of(shown)


@pytest.fixture(params=[FRENCH, ENGLISH], ids=["fr", "en"])
def said(request: pytest.FixtureRequest) -> Said:
    found: Said = request.param
    return found


@pytest.fixture
async def desk(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, tmp_path: Path, said: Said
) -> AsyncIterator[Desk]:
    given = {"seeds": tmp_path / "none", "threshold": 0.0}
    settings = settings_for(server, tmp_path, given)
    async with SearchEngine(settings, encoder=WordEncoder()) as engine:
        desk = Desk(server, engine, said)
        async with running(monkeypatch, server, engine, tmp_path, given):
            await server.connected()
            yield desk


async def test_who_reaches_admin_is_taken_and_buttons_ask_for_an_editors_role(desk: Desk) -> None:
    """Ana is no manager: Discord lets her use /admin, and her role lets her confirm."""
    server, said = desk.server, desk.said
    shown = await desk.propose(desk.ana)
    await desk.told(await desk.click(shown, "v:plan:ok:", desk.ana), said.refused)
    role = server.add_role(desk.guild, "Rédacteurs")
    told = await desk.command("admin settings", desk.bea, editors=role)
    assert said.roles.format(role["id"]) in text_of(told)
    desk.guild.members[desk.ana.id].roles = (int(role["id"]),)
    await desk.publish(shown, desk.ana)
    await desk.until(await desk.command("admin reindex", desk.ana), said.indexed)
    refused = await desk.command("admin reindex", desk.ana, shared=True)
    assert said.not_operator in text_of(refused)
    done = await desk.command("admin reindex", desk.operator, shared=True)
    await desk.until(done, said.indexed)
    removal = await desk.command("admin remove", desk.ana, article="La crue")
    assert said.removing in text_of(removal)
    assert said.removed in await desk.publish(removal, desk.ana)
    await desk.command("admin settings", desk.bea, editors=role)  # named again: taken off
    shown = await desk.propose(desk.ana)
    await desk.told(await desk.click(shown, "v:plan:ok:", desk.ana), said.refused)


async def test_a_corrected_file_replaces_its_article_or_is_added_as_another(desk: Desk) -> None:
    said = desk.said
    await desk.publish(await desk.propose(desk.bea), desk.bea)
    replacing = await desk.propose(desk.bea, LATER)
    assert said.corrects in text_of(replacing)
    assert "~~mardi~~ **jeudi** matin." in text_of(replacing)
    ids = [str(each.get("custom_id"))[:10] for each in controls_of(replacing)]
    assert ids[:2] == ["v:plan:rep", "v:plan:ok:"]  # to replace it comes first
    await desk.publish(replacing, desk.bea, "v:plan:rep:")
    assert len(await desk.own()) == 1
    another = await desk.propose(desk.bea)
    assert "~~jeudi~~ **mardi** matin." in text_of(another)
    await desk.publish(another, desk.bea)
    assert said.listed in text_of(await desk.command("sources", desk.ana))


async def test_a_member_is_refused_at_each_button_and_form_of_editors(desk: Desk) -> None:
    said, ana = desk.said, desk.ana
    await desk.publish(await desk.propose(desk.bea), desk.bea)
    await desk.publish(await desk.propose(desk.bea, LATER), desk.bea, "v:plan:rep:")
    cards = {
        "v:plan:rep:": await desk.propose(ana),
        "v:plan:no:": await desk.command("admin remove", ana, article="La crue"),
        "v:back:": await desk.command("admin history", ana),
    }
    for start, card in cards.items():
        await desk.told(await desk.click(card, start, ana), said.refused)
    assert said.refused in text_of(await desk.rewrite(ana))
    assert await desk.own() == ["La crue"]


async def test_the_operator_does_the_same_to_the_articles_that_all_share(desk: Desk) -> None:
    said, olga = desk.said, desk.operator
    await desk.publish(await desk.propose(olga, shared=True), olga)
    replacing = await desk.propose(olga, LATER, shared=True)
    assert said.corrects in text_of(replacing)
    await desk.publish(replacing, olga, "v:plan:rep:")
    await desk.publish(await desk.rewrite(olga, shared=True), olga)
    told = await desk.command("admin history", olga, shared=True)
    assert "~~jeudi~~ **vendredi**" in text_of(told)
    await desk.click(told, "v:back:", olga)
    assert "~~vendredi~~ **jeudi**" in await desk.until(told, "~~vendredi~~")
    await desk.publish(told, olga)
    removal = await desk.command("admin remove", olga, article="La crue", shared=True)
    assert said.removed in await desk.publish(removal, olga)
    asked = {"user": olga, "options": {"shared": True}}
    newest, *_ = await desk.server.autocomplete("admin rollback", "snapshot", "", **asked)
    assert plainly(newest["name"]).startswith(said.undone)
    await desk.command("admin rollback", olga, snapshot=newest["value"], shared=True)
    assert said.status in text_of(await desk.command("admin status", olga, shared=True))


async def test_a_text_and_a_title_are_corrected_in_forms_and_the_history_tells_it(
    desk: Desk,
) -> None:
    server, said = desk.server, desk.said
    await desk.publish(await desk.propose(desk.bea), desk.bea)
    for options, fields, shown in (
        ({"text": True}, {"text1": CRUE.replace("mardi", "jeudi")}, "~~mardi~~ **jeudi**"),
        ({}, {"title": "La Loire"}, "La crue → La Loire"),
    ):
        form = await server.slash("admin edit", {"article": "La crue"} | options, user=desk.bea)
        await form.ack()
        card = await (await server.submit(form, fields)).answer()
        assert shown in text_of(card)
        await desk.publish(card, desk.bea)
    told = text_of(await desk.command("admin history", desk.bea))
    assert said.corrected in told
    assert "~~mardi~~ **jeudi**" in told


async def test_the_way_back_is_offered_in_the_words_of_what_it_undoes(desk: Desk) -> None:
    said = desk.said
    await desk.publish(await desk.propose(desk.bea), desk.bea)
    removal = await desk.command("admin remove", desk.bea, article="La crue")
    await desk.publish(removal, desk.bea)
    newest, *_ = await desk.server.autocomplete("admin rollback", "snapshot", "", user=desk.bea)
    shown = plainly(newest["name"])
    assert shown.startswith(said.undone)
    assert re.fullmatch(r"\d\d/\d\d \d\d:\d\d UTC", shown.removeprefix(said.undone))
    await desk.command("admin rollback", desk.bea, snapshot=newest["value"])
    assert len(await desk.own()) == 1


async def join(desk: Desk, caplog: pytest.LogCaptureFixture, **about: Any) -> Guild:
    """Have another server add the bot, once it knows those that it was on before."""
    with caplog.at_level("INFO", "bot.client"):
        await until(lambda: "connected to Discord" in caplog.text)
    return desk.server.add_guild("Autre", locale=desk.said.locale, is_community=True, **about)


async def test_a_server_that_adds_the_bot_is_told_the_next_step_and_so_is_who_asks_there(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """In its first channel, in its language; the button is the editors', and asked for."""
    server, said = desk.server, desk.said
    guild = await join(desk, caplog, greets=True)
    cid = server.add_member(guild, "Cid", locale=said.locale)
    dan = server.add_member(guild, "Dan", permissions=EVERYTHING, locale=said.locale)
    await server.until(lambda: desk.last(guild.channels[0]))
    greeting = desk.last(guild.channels[0])
    assert greeting
    assert text_of(greeting).startswith(f"### {said.hello}")
    assert said.next_step in text_of(greeting)
    asked = await desk.command("ask", cid, question="Où la Loire a-t-elle débordé ?")
    assert said.empty in text_of(asked)
    for card in (greeting, asked):
        await desk.told(await desk.click(card, "v:stories", cid), said.refused)
    form = await desk.click(greeting, "v:stories", dan)
    await form.ack()
    assert form.modal
    assert form.modal["title"] == said.form


async def test_where_there_is_no_article_every_door_leads_to_the_form_that_adds_some(
    desk: Desk,
) -> None:
    server, home = desk.server, desk.server.world.home(desk.ana)
    doors = {
        "ask": {"question": "Qui ?"},
        "source": {"title": "La crue"},
        "sources": {},
        "help": {},
    }
    cards = [await desk.command(name, desk.ana, **given) for name, given in doors.items()]
    cards += [await desk.command("admin status", desk.bea)]
    cards += [await server.reply_to(await server.mention("", user=desk.ana))]
    cards += [await server.reply_to(await server.dm("La Loire a débordé dimanche.", user=desk.ana))]
    claim = await server.say("La Loire a débordé dimanche.", user=desk.bea, channel=home)
    cards += [await (await server.menu("Find the sources", claim, user=desk.ana)).answer()]
    assert ["v:stories" in {c.get("custom_id") for c in controls_of(m)} for m in cards] == [
        True
    ] * 8


async def test_who_added_the_bot_is_told_where_no_channel_greets(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    server, said = desk.server, desk.said
    await join(desk, caplog, inviter=desk.bea)
    await server.until(lambda: desk.last(server.world.dm(desk.bea)))
    told = desk.last(server.world.dm(desk.bea))
    assert told
    assert said.next_step in text_of(told)


async def test_status_speaks_of_articles_and_of_the_machine_only_when_asked(desk: Desk) -> None:
    said = desk.said
    await desk.publish(await desk.propose(desk.bea), desk.bea)
    for user, options in ((desk.bea, {}), (desk.ana, {})):
        told = text_of(await desk.command("admin status", user, **options))
        assert said.status in told
        assert said.model not in told
    told = text_of(await desk.command("admin status", desk.bea, details=True))
    assert said.model in told


async def test_what_is_not_taken_is_told_in_the_editors_language(desk: Desk) -> None:
    said = desk.said
    for options, words in (
        ({"file": ("photo.exe", b"MZ")}, said.kind),
        ({"file": ("vide.md", b" ")}, said.blank),
        ({"url": "http://127.0.0.1:9/crue"}, said.private),
    ):
        told = text_of(await desk.command("admin add", desk.bea, **options))
        assert words in told
        assert "(code " not in told


async def test_undated_articles_that_a_date_hides_are_told(desk: Desk) -> None:
    await desk.publish(await desk.propose(desk.bea), desk.bea)
    asked = {"question": "Où la Loire a-t-elle débordé ?", "since": "2017"}
    assert desk.said.undated in text_of(await desk.command("ask", desk.ana, **asked))


def pack(count: int, day: str) -> tuple[str, bytes]:
    """Return a ZIP of articles about bridges."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for n in range(count):
            text = f"# Le pont {n}\n\nLe pont numéro {n} de la ville est fermé depuis {day}.\n"
            archive.writestr(f"pont-{n}.md", text)
    return "ponts.zip", packed.getvalue()


async def test_of_a_zip_of_500_articles_what_fits_is_taken_and_the_rest_told(desk: Desk) -> None:
    said = desk.said
    shown = await desk.command("admin add", desk.bea, file=pack(MANY, "lundi"))
    told = text_of(shown)
    assert said.left in told
    assert said.reason in told
    (attached,) = shown["attachments"]
    assert attached["filename"] == said.attached
    (listed,) = [d for n, d in desk.server.world.files.values() if n == said.attached]
    assert listed.decode().count(said.reason) == MANY - MOST
    await desk.publish(shown, desk.bea)
    assert f"### {MOST} articles" in text_of(await desk.command("sources", desk.ana))
    written = said.room.format(r"[\d ,]+")
    told = text_of(await desk.command("admin status", desk.bea))
    assert re.search(written.replace(".", r"\."), told), told


async def test_the_second_of_two_editors_waits_and_is_told_what_changed_meanwhile(
    desk: Desk,
) -> None:
    said = desk.said
    await desk.publish(await desk.propose(desk.bea), desk.bea)
    role = desk.server.add_role(desk.guild, "Rédacteurs")
    await desk.command("admin settings", desk.bea, editors=role)
    desk.guild.members[desk.ana.id].roles = (int(role["id"]),)
    mine, theirs = [
        await desk.command("admin remove", each, article="La crue") for each in (desk.bea, desk.ana)
    ]
    writing = desk.engine.database.hold(name_collection(desk.guild.id))
    await asyncio.to_thread(writing.__enter__)
    await desk.click(mine, "v:plan:ok:", desk.bea)
    await desk.until(mine, said.waits)
    await asyncio.to_thread(writing.__exit__, None, None, None)
    await desk.until(mine, said.published)
    await desk.click(theirs, "v:plan:ok:", desk.ana)
    told = await desk.until(theirs, said.overtaken)
    assert f"<@{desk.bea.id}>" in told


async def test_what_was_rolled_back_meanwhile_is_told_once(desk: Desk) -> None:
    said = desk.said
    for day in ("lundi", "mardi"):
        shown = await desk.command("admin add", desk.bea, file=pack(3, day))
        await desk.publish(shown, desk.bea)
    shown = await desk.command("admin add", desk.bea, file=pack(3, "jeudi"))
    await desk.command("admin rollback", desk.bea)
    await desk.click(shown, "v:plan:ok:", desk.bea)
    told = await desk.until(shown, said.overtaken.splitlines()[0])
    assert told.count(f"<@{desk.bea.id}>") == 1, told
