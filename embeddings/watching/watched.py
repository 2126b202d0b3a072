"""A watched folder and watched feeds: finds what is new, remembers what was added."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from config.groups import FetchSettings
from embeddings.readers.fetch import Fetcher
from embeddings.readers.inputs import is_article, tell_closed, walk
from embeddings.readers.many import MAX_ENTRIES, Entry, list_pages
from embeddings.readers.sandbox import Sandbox
from embeddings.store.records import Records
from embeddings.types import ArticleSummary

_log = logging.getLogger(__name__)

NOTE = "watched"
"""The name of the note with the folder's memory in the store."""
TRIES = 3
"""How often to try a page that cannot be read, once at each look at the feed."""
JITTER = 0.1
"""The share of the interval by which a look may come earlier or later, to spread the looks."""
SPARE = 1000
"""The least number of remembered pages that the feed does not list any more."""
_LOCKS = "~$"
"""The prefix of the lock files that office programs put beside an open document."""

Stamp = tuple[int, int, int]
"""A file's size in bytes, and the times of its last change and of its inode's, in nanoseconds."""


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """The result of adding some inputs.

    Attributes:
        rejected: Refused input or part of one -> the reason.
        left: Input beyond a limit of the collection -> the reason.
        added: The new articles.
        is_refused: Whether the golden questions refused the whole change, and nothing was added.
    """

    rejected: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    added: tuple[ArticleSummary, ...] = ()
    is_refused: bool = False

    def __or__(self, other: IntakeResult) -> IntakeResult:
        """Return the result for the inputs of both."""
        return IntakeResult(
            self.rejected | other.rejected,
            self.left | other.left,
            (*self.added, *other.added),
            self.is_refused or other.is_refused,
        )


class FeedMemory(BaseModel):
    """The memory of one feed.

    Attributes:
        looked: The time of the last fetch, in seconds since 1970.
        marks: Headers of a conditional request, by which an unchanged feed is not sent again.
        entries: Address of a page that was added -> its entry in the feed at the time.
        failures: Address of a page that could not be added -> the number of attempts.
        refused: Pages that the golden questions refused at the last look, like ``entries``.
    """

    looked: float = 0.0
    marks: dict[str, str] = Field(default_factory=dict)
    entries: dict[str, str] = Field(default_factory=dict)
    failures: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    refused: dict[str, str] = Field(default_factory=dict)


class FolderMemory(BaseModel):
    """The memory of a folder: path of a file that was added -> its stamp at the time."""

    files: dict[str, Stamp] = Field(default_factory=dict)

    @classmethod
    async def recall(cls, notes: Records) -> FolderMemory:
        """Read the memory from its note; it is empty if there is none, or a damaged one.

        An empty memory loses nothing: all files are read again, and found to be added already.

        Raises:
            StorageError: The store cannot be read.
        """
        note = await notes.note(NOTE)
        try:
            return cls.model_validate_json(note) if note else cls()
        except ValidationError:
            _log.warning("what was taken before cannot be read: all is looked at anew")
            return cls()

    async def remember(self, notes: Records) -> None:
        """Write the memory to its note; raises StorageError."""
        await notes.write_note(NOTE, self.model_dump_json())


class WatchedFolder:
    """Finds new and changed files in a folder.

    A file that is still being written is not read: its stamp must stay the same for some time.
    Skipped are hidden and temporary files, files of other formats, and links out of the folder.

    Args:
        root: The folder; it may be missing at times.
        debounce: Seconds for which a file's stamp must stay the same.

    Attributes:
        closed: A sentence for each folder that could not be opened at the last look.
    """

    def __init__(self, root: Path, debounce: float) -> None:
        self.root = root.absolute()
        self.debounce = debounce
        self._unsettled: dict[str, tuple[Stamp, float]] = {}
        self.closed: list[str] = []

    @property
    def is_settling(self) -> bool:
        """Whether a file has changed so recently that another look is needed soon."""
        return bool(self._unsettled)

    def look(self, known: Mapping[str, Stamp], now: float) -> dict[str, Stamp]:
        """Return the settled files that are new or changed: path -> stamp.

        ``known`` has the files that were added before, ``now`` monotonic seconds.
        """
        self.closed = []
        changed = {path: stamp for path, stamp in self._files() if known.get(path) != stamp}
        before, self._unsettled = self._unsettled, {}
        settled = {}
        for path, stamp in changed.items():
            last, since = before.get(path, (stamp, now))
            since = since if last == stamp else now
            if now - since >= self.debounce:
                settled[path] = stamp
            else:
                self._unsettled[path] = (stamp, since)
        return settled

    def _files(self) -> Iterator[tuple[str, Stamp]]:
        paths = walk(self.root, lambda error: self.closed.append(tell_closed(error)))
        for path in map(Path, paths):
            if _is_wanted(path.name) and self._is_inside(path):
                stamp = _stamp(path)
                if stamp is not None:
                    yield str(path), stamp

    def _is_inside(self, path: Path) -> bool:
        return not path.is_symlink() or path.resolve().is_relative_to(self.root.resolve())


def _is_wanted(name: str) -> bool:
    return name.isprintable() and not name.startswith(_LOCKS) and is_article(name)


def _stamp(path: Path) -> Stamp | None:
    """Return a file's stamp; None if the file is missing, or empty so far."""
    with suppress(OSError):
        stat = path.stat()
        return (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns) if stat.st_size else None
    return None


@dataclass
class WatchedFeed:
    """One feed or sitemap, and its memory, which the methods update."""

    address: str
    memory: FeedMemory
    settings: FetchSettings
    _marks: dict[str, str] = field(default_factory=dict)
    _is_whole: bool = True

    def news(self) -> dict[str, str]:
        """Fetch the feed; return the new pages: address -> entry in the feed; blocks.

        Pages that the golden questions refused are returned again along with the next new one.

        Raises:
            ReadError: The feed cannot be fetched, or is none.
        """
        fetcher, self.memory.looked = Fetcher(self.settings), time.time()
        page = fetcher.get_if_changed(self.address, self.memory.marks)
        if page is None:
            return {}
        with Sandbox() as sandbox:
            pages = list_pages(page, sandbox, fetcher)
        known = self.memory.entries
        if len(known) > len(pages) + SPARE:
            self.memory.entries = {name: entry for name, entry in known.items() if name in pages}
        new = {name: entry for name, entry in pages.items() if known.get(name) != entry}
        new = {} if new.items() <= self.memory.refused.items() else new
        self._marks, self._is_whole = dict(page.marks), len(new) <= MAX_ENTRIES
        return {Entry(address): new[address] for address in list(new)[:MAX_ENTRIES]}

    def note(self, news: dict[str, str], result: IntakeResult) -> list[str]:
        """Remember the result for the pages of ``news``; return the reasons of first failures."""
        self.memory.refused = dict(news) if result.is_refused else {}
        reasons = []
        for address, entry in {} if result.is_refused else news.items():
            if address in result.left:
                continue  # the next look returns it again
            tries = self.memory.failures.pop(address, 0) + 1
            reason = result.rejected.get(address)
            if reason and tries == 1:
                reasons.append(reason)
            if reason and tries < TRIES:
                self.memory.failures[address] = tries
            else:
                self.memory.entries[address] = entry
        is_done = self._is_whole and not (self.memory.failures or result.left or result.is_refused)
        self.memory.marks = self._marks if is_done else {}  # without marks the feed is sent again
        return reasons
