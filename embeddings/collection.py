"""One collection as it is: its articles wherever they are good, and what an archive holds of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.errors import InputError, OtherFormat, SnapshotError
from embeddings.store.articles import tell_damage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from config.settings import Settings
    from embeddings.live import Live
    from embeddings.snapshots.gate import Golden
    from embeddings.snapshots.kept import SnapshotStore
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.archive import Contents
    from embeddings.store.pointers import CollectionRows, Published
    from embeddings.types import Article


@dataclass(frozen=True, slots=True)
class Base:
    """What a change is made on.

    Attributes:
        published: What is published.
        snapshot: The live snapshot, where it is whole.
        articles: The articles that are there, by id.
        notes: Sentences for a person.
    """

    published: Published
    snapshot: Snapshot | None
    articles: dict[str, Article]
    notes: tuple[str, ...] = ()


class Collection:
    """One collection, to be read."""

    def __init__(self, settings: Settings, live: Live) -> None:
        self.settings = settings
        self.live = live
        self.kept: SnapshotStore = live.kept
        self.rows: CollectionRows = live.kept.rows

    async def articles(self) -> dict[str, Article]:
        """Return the articles of the collection, by id; those that cannot be read are left out."""
        return (await asyncio.to_thread(self.base, None)).articles

    async def ids(self) -> set[str]:
        """Return the ids of all articles, those that cannot be read too."""
        ids = await asyncio.to_thread(lambda: self.rows.articles.ids(self.kept.published().live))
        return set(ids)

    def by_hand(self) -> dict[str, frozenset[str]]:
        """Return the fields of each article that somebody set by hand."""
        return self.rows.articles.by_hand(self.kept.published().live)

    def contents(self) -> Contents:
        """Return all that an archive holds of the collection; the rows alone are read.

        Raises:
            InputError: An article cannot be read any more, and could not be imported.
        """
        from embeddings.store import archive, audit

        live = self.rows.published().live
        versions = self.rows.articles.at(live)
        wrong = [name for name, version in versions.items() if version.value is None]
        if wrong := sorted({*wrong, *self.rows.articles.find_lost(live)}):
            raise InputError(tell_damage(wrong[0]))
        marks = {(version.article, version.version) for version in versions.values()}
        return archive.Contents(
            articles=tuple(version.value for version in versions.values() if version.value),
            history=tuple(
                each.value
                for each in self.rows.articles.history()
                if each.value and (each.article, each.version) not in marks
            ),
            questions=self._questions(),
            lines=tuple(map(audit.line, self.rows.audit.entries())),
        )

    def base(self, changing: Iterable[str] | None) -> Base:
        """Return what a change is made on: the live snapshot, or its rows where it is damaged.

        Args:
            changing: Ids of the articles that change; None: what is damaged is left out, whichever.

        Raises:
            SnapshotError: An article that does not change is damaged, and is nowhere else.
        """
        published = self.kept.published()
        note = ""
        if published.live is not None:
            try:
                snapshot = self._snapshot(published)
                return Base(published, snapshot, snapshot.articles())
            except OtherFormat:
                note = "The index was made by another version: it is built again."
            except SnapshotError as error:
                note = f"{error} It was built again from the articles."
        return self.of_rows(Base(published, None, {}), changing, note)

    def of_rows(self, base: Base, changing: Iterable[str] | None, note: str) -> Base:
        """Return the same of the rows alone; one that is damaged never becomes a snapshot's.

        Raises:
            SnapshotError: As ``base``.
        """
        live = base.published.live
        versions, lost = self.rows.articles.at(live), self.rows.articles.find_lost(live)
        broken = {*lost, *(name for name, version in versions.items() if not version.value)}
        if changing is not None and (left := broken.difference(changing)):
            raise SnapshotError(f"Nothing was changed. {tell_damage(min(left))}")
        articles = {name: version.value for name, version in versions.items() if version.value}
        notes = (*base.notes, note) if note else base.notes
        return Base(base.published, None, articles, notes)

    def _snapshot(self, published: Published) -> Snapshot:
        """Return the live snapshot: what serves, if that is it, or loaded for this."""
        serving = self.live.snapshot
        if serving and serving.number == published.live:
            return serving
        if published.live is None or published.live not in published.kept:
            raise SnapshotError(f"The snapshot {published.live} that is to serve is not kept.")
        return self.kept.load(published.live, published)

    def golden(self, base: Base, articles: Mapping[str, Article | None]) -> tuple[Golden, ...]:
        """Return the questions that a new snapshot is asked; none without a change."""
        from embeddings.snapshots import gate

        if not articles or base.snapshot is None:
            return ()
        ids = {*base.articles, *articles}
        ids -= {name for name, article in articles.items() if article is None}
        given = self.rows.questions()
        return gate.golden(self.settings.data, self.rows.name, given, self.settings.seeds, ids)

    def _questions(self) -> bytes | None:
        """Return the golden questions of the collection's own."""
        from embeddings.snapshots import gate

        path = gate.place(self.settings.data, self.rows.name)
        if path.is_file():
            return path.read_bytes()
        return self.rows.questions()
