"""What the watched folder and feeds have given already, kept in the store over restarts."""

from __future__ import annotations

import logging
from typing import Annotated, Protocol

from pydantic import BaseModel, Field, ValidationError

NOTE = "watched"
"""What the note is called in the store."""

_log = logging.getLogger(__name__)

Stamp = tuple[int, int, int]
"""A file's size in bytes, and the nanoseconds at which its content and its entry changed."""


class FeedMemory(BaseModel):
    """What is known of one feed.

    Attributes:
        looked: When it was last looked at, in seconds since 1970.
        marks: Headers that ask for it only if it has changed since.
        entries: Address of each page that was taken -> what the feed said of it then.
        failures: Address of each page that could not be taken -> how often that was tried.
    """

    looked: float = 0.0
    marks: dict[str, str] = Field(default_factory=dict)
    entries: dict[str, str] = Field(default_factory=dict)
    failures: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)


class Memory(BaseModel):
    """What is known of all files and feeds.

    Attributes:
        files: Path of each file that was taken -> what it was like then.
        feeds: What is known of each feed, by its address.
    """

    files: dict[str, Stamp] = Field(default_factory=dict)
    feeds: dict[str, FeedMemory] = Field(default_factory=dict)

    def feed(self, address: str) -> FeedMemory:
        """Return what is known of a feed, to be added to."""
        return self.feeds.setdefault(address, FeedMemory())


class Notes(Protocol):
    """What keeps notes: the store's records, of which no more is needed here."""

    async def note(self, name: str) -> str | None:
        """Return a note."""

    async def write_note(self, name: str, value: str) -> None:
        """Keep a note."""


async def recall(notes: Notes) -> Memory:
    """Read what is known; nothing when there is no note, or a damaged one.

    Nothing is lost by beginning anew: everything is read once more, and found to be there.

    Raises:
        StorageError: The store cannot be read.
    """
    kept = await notes.note(NOTE)
    try:
        return Memory.model_validate_json(kept) if kept else Memory()
    except ValidationError:
        _log.warning("what was taken before cannot be read: all is looked at anew")
        return Memory()


async def remember(notes: Notes, memory: Memory) -> None:
    """Keep what is known.

    Raises:
        StorageError: The store cannot be written.
    """
    await notes.write_note(NOTE, memory.model_dump_json())
