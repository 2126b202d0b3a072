"""What admins may do, and that nobody else may, whatever Discord was told."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import discord
import pytest
from simcord.backend.errors import SetupError

from bot.errors import BotError
from bot.servers.rules import is_manager, require_editor
from config.groups import DiscordSettings
from config.settings import Settings
from tests.bot.people import World, buttons_of, text_of
from tests.fakes import LETTER, STORIES

if TYPE_CHECKING:
    from simcord.results import InteractionResult


@pytest.fixture
def world(world: World) -> World:
    """The same world, whose server has stories of its own."""
    for article in STORIES:
        world.own.put(replace(article, collection=world.own.name))
    return world


async def admin(world: World, command: str, **options: Any) -> InteractionResult:
    return await world.admin.slash(world.channel, f"admin {command}", **options)


async def test_members_are_not_shown_the_admin_commands(world: World) -> None:
    with pytest.raises(SetupError, match="default-member-permissions"):
        await world.member.slash(world.channel, "admin status")


async def test_whoever_discord_lets_in_may_use_the_commands(world: World) -> None:
    """A server's admins say who may, in its settings of integrations."""
    registered = world.env.backend.find_command("admin", world.guild.id)
    assert registered is not None
    registered["default_member_permissions"] = None
    result = await world.member.slash(world.channel, "admin status")
    assert "3 articles, 6 passages" in text_of(result.response)
    assert result.ephemeral


async def test_the_admin_commands_are_not_offered_in_private(world: World) -> None:
    assert not [c for c in world.friend.available_commands() if c.startswith("admin")]


async def test_status_says_what_serves(world: World) -> None:
    result = await admin(world, "status")
    text = text_of(result.response)
    assert result.ephemeral
    assert "3 articles, 6 passages\nDernier changement : <t:1767268800:f>" in text
    assert "à partir d’une confiance de 30 %" in text
    assert "Instantané" not in text
    told = text_of((await admin(world, "status", details=True)).response)
    assert "Instantané : s1" in told
    assert "fake (8 dimensions)" in told


async def test_reindex_reports_what_it_did(world: World) -> None:
    result = await admin(world, "reindex")
    text = text_of(result.response)
    assert result.ephemeral
    assert "L’indexation est finie." in text
    assert "textes lus par le modèle : 0, repris : 6" in text


async def test_a_full_reindex_computes_everything_anew(world: World) -> None:
    told = text_of((await admin(world, "reindex", full=True)).response)
    assert "textes lus par le modèle : 6, repris : 0" in told


