"""Servers come and go: what they had is kept for a while, then deleted, and never by mistake."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import discord
import pytest
from pydantic import ValidationError

from config.groups import DiscordSettings, ServerSettings
from config.settings import Settings
from embeddings.errors import BusyError, StorageError
from embeddings.store.people import Choices, Unanswered, Vote
from embeddings.store.records import Records
from tests.bot.making import make_bot
from tests.bot.people import World, labels_of, text_of, texts_of
from tests.fakes import FakeEngine

if TYPE_CHECKING:
    from pathlib import Path


DAYS = 30


class Collections:
    """Stands for the library: which servers have a collection, and what was deleted."""

    def __init__(self, *servers: int) -> None:
        self.there = list(servers)
        self.deleted: list[int] = []
        self.busy = False
        self.looked = 0

    async def servers(self) -> tuple[int, ...]:
        return tuple(self.there)

    async def delete(self, server: int) -> bool:
        if self.busy:
            raise BusyError("Somebody else is writing.")
        self.deleted.append(server)
        return True

    def forget_idle(self) -> None:
        self.looked += 1

    async def list_visible(self, _: int | None) -> tuple[Any, ...]:
        return (SimpleNamespace(sources=tuple),)


@dataclass
class Leaving:
    """A bot whose days pass as a test wants."""

    world: World
    collections: Collections
    now: datetime

    @property
    def store(self) -> Records:
        store = self.world.bot.records
        assert isinstance(store, Records)
        return store

    @property
    def cog(self) -> Any:
        return self.world.bot.get_cog("Servers")

    async def fill(self, guild: int) -> None:
        """Have everything kept of a server."""
        await self.store.keep(Vote("a", 1, guild, True, "x", 1, "y"))
        await self.store.keep(Unanswered(1, guild, "Q", "not_found"))
        await self.store.choose(guild, Choices(public=False))

    async def later(self, days: float) -> None:
        """Let days pass, and the bot look."""
        self.now += timedelta(days=days)
        await self.cog._delete_expired()

    async def removed(self) -> int:
        """Have our server remove the bot."""
        guild = self.world.guild.id
        self.world.env.backend.remove_guild(guild)
        await self.world.env.settle()
        return guild


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    discord = DiscordSettings(cooldown_user=0)
    return Settings(data=tmp_path / "data", discord=discord, servers=ServerSettings(kept_days=DAYS))


@pytest.fixture
async def leaving(world: World) -> Leaving:
    collections = Collections()
    leaving = Leaving(world, collections, datetime(2026, 1, 1, tzinfo=UTC))
    world.bot.collections = collections
    leaving.store._now = lambda: leaving.now
    await leaving.fill(world.guild.id)
    return leaving


async def kept(store: Records, guild: int) -> tuple[int, int, Choices]:
    votes = await store.find(Vote, guild=guild)
    return len(votes), len(await store.find(Unanswered, guild=guild)), store.choices(guild)


async def test_what_a_server_had_is_deleted_when_its_days_are_over(leaving: Leaving) -> None:
    guild = await leaving.removed()
    await leaving.later(DAYS - 0.1)
    assert leaving.collections.deleted == []
    assert await kept(leaving.store, guild) == (1, 1, Choices(public=False))
    await leaving.later(0.2)
    assert leaving.collections.deleted == [guild]
    assert await kept(leaving.store, guild) == (0, 0, Choices())
    assert await leaving.store.left_servers() == []


async def test_what_other_servers_and_private_votes_have_stays(leaving: Leaving) -> None:
    await leaving.fill(77)
    await leaving.store.keep(Vote("b", 1, None, True, "x", 1, "y"))
    await leaving.removed()
    await leaving.later(DAYS + 1)
    assert await kept(leaving.store, 77) == (1, 1, Choices(public=False))
    assert len(await leaving.store.find(Vote, user=1)) == 2


async def test_a_server_that_takes_the_bot_back_keeps_everything(leaving: Leaving) -> None:
    guild = await leaving.removed()
    channel = Channel()
    await leaving.cog.on_guild_join(joined(guild, channel))
    assert "Bonjour, je suis Verbatim" in texts_of(channel.sent[0])
    await leaving.later(DAYS + 1)
    assert leaving.collections.deleted == []
    assert (await kept(leaving.store, guild))[:2] == (1, 1)


class Channel(discord.abc.Messageable):
    """Somewhere to write."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.sent: list[Any] = []
        self.refuses = refuses

    def permissions_for(self, _: object) -> Any:
        return SimpleNamespace(send_messages=not self.refuses)

    async def send(self, *, view: Any, **_: Any) -> Any:
        self.sent.append(view)


