"""The bot's records, on both databases: votes, choices, questions, turns, and their deletion."""

from __future__ import annotations

import asyncio
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
from tests.waiting import PATIENCE, until

VOTE = Vote("a1", user=1, guild=2, useful=True, article="x" * 8, paragraph=3, digest="d" * 8)
ASKED = Unanswered(user=1, guild=2, question="Pourquoi ?", refusal="not_found")
CHOSEN = Choices(public=False, channels=(1, 2), cooldown_user=5.0, keep=True)


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """A function that opens the same database again, like another process."""
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
    """The records as another process has them."""
    made = Records(opened(), clock)
    await made.open()
    yield made
    made.close()


async def test_votes_and_refused_questions_are_read_back_as_they_were_stored(
    records: Records,
) -> None:
    await records.keep(VOTE)
    await records.keep(ASKED)
    assert await records.find(Vote, user=1) == [replace(VOTE, at="2026-01-01T00:00:00+00:00")]
    asked = replace(ASKED, at="2026-01-01T00:00:00+00:00")
    assert await records.find(Unanswered, guild=2) == [asked]


WATCH = Watch(1, 2, 3, "Qui ?", "fr", write_filters(Filters(since=date(2018, 6, 1), source="A")))


async def test_the_filters_of_a_question_are_read_back(records: Records) -> None:
    await records.keep(WATCH)
    (kept,) = await records.find(Watch, user=1)
    assert kept.filters == Filters(since=date(2018, 6, 1), source="A")
    assert replace(kept, narrowed="").filters == Filters()


async def test_a_number_is_never_given_again_but_to_what_had_it(
    records: Records, clock: Clock
) -> None:
    """A button that was sent with it would act on another record."""
    first = await records.keep(WATCH)
    (kept,) = await records.find(Watch, user=1)
    assert await records.end(Watch, first)
    assert await records.keep(replace(WATCH, user=7)) > first
    clock.now += timedelta(days=1)
    assert await records.keep(kept) == first
    assert await records.find(Watch, user=1) == [kept]


