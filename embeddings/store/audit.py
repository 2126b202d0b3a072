"""The audit log of one collection: who changed what and when, only ever added to.

Each line has a digest of itself and of the line before, so that one that is changed or missing is
noticed.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from embeddings.reports import AuditEntry
from embeddings.store import schema
from embeddings.store.database import Database

PUBLISHING = ("publish", "rollback")
"""What is said of a snapshot; everything else is about an article."""
_ENTRY = TypeAdapter(AuditEntry)


class Audit:
    """The log of one collection."""

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection

    def append(self, connection: Connection, entries: Iterable[AuditEntry]) -> None:
        """Add lines, in a transaction of who holds the collection."""
        last = self._lines().order_by(None).order_by(schema.audit.c.n.desc()).limit(1)
        before = connection.execute(last).first()
        digest, rows = before.digest if before else "", []
        for entry in entries:
            text, of = line(entry), {"collection": self._collection, "article": entry.article}
            digest = _chain(digest, text)
            rows.append({**of, "at": entry.at.isoformat(), "entry": text, "digest": digest})
        if rows:
            connection.execute(schema.audit.insert(), rows)

    def entries(self, article: str | None = None, since: str = "") -> tuple[AuditEntry, ...]:
        """Return all lines that can be read, or those about one article, oldest first.

        Those from before ``since``, a moment in ISO 8601, are left out.

        Raises:
            StorageError: They cannot be read.
        """
        lines = self._lines()
        if since:
            lines = lines.where(schema.audit.c.at >= since)
        if article is not None:
            lines = lines.where(schema.audit.c.article == article)
        with self._database.read() as connection:
            return tuple(read(row.entry for row in connection.execute(lines)))

    def trace(self, kept: Sequence[int], live: int | None) -> list[int]:
        """Return those kept, newest first, that the live one goes on from: none rolled away."""
        origins: dict[int, int | None] = {}
        for each in self.entries():
            with suppress(ValueError):  # a name from elsewhere, which is no number
                number, before = int(each.snapshot or ""), int(each.after or each.before or 0)
                if each.after:  # built anew, to go back to that
                    origins[number] = origins.get(before)
                elif each.what == "publish" and before < number:
                    origins[number] = before or None
        path = [max(kept, default=0) + 1 if live is None else live]
        while at := origins.get(path[-1], next((n for n in kept if n < path[-1]), None)):
            path.append(at)
        return [number for number in path[1:] if number in kept]

    def verify(self, live: str | None) -> tuple[int, list[str]]:
        """Compare every line with its digest; return how many, and a sentence for each problem.

        Args:
            live: The id of the snapshot that the pointer names.
        """
        with self._database.read() as connection:
            rows = connection.execute(self._lines()).all()
        problems, digest = [], ""
        for number, row in enumerate(rows, 1):
            entry = next(read([row.entry]), None)
            columns = entry and (entry.at.isoformat(), entry.article)
            if row.digest != _chain(digest, row.entry) or columns != (row.at, row.article):
                problems.append(
                    f"Line {number} of the audit log, or the one before it, is not as it was "
                    "written: take what it was from an export or a backup."
                )
            digest = row.digest
        said = [e.snapshot for e in read(row.entry for row in rows) if e.what in PUBLISHING]
        named = next((name for name in reversed(said) if name), None)
        if live and named and live != named:
            problems.append(
                f"The pointer names the snapshot {live}, and the audit log {named}: run rollback "
                f"{named}, or reindex --full to publish what the pointer names."
            )
        return len(rows), problems

    def _lines(self) -> Any:
        table = schema.audit
        return select(table).where(table.c.collection == self._collection).order_by(table.c.n)


def line(entry: AuditEntry) -> str:
    """Return an entry as its line, a JSON object."""
    return json.dumps(_ENTRY.dump_python(entry, mode="json"))


def read(lines: Iterable[str | bytes]) -> Iterator[AuditEntry]:
    """Read lines; those that are none are left out."""
    for each in lines:
        with suppress(ValueError, RecursionError):  # pydantic's errors are of the first kind
            yield _ENTRY.validate_python(json.loads(each))


def list_edits(entries: Iterable[AuditEntry]) -> dict[str, tuple[frozenset[str], datetime | None]]:
    """Return, as a log tells, which fields of each article somebody set by hand since it came.

    With them comes when its text was last changed since then, if it was.
    """
    found: dict[str, tuple[frozenset[str], datetime | None]] = {}
    for entry in entries:
        by_hand, moment = found.pop(entry.article or "", (frozenset[str](), None))
        if entry.article and entry.before and entry.after:
            by_hand |= {*entry.fields} if entry.what == "edit" else set()
            moment = moment if entry.before == entry.after else entry.at
            found[entry.article] = by_hand, moment
    return found


def _chain(digest: str, text: str) -> str:
    return sha256(f"{digest}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
