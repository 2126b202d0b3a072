"""Who may confirm what was proposed, when, and how often."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from simcord.backend.errors import SetupError

from embeddings.errors import StorageError
from tests.bot.admin.test_additions import STORY, add, ids
from tests.bot.making import make_bot
from tests.bot.people import World, buttons_of, text_of

if TYPE_CHECKING:
    from simcord.results import InteractionResult


async def test_members_are_not_shown_the_command(world: World) -> None:
    with pytest.raises(SetupError, match="default-member-permissions"):
        await world.member.slash(world.channel, "admin add", url="https://a.example")


async def test_a_member_cannot_confirm(world: World) -> None:
    shown = await add(world, file=("crue.txt", STORY))
    told = await click_as_member(world, shown, "Confirmer")
    assert "Seules les personnes qui gèrent ce serveur" in text_of(told.response)
    assert ids(world) == set()


@pytest.mark.parametrize("label", ["Confirmer", "Corriger", "Annuler"])
async def test_somebody_who_is_no_admin_any_more_can_do_nothing(world: World, label: str) -> None:
    shown = await add(world, file=("crue.txt", STORY))
    told = await click_as_member(world, shown, label)
    assert "Seules les personnes qui gèrent ce serveur" in text_of(told.response)
    assert len(world.own._proposals) == 1


async def click_as_member(world: World, shown: InteractionResult, label: str) -> Any:
    """Take the admin's rights away, and have them click."""
    world.guild._guild.members[world.admin.id].role_ids.clear()
    return await world.admin.click(shown.response, label=label)


async def test_what_one_server_adds_another_does_not_see(world: World) -> None:
    shown = await add(world, file=("crue.txt", STORY))
    await world.admin.click(shown.response, label="Confirmer")
    asked = await world.stranger.slash(world.their_channel, "ask", question="Loire monte attend")
    assert "La crue\n" not in text_of(asked.response)
    assert "1. La crue\n" in text_of((await world.ask("Loire monte attend")).response)


async def test_only_the_operator_changes_what_all_servers_share(world: World) -> None:
    shown = await add(world, file=("crue.txt", STORY), shared=True)
    assert "Seul l’opérateur de ce robot" in text_of(shown.response)


async def test_the_operator_changes_what_all_servers_share(world: World) -> None:
    world.bot.owner_id = world.admin.id
    shown = await add(world, file=("crue.txt", STORY), shared=True)
    await world.admin.click(shown.response, label="Confirmer")
    assert "la-crue" in {article.id for article in world.engine.sources()}
    assert ids(world) == set()


async def test_a_proposal_for_all_servers_is_not_confirmed_by_another_admin(world: World) -> None:
    world.bot.owner_id = world.admin.id
    shown = await add(world, file=("crue.txt", STORY), shared=True)
    world.bot.owner_id = 1
    told = await world.admin.click(shown.response, label="Confirmer")
    assert "Seul l’opérateur" in text_of(told.followups[0])
    assert "la-crue" not in {article.id for article in world.engine.sources()}


@pytest.mark.parametrize("label", ["Confirmer", "Annuler", "Corriger"])
async def test_the_buttons_outlive_a_restart(world: World, settings: Any, label: str) -> None:
    shown = await add(world, file=("crue.txt", STORY))
    await restart(world, settings)
    clicked = await world.admin.click(shown.response, label=label)
    assert clicked.acknowledged
    assert clicked.followups == []
    assert ids(world) == ({"la-crue"} if label == "Confirmer" else set())


async def restart(world: World, settings: Any) -> None:
    """Start another bot over the same data."""
    collections = world.bot.collections
    await world.env.restart_bot(make_bot(settings, collections))


@pytest.mark.parametrize("label", ["Confirmer", "Corriger"])
async def test_a_proposal_that_is_too_old_is_told(world: World, label: str) -> None:
    shown = await add(world, file=("crue.txt", STORY))
    world.own._proposals.clear()
    told = await world.admin.click(shown.response, label=label)
    said = text_of(told.followups[0] if told.followups else told.response)
    assert "Cette proposition n’est plus là" in said


async def test_a_second_click_gets_a_kind_sentence(world: World) -> None:
    shown = await add(world, file=("crue.txt", STORY))
    stale = shown.response
    assert stale is not None
    custom_id = buttons_of(stale)["Confirmer"]["custom_id"]
    await world.admin.click(stale, label="Confirmer")
    stored = world.env.backend.get_message(stale.channel_id, stale.id)
    stored.components = [
        {
            "type": 1,
            "components": [{"type": 2, "style": 3, "label": "Encore", "custom_id": custom_id}],
        }
    ]
    told = await world.admin.click(stale, label="Encore")
    assert "Cette proposition n’est plus là" in text_of(told.followups[0])
    assert [what for what, _ in world.own.done_by] == ["confirm"]


async def test_somebody_else_who_writes_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card says so within a second, and then what was done."""
    monkeypatch.setattr("bot.admin.progress.AGAIN", 0.05)
    monkeypatch.setattr("bot.admin.progress.FIRST", 0.1)
    shown = await add(world, file=("crue.txt", STORY))
    world.own.busy = True

    async def free() -> None:
        await world.edited_to_say("ce sera ensuite votre tour")
        world.own.busy = False

    freeing = asyncio.create_task(free())
    await world.admin.click(shown.response, label="Confirmer")
    await freeing
    assert "C’est publié." in text_of(shown.response)
    assert ids(world) == {"la-crue"}


async def test_a_full_disk_is_told(world: World) -> None:
    world.own.failure = StorageError("The disk is full.")
    shown = await add(world, file=("crue.txt", STORY))
    assert "Le disque est plein ou protégé" in text_of(shown.response)
    world.env.errors.clear()
