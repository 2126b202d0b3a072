"""Where collections are kept: a file of SQLite in the data folder, or PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embeddings.errors import InputError

if TYPE_CHECKING:
    from config.settings import Settings
    from embeddings.store.database import Database

COPIES = "copies"
"""Name of the folder in the data folder that holds what this machine has copied from a database,
which may be deleted."""


def open_database(settings: Settings) -> Database:
    """Return the database that the settings name; nothing is opened before it is needed.

    Raises:
        InputError: What PostgreSQL takes is not installed, or an older program wrote the folder.
    """
    if not settings.store.url:
        from embeddings.store.sqlite import SqliteDatabase

        return SqliteDatabase(settings.data)
    try:
        from embeddings.store.postgresql import PostgresDatabase
    except ModuleNotFoundError as error:
        raise InputError(
            f"{error.name} is not installed, and VERBATIM_STORE__ADDRESS names a database, which "
            "takes it: pip install verbatim[postgres]"
        ) from None
    searches = settings.store.search == "database"
    return PostgresDatabase(settings.store.url, settings.data / COPIES, searches=searches)
