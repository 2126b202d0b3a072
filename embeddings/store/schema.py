"""The tables of the store, the same on SQLite and on PostgreSQL.

What a person reads elsewhere as a file is here a row: an article with every version that it had,
who changed what, what waits to be confirmed, which snapshot is live. Days and moments are texts in
ISO 8601, moments in UTC, so that both databases sort and compare them alike. A feature that keeps
rows of its own adds a kind of records to ``people`` and to ``TABLES``; ``make`` makes what is not
there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import sqlalchemy as sa

from embeddings.errors import InputError, StorageError
from embeddings.store.people import Feed, Inquiry, Unanswered, Unfinished, Vote, Watch

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.types import TypeEngine

VERSION = 3
"""Which tables this program reads and writes; a database says which it has."""

METADATA = sa.MetaData()
_COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # only such a column counts there
_TYPES: dict[type, TypeEngine[Any]] = {
    bool: sa.Boolean(), int: sa.BigInteger(), float: sa.Float(53), str: sa.Text(),
}  # fmt: skip
_WHOSE = ("user", "guild")
"""Fields by which records are found."""


def _collection() -> sa.Column[str]:
    """Return the column that says whose a row is; what is of a collection goes with it."""
    return sa.Column(
        "collection",
        sa.String,
        sa.ForeignKey("collections.name", ondelete="CASCADE"),
        nullable=False,
    )


def _records(name: str, kind: type[Any], *key: str) -> sa.Table:
    """Return the table of a kind of records: a column for each field, null where that may be None.

    ``kind`` is a dataclass, its fields of ``_TYPES``; without fields for a key they are numbered.
    """
    columns = [] if key else [sa.Column("n", _COUNTER, primary_key=True, autoincrement=True)]
    types = {name: given for name, given in get_type_hints(kind).items() if name != "n"}
    for field, given in types.items():
        of, *none = get_args(given) or (given,)
        is_key, is_whose, may_lack = field in key, field in _WHOSE, bool(none)
        columns.append(
            sa.Column(field, _TYPES[of], primary_key=is_key, index=is_whose, nullable=may_lack)
        )
    return sa.Table(name, METADATA, *columns)


about = sa.Table(
    "about",
    METADATA,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""What the database says of itself: ``version``."""

collections = sa.Table(
    "collections",
    METADATA,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("live", sa.BigInteger),  # the number of the snapshot that serves
    sa.Column("numbers", sa.BigInteger, nullable=False, default=0),  # the last one that was given
    sa.Column("questions", sa.LargeBinary),  # its golden questions, JSON lines
)

versions = sa.Table(
    "versions",
    METADATA,
    _collection(),
    sa.Column("article", sa.String, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),  # counts from 1
    sa.Column("fields", sa.Text, nullable=False),  # its metadata, as a JSON object
    sa.Column("text", sa.LargeBinary, nullable=False),  # UTF-8; PostgreSQL keeps no NUL in a text
    sa.Column("digest", sa.String, nullable=False),  # of both, see ``types.identity``
    sa.Column("by_hand", sa.Text, nullable=False, default=""),  # fields that people set, by spaces
    sa.Column("corrected", sa.String),  # when its text was last changed since it came
    sa.Column("at", sa.String, nullable=False),  # when it was stored
    sa.PrimaryKeyConstraint("collection", "article", "version"),
)
"""Every version of every article; never changed, but by a reindex that mends one."""

contents = sa.Table(
    "contents",
    METADATA,
    _collection(),
    sa.Column("article", sa.String, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),  # the first snapshot that holds it
    sa.Column("until", sa.BigInteger),  # the first after it that does not
    sa.PrimaryKeyConstraint("collection", "article", "since"),
)
"""Which version of which article is in which snapshots: the articles of a collection are those of
its live snapshot, and one that changes writes only what differs."""

snapshots = sa.Table(
    "snapshots",
    METADATA,
    _collection(),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("manifest", sa.LargeBinary, nullable=False),
    sa.Column("digest", sa.String, nullable=False),  # SHA-256 of the manifest
    sa.Column("by", sa.String, nullable=False, default=""),
    sa.Column("added", sa.Integer, nullable=False, default=0),
    sa.Column("changed", sa.Integer, nullable=False, default=0),
    sa.Column("removed", sa.Integer, nullable=False, default=0),
    sa.PrimaryKeyConstraint("collection", "number"),
)
"""The snapshots that are kept; their files lie elsewhere."""

chunks = sa.Table(
    "chunks",
    METADATA,
    _collection(),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String, nullable=False),  # of the snapshot's file
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("collection", "number", "name", "part"),
)
"""The files of the kept snapshots, where machines share a database and no folder."""

audit = sa.Table(
    "audit",
    METADATA,
    sa.Column("n", _COUNTER, primary_key=True, autoincrement=True),
    _collection(),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("article", sa.String),
    sa.Column("entry", sa.Text, nullable=False),  # the line, as a JSON object
    sa.Column("digest", sa.String, nullable=False),  # of the line and of the digest before it
    sa.Index("audit_of", "collection", "n"),
    sa.Index("audit_of_article", "collection", "article", "n"),
)
"""Who changed what and when; only ever added to."""

proposals = sa.Table(
    "proposals",
    METADATA,
    sa.Column("token", sa.String, primary_key=True),
    _collection(),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
)
"""Changes that wait for somebody to confirm them."""

choices = sa.Table(
    "choices",
    METADATA,
    sa.Column("guild", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("chosen", sa.Text, nullable=False),  # as a JSON object
)

left = sa.Table(
    "left_servers",
    METADATA,
    sa.Column("guild", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String, nullable=False),
)

notes = sa.Table(
    "notes",
    METADATA,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

turns = sa.Table(
    "turns",
    METADATA,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("holder", sa.String, nullable=False),
    sa.Column("at", sa.Float(53), nullable=False),  # seconds since 1970, by one clock for all
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


def find_changed(connection: Connection) -> list[str]:
    """Say which tables do not have the columns that ``make`` gives them."""
    look, kind = sa.inspect(connection), connection.dialect.type_compiler_instance.process
    return [
        f"the columns of {table.name} are not those that it was made with"
        for table in METADATA.sorted_tables
        if {(c.name, kind(c.type), c.nullable) for c in table.columns}
        != {(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(table.name)}
    ]


def version(connection: Connection) -> int | None:
    """Return which tables a database has; None when it does not say."""
    found = connection.scalar(sa.select(about.c.value).where(about.c.name == "version"))
    try:
        return int(found) if found else None
    except ValueError:
        raise StorageError(
            f"The database says that its tables are number {found!r}: put a backup in its place."
        ) from None
