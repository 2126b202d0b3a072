"""The articles of one collection: every version that each had, and which are in which snapshot.

The articles of a collection are those of its live snapshot. A version is a row that is never
changed; what is in a snapshot is an interval of numbers, so that a change writes what differs and
no more, and going back to a snapshot writes nothing at all.
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

_JOINED = and_(
    schema.versions.c.collection == schema.contents.c.collection,
    schema.versions.c.article == schema.contents.c.article,
    schema.versions.c.version == schema.contents.c.version,
)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an article as it is stored.

    Attributes:
        article: Its id.
        version: Which one it is, from 1.
        digest: Of its text and its metadata; see ``types.identity``.
        by_hand: Names of its fields that somebody set by hand.
        value: The article; None where the row is not what was stored.
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
        """Return a snapshot's articles by id, damaged ones too; raises StorageError."""
        found = select(schema.versions).join(schema.contents, _JOINED)
        found = found.where(self._inside(number or 0)).order_by(schema.versions.c.article)
        return {row.article: self._version(row) for row in self._read(found)}

    def history(self, article: str | None = None) -> tuple[Version, ...]:
        """Return every version of every article, or of one, oldest first."""
        v = schema.versions.c
        found = select(schema.versions).where(v.collection == self.collection)
        if article is not None:
            found = found.where(v.article == article)
        return tuple(map(self._version, self._read(found.order_by(v.article, v.version))))

    def by_hand(self, number: int | None) -> dict[str, frozenset[str]]:
        """Return the fields of each article of a snapshot that somebody set by hand."""
        v = schema.versions.c
        found = select(v.article, v.by_hand).join(schema.contents, _JOINED)
        found = found.where(self._inside(number or 0), v.by_hand != "")
        return {row.article: frozenset(row.by_hand.split()) for row in self._read(found)}

    def find_lost(self, number: int | None) -> tuple[str, ...]:
        """Return the articles of a snapshot of which the row is gone."""
        v, c = schema.versions.c, schema.contents.c
        found = select(c.article).outerjoin(schema.versions, _JOINED)
        found = found.where(self._inside(number or 0), v.article.is_(None)).order_by(c.article)
        return tuple(row.article for row in self._read(found))

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
        """Write the articles of a new snapshot: those of the live one, but for a change.

        ``live`` was live before; None for an article in ``change`` takes it out.
        """
        self._return_to(connection, number, live)
        self._take_out(connection, number, change)
        new = [article for article in change.values() if article]
        if not new:
            return
        versions = self._newest(connection)
        rows = [self._row(a, versions.get(a.id, 0) + 1, by_hand.get(a.id, ()), at) for a in new]
        connection.execute(schema.versions.insert(), rows)
        keys = ("collection", "article", "version")
        there = [{key: row[key] for key in keys} | {"since": number} for row in rows]
        connection.execute(schema.contents.insert(), there)

    def mend(
        self, connection: Connection, live: int, good: Mapping[str, Article], at: datetime
    ) -> None:
        """Make the rows of the live snapshot what its own files say, where they are not.

        ``good`` is what was read from its files.
        """
        c, v = schema.contents.c, schema.versions.c
        mine = select(c.article, c.version).where(self._inside(live))
        there = {name: int(number) for name, number in connection.execute(mine)}
        for name in there.keys() - good.keys():
            of = and_(self._inside(live), c.article == name)
            connection.execute(delete(schema.contents).where(of))
        rows = self._newest(connection)
        for name, article in good.items():
            version = there.get(name) or rows.get(name, 0) + 1
            key = and_(v.collection == self.collection, v.article == name, v.version == version)
            row = connection.execute(select(schema.versions).where(key)).first()
            found = self._version(row) if row else None
            if found is None or not found.value or found.digest != identity(article):
                by_hand = found.by_hand if found else ()
                connection.execute(delete(schema.versions).where(key))
                new = self._row(article, version, by_hand, at)
                connection.execute(schema.versions.insert().values(new))
            if name not in there:
                new = {"collection": self.collection, "article": name, "version": version}
                connection.execute(schema.contents.insert().values(**new, since=live))

    def add_history(self, connection: Connection, earlier: Sequence[Article], at: datetime) -> None:
        """Keep earlier versions of another collection, oldest first; those here are passed over."""
        if not earlier:
            return
        v, newest, rows = schema.versions.c, self._newest(connection), []
        mine = select(v.article, v.digest).where(v.collection == self.collection)
        there = {(name, digest) for name, digest in connection.execute(mine)}
        for article in earlier:
            mark = (article.id, identity(article))
            if mark not in there:
                there.add(mark)
                newest[article.id] = newest.get(article.id, 0) + 1
                rows.append(self._row(article, newest[article.id], (), at))
        if rows:
            connection.execute(schema.versions.insert(), rows)

    def _read(self, found: Select[Any]) -> Sequence[Row[Any]]:
        with self._database.read() as connection:
            return connection.execute(found).all()

    def _inside(self, number: int) -> ColumnElement[bool]:
        """Return the condition of being in a snapshot."""
        c = schema.contents.c
        return and_(
            c.collection == self.collection,
            c.since <= number,
            or_(c.until.is_(None), c.until > number),
        )

    def _return_to(self, connection: Connection, number: int, live: int | None) -> None:
        """Go on from the live snapshot, where that is not the newest: after a rollback."""
        table, c = schema.contents, schema.contents.c
        later = and_(c.collection == self.collection, c.until.is_(None), c.since > (live or 0))
        back = select(c.collection, c.article, c.version).where(
            self._inside(live or 0), c.until.is_not(None)
        )
        rows = [dict(row) for row in connection.execute(back).mappings()]
        connection.execute(update(table).where(later).values(until=number))
        if rows:
            connection.execute(table.insert(), [row | {"since": number} for row in rows])

    def _take_out(self, connection: Connection, number: int, names: Iterable[str]) -> None:
        table, c = schema.contents, schema.contents.c
        one = and_(
            c.collection == self.collection, c.article == bindparam("name"), c.until.is_(None)
        )
        every = [{"name": name} for name in names]
        if every:
            connection.execute(delete(table).where(one, c.since == number), every)
            connection.execute(update(table).where(one).values(until=number), every)

    def _newest(self, connection: Connection) -> dict[str, int]:
        """Return the number of the newest version of each article that has one."""
        v = schema.versions.c
        rows = select(v.article, func.max(v.version)).where(v.collection == self.collection)
        return {name: int(newest) for name, newest in connection.execute(rows.group_by(v.article))}

    def _row(
        self, article: Article, version: int, by_hand: Iterable[str], at: datetime
    ) -> dict[str, Any]:
        fields = article.dump()
        kept = {name: fields[name] for name in fields if name not in {"collection", "corrected"}}
        key = {"collection": self.collection, "article": article.id, "version": version}
        return key | {
            "fields": json.dumps(kept),
            "text": article.text.encode("utf-8", "surrogatepass"),
            "digest": identity(article),
            "by_hand": " ".join(sorted(by_hand)),
            "corrected": fields["corrected"],
            "at": at.isoformat(),
        }

    def _version(self, row: Row[Any]) -> Version:
        """Read a row, which somebody may have changed."""
        value: Article | None = None
        with suppress(ValueError, TypeError, KeyError):
            own = {"collection": self.collection, "corrected": row.corrected}
            text = bytes(row.text).decode("utf-8", "surrogatepass")
            value = Article.parse(json.loads(row.fields) | own, text)
        if value and (value.id != row.article or identity(value) != row.digest):
            value = None
        by_hand = frozenset(str(row.by_hand).split())
        return Version(row.article, row.version, row.digest, by_hand, value)


def tell_damage(article: str) -> str:
    """Return the sentence for an article whose row is not what was stored."""
    return (
        f"The article {article} is not as it was stored: run reindex --full, which mends it, or "
        "add it again."
    )
