"""What is kept: votes once each, servers' choices, nothing for ever, and all given back."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.keeping import KEPT_DAYS, TURNS_KEPT, Choices, Unanswered, Vote
from bot.store import Store

if TYPE_CHECKING:
    from pathlib import Path

VOTE = Vote("a1", user=1, guild=2, useful=True, article="x" * 8, paragraph=3, digest="d" * 8)
ASKED = Unanswered(user=1, guild=2, question="Pourquoi ?", refusal="not_found")


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> Store:
    made = Store(tmp_path / "deep" / "bot.sqlite3", clock)
    await made.open()
    return made


async def test_a_vote_comes_back_as_it_was(store: Store) -> None:
    await store.vote(VOTE)
    assert await store.votes(user=1) == [replace(VOTE, at="2026-01-01T00:00:00+00:00")]


async def test_a_second_vote_of_a_person_takes_the_place_of_the_first(store: Store) -> None:
    await store.vote(VOTE)
    await store.vote(replace(VOTE, useful=False))
    assert [v.useful for v in await store.votes(guild=2)] == [False]


async def test_votes_of_two_people_count_twice(store: Store) -> None:
    await store.vote(VOTE)
    await store.vote(replace(VOTE, user=7))
    assert len(await store.votes(guild=2)) == 2


async def test_votes_of_another_server_are_not_shown(store: Store) -> None:
    await store.vote(VOTE)
    assert await store.votes(guild=3) == []


async def test_votes_in_private_belong_to_no_server(store: Store) -> None:
    await store.vote(replace(VOTE, guild=None))
    assert len(await store.votes(guild=None)) == 1


async def test_a_reason_is_added_to_its_vote(store: Store) -> None:
    await store.vote(VOTE)
    assert await store.explain("a1", 1, "Trop long")
    assert [v.reason for v in await store.votes(user=1)] == ["Trop long"]


async def test_a_reason_without_a_vote_is_not_kept(store: Store) -> None:
    assert not await store.explain("a1", 1, "Trop long")


async def test_refused_questions_come_back(store: Store) -> None:
    await store.keep(ASKED)
    assert [a.question for a in await store.unanswered(guild=2)] == ["Pourquoi ?"]


async def test_a_person_is_forgotten_whole_and_nobody_else(store: Store) -> None:
    await store.vote(VOTE)
    await store.keep(ASKED)
    await store.vote(replace(VOTE, user=7))
    assert await store.forget(1) == 2
    assert await store.votes(user=1) == []
    assert await store.unanswered(user=1) == []
    assert len(await store.votes(user=7)) == 1


async def test_nothing_is_kept_for_longer_than_is_said(store: Store, clock: Clock) -> None:
    await store.vote(VOTE)
    await store.keep(ASKED)
    clock.now += timedelta(days=KEPT_DAYS, seconds=1)
    await store.vote(replace(VOTE, answer="a2"))
    assert [v.answer for v in await store.votes(user=1)] == ["a2"]
    assert await store.unanswered(user=1) == []


async def test_what_is_too_old_is_not_shown_either(store: Store, clock: Clock) -> None:
    await store.vote(VOTE)
    await store.keep(ASKED)
    clock.now += timedelta(days=KEPT_DAYS, seconds=1)
    assert await store.votes(user=1) == []
    assert await store.unanswered(guild=2) == []


async def test_a_start_drops_what_is_too_old(tmp_path: Path, store: Store, clock: Clock) -> None:
    await store.vote(VOTE)
    clock.now += timedelta(days=KEPT_DAYS, seconds=1)
    await store.open()
    assert await store.votes(user=1) == []


async def test_what_a_server_chose_outlives_a_start(tmp_path: Path, store: Store) -> None:
    chosen = Choices(public=False, channels=(1, 2), cooldown_user=5.0, keep=True)
    await store.choose(2, chosen)
    again = Store(tmp_path / "deep" / "bot.sqlite3")
    await again.open()
    assert again.choices(2) == chosen
    assert again.choices(3) == again.choices(None) == Choices()


async def test_notes_come_back(store: Store) -> None:
    assert await store.note("commands") is None
    await store.write_note("commands", "abc")
    assert await store.note("commands") == "abc"


async def test_a_turn_is_taken_once_in_its_time(store: Store, clock: Clock) -> None:
    assert await store.turn("user:1", 60) == 0
    assert 59 < await store.turn("user:1", 60) <= 60
    assert await store.turn("user:2", 60) == 0


async def test_a_turn_that_is_over_is_free(store: Store, clock: Clock) -> None:
    assert await store.turn("user:1", 60) == 0
    await asyncio.sleep(0.05)
    clock.now += timedelta(seconds=0.05)
    assert await store.turn("user:1", 0.02) == 0
    assert 0 < await store.turn("user:1", 0.5) <= 0.5


async def test_who_is_refused_does_not_begin_the_wait_anew(store: Store, clock: Clock) -> None:
    await store.turn("user:1", 60)
    first = await store.turn("user:1", 60)
    await asyncio.sleep(0.05)
    clock.now += timedelta(seconds=0.05)
    assert await store.turn("user:1", 60) < first


async def test_a_holder_takes_its_own_turn_again_and_nobody_else_does(store: Store) -> None:
    assert await store.turn("watching", 60, "a") == 0
    assert await store.turn("watching", 60, "a") == 0
    assert await store.turn("watching", 60, "b") > 0
    assert await store.turn("watching", 60) > 0


async def test_a_turn_is_ended_by_its_holder_alone(store: Store) -> None:
    await store.turn("watching", 60, "a")
    await store.end_turn("watching", "b")
    assert await store.turn("watching", 60, "b") > 0
    await store.end_turn("watching", "a")
    assert await store.turn("watching", 60, "b") == 0


async def test_of_many_who_want_a_turn_at_once_one_has_it(store: Store) -> None:
    left = await asyncio.gather(*(store.turn("commands", 60, str(n)) for n in range(8)))
    assert sorted(bool(seconds) for seconds in left) == [False] + [True] * 7


async def test_tidying_leaves_the_turns_that_are_not_over(store: Store) -> None:
    await store.turn("user:1", 60)
    await store.tidy()
    assert await store.turn("user:1", 60) > 0


async def test_what_can_be_reached_says_nothing(store: Store) -> None:
    await store.reach()


async def test_turns_are_forgotten_when_no_wait_is_longer(tmp_path: Path, clock: Clock) -> None:
    store = Store(tmp_path / "bot.sqlite3", clock)
    await store.open()
    await store.turn("user:1", 60)
    clock.now += timedelta(seconds=TURNS_KEPT + 1)
    await store.tidy()
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3")) as db:
        assert db.execute("SELECT * FROM turns").fetchall() == []


async def test_a_clock_that_was_set_back_locks_nobody_out(tmp_path: Path, clock: Clock) -> None:
    store = Store(tmp_path / "bot.sqlite3", clock)
    await store.open()
    await store.turn("user:1", 60)
    clock.now -= timedelta(hours=1)
    assert await store.turn("user:1", 60) == 0


async def test_two_processes_share_the_file(tmp_path: Path, store: Store, clock: Clock) -> None:
    other = Store(tmp_path / "deep" / "bot.sqlite3", clock)
    await other.open()
    await store.vote(VOTE)
    await other.vote(replace(VOTE, useful=False))
    assert [v.useful for v in await store.votes(guild=2)] == [False]
    assert await store.turn("user:1", 60) == 0
    assert await other.turn("user:1", 60) > 0


async def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "bot.sqlite3"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        await Store(path).open()
