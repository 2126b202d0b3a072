"""Articles of any format: paths and addresses -> drafts, and a sentence for all that is none.

Another format is another file in ``formats`` or ``exports``, and its extensions in ``registry``.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from config.settings import FetchSettings
from embeddings.errors import ReadError
from embeddings.readers.draft import Draft, LeftOut
from embeddings.readers.fetch import Fetcher
from embeddings.readers.many import read_all
from embeddings.readers.registry import is_supported, supported
from embeddings.readers.sandbox import Sandbox
from embeddings.types import Rejected

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Draft",
    "Fetcher",
    "LeftOut",
    "Sandbox",
    "is_supported",
    "read",
    "read_all",
    "supported",
]


def read(
    source: str | Path, sandbox: Sandbox | None = None, fetcher: Fetcher | None = None
) -> Draft:
    """Read one file, or one page of the web, as an article.

    Args:
        source: Its path, or its address.
        sandbox: Where files are read; without, one is made for this file.
        fetcher: What fetches pages; without, one that keeps to the open internet is made.

    Raises:
        ReadError: It cannot be read as one; the sentence names it and says what to do.
    """
    with nullcontext(sandbox) if sandbox else Sandbox() as room:
        for outcome in read_all([str(source)], room, fetcher or Fetcher(FetchSettings())):
            if isinstance(outcome, Rejected):
                raise ReadError(outcome.reason)
            return outcome[1]
    raise ReadError(f"{source} has no text; put the story in it.")
