"""The audit log: who changed what and when, one JSON line each, appended and never rewritten.

A line that a crash tore is not read, and the next line begins on a line of its own. The caller
holds the collection's lock when it appends.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from embeddings.store.folder import FolderFiles
from embeddings.types import AuditEntry, Correction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from embeddings.store.store import Files
    from embeddings.types import ArticleSummary

log = logging.getLogger(__name__)

AUDIT = "audit.jsonl"
"""Name of the log in a collection's folder."""

PUBLISHING = ("publish", "rollback")
"""What is said of a snapshot; everything else is about an article."""


class Audit:
    """The log of one collection.

    Args:
        folder: The collection's folder.
        files: The collection's files, wherever they are; by default those of the folder.
    """

    def __init__(self, folder: Path, files: Files | None = None) -> None:
        self._lines = (files or FolderFiles(folder)).lines(AUDIT)
        self._parsed: tuple[tuple[bytes, ...], tuple[AuditEntry, ...]] = ((), ())
        self._corrected: tuple[object, dict[str, datetime]] = (None, {})
        self._dated: tuple[object, object, tuple[ArticleSummary, ...]] = (None, None, ())

    def append(self, entries: Sequence[AuditEntry]) -> None:
        """Add lines, synced to the disk; after a crash all of them are there, or the first few.

        Raises:
            StorageError: The disk is full or cannot be written.
        """
        if entries:
            self._lines.append([line(entry).rstrip() for entry in entries])

    def entries(self) -> tuple[AuditEntry, ...]:
        """Return all lines that are whole, oldest first, as they are now.

        Raises:
            StorageError: They cannot be read.
        """
        return self._entries_of(self._lines.read())

    def known(self) -> tuple[AuditEntry, ...]:
        """Return those that this process has heard of, at once."""
        return self._entries_of(self._lines.known())

    def _entries_of(self, lines: tuple[bytes, ...]) -> tuple[AuditEntry, ...]:
        if self._parsed[0] is not lines:
            self._parsed = (lines, tuple(read(b"\n".join(lines))))
        return self._parsed[1]

    def corrections(self, article_id: str) -> tuple[Correction, ...]:
        """Return the changes of an article's text, newest first."""
        return tuple(
            Correction(e.at, e.by, e.before, e.after)
            for e in reversed(self.entries())
            if e.article == article_id and e.before and e.after and e.before != e.after
        )

    def corrected(self) -> dict[str, datetime]:
        """Return when the text of each article was last changed since it came; from memory."""
        entries = self.known()
        if self._corrected[0] is not entries:
            self._corrected = (entries, _corrected(entries))
        return self._corrected[1]

    def dated(self, articles: tuple[ArticleSummary, ...]) -> tuple[ArticleSummary, ...]:
        """Return articles with when each was corrected; from memory when nothing has changed."""
        entries = self.known()
        if self._dated[0] is not articles or self._dated[1] is not entries:
            days = self.corrected()
            told = tuple(replace(each, corrected=days.get(each.id)) for each in articles)
            self._dated = (articles, entries, told if days else articles)
        return self._dated[2]

    def edited(self) -> dict[str, frozenset[str]]:
        """Return the fields of each article that somebody set by hand since it came."""
        fields: dict[str, frozenset[str]] = {}
        for entry in self.entries():
            if entry.article and not (entry.before and entry.after):
                fields.pop(entry.article, None)
            elif entry.article and entry.what == "edit":
                fields[entry.article] = fields.get(entry.article, frozenset()) | {*entry.fields}
        return fields

    def publications(self) -> dict[str, AuditEntry]:
        """Return the publication of each snapshot, by its id; from memory."""
        return {e.snapshot: e for e in self.known() if e.what == "publish" and e.snapshot}

    def serving(self) -> str | None:
        """Return the snapshot that the last line about one says to serve."""
        found = (e.snapshot for e in reversed(self.entries()) if e.what in PUBLISHING)
        return next(found, None)


def _corrected(entries: Iterable[AuditEntry]) -> dict[str, datetime]:
    last: dict[str, datetime] = {}
    for entry in entries:
        if entry.article and not (entry.before and entry.after):
            last.pop(entry.article, None)
        elif entry.article and entry.before != entry.after:
            last[entry.article] = entry.at
    return last


def now() -> datetime:
    """Return this instant, in UTC."""
    return datetime.now(UTC)


def line(entry: AuditEntry) -> bytes:
    """Return an entry as its line."""
    return (
        json.dumps(fields_of(entry), ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
    )


def fields_of(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry as the JSON object of its line."""
    return asdict(entry) | {"at": entry.at.isoformat()}


def parse(fields: dict[str, Any]) -> AuditEntry:
    """Return the entry of a line's JSON object.

    Raises:
        ValueError: It is none; also TypeError and KeyError.
    """
    added, changed, removed = fields["counts"]
    return AuditEntry(
        **fields
        | {
            "at": datetime.fromisoformat(fields["at"]),
            "fields": tuple(fields["fields"]),
            "counts": (int(added), int(changed), int(removed)),
        }
    )


def read(data: bytes) -> Iterable[AuditEntry]:
    """Read the lines of a log; those that a crash tore are left out."""
    for number, raw in enumerate(data.split(b"\n"), 1):
        if raw.strip():
            try:
                yield parse(json.loads(raw))
            except (ValueError, TypeError, KeyError):
                log.warning("line %s of the audit log is torn and not read", number)
