"""Watched feeds: when each is looked at, and which of its pages are new or have changed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from embeddings.readers.fetch import Fetcher
from embeddings.readers.many import MAX_ENTRIES, Entry, listed
from embeddings.readers.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.settings import FetchSettings
    from embeddings.watching.memory import FeedMemory
    from embeddings.watching.taking import Taken

TRIES = 3
"""How often a page is tried that cannot be read, each time the feed is looked at."""

FIRST = 30.0
"""Seconds after the start within which a feed that is due is looked at."""

JITTER = 0.1
"""The share of the interval by which looks come earlier or later, so that not all come at once."""

SPARE = 1000
"""How many pages are remembered at the least that the feed does not name any more."""


def next_look(
    looked: float, interval: float, now: float, chance: Callable[[float, float], float]
) -> float:
    """Return when a feed is to be looked at, in seconds since 1970.

    Args:
        looked: When it was last looked at; 0 for never.
        interval: Seconds between two looks.
        now: The moment.
        chance: Gives a number between two others.
    """
    due = min(looked, now) + interval * chance(1 - JITTER, 1 + JITTER)
    return due if due > now else now + chance(0.0, FIRST)


@dataclass
class WatchedFeed:
    """One feed or sitemap.

    Attributes:
        address: Where it is.
        memory: What is known of it; changed here.
        settings: How pages are fetched.
    """

    address: str
    memory: FeedMemory
    settings: FetchSettings
    _refused: dict[str, str] = field(default_factory=dict)
    _marks: dict[str, str] = field(default_factory=dict)
    _is_whole: bool = True

    def news(self) -> dict[str, str]:
        """Fetch the feed; return the pages to take, with what it says of each; blocks.

        Those that the golden questions refused come along with the next new one.

        Raises:
            ReadError: It cannot be fetched, or is no feed.
        """
        fetcher = Fetcher(self.settings)
        self.memory.looked = time.time()
        page = fetcher.get_if_changed(self.address, self.memory.marks)
        if page is None:
            return {}
        with Sandbox() as sandbox:
            found = listed(page, sandbox, fetcher)
        self._forget(found)
        new = self._new(found)
        self._marks = dict(page.marks)
        self._is_whole = len(new) <= MAX_ENTRIES
        return {Entry(address): new[address] for address in list(new)[:MAX_ENTRIES]}

    def _new(self, found: dict[str, str]) -> dict[str, str]:
        """Return what was not taken as it is now; nothing when all of it was refused before."""
        known = self.memory.entries
        new = {name: said for name, said in found.items() if known.get(name) != said}
        return {} if new.items() <= self._refused.items() else new

    def _forget(self, found: dict[str, str]) -> None:
        """Forget pages that the feed has not named for long."""
        known = self.memory.entries
        if len(known) > len(found) + SPARE:
            self.memory.entries = {name: said for name, said in known.items() if name in found}

    def note(self, news: dict[str, str], taken: Taken) -> list[str]:
        """Remember what became of the pages; return what to tell: each failure once.

        Args:
            news: What ``news`` returned.
            taken: What became of it.
        """
        self._refused = dict(news) if taken.is_refused else {}
        sentences = []
        for address, said in {} if taken.is_refused else news.items():
            if address in taken.left:
                continue  # it is new again at the next look
            tried = self.memory.failures.pop(address, 0) + 1
            reason = taken.rejected.get(address)
            if reason and tried == 1:
                sentences.append(reason)
            if reason and tried < TRIES:
                self.memory.failures[address] = tried
            else:
                self.memory.entries[address] = said
        is_done = self._is_whole and not (self.memory.failures or taken.left or taken.is_refused)
        self.memory.marks = self._marks if is_done else {}
        return sentences
