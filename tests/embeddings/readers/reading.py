"""Reading one input, where a test needs its draft."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from config.groups import FetchSettings
from embeddings.errors import ReadError
from embeddings.readers import Draft, Fetcher, Sandbox, read_all
from embeddings.types import Rejected

if TYPE_CHECKING:
    from pathlib import Path


def read(
    source: str | Path, sandbox: Sandbox | None = None, fetcher: Fetcher | None = None
) -> Draft:
    """Read one file, or one page of the web; ReadError says why it is no article."""
    with nullcontext(sandbox) if sandbox else Sandbox() as room:
        for outcome in read_all([str(source)], room, fetcher or Fetcher(FetchSettings())):
            if isinstance(outcome, Rejected):
                raise ReadError(outcome.reason)
            return outcome[1]
    raise AssertionError(source)
