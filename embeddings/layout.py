"""How a collection's folder is laid out, by a number: an older one is brought up to date.

1: articles, their history and snapshots, without a file that says so. 2: the audit log, and
the file ``format`` with the number in it. A snapshot has a number of its own; one that another
version made is built again from the articles.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from embeddings.articlefile import readable
from embeddings.corpus import CORPUS, HISTORY
from embeddings.errors import BusyError, InputError, StorageError
from embeddings.files import write_atomic, writer_lock
from embeddings.types import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from embeddings.changing.audit import Audit

log = logging.getLogger(__name__)

FORMAT = 2
"""The layout that this version reads and writes."""

NAME = "format"
"""Name of the file in a collection's folder that says which layout it has."""

PATIENCE = 5.0
"""Seconds to wait for another process that brings the same folder up to date."""


def number(folder: Path) -> int:
    """Return which layout a collection's folder has.

    Raises:
        StorageError: The file that says it cannot be read.
    """
    try:
        return int((folder / NAME).read_text(encoding="ascii"))
    except FileNotFoundError:
        return 1
    except (OSError, ValueError) as error:
        raise StorageError(f"{folder / NAME} cannot be read: {error}.") from None


def bring_up(folder: Path, audit: Audit) -> None:
    """Make sure that a collection has today's layout.

    Args:
        folder: The collection's folder.
        audit: Its log of changes.

    Raises:
        InputError: A newer version wrote it; nothing was changed.
        BusyError: Somebody else is writing, perhaps an older version that still runs.
        StorageError: The disk is full or cannot be written.
    """
    end = time.monotonic() + PATIENCE
    while (found := number(folder)) != FORMAT:
        if found > FORMAT:
            raise InputError(
                f"{folder} was written by a newer version (format {found}, and this "
                f"one reads {FORMAT}); install that version."
            )
        try:
            with writer_lock(folder):
                if number(folder) == found:
                    _from_first(folder, audit)
        except BusyError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _from_first(folder: Path, audit: Audit) -> None:
    """Begin the audit log with what the history tells, and write the number last."""
    told = {(entry.at, entry.article) for entry in audit.entries()}
    entries = sorted(_remembered(folder), key=lambda entry: entry.at)
    audit.append([e for e in entries if (e.at, e.article) not in told])
    write_atomic(folder / NAME, f"{FORMAT}\n".encode())
    if entries:
        log.info("%s has an audit log now, of %s earlier versions", folder.name, len(entries))


def _remembered(folder: Path) -> Iterator[AuditEntry]:
    """Return a line for each earlier version that was kept, dated when it was put aside."""
    for past in sorted((folder / HISTORY).glob("*/")):
        kept = sorted(past.glob("*.md"), key=lambda path: path.stat().st_mtime_ns)
        now = folder / CORPUS / f"{past.name}.md"
        digests = [_digest(path) for path in (*kept, now)]
        for path, before, after in zip(kept, digests, digests[1:], strict=False):
            if before:
                moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                what = "change" if after else "remove"
                yield AuditEntry(moment, "", what, past.name, before, after)


def _digest(path: Path) -> str | None:
    """Return the digest of the text of an article's file; None when it is none."""
    article = readable(path.read_bytes() if path.exists() else None, path.name)
    return article.digest if article else None
