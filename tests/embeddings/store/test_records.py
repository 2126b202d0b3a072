"""What is kept: votes once each, servers' choices, nothing for ever, all given back; on both."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine

from config.groups import StoreSettings
from config.settings import Settings
from embeddings.errors import AwayError, FullError, InputError, StorageError
from embeddings.store import open_database, schema
from embeddings.store import records as module
from embeddings.store.database import Database
from embeddings.store.people import (
    KEPT_DAYS,
    Choices,
    Feed,
    Inquiry,
    Unanswered,
    Unfinished,
    Vote,
    Watch,
    write_filters,
)
from embeddings.store.records import TURNS_KEPT, Records
from embeddings.store.sqlite import SqliteDatabase
from embeddings.types import Filters
from tests.embeddings.diskfaults import refusal
from tests.embeddings.store.server import Server
from tests.waiting import until

VOTE = Vote("a1", user=1, guild=2, useful=True, article="x" * 8, paragraph=3, digest="d" * 8)
ASKED = Unanswered(user=1, guild=2, question="Pourquoi ?", refusal="not_found")
CHOSEN = Choices(public=False, channels=(1, 2), cooldown_user=5.0, keep=True)
SOON = 10.0
"""Seconds within which another process has heard of something."""


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """What opens the same database once more, as another process does."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    store = StoreSettings(address=SecretStr(url))
    made: list[Database] = []

    def open_() -> Database:
        made.append(open_database(Settings(data=tmp_path / "deep", store=store)))
        return made[-1]

    yield open_
    for each in made:
        each.close()


@pytest.fixture
async def records(opened: Callable[[], Database], clock: Clock) -> AsyncIterator[Records]:
    made = Records(opened(), clock)
    await made.open()
    yield made
    made.close()


@pytest.fixture
async def other(
    records: Records, opened: Callable[[], Database], clock: Clock
) -> AsyncIterator[Records]:
    """What another process has of the same rows."""
    made = Records(opened(), clock)
    await made.open()
    yield made
    made.close()


async def test_votes_and_refused_questions_come_back_as_they_were(records: Records) -> None:
    await records.keep(VOTE)
    await records.keep(ASKED)
    assert await records.of(Vote, user=1) == [replace(VOTE, at="2026-01-01T00:00:00+00:00")]
    assert await records.of(Unanswered, guild=2) == [replace(ASKED, at="2026-01-01T00:00:00+00:00")]


WATCH = Watch(1, 2, 3, "Qui ?", "fr", write_filters(Filters(since=date(2018, 6, 1), source="A")))


async def test_what_a_question_was_narrowed_to_comes_back(records: Records) -> None:
    await records.keep(WATCH)
    (kept,) = await records.of(Watch, user=1)
    assert kept.filters == Filters(since=date(2018, 6, 1), source="A")
    assert replace(kept, narrowed="").filters == Filters()


async def test_questions_of_an_earlier_build_are_kept_and_can_be_narrowed_from_then_on(
    opened: Callable[[], Database], clock: Clock
) -> None:
    database = opened()
    before = Records(database, clock)
    await before.keep(WATCH)
    with database.write() as connection:
        for kind in (Watch, Inquiry):
            connection.exec_driver_sql(
                f"ALTER TABLE {schema.TABLES[kind].name} DROP COLUMN narrowed"
            )
        connection.execute(schema.about.update().values(value="1"))
    before.close()
    records = Records(opened(), clock)
    await records.keep(replace(WATCH, user=7))
    assert [each.narrowed for each in await records.of(Watch, user=1)] == [""]
    assert [each.narrowed for each in await records.of(Watch, user=7)] == [WATCH.narrowed]
    assert await records.of(Inquiry, user=1) == []
    records.close()


async def test_a_database_of_a_build_that_kept_no_questions_gets_their_tables(
    opened: Callable[[], Database], clock: Clock
) -> None:
    database = opened()
    before = Records(database, clock)
    await before.keep(VOTE)
    with database.write() as connection:
        for kind in (Watch, Inquiry):
            schema.TABLES[kind].drop(connection)
        connection.execute(schema.about.update().values(value="1"))
    before.close()
    records = Records(opened(), clock)
    await records.keep(WATCH)
    assert [each.narrowed for each in await records.of(Watch, user=1)] == [WATCH.narrowed]
    assert len(await records.of(Vote, user=1)) == 1
    records.close()


