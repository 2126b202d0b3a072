"""The list of articles, and reading one page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.ui.naming import make_digest
from tests.bot.people import World, buttons_of, select_of, text_of
from tests.fakes import LETTER, RIVER


async def listed(world: World, **options: str) -> str:
    return text_of((await world.member.slash(world.channel, "sources", **options)).response)


def titles(text: str) -> list[str]:
    return [line.strip("*") for line in text.splitlines() if line.startswith("**")]


async def test_the_list_is_for_the_one_who_asked(world: World) -> None:
    assert (await world.member.slash(world.channel, "sources")).ephemeral


async def test_the_newest_articles_come_first(world: World) -> None:
    assert titles(await listed(world)) == [
        "La Loire en crue à Orléans",
        "A bakery opens in Lyon",
        "Des employés d'Amazon écrivent à leur direction",
    ]


async def test_articles_are_sorted_by_title(world: World) -> None:
    assert titles(await listed(world, sort="title"))[0] == "A bakery opens in Lyon"


async def test_articles_are_sorted_by_source(world: World) -> None:
    assert titles(await listed(world, sort="source"))[-1] == "A bakery opens in Lyon"


async def test_the_filter_does_not_mind_case_and_accents(world: World) -> None:
    assert titles(await listed(world, filter="ORLEANS gazette")) == ["La Loire en crue à Orléans"]


async def test_a_filter_that_nothing_fits_says_so(world: World) -> None:
    text = await listed(world, filter="volcan")
    assert "Aucun article" in text
    assert "volcan" in text


async def test_pages_are_turned_in_place(world: World) -> None:
    for number in range(25):
        world.engine.put(replace(RIVER, id=f"a-{number}", title=f"Article {number:02}"))
    first = await world.member.slash(world.channel, "sources", sort="title")
    turned = await world.member.click(first.response, label="Suivant")
    assert turned.followups == []
    assert "Page 2 sur 3" in text_of(first.response)
    assert {"Précédent", "Suivant"} <= set(buttons_of(first.response))
    await world.member.click(first.response, label="Suivant")
    assert "Suivant" not in buttons_of(first.response)


async def test_a_source_that_nobody_publishes_is_no_empty_corpus(world: World) -> None:
    shown = await world.member.slash(world.channel, "sources", source="Le Matin")
    assert "Aucun article ne vient de « Le Matin »" in text_of(shown.response)
    assert buttons_of(shown.response) == {}


async def test_the_order_is_changed_in_place_and_the_filter_kept(world: World) -> None:
    first = await world.member.slash(world.channel, "sources", filter="a")
    await world.member.click(first.response, label="Par titre")
    text = text_of(first.response)
    assert titles(text)[0] == "A bakery opens in Lyon"
    assert "Filtre" in text


async def test_an_article_is_opened_from_the_list(world: World) -> None:
    first = await world.member.slash(world.channel, "sources")
    chosen = await world.member.select(
        first.response, [make_digest(RIVER.id)], custom_id=select_of(first.response)["custom_id"]
    )
    assert chosen.ephemeral
    assert "> La Loire a débordé dimanche à Orléans." in text_of(chosen.response)


async def test_the_list_is_narrowed_to_a_source_and_a_month(world: World) -> None:
    offered = await world.member.autocomplete(world.channel, "sources", "month", "juin")
    assert [choice["value"] for choice in offered] == ["2018-06"]
    assert titles(await listed(world, month="2018-06")) == [LETTER.title]
    assert titles(await listed(world, source="la gazette")) == [RIVER.title]
    text = await listed(world, source="la gazette", month="2018-06")
    assert "Aucun article" in text
    assert "Filtre : La Gazette · juin 2018" in text


@pytest.mark.parametrize("month", ["juin", "2018-13", "2018-xx", "0000-01", "9" * 200])
async def test_what_is_no_month_is_told(world: World, month: str) -> None:
    assert "comme un mois" in await listed(world, month=month)


async def test_a_page_is_gone_to_by_its_number(world: World) -> None:
    for number in range(35):
        world.engine.put(replace(RIVER, id=f"a-{number}", title=f"Article {number:02}"))
    third = await world.member.slash(world.channel, "sources", page=3)
    assert "Page 3 sur 4" in text_of(third.response)
    form = await world.member.click(third.response, label="Aller à la page…")
    await world.member.submit_modal(form, {"page": "2"})
    assert "Page 2 sur 4" in text_of(third.response)
    form = await world.member.click(third.response, label="Aller à la page…")
    told = await world.member.submit_modal(form, {"page": "deux"})
    assert "Écrivez le numéro d’une page" in text_of(told.response)


async def test_of_several_articles_with_a_title_one_is_asked_which(world: World) -> None:
    world.engine.put(replace(RIVER, id="autre", date=date(2019, 1, 1)))
    asked = await world.member.slash(world.channel, "source", title=RIVER.title)
    assert "Plusieurs articles correspondent à ce titre." in text_of(asked.response)
    labels = [option["label"] for option in select_of(asked.response)["options"]]
    assert len(set(labels)) == 2
    assert any("2019-01-01" in label for label in labels)


async def test_articles_of_one_title_and_one_day_are_told_apart_by_their_source(
    world: World,
) -> None:
    for n, source in enumerate(("Ouest Info", "Sud Info", "Sud Info")):
        world.engine.put(replace(RIVER, id=f"autre-{n}", source=source))
    asked = await world.member.slash(world.channel, "source", title=RIVER.title)
    labels = [option["label"] for option in select_of(asked.response)["options"]]
    assert sorted(label.partition("… ")[2] for label in labels) == [
        *("(La Gazette)", "(Ouest Info)", "(autre-1)", "(autre-2)"),
    ]


async def test_titles_are_suggested(world: World) -> None:
    offered = await world.member.autocomplete(world.channel, "source", "title", "loire crue")
    assert offered == [{"name": RIVER.title, "value": make_digest(RIVER.id)}] or (
        offered[0]["name"],
        offered[0]["value"],
    ) == (RIVER.title, make_digest(RIVER.id))


async def test_an_article_is_read_passage_by_passage(world: World) -> None:
    first = await world.member.slash(world.channel, "source", title=make_digest(LETTER.id))
    assert "> Plusieurs employés d’Amazon" in text_of(first.response)
    assert "Précédent" not in buttons_of(first.response)
    await world.member.click(first.response, label="Suivant")
    assert "> La lettre compare" in text_of(first.response)
    await world.member.click(first.response, label="Suivant")
    assert "Paragraphe 3 sur 3" in text_of(first.response)
    assert "Suivant" not in buttons_of(first.response)
    await world.member.click(first.response, label="Précédent")
    assert "> La lettre compare" in text_of(first.response)


async def test_a_title_that_was_typed_whole_is_found(world: World) -> None:
    result = await world.member.slash(world.channel, "source", title="la loire en crue a orleans")
    assert "La Loire en crue" in text_of(result.response)


async def test_an_unknown_title_gets_a_sentence(world: World) -> None:
    result = await world.member.slash(world.channel, "source", title="Le volcan")
    assert "Aucun article ne porte ce titre" in text_of(result.response)


async def test_a_page_of_an_article_that_is_gone_gets_a_sentence(world: World) -> None:
    first = await world.member.slash(world.channel, "source", title=make_digest(LETTER.id))
    await world.engine.remove([LETTER.id])
    clicked = await world.member.click(first.response, label="Suivant")
    assert "Cet article n’est plus dans le corpus" in text_of(clicked.followups[0])
    assert "> Plusieurs employés" in text_of(first.response)


async def test_an_article_that_is_not_what_was_indexed_is_not_quoted(world: World) -> None:
    world.engine._corpus[LETTER.id] = replace(LETTER, text=LETTER.text.replace("IBM", "XYZ"))
    result = await world.member.slash(world.channel, "source", title=make_digest(LETTER.id))
    assert "Ce passage a changé" in text_of(result.response)
