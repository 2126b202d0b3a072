"""What the store names counts; what is damaged is passed over; the live one is never cleared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from embeddings.errors import StorageError, UnknownSnapshot
from embeddings.snapshots.disk import read_signed
from embeddings.snapshots.kept import NOTED, SnapshotStore
from embeddings.snapshots.manifest import MANIFEST
from embeddings.store.pointers import CollectionRows, Kept, Pointers
from embeddings.store.sqlite import SqliteDatabase
from tests.embeddings.stories import HARBOUR, ORCHARD, written


class Place:
    """The snapshots of a collection, as a test makes them."""

    def __init__(self, data: Path) -> None:
        self.database = SqliteDatabase(data)
        pointers = Pointers(self.database)
        pointers.create("shared")
        self.rows = CollectionRows(self.database, pointers, "shared")
        self.kept = SnapshotStore(self.rows)

    def publish(self, number: int, keep: int = 9, title: str = "") -> None:
        """Make a snapshot, and the live one, with an article that is like no other's."""
        article, live = (
            replace(HARBOUR, title=title or str(number)),
            self.rows.read_published().live,
        )
        written(self.kept.aside(number), article, name=str(number))
        self.kept.keep(number)
        manifest = (self.kept.folder / str(number) / MANIFEST).read_bytes()
        with self.database.write() as connection:
            change, now = {article.id: article}, datetime.now(UTC)
            self.rows.articles.write(connection, number, live, change, by_hand={}, at=now)
            mark = sha256(manifest).hexdigest()
            self.rows.keep(connection, Kept(number, manifest, mark, "me", (1, 0, 0)))
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


def test_what_made_room_on_a_full_disk_is_not_listed(place: Place) -> None:
    assert place.kept.make_room(2)
    assert [each.snapshot for each in place.kept.summarise()] == ["3", "2"]


def test_the_one_before_is_the_next_older(place: Place) -> None:
    assert place.kept.number_of(None) == 2
    place.point(1)
    with pytest.raises(UnknownSnapshot, match="no earlier snapshot"):
        place.kept.number_of(None)


def test_a_snapshot_with_the_same_articles_is_no_one_before(place: Place) -> None:
    place.publish(4, title="3")
    assert place.kept.number_of(None) == 2


def test_an_unknown_snapshot_is_refused_with_those_that_are_kept(place: Place) -> None:
    for name in ("9", "../snapshots/1", "", "03", "x"):
        with pytest.raises(UnknownSnapshot, match="kept are: 3, 2, 1"):
            place.kept.number_of(name)
    assert place.kept.number_of(" 2 ") == 2


def test_what_is_not_named_by_the_store_is_swept_and_what_is_named_stays(place: Place) -> None:
    written(place.kept.aside(4), ORCHARD)
    written(place.kept.folder / "7", ORCHARD)
    place.point(1)
    place.publish(8, keep=2)
    place.point(3)
    place.kept.sweep()
    assert place.names() == ["3", "8", NOTED]


def test_what_the_store_said_last_is_what_counts_while_it_is_away(place: Place) -> None:
    place.point(2)
    place.kept.read_published()
    place.database.close()
    place.database.path.write_bytes(b"no database" * 99)
    assert place.kept.read_published().live == 2
    loaded = place.kept.load_noted()
    assert loaded is not None
    assert loaded.id == "2"


def test_without_a_note_that_can_be_read_the_newest_good_snapshot_counts(place: Place) -> None:
    for note in [b"", b"{", b'{"live": "x", "kept": {}}', b"[]", b"\xff\x00"]:
        place.kept.read_published()
        (place.kept.folder / NOTED).write_bytes(note)
        place.damage(3)
        loaded = place.kept.load_noted()
        assert loaded is not None
        assert loaded.id == "2"
        place.kept.read_published()
        noted = read_signed((place.kept.folder / NOTED).read_bytes())
        assert noted
        assert noted["live"] == 3


def test_a_store_that_is_away_and_never_said_anything_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "verbatim.db").write_bytes(b"no database" * 99)
    database = SqliteDatabase(tmp_path)
    with pytest.raises(StorageError, match="is no database any more"):
        SnapshotStore(CollectionRows(database, Pointers(database), "shared")).read_published()
