"""One reindexer: brings new editions of its paper, edits, removes, indexes anew and rolls back.

Run as ``python -m tests.torture.reindexer WAY PAPER SHARDS SEED FOLDER URL``, WAY being ``shell``
or ``admin``. FOLDER keeps its ledger, from which it goes on after it was killed.
"""

from __future__ import annotations

import random
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.torture.ledger import DONE, LATER, Ledger, Work
from tests.torture.stories import TOLD
from tests.torture.ways import Admin, Shell

if TYPE_CHECKING:
    from tests.torture.ways import Way

WHATS = {"add": 12, "remove": 3, "edit": 2, "reindex": 1, "rollback": 3}
"""How often each is done."""
TRIES = 50
"""How often a work that is put off is tried again."""
PAUSE = 1.0
"""The most seconds between two works, or two tries."""


class Reindexer:
    """Somebody who never stops changing a paper's articles.

    Args:
        way: How.
        paper: Which paper's.
        folder: Where the ledger is.
        chance: What it does next.
    """

    def __init__(self, way: Way, paper: str, folder: Path, chance: random.Random) -> None:
        self._way, self._paper, self._chance = way, paper, chance
        self._ledger = Ledger(folder / "ledger.jsonl")
        works = self._ledger.works()
        self._edition = max((work.edition for work in works), default=0)
        self._there = set(TOLD)
        self.over = False

    def run(self) -> None:
        """Work until ``over``, or killed."""
        while not self.over:
            self.once()
            time.sleep(self._chance.random() * PAUSE)

    def once(self) -> None:
        """Do one work, noted before and after."""
        work = self.next()
        self._ledger.write(work)
        self._do(work)
        self._ledger.write(work)
        self._remember(work)

    def _do(self, work: Work) -> None:
        """Do a work, as soon as it can be done."""
        self._way.do(work)
        while work.told == LATER and work.tries < TRIES:
            work.tries += 1
            time.sleep(self._chance.random() * PAUSE)
            self._way.do(work)

    def next(self) -> Work:
        """Return what is done next."""
        what = self._chance.choices(list(WHATS), list(WHATS.values()))[0]
        if what == "edit" and not isinstance(self._way, Shell):
            what = "add"
        if what in ("remove", "edit") and len(self._there) > len(TOLD) // 2:
            return Work(self._paper, what, 0, [self._chance.choice(sorted(self._there))])
        if what in ("reindex", "rollback"):
            return Work(self._paper, what)
        self._edition += 1
        towns = self._chance.sample(TOLD, self._chance.randint(len(TOLD) // 2, len(TOLD)))
        return Work(self._paper, "add", self._edition, towns)

    def _remember(self, work: Work) -> None:
        """Keep in mind which articles are there, more or less: the other way may know better."""
        if work.told == DONE and work.what == "remove":
            self._there -= set(work.towns)
        elif work.what == "add":
            self._there |= set(work.towns)


def main() -> None:
    """Read the command line, and work until asked to end."""
    way, paper, shards, seed, folder, url = sys.argv[1:]
    place = Path(folder)
    ways: dict[str, Way] = {"shell": Shell(place / "files"), "admin": Admin(url, int(shards))}
    one = Reindexer(ways[way], paper, place, random.Random(int(seed)))

    def end(*_: object) -> None:
        one.over = True

    signal.signal(signal.SIGTERM, end)
    one.run()


if __name__ == "__main__":
    main()
