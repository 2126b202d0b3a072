"""The audit log of one collection: who changed what and when; append-only.

A digest chains each line to the line before, and so shows a line that was changed or removed.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from embeddings.reports import AuditEntry
from embeddings.store import schema
from embeddings.store.database import Database
from embeddings.types import digest

PUBLISHING = ("publish", "rollback")
"""The values of ``what`` for entries about a snapshot; ``rollback`` may be about an article too."""
_ENTRY = TypeAdapter(AuditEntry)


class Audit:
    """The log of one collection."""

    def __init__(self, database: Database, collection: str) -> None:
        self._database = database
        self._collection = collection

    def append(self, connection: Connection, entries: Iterable[AuditEntry]) -> None:
        """Append lines, in a transaction of the collection's holder."""
        query = self._lines().order_by(None).order_by(schema.audit.c.n.desc()).limit(1)
        last = connection.execute(query).first()
        chained, rows = last.digest if last else "", []
        for entry in entries:
            text, key = dump_line(entry), {"collection": self._collection, "article": entry.article}
            chained = digest(f"{chained}\n{text}")
            rows.append({**key, "at": entry.at.isoformat(), "entry": text, "digest": chained})
        if rows:
            connection.execute(schema.audit.insert(), rows)

    def entries(self, article: str | None = None, since: str = "") -> tuple[AuditEntry, ...]:
        """Return the readable entries, of all articles or one, oldest first; raises StorageError.

        Entries from before ``since``, a time in ISO 8601, are left out.
        """
        lines = self._lines()
        if since:
            lines = lines.where(schema.audit.c.at >= since)
        if article is not None:
            lines = lines.where(schema.audit.c.article == article)
        with self._database.read() as connection:
            return tuple(parse_lines(row.entry for row in connection.execute(lines)))

    def trace(self, kept: Sequence[int], live: int | None) -> list[int]:
        """Return the ``kept`` ancestors of the live snapshot, newest first; none was rolled back.

        A snapshot that the log does not mention follows the next older one.
        """
        parents: dict[int, int | None] = {}
        for entry in self.entries():
            with suppress(ValueError):  # an entry about an article, or of another collection's log
                number, before = int(entry.snapshot or ""), int(entry.after or entry.before or 0)
                if entry.after:  # a rebuild of that snapshot, which has the same parent
                    parents[number] = parents.get(before)
                elif entry.what == "publish" and before < number:
                    parents[number] = before or None
        path = [max(kept, default=0) + 1 if live is None else live]
        while parent := parents.get(path[-1], next((n for n in kept if n < path[-1]), None)):
            path.append(parent)
        return [number for number in path[1:] if number in kept]

    def verify(self, live: str | None) -> tuple[int, list[str]]:
        """Check the digests, and that ``live`` was published last; return lines and problems."""
        with self._database.read() as connection:
            rows = connection.execute(self._lines()).all()
        problems, chained = [], ""
        for number, row in enumerate(rows, 1):
            entry = next(parse_lines([row.entry]), None)
            columns = entry and (entry.at.isoformat(), entry.article)
            if row.digest != digest(f"{chained}\n{row.entry}") or columns != (row.at, row.article):
                problems.append(
                    f"Line {number} of the audit log, or the one before it, is not as it was "
                    "written: take what it was from an export or a backup."
                )
            chained = row.digest
        ids = [e.snapshot for e in parse_lines(row.entry for row in rows) if e.what in PUBLISHING]
        last = next((snapshot for snapshot in reversed(ids) if snapshot), None)
        if live and last and live != last:
            problems.append(
                f"The pointer names the snapshot {live}, and the audit log {last}: run rollback "
                f"{last}, or reindex --full to publish what the pointer names."
            )
        return len(rows), problems

    def _lines(self) -> Any:
        table = schema.audit
        return select(table).where(table.c.collection == self._collection).order_by(table.c.n)


def dump_line(entry: AuditEntry) -> str:
    """Return the line of an entry, a JSON object."""
    return json.dumps(_ENTRY.dump_python(entry, mode="json"))


def parse_lines(lines: Iterable[str | bytes]) -> Iterator[AuditEntry]:
    """Parse lines, leaving out those that are malformed."""
    for text in lines:
        with suppress(ValueError, RecursionError):  # pydantic's ValidationError is a ValueError
            yield _ENTRY.validate_python(json.loads(text))


def mark_imported(entry: AuditEntry) -> AuditEntry:
    """Mark an entry's snapshot as another collection's, whose numbers mean nothing here."""
    is_own = entry.snapshot and entry.snapshot.isdecimal()
    return replace(entry, snapshot=f"import {entry.snapshot}") if is_own else entry


def list_edits(entries: Iterable[AuditEntry]) -> dict[str, tuple[frozenset[str], datetime | None]]:
    """Return article id -> the fields set by hand, and when its text last changed, from a log.

    Only entries since the article was last added count; the time is None if its text never changed.
    """
    edits: dict[str, tuple[frozenset[str], datetime | None]] = {}
    for entry in entries:
        by_hand, moment = edits.pop(entry.article or "", (frozenset[str](), None))
        if entry.article and entry.before and entry.after:
            by_hand |= {*entry.fields} if entry.what == "edit" else set()
            moment = moment if entry.before == entry.after else entry.at
            edits[entry.article] = by_hand, moment
    return edits
