"""Articles are reached in one way only: what reads them cannot choose a collection by mistake."""

from __future__ import annotations

import ast
from pathlib import Path

BOT = Path(__file__).resolve().parents[3] / "bot"
MAY = {
    "client.py",
    "context.py",
    "admin/progress.py",
    "servers/cog.py",
    "servers/rules.py",
    "newsroom/feeds.py",
}
"""Who knows of collections: what makes what is seen, what admins and the operator change, what
became of such a change, and what a server's own feeds bring into its own."""
HARMLESS = {"asking/asking.py", "admin/reports.py"}
"""Who knows from which probability on questions are answered, and a status's list of names."""
SHELL = {"running/health.py", "cli.py", "console.py", "__main__.py"}
"""The command line and the figures of the process, which only the operator has."""


def reached(path: Path) -> set[str]:
    """Return what a file reaches of a bot that holds collections."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return names & {"engine", "engines", "collections", "_collections"}


def test_no_other_file_reaches_a_collection() -> None:
    """Those that may do: else the names would be wrong, and nothing would be said."""
    names = {path.relative_to(BOT).as_posix(): path for path in BOT.rglob("*.py")}
    found = {n for n, p in names.items() if not n.startswith("shell/") and reached(p)}
    assert found - SHELL - MAY - HARMLESS == set()
    assert found >= MAY
