"""The tables of the store, the same on SQLite and on PostgreSQL.

Dates and times are texts in ISO 8601, times in UTC, so that both databases sort and compare them
alike. A feature with records of its own adds a dataclass to ``people`` and a table to ``TABLES``;
``make`` creates tables that do not exist.
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
"""The version of the tables that this program reads and writes."""

METADATA = sa.MetaData()
_COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite counts only INTEGER keys
_TYPES: dict[type, TypeEngine[Any]] = {
    bool: sa.Boolean(), int: sa.BigInteger(), float: sa.Float(53), str: sa.Text(),
}  # fmt: skip
_OWNERS = ("user", "guild")
"""The indexed fields of records."""


def _table(name: str, *items: sa.schema.SchemaItem) -> sa.Table:
    """Return a table, whose numbers, if it counts its rows, are never given again."""
    counts = any(isinstance(item, sa.Column) and item.name == "n" for item in items)
    return sa.Table(name, METADATA, *items, sqlite_autoincrement=counts)


def _column(name: str, type_: Any = sa.String, *items: Any, **options: Any) -> sa.Column[Any]:
    """Return a column that is never null."""
    return sa.Column(name, type_, *items, nullable=False, **options)


def _collection() -> sa.Column[str]:
    """Return the column that names a row's collection, with which the row is deleted."""
    return _column("collection", sa.String, sa.ForeignKey("collections.name", ondelete="CASCADE"))


def _records(name: str, kind: type[Any], *key: str) -> sa.Table:
    """Return the table of a kind of records: a column for each field, nullable if it may be None.

    ``kind`` is a dataclass, its fields of ``_TYPES``; records without ``key`` fields are numbered.
    """
    columns = [] if key else [sa.Column("n", _COUNTER, primary_key=True, autoincrement=True)]
    hints = {field: hint for field, hint in get_type_hints(kind).items() if field != "n"}
    for field, hint in hints.items():
        type_, *none = get_args(hint) or (hint,)
        is_key, is_owner, has_none = field in key, field in _OWNERS, bool(none)
        columns.append(
            sa.Column(field, _TYPES[type_], primary_key=is_key, index=is_owner, nullable=has_none)
        )
    return _table(name, *columns)


about = _table("about", _column("name", primary_key=True), _column("value", sa.Text))
"""Facts about the database itself: ``version``."""

collections = _table(
    "collections",
    _column("name", primary_key=True),
    sa.Column("live", sa.BigInteger),  # the number of the live snapshot
    _column("numbers", sa.BigInteger, default=0),  # the last snapshot's number
    sa.Column("questions", sa.LargeBinary),  # its golden questions, JSON lines
)

versions = _table(
    "versions",
    _collection(),
    _column("article"),
    _column("version", sa.BigInteger),  # counts from 1
    _column("fields", sa.Text),  # the metadata, as a JSON object
    _column("text", sa.LargeBinary),  # UTF-8; a PostgreSQL text may have no NUL
    _column("digest"),  # of text and metadata, see ``types.identity``
    _column("by_hand", sa.Text, default=""),  # fields people set, space-separated
    sa.Column("corrected", sa.String),  # when the text last changed after the article was added
    _column("at"),  # when the version was stored
    sa.PrimaryKeyConstraint("collection", "article", "version"),
)
"""Every version of every article; only the repair of a damaged one changes a row."""

contents = _table(
    "contents",
    _collection(),
    _column("article"),
    _column("version", sa.BigInteger),
    _column("since", sa.BigInteger),  # the first snapshot that contains it
    sa.Column("until", sa.BigInteger),  # the first later snapshot that does not
    sa.PrimaryKeyConstraint("collection", "article", "since"),
)
"""The snapshots that contain a version, as an interval; see ``articles``."""

