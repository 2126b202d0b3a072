"""Durable files: atomic writes, syncs, hard links, and a lock for the one writer of a folder."""

import contextlib
import errno
import hashlib
import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from embeddings.errors import BusyError, FullError, PlaceError, StorageError

LOCK = ".lock"
"""Name of the lock file in a folder with one writer at a time."""

OWNER = ".lock.json"
"""Name of the file beside it that names the lock's holder to people; it locks nothing."""

MOST_LINKS = 3
"""Most hard links to one file; then it is copied, so that damage to it spares other snapshots."""

_REASONS = {
    errno.ENOSPC: "the disk is full; make room and try again",
    errno.EDQUOT: "the disk quota is used up; make room and try again",
    errno.EACCES: "this user may not write there; change the folder's owner or its permissions",
    errno.EPERM: "this user may not write there; change the folder's owner or its permissions",
    errno.EROFS: "its file system is read-only; mount it writable or choose another folder",
}


@contextlib.contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turn an OSError of the block into a StorageError (FullError) that names ``folder``."""
    try:
        yield
    except OSError as error:
        code = error.errno or errno.ENOSPC  # numpy sets no errno after a partial write
        reason = _REASONS.get(code, error.strerror or str(error))
        is_full, is_broken = code in (errno.ENOSPC, errno.EDQUOT), code in (errno.EIO, errno.EMFILE)
        kind = FullError if is_full else StorageError if is_broken else PlaceError
        raise kind(f"Nothing was changed, because {folder} cannot be written: {reason}.") from error


def make_folder(folder: Path) -> None:
    """Make a folder and its missing parents, for their owner alone; raises StorageError."""
    with storage_errors(folder):
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
        for path in (folder, *missing[1:]):
            sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Sync a folder's entries to the disk, where the file system can sync folders."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def write_atomic(path: Path, data: bytes | memoryview) -> None:
    """Write a file whole, or raise StorageError and leave the old one; so does a crash."""
    aside = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.tmp")
    with storage_errors(path.parent):
        try:
            with open(aside, "xb", opener=_own) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def sign(document: dict[str, Any]) -> bytes:
    """Return a small file's bytes: a document as JSON, and a line with its SHA-256."""
    data = json.dumps(document, sort_keys=True).encode()
    return data + f"\n{hashlib.sha256(data).hexdigest()}\n".encode()


def read_signed(signed: bytes) -> dict[str, Any] | None:
    """Return the document that ``sign`` wrote; None if the bytes were altered.

    Earlier versions wrote no digest; such a file is taken as it is.
    """
    data, *digest = signed.removesuffix(b"\n").split(b"\n")
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        if not digest or digest == [hashlib.sha256(data).hexdigest().encode()]:
            return dict(json.loads(data))
    return None


def reserve_space(path: Path, size: int) -> None:
    """Grow a file to ``size`` bytes, or as far as the disk allows; errors are ignored."""
    with contextlib.suppress(OSError), open(path, "ab", buffering=0, opener=_own) as file:
        file.write(os.urandom(max(size - file.tell(), 0)))  # zeros may be stored without blocks


def link_or_copy(path: Path, other: Path) -> bool:
    """Hard-link a file to another name and return True; else copy it and return False."""
    with contextlib.suppress(OSError):
        if path.stat().st_nlink < MOST_LINKS:
            other.hardlink_to(path)
            return True
    with storage_errors(other.parent):
        shutil.copyfile(path, other)
        sync(other)
    return False


def sync(path: Path) -> None:
    """Sync a file to the disk, and let its owner alone read it."""
    path.chmod(0o600)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _own(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder's one writer, across processes and threads; never waits.

    The operating system frees the lock of a process that dies, whatever the owner file says.

    Raises:
        BusyError: Another holds the lock; the sentence says who, and since when.
        StorageError: The folder cannot be written.
    """
    make_folder(folder)
    lock = FileLock(folder / LOCK, mode=0o600, thread_local=False)
    with storage_errors(folder):
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise _busy(folder) from None
    try:
        with contextlib.suppress(FullError):  # making room needs the lock, too
            write_atomic(folder / OWNER, json.dumps(_owner()).encode())
        yield
    finally:
        with contextlib.suppress(OSError):
            (folder / OWNER).unlink(missing_ok=True)
        lock.release()


def _owner() -> dict[str, str | int]:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since}


def _busy(folder: Path) -> BusyError:
    """Describe the lock's holder; an owner file that a dead process left is not believed."""
    who, began = "another process", None
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        owner = json.loads((folder / OWNER).read_bytes())
        since = datetime.fromisoformat(owner["since"]).astimezone(UTC)
        elsewhere = owner["host"] != socket.gethostname()
        if elsewhere or _is_alive(int(owner["pid"])):
            place = f" on {owner['host']}" if elsewhere else ""
            who = f"process {owner['pid']}{place}, since {since:%Y-%m-%d %H:%M:%S} UTC"
            began = since
    sentence = f"Somebody else is writing in {folder} ({who}); try again when that is done."
    return BusyError(sentence, began)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True
