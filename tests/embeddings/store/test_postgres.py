"""Cases of a shared database only: unreachable, locked, read-only, on another machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from embeddings.changing.publishing import begin_change
from embeddings.engine import SearchEngine
from embeddings.errors import AwayError, BusyError, PlaceError, SnapshotError, StorageError
from embeddings.reports import Options
from embeddings.store.remote import PART, DatabaseIndex
from tests.embeddings.collections import filled, story
from tests.embeddings.store.installed import Installed, tell
from tests.embeddings.store.server import Server
from tests.embeddings.stories import HARBOUR
from tests.waiting import Elapsed, until

QUESTION = "La construction a-t-elle duré trois ans ?"
SOON = 6.0
"""Seconds within which a question is answered in any state of the database."""


@pytest.fixture
def shared(postgres_url: str, tmp_path: Path) -> Installed:
    return Installed(postgres_url, tmp_path)


@pytest.fixture
async def engine(shared: Installed) -> AsyncIterator[SearchEngine]:
    async with shared.engine() as engine:
        await filled(engine, shared.folder)
        yield engine


@dataclass
class Apart:
    """A server of a test's own, which it may stop, and an installation there."""

    server: Server
    installed: Installed

    async def stop(self) -> None:
        await asyncio.to_thread(self.server.stop)

    async def start(self) -> None:
        await asyncio.to_thread(self.server.start)


@pytest.fixture
async def apart(postgres_of_its_own: Server, tmp_path: Path) -> Apart:
    url = await asyncio.to_thread(postgres_of_its_own.database)
    return Apart(postgres_of_its_own, Installed(url, tmp_path))


async def answers(engine: SearchEngine) -> bool:
    elapsed = Elapsed()
    found = (await engine.ask(QUESTION)).hits[0].article.id == "port"
    return found and elapsed.seconds() < SOON


async def test_another_machine_gives_the_same_answers_from_its_own_copy(
    engine: SearchEngine, shared: Installed
) -> None:
    async with shared.engine("two") as other:
        one, two = await engine.ask(QUESTION), await other.ask(QUESTION)
        assert one.hits == two.hits
        report = await other.verify()
        assert report.problems == ()


async def test_a_damaged_copy_is_pulled_again_and_a_damaged_part_is_named(
    engine: SearchEngine, shared: Installed
) -> None:
    async with shared.engine("two") as other:
        copy = other._live.current.folder
    for path in copy.iterdir():
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        async with shared.engine("two") as other:
            assert await answers(other)
        assert path.read_bytes() == data
    with psycopg.connect(shared.url, autocommit=True) as connection:
        connection.execute(
            "UPDATE verbatim.chunks SET data = 'x' WHERE name = 'sentences.npy' AND part = 0"
        )
    problems = (await engine.verify()).problems
    assert problems[0].startswith("sentences.npy of snapshot 1 is not what was written to the data")
    await engine.reindex(full=True)
    assert all("snapshot 1 " in each for each in (await engine.verify()).problems)
    with psycopg.connect(shared.url, autocommit=True) as connection:
        connection.execute("UPDATE verbatim.snapshots SET digest = '' WHERE number = 2")
    assert any("manifest of snapshot 2" in each for each in (await engine.verify()).problems)


async def test_without_the_database_the_local_copy_answers_and_changes_are_refused(
    apart: Apart,
) -> None:
    async with apart.installed.engine() as engine:
        await filled(engine, apart.installed.folder)
        await apart.stop()
        assert await answers(engine)
        with pytest.raises(AwayError, match="cannot be reached"):
            await engine.remove(["port"])
        async with apart.installed.engine() as again:
            assert await answers(again)
            away, copy = again.status().notes
            assert ("cannot be reached" in away, "copy here" in copy) == (True, True)
        with pytest.raises(AwayError, match=r"cannot be reached \(.*\); check that it runs, .*S\."):
            async with apart.installed.engine("elsewhere"):
                pass
        await apart.start()
        await until(lambda: not _raises(engine))
        await engine.remove(["verger"])
        assert await answers(engine)


def _raises(engine: SearchEngine) -> bool:
    try:
        engine.database.look()
    except StorageError:
        return True
    return False


async def test_locked_tables_do_not_stop_answers(engine: SearchEngine, shared: Installed) -> None:
    with psycopg.connect(shared.url) as other:
        tables = "collections, snapshots, versions, contents, audit"
        other.execute("SET search_path = verbatim")
        other.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
        assert await answers(engine)
        elapsed = Elapsed()
        async with shared.engine() as again:
            assert await answers(again)
            assert elapsed.seconds() < 2 * SOON
        with pytest.raises(StorageError, match="is locked by somebody else for more than 2 s"):
            await engine.remove(["port"])
    await engine.remove(["verger"])


