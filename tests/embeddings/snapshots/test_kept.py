"""Kept snapshots: the store's list counts, damaged ones are skipped, the live one stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from embeddings.errors import StorageError, UnknownSnapshot
from embeddings.snapshots.disk import read_signed
from embeddings.snapshots.kept import CACHE, SnapshotStore
from embeddings.store.rows import CollectionRows
from embeddings.store.sqlite import SqliteDatabase
from tests.embeddings.stories import HARBOUR, ORCHARD, written


class Place:
    """A collection's snapshots, made by a test."""

    def __init__(self, data: Path) -> None:
        self.database = SqliteDatabase(data)
        self.database.create_collection("shared")
        self.rows = CollectionRows(self.database, "shared")
        self.kept = SnapshotStore(self.rows)

    def publish(self, number: int, keep: int = 9, title: str = "") -> None:
        """Make a snapshot with an article of its own, and make it live."""
        article, live = (
            replace(HARBOUR, title=title or str(number)),
            self.rows.read_published().live,
        )
        written(self.kept.make_aside(number), article, name=str(number))
        row = self.kept.keep(number, "me", (1, 0, 0))
        with self.database.write() as connection:
            change, now = {article.id: article}, datetime.now(UTC)
            self.rows.articles.write(connection, number, live, change, by_hand={}, at=now)
            self.rows.keep(connection, row)
            self.rows.point(connection, number)
            self.rows.drop(connection, keep, set())

    def point(self, number: int) -> None:
        with self.database.write() as connection:
            self.rows.point(connection, number)

    def damage(self, number: int) -> None:
        path = self.kept.folder / str(number) / "texts.txt"
        path.write_bytes(b"X" + path.read_bytes()[1:])

    def names(self) -> list[str]:
        return sorted(path.name for path in self.kept.folder.iterdir())


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.database.close()


@pytest.fixture
def place(empty: Place) -> Place:
    """Three snapshots, the newest live."""
    for number in (1, 2, 3):
        empty.publish(number)
    return empty


def test_nothing_is_live_before_the_first_snapshot(empty: Place) -> None:
    assert empty.kept.read_published().live is None
    assert empty.kept.load_best() == (None, ())


def test_the_live_snapshot_is_loaded(place: Place) -> None:
    place.point(2)
    snapshot, notes = place.kept.load_best()
    assert snapshot is not None
    assert (snapshot.id, notes) == ("2", ())


def test_a_damaged_live_snapshot_gives_way_to_the_last_good_one_and_it_is_said(
    place: Place,
) -> None:
    place.damage(3)
    snapshot, notes = place.kept.load_best()
    assert snapshot is not None
    assert snapshot.id == "2"
    assert "texts.txt is not what was written" in notes[0]
    assert "run reindex --full" in notes[0]


def test_when_all_are_damaged_there_is_none_and_each_is_named(place: Place) -> None:
    for number in (1, 2, 3):
        place.damage(number)
    snapshot, notes = place.kept.load_best()
    assert snapshot is None
    assert len(notes) == 3


def test_snapshots_are_listed_newest_first_by_number_with_the_live_one_marked(
    place: Place,
) -> None:
    for number in (9, 10):
        place.publish(number)
    place.point(9)
    found = [(s.snapshot, s.live, s.by, s.added) for s in place.kept.summarise()]
    assert found[:2] == [("10", False, "me", 1), ("9", True, "me", 1)]
    assert [each[0] for each in found] == ["10", "9", "3", "2", "1"]


def test_a_snapshot_that_made_room_on_a_full_disk_is_not_listed(place: Place) -> None:
    place.kept.make_room(2)
    assert [each.snapshot for each in place.kept.summarise()] == ["3", "2"]


def test_the_previous_snapshot_is_the_next_older_one(place: Place) -> None:
    assert place.kept.find_number(None) == 2
    place.point(1)
    with pytest.raises(UnknownSnapshot, match="no earlier snapshot"):
        place.kept.find_number(None)


def test_a_snapshot_with_the_same_articles_is_not_the_previous_one(place: Place) -> None:
    place.publish(4, title="3")
    assert place.kept.find_number(None) == 2


def test_an_unknown_snapshot_is_refused_with_those_that_are_kept(place: Place) -> None:
    for name in ("9", "../snapshots/1", "", "03", "x"):
        with pytest.raises(UnknownSnapshot, match="kept are: 3, 2, 1"):
            place.kept.find_number(name)
    assert place.kept.find_number(" 2 ") == 2


def test_a_sweep_deletes_the_snapshots_that_the_store_does_not_list(place: Place) -> None:
    written(place.kept.make_aside(4), ORCHARD)
    written(place.kept.folder / "7", ORCHARD)
    place.point(1)
    place.publish(8, keep=2)
    place.point(3)
    place.kept.sweep()
    assert place.names() == ["3", "8", CACHE]


def test_the_cached_list_counts_while_the_store_is_away(place: Place) -> None:
    place.point(2)
    place.kept.read_published()
    place.database.close()
    place.database.path.write_bytes(b"no database" * 99)
    assert place.kept.read_published().live == 2
    loaded = place.kept.load_cached()
    assert loaded is not None
    assert loaded.id == "2"


def test_without_a_readable_cache_the_newest_good_snapshot_counts(place: Place) -> None:
    for note in [b"", b"{", b'{"live": "x", "kept": {}}', b"[]", b"\xff\x00", b"[" * 100_000]:
        place.kept.read_published()
        (place.kept.folder / CACHE).write_bytes(note)
        place.damage(3)
        loaded = place.kept.load_cached()
        assert loaded is not None
        assert loaded.id == "2"
        place.kept.read_published()
        noted = read_signed((place.kept.folder / CACHE).read_bytes())
        assert noted
        assert noted["live"] == 3


def test_an_unreachable_store_without_a_cache_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "verbatim.db").write_bytes(b"no database" * 99)
    database = SqliteDatabase(tmp_path)
    with pytest.raises(StorageError, match="is no database any more"):
        SnapshotStore(CollectionRows(database, "shared")).read_published()
