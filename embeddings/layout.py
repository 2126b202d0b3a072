"""How a collection is laid out, by a number: an older one is brought up to date.

1: articles, their history and snapshots, without a file that says so. 2: the audit log, and
the file ``format`` with the number in it. A snapshot has a number of its own; one that another
version made is built again from the articles.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from embeddings.articlefile import readable
from embeddings.corpus import CORPUS, HISTORY
from embeddings.errors import BusyError, InputError, StorageError
from embeddings.types import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embeddings.changing.audit import Audit
    from embeddings.store.store import Files

log = logging.getLogger(__name__)

FORMAT = 2
"""The layout that this version reads and writes."""

NAME = "format"
"""Name of a collection's file that says which layout it has."""

PATIENCE = 5.0
"""Seconds to wait for another process that brings the same collection up to date."""


def number(files: Files) -> int:
    """Return which layout a collection has.

    Raises:
        StorageError: The file that says it cannot be read.
    """
    data = files.read(NAME)
    try:
        return 1 if data is None else int(data)
    except ValueError as error:
        raise StorageError(f"{files.where(NAME)} cannot be read: {error}.") from None


def bring_up(files: Files, audit: Audit) -> None:
    """Make sure that a collection has today's layout.

    Args:
        files: The collection's files.
        audit: Its log of changes.

    Raises:
        InputError: A newer version wrote it; nothing was changed.
        BusyError: Somebody else is writing, perhaps an older version that still runs.
        StorageError: The disk is full or cannot be written.
    """
    end = time.monotonic() + PATIENCE
    while (found := number(files)) != FORMAT:
        if found > FORMAT:
            raise InputError(
                f"{files.where()} was written by a newer version (format {found}, and this "
                f"one reads {FORMAT}); install that version."
            )
        try:
            with files.writing():
                if number(files) == found:
                    _from_first(files, audit)
        except BusyError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _from_first(files: Files, audit: Audit) -> None:
    """Begin the audit log with what the history tells, and write the number last."""
    told = {(entry.at, entry.article) for entry in audit.entries()}
    entries = sorted(_remembered(files), key=lambda entry: entry.at)
    audit.append([e for e in entries if (e.at, e.article) not in told])
    files.write({NAME: f"{FORMAT}\n".encode()})
    if entries:
        log.info("%s has an audit log now, of %s earlier versions", files.where(), len(entries))


def _remembered(files: Files) -> Iterator[AuditEntry]:
    """Return a line for each earlier version that was kept, dated when it was put aside."""
    for past in files.folders(HISTORY):
        article = past.removeprefix(f"{HISTORY}/")
        kept = {name: files.written(name) for name in files.names(past) if name.endswith(".md")}
        moments = sorted((moment, name) for name, moment in kept.items() if moment)
        now = f"{CORPUS}/{article}.md"
        digests = [_digest(files, name) for name in (*(name for _, name in moments), now)]
        for (moment, _), before, after in zip(moments, digests, digests[1:], strict=False):
            if before:
                what = "change" if after else "remove"
                yield AuditEntry(moment, "", what, article, before, after)


def _digest(files: Files, name: str) -> str | None:
    """Return the digest of the text of an article's file; None when it is none."""
    article = readable(files.read(name), name)
    return article.digest if article else None