async def test_a_read_only_database_answers_and_refuses_changes(
    engine: SearchEngine, shared: Installed
) -> None:
    name = shared.url.rpartition("/")[2]
    with psycopg.connect(shared.url, autocommit=True) as other:
        other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        async with shared.engine("two") as again:
            assert await answers(again)
            with pytest.raises(StorageError, match="may only be read just now, such as a standby"):
                await again.remove(["port"])
    finally:
        with psycopg.connect(shared.url, autocommit=True) as other:
            other.execute("SET default_transaction_read_only = off")
            other.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")


@pytest.mark.parametrize(
    ("address", "kind", "sentence"),
    [
        ("postgresql://nobody:secret@127.0.0.1:1/none", AwayError, "cannot be reached"),
        ("{url}-not-there", PlaceError, "does not let anybody in with that address"),
    ],
)
async def test_an_error_about_an_address_does_not_show_the_password(
    postgres_url: str, tmp_path: Path, address: str, kind: type[StorageError], sentence: str
) -> None:
    given = Installed(address.format(url=postgres_url), tmp_path)
    with pytest.raises(kind, match=sentence) as caught:
        async with given.engine():
            pass
    assert "secret" not in str(caught.value)


async def test_a_writer_that_lost_its_session_publishes_nothing(
    engine: SearchEngine, shared: Installed, postgres: Server
) -> None:
    before = engine.status().snapshot
    async with begin_change(engine._live, Options()), shared.engine("two") as other:
        with pytest.raises(BusyError, match=r"another process.*, since"):
            await other.remove(["port"])
    hold = engine.database.hold("shared")
    write = await asyncio.to_thread(hold.__enter__)
    await asyncio.to_thread(postgres.execute, shared.url, CUT)
    with pytest.raises(StorageError), write() as connection:
        engine._live.rows.point(connection, 7)
    await asyncio.to_thread(hold.__exit__, None, None, None)
    assert (await asyncio.to_thread(engine._live.rows.read_published)).live == int(before or 0)


CUT = """
SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_a_missed_notification_is_made_up_for(
    engine: SearchEngine, shared: Installed, postgres: Server
) -> None:
    async with shared.engine("two") as other:
        await asyncio.to_thread(postgres.execute, shared.url, CUT)
        await until(lambda: not _raises(engine))
        await engine.remove(["verger"])
        await tell(other, engine.status().snapshot)


async def test_a_file_of_many_parts_is_pulled_completely(
    engine: SearchEngine, shared: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PART == 4 << 20
    monkeypatch.setattr("embeddings.store.remote.PART", 100)
    text = HARBOUR.text.replace("trois ans", "quatre ans")
    await engine.add([story(shared.folder, "port", text, id="port", title="Le port")])
    async with shared.engine("two") as other:
        assert "quatre ans" in (await other.ask(QUESTION, threshold=0.0)).hits[0].text


async def test_a_search_in_the_database_gives_the_same_hits_and_scores(
    shared: Installed,
) -> None:
    async with shared.engine("one", search="database", snapshots_kept=1) as there:
        await filled(there, shared.folder)
        found = await there.ask(QUESTION)
        assert there.status().index == "pgvector exact"
        async with shared.engine("two") as here:
            assert [(h.text, round(h.score, 4)) for h in (await here.ask(QUESTION)).hits] == [
                (h.text, round(h.score, 4)) for h in found.hits
            ]
        await there.remove(["verger"])
        await there.reindex(full=True)
        assert await answers(there)
        with psycopg.connect(shared.url) as connection:
            tables = connection.execute(
                "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'vectors%'"
            ).fetchone()
    assert tables == (4,)  # of the live one, and of the one before, which another may search


async def test_vectors_that_the_database_lost_are_not_published(
    shared: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = DatabaseIndex.fill

    def lose(index: DatabaseIndex) -> None:
        fill(index)
        with index._database.write() as connection:
            connection.execute(index._table.delete().where(index._table.c.row > 0))

    async with shared.engine("one", search="database") as there:
        await filled(there, shared.folder)
        before = there.status().snapshot
        monkeypatch.setattr(DatabaseIndex, "fill", lose)
        with pytest.raises(SnapshotError, match="did not keep what was written"):
            await there.reindex(full=True)
        assert there.status().snapshot == before
        assert await answers(there)


async def test_a_database_of_an_earlier_version_is_refused_with_the_remedy(
    shared: Installed,
) -> None:
    with psycopg.connect(shared.url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA verbatim")
        connection.execute("CREATE TABLE verbatim.generations (seq int)")
    with pytest.raises(StorageError, match="export each collection with that version, then import"):
        async with shared.engine():
            pass


async def test_a_connection_in_use_at_the_end_is_closed_when_it_is_returned(
    engine: SearchEngine,
) -> None:
    database = engine.database
    with database.read() as connection:
        late = connection.connection.dbapi_connection
        database.close()
        assert not late.closed
    assert late.closed
    with database.read() as connection:
        again = connection.connection.dbapi_connection
    assert not again.closed
