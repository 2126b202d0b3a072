"""The rows of one collection: its kept snapshots, the live one, golden questions and proposals."""

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import BigInteger, Connection, cast, delete, func, select, update

from embeddings.errors import StorageError
from embeddings.store import schema
from embeddings.store.articles import Articles
from embeddings.store.audit import Audit
from embeddings.store.database import Database, Transaction

LIFE = timedelta(days=1)
"""The lifetime of a proposal."""
_LETTERS = string.ascii_lowercase + string.digits
_LENGTH = 10


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """The row of a kept snapshot.

    Attributes:
        number: The snapshot's number; later ones have greater numbers.
        manifest: The manifest, as JSON.
        digest: SHA-256 of the manifest.
        by: The author of the change; empty if unknown.
        counts: The numbers of articles added, changed and removed.
    """

    number: int
    manifest: bytes
    digest: str
    by: str = ""
    counts: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Published:
    """The live snapshot of a collection, by its number, and all kept snapshots."""

    live: int | None = None
    kept: Mapping[int, SnapshotRow] = field(default_factory=dict)

    @property
    def newest_first(self) -> tuple[int, ...]:
        """The numbers of the kept snapshots, newest first."""
        return tuple(sorted(self.kept, reverse=True))


class CollectionRows:
    """The rows of one collection: its snapshots, articles, audit log and proposals."""

    def __init__(self, database: Database, name: str) -> None:
        self.database, self.name = database, name
        self._mine = schema.collections.c.name == name
        self.articles = Articles(database, name)
        self.audit = Audit(database, name)

    def read_published(self) -> Published:
        """Return the published state of the collection; raises StorageError if unreadable."""
        s = schema.snapshots.c
        columns = (s.number, s.manifest, s.digest, s.by, s.added, s.changed, s.removed)
        query = select(*columns).where(s.collection == self.name)
        with self.database.read() as connection:
            live = connection.scalar(select(schema.collections.c.live).where(self._mine))
            rows = connection.execute(query).all()
        kept = {n: SnapshotRow(n, bytes(m), d, by, (a, c, r)) for n, m, d, by, a, c, r in rows}
        if live is not None and not isinstance(live, int):
            raise StorageError(
                f"The pointer of the collection {self.name!r} is {live!r}, which is no snapshot: "
                "run rollback with the number of one."
            )
        return Published(live, kept)

    def find_changed(self, published: Published) -> set[int]:
        """Return the numbers of kept snapshots whose row contradicts its digest or the log."""
        logged: dict[str | None, set[object]] = {}
        for entry in self.audit.entries():
            logged.setdefault(entry.snapshot, set()).add((entry.by, entry.counts))
        return {
            number
            for number, row in published.kept.items()
            if sha256(row.manifest).hexdigest() != row.digest
            or (row.by, row.counts) not in logged.get(str(number), {(row.by, row.counts)})
        }

    def take_number(self, write: Transaction) -> int:
        """Return the number for a new snapshot, greater than all that were ever given."""
        table = schema.collections
        last = select(cast(table.c.numbers, BigInteger)).where(self._mine)
        used = (
            select(func.max(column)).where(column.table.c.collection == self.name)
            for column in (schema.snapshots.c.number, schema.contents.c.since)
        )
        with write() as connection:
            number = max(int(connection.scalar(query) or 0) for query in (last, *used)) + 1
            connection.execute(update(table).where(self._mine).values(numbers=number))
        return number

    def keep(self, connection: Connection, row: SnapshotRow) -> None:
        """Insert the row of a snapshot."""
        values = dict(zip(("added", "changed", "removed"), row.counts, strict=True))
        values |= {name: getattr(row, name) for name in ("number", "manifest", "digest", "by")}
        connection.execute(schema.snapshots.insert().values(collection=self.name, **values))

    def point(self, connection: Connection, number: int) -> None:
        """Make a snapshot the live one."""
        table = schema.collections
        connection.execute(update(table).where(self._mine).values(live=number))

    def drop(self, connection: Connection, keep: int, lost: set[int]) -> None:
        """Delete the rows of all snapshots but the live one and the ``keep`` newest.

        Snapshots in ``lost``, whose files are gone, are neither counted nor kept.
        """
        snapshots, table = schema.snapshots, schema.collections
        live = connection.scalar(select(table.c.live).where(self._mine))
        query = select(snapshots.c.number).where(snapshots.c.collection == self.name)
        newest = connection.scalars(query.order_by(snapshots.c.number.desc()))
        kept = {*[number for number in newest if number not in lost][:keep], live}
        for rows in (snapshots, schema.chunks):
            is_old = rows.c.number.not_in(kept)
            connection.execute(delete(rows).where(rows.c.collection == self.name, is_old))
        c = schema.contents.c
        is_past = c.until <= min(kept)
        connection.execute(delete(schema.contents).where(c.collection == self.name, is_past))

    def questions(self) -> bytes | None:
        """Return the golden questions that came with an import, as JSON lines."""
        with self.database.read() as connection:
            return connection.scalar(select(schema.collections.c.questions).where(self._mine))

    def set_questions(self, connection: Connection, questions: bytes | None) -> None:
        """Store the golden questions of an import."""
        statement = update(schema.collections).where(self._mine)
        connection.execute(statement.values(questions=questions))

    def propose(self, document: str) -> str:
        """Store a proposal and return its token; delete expired proposals."""
        token = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        table, now = schema.proposals, datetime.now(UTC)
        row = {"token": token, "at": now.isoformat(), "document": document}
        with self.database.write() as connection:
            connection.execute(delete(table).where(table.c.at < (now - LIFE).isoformat()))
            connection.execute(table.insert().values(collection=self.name, **row))
        return token

    def proposal(self, token: str) -> str | None:
        """Return a proposal; None if it was confirmed, dropped, or has expired."""
        c, oldest = schema.proposals.c, (datetime.now(UTC) - LIFE).isoformat()
        query = select(c.document).where(c.token == token, c.collection == self.name)
        with self.database.read() as connection:
            return connection.scalar(query.where(c.at >= oldest))

    def drop_proposal(self, connection: Connection, token: str) -> None:
        """Delete a proposal, if it exists."""
        c = schema.proposals.c
        statement = delete(schema.proposals).where(c.token == token, c.collection == self.name)
        connection.execute(statement)
