"""A question over a crash: what was acknowledged is answered after the restart, once, or told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.asking.asking import ask_again
from bot.delivery import take_up
from embeddings.store.people import Unfinished
from embeddings.store.records import Records
from tests.bot.people import World

QUESTION = "Que compare la lettre ?"
OTHER = "token-4"
LATER = "9999-01-01T00:00:00+00:00"
"""A run that begins after everything that is kept."""


def records(world: World) -> Records:
    found: Records = world.bot.records
    return found


def sent(world: World) -> list[Any]:
    """Return what was sent in place of an acknowledgement, by its token."""
    return [r for r in world.env.http_requests if r.method == "PATCH" and "token" in r.path]


async def test_nothing_is_left_of_a_question_that_was_answered(world: World) -> None:
    await world.ask(QUESTION)
    await world.env.settle()
    assert await records(world).list_unfinished() == []


async def test_what_a_crash_cut_off_is_answered_once(world: World) -> None:
    row = Unfinished("token-1", world.member.id, world.guild.id, "fr", QUESTION, private=False)
    await records(world).keep(row)
    await take_up(world.bot, LATER, ask_again)
    assert world.engine.asked[-1][0] == QUESTION
    assert len(sent(world)) == 1
    await take_up(world.bot, LATER, ask_again)
    assert len(sent(world)) == 1
    assert await records(world).list_unfinished() == []


@pytest.mark.parametrize("locale", ["fr", "en-GB"])
async def test_a_question_that_leant_on_more_than_its_words_is_to_be_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch, locale: str
) -> None:
    """Without its days, another question would be answered."""
    world.locale = locale
    with monkeypatch.context() as crash:
        crash.setattr(Records, "end", _forget_nothing)
        await world.ask(QUESTION, since="2018")
        await world.env.settle()
    (row,) = await records(world).list_unfinished()
    assert row.question == ""
    await records(world).end(Unfinished, row.token)
    await records(world).keep(replace(row, token=OTHER))
    asked = len(world.engine.asked)
    await take_up(world.bot, LATER, ask_again)
    told = {"fr": "posez la question de nouveau", "en-GB": "please ask again"}
    assert told[locale] in str(sent(world)[-1].json)
    assert len(world.engine.asked) == asked + 1


async def _forget_nothing(*_: object) -> bool:
    return False


async def test_what_this_run_is_answering_is_left_to_it(world: World) -> None:
    row = Unfinished("token-2", world.member.id, world.guild.id, "fr", QUESTION, private=False)
    await records(world).keep(row)
    await take_up(world.bot, "2000-01-01T00:00:00+00:00", ask_again)
    assert sent(world) == []


async def test_what_cannot_be_answered_any_more_says_so(world: World) -> None:
    row = Unfinished("token-3", world.member.id, world.guild.id, "fr", "???", private=True)
    await records(world).keep(row)
    await take_up(world.bot, LATER, ask_again)
    assert "redémarré" in str(sent(world)[0].json)
