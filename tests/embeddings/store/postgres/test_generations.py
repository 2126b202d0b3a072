"""A generation in the database: whole or not there, told to everybody, and never mixed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from embeddings.errors import SnapshotError, StorageError
from embeddings.store.postgres import uploading
from embeddings.store.postgres.generations import PostgresGenerations
from embeddings.store.postgres.store import PostgresStore
from tests.embeddings.store.postgres.places import ROOT, kept
from tests.embeddings.store.postgres.server import CUT_OTHERS, Server
from tests.embeddings.stories import HARBOUR, ORCHARD, STORIES

BUILD_AND_HANG = """
import sys, time
from pathlib import Path
from embeddings.store.postgres import uploading
from embeddings.store.postgres.store import PostgresStore
from tests.embeddings.store.postgres.places import kept
from tests.embeddings.stories import HARBOUR
store = PostgresStore(sys.argv[1], Path(sys.argv[2]))
async def hang(*_): print("filled", flush=True); time.sleep(60)
uploading._check = hang
generations = store.generations("shared")
with generations.building():
    kept(generations, "2", HARBOUR)
    generations.publish("2")
"""


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[PostgresStore]:
    store = PostgresStore(url, tmp_path / "one", poll=60)
    yield store
    store.close()


@pytest.fixture
def other(url: str, tmp_path: Path) -> Iterator[PostgresStore]:
    store = PostgresStore(url, tmp_path / "two", poll=60)
    yield store
    store.close()


@pytest.fixture
def generations(store: PostgresStore) -> PostgresGenerations:
    """One snapshot, live."""
    generations = store.generations("shared")
    kept(generations, "1", *STORIES)
    generations.publish("1")
    return generations


def within(seconds: float, true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def tables(store: PostgresStore) -> set[str]:
    query = (
        "SELECT tablename FROM pg_tables WHERE schemaname = 'verbatim' AND tablename ~ '^g[0-9]'"
    )
    return {row["tablename"] for row in store.database.read(lambda c: c.fetch(query))}


def test_a_pulled_snapshot_is_bit_by_bit_what_was_built(
    generations: PostgresGenerations, other: PostgresStore
) -> None:
    theirs = other.generations("shared").load("1")
    mine = {path.name: path.read_bytes() for path in (generations.folder / "1").iterdir()}
    assert {path.name: path.read_bytes() for path in theirs.folder.iterdir()} == mine
    assert len(mine) > 5


def test_files_of_many_parts_are_pulled_whole(
    store: PostgresStore, other: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.store.postgres.tables.PART", 100)
    generations = store.generations("shared")
    kept(generations, "1", *STORIES)
    generations.publish("1")
    assert other.generations("shared").load("1").article(1) == HARBOUR


def test_the_rows_of_a_generation_can_be_read_with_sql(
    generations: PostgresGenerations, store: PostgresStore
) -> None:
    query = (
        "SELECT a.title, p.paragraph, vector_dims(p.vector) AS d FROM g1_passages p "
        "JOIN g1_articles a ON a.row = p.article WHERE a.date = '2018-06-22' ORDER BY p.row"
    )
    rows = store.database.read(lambda c: c.fetch(query))
    assert [tuple(row) for row in rows] == [(HARBOUR.title, n, 64) for n in (1, 2, 3)]


def test_an_empty_corpus_can_be_published(store: PostgresStore, other: PostgresStore) -> None:
    generations = store.generations("shared")
    kept(generations, "1")
    generations.publish("1")
    assert other.generations("shared").load("1").manifest.passages == 0


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE g{seq}_passages SET vector = vector * vector WHERE row = 1",
        "UPDATE g{seq}_passages SET paragraph = paragraph + 1 WHERE row = 1",
        "DELETE FROM g{seq}_articles WHERE row = 0",
        "UPDATE g{seq}_files SET data = data || 'x' WHERE name = 'texts.txt'",
    ],
)
def test_what_the_database_did_not_keep_is_never_published(
    generations: PostgresGenerations, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    filled = uploading._fill

    async def fill(connection: asyncpg.Connection, its: uploading.Tables) -> None:
        await filled(connection, its)
        await connection.execute(spoil.format(seq=its.files.name[1:].partition("_")[0]))

    monkeypatch.setattr(uploading, "_fill", fill)
    kept(generations, "2", *STORIES)
    with pytest.raises(SnapshotError, match="did not keep what was written"):
        generations.publish("2")
    assert (generations.live, generations.ids()) == ("1", ["1"])


def test_a_search_that_finds_too_little_is_never_published(
    generations: PostgresGenerations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nearest(*_: object) -> list[tuple[int, float]]:
        return [(0, 0.5)]

    monkeypatch.setattr("embeddings.store.postgres.search.nearest", nearest)
    kept(generations, "2", *STORIES)
    with pytest.raises(SnapshotError, match="its search finds"):
        generations.publish("2")
    assert generations.live == "1"


def test_what_a_failed_publication_left_is_collected_by_the_next(
    generations: PostgresGenerations, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(*_: object) -> None:
        raise SnapshotError("no")

    with monkeypatch.context() as patched:
        patched.setattr(uploading, "_check", check)
        kept(generations, "2", HARBOUR)
        with pytest.raises(SnapshotError):
            generations.publish("2")
    assert "g2_files" in tables(store)
    kept(generations, "3", HARBOUR)
    generations.publish("3")
    assert {name.partition("_")[0] for name in tables(store)} == {"g1", "g3"}


def test_a_builder_that_is_killed_leaves_the_old_one_live_and_its_leavings_are_collected(
    generations: PostgresGenerations, store: PostgresStore, url: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", BUILD_AND_HANG, url, str(tmp_path / "three")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as builder:
        assert builder.stdout is not None
        assert builder.stdout.readline() == b"filled\n"
        os.kill(builder.pid, signal.SIGKILL)
    assert "g2_files" in tables(store)
    assert generations.live == "1"
    kept(generations, "3", ORCHARD)
    assert within(5, lambda: published(generations, "3"))
    assert {name.partition("_")[0] for name in tables(store)} == {"g1", "g3"}


def published(generations: PostgresGenerations, name: str) -> bool:
    try:
        generations.publish(name)
    except StorageError:
        return False
    return generations.live == name


def test_clearing_drops_the_tables(generations: PostgresGenerations, store: PostgresStore) -> None:
    for name in ("2", "3"):
        kept(generations, name, HARBOUR)
        generations.publish(name)
    generations.clear(1, "3")
    assert {name.partition("_")[0] for name in tables(store)} == {"g3"}
    assert [path.name for path in generations.folder.iterdir()] == ["3"]


def test_a_deleted_collection_leaves_no_table_and_no_copy(
    generations: PostgresGenerations, store: PostgresStore
) -> None:
    store.delete("shared")
    assert tables(store) == set()
    assert not generations.folder.exists()


def test_others_are_told_at_once_and_have_it_before_they_say_so(
    generations: PostgresGenerations, other: PostgresStore
) -> None:
    theirs = other.generations("shared")
    theirs.load_best()
    assert theirs.latest == "1"
    kept(generations, "2", HARBOUR)
    generations.publish("2")
    assert within(5, lambda: theirs.latest == "2")
    assert (theirs.folder / "2" / "manifest.json").exists()
    assert [s.snapshot for s in theirs.summaries()] == ["2", "1"]


def test_a_publication_that_was_not_called_out_is_found_at_the_next_look(
    generations: PostgresGenerations, url: str, tmp_path: Path, server: Server
) -> None:
    other = PostgresStore(url, tmp_path / "two", poll=0.2)
    theirs = other.generations("shared")
    theirs.load_best()
    kept(generations, "2", HARBOUR)
    generations.publish("2")
    assert within(5, lambda: theirs.latest == "2")
    server.execute(url, "UPDATE collections SET live = '1'")
    assert within(5, lambda: theirs.latest == "1")
    other.close()


def test_what_was_published_while_the_connection_was_lost_is_found_when_it_is_back(
    generations: PostgresGenerations, other: PostgresStore, url: str, server: Server
) -> None:
    theirs = other.generations("shared")
    theirs.load_best()
    assert within(5, lambda: theirs.latest == "1")
    server.execute(url, CUT_OTHERS)
    kept(generations, "2", HARBOUR)
    generations.publish("2")
    assert within(5, lambda: theirs.latest == "2")


def test_a_generation_that_was_damaged_in_the_database_is_not_served(
    generations: PostgresGenerations, other: PostgresStore, url: str, server: Server
) -> None:
    kept(generations, "2", HARBOUR)
    generations.publish("2")
    server.execute(
        url, "UPDATE g2_files SET data = 'x' || substr(data, 2) WHERE name = 'texts.txt'"
    )
    snapshot, notes = other.generations("shared").load_best()
    assert snapshot is not None
    assert snapshot.id == "1"
    assert "texts.txt is not what was written" in notes[0]


def test_a_generation_with_another_manifest_is_not_served(
    generations: PostgresGenerations, other: PostgresStore, url: str, server: Server
) -> None:
    server.execute(url, "UPDATE generations SET manifest = manifest || ' '")
    with pytest.raises(SnapshotError, match="not what was published"):
        other.generations("shared").load("1")


def test_a_generation_of_another_version_is_to_be_built_again(
    generations: PostgresGenerations, other: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(generations, "2", HARBOUR)
    generations.publish("2")
    monkeypatch.setattr("embeddings.snapshots.manifest.FORMAT", 99)
    snapshot, notes = other.generations("shared").load_best()
    assert snapshot is None
    assert "another version" in notes[0]


def test_a_damaged_copy_is_pulled_again(generations: PostgresGenerations) -> None:
    path = generations.folder / "1" / "texts.txt"
    path.write_bytes(b"X" + path.read_bytes()[1:])
    snapshot, notes = generations.load_best()
    assert snapshot is not None
    assert (snapshot.id, notes, snapshot.changed_passages()) == ("1", (), [])


def test_a_holder_that_was_cut_off_can_publish_nothing(
    generations: PostgresGenerations, other: PostgresStore, url: str, server: Server
) -> None:
    theirs = other.generations("shared")
    kept(generations, "2", HARBOUR)
    with generations.building():
        server.execute(url, CUT_OTHERS)
        with theirs.building():
            kept(theirs, "3", ORCHARD)
            theirs.publish("3")
            with pytest.raises(StorageError, match="cannot be reached"):
                generations.publish("2")
    assert theirs.live == "3"


def test_while_the_database_is_down_the_last_copy_serves_and_it_is_said(
    tmp_path: Path, postgres_of_its_own: Server
) -> None:
    server = postgres_of_its_own
    url = server.database()
    store = PostgresStore(url, tmp_path / "one", poll=0.2)
    generations = store.generations("shared")
    kept(generations, "1", HARBOUR)
    generations.publish("1")
    server.stop("immediate")
    again = PostgresStore(url, tmp_path / "one", poll=0.2)
    theirs = again.generations("shared")
    snapshot, notes = theirs.load_best()
    assert snapshot is not None
    assert snapshot.id == "1"
    assert "The database cannot be reached" in notes[0]
    assert "changes and reindexing wait until it runs again" in notes[0]
    with pytest.raises(StorageError, match="cannot be reached"), theirs.building():
        pass
    server.start()
    kept(generations, "2", ORCHARD)
    generations.publish("2")
    assert within(10, lambda: theirs.latest == "2")
    again.close()
    store.close()
