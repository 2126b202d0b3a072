"""The gate of golden questions, failures on the way, and going back to another snapshot."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.admin import progress as work
from embeddings.errors import BrokenQuestion, StorageError
from tests.bot.making import make_bot
from tests.bot.people import World, buttons_of, plainly, text_of
from tests.fakes import LETTER, STORIES

if TYPE_CHECKING:
    from simcord.results import InteractionResult

STORY = b"title: La crue\n\nLa Loire monte."
BROKEN = (BrokenQuestion("Que dit la *lettre* ?", "Lettre à <@1>"),)


@pytest.fixture
def world(world: World) -> World:
    """The same world, whose server has stories of its own."""
    for article in STORIES:
        world.own.put(replace(article, collection=world.own.name))
    return world


@pytest.fixture
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show progress at once."""
    monkeypatch.setattr(work, "EVERY", 0.01)


async def added(world: World) -> InteractionResult:
    """Propose a story and confirm it."""
    shown = await world.admin.slash(world.channel, "admin add", file=("crue.txt", STORY))
    await world.admin.click(shown.response, label="Confirmer")
    return shown


async def removed(world: World) -> InteractionResult:
    shown = await world.admin.slash(world.channel, "admin remove", article=LETTER.id)
    await world.admin.click(shown.response, label="Retirer")
    return shown


async def reindexed(world: World) -> InteractionResult:
    return await world.admin.slash(world.channel, "admin reindex")


CHANGES = {"add": added, "remove": removed, "reindex": reindexed}


def ids(world: World) -> set[str]:
    return {article.id for article in world.own.sources()}


@pytest.mark.parametrize("change", CHANGES)
async def test_the_gate_says_which_questions_it_would_break(world: World, change: str) -> None:
    world.own.broken = BROKEN
    before, snapshot = ids(world), world.own.status().snapshot
    shown = await CHANGES[change](world)
    text = text_of(shown.response)
    assert "### Rien n’a changé" in text
    assert "95 % trouvent leur passage" in text
    assert "que 80 %" in text
    assert "- Que dit la \\*lettre\\* ? — Lettre à \\<\\@1>" in text.replace("\\>", ">")
    assert (ids(world), world.own.status().snapshot) == (before, snapshot)


@pytest.mark.parametrize("change", CHANGES)
async def test_it_may_be_published_all_the_same(world: World, settings: Any, change: str) -> None:
    world.own.broken = BROKEN
    shown = await CHANGES[change](world)
    collections = world.bot.collections
    await world.env.restart_bot(make_bot(settings, collections))
    await world.admin.click(shown.response, label="Publier quand même")
    assert world.own.status().snapshot == "s2"
    assert buttons_of(shown.response) == {}


@pytest.mark.parametrize("change", CHANGES)
async def test_it_may_be_left_as_it_is(world: World, change: str) -> None:
    world.own.broken = BROKEN
    before = ids(world)
    shown = await CHANGES[change](world)
    await world.admin.click(shown.response, label="Annuler")
    assert text_of(shown.response) == "Annulé : rien n’a changé."
    assert (ids(world), world.own._proposals) == (before, {})


@pytest.mark.parametrize("change", CHANGES)
async def test_only_admins_publish_all_the_same(world: World, change: str) -> None:
    world.own.broken = BROKEN
    shown = await CHANGES[change](world)
    world.guild._guild.members[world.admin.id].role_ids.clear()
    told = await world.admin.click(shown.response, label="Publier quand même")
    assert "Seules les personnes qui gèrent ce serveur" in text_of(told.response)
    assert world.own.status().snapshot == "s1"


async def test_many_broken_questions_are_attached_in_full(world: World) -> None:
    world.own.broken = tuple(BrokenQuestion(f"Question {n} ?", "Titre") for n in range(30))
    shown = await reindexed(world)
    assert "… et 24 de plus" in text_of(shown.response)
    assert shown.response is not None
    (attached,) = shown.response.attachments
    assert (await attached.read()).decode().count("Question ") == 30


