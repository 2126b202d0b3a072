"""A disk that fails at a chosen write: the process dies there, or the disk is full from then on."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from sqlalchemy import Connection, exc

from embeddings.snapshots.disk import reserve_space
from embeddings.store import sqlite
from embeddings.store.sqlite import RESERVED, SqliteDatabase

DEAD = 137
"""The exit code of a process that died at its write, as if killed by SIGKILL."""

ALLOCATING = {"open", "write", "fsync", "rename", "replace", "mkdir", "commit"}
"""The calls that a full disk refuses; deleting still works."""


class Disk:
    """Counts every write, and fails at one of them.

    Attributes:
        done: What was written so far: the kinds of the writes, in order.
        places: Where each was; of one that is told no path, where the one before was.
        fail_at: Which write fails, from 1; 0: none.
        dies: End the process there, in the middle of the write; False: the disk is full from
            there on.
    """

    def __init__(self, fail_at: int = 0, *, dies: bool = False) -> None:
        self.done: list[str] = []
        self.places: list[str] = []
        self.fail_at = fail_at
        self.dies = dies

    def tick(self, kind: str, place: object = None) -> None:
        """Count the next write."""
        self.done.append(kind)
        same = place is None or isinstance(place, int)
        self.places.append((self.places or [""])[-1] if same else str(place))
        if not self.fail_at or len(self.done) < self.fail_at:
            return
        if self.dies and len(self.done) == self.fail_at:
            os._exit(DEAD)
        if not self.dies and kind == "commit":
            raise exc.OperationalError("COMMIT", {}, refusal(sqlite3.SQLITE_FULL))
        if not self.dies and kind in ALLOCATING:
            raise OSError(errno.ENOSPC, "No space left on device")

    def is_next(self) -> bool:
        """Say whether the process dies at the next write."""
        return self.dies and len(self.done) + 1 == self.fail_at


def refusal(code: int) -> sqlite3.OperationalError:
    """Return SQLite's error for a result code."""
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = code
    return error


class File:
    """A file for writing; the process dies with half of a write done."""

    def __init__(self, file: Any, disk: Disk) -> None:
        self._file = file
        self._disk = disk

    def write(self, data: Any) -> int:
        raw = bytes(data)
        if self._disk.is_next():
            self._file.write(raw[: len(raw) // 2])
        self._disk.tick("write")
        return int(self._file.write(raw))

    def truncate(self, size: int) -> int:
        self._disk.tick("truncate")
        return int(self._file.truncate(size))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@contextlib.contextmanager
def failing(disk: Disk) -> Iterator[None]:
    """Count and fail all writes within the context; without fsync, for speed."""
    kept = {name: getattr(os, name) for name in NAMES} | {"io.open": io.open, "os.open": os.open}

    def counted(name: str) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            disk.tick(name, args[0])
            return None if name == "fsync" else kept[name](*args, **options)

        return call

    def opened(file: Any, mode: str = "r", *args: Any, **options: Any) -> Any:
        if not set(mode) & set("wax+") or isinstance(file, int) or str(file).startswith("/dev/"):
            return kept["io.open"](file, mode, *args, **options)
        disk.tick("open", file)
        return File(kept["io.open"](file, mode, buffering=0), disk)

    def low_open(path: Any, flags: int, *args: Any, **options: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR) and not str(path).startswith("/dev/"):
            disk.tick("open", path)
        return int(kept["os.open"](path, flags, *args, **options))

    writing = SqliteDatabase._writing

    @contextlib.contextmanager
    def transaction(database: SqliteDatabase) -> Iterator[Connection]:
        disk.tick("begin", database.path)
        with database.translate_errors(), writing(database) as connection:
            yield connection
            disk.tick("commit", database.path)
        disk.tick("committed", database.path)

    try:
        for name in NAMES:
            setattr(os, name, counted(name))
        io.open, os.open = opened, low_open
        SqliteDatabase._writing = transaction
        yield
    finally:
        SqliteDatabase._writing = writing
        for name in NAMES:
            setattr(os, name, kept[name])
        io.open, os.open = kept["io.open"], kept["os.open"]


@contextlib.contextmanager
def crowded(reserve: Path) -> Iterator[None]:
    """Leave no space on the disk but that of the reserve.

    A database that is opened takes 32 KiB of it until this ends, as its index in memory does, and
    one that is written needs twice as much.
    """
    start, writing = SqliteDatabase._start, SqliteDatabase._writing
    room = RESERVED if reserve.exists() else 0
    took = 0

    def need(size: int, code: int) -> None:
        held = reserve.stat().st_size if reserve.exists() else 0
        if room - took - held < size:
            raise refusal(code)

    def started(database: SqliteDatabase) -> sqlite3.Connection:
        nonlocal took
        if not took:
            need(INDEX, sqlite3.SQLITE_IOERR_SHMSIZE)
            took = INDEX
        return start(database)

    @contextlib.contextmanager
    def transaction(database: SqliteDatabase) -> Iterator[Connection]:
        with database.translate_errors(), writing(database) as connection:
            try:
                need(2 * INDEX, sqlite3.SQLITE_FULL)
            except sqlite3.OperationalError as error:
                raise exc.OperationalError("INSERT", {}, error) from None
            yield connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteDatabase, "_start", started)
        patch.setattr(SqliteDatabase, "_writing", transaction)
        patch.setattr(sqlite, "reserve_space", lambda path, size: reserve_space(path, size - took))
        yield


INDEX = 1 << 15
"""The size in bytes of SQLite's shared-memory index of a WAL."""

NAMES = ("fsync", "rename", "replace", "unlink", "rmdir", "mkdir", "remove")
