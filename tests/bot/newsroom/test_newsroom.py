"""Questions without an answer: the newsroom answers, or a story does later; with consent alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.newsroom import cog
from bot.ui.handlers import find_handler
from embeddings.errors import UnknownArticle
from embeddings.store.people import Inquiry, Watch
from tests.bot.people import World, buttons_of, text_of
from tests.fakes import RIVER

if TYPE_CHECKING:
    from embeddings.store.records import Records

ASKED = "Qui cuit la tarte aux pommes ?"
ANSWER = replace(RIVER, id="tarte", title="La tarte", text="La tarte aux pommes cuit chez Bea.")


@pytest.fixture
async def world(world: World) -> World:
    """The same world, whose server has a newsroom and tells people later."""
    options = {"newsroom": world.other_channel, "tell": True}
    await world.admin.slash(world.channel, "admin settings", **options)
    return world


def records(world: World) -> Records:
    found: Records = world.bot.records
    return found


async def agree(world: World, button: str, sent: str) -> Any:
    """Ask, click a button under the refusal, and agree."""
    refused = await world.ask(ASKED)
    consent = await world.member.click(refused.response, label=button)
    assert "/confidentialité" in text_of(consent.response)
    await world.member.click(consent.response, label=sent)
    return consent


async def inquire(world: World) -> Any:
    """Ask the newsroom; return what stands in its channel."""
    await agree(world, "Demander à la rédaction", "Envoyer")
    return world.other_channel.last_message


async def watch(world: World) -> Any:
    return await agree(world, "Me prévenir si un article répond", "Garder et me prévenir")


async def test_nothing_is_offered_or_kept_where_it_is_not_set_up(world: World) -> None:
    refused = await world.stranger.slash(world.their_channel, "ask", question=ASKED)
    assert "Demander à la rédaction" not in buttons_of(refused.response)
    assert "Me prévenir si un article répond" not in buttons_of(refused.response)


async def test_nothing_is_kept_before_the_asker_agrees(world: World) -> None:
    refused = await world.ask(ASKED)
    for button in ("Demander à la rédaction", "Me prévenir si un article répond"):
        consent = await world.member.click(refused.response, label=button)
        assert consent.ephemeral
        await world.member.click(consent.response, label="Annuler")
    assert await records(world).find(Inquiry, user=world.member.id) == []
    assert await records(world).find(Watch, user=world.member.id) == []


async def test_the_newsroom_answers_in_its_own_words_and_says_so(world: World) -> None:
    asked = await inquire(world)
    assert ASKED in text_of(asked)
    form = await world.admin.click(asked, label="Répondre")
    await world.admin.submit_modal(form, {"words": "Bea, **rue Haute**."})
    told = text_of(world.member.user.dm_channel.last_message)
    assert "Réponse de la rédaction de Ours, avec ses propres mots" in told
    assert r"Bea, \*\*rue Haute\*\*." in told
    assert "a répondu." in text_of(world.other_channel.last_message)
    assert await records(world).find(Inquiry, user=world.member.id) == []


async def test_a_follow_up_is_sent_and_kept_with_what_it_leans_on(world: World) -> None:
    assert world.bot.user is not None
    await world.ask(ASKED)
    world.engine.understood_as = "Qui mange la tarte aux pommes ?"
    mention = f"{world.bot.user.mention} et qui la mange ?"
    await world.member.send(world.channel, mention, reply_to=world.channel.last_message)
    refused = world.channel.last_message
    consent = await world.member.click(refused, label="Demander à la rédaction")
    await world.member.click(consent.response, label="Envoyer")
    asked = "et qui la mange ? (Qui mange la tarte aux pommes ?)"
    assert f"> {asked}" in text_of(world.other_channel.last_message)
    consent = await world.member.click(refused, label="Me prévenir si un article répond")
    await world.member.click(consent.response, label="Garder et me prévenir")
    kept = await records(world).find(Watch, user=world.member.id)
    assert [each.question for each in kept] == ["Qui mange la tarte aux pommes ?"]


async def test_the_newsroom_answers_by_a_story(world: World) -> None:
    asked = await inquire(world)
    form = await world.admin.click(asked, label="Un article y répond")
    await world.admin.submit_modal(form, {"title": RIVER.title})
    told = text_of(world.member.user.dm_channel.last_message)
    assert "La rédaction de Ours vous répond par cet article" in told
    assert RIVER.title in told


async def put_aside(world: World, asked: Any, reason: str = "") -> Any:
    form = await world.admin.click(asked, label="Écarter")
    return await world.admin.submit_modal(form, {"reason": reason})


async def test_a_question_may_be_put_aside_and_its_asker_is_told(world: World) -> None:
    """Once the form is sent, and not before; the lines of the reason stay apart."""
    asked = await inquire(world)
    await world.admin.click(asked, label="Écarter")
    assert world.member.user.dm_channel.last_message is None
    await put_aside(world, asked, "Non, *pas* nous.\n\n- Voyez la mairie.")
    told = text_of(world.member.user.dm_channel.last_message)
    assert f"La rédaction de Ours ne peut pas répondre à votre question :\n> {ASKED}" in told
    assert told.endswith("Non, \\*pas\\* nous.\n\n\\- Voyez la mairie.")
    assert "a écarté la question." in text_of(world.other_channel.last_message)


async def test_what_reaches_nobody_is_not_lost(world: World) -> None:
    """The answer comes back to who wrote it, and the question waits; it may still be put aside."""
    asked = await inquire(world)
    world.env.inject_error("POST", "/users/@me/channels", status=403, times=None)
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=403, times=None)
    form = await world.admin.click(asked, label="Répondre")
    told = text_of((await world.admin.submit_modal(form, {"words": "Bea."})).followups[0])
    assert "Rien n’est parti" in told
    assert "Bea." in told
    (kept,) = await records(world).find(Inquiry, user=world.member.id)
    assert kept.question == ASKED
    await put_aside(world, asked)
    assert "n’a pas pu être prévenu" in text_of(world.other_channel.last_message)
    assert await records(world).find(Inquiry, user=world.member.id) == []


async def test_a_private_question_is_answered_in_private_alone(world: World) -> None:
    refused = await world.ask(ASKED, public=False)
    for offered, sent in (
        ("Demander à la rédaction", "Envoyer"),
        ("Me prévenir si un article répond", "Garder et me prévenir"),
    ):
        consent = await world.member.click(refused.response, label=offered)
        await world.member.click(consent.response, label=sent)
    kept = [*await records(world).find(Inquiry, user=world.member.id)]
    kept += await records(world).find(Watch, user=world.member.id)
    assert [each.channel for each in kept] == [None, None]


async def test_editors_alone_answer_and_each_question_once(world: World) -> None:
    asked = await inquire(world)
    refused = await world.stranger_here.click(asked, label="Répondre")
    assert "Seules les personnes qui gèrent ce serveur" in text_of(refused.response)
    form, other = [await world.admin.click(asked, label="Répondre") for _ in range(2)]
    await world.admin.submit_modal(form, {"words": "Oui."})
    again = await world.admin.submit_modal(other, {"words": "Non."})
    assert "a déjà sa réponse" in text_of(again.followups[0])


async def test_where_no_private_message_is_taken_the_channel_is_told(world: World) -> None:
    asked = await inquire(world)
    world.env.inject_error("POST", "/users/@me/channels", status=403)
    await put_aside(world, asked)
    assert "ne peut pas répondre" in text_of(world.channel.last_message)


async def look(world: World) -> None:
    cog: Any = world.bot.get_cog("Newsroom")
    await cog.check()
    await world.env.settle()


async def test_one_is_told_once_as_soon_as_a_story_answers(world: World) -> None:
    await watch(world)
    await look(world)
    assert world.member.user.dm_channel.last_message is None
    world.engine.put(ANSWER)
    await look(world)
    told = text_of(world.member.user.dm_channel.last_message)
    assert "Un article répond à votre question" in told
    assert "**La tarte aux pommes cuit chez Bea.**" in told
    first = world.member.user.dm_channel.last_message
    await look(world)
    assert world.member.user.dm_channel.last_message == first
    assert await records(world).find(Watch, user=world.member.id) == []


async def test_who_cannot_be_reached_is_told_with_a_later_check(world: World) -> None:
    await watch(world)
    world.engine.put(ANSWER)
    world.env.inject_error("POST", "/users/@me/channels", status=403)
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=403)
    await look(world)
    assert world.member.user.dm_channel.last_message is None
    assert await records(world).find(Watch, user=world.member.id) != []
    await look(world)
    assert "Un article répond" in text_of(world.member.user.dm_channel.last_message)
    assert await records(world).find(Watch, user=world.member.id) == []


NARROWED = {"source": RIVER.source, "since": "2018"}


async def test_a_question_waits_with_what_it_was_narrowed_to(world: World) -> None:
    """Its filters are shown before it is kept and in /privacy, and used once articles change."""
    refused = await world.ask(ASKED, **NARROWED)
    consent = await world.member.click(refused.response, label="Me prévenir si un article répond")
    narrowed = f"depuis le 1er janvier 2018, chez {RIVER.source}"
    assert f"Seulement {narrowed}" in text_of(consent.response)
    await world.member.click(consent.response, label="Garder et me prévenir")
    shown = await world.member.slash(world.channel, "privacy")
    assert f"- {ASKED} ({narrowed})" in text_of(shown.response)
    world.engine.put(replace(ANSWER, source="Ailleurs"))
    await look(world)
    assert world.member.user.dm_channel.last_message is None
    world.engine.put(ANSWER)
    await look(world)
    told = text_of(world.member.user.dm_channel.last_message)
    assert "**La tarte aux pommes cuit chez Bea.**" in told
    assert f"Seulement {narrowed}" in told


async def test_the_newsroom_sees_what_a_question_was_narrowed_to(world: World) -> None:
    refused = await world.ask(ASKED, **NARROWED)
    consent = await world.member.click(refused.response, label="Demander à la rédaction")
    await world.member.click(consent.response, label="Envoyer")
    sent = text_of(world.other_channel.last_message)
    assert f"Seulement depuis le 1er janvier 2018, chez {RIVER.source}" in sent
    again = await world.member.click(refused.response, label="Demander à la rédaction")
    await world.member.click(again.response, label="Envoyer")
    assert len(await records(world).find(Inquiry, user=world.member.id)) == 1


@pytest.mark.parametrize("name", ["v:news", "v:tell", "v:agree:news", "v:agree:tell"])
def test_buttons_of_before_filters_were_kept_still_act(name: str) -> None:
    match, handler, _ = find_handler(name)
    assert (handler, match["filters"]) == (cog.agree if "agree" in name else cog.offer, None)


async def test_a_question_about_an_article_that_is_gone_keeps_no_other_from_being_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Watch(world.friend.id, world.guild.id, None, ASKED, "fr", '{"article_id":"gone"}')
    await records(world).keep(gone)
    await watch(world)
    real = world.engine.ask

    async def ask(question: str, **options: Any) -> Any:
        if options["filters"].article_id:
            raise UnknownArticle("There is no article 'gone' here.")
        return await real(question, **options)

    monkeypatch.setattr(world.engine, "ask", ask)
    world.engine.put(ANSWER)
    await look(world)
    assert "Un article répond" in text_of(world.member.user.dm_channel.last_message)
    assert await records(world).find(Watch, user=world.friend.id) != []


async def test_what_waits_is_not_searched_again_while_the_articles_are_the_same(
    world: World,
) -> None:
    await watch(world)
    await look(world)
    count = len(world.engine.asked)
    await look(world)
    assert len(world.engine.asked) == count


async def test_privacy_shows_and_deletes_what_waits(world: World) -> None:
    await watch(world)
    await inquire(world)
    shown = await world.member.slash(world.channel, "privacy")
    assert "2 entrées vous concernant sont gardées." in text_of(shown.response)
    assert text_of(shown.response).count(f"- {ASKED}") == 2
    sure = await world.member.click(shown.response, label="Effacer mes données")
    await world.member.click(sure.response, label="Effacer mes données")
    assert await records(world).find(Watch, user=world.member.id) == []
    assert await records(world).find(Inquiry, user=world.member.id) == []


async def test_what_one_server_has_is_not_told_on_another(world: World) -> None:
    """A question that waits on our server is not answered by an article of another one."""
    await watch(world)
    library: Any = world.bot.collections
    library.have(world.elsewhere.id).put(replace(ANSWER, collection=f"server-{world.elsewhere.id}"))
    await look(world)
    assert world.member.user.dm_channel.last_message is None


async def test_one_person_waits_for_so_many_answers_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.newsroom.cog.MOST", 0)
    refused = await world.ask(ASKED)
    consent = await world.member.click(refused.response, label="Me prévenir si un article répond")
    told = await world.member.click(consent.response, label="Garder et me prévenir")
    assert "attendent déjà" in text_of(told.followups[0])