async def test_votes_are_one_of_a_person_on_an_answer_and_shown_to_their_server_alone(
    records: Records,
) -> None:
    await records.keep(VOTE)
    await records.keep(replace(VOTE, useful=False))
    await records.keep(replace(VOTE, user=7))
    await records.keep(replace(VOTE, user=8, guild=None))
    assert sorted((v.user, v.useful) for v in await records.of(Vote, guild=2)) == [
        (1, False),
        (7, True),
    ]
    assert await records.of(Vote, guild=3) == []
    assert [v.user for v in await records.of(Vote, guild=None)] == [8]


async def test_a_reason_is_added_to_its_vote_and_kept_with_no_other(records: Records) -> None:
    assert not await records.explain("a1", 1, "Trop long")
    await records.keep(VOTE)
    assert await records.explain("a1", 1, "Trop long")
    assert [v.reason for v in await records.of(Vote, user=1)] == ["Trop long"]


async def test_a_person_is_forgotten_whole_and_nobody_else(records: Records) -> None:
    await records.keep(VOTE)
    await records.keep(ASKED)
    await records.keep(replace(VOTE, user=7))
    assert await records.forget(1) == 2
    assert await records.of(Vote, user=1) == []
    assert await records.of(Unanswered, user=1) == []
    assert len(await records.of(Vote, user=7)) == 1


async def test_a_server_is_forgotten_whole_and_no_other(records: Records) -> None:
    await records.keep(VOTE)
    await records.keep(replace(ASKED, guild=3))
    await records.choose(2, CHOSEN)
    await records.leave(2)
    await records.forget_guild(2)
    assert await records.guilds() == {3}
    assert await records.left_servers() == []
    assert records.choices(2) == Choices()


async def test_nothing_is_shown_or_kept_for_longer_than_is_said(
    records: Records, clock: Clock, opened: Callable[[], Database]
) -> None:
    await records.keep(VOTE)
    await records.keep(ASKED)
    clock.now += timedelta(days=KEPT_DAYS, seconds=1)
    assert await records.of(Vote, user=1) == []
    assert await records.of(Unanswered, guild=2) == []
    await records.tidy()
    with opened().read() as connection:
        for table in schema.OF_PEOPLE:
            assert connection.scalar(select(func.count()).select_from(table)) == 0


async def test_a_server_that_was_left_keeps_its_day_until_the_bot_comes_back(
    records: Records, clock: Clock
) -> None:
    await records.leave(2, 3)
    clock.now += timedelta(days=10)
    await records.leave(2, 4)
    assert await records.left_servers(days=5) == [2, 3]
    await records.come_back(2)
    assert await records.left_servers() == [3, 4]


async def test_what_a_server_chose_outlives_a_start_and_other_processes_are_told(
    records: Records, other: Records
) -> None:
    await records.choose(2, CHOSEN)
    await until(lambda: other.choices(2) == CHOSEN, SOON)
    assert other.choices(3) == other.choices(None) == Choices()


async def test_a_feed_is_due_until_it_was_looked_at_and_goes_with_its_server(
    records: Records,
) -> None:
    n = await records.keep(Feed(2, "https://a.example/flux", 7))
    await records.keep(Feed(3, "https://a.example/flux"))
    assert [feed.guild for feed in await records.feeds_due(150.0, 50.0)] == [2, 3]
    await records.change_feed(n, looked=200.0, memory="{}", trouble="")
    assert [feed.guild for feed in await records.feeds_due(249.0, 50.0)] == [3]
    assert [feed.guild for feed in await records.feeds_due(250.0, 50.0)] == [2, 3]
    assert [(feed.channel, feed.memory) for feed in await records.feeds(2)] == [(7, "{}")]
    await records.forget_guild(2)
    assert (await records.feeds(2), len(await records.feeds(3))) == ([], 1)


