"""The kept snapshots as lists show them: with who had each published, and what it changed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from embeddings.errors import SnapshotError
from embeddings.reports import SnapshotSummary
from embeddings.snapshots.manifest import MANIFEST, parse_manifest, read_manifest

if TYPE_CHECKING:
    from embeddings.snapshots.kept import SnapshotStore


def summarise(kept: SnapshotStore) -> tuple[SnapshotSummary, ...]:
    """Return the kept snapshots that can be read, newest first."""
    published, found = kept.published(), []
    for number in published.newest_first:
        each = published.kept[number]
        if kept.is_given_up(number):
            continue
        with contextlib.suppress(SnapshotError):
            manifest = (
                parse_manifest(each.manifest, MANIFEST)
                if each.manifest
                else read_manifest(kept.folder / str(number), each.digest)
            )
            size = (manifest.articles, manifest.passages)
            is_live = number == published.live
            found.append(
                SnapshotSummary(
                    str(number), manifest.created_at, *size, is_live, each.by, *each.counts
                )
            )
    return tuple(found)
