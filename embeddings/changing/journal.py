"""What a change is about to do to a collection, written first: a crash ends as before or as after.

The journal holds the files that change as they were, and the lines for the audit log. When the
live snapshot is another one by the end, the change counts and its lines are appended; when it is
not, the files are put back. The same is done for a change that a crash cut short.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from embeddings.changing import audit
from embeddings.errors import StorageError
from embeddings.store.folder import FolderFiles
from embeddings.types import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from embeddings.changing.audit import Audit
    from embeddings.snapshots.kept import Generations
    from embeddings.store.store import Files
    from embeddings.types import ReindexReport

JOURNAL = "journal.json"
"""Name of the journal in a collection's folder, where a change is under way."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a collection.

    Attributes:
        by: Who makes it.
        what: ``publish`` or ``rollback``: what is said of the snapshot that serves then.
        live: The snapshot that served before.
        before: Path of each file that changes, seen from the collection's folder -> its bytes;
            None when it is not there.
        entries: What the audit log is to say of the articles.
        imported: Lines of another collection's log, which follow them.
    """

    by: str = ""
    what: str = "publish"
    live: str | None = None
    before: dict[str, bytes | None] = field(default_factory=dict)
    entries: tuple[AuditEntry, ...] = ()
    imported: tuple[AuditEntry, ...] = ()

    def of(self, by: str, live: str | None) -> Change:
        """Return it with who makes it, and on top of which snapshot."""
        entries = tuple(replace(entry, by=by) for entry in self.entries)
        return replace(self, by=by, live=live, entries=entries)

    def noting(self, by_hand: Mapping[str, tuple[str, ...]]) -> Change:
        """Return it with a line for each article of which somebody set fields by hand."""
        edits = tuple(
            replace(e, what="edit", before=e.after, fields=by_hand[e.article])
            for e in self.entries
            if e.article and e.article in by_hand and e.what != "edit"
        )
        return replace(self, entries=(*self.entries, *edits))

    def counts(self) -> tuple[int, int, int]:
        """Return how many articles it adds, changes and removes."""
        added = {e.article for e in self.entries if e.before is None}
        removed = {e.article for e in self.entries if e.after is None}
        changed = {e.article for e in self.entries} - added - removed
        return len(added), len(changed), len(removed)


class Journal:
    """The journal of one collection; every call needs the collection's lock.

    Args:
        folder: The collection's folder.
        generations: Where the live snapshot is named.
        log: The audit log.
        files: The collection's files, wherever they are; by default those of the folder.
    """

    def __init__(
        self, folder: Path, generations: Generations, log: Audit, files: Files | None = None
    ) -> None:
        self._files: Files = files or FolderFiles(folder)
        self._generations = generations
        self._audit = log

    def bytes_of(self, paths: Iterable[str]) -> dict[str, bytes | None]:
        """Return what files hold now; None of one that is not there.

        Args:
            paths: Seen from the collection's folder.

        Raises:
            StorageError: One cannot be read.
        """
        return {name: self._files.read(name) for name in paths}

    def _put_back(self, before: Mapping[str, bytes | None]) -> None:
        now = self.bytes_of(before)
        self._files.write({n: d for n, d in before.items() if d is not None and d != now[n]})
        for name in before:
            if before[name] is None and now[name] is not None:
                self._files.remove(name)

    def begin(self, change: Change) -> str:
        """Write what is about to be done; return what ``still`` knows it by.

        Raises:
            StorageError: The disk is full or cannot be written; nothing was changed.
        """
        data = _dumped(change)
        self._files.write({JOURNAL: data})
        return sha256(data).hexdigest()

    def still(self, mark: str) -> None:
        """Check that a change is under way still, and was not ended by somebody else.

        That happens to who loses the session that holds the lock in a database.

        Raises:
            StorageError: It is not; nothing of it may be published.
        """
        data = self._files.read(JOURNAL)
        if data is None or sha256(data).hexdigest() != mark:
            raise StorageError(
                f"The session with {self._files.where()} was lost, and somebody else has ended "
                "this change since: nothing was changed. Try again."
            )

    def pending(self) -> bool:
        """Say whether a change is under way, or was cut short."""
        return self._files.read(JOURNAL) is not None

    def settle(self, report: ReindexReport | None = None) -> None:
        """End the change that is under way, if there is one: it counts, or all is put back.

        Args:
            report: Of the reindex, when it came to an end.

        Raises:
            StorageError: The disk is full or cannot be written; call it again when it can be.
        """
        change = self._read()
        if change is None:
            return
        live = self._generations.live
        if live == change.live:
            self._put_back(change.before)
        elif live != self._audit.serving():
            self._tell(change, live, report)
        self._files.remove(JOURNAL)

    def _tell(self, change: Change, live: str | None, report: ReindexReport | None) -> None:
        """Append a change's lines to the audit log, but for those that a crash let through."""
        counts = (report.added, report.changed, report.removed) if report else change.counts()
        last = AuditEntry(
            at=audit.now(),
            by=change.by,
            what=change.what,
            before=change.live,
            snapshot=live,
            counts=counts if change.what == "publish" else (0, 0, 0),
        )
        ours = (replace(entry, snapshot=live) for entry in change.entries)
        told = {(e.at, e.what, e.article) for e in self._audit.entries()}
        lines = [e for e in (*ours, *change.imported) if (e.at, e.what, e.article) not in told]
        self._audit.append([*lines, last])

    def _read(self) -> Change | None:
        data = self._files.read(JOURNAL)
        try:
            return None if data is None else _loaded(data)
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError(
                f"{self._files.where(JOURNAL)} is damaged ({error}); what it was about cannot "
                "be put back: remove the file, then run verify and reindex."
            ) from None


def _dumped(change: Change) -> bytes:
    """Return a change as JSON; bytes that are no UTF-8 become half characters, as in ``os``."""
    before = {
        name: None if data is None else data.decode("utf-8", "surrogateescape")
        for name, data in change.before.items()
    }
    fields = {"by": change.by, "what": change.what, "live": change.live}
    lines = {
        name: [audit.fields_of(e) for e in getattr(change, name)]
        for name in ("entries", "imported")
    }
    return json.dumps(fields | {"before": before} | lines).encode()


def _loaded(data: bytes) -> Change:
    fields: dict[str, Any] = json.loads(data)
    before = {
        name: None if text is None else text.encode("utf-8", "surrogateescape")
        for name, text in fields["before"].items()
    }
    lines = {name: tuple(map(audit.parse, fields[name])) for name in ("entries", "imported")}
    return Change(fields["by"], fields["what"], fields["live"], before, **lines)
