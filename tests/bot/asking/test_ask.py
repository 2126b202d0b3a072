"""Questions on Discord: by command, by mention and in private, and what comes back."""

from __future__ import annotations

from datetime import date

import pytest

from bot.client import VerbatimBot
from embeddings.types import Filters
from tests.bot.people import World, buttons_of, text_of


async def test_a_question_is_answered_with_the_words_of_the_story(world: World) -> None:
    result = await world.ask("Que compare la lettre ?")
    assert (
        "> « **La lettre compare la situation à celle d’IBM dans les années trente.** Les auteurs "
        "refusent de bâtir des outils de surveillance. »"
    ) in text_of(result.response)


async def test_the_answer_names_its_source_and_its_place(world: World) -> None:
    text = text_of((await world.ask("Que compare la lettre ?")).response)
    assert (
        "[Des employés d'Amazon écrivent à leur direction](<https://example.org/lettre-amazon>)"
        in text
    )
    assert "-# Next · Louis Adam · <t:1529665200:D> · paragraphe 2 · " in text


async def test_a_question_is_acknowledged_before_it_is_searched(world: World) -> None:
    await world.ask("Que compare la lettre ?")
    calls = [(r.method, r.json) for r in world.env.http_requests if "callback" in r.path]
    assert calls == [("POST", {"type": 5})]


async def test_an_answer_is_public_by_default(world: World) -> None:
    assert not (await world.ask("Que compare la lettre ?")).ephemeral


async def test_a_member_may_ask_in_private(world: World) -> None:
    assert (await world.ask("Que compare la lettre ?", public=False)).ephemeral


@pytest.mark.discord(public=False)
async def test_the_settings_may_make_answers_private(world: World) -> None:
    assert (await world.ask("Que compare la lettre ?")).ephemeral


async def test_the_link_opens_the_article_at_the_sentence(world: World) -> None:
    result = await world.ask("Que compare la lettre ?")
    rest = (
        "lettre%20compare%20la%20situation%20%C3%A0%20celle%20"
        "d%E2%80%99IBM%20dans%20les%20ann%C3%A9es%20trente."
    )
    assert buttons_of(result.response)["Ouvrir l’article"]["url"] == (  # or less a drop cap
        f"https://example.org/lettre-amazon#:~:text=La%20{rest}&text={rest}"
    )


async def test_an_article_without_an_address_has_a_button_to_read_it(world: World) -> None:
    result = await world.ask("Quels ponts sont fermés à Orléans ?")
    button = buttons_of(result.response)["Lire dans l’article"]
    assert button["custom_id"].startswith("v:ctx:")


async def test_an_english_reader_gets_english_words_and_quotation_marks(world: World) -> None:
    world.locale = "en-GB"
    text = text_of((await world.ask("bakery bread in Lyon")).response)
    assert "> “**A new bakery opened in Lyon on Monday.** It sells bread" in text


async def test_options_narrow_the_question(world: World) -> None:
    await world.ask("ponts", source="la gazette", since="2021", until="02/2021")
    assert world.engine.asked[-1] == (
        "ponts",
        Filters(since=date(2021, 1, 1), until=date(2021, 2, 28), source="La Gazette"),
    )


async def test_a_day_that_cannot_be_read_gets_a_sentence(world: World) -> None:
    result = await world.ask("ponts", since="un jour")
    assert "Je ne lis pas « un jour » comme une date" in text_of(result.response)
    assert result.ephemeral


async def test_nothing_found_is_said_in_a_line_and_the_closest_passage_is_shown_on_wish(
    world: World,
) -> None:
    refused = await world.ask("recette de tarte aux pommes")
    assert text_of(refused.response).endswith("\nLes articles ne répondent pas à cette question.")
    shown = await world.member.click(refused.response, label="Voir le passage le plus proche")
    assert shown.ephemeral
    assert "Il ne répond peut-être pas à la question." in text_of(shown.response)
    assert "> «" in text_of(shown.response)


async def test_nothing_in_a_filter_names_the_filter(world: World) -> None:
    text = text_of((await world.ask("tarte", since="2020-05-01")).response)
    assert "Rien n’y répond depuis le 1er mai 2020." in text


async def test_the_closest_passage_is_of_what_was_asked_for(world: World) -> None:
    """Elsewhere another one would be closer."""
    refused = await world.ask("tarte aux pommes et crue à Paris", source="The Courier")
    shown = await world.member.click(refused.response, label="Voir le passage le plus proche")
    assert "A bakery opens in Lyon" in text_of(shown.response)
    assert world.engine.asked[-1] == world.engine.asked[0]


async def test_an_empty_corpus_is_said(world: World) -> None:
    for article in [s.id for s in world.engine.sources()]:
        await world.engine.remove([article])
    text = text_of((await world.ask("tarte")).response)
    assert "Il n’y a pas encore d’article ici" in text


async def test_what_was_understood_is_shown_back(world: World) -> None:
    world.engine.understood = ("depuis juin 2018",)
    text = text_of((await world.ask("la lettre", since="2018-06-01")).response)
    assert "-# Compris : « depuis juin 2018 », depuis le 1er juin 2018" in text


async def test_sources_are_suggested(world: World) -> None:
    offered = await world.member.autocomplete(world.channel, "ask", "source", "gaz", question="x")
    assert [c["name"] for c in offered] == ["La Gazette"]
    chosen = await world.ask("La Loire déborde-t-elle ?", source=offered[0]["value"])
    assert "La Gazette" in text_of(chosen.response)


async def test_a_mention_is_answered(world: World) -> None:
    me = world.bot.user
    assert me is not None
    await world.member.send(world.channel, f"{me.mention} Que compare la lettre ?")
    answer = world.channel.last_message
    assert answer is not None
    assert answer.author.id == me.id
    assert "**La lettre compare la situation" in text_of(answer)


async def test_a_mention_is_answered_in_the_language_of_the_question(world: World) -> None:
    me = world.bot.user
    assert me is not None
    await world.member.send(world.channel, f"{me.mention} When did the bakery open in Lyon?")
    assert "Open the article" in buttons_of(world.channel.last_message)


async def test_a_message_without_a_mention_is_left_alone(world: World) -> None:
    await world.member.send(world.channel, "Que compare la lettre ?")
    assert world.engine.asked == []


async def test_a_private_message_is_answered(world: World) -> None:
    await world.friend.send_dm("Que compare la lettre ?")
    assert "**La lettre compare la situation" in text_of(world.friend.dm_channel.last_message)


async def test_an_answer_does_not_depend_on_being_seen_at_work(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/typing", status=403)
    await world.friend.send_dm("Que compare la lettre ?")
    assert "**La lettre compare" in text_of(world.friend.dm_channel.last_message)


async def test_a_stranger_on_another_server_may_ask(world: World) -> None:
    result = await world.stranger.slash(
        world.their_channel, "ask", question="Que compare la lettre ?"
    )
    assert "La lettre compare" in text_of(result.response)


async def test_nobody_is_pinged(simcord_bot: VerbatimBot) -> None:
    assert simcord_bot.allowed_mentions is not None
    assert simcord_bot.allowed_mentions.to_dict() == {"parse": []}
