"""Small articles that tests index, and a snapshot of them written to disk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.snapshots.building import write_snapshot
from embeddings.snapshots.material import VECTOR_DTYPES, Material, texts_of
from embeddings.snapshots.snapshot import Snapshot
from embeddings.text.passages import split
from embeddings.types import Article
from tests.embeddings.fakes import WordEncoder

HARBOUR = Article(
    id="port",
    title="Le port de Lorient s’agrandit",
    text=(
        "Le port de Lorient a ouvert un nouveau quai lundi. Les pêcheurs l’attendaient.\n\n"
        "La construction a duré trois ans. Elle a coûté douze millions d’euros.\n\n"
        "Une école de voile occupera l’ancien hangar."
    ),
    source="Le Télégramme du Quai",
    author="A. Martin",
    date=date(2018, 6, 22),
    url="https://example.org/port",
)
ORCHARD = Article(
    id="verger",
    title="Gel tardif dans les vergers",
    text="Le gel a détruit la moitié des abricots.\n\nLes assureurs attendent les déclarations.",
    source="Gazette des Vergers",
    date=date(2019, 4, 3),
)
LIBRARY = Article(
    id="library",
    title="The library opens on Sundays",
    text="The town library will open on Sundays from May.\n\nReaders had signed a petition.",
    source="Town Courier",
    language="en",
)
STORIES = (LIBRARY, HARBOUR, ORCHARD)


def vectors(*articles: Article) -> dict[str, NDArray[np.float32]]:
    """Return the vectors of some articles, by what they are of."""
    encoder = WordEncoder()
    texts = texts_of(articles, [split(article) for article in articles])
    empty = np.zeros((0, 64), np.float32)
    given = {kind: texts[kind] for kind in VECTOR_DTYPES}
    return {kind: encoder.encode_documents(t) if t else empty for kind, t in given.items()}


def made_of(articles: Iterable[Article], known: Snapshot | None = None) -> Material:
    """Return what a snapshot of some articles is made of, built on another or on none."""
    there, before = {each.id: each for each in articles}, known.articles() if known else {}
    changed = {name: each for name, each in there.items() if before.get(name) != each}
    return Material.from_change(known, {**dict.fromkeys(before.keys() - there.keys()), **changed})


def written(folder: Path, *articles: Article, name: str = "") -> Snapshot:
    """Write a snapshot of some articles, by default named after its folder, and load it."""
    material, now = made_of(articles), datetime(2018, 7, 4, tzinfo=UTC)
    given = vectors(*articles)
    write_snapshot(folder, material, given, name=name or folder.name, model="words==1", at=now)
    return Snapshot(folder)
