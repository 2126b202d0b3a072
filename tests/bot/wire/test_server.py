"""The fake Discord, tried with a plain discord.py client: what it does, and what it forbids."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
import pytest

from tests.bot.wire.messages import controls_of, text_of
from tests.bot.wire.plain import plain
from tests.bot.wire.rules import EPHEMERAL
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from tests.bot.wire.plain import PlainClient
    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import User


async def test_a_deferred_command_is_answered_by_editing_its_message(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    asked = await server.slash("show", {"text": "bonjour"}, user=ana)
    await asked.ack()
    assert text_of(await asked.answer()) == "bonjour"
    assert asked.callback == 5


async def test_a_followup_comes_after_the_answer_in_the_askers_language(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    asked = await server.slash("tell", {"text": "bonjour"}, user=ana, locale="pl")
    assert text_of(await asked.answer()) == "bonjour"
    await server.until(lambda: asked.followups)
    assert text_of(asked.followups[0]) == "pl"


async def test_autocomplete_returns_what_the_bot_suggests(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    choices = await server.autocomplete("tell", "text", "pourquoi", user=ana)
    assert choices == [{"name": "pourquoi ?", "value": "pourquoi"}]


async def test_a_button_changes_its_message(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    shown = await (await server.slash("show", {"text": "un"}, user=ana)).answer()
    clicked = await server.click(shown, "more", user=ana)
    await clicked.ack()
    assert text_of(shown) == "encore"
    assert [c["label"] for c in controls_of(shown)] == ["Encore", "Demander"]


async def test_a_form_is_opened_filled_in_and_sent(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    shown = await (await server.slash("show", {"text": "un"}, user=ana)).answer()
    form = await server.click(shown, "ask", user=ana)
    await form.ack()
    sent = await server.submit(form, {"what": "qui ?"})
    assert text_of(await sent.answer()) == "lu : qui ?"


async def test_a_message_menu_receives_the_message(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    said = await server.say("le texte", user=ana, channel=server.world.home(ana))
    assert text_of(await (await server.menu("Repeat", said, user=ana)).answer()) == "le texte"


async def test_an_upload_can_be_read_by_the_bot(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    given = {"file": ("a.txt", "déjà".encode())}
    assert text_of(await (await server.slash("desk upload", given, user=ana)).answer()) == "déjà"


async def test_without_the_content_intent_only_mentions_and_dms_are_readable(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    await server.say("secret", user=ana, channel=server.world.home(ana))
    mentioned = await server.mention("bonjour", user=ana)
    assert text_of(await server.reply_to(mentioned)) == "oui"
    assert text_of(await server.reply_to(await server.dm("et ici ?", user=ana))) == "oui"
    assert client.heard == ["", mentioned["content"], "et ici ?"]


async def test_a_callback_after_three_seconds_is_refused(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    asked = await server.slash("sulk", user=ana)
    server.clock.advance(3.1)
    client.sulking.set()
    assert (await asyncio.wait_for(client.errors.get(), PATIENCE)).code == 10062
    assert asked.acknowledged is None


async def test_a_second_callback_is_refused(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    asked = await server.slash("tell", {"text": "un"}, user=ana)
    await asked.answer()
    with pytest.raises(discord.HTTPException) as refused:
        await client.http.request(
            discord.http.Route("POST", f"/interactions/{asked.id}/{asked.token}/callback"),
            json={"type": 4, "data": {"content": "deux"}},
        )
    assert refused.value.code == 40060


async def test_a_token_dies_after_a_quarter_of_an_hour(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    asked = await server.slash("tell", {"text": "un"}, user=ana)
    await server.until(lambda: asked.followups)
    server.clock.advance(901)
    original = f"/webhooks/{server.world.application_id}/{asked.token}/messages/@original"
    with pytest.raises(discord.HTTPException) as refused:
        await client.http.request(discord.http.Route("GET", original))
    assert refused.value.code == 50027


@pytest.mark.parametrize(
    ("may", "code"), [({"can_view": False}, 50001), ({"can_send": False}, 50013)]
)
async def test_a_channel_may_be_closed_to_the_bot(
    server: FakeDiscord, client: PlainClient, ana: User, may: dict[str, bool], code: int
) -> None:
    guild = next(iter(server.world.guilds.values()))
    closed = server.add_channel(guild, "fermé", **may)
    with pytest.raises(discord.Forbidden) as refused:
        await client.get_partial_messageable(closed.id).send("oui")
    assert refused.value.code == code


async def test_unknown_channels_and_messages_have_their_own_codes(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    with pytest.raises(discord.NotFound) as channel:
        await client.fetch_channel(1)
    with pytest.raises(discord.NotFound) as message:
        await client.get_partial_messageable(server.world.home(ana).id).fetch_message(1)
    assert (channel.value.code, message.value.code) == (10003, 10008)


async def test_a_person_brings_the_bot_to_a_server_that_it_is_not_in(
    server: FakeDiscord, client: PlainClient
) -> None:
    visitor = server.add_member(server.add_guild("Ailleurs", installed=False), "Zoé")
    asked = await server.slash("show", {"text": "bonjour"}, user=visitor)
    assert text_of(await asked.answer()) == "bonjour"
    assert [guild.name for guild in client.guilds if guild.name] == ["Rédaction"]


async def test_a_command_works_where_ready_named_no_server(
    monkeypatch: pytest.MonkeyPatch, server: FakeDiscord, ana: User
) -> None:
    server.gateway.without_guilds = True
    async with plain(monkeypatch, server) as client:
        await server.connected()
        asked = await server.slash("show", {"text": "bonjour"}, user=ana)
        assert text_of(await asked.answer()) == "bonjour"
        assert not [guild for guild in client.guilds if guild.name]


async def test_only_those_who_may_be_are_pinged(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    channel = client.get_partial_messageable(server.world.home(ana).id)
    loud = await channel.send(f"<@{ana.id}> @everyone")
    quiet = await channel.send(
        f"<@{ana.id}> @everyone", allowed_mentions=discord.AllowedMentions.none()
    )
    assert (len(loud.mentions), loud.mention_everyone) == (1, True)
    assert (len(quiet.mentions), quiet.mention_everyone) == (0, False)


async def test_a_message_of_the_same_nonce_is_not_sent_again(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    channel = client.get_partial_messageable(server.world.home(ana).id)
    first, second, other = [await channel.send("oui", nonce=nonce) for nonce in (1, 1, 2)]
    assert first.id == second.id != other.id


async def test_nobody_clicks_in_a_message_that_only_another_sees(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    shown = await (await server.slash("show", {"text": "un"}, user=ana)).answer()
    shown["flags"] |= EPHEMERAL
    with pytest.raises(AssertionError, match="others do not see it"):
        await server.click(shown, "more", user=server.world.add_user("Zoé"))


async def test_a_command_that_was_not_registered_cannot_be_typed(
    server: FakeDiscord, client: PlainClient, ana: User
) -> None:
    with pytest.raises(AssertionError, match="registered no command 'sing'"):
        await server.slash("sing", user=ana)
    with pytest.raises(AssertionError, match="Discord asks for"):
        await server.slash("show", user=ana)
