"""What an admin began by one process goes on by another; while one writes, the other waits."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import pytest
import simcord

from bot.client import VerbatimBot
from config.groups import DiscordSettings
from config.settings import Settings
from embeddings.collections import Collections, name_collection
from embeddings.engine import SearchEngine
from tests.bot.admin.test_real_additions import add
from tests.bot.making import make_bot
from tests.bot.people import World, text_of
from tests.embeddings.collections import ask_from
from tests.embeddings.fakes import WordEncoder
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

QUESTION = "Où la Loire a-t-elle débordé ?"
STORY = "# La crue\n\nLa Loire a débordé dimanche à Orléans, où deux ponts sont fermés.\n".encode()


@pytest.fixture
def both(tmp_path: Path) -> Settings:
    """The settings of two processes over one data folder."""
    (tmp_path / "none").mkdir()
    return Settings(
        data=tmp_path / "data",
        seeds=tmp_path / "none",
        threshold=0.0,
        discord=DiscordSettings(cooldown_user=0),
    )


@contextlib.asynccontextmanager
async def process(settings: Settings) -> AsyncIterator[VerbatimBot]:
    """One process's bot, with an engine and a store of its own."""
    async with (
        SearchEngine(settings, encoder=WordEncoder()) as engine,
        Collections(settings, engine) as collections,
    ):
        yield make_bot(settings, collections)


async def release(world: World, writing: Any) -> None:
    """Let others write, once somebody is told to wait."""
    await world.edited_to_say("ce sera ensuite votre tour")
    await asyncio.to_thread(writing.__exit__, None, None, None)


async def test_a_proposal_of_one_process_is_confirmed_by_another_once_nobody_writes(
    both: Settings,
) -> None:
    async with process(both) as one, process(both) as other:
        async with simcord.run(one, settle_timeout=20) as env:
            world = World(env, one.collections.shared)
            shown = await add(world, file=("crue.md", STORY))
            assert shown.response
            assert "1 à ajouter" in text_of(shown.response)
            await env.restart_bot(other)
            assert await other.collections.of(
                world.guild.id
            )  # before somebody writes its first story
            writing = one.collections.shared.database.hold(name_collection(world.guild.id))
            await asyncio.to_thread(writing.__enter__)
            freeing = asyncio.create_task(release(world, writing))
            await world.admin.click(shown.response, label="Confirmer")
            await freeing
            assert "Articles : 1 ajouté" in text_of(shown.response)
            assert "La Loire a débordé dimanche" in text_of((await world.ask(QUESTION)).response)
            guild = world.guild.id

        async def answers() -> bool:
            return bool((await ask_from(one.collections, QUESTION, guild)).hits)

        await until(answers)
