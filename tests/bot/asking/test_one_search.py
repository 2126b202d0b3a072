"""Every search counts, wherever it is asked for; and a click is heard before the disk is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.running.supervise import next_wait
from bot.servers.rules import list_channels
from bot.ui.catalogue import Catalogue
from bot.ui.naming import make_digest
from embeddings.errors import StorageError
from embeddings.store.people import Vote
from embeddings.types import Filters
from tests.bot.people import World, buttons_of, text_of
from tests.fakes import RIVER, FakeEngine

QUESTION = "Que compare la lettre ?"
MENU = "Find the sources"
DAY = 86_400


def many(engine: FakeEngine) -> None:
    """Have several articles that answer one question."""
    for number in range(8):
        text = f"La crue numéro {number} a fermé des ponts à Orléans."
        engine.put(replace(RIVER, id=f"crue-{number}", title=f"Crue {number}", text=text))


@pytest.mark.discord(cooldown_user=60)
async def test_to_find_the_sources_of_a_message_is_to_ask(world: World) -> None:
    message = await world.stranger_here.send(world.channel, "La Loire a débordé dimanche.")
    await world.member.context_menu(world.channel, MENU, message)
    again = await world.member.context_menu(world.channel, MENU, message)
    assert "Un instant" in text_of(again.response)
    assert len(world.engine.asked) == 1


async def test_sources_are_not_searched_for_in_a_channel_that_is_not_chosen(world: World) -> None:
    await world.admin.slash(world.channel, "admin settings", allow=world.other_channel)
    message = await world.stranger_here.send(world.channel, "La Loire a débordé dimanche.")
    result = await world.member.context_menu(world.channel, MENU, message)
    assert "d’autres salons" in text_of(result.response)


@pytest.mark.discord(cooldown_user=60)
async def test_more_passages_come_at_once_and_then_no_sooner_than_another_question(
    world: World,
) -> None:
    many(world.engine)
    first = await world.ask("ponts fermés crue Orléans")
    more = await world.member.click(first.response, label="D’autres passages")
    assert "Crue" in text_of(more.response)
    again = await world.member.click(first.response, label="D’autres passages")
    assert "Un instant" in text_of(again.response)
    assert len(world.engine.asked) == 2


def thread(parent: object) -> Any:
    """Return a thread, in a channel or in one that is not in memory."""
    made = object.__new__(discord.Thread)
    made.id, made.parent_id = 7, 5
    made.guild = SimpleNamespace(get_channel=lambda _id: parent)
    return made


def test_a_channel_is_known_by_its_category_too() -> None:
    cases: list[Any] = [
        (SimpleNamespace(id=5, category_id=9), [5, 9]),
        (SimpleNamespace(id=5, category_id=None), [5]),
        (thread(SimpleNamespace(id=5, category_id=9)), [7, 5, 9]),
        (thread(None), [7, 5]),
        (None, []),
    ]
    assert [(channel, ids) for channel, ids in cases if list_channels(channel) != ids] == []


def test_a_day_of_new_starts_is_fewer_sessions_than_cost_the_token() -> None:
    wait, seconds, starts = 0.0, 0.0, 0
    while seconds < DAY:
        wait = next_wait(wait, 0.0)
        seconds, starts = seconds + 0.8 * wait, starts + 1
    assert starts < 1000


async def test_an_answer_keeps_its_button_when_it_could_not_be_shown(world: World) -> None:
    private = await world.ask(QUESTION, public=False)
    world.env.inject_error("POST", "/webhooks/*", status=403, times=1)
    told = await world.member.click(private.response, label="Publier dans le salon")
    assert "Discord ne me laisse pas écrire" in text_of(told.followups[0])
    assert "Publier dans le salon" in buttons_of(private.response)


LONG = "La Gazette des bords de Loire, du Cher et de l’Indre " * 3


def test_a_source_is_found_by_its_digest_however_long_its_name_is() -> None:
    catalogue = Catalogue((replace(RIVER, source=LONG).summary(2),))
    assert catalogue.find_source(make_digest(LONG)) == LONG


async def test_a_suggested_source_narrows_the_question_however_long_its_name_is(
    world: World,
) -> None:
    world.engine.put(replace(RIVER, source=LONG))
    offered = await world.member.autocomplete(world.channel, "ask", "source", "gaz", question="x")
    assert len(offered[0]["name"]) <= 100
    await world.ask("ponts", source=offered[0]["value"])
    assert world.engine.asked[-1] == ("ponts", Filters(source=LONG))


@pytest.mark.parametrize("label", ["Utile", "Pas utile"])
async def test_a_vote_is_acknowledged_before_it_is_written(
    world: World, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    first = await world.ask(QUESTION)
    before, heard = len(_callbacks(world)), []

    async def vote(_: Vote) -> None:
        heard.append(len(_callbacks(world)) - before)

    monkeypatch.setattr(world.bot.records, "keep", vote)
    await world.member.click(first.response, label=label)
    assert heard == [1]


def _callbacks(world: World) -> list[Any]:
    return [r for r in world.env.http_requests if r.path.endswith("/callback")]


async def test_a_vote_that_cannot_be_written_is_told_behind_its_form(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def vote(_: Vote) -> None:
        raise StorageError("full")

    first = await world.ask(QUESTION)
    monkeypatch.setattr(world.bot.records, "keep", vote)
    clicked = await world.member.click(first.response, label="Pas utile")
    assert "Le disque est plein" in text_of(clicked.followups[0])


async def test_an_answer_is_drawn_beside_the_loop(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    threaded: list[str] = []
    real = asyncio.to_thread

    async def to_thread(function: Any, *args: Any, **options: Any) -> Any:
        threaded.append(getattr(function, "func", function).__name__)
        return await real(function, *args, **options)

    monkeypatch.setattr(asyncio, "to_thread", to_thread)
    first = await world.ask(QUESTION)
    await world.member.click(first.response, label="Contexte")
    await world.member.slash(world.channel, "source", title="loire")
    assert {"answer_card", "context_card", "page_card"} <= set(threaded)
