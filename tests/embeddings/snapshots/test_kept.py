"""Publishing replaces a pointer; what is damaged is passed over; the live one is never cleared."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.errors import UnknownSnapshot
from embeddings.snapshots.kept import Generations
from tests.embeddings.stories import HARBOUR, ORCHARD, written


@pytest.fixture
def generations(tmp_path: Path) -> Generations:
    """Three snapshots, the newest live."""
    kept = Generations(tmp_path)
    for name in ("1", "2", "3"):
        written(kept.folder / name, HARBOUR)
    kept.publish("3")
    return kept


def damage(generations: Generations, name: str) -> None:
    path = generations.folder / name / "texts.txt"
    path.write_bytes(b"X" + path.read_bytes()[1:])


def test_nothing_is_live_before_the_first_snapshot(tmp_path: Path) -> None:
    assert Generations(tmp_path).live is None
    assert Generations(tmp_path).load_best() == (None, ())


def test_the_live_snapshot_is_loaded(generations: Generations) -> None:
    generations.publish("2")
    snapshot, notes = generations.load_best()
    assert snapshot is not None
    assert (snapshot.id, notes) == ("2", ())


def test_a_damaged_live_snapshot_gives_way_to_the_last_good_one_and_it_is_said(
    generations: Generations,
) -> None:
    damage(generations, "3")
    snapshot, notes = generations.load_best()
    assert snapshot is not None
    assert snapshot.id == "2"
    assert "texts.txt is not what was written" in notes[0]
    assert "run reindex" in notes[0]


def test_when_all_are_damaged_there_is_none_and_each_is_named(generations: Generations) -> None:
    for name in generations.ids():
        damage(generations, name)
    snapshot, notes = generations.load_best()
    assert snapshot is None
    assert len(notes) == 3


def test_snapshots_are_listed_newest_first_with_the_live_one_marked(
    generations: Generations,
) -> None:
    assert [(s.snapshot, s.live) for s in generations.summaries()] == [
        ("3", True),
        ("2", False),
        ("1", False),
    ]


def test_the_one_before_is_the_next_older(generations: Generations) -> None:
    assert generations.before("3") == "2"
    assert generations.before(None) == "3"


def test_before_the_oldest_there_is_none(generations: Generations) -> None:
    with pytest.raises(UnknownSnapshot, match="no earlier snapshot"):
        generations.before("1")


def test_an_unknown_snapshot_is_refused_with_those_that_are_kept(generations: Generations) -> None:
    with pytest.raises(UnknownSnapshot, match="no snapshot '9'; kept are: 3, 2, 1"):
        generations.load("9")


def test_a_snapshot_cannot_be_named_by_a_path(generations: Generations) -> None:
    with pytest.raises(UnknownSnapshot):
        generations.load("../snapshots/1")


def test_a_snapshot_written_aside_counts_only_once_it_is_kept(generations: Generations) -> None:
    written(generations.aside("4"), ORCHARD)
    assert generations.ids() == ["3", "2", "1"]
    generations.keep("4")
    assert generations.ids() == ["4", "3", "2", "1"]


def test_old_snapshots_and_leftovers_are_cleared_but_never_the_live_one(
    generations: Generations,
) -> None:
    generations.publish("1")
    written(generations.aside("4"), ORCHARD)
    generations.clear(keep=1, serving="1")
    assert generations.ids() == ["3", "1"]
    assert not generations.aside("4").exists()
