"""The state of a collection that a change starts from: its snapshot and its articles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from embeddings.errors import OtherFormat, SnapshotError, describe_damage

if TYPE_CHECKING:
    from embeddings.live import Live
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.rows import CollectionRows, Published
    from embeddings.types import Article


@dataclass(frozen=True)
class Base:
    """The state of a collection that a change starts from.

    Attributes:
        published: The kept snapshots, and which of them is live.
        snapshot: The live snapshot; None if it is damaged, or there is none.
        stored: Without a snapshot: the readable articles of the rows, by id.
        broken: Without a snapshot: the ids of the damaged articles.
        notes: Sentences for a person.
    """

    published: Published
    snapshot: Snapshot | None = None
    stored: Mapping[str, Article] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, live: Live) -> Base:
        """Read the live snapshot or, if it is damaged, the rows."""
        from embeddings.snapshots.snapshot import TEXTS  # imports numpy

        published, note = live.snapshots.read_published(), ""
        if published.live is not None:
            try:
                snapshot = _load(live, published)
                snapshot.check({TEXTS})
                return cls(published, snapshot)
            except OtherFormat:
                note = "The index was made by another version: it is built again."
            except SnapshotError as error:
                note = f"{error} The index was built again from the articles."
        return cls(published).read_rows(live.snapshots.rows, note)

    def read_rows(self, rows: CollectionRows, note: str, number: int | None = None) -> Base:
        """Return this base read from the rows, of the live or another snapshot; add ``note``."""
        versions = rows.articles.at(number or self.published.live)
        articles = {name: version.value for name, version in versions.items() if version.value}
        broken = frozenset(versions.keys() - articles.keys())
        notes = (*self.notes, note) if note else self.notes
        return replace(self, snapshot=None, stored=articles, broken=broken, notes=notes)

    @property
    def ids(self) -> set[str]:
        """The ids of all articles."""
        return {*(self.snapshot.ids if self.snapshot else self.stored), *self.broken}

    @cached_property
    def articles(self) -> Mapping[str, Article]:
        """The readable articles, by id; a snapshot's are read on first use."""
        return self.snapshot.articles(is_checked=True) if self.snapshot else self.stored

    def check(self, changing: Iterable[str]) -> None:
        """Check that a change replaces every damaged article; raises SnapshotError otherwise."""
        if left := self.broken.difference(changing):
            raise SnapshotError(f"Nothing was changed. {describe_damage(min(left))}")


def _load(live: Live, published: Published) -> Snapshot:
    """Return the live snapshot, which is loaded unless this process serves it already."""
    if live.snapshot and live.snapshot.number == published.live:
        return live.snapshot
    if published.live is None or published.live not in published.kept:
        raise SnapshotError(f"The snapshot {published.live} that is to serve is not kept.")
    return live.snapshots.load(published.live, published)
