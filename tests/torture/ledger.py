"""What a reindexer set out to do, and what it was told then; one line each, whatever kills it."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DONE, LATER, REFUSED = "done", "put off", "refused"
"""What a reindexer is told: it serves; not now; it could not be done."""


@dataclass
class Work:
    """One change of the articles.

    Attributes:
        paper: Whose reindexer it is.
        what: ``add``, ``edit``, ``remove``, ``reindex`` or ``rollback``.
        edition: The edition that it brings; 0: none.
        towns: Which of the paper's articles it is about.
        began: When it was set out on.
        ended: When it was told; 0: never.
        told: ``done``, ``put off`` or ``refused``; empty: never.
        snapshot: What serves then, where that was told.
        said: The sentence.
        tries: How often it was put off, because somebody else was at it or no bot was there.
    """

    paper: str
    what: str
    edition: int = 0
    towns: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.time)
    ended: float = 0.0
    told: str = ""
    snapshot: str = ""
    said: str = ""
    tries: int = 0

    def end(self, told: str, said: str = "", snapshot: str = "") -> None:
        """Note what was told."""
        self.ended, self.told, self.said, self.snapshot = time.time(), told, said, snapshot


class Ledger:
    """A file of works: a line when one begins, and another when it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, work: Work) -> None:
        """Add a line."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(work), ensure_ascii=False) + "\n")

    def works(self) -> list[Work]:
        """Return all works, each as it was last noted; a line that a kill tore is left out."""
        found: dict[float, Work] = {}
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        for line in lines:
            try:
                work = Work(**json.loads(line))
            except ValueError:
                continue
            found[work.began] = work
        return list(found.values())
