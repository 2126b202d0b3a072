"""The bot's records, in a file of a test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from embeddings.store import open_database
from embeddings.store.records import Records
from embeddings.store.sqlite import SqliteDatabase


def records_in(folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Records:
    """Return the records of a data folder; a second call opens them like another process."""
    return Records(SqliteDatabase(folder), now)


async def open_two(folder: Path) -> tuple[Records, Records]:
    """Return the records as two processes of one machine open them."""
    found = records_in(folder), records_in(folder)
    for each in found:
        await each.open()
    return found


@asynccontextmanager
async def open_records(settings: Settings) -> AsyncIterator[Records]:
    """Open the records of the store that the settings name."""
    database = open_database(settings)
    records = Records(database)
    try:
        yield records
    finally:
        records.close()
        database.close()


def spoil(records: Records) -> None:
    """Damage the database file, so that the records can be neither read nor written."""
    database = records._database
    assert isinstance(database, SqliteDatabase)
    database.close()
    for path in database.path.parent.glob(f"{database.path.name}*"):
        path.write_bytes(b"no database" * 99)