def joined(guild: int, channel: Channel | None, inviter: Channel | None = None) -> Any:
    """Return a server that the bot has just joined."""

    async def audit_logs(**_: Any) -> Any:
        yield SimpleNamespace(target=SimpleNamespace(id=1), user=inviter)

    may = SimpleNamespace(view_audit_log=inviter is not None)
    me = SimpleNamespace(id=1, guild_permissions=may)
    return SimpleNamespace(
        id=guild, features=[], system_channel=channel, me=me, audit_logs=audit_logs
    )


async def test_who_invited_the_bot_is_told_the_next_step_where_it_may_not_write(
    leaving: Leaving,
) -> None:
    closed, inviter = Channel(refuses=True), Channel()
    await leaving.cog.on_guild_join(joined(9, closed, inviter))
    assert closed.sent == []
    assert "Ajouter des articles" in labels_of(inviter.sent[0])
    await leaving.cog.on_guild_join(joined(9, None))  # nobody can be told, and nothing breaks


async def test_a_server_is_greeted_in_its_language(leaving: Leaving) -> None:
    channel = Channel()
    server = joined(9, channel)
    server.features, server.preferred_locale = ["COMMUNITY"], "en-GB"
    await leaving.cog.on_guild_join(server)
    told = texts_of(channel.sent[0])
    assert "Hello, I am Verbatim" in told
    assert "Next step: add your stories" in told
    assert labels_of(channel.sent[0]) == ["Add stories"]


async def test_an_outage_of_discord_removes_no_server(leaving: Leaving) -> None:
    guild = leaving.world.guild.id
    data = {"id": str(guild), "unavailable": True}
    leaving.world.bot._connection.parse_guild_delete(data)
    await leaving.world.env.settle()
    assert await leaving.store.left_servers() == []


async def test_the_day_is_kept_over_a_restart(leaving: Leaving) -> None:
    guild = await leaving.removed()
    again = Records(leaving.store._database, lambda: leaving.now + timedelta(days=DAYS))
    await again.open()
    assert await again.left_servers(DAYS) == [guild]


async def test_a_second_removal_or_start_does_not_begin_the_days_anew(leaving: Leaving) -> None:
    guild = await leaving.removed()
    leaving.now += timedelta(days=DAYS - 1)
    await leaving.store.leave(guild)
    leaving.collections.there = [guild]
    await leaving.cog.on_ready()
    await leaving.later(1)
    assert leaving.collections.deleted == [guild]


async def test_servers_that_left_while_the_bot_was_down_get_the_same_delay(
    leaving: Leaving,
) -> None:
    leaving.collections.there = [55, leaving.world.elsewhere.id]
    await leaving.fill(66)
    await leaving.cog.on_ready()
    assert await leaving.store.left_servers() == [55, 66]
    await leaving.later(DAYS - 1)
    assert leaving.collections.deleted == []
    await leaving.later(1)
    assert leaving.collections.deleted == [55, 66]


async def test_servers_that_came_back_while_the_bot_was_down_keep_everything(
    leaving: Leaving,
) -> None:
    await leaving.store.leave(leaving.world.guild.id)
    leaving.now += timedelta(days=DAYS + 1)
    await leaving.cog.on_ready()
    assert await leaving.store.left_servers() == []
    assert leaving.collections.deleted == []


async def test_a_server_that_the_bot_is_on_is_never_deleted(leaving: Leaving) -> None:
    await leaving.store.leave(leaving.world.guild.id)
    await leaving.later(DAYS + 1)
    assert leaving.collections.deleted == []
    assert await leaving.store.left_servers() == []


async def test_what_cannot_be_deleted_now_is_deleted_later_and_holds_up_no_other(
    leaving: Leaving, caplog: pytest.LogCaptureFixture
) -> None:
    guild = await leaving.removed()
    leaving.collections.busy = True
    await leaving.later(DAYS + 1)
    assert "cannot be cleaned up now: Somebody else is writing." in caplog.text
    assert (await kept(leaving.store, guild))[:2] == (1, 1)
    leaving.collections.busy = False
    await leaving.later(0)
    assert leaving.collections.deleted == [guild]


def test_what_a_server_had_is_kept_for_a_day_at_least() -> None:
    """A server that Discord forgets to name for a moment must not lose everything."""
    with pytest.raises(ValidationError):
        ServerSettings(kept_days=0)


async def test_a_store_that_fails_is_told_to_the_operator(
    leaving: Leaving, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    leaving.store._write = _fail
    await leaving.removed()
    assert "cannot be cleaned up now" in caplog.text


async def test_privacy_says_when_a_servers_articles_are_deleted(world: World) -> None:
    shown = await world.member.slash(world.channel, "privacy")
    assert f"effacés {DAYS} jours plus tard" in text_of(shown.response)


async def test_a_restarted_bot_goes_on_looking(world: World, settings: Settings) -> None:
    bot = make_bot(settings, FakeEngine())
    bot.collections = collections = Collections()
    await world.env.restart_bot(bot)
    assert collections.looked == 1


async def _fail(*_: Any) -> Any:
    raise StorageError("The disk is full.")
