"""The tables of the store, the same on SQLite and on PostgreSQL.

What a person reads elsewhere as a file is here a row: an article with every version that it had,
who changed what, what waits to be confirmed, which snapshot is live. Days and moments are texts in
ISO 8601, moments in UTC, so that both databases sort and compare them alike. A feature that keeps
rows of its own adds a kind of records to ``people`` and to ``TABLES``; ``make`` makes what is not
there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    select,
)

from embeddings.errors import InputError, StorageError
from embeddings.store.people import Feed, Inquiry, Unanswered, Unfinished, Vote, Watch

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.types import TypeEngine

VERSION = 3
"""Which tables this program reads and writes; a database says which it has."""

METADATA = MetaData()
_COUNTER = BigInteger().with_variant(Integer, "sqlite")  # only such a column counts there
_TYPES: dict[type, TypeEngine[Any]] = {
    bool: Boolean(), int: BigInteger(), float: Float(53), str: Text(),
}  # fmt: skip
_WHOSE = ("user", "guild")
"""Fields by which records are found."""


def _collection() -> Column[str]:
    """Return the column that says whose a row is; what is of a collection goes with it."""
    return Column(
        "collection", String, ForeignKey("collections.name", ondelete="CASCADE"), nullable=False
    )


def _records(name: str, kind: type[Any], *key: str) -> Table:
    """Return the table of a kind of records: a column for each field, null where that may be None.

    ``kind`` is a dataclass, its fields of ``_TYPES``; without fields for a key they are numbered.
    """
    columns = [] if key else [Column("n", _COUNTER, primary_key=True, autoincrement=True)]
    types = {name: given for name, given in get_type_hints(kind).items() if name != "n"}
    for field, given in types.items():
        of, *none = get_args(given) or (given,)
        is_key, is_whose, may_lack = field in key, field in _WHOSE, bool(none)
        columns.append(
            Column(field, _TYPES[of], primary_key=is_key, index=is_whose, nullable=may_lack)
        )
    return Table(name, METADATA, *columns)


about = Table(
    "about",
    METADATA,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)
"""What the database says of itself: ``version``."""

collections = Table(
    "collections",
    METADATA,
    Column("name", String, primary_key=True),
    Column("live", BigInteger),  # the number of the snapshot that serves
    Column("numbers", BigInteger, nullable=False, default=0),  # the last number that was given
    Column("questions", LargeBinary),  # its golden questions, JSON lines
)

versions = Table(
    "versions",
    METADATA,
    _collection(),
    Column("article", String, nullable=False),
    Column("version", BigInteger, nullable=False),  # counts from 1
    Column("fields", Text, nullable=False),  # its metadata, as a JSON object
    Column("text", LargeBinary, nullable=False),  # UTF-8; PostgreSQL keeps no NUL in a text
    Column("digest", String, nullable=False),  # of both, see ``types.identity``
    Column("by_hand", Text, nullable=False, default=""),  # fields that somebody set, by spaces
    Column("corrected", String),  # when its text was last changed since it came
    Column("at", String, nullable=False),  # when it was stored
    PrimaryKeyConstraint("collection", "article", "version"),
)
"""Every version of every article; never changed, but by a reindex that mends one."""

contents = Table(
    "contents",
    METADATA,
    _collection(),
    Column("article", String, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),  # the first snapshot that holds it
    Column("until", BigInteger),  # the first after it that does not
    PrimaryKeyConstraint("collection", "article", "since"),
)
"""Which version of which article is in which snapshots: the articles of a collection are those of
its live snapshot, and one that changes writes only what differs."""

snapshots = Table(
    "snapshots",
    METADATA,
    _collection(),
    Column("number", BigInteger, nullable=False),
    Column("manifest", LargeBinary, nullable=False),
    Column("digest", String, nullable=False),  # SHA-256 of the manifest
    Column("by", String, nullable=False, default=""),
    Column("added", Integer, nullable=False, default=0),
    Column("changed", Integer, nullable=False, default=0),
    Column("removed", Integer, nullable=False, default=0),
    PrimaryKeyConstraint("collection", "number"),
)
"""The snapshots that are kept; their files lie elsewhere."""

chunks = Table(
    "chunks",
    METADATA,
    _collection(),
    Column("number", BigInteger, nullable=False),
    Column("name", String, nullable=False),  # of the snapshot's file
    Column("part", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("collection", "number", "name", "part"),
)
"""The files of the kept snapshots, where machines share a database and no folder."""

audit = Table(
    "audit",
    METADATA,
    Column("n", _COUNTER, primary_key=True, autoincrement=True),
    _collection(),
    Column("at", String, nullable=False),
    Column("article", String),
    Column("entry", Text, nullable=False),  # the line, as a JSON object
    Column("digest", String, nullable=False),  # of the line and of the digest before it
    Index("audit_of", "collection", "n"),
    Index("audit_of_article", "collection", "article", "n"),
)
"""Who changed what and when; only ever added to."""

proposals = Table(
    "proposals",
    METADATA,
    Column("token", String, primary_key=True),
    _collection(),
    Column("at", String, nullable=False),
    Column("document", Text, nullable=False),
)
"""Changes that wait for somebody to confirm them."""

choices = Table(
    "choices",
    METADATA,
    Column("guild", BigInteger, primary_key=True, autoincrement=False),
    Column("chosen", Text, nullable=False),  # as a JSON object
)

left = Table(
    "left_servers",
    METADATA,
    Column("guild", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
)

notes = Table(
    "notes",
    METADATA,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

turns = Table(
    "turns",
    METADATA,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("at", Float(53), nullable=False),  # seconds since 1970, by one clock for all
)
"""What only one process may do for a while, and which one that is."""

TABLES = {
    Vote: _records("votes", Vote, "answer", "user"),
    Unanswered: _records("unanswered", Unanswered),
    Watch: _records("watches", Watch),
    Inquiry: _records("inquiries", Inquiry),
    Unfinished: _records("unfinished", Unfinished, "token"),
    Feed: _records("feeds", Feed),
}
OF_PEOPLE = tuple(table for table in TABLES.values() if "user" in table.c)
"""The tables with what people caused, each with their id; nothing of it outlives its time."""
OF_SERVERS = (*TABLES.values(), choices)
"""The tables with what is of a server."""


def make(connection: Connection) -> None:
    """Make what is not there yet.

    Args:
        connection: In a transaction that nobody else has at the same time.

    Raises:
        InputError: A newer version of the program made the tables.
    """
    METADATA.create_all(connection, tables=[about])
    found = version(connection)
    if found == 1:
        column = "narrowed TEXT NOT NULL DEFAULT ''"
        for name in ("watches", "inquiries"):
            if connection.dialect.has_table(connection, name):  # the first builds had neither
                connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {column}")
    if found and found < VERSION:
        for name in ("pending", "works"):  # what was under way then is over
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
        connection.execute(about.update().values(value=str(VERSION)))
    METADATA.create_all(connection)
    if found is None:
        connection.execute(about.insert().values(name="version", value=str(VERSION)))
    elif found > VERSION:
        raise InputError(
            f"The database was made by a newer version (its tables are number {found}, and this "
            f"one knows {VERSION}): install that version."
        )


def version(connection: Connection) -> int | None:
    """Return which tables a database has; None when it does not say."""
    found = connection.scalar(select(about.c.value).where(about.c.name == "version"))
    try:
        return int(found) if found else None
    except ValueError:
        raise StorageError(
            f"The database says that its tables are number {found!r}: put a backup in its place."
        ) from None
