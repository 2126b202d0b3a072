"""The menu of a message: sentence by sentence, the passages that speak of it."""

from __future__ import annotations

import discord
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from simcord.components import COMPONENTS_V2_FLAG, validate_components

from bot.checking.attribution import MOST, attribution_card, sentences
from bot.translate import Languages
from bot.ui.layout import payload
from embeddings.types import Answer, Refusal
from tests.bot.people import World, text_of
from tests.bot.samples import NASTY, hits

FR = Languages.load("fr").of("fr")
MENU = "Find the sources"


def test_a_message_is_cut_into_sentences() -> None:
    assert sentences("Il pleut à Orléans. La Loire monte vite ! Ah.\nDeux ponts sont fermés") == [
        "Il pleut à Orléans.",
        "La Loire monte vite !",
        "Deux ponts sont fermés",
    ]


def test_discord_s_marks_and_links_are_not_looked_for() -> None:
    text = "> # **Deux ponts** sont fermés <@12> <:x:1> https://a.example\n```code ici même```"
    assert sentences(text) == ["Deux ponts sont fermés"]


def test_a_text_without_an_end_is_cut() -> None:
    assert len(sentences("mot " * 2000)[0]) <= 600


@trying(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.data())
async def test_every_attribution_keeps_to_the_limits(data: st.DataObject) -> None:
    found = [
        (
            data.draw(st.one_of(NASTY, st.just("*" * 600))),
            Answer("?", "s1", 0.5, None, (data.draw(hits()),))
            if data.draw(st.booleans())
            else Answer("?", "s1", None, Refusal.NOT_FOUND),
        )
        for _ in range(data.draw(st.integers(1, MOST)))
    ]
    card = attribution_card(found, data.draw(st.integers(0, 3)), FR)
    validate_components(payload(card)["view"].to_components(), flags=COMPONENTS_V2_FLAG)


async def test_each_sentence_has_its_passage_or_none(world: World) -> None:
    message = await world.stranger_here.send(
        world.channel, "La Loire a débordé à Orléans dimanche. Un volcan fume en Auvergne."
    )
    result = await world.member.context_menu(world.channel, MENU, message)
    text = text_of(result.response)
    assert result.ephemeral
    assert "-# La Loire a débordé à Orléans dimanche.\n> « **La Loire a débordé dimanche" in text
    assert "-# Un volcan fume en Auvergne.\nAucun passage n’en parle." in text


async def test_two_sentences_on_one_passage_can_both_be_shown(world: World) -> None:
    message = await world.stranger_here.send(
        world.channel, "La Loire a débordé dimanche. À Orléans la Loire a débordé."
    )
    result = await world.member.context_menu(world.channel, MENU, message)
    assert text_of(result.response).count("> «") == 2


async def test_sentences_beyond_the_fifth_are_counted(world: World) -> None:
    message = await world.stranger_here.send(world.channel, "La Loire a débordé. " * 7)
    result = await world.member.context_menu(world.channel, MENU, message)
    assert "2 autres phrases n’ont pas été cherchées." in text_of(result.response)


@pytest.mark.parametrize("content", ["ok", "le la les des"])
async def test_a_message_without_anything_to_look_for_is_told(world: World, content: str) -> None:
    message = await world.stranger_here.send(world.channel, content)
    result = await world.member.context_menu(world.channel, MENU, message)
    assert "Ce message n’a pas de texte" in text_of(result.response)


@pytest.mark.discord(answer_timeout=0.05)
async def test_a_search_that_takes_too_long_is_told(world: World) -> None:
    world.engine.delay = 5
    message = await world.stranger_here.send(world.channel, "La Loire a débordé dimanche.")
    result = await world.member.context_menu(world.channel, MENU, message)
    assert "a pris trop de temps" in text_of(result.response)


async def test_the_menus_go_with_their_parts(world: World) -> None:
    for part in ("Menu", "Admin"):
        await world.bot.remove_cog(part)  # type: ignore[attr-defined]
    kind = discord.AppCommandType.message
    assert world.bot.tree.get_commands(type=kind) == []  # type: ignore[attr-defined]
