"""What a store promises, tried on the local folder and on PostgreSQL alike."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from embeddings.errors import BusyError, UnknownSnapshot
from embeddings.snapshots.kept import Generations
from embeddings.store.store import Files, Store
from tests.embeddings.store.postgres.places import Place, kept
from tests.embeddings.stories import HARBOUR, LIBRARY, ORCHARD


@pytest.fixture(params=["folder", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    url = request.getfixturevalue("url") if request.param == "postgres" else ""
    return Place(url, tmp_path / "collections")


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    store = place.open()
    yield store
    store.close()


@pytest.fixture
def other(place: Place) -> Iterator[Store]:
    """The same store as another process has it."""
    store = place.other().open()
    yield store
    store.close()


@pytest.fixture
def files(store: Store) -> Files:
    store.make("shared")
    return store.files("shared")


@pytest.fixture
def generations(store: Store) -> Generations:
    """Three snapshots, the newest live."""
    store.make("shared")
    generations = store.generations("shared")
    with generations.building():
        for name in ("1", "2", "3"):
            kept(generations, name, HARBOUR)
            generations.publish(name)
    return generations


def test_a_file_is_read_as_it_was_written(files: Files) -> None:
    data = bytes(range(256)) * 20
    files.write({"corpus/a.md": data})
    assert files.read("corpus/a.md") == data


def test_a_file_that_is_not_there_is_none(files: Files) -> None:
    assert files.read("corpus/a.md") is None
    assert files.written("corpus/a.md") is None
    assert files.names("corpus") == []
    files.remove("corpus/a.md")


def test_a_file_takes_the_place_of_an_older_one(files: Files) -> None:
    files.write({"journal.json": b"old"})
    files.write({"journal.json": b"new"})
    assert files.read("journal.json") == b"new"


def test_a_removed_file_is_gone(files: Files) -> None:
    files.write({"corpus/a.md": b"a", "corpus/b.md": b"b"})
    files.remove("corpus/a.md")
    assert files.names("corpus") == ["corpus/b.md"]


def test_names_are_those_right_in_a_folder_in_order(files: Files) -> None:
    names = ["corpus/b.md", "corpus/a.md", "corpus/a-1.md", "history/a/1.md", "corpus0/x.md"]
    files.write(dict.fromkeys(names, b"x"))
    assert files.names("corpus") == ["corpus/a-1.md", "corpus/a.md", "corpus/b.md"]
    assert files.names("history") == []
    assert files.names("history/a") == ["history/a/1.md"]


def test_all_files_of_a_folder_are_read_at_once(files: Files) -> None:
    files.write({"corpus/a.md": b"a", "corpus/b.md": b"b", "history/a/1.md": b"h"})
    assert list(files.read_all("corpus")) == [("corpus/a.md", b"a"), ("corpus/b.md", b"b")]


def test_what_is_old_is_swept_and_what_is_new_stays(files: Files) -> None:
    files.write({"proposals/old.json": b"o"})
    time.sleep(0.3)
    files.write({"proposals/new.json": b"n"})
    files.sweep("proposals", 0.2)
    assert files.names("proposals") == ["proposals/new.json"]


def test_a_file_says_when_it_was_written(files: Files) -> None:
    files.write({"corpus/a.md": b"a"})
    written = files.written("corpus/a.md")
    assert written is not None
    assert abs(datetime.now(UTC) - written) < timedelta(minutes=1)


def test_lines_are_read_in_the_order_in_which_they_were_added(files: Files, other: Store) -> None:
    lines = files.lines("audit.jsonl")
    assert lines.read() == ()
    lines.append([b"one", b"two"])
    assert lines.read() == (b"one", b"two")
    theirs = other.files("shared").lines("audit.jsonl")
    theirs.append(["trois é".encode()])
    assert lines.read() == theirs.read() == (b"one", b"two", "trois é".encode())


def test_lines_that_are_as_they_were_are_the_same_object(files: Files) -> None:
    lines = files.lines("audit.jsonl")
    lines.append([b"one"])
    assert lines.read() is lines.read()


def test_lines_that_another_process_adds_are_known_soon(files: Files, other: Store) -> None:
    lines = files.lines("audit.jsonl")
    other.files("shared").lines("audit.jsonl").append([b"one", b"two"])
    deadline = time.monotonic() + 5
    while lines.known() != (b"one", b"two"):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_one_process_writes_another_reads(files: Files, other: Store) -> None:
    files.write({"corpus/a.md": b"a"})
    assert other.files("shared").read("corpus/a.md") == b"a"


def test_two_collections_share_nothing(store: Store, files: Files) -> None:
    store.make("server-1")
    files.write({"corpus/a.md": b"a"})
    files.lines("audit.jsonl").append([b"one"])
    theirs = store.files("server-1")
    assert theirs.names("corpus") == []
    assert theirs.lines("audit.jsonl").read() == ()
    with files.writing(), theirs.writing():
        theirs.write({"corpus/a.md": b"other"})
    assert files.read("corpus/a.md") == b"a"


def test_collections_are_listed_and_a_deleted_one_is_gone(store: Store, files: Files) -> None:
    store.make("server-1")
    store.files("server-1").write({"corpus/a.md": b"a"})
    assert store.names() == ("server-1", "shared")
    with store.files("server-1").writing(), pytest.raises(BusyError):
        store.delete("server-1")
    assert store.has("server-1")
    assert store.delete("server-1")
    assert not store.delete("server-1")
    assert (store.names(), store.has("server-1")) == (("shared",), False)
    store.make("server-1")
    assert store.files("server-1").names("corpus") == []


def test_one_writes_at_a_time_and_the_other_is_told_who(files: Files, other: Store) -> None:
    with (
        files.writing(),
        pytest.raises(BusyError, match=r"Somebody else is writing in .* \(process \d+.* since 20"),
        other.files("shared").writing(),
    ):
        pass
    with other.files("shared").writing():
        pass


def test_the_same_process_is_somebody_else_too(files: Files) -> None:
    with files.writing(), pytest.raises(BusyError), files.writing():
        pass


def test_a_lock_is_freed_when_an_error_leaves_it(files: Files) -> None:
    with pytest.raises(ValueError, match="such"), files.writing():
        raise ValueError("such")
    with files.writing():
        pass


@pytest.mark.parametrize("what", ["files", "generations"])
def test_a_process_that_is_killed_frees_its_lock_at_once(
    place: Place, store: Store, what: str
) -> None:
    store.make("shared")

    def lock():
        if what == "files":
            return store.files("shared").writing()
        return store.generations("shared").building()

    process = place.holder(what)
    with pytest.raises(BusyError, match=rf"\(process {process.pid}"), lock():
        pass
    process.kill()
    process.wait()
    freed = time.monotonic()
    while True:
        try:
            with lock():
                break
        except BusyError:
            assert time.monotonic() < freed + 5, "the lock of a dead process is still held"
            time.sleep(0.01)
    if process.stdout:
        process.stdout.close()


def test_nothing_is_live_before_the_first_snapshot(store: Store) -> None:
    store.make("shared")
    generations = store.generations("shared")
    assert generations.live is None
    assert generations.latest is None
    assert generations.load_best() == (None, ())


def test_the_published_snapshot_is_live(generations: Generations, other: Store) -> None:
    theirs = other.generations("shared")
    assert generations.live == theirs.live == "3"
    snapshot, notes = theirs.load_best()
    assert snapshot is not None
    assert (snapshot.id, notes) == ("3", ())
    assert snapshot.article(0) == HARBOUR


def test_snapshots_are_listed_newest_first_with_the_live_one_marked(
    generations: Generations,
) -> None:
    assert generations.ids() == ["3", "2", "1"]
    assert [(s.snapshot, s.live, s.articles) for s in generations.summaries()] == [
        ("3", True, 1),
        ("2", False, 1),
        ("1", False, 1),
    ]


def test_what_serves_can_be_rolled_back(generations: Generations, other: Store) -> None:
    generations.publish(generations.before("3"))
    theirs = other.generations("shared")
    snapshot, _ = theirs.load_best()
    assert (generations.live, theirs.live) == ("2", "2")
    assert snapshot is not None
    assert snapshot.id == "2"
    assert generations.ids() == ["3", "2", "1"]


def test_before_the_oldest_there_is_none(generations: Generations) -> None:
    with pytest.raises(UnknownSnapshot, match="no earlier snapshot"):
        generations.before("1")


@pytest.mark.parametrize("name", ["9", "../snapshots/1"])
def test_an_unknown_snapshot_is_refused(generations: Generations, name: str) -> None:
    with pytest.raises(UnknownSnapshot, match="no snapshot"):
        generations.load(name)


def test_an_earlier_snapshot_is_loaded_by_its_name(generations: Generations, other: Store) -> None:
    assert generations.load("1").id == other.generations("shared").load("1").id == "1"


def test_old_snapshots_are_cleared_but_never_the_live_one(generations: Generations) -> None:
    generations.publish("1")
    generations.clear(keep=1, serving="1")
    assert generations.ids() == ["3", "1"]
    assert generations.load("3").id == "3"


def test_what_was_written_aside_and_not_published_is_not_live(
    generations: Generations, other: Store
) -> None:
    kept(generations, "4", ORCHARD)
    assert generations.live == other.generations("shared").live == "3"
    generations.clear(keep=5, serving="3")
    assert generations.latest == "3"


def test_a_damaged_copy_gives_way_to_a_good_snapshot(generations: Generations) -> None:
    path = generations.folder / "3" / "texts.txt"
    path.write_bytes(b"X" + path.read_bytes()[1:])
    snapshot, _ = generations.load_best()
    assert snapshot is not None
    assert snapshot.changed_passages() == []


def test_who_reads_while_others_publish_finds_one_snapshot_or_another(
    generations: Generations, other: Store
) -> None:
    stories = (HARBOUR, ORCHARD, LIBRARY)
    seen: list[str] = []
    problems: list[str] = []
    done = threading.Event()

    def read() -> None:
        theirs = other.generations("shared")
        while not done.is_set():
            snapshot, notes = theirs.load_best()
            assert snapshot is not None
            expected = stories[int(snapshot.id) % 3] if int(snapshot.id) > 3 else HARBOUR
            problems.extend([*notes, *snapshot.changed_passages()])
            if [snapshot.article(row) for row in range(snapshot.manifest.articles)] != [expected]:
                problems.append(f"{snapshot.id} holds another's article")
            seen.append(snapshot.id)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(4, 12):
        kept(generations, f"{number}", stories[number % 3])
        generations.publish(f"{number}")
    done.set()
    reader.join()
    assert problems == []
    assert len(set(seen)) > 1
