"""What the bot keeps, in a file of a test's own."""

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
    """Return the rows of a data folder; who asks again has them as another process does."""
    return Records(SqliteDatabase(folder), now)


async def open_two(folder: Path) -> tuple[Records, Records]:
    """Return what two processes of one machine share."""
    found = records_in(folder), records_in(folder)
    for each in found:
        await each.open()
    return found


@asynccontextmanager
async def open_records(settings: Settings) -> AsyncIterator[Records]:
    """Have things kept where the settings say for as long as this lasts."""
    database = open_database(settings)
    records = Records(database)
    try:
        yield records
    finally:
        records.close()
        database.close()


def spoil(records: Records) -> None:
    """Damage the file that they are in, so that nothing can be kept or read any more."""
    database = records._database
    assert isinstance(database, SqliteDatabase)
    database.close()
    for path in database.path.parent.glob(f"{database.path.name}*"):
        path.write_bytes(b"no database" * 99)
