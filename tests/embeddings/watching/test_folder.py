"""A watched folder: which files are ready, and when."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.watching.watched import Stamp, WatchedFolder
from tests.embeddings.readers.each import each


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.fixture
def folder(root: Path) -> WatchedFolder:
    return WatchedFolder(root, debounce=2.0)


def settled(folder: WatchedFolder, known: dict[str, Stamp] | None = None) -> list[str]:
    """Return the names of the files that are ready once nothing has changed for a while."""
    folder.look(known or {}, 100.0)
    return sorted(Path(path).name for path in folder.look(known or {}, 102.0))


def test_a_file_is_ready_once_it_has_not_changed_for_a_while(
    root: Path, folder: WatchedFolder
) -> None:
    (root / "a.md").write_text("Il pleut.")
    assert folder.look({}, 10.0) == {}
    assert folder.look({}, 11.9) == {}
    assert list(folder.look({}, 12.0)) == [str(root / "a.md")]


def test_a_file_that_is_still_being_written_is_not_ready(root: Path, folder: WatchedFolder) -> None:
    path = root / "a.md"
    for second in range(5):
        path.write_text("Il pleut. " * (second + 1))
        assert folder.look({}, 10.0 + 1.5 * second) == {}
        assert folder.is_settling
    assert folder.look({}, 18.0)


def test_a_known_file_is_not_ready_again(root: Path, folder: WatchedFolder) -> None:
    (root / "a.md").write_text("Il pleut.")
    folder.look({}, 10.0)
    taken = folder.look({}, 12.0)
    assert settled(folder, taken) == []
    assert not folder.is_settling


def test_what_a_browser_saves_beside_a_page_is_not_ready(root: Path, folder: WatchedFolder) -> None:
    (root / "page_files").mkdir()
    for name in ("page.html", "page_files/ad.html"):
        (root / name).write_text("<p>Il pleut.</p>")
    assert settled(folder) == ["page.html"]


def test_a_changed_file_is_ready_again(root: Path, folder: WatchedFolder) -> None:
    (root / "a.md").write_text("Il pleut.")
    folder.look({}, 10.0)
    taken = folder.look({}, 12.0)
    (root / "a.md").write_text("Il neige.")
    assert settled(folder, taken) == ["a.md"]


def test_a_replaced_file_with_its_old_date_is_ready_again(
    root: Path, folder: WatchedFolder
) -> None:
    path = root / "a.md"
    path.write_text("Il pleut.")
    folder.look({}, 10.0)
    taken = folder.look({}, 12.0)
    about = path.stat()
    path.unlink()
    path.write_text("Il gèle.")
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert settled(folder, taken) == ["a.md"]


@each(
    "name",
    [
        ".a.md",
        ".git/a.md",
        "~$letter.docx",
        "a.md.part",
        "a.pdf.crdownload",
        "a.md~",
        ".a.md.swp",
        "a.tmp",
        "README.md",
        "notes.xlsx",
        "a\udcff.md",
    ],
)
def test_hidden_and_temporary_files_are_skipped(
    root: Path, folder: WatchedFolder, name: str
) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("Il pleut.")
    assert settled(folder) == []
    assert not folder.is_settling


def test_files_in_subfolders_are_found(root: Path, folder: WatchedFolder) -> None:
    (root / "2024" / "mai").mkdir(parents=True)
    (root / "2024" / "mai" / "a.md").write_text("Il pleut.")
    (root / "b.zip").write_bytes(b"PK")
    assert settled(folder) == ["a.md", "b.zip"]


def test_a_file_without_content_yet_is_waited_for(root: Path, folder: WatchedFolder) -> None:
    (root / "a.md").touch()
    assert settled(folder) == []
    (root / "a.md").write_text("Il pleut.")
    assert settled(folder) == ["a.md"]


def test_a_link_out_of_the_folder_is_skipped(
    root: Path, tmp_path: Path, folder: WatchedFolder
) -> None:
    (tmp_path / "secret.md").write_text("Il pleut.")
    (root / "inside.md").write_text("Il neige.")
    (root / "out.md").symlink_to(tmp_path / "secret.md")
    (root / "in.md").symlink_to(root / "inside.md")
    assert settled(folder) == ["in.md", "inside.md"]


def test_a_missing_folder_has_no_files(tmp_path: Path) -> None:
    folder = WatchedFolder(tmp_path / "none", 2.0)
    assert folder.look({}, 1.0) == {}


def test_a_folder_that_cannot_be_opened_is_reported(
    folder: WatchedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        folder.look({}, 1.0)
    (sentence,) = folder.closed
    assert "cannot be opened: Permission denied" in sentence
    folder.look({}, 2.0)
    assert folder.closed == []


STEPS = st.lists(st.tuples(st.booleans(), st.floats(0, 3)), max_size=30)
"""Whether a file is written before a look, and the seconds since then."""


@given(steps=STEPS)
def test_any_sequence_of_writes_makes_a_file_ready_once_after_it_settles(
    steps: list[tuple[bool, float]],
) -> None:
    with TemporaryDirectory() as place:
        root = Path(place)
        folder, known, now = WatchedFolder(root, debounce=2.0), {}, 100.0
        written, first_seen = 0, now
        taken: list[int] = []
        for is_writing, pause in [*steps, (False, 3.0), (False, 3.0)]:
            now += pause
            if is_writing:
                written += 1
                (root / "a.md").write_text("x" * written)
                first_seen = now
            ready = folder.look(known, now)
            if ready:
                assert now - first_seen >= 2.0
                taken.append(ready[str(root / "a.md")][0])
                known |= ready
    assert taken == sorted(set(taken))
    assert not written or taken[-1] == written
