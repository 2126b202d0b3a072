"""Where a test keeps collections: in a folder or in a database, opened as often as it likes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from embeddings.snapshots.kept import Generations
from embeddings.snapshots.snapshot import Snapshot
from embeddings.store.folder import FolderStore
from embeddings.store.postgres.store import PostgresStore
from embeddings.store.store import Store
from embeddings.types import Article
from tests.embeddings.stories import written

ROOT = Path(__file__).resolve().parents[4]
HOLD = """
import sys, time
from pathlib import Path
from tests.embeddings.store.postgres.places import Place
store = Place(sys.argv[1], Path(sys.argv[2])).open()
with getattr(store, sys.argv[3])("shared").writing() if sys.argv[3] == "files" \
        else store.generations("shared").building():
    print("held", flush=True)
    time.sleep(60)
"""


@dataclass(frozen=True)
class Place:
    """Where collections are kept.

    Attributes:
        url: The database; empty: the folder.
        folder: The collections' folder, or that of the copies.
    """

    url: str
    folder: Path

    def open(self) -> Store:
        """Open the store, as one more process does."""
        return (
            PostgresStore(self.url, self.folder, poll=0.5) if self.url else FolderStore(self.folder)
        )

    def other(self) -> Place:
        """Return the same place as another machine sees it: with copies of its own."""
        return Place(self.url, self.folder.with_name("other")) if self.url else self

    def holder(self, what: str) -> subprocess.Popen[bytes]:
        """Start a process that holds a lock, of ``files`` or ``generations``, and wait for that."""
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, self.url, str(self.folder), what],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        assert cast("IO[bytes]", process.stdout).readline() == b"held\n"
        return process


def kept(generations: Generations, name: str, *articles: Article) -> Snapshot:
    """Write a snapshot aside and keep it, as a reindex does before it publishes."""
    written(generations.aside(name), *articles, name=name)
    return generations.keep(name)
