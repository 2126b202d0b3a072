"""Which collection an admin changes, and that nobody waits for one in vain."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.admin import target as choosing
from bot.admin.target import find_article, is_shared, target, where
from bot.errors import BotError
from tests.bot.people import World, text_of
from tests.fakes import LETTER, FakeEngine

if TYPE_CHECKING:
    from embeddings.engine import SearchEngine


def test_a_button_says_whether_it_is_about_the_shared_collection() -> None:
    cases: list[Any] = [True, False]
    assert [
        shared for shared in cases if is_shared({"where": where(shared=shared)}) is not shared
    ] == []


def test_an_article_that_is_gone_is_told() -> None:
    engine: Any = FakeEngine(())
    with pytest.raises(BotError, match="article-gone"):
        find_article(engine, LETTER.id)


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

    monkeypatch.setattr(choosing, "is_operator", is_operator)
    if own:
        world.own.put(LETTER)
    else:
        monkeypatch.setattr(world.own, "snapshots", tuple)
    interaction: Any = type(
        "Interaction",
        (),
        {"extras": {}, "guild_id": world.guild.id, "client": world.bot, "user": None},
    )
    assert await choosing.choose(interaction, shared=None) is (operator and not own)
    await world.own.remove([article.id for article in world.own.sources()])
    assert await choosing.choose(interaction, shared=None) is (operator and not own), "emptied"
    assert await choosing.choose(interaction, shared=True)
    assert not await choosing.choose(interaction, shared=False)


async def test_without_a_server_there_is_no_collection_of_ones_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def may(*_: Any, **__: Any) -> None:
        return None

    monkeypatch.setattr(choosing, "require_target", may)
    interaction: Any = type("Interaction", (), {"extras": {}, "guild_id": None})()
    interaction.client = type("Bot", (), {"collections": None})()
    with pytest.raises(BotError, match="server-only"):
        await target(interaction, shared=False)