@pytest.mark.usefixtures("prompt")
@pytest.mark.parametrize(
    ("change", "done"), [("add", "### C’est publié"), ("reindex", "### L’indexation est finie")]
)
async def test_what_fails_on_the_way_can_be_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch, change: str, done: str
) -> None:
    """And on the same terms: only the button beside the golden questions goes past them."""
    world.own.step = 0.03
    real = world.own._rebuild

    async def fail(*given: Any, **options: Any) -> Any:
        await real(*given, **options)
        raise StorageError("The disk is full.")

    monkeypatch.setattr(world.own, "_rebuild", fail)
    shown = await CHANGES[change](world)
    assert "Le disque est plein ou protégé" in text_of(shown.response)
    monkeypatch.setattr(world.own, "_rebuild", real)
    world.own.broken = BROKEN
    await world.admin.click(shown.response, label="Confirmer")
    assert "### Rien n’a changé" in text_of(shown.response)
    await world.admin.click(shown.response, label="Publier quand même")
    assert done in text_of(shown.response)


async def test_the_speed_of_the_model_is_learnt(world: World) -> None:
    await world.admin.slash(world.channel, "admin reindex", full=True)
    store = world.bot.records
    assert await store.note("pace:fake") is None  # too few texts to say
    world.own.steps, world.own.step = 40, 0.001
    began = time.monotonic()
    await world.admin.slash(world.channel, "admin reindex", full=True)
    took = time.monotonic() - began
    speed, _ = map(float, (await store.note("pace:fake")).split())
    assert 39 / took < speed < 1000  # from the first text to the last, however busy the machine


async def test_the_one_who_removes_is_noted(world: World) -> None:
    await removed(world)
    me = f"discord:{world.admin.id}"
    assert world.own.done_by == [("confirm", me)]
    (entry,) = [each for each in await world.own.audit() if each.article]
    assert (entry.what, entry.by) == ("remove", me)


async def test_a_removal_says_what_serves_then(world: World) -> None:
    shown = await removed(world)
    assert "Articles : 0 ajouté, 0 modifié, 1 retiré" in text_of(shown.response)


async def offered(world: World, typed: str = "") -> list[dict[str, Any]]:
    return await world.admin.autocomplete(world.channel, "admin rollback", "snapshot", typed)


async def test_versions_are_suggested_by_what_going_back_takes_back(world: World) -> None:
    await added(world)
    await reindexed(world)
    names = [plainly(choice["name"]) for choice in await offered(world)]
    assert names == [
        "02/01 12:00 UTC · +1 ~0 −0 · par vous · 4 articles, 7 passages",
        "Avant : « La crue » a été ajouté, 01/01 12:00 UTC",
    ]


async def test_versions_are_found_by_their_words_and_by_their_day(world: World) -> None:
    await added(world)
    await reindexed(world)
    for typed, wanted in (("02/01", "s2"), ("crue", "s1"), ("s1", "s1")):
        assert [choice["value"] for choice in await offered(world, typed)] == [wanted]


async def test_whoever_made_a_version_is_named_as_well_as_can_be(world: World) -> None:
    user = next(iter(world.bot.users))
    for who, said in (
        ("discord:123", "par discord:123 "),
        ("watch", "par watch "),
        ("", "UTC · 3 articles"),
        (f"discord:{user.id}", f"par {user.display_name} "),
    ):
        await world.own.reindex(by=who)
        await reindexed(world)
        assert any(said in f"{choice['name']} " for choice in await offered(world))


async def test_status_lists_what_is_kept(world: World) -> None:
    await added(world)
    shown = await world.admin.slash(world.channel, "admin status", details=True)
    assert f"+1 ~0 −0 · par <@{world.admin.id}>**" in text_of(shown.response)


async def test_notes_of_a_reindex_are_for_the_operator(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = world.own.reindex

    async def noted(**options: Any) -> Any:
        return replace(await real(**options), notes=("The file a.md is no article.",))

    monkeypatch.setattr(world.own, "reindex", noted)
    text = text_of((await reindexed(world)).response)
    assert "Une remarque attend l’opérateur" in text
    assert "The file a.md is no article." in caplog.text
