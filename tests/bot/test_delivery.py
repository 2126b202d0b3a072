"""Getting through to Discord when the connection does not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.delivery import TRIES, defer, post, retry
from bot.running.askers import FairQueue
from bot.ui.components import notice
from tests.bot.people import World, text_of
from tests.bot.test_errors import http


class Shaky:
    """A call that fails some times, then works."""

    def __init__(self, *failures: BaseException) -> None:
        self.failures = list(failures)
        self.calls = 0

    async def __call__(self, **_: Any) -> str:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return "done"


@pytest.mark.parametrize(
    "failure",
    [
        aiohttp.ServerDisconnectedError(),
        ConnectionResetError(),
        http(discord.DiscordServerError, 503),
    ],
)
async def test_a_call_is_made_again_when_the_connection_breaks(failure: BaseException) -> None:
    shaky = Shaky(failure, failure)
    assert await retry(shaky, wait=0) == "done"
    assert shaky.calls == 3


async def test_a_call_is_not_made_for_ever() -> None:
    shaky = Shaky(*[ConnectionResetError()] * 10)
    with pytest.raises(ConnectionResetError):
        await retry(shaky, wait=0)
    assert shaky.calls == TRIES


async def test_what_discord_refuses_is_not_asked_again() -> None:
    shaky = Shaky(http(discord.Forbidden, 403))
    with pytest.raises(discord.Forbidden):
        await retry(shaky, wait=0)
    assert shaky.calls == 1


class Held:
    """As much of an interaction as an acknowledgement needs."""

    def __init__(self, *failures: BaseException) -> None:
        self.extras: dict[str, Any] = {}
        self.response = self
        self.defer = Shaky(*failures)
        self.client = SimpleNamespace(queue=FairQueue(1))


def already() -> discord.HTTPException:
    error = http(discord.HTTPException, 400)
    error.code = 40060
    return error


async def test_an_acknowledgement_whose_receipt_was_lost_counts() -> None:
    interaction: Any = Held(aiohttp.ServerDisconnectedError(), already())
    await defer(interaction, ephemeral=True)
    assert interaction.extras == {"state": "deferred"}


async def test_an_acknowledgement_that_discord_refuses_is_an_error() -> None:
    interaction: Any = Held(http(discord.NotFound, 404))
    with pytest.raises(discord.NotFound):
        await defer(interaction, ephemeral=True)


async def test_a_message_that_is_sent_again_arrives_once(world: World) -> None:
    channel = world.bot.get_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await post(channel, notice("Bonjour"))
    sent = [r.json for r in world.env.http_requests if r.path.endswith("/messages")]
    assert sent[0]["enforce_nonce"] is True
    assert text_of(world.channel.last_message) == "Bonjour"
