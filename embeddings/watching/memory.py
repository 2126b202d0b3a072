"""What the watched folder and feeds have given already, kept in one small file over restarts."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field, ValidationError

from embeddings.snapshots.disk import write_atomic

if TYPE_CHECKING:
    from pathlib import Path

NAME = "watched.json"
"""Name of the file in the data folder."""

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


def remembered(data: Path) -> Memory:
    """Read what is known in a data folder; nothing when the file is not there, or is damaged.

    Nothing is lost by beginning anew: everything is read once more, and found to be there.
    """
    path = data / NAME
    try:
        return Memory.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Memory()
    except (OSError, ValidationError) as error:
        _log.warning("%s cannot be read (%s): all is looked at anew", path, type(error).__name__)
        return Memory()


def remember(data: Path, memory: Memory) -> None:
    """Keep what is known in a data folder.

    Raises:
        StorageError: The disk is full or cannot be written.
    """
    text = json.dumps(memory.model_dump(), ensure_ascii=False, separators=(",", ":"))
    write_atomic(data / NAME, text.encode())
