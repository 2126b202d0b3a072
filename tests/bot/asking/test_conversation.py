"""Follow-ups, thanks and greetings: what a message leans on, and what is no question at all."""

from __future__ import annotations

from typing import Any

import pytest

from bot.asking.asking import classify
from bot.running.askers import LASTS, MOST, Conversations
from bot.translate import Languages
from tests.bot.asking.test_buttons import many
from tests.bot.people import World, buttons_of, text_of
from tests.fakes import LETTER

FR = Languages.load("fr").of("fr")
EN = Languages.load("fr").of("en-US")
QUESTION = "Que compare la lettre ?"


async def mention(world: World, said: str, member: Any = None, **options: Any) -> Any:
    """Have somebody mention the bot; return what stands last in the channel."""
    assert world.bot.user is not None
    who = member or world.member
    await who.send(world.channel, f"{world.bot.user.mention} {said}", **options)
    return world.channel.last_message


async def test_a_reply_to_the_answer_leans_on_what_was_asked_before(world: World) -> None:
    first = await mention(world, QUESTION)
    await mention(world, "et Palantir ?", reply_to=first)
    assert world.engine.asked[-1][0] == "et Palantir ?"
    assert world.engine.before == (QUESTION,)


async def test_another_mention_in_a_channel_stands_alone(world: World) -> None:
    await mention(world, QUESTION)
    await mention(world, "et Palantir serveurs ?")
    assert world.engine.before == ()


async def test_a_reply_to_somebody_elses_answer_stands_alone(world: World) -> None:
    first = await mention(world, QUESTION)
    await mention(world, "et Palantir ?", world.admin, reply_to=first)
    assert world.engine.before == ()


async def test_in_private_each_question_leans_on_those_before(world: World) -> None:
    await world.friend.send_dm(QUESTION)
    await world.friend.send_dm("et Palantir ?")
    assert world.engine.before == (QUESTION,)


async def test_a_command_stands_alone_and_can_be_replied_to(world: World) -> None:
    await world.friend.send_dm(QUESTION)
    await world.ask(QUESTION)
    assert world.engine.before == ()
    await mention(world, "et Palantir ?", reply_to=world.channel.last_message)
    assert world.engine.before == (QUESTION,)


async def test_without_a_ping_one_asks_on_by_a_button(world: World) -> None:
    first = await world.ask(QUESTION)
    form = await world.member.click(first.response, label="Poursuivre")
    answered = await world.member.submit_modal(form, {"question": "et Palantir ?"})
    assert world.engine.before == (QUESTION,)
    assert "Palantir" in text_of(answered.response)
    assert not answered.ephemeral


@pytest.mark.parametrize("said", ["merci !", "🙏", "ok", "Super, merci"])
async def test_thanks_get_a_sign_and_no_search(world: World, said: str) -> None:
    first = await mention(world, QUESTION)
    await mention(world, said, reply_to=first)
    assert [question for question, _ in world.engine.asked] == [QUESTION]
    assert [r.path for r in world.env.http_requests if "reactions" in r.path]


@pytest.mark.parametrize("said", ["De quoi parlent les articles ?", "que sais-tu faire ?", "aide"])
async def test_who_asks_what_there_is_to_ask_gets_questions_to_begin_with(
    world: World, said: str
) -> None:
    shown = await mention(world, said)
    assert world.engine.asked == []
    assert text_of(shown) == text_of(await mention(world, "bonjour"))


async def test_thanks_get_a_word_where_signs_are_not_allowed(world: World) -> None:
    world.env.inject_error("PUT", "/channels/*/messages/*/reactions/*/@me", status=403)
    assert text_of(await mention(world, "merci beaucoup")) == "Avec plaisir."


@pytest.mark.parametrize(
    "said", ["bonjour", "", "De quoi parlent les articles ?", "a quoi tu sers", "aide"]
)
async def test_a_greeting_and_an_empty_mention_get_the_first_step(world: World, said: str) -> None:
    told = await mention(world, said)
    assert "/aide" in text_of(told)
    assert world.engine.asked == []


async def test_a_command_that_asks_what_there_is_to_ask_gets_the_first_step(world: World) -> None:
    told = await world.ask("Résume-moi l’article !")
    assert "/aide" in text_of(told.response)
    assert world.engine.asked == []


