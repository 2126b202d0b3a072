"""Opens the store that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embeddings.errors import InputError
from embeddings.store.folder import FolderStore

if TYPE_CHECKING:
    from config.settings import Settings
    from embeddings.store.store import Store

FOLDER = "collections"
"""Name of the folder in the data folder that holds a folder for each collection."""
COPIES = "copies"
"""Name of the one that holds what this machine has copied from a database; it may be deleted."""


def open_store(settings: Settings) -> Store:
    """Return the store that the settings name; what it needs is opened at first use.

    Raises:
        InputError: What a database takes is not installed.
    """
    if not settings.store.url:
        return FolderStore(settings.data / FOLDER)
    try:
        from embeddings.store.postgres.store import PostgresStore
    except ModuleNotFoundError as error:
        raise InputError(
            f"{error.name} is not installed, and VERBATIM_STORE__ADDRESS names a database, which "
            "takes it: pip install verbatim[postgres]"
        ) from None
    searchable = settings.store.search == "database"
    return PostgresStore(settings.store.url, settings.data / COPIES, searchable=searchable)
