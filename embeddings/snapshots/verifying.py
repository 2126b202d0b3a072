"""Whether all of a collection is as it was written: pointer, files, rows, passages, log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embeddings.errors import StorageError
from embeddings.store.articles import damaged
from embeddings.types import VerifyReport, identity

if TYPE_CHECKING:
    from embeddings.snapshots.kept import SnapshotStore
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.pointers import CollectionRows


def verify(rows: CollectionRows, kept: SnapshotStore, serving: Snapshot | None) -> VerifyReport:
    """Check a collection; every sentence names what is wrong and the command that mends it.

    Args:
        rows: Its rows.
        kept: Its snapshots.
        serving: The snapshot whose passages are read one by one.

    Raises:
        StorageError: The database cannot be reached.
    """
    problems = rows.database.problems()
    try:
        checked, found = kept.verify()
        live = rows.pointers.published(rows.name).live
    except StorageError as error:
        checked, found, live = 0, [str(error)], None
    problems += found
    count, found = rows.audit.verify(str(live) if live is not None else None)
    checked, problems = checked + count, problems + found
    for version in rows.articles.history():
        checked += 1
        if version.value is None:
            problems.append(damaged(version.article))
    problems += map(damaged, rows.articles.lost(live))
    if serving:
        checked += serving.manifest.passages
        problems += serving.changed_passages()
        if live is not None and serving.number != live:
            problems.append(
                f"The snapshot {serving.id} serves in place of {live}: run reindex --full."
            )
        elif live is not None:
            problems += _differences(rows, live, serving)
    return VerifyReport(checked, tuple(dict.fromkeys(problems)))


def _differences(rows: CollectionRows, live: int, serving: Snapshot) -> list[str]:
    """Compare the articles with what the snapshot was made of."""
    there = {name: each.value for name, each in rows.articles.at(live).items()}
    now = {name: identity(article) for name, article in there.items() if article}
    then = {name: mark for name, mark in serving.digests.items() if there.get(name, 0) is not None}
    return [
        f"The article {name} is not as it was indexed: run reindex --full."
        for name in sorted(now.keys() | then.keys())
        if now.get(name) != then.get(name)
    ]