@pytest.mark.parametrize("said", ["De quoi parlent les articles de lundi ?", "Qui aide ?"])
async def test_who_asks_about_something_is_answered(world: World, said: str) -> None:
    await mention(world, said)
    assert [question for question, _ in world.engine.asked] == [said]


async def test_an_empty_corpus_says_the_next_step_anywhere(world: World) -> None:
    for article in world.engine.sources():
        await world.engine.remove([article.id])
    assert "Ajouter des articles" in buttons_of(await mention(world, "bonjour"))


async def test_a_message_is_checked_when_one_replies_to_it(world: World) -> None:
    assert world.bot.user is not None  # Discord shows the text of a message that names the bot
    text = f"La Loire a débordé à Orléans dimanche. {world.bot.user.mention}"
    said = await world.stranger_here.send(world.channel, text)
    checked = await mention(world, "vérifie ça", reply_to=said)
    assert "**Un article le dit :**" in text_of(checked)


async def test_what_is_to_be_checked_has_to_be_replied_to(world: World) -> None:
    assert "Répondez au message que je dois vérifier" in text_of(await mention(world, "vérifie ça"))


async def test_a_message_that_discord_does_not_show_is_told(world: World) -> None:
    hidden = await world.stranger_here.send(world.channel, "ok")
    told = await mention(world, "vérifie ça", reply_to=hidden)
    assert "Discord ne me montre pas le texte" in text_of(told)


def test_a_conversation_lasts_a_quarter_of_an_hour() -> None:
    now = [0.0]
    talks = Conversations(lambda: now[0])
    talks.note(1, 2, "Q", 3)
    now[0] = LASTS - 1
    assert talks.before(1, 2) == ("Q",)
    now[0] = LASTS
    assert talks.before(1, 2) == ()


def test_a_conversation_is_of_one_person_in_one_place() -> None:
    talks = Conversations(lambda: 0.0)
    talks.note(1, 2, "Q", 3)
    assert (talks.before(9, 2), talks.before(1, 9)) == ((), ())


def test_what_came_after_the_answer_that_is_replied_to_does_not_count() -> None:
    talks = Conversations(lambda: 0.0)
    for n in range(MOST + 2):
        talks.note(1, 2, f"Q{n}", 100 + n)
    assert talks.before(1, 2, 104) == ("Q2", "Q3", "Q4")
    assert talks.before(1, 2, 7) == ()
    assert len(talks.before(1, 2)) == MOST


def test_what_a_message_is_is_told_by_its_words() -> None:
    french = {
        "Merci beaucoup !": "thanks",
        "👍🏽": "sign",
        "Bonjour": "hello",
        "Vérifie ça": "check",
        "c’est vrai ?": "check",
        "": "nothing",
        "merci de dire qui a signé": "question",
        "et Google ?": "question",
        "Qui a signé la lettre ?": "question",
    }
    english = {
        "Thanks": "thanks",
        "hi there": "hello",
        "is this true?": "check",
        "and who else?": "question",
    }
    assert {said: classify(said, FR) for said in french} == french
    assert {said: classify(said, EN) for said in english} == english


async def test_the_card_shows_what_a_follow_up_was_understood_as(world: World) -> None:
    world.engine.understood_as = "Que dit la lettre de Palantir ?"
    world.engine.put(LETTER)
    first = await mention(world, QUESTION)
    told = await mention(world, "et Palantir ?", reply_to=first)
    assert "Compris ainsi : « Que dit la lettre de Palantir ? »" in text_of(told)


async def test_the_buttons_under_a_follow_up_are_about_what_it_was_understood_as(
    world: World,
) -> None:
    world.engine.understood_as = "Quels ponts la crue d’*Orléans* a-t-elle fermés ?"
    many(world.engine)
    first = await mention(world, "ponts fermés crue Orléans")
    told = await mention(world, "et la crue, quels ponts à Orléans ?", reply_to=first)
    more = await world.admin.click(told, label="D’autres passages")
    assert world.engine.asked[-1][0] == world.engine.understood_as
    shown = r"Quels ponts la crue d’\*Orléans\* a-t-elle fermés ?"
    assert text_of(more.response).startswith(shown)


async def test_a_question_that_says_how_it_was_understood_is_read_as_it_was_typed(
    world: World,
) -> None:
    typed = "-# Compris ainsi : « Que dit la lettre ? »"
    told = await mention(world, typed)
    await world.member.click(told, label="Voir le passage le plus proche")
    assert world.engine.asked[-1][0] == typed
