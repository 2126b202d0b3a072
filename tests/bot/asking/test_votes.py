"""Votes and forms: one vote a person and answer, follow-up questions, and what is kept."""

from __future__ import annotations

import pytest

from bot.client import VerbatimBot
from bot.ui.handlers import read_values
from embeddings.store.people import Vote
from embeddings.types import Filters
from tests.bot.people import World, text_of
from tests.fakes import LETTER

COMPARED = "Que compare la lettre ?"


async def votes(world: World) -> list[Vote]:
    assert isinstance(world.bot, VerbatimBot)
    return await world.bot.records.find(Vote, user=world.member.id)


async def test_a_useful_vote_is_counted(world: World) -> None:
    first = await world.ask(COMPARED)
    thanked = await world.member.click(first.response, label="Utile")
    assert "votre avis est pris en compte" in text_of(thanked.response)
    assert thanked.ephemeral
    assert [v.useful for v in await votes(world)] == [True]


async def test_a_vote_can_be_changed_and_counts_once(world: World) -> None:
    first = await world.ask(COMPARED)
    await world.member.click(first.response, label="Utile")
    asked_why = await world.member.click(first.response, label="Pas utile")
    assert asked_why.modal is not None
    assert [v.useful for v in await votes(world)] == [False]


async def test_votes_on_two_answers_count_twice(world: World) -> None:
    for _ in range(2):
        await world.member.click((await world.ask(COMPARED)).response, label="Utile")
    assert len(await votes(world)) == 2


async def test_the_reason_of_a_vote_is_kept_with_it(world: World) -> None:
    first = await world.ask(COMPARED)
    form = await world.member.click(first.response, label="Pas utile")
    thanked = await world.member.submit_modal(form, {"reason": "Ce n'est pas la question"})
    assert "votre avis est pris en compte" in text_of(thanked.response)
    assert [v.reason for v in await votes(world)] == ["Ce n'est pas la question"]


async def test_the_question_of_a_vote_is_not_kept_by_default(world: World) -> None:
    await world.member.click((await world.ask(COMPARED)).response, label="Utile")
    assert [v.question for v in await votes(world)] == [None]


@pytest.mark.discord(keep_questions=True)
async def test_the_question_of_a_vote_is_kept_where_keeping_is_on(world: World) -> None:
    await world.member.click((await world.ask(COMPARED)).response, label="Utile")
    assert [v.question for v in await votes(world)] == [COMPARED]


async def test_a_follow_up_question_keeps_to_the_article(world: World) -> None:
    first = await world.ask(COMPARED)
    form = await world.member.click(first.response, label="Question sur cet article")
    answered = await world.member.submit_modal(form, {"question": "Palantir serveurs Amazon"})
    followed = Filters(article_id=LETTER.id, collection=LETTER.collection)
    assert world.engine.asked[-1] == ("Palantir serveurs Amazon", followed)
    assert "**Palantir utilise les serveurs d’Amazon.**" in text_of(answered.response)
    assert not answered.ephemeral


async def test_a_follow_up_of_a_private_answer_is_private(world: World) -> None:
    first = await world.ask(COMPARED, public=False)
    form = await world.member.click(first.response, label="Question sur cet article")
    answered = await world.member.submit_modal(form, {"question": "Palantir serveurs"})
    assert answered.ephemeral


async def test_a_follow_up_about_an_article_that_is_gone_says_so(world: World) -> None:
    first = await world.ask(COMPARED)
    await world.engine.remove([LETTER.id])
    told = await world.member.click(first.response, label="Question sur cet article")
    assert "Cet article n’est plus dans le corpus" in text_of(told.response)


async def test_a_reason_left_empty_is_thanked_for(world: World) -> None:
    first = await world.ask(COMPARED)
    form = await world.member.click(first.response, label="Pas utile")
    thanked = await world.member.submit_modal(form, {"reason": ""})
    assert "votre avis est pris en compte" in text_of(thanked.response)


async def test_a_reason_for_a_vote_that_was_deleted_is_told(world: World) -> None:
    first = await world.ask(COMPARED)
    form = await world.member.click(first.response, label="Pas utile")
    await world.bot.records.forget(world.member.id)
    told = await world.member.submit_modal(form, {"reason": "Trop long"})
    assert "Ce bouton ne fait plus rien" in text_of(told.response)


async def test_a_form_that_nothing_takes_gets_an_answer(world: World) -> None:
    first = await world.ask(COMPARED)
    form = await world.member.click(first.response, label="Pas utile")
    form._interaction.modal["custom_id"] = "v0:why"
    told = await world.member.submit_modal(form, {"reason": "Trop long"})
    assert "Ce bouton ne fait plus rien" in text_of(told.response)


def test_what_a_form_holds_is_read_in_both_of_discord_s_shapes() -> None:
    old = {"components": [{"type": 1, "components": [{"custom_id": "a", "value": "x"}]}]}
    new = {"components": [{"type": 18, "component": {"custom_id": "a", "value": "x"}}]}
    assert read_values(old) == read_values(new) == {"a": "x"}
