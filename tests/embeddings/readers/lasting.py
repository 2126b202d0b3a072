"""One process that reads files for all tests, and reading without one: each start takes a while."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embeddings.child import Child
from embeddings.errors import ReadError
from embeddings.readers import confined, sandbox
from embeddings.readers.draft import ITEMS, Item
from embeddings.readers.sandbox import Sandbox


@contextlib.contextmanager
def one_reader() -> Iterator[None]:
    """Let sandboxes without limits of their own read in one process, which stays meanwhile.

    It resolves paths where it was started; elsewhere each has its own, as without this.
    """
    here = Path.cwd()
    with contextlib.closing(
        Child(sandbox._MODULE, megabytes=sandbox.MEGABYTES, quiet=True)
    ) as child:

        def make(module: str, *, megabytes: int, quiet: bool) -> Child:
            if megabytes == sandbox.MEGABYTES and Path.cwd() == here:
                return child
            return Child(module, megabytes=megabytes, quiet=quiet)

        def leave(room: Sandbox, *_: object) -> None:
            if room.child is not child:
                room.child.close()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sandbox, "Child", make)
            patch.setattr(Sandbox, "__exit__", leave)
            yield


@contextlib.contextmanager
def reading_here() -> Iterator[None]:
    """Let sandboxes read in this process, for tests that fork it many times."""

    def read(_: Sandbox, extension: str, data: bytes, path: str, **known: str | None) -> list[Item]:
        answer: dict[str, Any] = confined.answer(
            {"extension": extension, "path": path, "known": known}, data
        )
        if "error" in answer:
            raise ReadError(answer["error"])
        return ITEMS.validate_python(answer["found"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sandbox, "read", read)
        yield
