"""The articles of one collection: all versions of each, and which snapshots contain which version.

The articles of a collection are those of its live snapshot. The row of a version never changes.
The snapshots that contain it are an interval of their numbers: a change writes only the intervals
that it begins and ends, and a rollback writes none.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from embeddings.store import schema
from embeddings.types import Article, identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from embeddings.store.database import Database

_KEYS = ("collection", "article", "version")
_JOINED = and_(*(schema.versions.c[key] == schema.contents.c[key] for key in _KEYS))
_STORED = ("fields", "text", "digest", "by_hand", "corrected")


@dataclass(frozen=True, slots=True)
class Version:
    """A stored version of an article.

    Attributes:
        article: The article's id.
        version: The number of the version, from 1.
        digest: The digest of text and metadata; see ``types.identity``.
        by_hand: Names of the fields that somebody set by hand.
        value: The article; None if the row is damaged or missing.
    """

    article: str
    version: int
    digest: str
    by_hand: frozenset[str]
    value: Article | None


class Articles:
    """The articles of one collection."""

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self.collection = collection

    def at(self, number: int | None) -> dict[str, Version]:
        """Return a snapshot's articles by id, damaged and lost ones too; raises StorageError."""
        c, v = schema.contents.c, schema.versions.c
        query = select(c.article, c.version, *(v[name] for name in _STORED))
        query = query.outerjoin_from(schema.contents, schema.versions, _JOINED)
        query = query.where(self._is_in(number or 0)).order_by(c.article)
        return {row.article: self._version(row) for row in self._read(query)}

    def history(self, article: str | None = None) -> tuple[Version, ...]:
        """Return all versions of all articles, or of one, oldest first."""
        v = schema.versions.c
        query = select(schema.versions).where(v.collection == self.collection)
        if article is not None:
            query = query.where(v.article == article)
        return tuple(map(self._version, self._read(query.order_by(v.article, v.version))))

    def by_hand(self, number: int | None) -> dict[str, frozenset[str]]:
        """Return article id -> the fields that somebody set by hand, for a snapshot's articles."""
        v = schema.versions.c
        query = select(v.article, v.by_hand).join(schema.contents, _JOINED)
        query = query.where(self._is_in(number or 0), v.by_hand != "")
        return {row.article: frozenset(row.by_hand.split()) for row in self._read(query)}

    def write(
        self,
        connection: Connection,
        number: int,
        live: int | None,
        change: Mapping[str, Article | None],
        *,
        by_hand: Mapping[str, Iterable[str]],
        at: datetime,
    ) -> None:
        """Write the articles of a new snapshot: those of the ``live`` one, with a change applied.

        ``change`` maps ids to new versions; None removes the article.
        """
        self._reopen(connection, number, live)
        self._close(connection, number, change)
        new = [article for article in change.values() if article]
        if not new:
            return
        newest = self._newest_versions(connection)
        rows = [self._row(a, newest.get(a.id, 0) + 1, by_hand.get(a.id, ()), at) for a in new]
        connection.execute(schema.versions.insert(), rows)
        contents = [{key: row[key] for key in _KEYS} | {"since": number} for row in rows]
        connection.execute(schema.contents.insert(), contents)

    def repair(
        self, connection: Connection, live: int, good: Mapping[str, Article], at: datetime
    ) -> None:
        """Rewrite the damaged rows of the live snapshot from ``good``, read from its files."""
        c, v = schema.contents.c, schema.versions.c
        stored, newest = self.at(live), self._newest_versions(connection)
        surplus = and_(self._is_in(live), c.article.in_(stored.keys() - good.keys()))
        connection.execute(delete(schema.contents).where(surplus))
        for name, article in good.items():
            old, number = stored.get(name), newest.get(name, 0) + 1
            if old and old.value and old.digest == identity(article):
                continue
            row = self._row(article, old.version if old else number, old.by_hand if old else (), at)
            key = (v.collection == self.collection, v.article == name, v.version == row["version"])
            connection.execute(delete(schema.versions).where(*key))
            connection.execute(schema.versions.insert().values(row))
            if old is None:
                new = {key: row[key] for key in _KEYS} | {"since": live}
                connection.execute(schema.contents.insert().values(new))

    def add_history(self, connection: Connection, earlier: Sequence[Article], at: datetime) -> None:
        """Add the earlier versions of an import, oldest first, except those that exist already."""
        if not earlier:
            return
        v, newest, rows = schema.versions.c, self._newest_versions(connection), []
        query = select(v.article, v.digest).where(v.collection == self.collection)
        known = {(name, digest) for name, digest in connection.execute(query)}
        for article in earlier:
            key = (article.id, identity(article))
            if key not in known:
                known.add(key)
                newest[article.id] = newest.get(article.id, 0) + 1
                rows.append(self._row(article, newest[article.id], (), at))
        if rows:
            connection.execute(schema.versions.insert(), rows)

    def _read(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with self._database.read() as connection:
            return connection.execute(query).all()

    def _is_in(self, number: int) -> ColumnElement[bool]:
        """Return the SQL condition that a row of ``contents`` belongs to a snapshot."""
        c = schema.contents.c
        return and_(
            c.collection == self.collection,
            c.since <= number,
            or_(c.until.is_(None), c.until > number),
        )

    def _reopen(self, connection: Connection, number: int, live: int | None) -> None:
        """Make the open intervals those of the live snapshot, which after a rollback they are not.

        Intervals that began later end, and those that ended later begin again, with ``number``.
        """
        table, c = schema.contents, schema.contents.c
        later = and_(c.collection == self.collection, c.until.is_(None), c.since > (live or 0))
        ended = (self._is_in(live or 0), c.until.is_not(None))
        query = select(c.collection, c.article, c.version).where(*ended)
        rows = [dict(row) for row in connection.execute(query).mappings()]
        connection.execute(update(table).where(later).values(until=number))
        if rows:
            connection.execute(table.insert(), [row | {"since": number} for row in rows])

    def _close(self, connection: Connection, number: int, names: Iterable[str]) -> None:
        """End the open intervals of some articles, given by their ids, before a new snapshot."""
        table, c = schema.contents, schema.contents.c
        ours, name = c.collection == self.collection, c.article == bindparam("name")
        is_open = and_(ours, name, c.until.is_(None))
        if values := [{"name": name} for name in names]:
            connection.execute(delete(table).where(is_open, c.since == number), values)
            connection.execute(update(table).where(is_open).values(until=number), values)

    def _newest_versions(self, connection: Connection) -> dict[str, int]:
        """Return article id -> the number of its newest version."""
        v = schema.versions.c
        query = select(v.article, func.max(v.version)).where(v.collection == self.collection)
        return {name: int(newest) for name, newest in connection.execute(query.group_by(v.article))}

    def _row(
        self, article: Article, version: int, by_hand: Iterable[str], at: datetime
    ) -> dict[str, Any]:
        fields = article.dump()
        stored = {name: fields[name] for name in fields if name not in {"collection", "corrected"}}
        key = {"collection": self.collection, "article": article.id, "version": version}
        return key | {
            "fields": json.dumps(stored),
            "text": article.text.encode("utf-8", "surrogatepass"),
            "digest": identity(article),
            "by_hand": " ".join(sorted(by_hand)),
            "corrected": fields["corrected"],
            "at": at.isoformat(),
        }

    def _version(self, row: Row[Any]) -> Version:
        """Parse a row, and check it against its digest."""
        value: Article | None = None
        with suppress(ValueError, TypeError, KeyError):
            columns = {"collection": self.collection, "corrected": row.corrected}
            text = bytes(row.text).decode("utf-8", "surrogatepass")
            value = Article.parse(json.loads(row.fields) | columns, text)
        if value and (value.id != row.article or identity(value) != row.digest):
            value = None
        by_hand = frozenset(str(row.by_hand or "").split())
        return Version(row.article, row.version, row.digest, by_hand, value)
