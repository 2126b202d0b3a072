"""Which collections there are: their snapshots, which of them is live, and what is proposed."""

from __future__ import annotations

import logging
import secrets
import string
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING
from weakref import WeakSet

from sqlalchemy import BigInteger, Connection, cast, delete, func, select, update

from embeddings.errors import StorageError
from embeddings.store import schema
from embeddings.store.articles import Articles
from embeddings.store.audit import Audit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from embeddings.store.database import Database, Transaction
    from embeddings.vectors.worker import Heard

log = logging.getLogger(__name__)

SERVER = "server-"
"""How the name of a server's own collection begins; its id on Discord follows."""
LIFE = timedelta(days=1)
"""How long a proposal is kept."""
_LETTERS = string.ascii_lowercase + string.digits
_LENGTH = 10


def name_of(server: int) -> str:
    """Return the name of a server's own collection."""
    return f"{SERVER}{server}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot that is kept.

    Attributes:
        number: Its number, which counts up.
        manifest: What it says of itself, as JSON.
        digest: SHA-256 of that.
        by: Who had it published; empty when nobody said.
        counts: How many articles it added, changed and removed.
    """

    number: int
    manifest: bytes
    digest: str
    by: str = ""
    counts: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Published:
    """What is published of a collection: the number of the live snapshot, and all by number."""

    live: int | None = None
    kept: Mapping[int, Kept] = field(default_factory=dict)

    @property
    def newest_first(self) -> tuple[int, ...]:
        """The numbers of the kept snapshots."""
        return tuple(sorted(self.kept, reverse=True))


class Pointers:
    """The collections of one database, and their live snapshots.

    Attributes:
        known: Name of each collection -> the number of its live snapshot, as last heard.
    """

    def __init__(self, database: Database) -> None:
        self.known: Mapping[str, int | None] = MappingProxyType({})
        self._database = database
        self._told: WeakSet[Heard] = WeakSet()
        self._looking = threading.Lock()

    def look(self) -> None:
        """Read them, and tell who listens when they are others than before.

        Raises:
            StorageError: They cannot be read.
        """
        table = schema.collections
        with self._looking:
            with self._database.read() as connection:
                rows = connection.execute(select(table.c.name, table.c.live)).all()
            before, self.known = self.known, MappingProxyType({row.name: row.live for row in rows})
        if before != self.known:
            for each in tuple(self._told):
                each.tell()

    def listen(self, heard: Heard) -> None:
        """Tell somebody whenever something is published, by whomever."""
        if not self._told:
            self._database.follow(self.look)
        self._told.add(heard)

    def create(self, name: str) -> None:
        """Make a collection, if it is not there."""
        insert = self._database.insert(schema.collections).values(name=name, numbers=0)
        with self._database.write() as connection:
            connection.execute(insert.on_conflict_do_nothing())
        self.look()

    def delete(self, name: str) -> bool:
        """Delete a collection, all of it but its files; False when there is none."""
        gone = delete(schema.collections).where(schema.collections.c.name == name)
        with self._database.hold(name) as write, write() as connection:
            is_gone = connection.execute(gone).rowcount > 0
        self.look()
        return is_gone


class CollectionRows:
    """All rows of one collection, with its live snapshot and those that it keeps."""

    def __init__(self, database: Database, pointers: Pointers, name: str) -> None:
        self.database = database
        self.pointers = pointers
        self.name = name
        self._mine = schema.collections.c.name == name
        self.articles = Articles(database, name)
        self.audit = Audit(database, name)

    def read_published(self) -> Published:
        """Return what is published of a collection; raises StorageError when it cannot be read."""
        of = schema.snapshots.c
        columns = (of.number, of.manifest, of.digest, of.by, of.added, of.changed, of.removed)
        rows = select(*columns).where(of.collection == self.name)
        with self.database.read() as connection:
            live = connection.scalar(select(schema.collections.c.live).where(self._mine))
            found = connection.execute(rows).all()
        kept = {n: Kept(n, bytes(m), d, by, (a, c, r)) for n, m, d, by, a, c, r in found}
        if live is not None and not isinstance(live, int):
            raise StorageError(
                f"The pointer of the collection {self.name!r} is {live!r}, which is no snapshot: "
                "run rollback with the number of one."
            )
        return Published(live, kept)

    def find_changed(self, published: Published) -> set[int]:
        """Return which kept snapshots have rows that are not as written, or as the log says."""
        told: dict[str | None, set[object]] = {}
        for line in self.audit.entries():
            told.setdefault(line.snapshot, set()).add((line.by, line.counts))
        return {
            number
            for number, each in published.kept.items()
            if sha256(each.manifest).hexdigest() != each.digest
            or not {(each.by, each.counts)} & told.get(str(number), {(each.by, each.counts)})
        }

    def take_number(self, write: Transaction) -> int:
        """Return the next number of a snapshot, which no other gets."""
        table = schema.collections
        given = select(cast(table.c.numbers, BigInteger)).where(self._mine)
        used = (
            select(func.max(column)).where(column.table.c.collection == self.name)
            for column in (schema.snapshots.c.number, schema.contents.c.since)
        )
        with write() as connection:
            number = max(int(connection.scalar(each) or 0) for each in (given, *used)) + 1
            connection.execute(update(table).where(self._mine).values(numbers=number))
        return number

    def keep(self, connection: Connection, kept: Kept) -> None:
        """Keep a snapshot."""
        counts = dict(zip(("added", "changed", "removed"), kept.counts, strict=True))
        row = {"number": kept.number, "manifest": kept.manifest, "digest": kept.digest}
        of = {"collection": self.name, "by": kept.by}
        connection.execute(schema.snapshots.insert().values({**of, **row, **counts}))

    def point(self, connection: Connection, number: int) -> None:
        """Make a snapshot the live one."""
        table = schema.collections
        connection.execute(update(table).where(self._mine).values(live=number))

    def drop(self, connection: Connection, keep: int, lost: set[int]) -> None:
        """Keep the newest snapshots and the live one, and no others.

        Those in ``lost``, of which no file is left, go too.
        """
        rows, table = schema.snapshots, schema.collections
        live = connection.scalar(select(table.c.live).where(self._mine))
        mine = rows.c.collection == self.name
        newest = select(rows.c.number).where(mine).order_by(rows.c.number.desc())
        numbers = [number for number in connection.scalars(newest) if number not in lost]
        kept = {*numbers[:keep], live}
        for each in (rows, schema.chunks):
            gone = each.c.number.not_in(kept)
            connection.execute(delete(each).where(each.c.collection == self.name, gone))
        c = schema.contents.c
        past = c.until <= min(kept)
        connection.execute(delete(schema.contents).where(c.collection == self.name, past))

    def questions(self) -> bytes | None:
        """Return the golden questions that a collection was given."""
        with self.database.read() as connection:
            return connection.scalar(select(schema.collections.c.questions).where(self._mine))

    def set_questions(self, connection: Connection, questions: bytes | None) -> None:
        """Give a collection its golden questions."""
        change = update(schema.collections).where(self._mine)
        connection.execute(change.values(questions=questions))

    def propose(self, document: str) -> str:
        """Keep a proposal; return its token. Those that are too old are forgotten."""
        token = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        table, now = schema.proposals, datetime.now(UTC)
        row = {"token": token, "at": now.isoformat(), "document": document}
        with self.database.write() as connection:
            connection.execute(delete(table).where(table.c.at < (now - LIFE).isoformat()))
            connection.execute(table.insert().values(collection=self.name, **row))
        return token

    def proposal(self, token: str) -> str | None:
        """Return a proposal; None when it was used, dropped, or is too old."""
        c, oldest = schema.proposals.c, (datetime.now(UTC) - LIFE).isoformat()
        found = select(c.document).where(
            c.token == token, c.collection == self.name, c.at >= oldest
        )
        with self.database.read() as connection:
            return connection.scalar(found)

    def drop_proposal(self, connection: Connection, token: str) -> None:
        """Forget a proposal; one that is not there is forgotten already."""
        c = schema.proposals.c
        gone = delete(schema.proposals).where(c.token == token, c.collection == self.name)
        connection.execute(gone)