snapshots = _table(
    "snapshots",
    _collection(),
    _column("number", sa.BigInteger),
    _column("manifest", sa.LargeBinary),
    _column("digest"),  # SHA-256 of the manifest
    _column("by", default=""),
    _column("added", sa.Integer, default=0),
    _column("changed", sa.Integer, default=0),
    _column("removed", sa.Integer, default=0),
    sa.PrimaryKeyConstraint("collection", "number"),
)
"""The kept snapshots; their files are in a folder, or in ``chunks`` as well."""

chunks = _table(
    "chunks",
    _collection(),
    _column("number", sa.BigInteger),
    _column("name"),  # the file's name
    _column("part", sa.Integer),
    _column("data", sa.LargeBinary),
    sa.PrimaryKeyConstraint("collection", "number", "name", "part"),
)
"""The files of the kept snapshots in parts, for machines that share the database but no folder."""

audit = _table(
    "audit",
    _column("n", _COUNTER, primary_key=True, autoincrement=True),
    _collection(),
    _column("at"),
    sa.Column("article", sa.String),
    _column("entry", sa.Text),  # the line, a JSON object
    _column("digest"),  # of the previous digest and the line
    sa.Index("audit_of", "collection", "n"),
    sa.Index("audit_of_article", "collection", "article", "n"),
)
"""The audit log; append-only."""

proposals = _table(
    "proposals",
    _column("token", primary_key=True),
    _collection(),
    _column("at"),
    _column("document", sa.Text),
)
"""Changes that wait for a confirmation."""

choices = _table(
    "choices",
    _column("guild", sa.BigInteger, primary_key=True, autoincrement=False),
    _column("chosen", sa.Text),  # ``Choices``, as a JSON object
)

left = _table(
    "left_servers",
    _column("guild", sa.BigInteger, primary_key=True, autoincrement=False),
    _column("at"),
)

notes = _table("notes", _column("name", primary_key=True), _column("value", sa.Text))

turns = _table(
    "turns",
    _column("name", primary_key=True),
    _column("holder"),
    _column("at", sa.Float(53)),  # seconds since 1970, see ``Records._clock``
)
"""Leases, each with the process that holds it, and cooldowns, without a holder."""

TABLES = {
    Vote: _records("votes", Vote, "answer", "user"),
    Unanswered: _records("unanswered", Unanswered),
    Watch: _records("watches", Watch),
    Inquiry: _records("inquiries", Inquiry),
    Unfinished: _records("unfinished", Unfinished, "token"),
    Feed: _records("feeds", Feed),
}
OF_PEOPLE = tuple(table for table in TABLES.values() if "user" in table.c)
"""The tables of rows that people caused, by their ids; rows are deleted after ``KEPT_DAYS``."""
OF_SERVERS = (*TABLES.values(), choices)
"""The tables of rows that belong to a server, by its id."""


def make(connection: Connection) -> None:
    """Create or upgrade the tables, one process at a time; raises InputError if they are newer."""
    METADATA.create_all(connection, tables=[about])
    found = version(connection)
    if found == 1:
        column = "narrowed TEXT NOT NULL DEFAULT ''"
        for name in ("watches", "inquiries"):
            if connection.dialect.has_table(connection, name):  # the first builds had neither
                connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {column}")
    if found and found < VERSION:
        for name in ("pending", "works"):  # questions and changes then under way
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
    """Return a clause about each table whose columns differ from those that ``make`` creates."""
    inspector, compile_ = sa.inspect(connection), connection.dialect.type_compiler_instance.process
    return [
        f"the columns of {table.name} are not those that it was made with"
        for table in METADATA.sorted_tables
        if {(c.name, compile_(c.type), c.nullable) for c in table.columns}
        != {(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table.name)}
    ]


def version(connection: Connection) -> int | None:
    """Return the version of a database's tables; None if it states none."""
    value = connection.scalar(sa.select(about.c.value).where(about.c.name == "version"))
    try:
        return int(value) if value else None
    except ValueError:
        raise StorageError(
            f"The database says that its tables are number {value!r}: put a backup in its place."
        ) from None