async def test_an_upgrade_keeps_the_questions_and_adds_their_filters(
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
    assert [each.narrowed for each in await records.find(Watch, user=1)] == [""]
    assert [each.narrowed for each in await records.find(Watch, user=7)] == [WATCH.narrowed]
    assert await records.find(Inquiry, user=1) == []
    records.close()


async def test_an_upgrade_adds_the_tables_of_questions(
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
    assert [each.narrowed for each in await records.find(Watch, user=1)] == [WATCH.narrowed]
    assert len(await records.find(Vote, user=1)) == 1
    records.close()


async def test_a_person_has_one_vote_on_an_answer_which_only_their_server_sees(
    records: Records,
) -> None:
    await records.keep(VOTE)
    await records.keep(replace(VOTE, useful=False))
    await records.keep(replace(VOTE, user=7))
    await records.keep(replace(VOTE, user=8, guild=None))
    assert sorted((v.user, v.useful) for v in await records.find(Vote, guild=2)) == [
        (1, False),
        (7, True),
    ]
    assert await records.find(Vote, guild=3) == []
    assert [v.user for v in await records.find(Vote, guild=None)] == [8]


async def test_a_reason_is_stored_only_with_its_vote(records: Records) -> None:
    assert not await records.explain("a1", 1, "Trop long")
    await records.keep(VOTE)
    assert await records.explain("a1", 1, "Trop long")
    assert [v.reason for v in await records.find(Vote, user=1)] == ["Trop long"]


async def test_forgetting_a_person_deletes_all_their_rows_and_no_others(records: Records) -> None:
    await records.keep(VOTE)
    await records.keep(ASKED)
    await records.keep(replace(VOTE, user=7))
    assert await records.forget(1) == 2
    assert await records.find(Vote, user=1) == []
    assert await records.find(Unanswered, user=1) == []
    assert len(await records.find(Vote, user=7)) == 1


async def test_forgetting_a_server_deletes_all_its_rows_and_no_others(records: Records) -> None:
    await records.keep(VOTE)
    await records.keep(replace(ASKED, guild=3))
    await records.choose(2, CHOSEN)
    await records.leave(2)
    await records.forget_guild(2)
    assert await records.guilds() == {3}
    assert await records.left_servers() == []
    assert records.choices(2) == Choices()


async def test_rows_older_than_promised_are_neither_shown_nor_kept(
    records: Records, clock: Clock, opened: Callable[[], Database]
) -> None:
    await records.keep(VOTE)
    await records.keep(ASKED)
    clock.now += timedelta(days=KEPT_DAYS, seconds=1)
    assert await records.find(Vote, user=1) == []
    assert await records.find(Unanswered, guild=2) == []
    await records.tidy()
    with opened().read() as connection:
        for table in schema.OF_PEOPLE:
            assert connection.scalar(select(func.count()).select_from(table)) == 0


async def test_the_date_of_leaving_a_server_stays_until_the_bot_is_back(
    records: Records, clock: Clock
) -> None:
    await records.leave(2, 3)
    clock.now += timedelta(days=10)
    await records.leave(2, 4)
    assert await records.left_servers(days=5) == [2, 3]
    await records.come_back(2)
    assert await records.left_servers() == [3, 4]


async def test_a_servers_choices_survive_a_restart_and_reach_other_processes(
    records: Records, other: Records
) -> None:
    await records.choose(2, CHOSEN)
    await until(lambda: other.choices(2) == CHOSEN)
    assert other.choices(3) == other.choices(None) == Choices()


async def test_a_read_that_began_before_a_choice_does_not_undo_it(records: Records) -> None:
    began, chosen = threading.Event(), threading.Event()

    def wait(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("SELECT choices"):
            began.set()
            chosen.wait(60)

    event.listen(records._database._engine, "after_cursor_execute", wait)
    reading = asyncio.create_task(asyncio.to_thread(records._look))
    assert await asyncio.to_thread(began.wait, 60)
    await records.choose(2, CHOSEN)
    chosen.set()
    await reading
    assert records.choices(2) == CHOSEN


async def test_a_feed_is_due_until_it_is_fetched_and_is_deleted_with_its_server(
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


async def test_an_unfinished_change_is_listed_for_other_processes_and_ended_once(
    records: Records, other: Records
) -> None:
    await records.keep(Unfinished("token", 1, 2, "fr", button="v:index:o:0"))
    assert await records.list_unfinished() == []
    assert [work.token for work in await other.list_unfinished()] == ["token"]
    assert (await other.end(Unfinished, "token"), await other.end(Unfinished, "token")) == (
        True,
        False,
    )


async def test_an_upgrade_drops_the_old_tables_of_unfinished_work(
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


async def test_a_note_is_read_back_as_last_written(records: Records) -> None:
    assert await records.note("commands") is None
    await records.write_note("commands", "abc")
    await records.write_note("commands", "dé")
    assert await records.note("commands") == "dé"


async def test_a_turn_is_taken_once_within_its_duration(records: Records) -> None:
    assert await records.take_turn("user:1", 3000) == 0
    assert 3000 - PATIENCE < await records.take_turn("user:1", 3000) <= 3000
    assert await records.take_turn("user:2", 60) == 0


async def test_an_expired_turn_is_free_and_a_refusal_does_not_extend_it(
    records: Records, clock: Clock
) -> None:
    assert await records.take_turn("user:1", 60) == 0
    first = await records.take_turn("user:1", 60)
    await asyncio.sleep(0.05)  # of PostgreSQL's own clock
    clock.now += timedelta(seconds=0.05)
    assert await records.take_turn("user:1", 60) < first
    assert await records.take_turn("user:1", 0.02) == 0


async def test_a_holder_renews_and_ends_only_its_own_turn(records: Records) -> None:
    assert await records.take_turn("watching", 60, "a") == 0
    assert await records.take_turn("watching", 60, "a") == 0
    assert await records.take_turn("watching", 60, "b") > 0
    assert await records.take_turn("watching", 60) > 0
    await records.end_turn("watching", "b")
    assert await records.take_turn("watching", 60, "b") > 0
    await records.end_turn("watching", "a")
    assert await records.take_turn("watching", 60, "b") == 0


async def test_only_one_of_many_concurrent_callers_gets_a_turn(
    records: Records, other: Records
) -> None:
    both = (records, other)
    left = await asyncio.gather(*(both[n % 2].take_turn("sync", 60, str(n)) for n in range(8)))
    assert sorted(bool(seconds) for seconds in left) == [False] + [True] * 7


async def test_tidying_deletes_turns_older_than_any_duration(
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
    assert [v.useful for v in await records.find(Vote, guild=2)] == [False]


async def test_a_clock_that_was_set_back_does_not_block_a_turn(
    tmp_path: Path, clock: Clock
) -> None:
    database = open_database(Settings(data=tmp_path))
    records = Records(database, clock)
    await records.take_turn("user:1", 60)
    clock.now -= timedelta(hours=1)
    assert await records.take_turn("user:1", 60) == 0
    database.close()


async def test_a_feed_with_a_fetch_time_in_the_future_is_due(records: Records) -> None:
    n = await records.keep(Feed(2, "https://a.example/flux"))
    await records.change_feed(n, looked=86_400.0)
    assert [feed.guild for feed in await records.feeds_due(100.0, 900.0)] == [2]


async def test_a_call_that_times_out_is_reported_and_rolled_back(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    stall = Stall(records)
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    with pytest.raises(AwayError, match="did not answer within 0 s: nothing was changed"):
        await records.keep(VOTE)
    monkeypatch.setattr(module, "PATIENCE", 30.0)
    await stall.end()
    assert await records.find(Vote, user=1) == []
    await records.keep(VOTE)
    assert len(await records.find(Vote, user=1)) == 1


async def test_a_lease_that_cannot_be_released_is_left_to_end_by_itself(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    await records.take_turn("watching", 60, "a")
    stall = Stall(records)
    monkeypatch.setattr(module, "RELEASING", 0.1)
    await records.end_turn("watching", "a")
    await stall.end()
    assert await records.take_turn("watching", 60, "b") > 0


async def test_a_cancelled_call_is_rolled_back(records: Records) -> None:
    stall = Stall(records)
    call = asyncio.create_task(records.take_turn("watching", 300, "a process that ends"))
    assert await asyncio.to_thread(stall.began.wait, 30)
    call.cancel()
    await asyncio.wait({call})
    await stall.end()
    assert await records.take_turn("watching", 300, "another") == 0


class Stall:
    """Holds up the writes of some records once they are executed, before they are committed."""

    def __init__(self, records: Records) -> None:
        self.began, self._moves, self._undone = (threading.Event() for _ in range(3))
        event.listen(records._database._engine, "after_cursor_execute", self._wait)
        event.listen(records._database._engine, "rollback", self._tell)

    async def end(self) -> None:
        """Let the write go on, which is rolled back, and those after it."""
        self._moves.set()
        assert await asyncio.to_thread(self._undone.wait, 30)

    def _wait(self, _: Any, __: Any, statement: str, *___: Any) -> None:
        if not statement.startswith("SELECT"):
            self.began.set()
            self._moves.wait(60)

    def _tell(self, _: Any) -> None:
        if self.began.is_set():
            self._undone.set()


async def test_a_file_that_is_no_database_is_reported_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "verbatim.db").write_bytes(b"no database" * 100)
    with pytest.raises(StorageError, match="is no database any more: put a backup in its place"):
        await Records(open_database(Settings(data=tmp_path))).open()


async def test_a_locked_file_is_reported_in_a_sentence(tmp_path: Path) -> None:
    one, two = open_database(Settings(data=tmp_path)), open_database(Settings(data=tmp_path))
    refused = pytest.raises(StorageError, match="has been locked by somebody else for 2 s")
    with one.write(), refused:
        await Records(two).keep(VOTE)
    await Records(two).keep(VOTE)
    one.close()
    two.close()


async def test_a_disk_too_full_to_open_the_file_is_reported_as_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(Settings(data=tmp_path))

    def start(_: SqliteDatabase) -> None:
        raise refusal(sqlite3.SQLITE_IOERR_SHMSIZE)

    monkeypatch.setattr(SqliteDatabase, "_start", start)
    with pytest.raises(FullError, match="because the disk is full: nothing was changed"):
        await Records(database).keep(VOTE)


async def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    database = open_database(Settings(data=tmp_path / "data"))
    await Records(database).keep(VOTE)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
    assert modes == dict.fromkeys(("verbatim.db", "verbatim.db-wal", "verbatim.db-shm"), 0o600)
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    database.close()


async def test_a_database_unreachable_at_the_start_is_used_later(
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
    assert len(await records.find(Vote, user=1)) == 1
    database.close()


async def test_a_database_that_does_not_answer_blocks_no_other_thread(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes connections, and is mute
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/x"
        database = open_database(
            Settings(data=tmp_path, store=StoreSettings(address=SecretStr(url)))
        )
        records = Records(database)
        votes = [asyncio.create_task(records.keep(VOTE)) for _ in range(40)]
        await asyncio.sleep(0.05)
        free = asyncio.create_task(asyncio.to_thread(str))
        ended, _ = await asyncio.wait({free, *votes}, return_when=asyncio.FIRST_COMPLETED)
        assert free in ended  # before the database is given up
        records.close()
        for vote in votes:
            vote.cancel()
        await asyncio.wait(votes)
    database.close()


def test_a_folder_of_an_earlier_version_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "collections/shared/corpus").mkdir(parents=True)
    with pytest.raises(InputError, match="export each collection with that version, then import"):
        open_database(Settings(data=tmp_path))
