"""Whether all of a collection is as it was written: pointer, files, rows, passages, log."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from embeddings.errors import SnapshotError, StorageError
from embeddings.reports import VerifyReport
from embeddings.snapshots.manifest import MANIFEST, find_damage, read_manifest
from embeddings.store.articles import tell_damage

if TYPE_CHECKING:
    from embeddings.snapshots.kept import SnapshotStore
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.pointers import CollectionRows, Published


def verify(kept: SnapshotStore, serving: Snapshot | None) -> VerifyReport:
    """Check a collection; every sentence names what is wrong and the command that mends it.

    The passages of the snapshot that serves are read one by one.

    Raises:
        StorageError: The database cannot be reached.
    """
    rows = kept.rows
    problems = rows.database.problems()
    try:
        published = rows.read_published()
        live = published.live
        checked, found = _verify_files(kept, published)
    except StorageError as error:
        checked, found, live = 0, [str(error)], None
    problems += found
    count, found = rows.audit.verify(str(live) if live is not None else None)
    checked, problems = checked + count, problems + found
    for version in rows.articles.history():
        checked += 1
        if version.value is None:
            problems.append(tell_damage(version.article))
    problems += map(tell_damage, rows.articles.find_lost(live))
    if serving:
        checked += serving.manifest.passages
        problems += serving.changed_passages()
        if live is not None and serving.number != live:
            problems.append(
                f"The snapshot {serving.id} serves in place of {live}: run reindex --full."
            )
        elif live is not None:
            with suppress(SnapshotError):  # a text that is damaged is told already
                problems += _differences(rows, live, serving)
    return VerifyReport(checked, tuple(dict.fromkeys(problems)))


def _differences(rows: CollectionRows, live: int, serving: Snapshot) -> list[str]:
    """Compare the articles with what the snapshot was made of."""
    there = {name: each.value for name, each in rows.articles.at(live).items()}
    then = {**serving.articles(), **{name: None for name, each in there.items() if each is None}}
    return [
        f"The article {name} is not as it was indexed: run reindex --full."
        for name in sorted(there.keys() | then.keys())
        if there.get(name) != then.get(name)
    ]


def _verify_files(kept: SnapshotStore, published: Published) -> tuple[int, list[str]]:
    """Compare the files of all kept snapshots, and the pointer; return how many, and problems."""
    checked, problems = 0, [*kept.mended]
    if published.live is not None and published.live not in published.kept:
        problems.append(
            f"The pointer names the snapshot {published.live}, which is not kept: run rollback "
            "with the number of one that is, or reindex --full."
        )
    problems += [
        f"What the store says of the snapshot {number} is not what was written: run reindex --full."
        for number in sorted(kept.rows.find_changed(published))
    ]
    for number in published.newest_first:
        row = published.kept[number]
        folder = kept.folder / str(number)
        if kept.is_given_up(number) or (kept.chunks and not (folder / MANIFEST).exists()):
            continue  # there is nothing of it, or this machine has no copy of it
        checked += 1
        try:
            manifest = read_manifest(folder, row.digest)
        except SnapshotError as error:
            problems.append(str(error))
            continue
        checked += len(manifest.files)
        problems += find_damage(folder, manifest)
    if kept.chunks:
        count, more = kept.chunks.verify(published)
        checked, problems = checked + count, problems + more
    return checked, problems
