"""One promise broken on purpose in every process that is tested, to see that it is noticed.

What ``python -m tests.torture --mutant NAME`` runs must end with broken promises.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from embeddings.snapshots.snapshot import Snapshot

ROOT = Path(__file__).resolve().parents[2]


def pointer() -> None:
    """Report a generation as published, and do not make it live."""
    from embeddings.store.pointers import Pointers

    Pointers.point = lambda *_: None


def deaf() -> None:
    """Do nothing about what other processes publish."""
    from embeddings.store.database import Database

    Database._look = lambda _: None


def mixed() -> None:
    """Serve the vectors of one generation with the passages of the one before."""
    from embeddings.loaded import LoadedSnapshot

    make = LoadedSnapshot.__init__
    before: list[Snapshot] = []

    def made(self: LoadedSnapshot, snapshot: Snapshot, *more: Any, **named: Any) -> None:
        make(self, snapshot, *more, **named)
        before.append(snapshot)
        self.snapshot = before[-2:][0]

    LoadedSnapshot.__init__ = made


def silent() -> None:
    """Say nothing of a change in the audit log."""
    from embeddings.store.audit import Audit

    Audit.append = lambda *_: None


MUTANTS: dict[str, Callable[[], None]] = {
    each.__name__: each for each in (pointer, deaf, mixed, silent)
}

SITE = "from tests.torture.mutants import begin; begin()\n"
"""What each Python runs first: a process that builds is started by another, and is one as well."""


def settings(name: str, folder: Path) -> dict[str, str]:
    """Return the environment in which every Python is a mutant."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(SITE, encoding="utf-8")
    return {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "TORTURE_MUTANT": name}


def begin() -> None:
    """Become what the environment says."""
    MUTANTS[os.environ["TORTURE_MUTANT"]]()
