"""Correcting what is known of an article, before it is added and after; and what was corrected."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from bot.admin.buttons import edit_form, read_changes
from bot.errors import BotError
from bot.translate import Languages
from bot.ui.handlers import Input
from tests.bot.making import make_bot
from tests.bot.people import World, buttons_of, select_of, text_of
from tests.fakes import LETTER, RIVER, STORIES

if TYPE_CHECKING:
    from simcord.results import InteractionResult

FR = Languages.load("fr").of("fr")
STORY = b"title: La crue\n\nLa Loire monte."
OTHER = b"title: Le pain\n\nLe pain cuit."
SUMMARY = LETTER.summary(3)
WRITTEN = {
    name: "" if getattr(LETTER, name) is None else str(getattr(LETTER, name))
    for name in ("title", "source", "author", "date", "url")
}


@pytest.fixture
def world(world: World) -> World:
    """The same world, whose server has stories of its own."""
    for article in STORIES:
        world.own.put(replace(article, collection=world.own.name))
    return world


async def edit(world: World, article: str = LETTER.id, **filled: str) -> InteractionResult:
    """Open the form for an article and send it with some fields changed."""
    form = await world.admin.slash(world.channel, "admin edit", article=article)
    return await world.admin.submit_modal(form, given(form) | filled)


def given(form: InteractionResult) -> dict[str, str]:
    """Return what a form holds when it is opened."""
    assert form.modal is not None
    fields = [label["component"] for label in form.modal["components"]]
    return {field["custom_id"]: field.get("value") or "" for field in fields}


def there(world: World, article: str = LETTER.id) -> Any:
    return next(a for a in world.own.sources() if a.id == article)


async def test_the_form_holds_what_is_known(world: World) -> None:
    form = await world.admin.slash(world.channel, "admin edit", article=LETTER.title)
    assert given(form) == WRITTEN
    assert form.modal is not None
    labels = [label["label"] for label in form.modal["components"]]
    assert labels == ["titre", "source", "auteur", "date, comme 2018-06-21", "adresse"]


async def test_an_edit_is_shown_before_it_counts(world: World) -> None:
    shown = await edit(world, title="Une lettre", author="Ada Lovelace", date="21/06/2018")
    text = text_of(shown.response)
    assert shown.ephemeral
    assert f"Modifié : {LETTER.title}\n" in text
    assert f"- titre : {LETTER.title} → Une lettre" in text
    assert f"- auteur : {LETTER.author or '—'} → Ada Lovelace" in text
    assert "- date : 22 juin 2018 → 21 juin 2018" in text
    assert there(world).title == LETTER.title
    await world.admin.click(shown.response, label="Confirmer")
    assert (there(world).title, there(world).date) == ("Une lettre", date(2018, 6, 21))


async def test_an_edit_may_be_cancelled(world: World) -> None:
    shown = await edit(world, title="Une lettre")
    await world.admin.click(shown.response, label="Annuler")
    assert there(world).title == LETTER.title


async def test_a_field_that_is_emptied_is_cleared(world: World) -> None:
    shown = await edit(world, article=RIVER.id, source="")
    assert "- source : La Gazette → —" in text_of(shown.response)


async def test_a_value_that_the_engine_does_not_take_is_told(world: World) -> None:
    shown = await edit(world, source="nobody")
    assert "Rien n’a changé. The source “nobody”" in text_of(shown.response)


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({}, "Rien n’a changé dans le formulaire"),
        ({"date": "un jour"}, "Je ne lis pas « un jour » comme une date"),
        ({"date": "2018"}, "Je ne lis pas « 2018 » comme une date"),
        ({"url": "ftp://a.example"}, "Ce n’est pas une adresse de page"),
        ({"title": "  "}, "Le titre est vide"),
    ],
)
async def test_what_cannot_be_stored_gets_a_sentence(
    world: World, filled: dict[str, str], said: str
) -> None:
    assert said in text_of((await edit(world, **filled)).response)


async def test_an_article_that_is_gone_by_then_is_told(world: World) -> None:
    form = await world.admin.slash(world.channel, "admin edit", article=LETTER.id)
    await world.own.remove([LETTER.id])
    told = await world.admin.submit_modal(form, given(form) | {"title": "Une lettre"})
    assert "Cet article n’est plus dans le corpus" in text_of(told.response)


async def test_an_unknown_article_has_no_form(world: World) -> None:
    told = await world.admin.slash(world.channel, "admin edit", article="volcan")
    assert "Aucun article de ce serveur ne porte ce titre" in text_of(told.response)
    world.locale = "en-GB"
    told = await world.admin.slash(world.channel, "admin history", article="volcan")
    assert "/admin history shows what was removed too" in text_of(told.response)


@pytest.mark.parametrize("command", ["edit", "remove", "history"])
async def test_articles_are_suggested(world: World, command: str) -> None:
    offered = await world.admin.autocomplete(world.channel, f"admin {command}", "article", "amazon")
    assert [(c["name"], c["value"]) for c in offered] == [(LETTER.title, LETTER.id)]


async def test_articles_that_all_share_are_suggested_to_the_operator_alone(world: World) -> None:
    await world.own.remove([LETTER.id])
    asked = ("admin edit", "article", "amazon")
    assert await world.admin.autocomplete(world.channel, *asked, shared=True) == []
    world.bot.owner_id = world.admin.id
    offered = await world.admin.autocomplete(world.channel, *asked, shared=True)
    assert [c["value"] for c in offered] == [LETTER.id]


async def test_the_form_outlives_a_restart(world: World, settings: Any) -> None:
    form = await world.admin.slash(world.channel, "admin edit", article=LETTER.id)
    collections = world.bot.collections
    await world.env.restart_bot(make_bot(settings, collections))
    shown = await world.admin.submit_modal(form, given(form) | {"title": "Une lettre"})
    assert "→ Une lettre" in text_of(shown.response)


async def test_a_form_of_somebody_who_is_no_admin_any_more_changes_nothing(world: World) -> None:
    form = await world.admin.slash(world.channel, "admin edit", article=LETTER.id)
    world.guild._guild.members[world.admin.id].role_ids.clear()
    told = await world.admin.submit_modal(form, given(form) | {"title": "Une lettre"})
    assert "Seules les personnes qui gèrent ce serveur" in text_of(told.response)
    assert world.own._proposals == {}


async def propose(world: World, *files: bytes) -> InteractionResult:
    options = {f"file-{n}" if n > 1 else "file": (f"{n}.txt", f) for n, f in enumerate(files, 1)}
    return await world.admin.slash(world.channel, "admin add", **options)


async def test_what_was_guessed_is_corrected_before_it_is_added(world: World) -> None:
    shown = await propose(world, STORY)
    assert "-# deviné : date, auteur" in text_of(shown.response)
    form = await world.admin.click(shown.response, label="Corriger")
    assert given(form)["title"] == "La crue"
    await world.admin.submit_modal(form, given(form) | {"author": "Bea", "date": "2018-06-21"})
    text = text_of(shown.response)
    assert "Bea · <t:1529578800:D>" in text
    assert "deviné" not in text
    await world.admin.click(shown.response, label="Confirmer")
    assert there(world, "la-crue").author == "Bea"


async def test_one_of_several_is_chosen_to_be_corrected(world: World) -> None:
    shown = await propose(world, STORY, OTHER)
    assert [o["label"] for o in select_of(shown.response)["options"]] == ["La crue", "Le pain"]
    form = await world.admin.select(shown.response, ["le-pain"])
    assert given(form)["title"] == "Le pain"
    await world.admin.submit_modal(form, given(form) | {"source": "La Gazette"})
    text = text_of(shown.response)
    assert "**Le pain**\n-# La Gazette" in text
    assert "**La crue**" in text


async def test_a_correction_of_a_proposal_that_is_gone_is_told(world: World) -> None:
    shown = await propose(world, STORY)
    form = await world.admin.click(shown.response, label="Corriger")
    await world.admin.click(shown.response, label="Annuler")
    told = await world.admin.submit_modal(form, given(form) | {"author": "Bea"})
    assert "Cette proposition n’est plus là" in text_of(told.followups[0])


async def test_an_article_that_is_no_longer_proposed_is_told(world: World) -> None:
    shown = await propose(world, STORY, OTHER)
    token = next(iter(world.own._proposals))
    kept = world.own._proposals[token]
    world.own._proposals[token] = replace(kept, read=kept.read[:1])
    told = await world.admin.select(shown.response, ["le-pain"])
    assert "Cette proposition n’est plus là" in text_of(told.response)


async def test_the_history_tells_what_happened_in_words(world: World) -> None:
    shown = await propose(world, STORY)
    await world.admin.click(shown.response, label="Confirmer")
    await world.own.remove([LETTER.id], by="cli")
    listed = text_of((await world.admin.slash(world.channel, "admin history")).response)
    assert re.search(rf"« La crue » a été ajouté\n-# <t:\d+:f> · par <@{world.admin.id}>", listed)
    assert re.search(rf"« {LETTER.id} » a été retiré\n-# <t:\d+:f> · par cli", listed)
    one = await world.admin.slash(world.channel, "admin history", article="la-crue")
    assert text_of(one.response).startswith("### La crue\nUn changement :\n« La crue » a")


async def test_an_article_that_was_never_changed_says_so(world: World) -> None:
    listed = await world.admin.slash(world.channel, "admin history", article=LETTER.id)
    assert "Rien n’a encore changé." in text_of(listed.response)
    assert buttons_of(listed.response) == {}


def test_only_what_was_changed_is_given() -> None:
    assert read_changes(Input({}, WRITTEN | {"source": "Le Soir "}), SUMMARY) == {
        "source": "Le Soir"
    }


def test_a_day_is_read_as_people_write_it() -> None:
    cases: list[Any] = ["2018-06-21", "21/06/2018", "21.6.2018"]
    assert [
        day
        for day in cases
        if read_changes(Input({}, WRITTEN | {"date": day}), SUMMARY) != {"date": "2018-06-21"}
    ] == []


def test_a_long_title_fits_into_the_form() -> None:
    article = replace(SUMMARY, title="x" * 4500)
    modal = edit_form(article, f"v:edit:o:{article.id}", FR)
    field = modal.to_dict()["components"][0]["component"]
    assert (len(field["value"]), field["max_length"]) == (4000, 4000)


def test_a_long_title_that_was_left_alone_is_not_cut() -> None:
    article = replace(SUMMARY, title="x" * 4500)
    with pytest.raises(BotError, match="nothing-changed"):
        read_changes(Input({}, WRITTEN | {"title": "x" * 4000}), article)
