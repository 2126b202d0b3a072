"""Checking a message: sentence by sentence, the passages that say so or speak of it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.asking.attribution import (
    MOST,
    Finding,
    attribution_card,
    compare,
    cut_sentences,
    read_message,
)
from bot.translate import Languages
from embeddings.types import Answer, Refusal
from tests.bot.people import World, check_card, text_of
from tests.bot.samples import NASTY, hit, hits

LANGUAGES = Languages.load("fr")
FR, EN = LANGUAGES.of("fr"), LANGUAGES.of("en-US")
MENU = "Find the sources"


def test_a_message_is_cut_into_sentences_as_articles_are() -> None:
    said = "M. Le Goff est maire. La Loire monte vite ! Ah.\nDeux ponts sont fermés"
    assert cut_sentences(said) == [
        "M. Le Goff est maire.",
        "La Loire monte vite !",
        "Deux ponts sont fermés",
    ]


def test_discord_s_marks_and_addresses_are_not_looked_for_but_a_link_s_words_are() -> None:
    said = "> # **Deux ponts** sont fermés <@12> <:x:1> https://a.example\n```code ici même```"
    assert cut_sentences(said) == ["Deux ponts sont fermés"]
    linked = "[La Loire déborde dimanche](https://a.example/x)"
    assert cut_sentences(linked) == ["La Loire déborde dimanche"]


def test_a_text_without_an_end_is_cut() -> None:
    assert len(cut_sentences("mot " * 2000)[0]) <= 600


def message(content: str = "", **parts: Any) -> Any:
    """Return as much of a message as is read of it."""
    usual = {"components": [], "embeds": [], "poll": None, "message_snapshots": []}
    return SimpleNamespace(content=content, **usual | parts)


def test_everything_that_a_message_shows_is_read() -> None:
    embed = discord.Embed(title="Titre", description="Texte").add_field(name="Nom", value="Valeur")
    poll = SimpleNamespace(question="Qui ?", answers=[SimpleNamespace(text="Moi")])
    text = object.__new__(discord.TextDisplay)
    text.content = "Carte"
    shown = message("Dit", components=[text], embeds=[embed], poll=poll)
    forwarded = message("Vu", message_snapshots=[shown])
    assert read_message(forwarded).split("\n") == [
        *("Vu", "Dit", "Carte", "Titre", "Texte", "Nom", "Valeur", "Qui ?", "Moi"),
    ]


def found(*hits: Any) -> Answer:
    return Answer("?", "s1", 0.5, None, hits)


def test_a_passage_that_says_it_is_taken_before_one_that_names_it() -> None:
    names = replace(hit("La Loire coule à Orléans.", "La Loire coule"), confidence=0.9)
    says = replace(hit("Dimanche la Loire a débordé à Orléans.", "Dimanche"), confidence=0.4)
    finding = compare("La Loire a débordé à Orléans dimanche.", found(names, says), FR)
    assert (finding.kind, finding.hit) == ("says", says)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("La Loire a débordé à Orléans dimanche.", "says"),
        ("La Loire a débordé à Orléans en 1856.", "speaks"),
        ("La Loire est un fleuve très aimé des pêcheurs.", "speaks"),
    ],
)
def test_what_lacks_a_word_or_a_figure_is_only_spoken_of(sentence: str, kind: str) -> None:
    one = replace(hit("Dimanche la Loire a débordé à Orléans.", "Dimanche"), confidence=0.5)
    assert compare(sentence, found(one), FR).kind == kind


def test_a_passage_that_hardly_fits_is_nothing() -> None:
    one = replace(hit("Un volcan fume.", "Un volcan"), confidence=0.01)
    assert compare("La Loire a débordé.", found(one), FR) == Finding(
        "La Loire a débordé.", "nothing"
    )


def test_the_reader_s_language_is_taken_where_it_says_so_too() -> None:
    said = "Google Orléans Loire 2018."
    theirs = replace(hit(said, said, language="en"), confidence=0.9)
    ours = replace(hit(said, said, language="fr"), confidence=0.5)
    assert compare(said, found(theirs, ours), FR).hit == ours
    assert compare(said, found(theirs, ours), EN).hit == theirs


@trying(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.data())
async def test_every_attribution_keeps_to_the_limits(data: st.DataObject) -> None:
    findings = []
    for _ in range(data.draw(st.integers(1, MOST))):
        sentence = data.draw(st.one_of(NASTY, st.just("*" * 600)))
        one = data.draw(st.none() | hits())
        kind = data.draw(st.sampled_from(["says", "speaks"])) if one else "nothing"
        findings.append(Finding(sentence, kind, one))
    check_card(attribution_card(findings, data.draw(st.integers(0, 3)), FR))


async def test_each_sentence_has_its_passage_or_none(world: World) -> None:
    message = await world.stranger_here.send(
        world.channel, "La Loire a débordé à Orléans dimanche. Un volcan fume en Auvergne."
    )
    result = await world.member.context_menu(world.channel, MENU, message)
    text = text_of(result.response)
    assert result.ephemeral
    assert "-# La Loire a débordé à Orléans dimanche.\n**Un article le dit :**\n> « " in text
    assert "-# Un volcan fume en Auvergne.\nAucun article n’en parle." in text


async def test_sentences_beyond_the_fifth_are_counted(world: World) -> None:
    said = " ".join(
        f"La Loire a débordé {n} fois."
        for n in ["une", "deux", "trois", "quatre", "cinq", "six", "sept"]
    )
    message = await world.stranger_here.send(world.channel, said)
    result = await world.member.context_menu(world.channel, MENU, message)
    assert "2 autres phrases n’ont pas été cherchées." in text_of(result.response)


@pytest.mark.parametrize("content", ["ok", "le la les des"])
async def test_a_message_without_anything_to_look_for_is_told(world: World, content: str) -> None:
    message = await world.stranger_here.send(world.channel, content)
    result = await world.member.context_menu(world.channel, MENU, message)
    assert "il en faut une de trois mots au moins" in text_of(result.response)


@pytest.mark.discord(answer_timeout=0.05)
async def test_a_search_that_takes_too_long_is_told(world: World) -> None:
    world.engine.delay = 5
    message = await world.stranger_here.send(world.channel, "La Loire a débordé dimanche.")
    result = await world.member.context_menu(world.channel, MENU, message)
    assert "a pris trop de temps" in text_of(result.response)


def test_nothing_found_anywhere_is_told_for_each_sentence() -> None:
    refused = Answer("?", "s1", None, Refusal.NOT_FOUND)
    assert compare("Un volcan fume.", refused, FR).kind == "nothing"
