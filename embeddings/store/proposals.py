"""Proposed changes, kept until somebody confirms or drops them; they survive a restart."""

from __future__ import annotations

import secrets
import string
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from embeddings.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from embeddings.store.database import Database

LIFE = timedelta(days=1)
"""How long a proposal is kept."""
_LETTERS = string.ascii_lowercase + string.digits
_LENGTH = 10


class Proposals:
    """The proposals of one collection.

    Args:
        database: Where they are.
        collection: The collection's name.
    """

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection

    def keep(self, document: str) -> str:
        """Keep a proposal; return its token. Those that are too old are forgotten."""
        token = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        now = datetime.now(UTC)
        table = schema.proposals
        row = {
            "token": token,
            "collection": self._collection,
            "at": now.isoformat(),
            "document": document,
        }
        with self._database.write() as connection:
            connection.execute(delete(table).where(table.c.at < (now - LIFE).isoformat()))
            connection.execute(table.insert().values(row))
        return token

    def get(self, token: str) -> str | None:
        """Return a proposal; None when it was used, dropped, or is too old."""
        table = schema.proposals
        found = select(table.c.document).where(
            table.c.token == token,
            table.c.collection == self._collection,
            table.c.at >= (datetime.now(UTC) - LIFE).isoformat(),
        )
        with self._database.read() as connection:
            return connection.scalar(found)

    def drop(self, connection: Connection, token: str) -> None:
        """Forget a proposal; one that is not there is forgotten already."""
        table = schema.proposals
        connection.execute(
            delete(table).where(table.c.token == token, table.c.collection == self._collection)
        )
