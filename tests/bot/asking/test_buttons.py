"""Buttons: each does what it says, after a restart too, and says so when it cannot."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from simcord.components import walk_components

from bot.errors import BotError
from bot.ui.components import QUESTION_ID
from bot.ui.handlers import find_message
from tests.bot.making import make_bot
from tests.bot.people import World, buttons_of, text_of
from tests.fakes import LETTER, RIVER, FakeEngine

if TYPE_CHECKING:
    from simcord.results import InteractionResult

COMPARED = "Que compare la lettre ?"


def many(engine: FakeEngine, count: int = 8) -> None:
    """Have several articles that answer one question."""
    for number in range(count):
        text = f"La crue numéro {number} a fermé des ponts à Orléans."
        engine.put(replace(RIVER, id=f"crue-{number}", title=f"Crue {number}", text=text))


def ids(result: InteractionResult) -> list[str]:
    assert result.response is not None
    components = walk_components(result.response.components)
    return [c["custom_id"] for c in components if "custom_id" in c]


async def test_more_passages_come_to_the_one_who_clicked(world: World) -> None:
    many(world.engine)
    first = await world.ask("ponts fermés crue Orléans")
    more = await world.stranger_here.click(first.response, label="D’autres passages")
    assert more.ephemeral
    before, after = text_of(first.response), text_of(more.response)
    assert len(re.findall(r"^\d\. Crue", after, re.MULTILINE)) == 3
    assert not set(re.findall(r"Crue \d", after)) & set(re.findall(r"Crue \d", before))


async def test_more_passages_end(world: World) -> None:
    many(world.engine)
    first = await world.ask("ponts fermés crue Orléans")
    second = await world.member.click(first.response, label="D’autres passages")
    third = await world.member.click(second.response, label="D’autres passages")
    assert "D’autres passages" not in buttons_of(third.response)


async def test_the_settings_may_show_one_passage_at_once(world: World, settings: Any) -> None:
    many(world.engine)
    world.bot.settings = settings.model_copy(update={"top_k": 1})
    first = await world.ask("ponts fermés crue Orléans")
    assert text_of(first.response).count("\n> «") == 1
    second = await world.member.click(first.response, label="D’autres passages")
    assert "\n2. Crue" in text_of(second.response)


async def test_no_more_passages_are_offered_when_there_are_none(world: World) -> None:
    assert "D’autres passages" not in buttons_of((await world.ask(COMPARED)).response)


async def test_more_passages_keep_to_the_filters(world: World) -> None:
    many(world.engine)
    first = await world.ask("ponts fermés crue", source="la gazette", since="2020")
    await world.member.click(first.response, label="D’autres passages")
    assert world.engine.asked[-1] == world.engine.asked[0]
    assert world.engine.asked[0][1].source == "La Gazette"


async def test_more_passages_of_a_source_that_is_gone_say_so(world: World) -> None:
    many(world.engine)
    first = await world.ask("ponts fermés crue", source="la gazette")
    for source in world.engine.sources():
        if source.source == "La Gazette":
            await world.engine.remove([source.id])
    more = await world.member.click(first.response, label="D’autres passages")
    assert "n’est plus là" in text_of(more.response)


async def test_more_passages_say_when_there_are_none_any_more(world: World) -> None:
    many(world.engine)
    first = await world.ask("ponts fermés crue Orléans")
    for number in range(8):
        await world.engine.remove([f"crue-{number}"])
    more = await world.member.click(first.response, label="D’autres passages")
    assert "Il n’y a pas d’autre passage" in text_of(more.response)


async def test_a_question_with_marks_is_read_again_as_it_was_asked(world: World) -> None:
    many(world.engine)
    question = "**ponts** fermés_crue [Orléans](x) <@1> @everyone # \\o/ :rire: ponts fermés crue"
    first = await world.ask(question)
    await world.member.click(first.response, label="D’autres passages")
    assert world.engine.asked[-1][0] == question


async def test_context_shows_the_paragraphs_before_and_after(world: World) -> None:
    first = await world.ask(COMPARED)
    context = await world.member.click(first.response, label="Contexte")
    text = text_of(context.response)
    assert context.ephemeral
    assert "> Plusieurs employés d’Amazon ont écrit" in text
    assert "> **La lettre compare la situation" in text
    assert "> Palantir utilise les serveurs" in text


async def test_one_can_read_on_from_the_context(world: World) -> None:
    first = await world.ask(COMPARED)
    context = await world.member.click(first.response, label="Contexte")
    await world.member.click(context.response, label="Lire l’article à partir d’ici")
    assert "Paragraphe 2 sur 3" in text_of(context.response)


async def test_the_context_of_a_passage_that_changed_is_not_shown(world: World) -> None:
    first = await world.ask(COMPARED)
    world.engine.put(replace(LETTER, text=LETTER.text.replace("IBM", "Bull")))
    context = await world.member.click(first.response, label="Contexte")
    assert "Ce passage a changé ou a été retiré" in text_of(context.response)


async def test_the_context_of_an_article_that_is_gone_is_refused_kindly(world: World) -> None:
    first = await world.ask(COMPARED)
    await world.engine.remove([LETTER.id])
    context = await world.member.click(first.response, label="Contexte")
    assert "Cet article n’est plus dans le corpus" in text_of(context.response)


async def test_a_private_answer_can_be_shown_to_the_channel(world: World) -> None:
    private = await world.ask(COMPARED, public=False)
    before = text_of(private.response)
    shown = await world.member.click(private.response, label="Publier dans le salon")
    assert text_of(shown.followups[0]) == before
    assert not shown.followups[0].ephemeral
    assert "Publier dans le salon" not in buttons_of(shown.followups[0])
    assert "Publier dans le salon" not in buttons_of(private.response)


async def test_a_public_answer_has_no_button_to_show_it(world: World) -> None:
    assert "Publier dans le salon" not in buttons_of((await world.ask(COMPARED)).response)


async def test_an_answer_whose_passage_is_gone_is_not_shown_to_the_channel(world: World) -> None:
    private = await world.ask(COMPARED, public=False)
    await world.engine.remove([LETTER.id])
    shown = await world.member.click(private.response, label="Publier dans le salon")
    assert "Ce passage a changé ou a été retiré" in text_of(shown.response)


async def test_the_buttons_of_a_shown_answer_still_act(world: World) -> None:
    private = await world.ask(COMPARED, public=False)
    shown = await world.member.click(private.response, label="Publier dans le salon")
    context = await world.admin.click(shown.followups[0], label="Contexte")
    assert "> **La lettre compare" in text_of(context.response)


@pytest.mark.parametrize(
    "label", ["Contexte", "Utile", "Pas utile", "Question sur cet article", "Poursuivre"]
)
async def test_buttons_outlive_a_restart(world: World, label: str, settings: Any) -> None:
    first = await world.ask(COMPARED)
    await world.env.restart_bot(make_bot(settings, world.engine))
    clicked = await world.member.click(first.response, label=label)
    assert clicked.acknowledged


async def test_a_form_outlives_a_restart(world: World, settings: Any) -> None:
    first = await world.ask(COMPARED)
    form = await world.member.click(first.response, label="Question sur cet article")
    await world.env.restart_bot(make_bot(settings, world.engine))
    answered = await world.member.submit_modal(form, {"question": "Palantir serveurs Amazon"})
    assert "Palantir utilise" in text_of(answered.response)


async def test_nothing_is_remembered_for_a_message(world: World) -> None:
    await world.ask(COMPARED)
    await world.member.slash(world.channel, "sources")
    store = world.bot._connection._view_store
    assert not store._views
    assert not store._synced_message_views


async def test_a_click_on_a_dead_button_gets_an_answer(world: World) -> None:
    first = await world.ask(COMPARED)
    stored = world.env.backend.get_message(first.response.channel_id, first.response.id)
    raw = json.loads(json.dumps(stored.components).replace("v:then:", "v0:then:"))
    stored.components[:] = raw
    clicked = await world.member.click(first.response, label="Question sur cet article")
    assert "Ce bouton ne fait plus rien" in text_of(clicked.response)
    assert clicked.ephemeral


async def test_custom_ids_are_all_different_and_short(world: World) -> None:
    many(world.engine)
    result = await world.ask("ponts fermés crue Orléans", public=False)
    found = ids(result)
    assert len(set(found)) == len(found)
    assert max(map(len, found)) <= 100


async def test_a_question_that_cannot_be_read_again_is_told(world: World) -> None:
    many(world.engine)
    first = await world.ask("ponts fermés crue Orléans")
    assert first.response is not None
    stored = world.env.backend.get_message(first.response.channel_id, first.response.id)
    for component in walk_components(stored.components):
        if component.get("id") == QUESTION_ID:
            component |= {"id": 3999, "content": "?"}
    more = await world.member.click(first.response, label="D’autres passages")
    assert "La question ne peut plus être relue" in text_of(more.response)


def test_a_click_without_its_message_is_a_dead_one() -> None:
    interaction: Any = type("Interaction", (), {"message": None})()
    with pytest.raises(BotError, match="dead"):
        find_message(interaction)
