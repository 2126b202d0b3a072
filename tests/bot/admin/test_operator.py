"""Who the operator is: the owner of the application, its team, and who the settings name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.servers.rules import is_operator
from config.groups import DiscordSettings
from config.settings import Settings
from tests.bot.making import make_bot
from tests.fakes import FakeEngine

if TYPE_CHECKING:
    from pathlib import Path

OWNER, OTHER, NAMED = 1, 2, 3
ROLES = discord.TeamMemberRole


async def asked(tmp_path: Path, user: int, *, team: dict[int, ROLES] | None = None) -> bool:
    """Ask whether somebody is the operator of an application of one owner, or of a team."""
    discord_settings = DiscordSettings(admin_users=(NAMED,))
    bot = make_bot(Settings(data=tmp_path, discord=discord_settings), FakeEngine())
    members = [SimpleNamespace(id=i, role=role) for i, role in (team or {}).items()]
    application = SimpleNamespace(
        team=SimpleNamespace(members=members) if team else None, owner=SimpleNamespace(id=OWNER)
    )

    async def application_info() -> Any:
        return application

    bot.application_info = application_info
    return await is_operator(bot, SimpleNamespace(id=user))


@pytest.mark.parametrize(("user", "may"), [(OWNER, True), (OTHER, False), (NAMED, True)])
async def test_of_one_owners_application_that_owner_is_and_who_is_named(
    tmp_path: Path,
    user: int,
    may: bool,
) -> None:
    assert await asked(tmp_path, user) is may


@pytest.mark.parametrize(
    ("role", "may"), [(ROLES.admin, True), (ROLES.developer, True), (ROLES.read_only, False)]
)
async def test_of_a_team_those_are_who_may_change_the_application(
    tmp_path: Path,
    role: ROLES,
    may: bool,
) -> None:
    assert await asked(tmp_path, OTHER, team={OTHER: role, OWNER: ROLES.admin}) is may
