"""One collection's folder: its corpus, its snapshots, and whether all is as it was written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from embeddings import passages
from embeddings.corpus import Corpus
from embeddings.errors import InputError, SnapshotError
from embeddings.files import make_folder
from embeddings.generations import Generations
from embeddings.reindexing import Material
from embeddings.snapshot import damaged, identity, read_manifest
from embeddings.types import VerifyReport

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import FetchSettings
    from embeddings.snapshot import Snapshot

FOLDER = "collections"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class Collection:
    """Where one collection lives: ``data/collections/<name>/``.

    Args:
        data: The data folder.
        name: The collection's name.
        fetch: How web pages are fetched that somebody adds to it.

    Raises:
        InputError: It is no name for a collection.
    """

    def __init__(self, data: Path, name: str, fetch: FetchSettings | None = None) -> None:
        if not _NAME.fullmatch(name):
            raise InputError(
                f"{name!r} is no name for a collection; use a-z, 0-9 and -, 60 at the most."
            )
        self.name = name
        self.folder = data / FOLDER / name
        self.corpus = Corpus(self.folder / "corpus", name, fetch)
        self.generations = Generations(self.folder)

    def open(self, *, create: bool) -> None:
        """Make the folders that are not there yet.

        Raises:
            InputError: There is no such collection, and it is not to be made.
            StorageError: They cannot be made.
        """
        if not create and not self.folder.is_dir():
            there = ", ".join(self.siblings()) or "none yet"
            raise InputError(f"There is no collection {self.name!r}; there are: {there}.")
        make_folder(self.generations.folder)

    def begin_with(self, seeds: Path) -> None:
        """Read the stories of a folder into a collection to which nothing else was ever added.

        What a crash cut short is taken up again; what somebody removed stays removed.
        """
        articles, _ = self.corpus.articles()
        own = [a for a in articles if not (a.origin or "").startswith(str(seeds.resolve()))]
        if seeds.is_dir() and not own and not self.generations.ids():
            self.corpus.apply(self.corpus.plan([str(seeds)]))

    def siblings(self) -> tuple[str, ...]:
        """Return the names of all collections, in order."""
        root = self.folder.parent
        return tuple(sorted(p.name for p in root.glob("*/") if _NAME.fullmatch(p.name)))

    def material(self) -> tuple[Material, tuple[str, ...]]:
        """Read the corpus and split it; return with it a sentence for each unreadable article."""
        articles, problems = self.corpus.articles()
        return Material(articles, [passages.split(a) for a in articles]), problems

    def verify(self, serving: Snapshot | None) -> VerifyReport:
        """Check every file of every kept snapshot, every stored passage, and the corpus.

        Args:
            serving: The snapshot whose passages are read one by one.
        """
        problems: list[str] = []
        checked = 0
        for name in self.generations.ids():
            try:
                manifest = read_manifest(self.generations.folder / name)
            except SnapshotError as error:
                problems.append(str(error))
                continue
            checked += len(manifest.files)
            problems += damaged(self.generations.folder / name, manifest)
        if serving:
            checked += serving.manifest.passages
            problems += serving.changed_passages()
            problems += self._drift(serving)
        return VerifyReport(checked, tuple(dict.fromkeys(problems)))

    def _drift(self, serving: Snapshot) -> list[str]:
        """Compare the corpus with what the snapshot was made of."""
        articles, problems = self.corpus.articles()
        now = {article.id: identity(article) for article in articles}
        then = serving.digests
        differ = sorted(k for k in now.keys() | then.keys() if now.get(k) != then.get(k))
        return [
            *problems,
            *(f"The article {k} is not as it was indexed: run reindex." for k in differ),
        ]
