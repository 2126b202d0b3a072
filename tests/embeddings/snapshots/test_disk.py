"""Files: atomic writes, sentences for the disk's errors, and one writer at a time."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import pickle
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from embeddings.errors import BusyError, FullError, StorageError
from embeddings.snapshots.disk import (
    LOCK,
    OWNER,
    make_folder,
    reserve_space,
    sha256,
    storage_errors,
    sync_folder,
    write_atomic,
    writer_lock,
)

HOLD = """
import sys, time
from pathlib import Path
from embeddings.snapshots.disk import writer_lock
with writer_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fails_with(code: int) -> Any:
    def fail(*arguments: object, **options: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


def test_a_written_file_holds_the_bytes_and_leaves_nothing_else(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a", b"one")
    write_atomic(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failed_write_is_explained_and_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    write_atomic(tmp_path / "a", b"old")
    for code, words in (
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EACCES, "may not write"),
        (errno.EROFS, "read-only"),
        (errno.EIO, os.strerror(errno.EIO)),
    ):
        monkeypatch.setattr(os if step == "fsync" else Path, step, fails_with(code))
        with pytest.raises(StorageError, match=words) as caught:
            write_atomic(tmp_path / "a", b"new")
        assert str(tmp_path) in str(caught.value)
        assert "Nothing was changed" in str(caught.value)
        assert (tmp_path / "a").read_bytes() == b"old"
        assert names(tmp_path) == ["a"]


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot be written"):
        make_folder(tmp_path / "a" / "b")


def test_every_folder_that_is_made_is_synced_into_the_one_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("embeddings.snapshots.disk.sync_folder", synced.append)
    make_folder(tmp_path / "a" / "b" / "c")
    assert sorted(synced) == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]


def test_the_file_is_synced_before_it_replaces_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def note_fsync(handle: int) -> None:
        calls.append("fsync folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "fsync file")
        fsync(handle)

    def note_replace(self: Path, target: Path) -> Path:
        calls.append("replace")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_replace)
    write_atomic(tmp_path / "a", b"x")
    assert calls == ["fsync file", "replace", "fsync folder"]


def test_a_folder_that_cannot_be_synced_is_let_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", fails_with(errno.EINVAL))
    sync_folder(tmp_path)


def test_files_and_folders_are_their_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_folder(tmp_path / "a/b")
        write_atomic(tmp_path / "a/b/c", b"x")
    finally:
        os.umask(before)
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "a/b", "a/b/c")]
    assert modes == [0o700, 0o700, 0o600]


def test_sha256_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()


def test_the_second_writer_is_told_who_and_since_when(tmp_path: Path) -> None:
    with (
        writer_lock(tmp_path),
        pytest.raises(BusyError, match=rf"process {os.getpid()}, since 20\d\d-.* UTC"),
        writer_lock(tmp_path),
    ):
        pass


def test_a_busy_error_keeps_its_time_when_it_is_pickled(tmp_path: Path) -> None:
    with writer_lock(tmp_path), pytest.raises(BusyError) as busy, writer_lock(tmp_path):
        pass
    again = pickle.loads(pickle.dumps(busy.value))  # noqa: S301 - what was just written
    assert again.since is not None
    assert abs(again.since.timestamp() - time.time()) < 60
    assert (str(again), again.since) == (str(busy.value), busy.value.since)


def test_another_thread_is_a_second_writer_too(tmp_path: Path) -> None:
    refused: list[BusyError] = []

    def enter() -> None:
        try:
            with writer_lock(tmp_path):
                pass
        except BusyError as error:
            refused.append(error)

    with writer_lock(tmp_path):
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
    assert len(refused) == 1


def test_the_lock_is_free_after_use_and_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writer_lock(tmp_path):
        _ = 1 / 0
    with writer_lock(tmp_path):
        assert (tmp_path / OWNER).exists()
    assert names(tmp_path) == [LOCK]


def test_a_killed_writer_frees_the_lock_and_is_not_blamed(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[3],
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BusyError, match=f"process {holder.pid}, since"), writer_lock(tmp_path):
            pass
        holder.kill()
    stale = (tmp_path / OWNER).read_bytes()
    with writer_lock(tmp_path):
        (tmp_path / OWNER).write_bytes(stale)
        with pytest.raises(BusyError, match="another process"), writer_lock(tmp_path):
            pass


def test_an_unreadable_owner_is_another_process(tmp_path: Path) -> None:
    for info in [b"", b"[]", b"{}", b'{"pid": "x", "host": "h", "since": "y"}', b"[" * 100_000]:
        with writer_lock(tmp_path):
            (tmp_path / OWNER).write_bytes(info)
            with pytest.raises(BusyError, match="another process"), writer_lock(tmp_path):
                pass


def test_an_owner_on_another_machine_is_named_with_it(tmp_path: Path) -> None:
    with writer_lock(tmp_path):
        owner = json.loads((tmp_path / OWNER).read_bytes())
        assert owner["host"] == socket.gethostname()
        (tmp_path / OWNER).write_text(json.dumps({**owner, "host": "elsewhere", "pid": 1}))
        with pytest.raises(BusyError, match="process 1 on elsewhere"), writer_lock(tmp_path):
            pass


def test_a_full_disk_keeps_nobody_from_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("embeddings.snapshots.disk.write_atomic", full)
        refused = pytest.raises(BusyError, match="another process")
        with writer_lock(tmp_path), refused, writer_lock(tmp_path):
            pass


def full(*_: object) -> None:
    raise FullError("The disk is full.")


def test_a_reserve_is_private_and_as_large_as_the_disk_allows(
    tmp_path: Path,
) -> None:
    reserve = tmp_path / "reserve"
    for size in (60, 100, 80):
        reserve_space(reserve, size)
    assert (reserve.stat().st_size, reserve.stat().st_mode & 0o777) == (100, 0o600)
    reserve_space(Path("/dev/full"), 100)
    reserve_space(tmp_path / "nowhere" / "reserve", 100)
    assert not (tmp_path / "nowhere").exists()


def test_an_array_written_in_part_means_a_full_disk(tmp_path: Path) -> None:
    """The error of numpy's ``ndarray.tofile`` has no errno."""
    with pytest.raises(FullError, match="the disk is full"), storage_errors(tmp_path):
        raise OSError("4840 requested and 3968 written")


def test_the_lock_is_the_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with writer_lock(tmp_path / "d"):
            assert (tmp_path / "d" / ".lock").stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)
