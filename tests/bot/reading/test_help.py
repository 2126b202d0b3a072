"""Help made from the commands, privacy, and what admins get of what is kept."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from bot.admin.exports import build_labelled_set, list_queries
from bot.reading.about import privacy_card
from bot.translate import Languages
from bot.ui.markup import unescape
from bot.ui.naming import Place
from embeddings.errors import StorageError
from embeddings.store.people import Unanswered, Vote, Watch, write_filters
from embeddings.types import Filters
from tests.bot.people import World, buttons_of, check_card, components_of, text_of, texts_of
from tests.fakes import LETTER, RIVER, FakeEngine, split

if TYPE_CHECKING:
    from simcord.results import InteractionResult

QUESTION = "Que compare la lettre ?"


async def help_of(world: World, actor: Any) -> str:
    return text_of((await actor.slash(world.channel, "help")).response)


async def test_help_is_short_and_its_commands_can_be_clicked_on(world: World) -> None:
    text = await help_of(world, world.member)
    ids = {c.name: c.id for c in await world.bot.tree.fetch_commands()}
    for name in ("ask", "sources", "source", "privacy"):
        assert f"</{name}:{ids[name]}>" in text
    assert "Trouver les sources" in text
    assert "Je n’écris rien de moi-même" in text
    assert len(text) < 1500


async def test_help_shows_members_nothing_of_what_editors_do(world: World) -> None:
    assert "</admin" not in await help_of(world, world.member)
    text = await help_of(world, world.admin)
    for name in ("add", "edit", "remove", "history", "reindex", "rollback", "settings"):
        assert f"</admin {name}:" in text


async def test_help_works_in_private_and_names_who_runs_the_bot(world: World) -> None:
    text = text_of((await world.friend.slash("help")).response)
    assert "Ce robot est géré par " in text


async def test_help_offers_questions_that_the_articles_answer(world: World) -> None:
    asked = "Pourquoi la Loire déborde-t-elle à Orléans ?"
    world.engine.put(replace(RIVER, title=asked))
    shown = await world.member.slash(world.channel, "help")
    name = starters_in(shown.response)[asked]
    answered = await world.member.click(shown.response, custom_id=name)
    assert text_of(answered.response).startswith(asked)


def starters_in(message: Any) -> dict[str, str]:
    """Return the questions of a message, each with the custom id of the button beside it."""
    sections = [c for c in components_of(message) if c.get("type") == SECTION]
    return {
        unescape(section["components"][0]["content"]): section["accessory"]["custom_id"]
        for section in sections
    }


SECTION = 9


async def offered(world: World) -> list[str]:
    return [*starters_in((await world.member.slash(world.channel, "help")).response)]


GOLDEN = {
    "fr": ["Qu’est-ce que la lettre compare ?", "Que demandent les employés d’Amazon ?"],
    "en-GB": ["When did the bakery open in Lyon?"],
}


@pytest.mark.parametrize("locale", [*GOLDEN])
async def test_golden_questions_that_are_answered_are_offered_first_in_the_readers_language(
    world: World, locale: str
) -> None:
    world.engine.known = ["Combien coûte la tarte aux pommes ?", *GOLDEN["fr"], *GOLDEN["en-GB"]]
    world.engine.put(replace(RIVER, title="Pourquoi la Loire déborde-t-elle à Orléans ?"))
    world.locale = locale
    shown = await offered(world)
    assert shown[: len(GOLDEN[locale])] == GOLDEN[locale]
    assert not {"Combien coûte la tarte aux pommes ?", *GOLDEN["fr"]} & {
        *shown[len(GOLDEN[locale]) :]
    }


async def test_golden_questions_of_another_server_are_not_offered(world: World) -> None:
    library: Any = world.bot.collections
    theirs = library.have(world.elsewhere.id)
    theirs.put(replace(LETTER, collection=f"server-{world.elsewhere.id}"))
    theirs.known = GOLDEN["fr"]
    assert await offered(world) == []
    world.own.known = GOLDEN["fr"][:1]
    world.own.put(replace(RIVER, collection=f"server-{world.guild.id}"))
    assert await offered(world) == GOLDEN["fr"][:1]


async def test_questions_that_cannot_be_read_keep_no_other_from_being_offered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "Pourquoi la Loire déborde-t-elle à Orléans ?"
    world.engine.put(replace(RIVER, title=asked))
    monkeypatch.setattr(world.engine, "golden", _fail)
    assert await offered(world) == [asked]


async def test_help_without_articles_offers_to_add_some(world: World) -> None:
    for source in world.engine.sources():
        await world.engine.remove([source.id])
    shown = await world.admin.slash(world.channel, "help")
    form = await world.admin.click(shown.response, label="Ajouter des articles")
    assert form.modal is not None
    shown = await world.member.slash(world.channel, "help")
    refused = await world.member.click(shown.response, label="Ajouter des articles")
    assert "Seules les personnes qui gèrent ce serveur" in text_of(refused.response)


async def test_privacy_says_that_no_question_is_kept(world: World) -> None:
    result = await world.member.slash(world.channel, "privacy")
    text = text_of(result.response)
    assert "Vos questions ne sont ni gardées ni journalisées." in text
    assert "Rien n’est gardé à votre sujet." in text
    assert buttons_of(result.response) == {}
    assert result.ephemeral


@pytest.mark.parametrize("code", ["fr", "en-GB"])
def test_privacy_fits_a_message_however_much_waits(code: str) -> None:
    """Discord refuses a longer one, and who sees none can delete nothing."""
    narrowed = write_filters(Filters(date(2018, 6, 1), date(2018, 7, 31), "*" * 200))
    waiting = [Watch(1, 2, 3, "mot " * 300, "fr", narrowed)] * 20
    kept = {"watches": waiting, "newsroom": waiting}
    language = Languages.load("fr").of(code)
    card = privacy_card(kept, language, kept_by="admin", days=30)
    check_card(card)
    shown = texts_of(card)
    assert len(shown) <= 4000
    listed = shown.count("\n- ")
    assert listed > 1
    assert language("and-more", count=40 - listed) in shown


async def test_privacy_announces_that_keeping_is_on(world: World) -> None:
    await world.admin.slash(world.channel, "admin settings", keep=True)
    text = text_of((await world.member.slash(world.channel, "privacy")).response)
    assert "a activé la conservation" in text
    assert "180 jours" in text


async def privacy_after_a_vote(world: World) -> InteractionResult:
    await world.member.click((await world.ask(QUESTION)).response, label="Utile")
    return await world.member.slash(world.channel, "privacy")


async def test_people_get_what_is_kept_of_them(world: World) -> None:
    page = await privacy_after_a_vote(world)
    assert "Une entrée vous concernant est gardée." in text_of(page.response)
    given = await world.member.click(page.response, label="Recevoir mes données")
    assert given.response is not None
    assert given.ephemeral
    file = await read(given)
    kept = json.loads(file)
    assert [vote["useful"] for vote in kept["votes"]] == [True]
    assert kept["questions"] == []


async def test_people_delete_what_is_kept_of_them(world: World) -> None:
    page = await privacy_after_a_vote(world)
    asked = await world.member.click(page.response, label="Effacer mes données")
    assert "L’entrée vous concernant sera effacée définitivement." in text_of(asked.response)
    assert await world.bot.records.find(Vote, user=world.member.id)
    told = await world.member.click(asked.response, label="Effacer mes données")
    assert "Une entrée a été effacée." in text_of(told.response)
    again = await world.member.slash(world.channel, "privacy")
    assert "Rien n’est gardé à votre sujet." in text_of(again.response)
    late = await world.member.click(page.response, label="Effacer mes données")
    assert "il n’y a rien à effacer" in text_of(late.response)
    assert buttons_of(late.response) == {}


async def read(result: InteractionResult) -> bytes:
    """Return the file of an answer."""
    assert result.response is not None
    (attachment,) = result.response.attachments
    return await attachment.read()


async def test_refused_questions_are_not_kept_by_default(world: World) -> None:
    await world.ask("recette de tarte")
    assert await world.bot.records.find(Unanswered, user=world.member.id) == []


@pytest.mark.discord(keep_questions=True)
async def test_refused_questions_are_kept_where_that_is_on(world: World) -> None:
    await world.ask("recette de tarte")
    await world.member.send(world.channel, f"{world.bot.user.mention} recette de soupe")
    kept = await world.bot.records.find(Unanswered, guild=world.guild.id)
    assert {a.question for a in kept} == {"recette de tarte", "recette de soupe"}


@pytest.mark.parametrize("command", ["questions", "export"])
async def test_where_nothing_is_kept_there_is_nothing_to_show(world: World, command: str) -> None:
    result = await world.admin.slash(world.channel, f"admin {command}")
    assert "Aucune question n’est gardée sur ce serveur" in text_of(result.response)


@pytest.mark.discord(keep_questions=True)
async def test_admins_see_refused_questions_and_complaints(world: World) -> None:
    await world.ask("recette de tarte")
    first = await world.ask(QUESTION)
    form = await world.member.click(first.response, label="Pas utile")
    await world.member.submit_modal(form, {"reason": "Hors sujet"})
    text = text_of((await world.admin.slash(world.channel, "admin questions")).response)
    assert "Avis : 0 utile, 1 inutile" in text
    assert f"- {QUESTION} — Hors sujet" in text
    assert "Une question est restée sans réponse :\n**Semaine du <t:" in text
    assert "\n- recette de tarte\n-# Le plus proche : " in text


@pytest.mark.discord(keep_questions=True)
async def test_refused_questions_in_the_same_words_are_one_and_come_as_a_table(
    world: World,
) -> None:
    for question in ("recette de tarte", "Recette de tarte ?", "=1+1 soupe"):
        await world.ask(question)
    shown = await world.admin.slash(world.channel, "admin questions")
    assert "- Recette de tarte ? ×2" in text_of(shown.response)
    table = (await read(shown)).decode("utf-8-sig").splitlines()
    assert table[0] == "semaine,question,nombre,article,passage"
    assert ",Recette de tarte ?,2," in table[1]
    assert ",'=1+1 soupe,1," in table[2]
    world.locale = "en-GB"
    shown = await world.admin.slash(world.channel, "admin questions")
    assert "3 questions were left unanswered" in text_of(shown.response)
    table = (await read(shown)).decode("utf-8-sig").splitlines()
    assert table[0] == "week,question,count,article,passage"


@pytest.mark.discord(keep_questions=True)
async def test_admins_see_nothing_of_another_server(world: World) -> None:
    await world.stranger.slash(world.their_channel, "ask", question="recette de tarte")
    text = text_of((await world.admin.slash(world.channel, "admin questions")).response)
    assert "tarte" not in text


@pytest.mark.discord(keep_questions=True)
async def test_admins_get_a_labelled_set(world: World) -> None:
    await world.ask("recette de tarte")
    await world.member.click((await world.ask(QUESTION)).response, label="Utile")
    result = await world.admin.slash(world.channel, "admin export")
    with zipfile.ZipFile(io.BytesIO(await read(result))) as archive:
        lines = {
            name: [json.loads(line) for line in archive.read(name).decode().splitlines()]
            for name in archive.namelist()
        }
    assert len(lines["corpus.jsonl"]) == 6
    assert set(lines["corpus.jsonl"][0]) == {"doc_id", "title", "para_id", "text"}
    by_question = {q["question"]: q for q in lines["queries.jsonl"]}
    assert by_question[QUESTION]["para_ids"] == [f"{LETTER.id}#2"]
    assert by_question[QUESTION]["answerable"] is True
    assert by_question["recette de tarte"]["para_ids"] == []
    assert by_question["recette de tarte"]["answerable"] is False


@pytest.mark.discord(keep_questions=True)
async def test_a_set_too_large_for_discord_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.admin.exports.MAX_FILE", 10)
    result = await world.admin.slash(world.channel, "admin export")
    assert "trop gros pour Discord" in text_of(result.response)


PASSAGES = split(LETTER)
PLACE = Place.of(LETTER, PASSAGES[1])
VOTE = Vote(
    answer="a",
    user=1,
    guild=2,
    useful=True,
    article=PLACE.article,
    paragraph=2,
    digest=PLACE.digest,
    question="Q",
)


@pytest.mark.parametrize(
    "vote",
    [replace(VOTE, useful=False), replace(VOTE, question=None), replace(VOTE, digest="0" * 8)],
    ids=["not useful", "no question kept", "the passage is gone"],
)
def test_a_vote_that_says_nothing_of_a_passage_labels_nothing(vote: Vote) -> None:
    assert list_queries([vote], [], [(LETTER, PASSAGES)]) == []


def test_a_useful_answer_counts_more_than_a_refusal() -> None:
    asked = Unanswered(1, 2, "Q", "not_found")
    assert [q["answerable"] for q in list_queries([VOTE], [asked], [(LETTER, PASSAGES)])] == [True]


def test_an_empty_set_is_still_a_set() -> None:
    with zipfile.ZipFile(io.BytesIO(build_labelled_set([], [], [])[0])) as archive:
        assert sorted(archive.namelist()) == ["corpus.jsonl", "queries.jsonl"]


async def test_a_store_that_fails_does_not_keep_the_answer_back(
    world: World, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await world.admin.slash(world.channel, "admin settings", keep=True)
    store = world.bot.records
    store._write = _fail
    text = text_of((await world.ask("recette de tarte")).response)
    assert "Les articles ne répondent pas" in text
    assert "could not be stored" in caplog.text


async def _fail(*_: Any) -> Any:
    raise StorageError("The disk is full.")
