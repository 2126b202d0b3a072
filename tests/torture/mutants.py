"""One promise broken on purpose in every process that is tested, to see that it is noticed.

What ``python -m tests.torture --mutant NAME`` runs must end with broken promises.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.store.rows import CollectionRows

ROOT = Path(__file__).resolve().parents[2]


def replace(owner: type, name: str, method: Callable[..., Any]) -> None:
    """Replace a method for this process; raises AttributeError where there is no such method."""
    patch.object(owner, name, method).start()


def pointer() -> None:
    """Report a snapshot as published, and do not make it live, unless it is the first."""
    from embeddings.store.rows import CollectionRows

    point = CollectionRows.point

    def stay(self: CollectionRows, connection: Connection, number: int) -> None:
        if self.read_published().live is None:
            point(self, connection, number)

    replace(CollectionRows, "point", stay)


def deaf() -> None:
    """Do nothing about what other processes publish."""
    from embeddings.store.database import Database

    replace(Database, "_call_back", lambda _: None)


def mixed() -> None:
    """Serve the vectors of one snapshot with the passages of the one before."""
    from embeddings.loaded import LoadedSnapshot

    make = LoadedSnapshot.__init__
    before: list[Snapshot] = []

    def mix(self: LoadedSnapshot, snapshot: Snapshot, *more: Any, **named: Any) -> None:
        make(self, snapshot, *more, **named)
        before.append(snapshot)
        self.snapshot = before[-2:][0]

    replace(LoadedSnapshot, "__init__", mix)


def silent() -> None:
    """Say nothing of a change in the audit log."""
    from embeddings.store.audit import Audit

    replace(Audit, "append", lambda *_: None)


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