async def test_who_waits_for_long_is_told_since_when(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.admin.progress.PATIENCE", 0.0)
    world.own.busy = True
    result = await admin(world, "reindex")
    assert "début : <t:1767268800:R>" in text_of(result.response)


async def test_rollback_serves_the_snapshot_before(world: World) -> None:
    await admin(world, "reindex")
    result = await admin(world, "rollback")
    assert "Retour à l’instantané du <t:1767268800:f>." in text_of(result.response)
    assert world.own.status().snapshot == "s1"
    world.locale = "en-GB"
    await admin(world, "reindex")
    told = text_of((await admin(world, "rollback")).response)
    assert "Articles: 0 came back, 0 changed, 0 removed" in told


async def test_rollback_suggests_the_snapshots_that_do_not_serve(world: World) -> None:
    await admin(world, "reindex")
    offered = await world.admin.autocomplete(world.channel, "admin rollback", "snapshot", "")
    assert [c["value"] for c in offered] == ["s1"]


async def test_an_unknown_snapshot_gets_a_sentence(world: World) -> None:
    result = await admin(world, "rollback", snapshot="s9")
    said = "Rien n’a changé. Il n’y a pas d’instantané « s9 » ; sont gardés : s1."
    assert text_of(result.response).replace("\N{NO-BREAK SPACE}", " ") == said


async def test_a_removal_is_confirmed_first(world: World) -> None:
    result = await admin(world, "remove", article=LETTER.id)
    assert LETTER.id in {s.id for s in world.own.sources()}
    await world.admin.click(result.response, label="Retirer")
    assert LETTER.id not in {s.id for s in world.own.sources()}
    assert f"Retirés :\n- {LETTER.title}" in text_of(result.response)
    assert buttons_of(result.response) == {}


async def test_articles_to_remove_are_suggested(world: World) -> None:
    offered = await world.admin.autocomplete(world.channel, "admin remove", "article", "amazon")
    assert [c["value"] for c in offered] == [LETTER.id]


async def test_an_unknown_article_is_not_removed(world: World) -> None:
    result = await admin(world, "remove", article="volcan")
    assert "Aucun article de ce serveur ne porte ce titre" in text_of(result.response)


async def test_a_removal_is_not_confirmed_by_somebody_who_may_not(world: World) -> None:
    result = await admin(world, "remove", article=LETTER.id)
    world.bot.settings = Settings(discord=DiscordSettings())
    world.guild._guild.members[world.admin.id].role_ids.clear()
    told = await world.admin.click(result.response, label="Retirer")
    assert "Seules les personnes qui gèrent ce serveur" in text_of(told.response)
    assert LETTER.id in {s.id for s in world.own.sources()}


async def test_an_article_that_is_gone_by_then_is_told(world: World) -> None:
    result = await admin(world, "remove", article=LETTER.id)
    await world.own.remove([LETTER.id])
    await world.admin.click(result.response, label="Retirer")
    assert "« lettre-amazon » a été retiré" in text_of(result.response)


async def test_an_article_that_the_engine_does_not_know_is_told(world: World) -> None:
    result = await admin(world, "remove", article=LETTER.id)
    del world.own._corpus[LETTER.id]
    await world.admin.click(result.response, label="Retirer")
    assert "Rien n’a changé, car ceci" in text_of(result.response)


async def test_status_without_a_snapshot_says_so(world: World) -> None:
    status = replace(world.own.status(), snapshot=None, created_at=None, notes=("Vide.",))
    world.own.status = lambda: status
    text = text_of((await admin(world, "status")).response)
    assert "Rien n’est encore publié." in text
    assert "-# Une remarque attend l’opérateur" in text
    assert "Vide." not in text


def anybody(permissions: int, user: int = 1, *roles: int) -> Any:
    """Return what somebody does on a server, as far as that is read."""
    member = object.__new__(discord.Member)
    member._user = SimpleNamespace(id=user)
    member._roles = discord.utils.SnowflakeList(roles)
    member.guild = SimpleNamespace(get_role=bool)
    settings = SimpleNamespace(discord=DiscordSettings(admin_users=(7,), admin_roles=(8,)))
    return SimpleNamespace(
        guild_id=1,
        type=discord.InteractionType.component,
        user=member,
        permissions=discord.Permissions(permissions),
        client=SimpleNamespace(settings=settings),
    )


def test_those_with_the_permission_or_an_id_of_the_settings_manage() -> None:
    found = [
        is_manager(anybody(1 << 3)),
        is_manager(anybody(1 << 5)),
        is_manager(anybody(1 << 13)),
        is_manager(anybody(0, 7)),
        is_manager(anybody(0, 1, 8)),
        is_manager(anybody(0, 9, 9)),
    ]
    assert found == [True, True, False, True, True, False]


def test_nobody_is_an_editor_in_private() -> None:
    interaction = anybody(1 << 3)
    interaction.guild_id = None
    assert not is_manager(interaction)
    with pytest.raises(BotError, match="server-only"):
        require_editor(interaction)


async def test_the_operator_sees_which_collections_there_are(world: World) -> None:
    assert "Collections" not in text_of((await admin(world, "status")).response)
    world.bot.owner_id = world.admin.id
    text = text_of((await admin(world, "status", shared=True, details=True)).response)
    assert "Collections : shared" in text
