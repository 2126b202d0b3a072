"""The state of a collection that a change starts from: its snapshot and its articles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from embeddings.errors import OtherFormat, SnapshotError
from embeddings.snapshots.snapshot import TEXTS, Snapshot
from embeddings.store.articles import tell_damage

if TYPE_CHECKING:
    from embeddings.live import Live
    from embeddings.store.pointers import CollectionRows, Published
    from embeddings.types import Article


@dataclass(frozen=True)
class Base:
    """The state of a collection that a change starts from.

    Attributes:
        published: What is published.
        snapshot: The live snapshot, where it is whole.
        stored: The articles that can be read, by id, where it is not.
        broken: The ids of those that cannot.
        notes: Sentences for a person.
    """

    published: Published
    snapshot: Snapshot | None = None
    stored: Mapping[str, Article] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, live: Live) -> Base:
        """Read the live snapshot, or the rows where it is damaged."""
        published, note = live.kept.read_published(), ""
        if published.live is not None:
            try:
                snapshot = _load(live, published)
                snapshot.check({TEXTS})
                return cls(published, snapshot)
            except OtherFormat:
                note = "The index was made by another version: it is built again."
            except SnapshotError as error:
                note = f"{error} The index was built again from the articles."
        return cls(published).of_rows(live.kept.rows, note)

    def of_rows(self, rows: CollectionRows, note: str, number: int | None = None) -> Base:
        """Return the same from the rows alone, or as of an earlier snapshot; ``note`` says why."""
        live = number or self.published.live
        versions, lost = rows.articles.at(live), rows.articles.find_lost(live)
        articles = {name: version.value for name, version in versions.items() if version.value}
        broken = frozenset({*versions, *lost} - articles.keys())
        notes = (*self.notes, note) if note else self.notes
        return replace(self, snapshot=None, stored=articles, broken=broken, notes=notes)

    @property
    def ids(self) -> set[str]:
        """The ids of all articles."""
        return {*(self.snapshot.ids if self.snapshot else self.stored), *self.broken}

    @cached_property
    def articles(self) -> Mapping[str, Article]:
        """The articles that can be read, by id; read when somebody asks for them."""
        return self.snapshot.articles(is_checked=True) if self.snapshot else self.stored

    def check(self, changing: Iterable[str]) -> None:
        """Check that a change touches every damaged article; raises SnapshotError when not."""
        if left := self.broken.difference(changing):
            raise SnapshotError(f"Nothing was changed. {tell_damage(min(left))}")


def _load(live: Live, published: Published) -> Snapshot:
    """Return the live snapshot; it is loaded where another one serves."""
    if live.snapshot and live.snapshot.number == published.live:
        return live.snapshot
    if published.live is None or published.live not in published.kept:
        raise SnapshotError(f"The snapshot {published.live} that is to serve is not kept.")
    return live.kept.load(published.live, published)