async def test_a_change_that_began_is_told_of_by_another_process_once(
    records: Records, other: Records
) -> None:
    await records.keep(Unfinished("token", 1, 2, "fr", button="v:index:o:0"))
    assert await records.list_unfinished() == []
    assert [work.token for work in await other.list_unfinished()] == ["token"]
    assert (await other.end(Unfinished, "token"), await other.end(Unfinished, "token")) == (
        True,
        False,
    )


async def test_what_an_earlier_build_kept_of_unfinished_work_goes_with_its_tables(
    opened: Callable[[], Database],
) -> None:
    with opened().write() as connection:
        connection.exec_driver_sql("UPDATE about SET value = '2'")
        connection.exec_driver_sql("DROP TABLE unfinished")
        connection.exec_driver_sql("CREATE TABLE works (token TEXT)")
    again = Records(opened())
    await again.open()
    assert await again.list_unfinished() == []
    with opened().read() as connection:
        assert schema.version(connection) == schema.VERSION
        assert not connection.dialect.has_table(connection, "works")


async def test_notes_come_back_as_they_were_last_written(records: Records) -> None:
    assert await records.note("commands") is None
    await records.write_note("commands", "abc")
    await records.write_note("commands", "dé")
    assert await records.note("commands") == "dé"


async def test_a_turn_is_taken_once_in_its_time(records: Records) -> None:
    assert await records.take_turn("user:1", 60) == 0
    assert 59 < await records.take_turn("user:1", 60) <= 60
    assert await records.take_turn("user:2", 60) == 0


async def test_a_turn_that_is_over_is_free_and_who_is_refused_does_not_begin_it_anew(
    records: Records, clock: Clock
) -> None:
    assert await records.take_turn("user:1", 60) == 0
    first = await records.take_turn("user:1", 60)
    await asyncio.sleep(0.05)
    clock.now += timedelta(seconds=0.05)
    assert await records.take_turn("user:1", 60) < first
    assert await records.take_turn("user:1", 0.02) == 0


async def test_a_holder_takes_and_ends_its_own_turn_and_nobody_elses(records: Records) -> None:
    assert await records.take_turn("watching", 60, "a") == 0
    assert await records.take_turn("watching", 60, "a") == 0
    assert await records.take_turn("watching", 60, "b") > 0
    assert await records.take_turn("watching", 60) > 0
    await records.end_turn("watching", "b")
    assert await records.take_turn("watching", 60, "b") > 0
    await records.end_turn("watching", "a")
    assert await records.take_turn("watching", 60, "b") == 0


async def test_of_many_who_want_a_turn_at_once_one_has_it(records: Records, other: Records) -> None:
    both = (records, other)
    left = await asyncio.gather(*(both[n % 2].take_turn("sync", 60, str(n)) for n in range(8)))
    assert sorted(bool(seconds) for seconds in left) == [False] + [True] * 7


async def test_tidying_forgets_the_turns_that_no_wait_is_longer_than(
    records: Records, opened: Callable[[], Database]
) -> None:
    await records.take_turn("new", 60)
    await records.take_turn("old", 60)
    aged = schema.turns.update().where(schema.turns.c.name == "old")
    with opened().write() as connection:
        connection.execute(aged.values(at=schema.turns.c.at - TURNS_KEPT - 1))
    await records.tidy()
    with opened().read() as connection:
        assert list(connection.scalars(select(schema.turns.c.name))) == ["new"]


async def test_two_processes_share_votes(records: Records, other: Records) -> None:
    await records.keep(VOTE)
    await other.keep(replace(VOTE, useful=False))
    assert [v.useful for v in await records.of(Vote, guild=2)] == [False]


async def test_a_clock_that_was_set_back_locks_nobody_out(tmp_path: Path, clock: Clock) -> None:
    database = open_database(Settings(data=tmp_path))
    records = Records(database, clock)
    await records.take_turn("user:1", 60)
    clock.now -= timedelta(hours=1)
    assert await records.take_turn("user:1", 60) == 0
    database.close()


async def test_a_feed_that_was_looked_at_by_a_clock_that_was_fast_is_due(records: Records) -> None:
    n = await records.keep(Feed(2, "https://a.example/flux"))
    await records.change_feed(n, looked=86_400.0)
    assert [feed.guild for feed in await records.feeds_due(100.0, 900.0)] == [2]


