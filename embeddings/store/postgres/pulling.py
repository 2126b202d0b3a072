"""A generation from the database to the local disk, bit by bit what its builder wrote."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO

import asyncpg

from embeddings import files
from embeddings.errors import SnapshotError, UnknownSnapshot
from embeddings.snapshots.kept import ASIDE
from embeddings.snapshots.snapshot import MANIFEST, damaged, read_manifest
from embeddings.types import SnapshotSummary

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from asyncpg import Connection, Record

PULLING = ".pull-"
"""How the names of folders begin into which a generation is being pulled."""
BROKEN = "-broken"
"""How the name ends of a damaged snapshot that a good one takes the place of."""
LONGEST = 48 * 3600.0
"""Seconds that it may take from writing a snapshot to publishing it."""
FORGOTTEN = 3600.0
"""Seconds after which such a folder is a dead process's."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A generation that the database keeps: its id, its number, and its manifest's SHA-256."""

    id: str
    seq: int
    digest: bytes


async def find(connection: Connection[Record], collection: str, name: str) -> Kept:
    """Look a generation up.

    Raises:
        UnknownSnapshot: It is not kept.
    """
    row = await connection.fetchrow(
        "SELECT id, seq, digest FROM generations "
        "WHERE collection = $1 AND id = $2 AND state = 'kept'",
        collection,
        name,
    )
    if row is None:
        raise UnknownSnapshot(f"There is no snapshot {name!r} any more; `status` lists them.")
    return Kept(row["id"], row["seq"], row["digest"])


async def pull(connection: Connection[Record], kept: Kept, folder: Path) -> None:
    """Bring a generation into a folder under its name, checked; nothing is done if it is there.

    Args:
        connection: Any.
        kept: Which generation.
        folder: Where the local snapshots are.

    Raises:
        SnapshotError: What came is not what was written.
        UnknownSnapshot: It was collected meanwhile.
        StorageError: The local disk is full or cannot be written.
    """
    if await asyncio.to_thread(is_whole, folder / kept.id, kept.digest):
        return
    aside = folder / f"{PULLING}{kept.id}-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        await asyncio.to_thread(_begin, aside)
        await _fetch(connection, kept, aside)
        await asyncio.to_thread(_finish, aside, folder / kept.id, kept.digest)
    except asyncpg.UndefinedTableError:
        raise UnknownSnapshot(f"The snapshot {kept.id} is not kept any more.") from None
    finally:
        for path in (aside, aside.with_name(f"{aside.name}{BROKEN}")):
            await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)


def forget(folder: Path, names: Iterable[str]) -> None:
    """Remove the copies of snapshots that are kept no more; what is open stays readable."""
    for name in names:
        shutil.rmtree(folder / name, ignore_errors=True)


def is_old(folder: Path) -> bool:
    """Say whether a folder was written so long ago that nobody is about to publish it."""
    try:
        return time.time() - folder.stat().st_mtime > LONGEST
    except OSError:
        return False


def forget_aside(folder: Path) -> None:
    """Remove what a crash left half written; the caller holds the builder's lock."""
    forget(folder, [path.name for path in folder.glob(f"{ASIDE}*")])


def is_whole(folder: Path, digest: bytes) -> bool:
    """Say whether a local snapshot is bit by bit the one of that manifest."""
    try:
        data = (folder / MANIFEST).read_bytes()
        return sha256(data).digest() == digest and not damaged(folder, read_manifest(folder))
    except (OSError, SnapshotError):
        return False


def _begin(aside: Path) -> None:
    files.make_folder(aside)
    for path in aside.parent.glob(f"{PULLING}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > FORGOTTEN:
                shutil.rmtree(path, ignore_errors=True)


async def _fetch(connection: Connection[Record], kept: Kept, aside: Path) -> None:
    manifest: bytes = await connection.fetchval(
        "SELECT manifest FROM generations WHERE seq = $1", kept.seq
    )
    table = f"g{kept.seq}_files"
    listed = await connection.fetch(f"SELECT name, part FROM {table} ORDER BY name, part")  # noqa: S608 - our own name
    query = await connection.prepare(f"SELECT data FROM {table} WHERE name = $1 AND part = $2")  # noqa: S608 - the same
    with contextlib.ExitStack() as stack:
        opened: dict[str, BinaryIO] = {}
        for row in listed:
            if row["name"] not in opened:
                opened[row["name"]] = stack.enter_context(_new(aside, row["name"]))
            data = await query.fetchval(row["name"], row["part"])
            await asyncio.to_thread(_append, opened[row["name"]], data, aside)
        await asyncio.to_thread(_sync, list(opened.values()), aside)
    await asyncio.to_thread(files.write_atomic, aside / MANIFEST, manifest)


def _new(aside: Path, name: str) -> BinaryIO:
    if "/" in name or name.startswith("."):
        raise SnapshotError(f"A snapshot in the database holds a file {name!r}: not pulled.")
    with files.storage_errors(aside):
        return (aside / name).open("xb")


def _append(file: BinaryIO, data: bytes, folder: Path) -> None:
    with files.storage_errors(folder):
        file.write(data)


def _sync(opened: list[BinaryIO], folder: Path) -> None:
    with files.storage_errors(folder):
        for file in opened:
            file.flush()
            os.fsync(file.fileno())


def _finish(aside: Path, folder: Path, digest: bytes) -> None:
    """Check what was pulled and give it its name; a broken one of that name makes room."""
    if sha256((aside / MANIFEST).read_bytes()).digest() != digest:
        raise SnapshotError(f"The manifest of {folder.name} is not what was published.")
    if problems := damaged(aside, read_manifest(aside)):
        raise SnapshotError(f"{problems[0]} It came so from the database.")
    with files.storage_errors(folder.parent):
        try:
            aside.rename(folder)
        except OSError:  # another process was faster, or a damaged one lies there
            if is_whole(folder, digest):
                return
            folder.rename(aside.with_name(f"{aside.name}{BROKEN}"))
            aside.rename(folder)
        files.sync_folder(folder.parent)


def summary(manifest: bytes, live: str | None) -> SnapshotSummary:
    """Return what a kept generation is, of its manifest and the id of the live one."""
    fields = json.loads(manifest)
    return SnapshotSummary(
        snapshot=fields["snapshot"],
        created_at=datetime.fromisoformat(fields["created_at"]),
        articles=fields["articles"],
        passages=fields["passages"],
        live=fields["snapshot"] == live,
    )
