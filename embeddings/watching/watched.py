"""What is watched: a folder and feeds, what is new in each, and what each has given already."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from config.settings import FetchSettings
from embeddings.readers.fetch import Fetcher
from embeddings.readers.inputs import is_article
from embeddings.readers.many import MAX_ENTRIES, Entry, list_pages
from embeddings.readers.sandbox import Sandbox
from embeddings.store.records import Records
from embeddings.types import ArticleSummary

_log = logging.getLogger(__name__)

NOTE = "watched"
"""What the note is called in the store."""
TRIES = 3
"""How often a page is tried that cannot be read, each time the feed is looked at."""
JITTER = 0.1
"""The share of the interval by which looks come earlier or later, so that not all come at once."""
SPARE = 1000
"""How many pages are remembered at the least that the feed does not name any more."""
_LOCKS = "~$"
"""How the names of the files begin that office programs put beside an open document."""

Stamp = tuple[int, int, int]
"""A file's size in bytes, and the nanoseconds at which its content and its entry changed."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some inputs.

    Attributes:
        rejected: What is not taken, and why: inputs, and parts of them.
        left: Inputs that there is no room for, or not today, and why.
        added: The articles that are new.
        is_refused: True when the golden questions refused them all, and nothing was changed.
    """

    rejected: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    added: tuple[ArticleSummary, ...] = ()
    is_refused: bool = False

    def __or__(self, other: Taken) -> Taken:
        """Return what became of these inputs and others."""
        return Taken(
            self.rejected | other.rejected,
            self.left | other.left,
            (*self.added, *other.added),
            self.is_refused or other.is_refused,
        )


class FeedMemory(BaseModel):
    """What is known of one feed.

    Attributes:
        looked: When it was last looked at, in seconds since 1970.
        marks: Headers that ask for it only if it has changed since.
        entries: Address of each page that was taken -> what the feed said of it then.
        failures: Address of each page that could not be taken -> how often that was tried.
        refused: The pages that the golden questions refused at the last look, like ``entries``.
    """

    looked: float = 0.0
    marks: dict[str, str] = Field(default_factory=dict)
    entries: dict[str, str] = Field(default_factory=dict)
    failures: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    refused: dict[str, str] = Field(default_factory=dict)


class FolderMemory(BaseModel):
    """What is known of a folder: the path of each file that was taken -> what it was like then."""

    files: dict[str, Stamp] = Field(default_factory=dict)

    @classmethod
    async def recall(cls, notes: Records) -> FolderMemory:
        """Read what is known; nothing when there is no note, or a damaged one.

        Nothing is lost by beginning anew: everything is read once more, and found to be there.

        Raises:
            StorageError: The store cannot be read.
        """
        kept = await notes.note(NOTE)
        try:
            return cls.model_validate_json(kept) if kept else cls()
        except ValidationError:
            _log.warning("what was taken before cannot be read: all is looked at anew")
            return cls()

    async def remember(self, notes: Records) -> None:
        """Keep what is known; StorageError when the store cannot be written."""
        await notes.write_note(NOTE, self.model_dump_json())


class WatchedFolder:
    """Looks at a folder again and again.

    A file counts once it has been the same for some time, so that one that is still being written
    is not read. Passed over are hidden and temporary files, those that no article is read from,
    and links that lead out of the folder.

    Args:
        root: The folder; it may come and go.
        debounce: Seconds for which a file must have been as it is.

    Attributes:
        closed: A sentence for each folder that could not be opened at the last look.
    """

    def __init__(self, root: Path, debounce: float) -> None:
        self.root = root.absolute()
        self.debounce = debounce
        self._since: dict[str, tuple[Stamp, float]] = {}
        self.closed: list[str] = []

    @property
    def is_there(self) -> bool:
        """Whether it is a folder now."""
        return self.root.is_dir()

    @property
    def is_settling(self) -> bool:
        """Whether a file has to be looked at again soon."""
        return bool(self._since)

    def look(self, known: Mapping[str, Stamp], now: float) -> dict[str, Stamp]:
        """Return the files that are new or changed and have settled, by path.

        Args:
            known: The files that were taken before, as they were then.
            now: The moment, on a clock in seconds that only goes forward.
        """
        self.closed = []
        found = {path: stamp for path, stamp in self._files() if known.get(path) != stamp}
        before, self._since = self._since, {}
        ready = {}
        for path, stamp in found.items():
            seen, since = before.get(path, (stamp, now))
            since = since if seen == stamp else now
            if now - since >= self.debounce:
                ready[path] = stamp
            else:
                self._since[path] = (stamp, since)
        return ready

    def _files(self) -> Iterator[tuple[str, Stamp]]:
        for place, folders, names in os.walk(self.root, onerror=self._note_closed):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(place, name)
                if _is_wanted(name) and self._is_inside(path):
                    stamp = _stamp(path)
                    if stamp is not None:
                        yield str(path), stamp

    def _note_closed(self, error: OSError) -> None:
        said = f"The folder {error.filename} cannot be opened: {error.strerror or error}"
        self.closed.append(f"{said}; check its permissions.")

    def _is_inside(self, path: Path) -> bool:
        return not path.is_symlink() or path.resolve().is_relative_to(self.root.resolve())


def _is_wanted(name: str) -> bool:
    return name.isprintable() and not name.startswith(_LOCKS) and is_article(name)


def _stamp(path: Path) -> Stamp | None:
    """Return what a file is like now; None when there is none, or nothing in it yet."""
    with suppress(OSError):
        about = path.stat()
        return (about.st_size, about.st_mtime_ns, about.st_ctime_ns) if about.st_size else None
    return None


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
    _marks: dict[str, str] = field(default_factory=dict)
    _is_whole: bool = True

    def news(self) -> dict[str, str]:
        """Fetch the feed; return the pages to take, with what it says of each; blocks.

        Those that the golden questions refused come along with the next new one.

        Raises:
            ReadError: It cannot be fetched, or is no feed.
        """
        fetcher, self.memory.looked = Fetcher(self.settings), time.time()
        page = fetcher.get_if_changed(self.address, self.memory.marks)
        if page is None:
            return {}
        with Sandbox() as sandbox:
            found = list_pages(page, sandbox, fetcher)
        known = self.memory.entries
        if len(known) > len(found) + SPARE:
            self.memory.entries = {name: said for name, said in known.items() if name in found}
        new = {name: said for name, said in found.items() if known.get(name) != said}
        new = {} if new.items() <= self.memory.refused.items() else new
        self._marks, self._is_whole = dict(page.marks), len(new) <= MAX_ENTRIES
        return {Entry(address): new[address] for address in list(new)[:MAX_ENTRIES]}

    def note(self, news: dict[str, str], taken: Taken) -> list[str]:
        """Remember what became of the pages; return what to tell: each failure once."""
        self.memory.refused = dict(news) if taken.is_refused else {}
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
