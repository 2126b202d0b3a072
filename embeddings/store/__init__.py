"""The store of all collections: an SQLite file in the data folder, or PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embeddings.errors import InputError

if TYPE_CHECKING:
    from config.settings import Settings
    from embeddings.store.database import Database

COPIES = "copies"
"""The folder in the data folder with this machine's copies of a database's files; a cache."""


def open_database(settings: Settings) -> Database:
    """Return the database that the settings name; it connects when it is first used.

    Raises:
        InputError: The libraries for PostgreSQL are missing, or an older version wrote the folder.
    """
    if not settings.store.url:
        from embeddings.store.sqlite import SqliteDatabase

        return SqliteDatabase(settings.data)
    try:
        from embeddings.store.postgresql import PostgresDatabase
    except ModuleNotFoundError as error:
        raise InputError(
            f"{error.name} is not installed, and VERBATIM_STORE__ADDRESS names a database, which "
            "takes it: pip install pgvector 'psycopg[binary]'"
        ) from None
    searches = settings.store.search == "database"
    return PostgresDatabase(settings.store.url, settings.data / COPIES, searches=searches)
