"""Which collection an admin changes, and that nobody waits for one in vain."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.errors import BotError
from bot.servers import rules
from bot.servers.rules import find_collection
from tests.bot.people import World, text_of
from tests.fakes import LETTER

if TYPE_CHECKING:
    from embeddings.engine import SearchEngine


async def test_a_collection_that_is_slow_to_open_keeps_nobody_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(_server: int, *, create: bool = False) -> SearchEngine:
        await asyncio.sleep(60)
        raise AssertionError

    monkeypatch.setattr("bot.context.PROMPT", 0.01)
    monkeypatch.setattr(world.bot.collections, "of", slow)
    told = await world.admin.slash(world.channel, "admin edit", article="x")
    assert "sont en train d’être chargés" in text_of(told.response)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("operator", [True, False])
async def test_the_operator_means_the_shared_articles_where_there_are_no_others(
    world: World, own: bool, operator: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_operator(*_: Any) -> bool:
        return operator

    monkeypatch.setattr(rules, "is_operator", is_operator)
    if own:
        world.own.put(LETTER)
    else:
        monkeypatch.setattr(world.own, "snapshots", tuple)
    interaction: Any = type(
        "Interaction",
        (),
        {
            "extras": {},
            "guild_id": world.guild.id,
            "client": world.bot,
            "user": None,
            "type": discord.InteractionType.application_command,
        },
    )
    assert await rules.prefers_shared(interaction) is (operator and not own)
    await world.own.remove([article.id for article in world.own.sources()])
    assert await rules.prefers_shared(interaction) is (operator and not own), "emptied"
    if operator:  # who names a collection means it
        for shared in (True, False):
            assert (await find_collection(interaction, shared=shared)).is_shared is shared


async def test_without_a_server_there_is_no_collection_of_ones_own() -> None:
    interaction: Any = type("Interaction", (), {"extras": {}, "guild_id": None})()
    interaction.client = type("Bot", (), {"collections": None})()
    with pytest.raises(BotError, match="server-only"):
        await find_collection(interaction, shared=False)
