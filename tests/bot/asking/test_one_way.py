"""Articles are reached in one way only: what reads them cannot choose a collection by mistake."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

BOT = Path(__file__).resolve().parents[2] / "bot"
MAY = {"client.py", "view.py", "admin/target.py", "cogs/servers.py"}
"""Who knows of collections: what makes the views, and what admins and the operator change."""
SHELL = {
    *("running/health.py", "shell/session.py", "shell/upkeep.py", "shell/options.py"),
    *("cli.py", "console.py", "__main__.py"),
}
"""The command line and the figures of the process, which only the operator has."""


def reached(path: Path) -> set[str]:
    """Return what a file reaches of a bot that holds collections."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return names & {"engine", "collections", "_collections"}


FILES = sorted(p for p in BOT.rglob("*.py") if p.relative_to(BOT).as_posix() not in MAY | SHELL)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(BOT).as_posix())
def test_no_other_file_reaches_a_collection(path: Path) -> None:
    assert not reached(path)


def test_those_that_may_do() -> None:
    """Else the names above would be wrong, and the test before would say nothing."""
    assert all(reached(BOT / name) for name in MAY)
