"""Who may do what, where, and how often."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.asking.asking import read_days, read_range
from bot.errors import BotError
from bot.running.askers import Cooldown
from bot.servers.rules import GONE, combine, update, update_ids
from config.groups import DiscordSettings
from embeddings.store.people import Choices
from tests.bot.people import World, text_of

QUESTION = "Que compare la lettre ?"
DEFAULTS = DiscordSettings(cooldown_user=3, channels=(5,), keep_questions=True)


def test_a_server_that_chose_nothing_has_the_settings() -> None:
    found = combine(DEFAULTS, Choices())
    assert (found.public, found.channels, found.cooldown_user, found.keep) == (
        True,
        (5,),
        3.0,
        True,
    )


def test_what_a_server_chose_comes_first() -> None:
    chosen = Choices(public=False, channels=(), cooldown_user=0.0, cooldown_channel=9.0, keep=False)
    found = combine(DEFAULTS, chosen)
    assert (found.public, found.channels, found.cooldown_user) == (False, (), 0.0)
    assert (found.cooldown_channel, found.keep) == (9.0, False)


def test_only_what_is_given_is_changed() -> None:
    assert update(Choices(public=True, keep=True), public=False, keep=None) == Choices(
        public=False, keep=True
    )


def test_channels_are_added_and_taken_off() -> None:
    cases: list[Any] = [
        ((), None, None, None),
        ((), 1, None, (1,)),
        ((1,), 1, None, (1,)),
        ((1, 2), None, 1, (2,)),
        ((GONE,), 1, None, (1,)),
        ((GONE,), None, 1, ()),
    ]
    assert [
        (before, allow, forbid, after)
        for before, allow, forbid, after in cases
        if update_ids(before, allow=allow, forbid=forbid) != after
    ] == []


def test_a_cooldown_ends() -> None:
    now = [0.0]
    cooldown = Cooldown(lambda: now[0])
    cooldown.admit({("user", 1): 3.0})
    now[0] = 2.0
    with pytest.raises(BotError, match="cooldown-user") as caught:
        cooldown.admit({("user", 2): 3.0, ("user", 1): 3.0})
    assert caught.value.values == {"seconds": 1}
    cooldown.admit({("user", 2): 3.0})
    now[0] = 3.0
    cooldown.admit({("user", 1): 3.0})


def test_a_cooldown_does_not_remember_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.running.askers._MOST", 2)
    cooldown = Cooldown(lambda: 0.0)
    for n in range(3):
        cooldown.admit({("user", n): 1.0})
    cooldown.admit({("user", 0): 1.0})
    with pytest.raises(BotError, match="cooldown-user"):
        cooldown.admit({("user", 2): 1.0})


def test_days_months_and_years_are_read() -> None:
    cases: list[Any] = [
        ("2018-06-21", date(2018, 6, 21), date(2018, 6, 21)),
        ("21/06/2018", date(2018, 6, 21), date(2018, 6, 21)),
        ("1.2.2018", date(2018, 2, 1), date(2018, 2, 1)),
        (" 06/2018 ", date(2018, 6, 1), date(2018, 6, 30)),
        ("le 22 juin 2018", date(2018, 6, 22), date(2018, 6, 22)),
        ("June 22nd, 2018", date(2018, 6, 22), date(2018, 6, 22)),
        ("juin 2018", date(2018, 6, 1), date(2018, 6, 30)),
        ("Q1 2019", date(2019, 1, 1), date(2019, 3, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2018", date(2018, 1, 1), date(2018, 12, 31)),
    ]
    assert [
        (text, first, last)
        for text, first, last in cases
        if (read_days(text).first, read_days(text).last) != (first, last)
    ] == []


@pytest.mark.parametrize("text", ["un jour", "2018-13-01", "31/02/2018", "0000", "20180621"])
def test_what_is_no_day_is_told(text: str) -> None:
    with pytest.raises(BotError) as caught:
        read_days(text)
    assert caught.value.key == "date"


def test_a_range_may_be_open() -> None:
    assert read_range(None, " ") == (None, None)
    assert read_range("2018", "") == (date(2018, 1, 1), None)


def test_days_the_wrong_way_round_are_told() -> None:
    with pytest.raises(BotError) as caught:
        read_range("2019", "2018")
    assert caught.value.key == "dates-crossed"


@pytest.mark.discord(cooldown_user=60)
async def test_a_second_question_too_soon_is_told_how_long_to_wait(world: World) -> None:
    await world.ask(QUESTION)
    result = await world.ask(QUESTION)
    assert "vous pourrez poser une autre question dans 60 secondes." in text_of(result.response)
    assert result.ephemeral


@pytest.mark.discord(cooldown_user=60)
async def test_one_person_s_cooldown_is_not_another_s(world: World) -> None:
    await world.ask(QUESTION)
    other = await world.admin.slash(world.channel, "ask", question=QUESTION)
    assert "La lettre compare" in text_of(other.response)


@pytest.mark.discord(cooldown_user=0, cooldown_channel=60)
async def test_a_channel_has_its_own_cooldown(world: World) -> None:
    await world.ask(QUESTION)
    other = await world.admin.slash(world.channel, "ask", question=QUESTION)
    assert "On vient de poser une question dans ce salon" in text_of(other.response)
    elsewhere = await world.admin.slash(world.other_channel, "ask", question=QUESTION)
    assert "La lettre compare" in text_of(elsewhere.response)


@pytest.mark.discord(cooldown_user=60)
async def test_a_mention_too_soon_is_told_too(world: World) -> None:
    await world.friend.send_dm(QUESTION)
    await world.friend.send_dm(QUESTION)
    assert "Un instant" in text_of(world.friend.dm_channel.last_message)


async def test_an_admin_sees_what_holds(world: World) -> None:
    result = await world.admin.slash(world.channel, "admin settings")
    text = text_of(result.response)
    assert "Salons : tous" in text
    assert "Aucune question n’est gardée." in text


async def test_an_admin_makes_answers_private(world: World) -> None:
    await world.admin.slash(world.channel, "admin settings", public=False)
    assert (await world.ask(QUESTION)).ephemeral


async def test_what_one_server_chose_does_not_hold_on_another(world: World) -> None:
    await world.admin.slash(world.channel, "admin settings", public=False)
    result = await world.stranger.slash(world.their_channel, "ask", question=QUESTION)
    assert not result.ephemeral


async def test_an_admin_sets_a_cooldown(world: World) -> None:
    await world.admin.slash(world.channel, "admin settings", cooldown=30, **{"channel-cooldown": 0})
    await world.ask(QUESTION)
    assert "30 secondes" in text_of((await world.ask(QUESTION)).response)


async def test_an_admin_allows_channels_one_by_one(world: World) -> None:
    await world.admin.slash(world.channel, "admin settings", allow=world.other_channel)
    refused = await world.ask(QUESTION)
    assert world.other_channel.mention in text_of(refused.response)
    answered = await world.member.slash(world.other_channel, "ask", question=QUESTION)
    assert "La lettre compare" in text_of(answered.response)


async def test_an_admin_takes_a_channel_off_the_list(world: World) -> None:
    await world.admin.slash(world.channel, "admin settings", allow=world.other_channel)
    await world.admin.slash(world.channel, "admin settings", forbid=world.other_channel)
    assert "La lettre compare" in text_of((await world.ask(QUESTION)).response)


@pytest.mark.discord(channels=(1,))
async def test_private_messages_do_not_mind_the_list_of_channels(world: World) -> None:
    await world.friend.send_dm(QUESTION)
    assert "La lettre compare" in text_of(world.friend.dm_channel.last_message)