async def test_what_a_database_does_not_do_in_time_is_told_and_undone(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves, undone = threading.Event(), threading.Event()
    with stalled(moves, undone):
        monkeypatch.setattr(module, "PATIENCE", 0.1)
        with pytest.raises(AwayError, match="did not answer within 0 s: nothing was changed"):
            await records.keep(VOTE)
        monkeypatch.setattr(module, "PATIENCE", 30.0)
        moves.set()
        assert await asyncio.to_thread(undone.wait, 30)
        assert await records.of(Vote, user=1) == []
    await records.keep(VOTE)
    assert len(await records.of(Vote, user=1)) == 1


@contextlib.contextmanager
def stalled(moves: threading.Event, undone: threading.Event) -> Iterator[None]:
    """Hold up what is written until it may move; tell when something was undone."""

    def wait(*_: Any) -> None:
        moves.wait(60)

    def tell(_: Any) -> None:
        undone.set()

    event.listen(Engine, "after_cursor_execute", wait)
    event.listen(Engine, "rollback", tell)
    try:
        yield
    finally:
        moves.set()
        event.remove(Engine, "after_cursor_execute", wait)
        event.remove(Engine, "rollback", tell)


async def test_a_file_that_is_no_database_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "verbatim.db").write_bytes(b"no database" * 100)
    with pytest.raises(StorageError, match="is no database any more: put a backup in its place"):
        await Records(open_database(Settings(data=tmp_path))).open()


async def test_a_file_that_somebody_locks_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    one, two = open_database(Settings(data=tmp_path)), open_database(Settings(data=tmp_path))
    refused = pytest.raises(StorageError, match="has been locked by somebody else for 2 s")
    with one.write(), refused:
        await Records(two).keep(VOTE)
    await Records(two).keep(VOTE)
    one.close()
    two.close()


async def test_a_disk_without_room_to_open_the_file_is_called_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(Settings(data=tmp_path))

    def start(_: SqliteDatabase) -> None:
        raise refusal(sqlite3.SQLITE_IOERR_SHMSIZE)

    monkeypatch.setattr(SqliteDatabase, "_start", start)
    with pytest.raises(FullError, match="because the disk is full: nothing was changed"):
        await Records(database).keep(VOTE)


async def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    database = open_database(Settings(data=tmp_path / "data"))
    await Records(database).keep(VOTE)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
    assert modes == dict.fromkeys(("verbatim.db", "verbatim.db-wal", "verbatim.db-shm"), 0o600)
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    database.close()


async def test_a_database_that_was_away_at_the_start_is_used_once_it_is_there(
    postgres_of_its_own: Server, tmp_path: Path
) -> None:
    url = await asyncio.to_thread(postgres_of_its_own.database)
    await asyncio.to_thread(postgres_of_its_own.stop)
    store = StoreSettings(address=SecretStr(url))
    database = open_database(Settings(data=tmp_path, store=store))
    records = Records(database)
    with pytest.raises(AwayError, match="cannot be reached"):
        await records.open()
    await asyncio.to_thread(postgres_of_its_own.start)
    await records.keep(VOTE)
    assert len(await records.of(Vote, user=1)) == 1
    database.close()


async def test_a_database_that_does_not_answer_holds_up_no_other_thread(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes connections, and is mute
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/x"
        database = open_database(
            Settings(data=tmp_path, store=StoreSettings(address=SecretStr(url)))
        )
        records = Records(database)
        votes = [asyncio.create_task(records.keep(VOTE)) for _ in range(40)]
        await asyncio.sleep(0.05)
        async with asyncio.timeout(1):
            await asyncio.to_thread(str)
        records.close()
        for vote in votes:
            vote.cancel()
        await asyncio.wait(votes)
    database.close()


def test_a_folder_that_an_earlier_version_wrote_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "collections/shared/corpus").mkdir(parents=True)
    with pytest.raises(InputError, match="export each collection with that version, then import"):
        open_database(Settings(data=tmp_path))
