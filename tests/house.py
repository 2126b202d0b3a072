"""The source files of the project, each read once: their imports and functions."""

from __future__ import annotations

import ast
import functools
import graphlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("config", "embeddings", "bot")
"""The packages; each may import itself and those before it."""

Graph = dict[str, frozenset[str]]
"""Module of the project -> the modules of the project that it imports."""


@dataclass(frozen=True)
class Function:
    """One function: its name, and its length in lines without the docstring."""

    name: str
    lines: int
    is_property: bool


@dataclass(frozen=True)
class Source:
    """One file of the project.

    Attributes:
        path: The path from the project's root.
        module: The dotted name.
        text: The source text.
        at_once: The names imported at the top, except for type checkers.
        anywhere: All imported names, in functions and for type checkers too.
    """

    path: Path
    module: str
    text: str
    at_once: frozenset[str]
    anywhere: frozenset[str]

    @property
    def room(self) -> str:
        """The file's folder, such as ``embeddings/readers/formats``."""
        return self.path.parent.as_posix()

    @functools.cached_property
    def tree(self) -> ast.Module:
        """The syntax tree of the text."""
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        """The number of lines."""
        return self.text.count("\n")

    @functools.cached_property
    def functions(self) -> tuple[Function, ...]:
        """The functions, methods included."""
        return tuple(self._functions())

    def _functions(self) -> Iterator[Function]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if ast.get_docstring(node) is not None:
                    doc = node.body[0]
                    lines -= (doc.end_lineno or doc.lineno) - doc.lineno + 1
                marks = {ast.unparse(mark).rpartition(".")[2] for mark in node.decorator_list}
                is_property = bool(marks & {"property", "cached_property"})
                yield Function(node.name, lines, is_property)


class _Imports(ast.NodeVisitor):
    """Collects the names that a file imports, at its top and anywhere."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.at_once: set[str] = set()
        self.anywhere: set[str] = set()
        self._is_top = True

    def visit_If(self, node: ast.If) -> None:
        test = node.test
        is_for_types = getattr(test, "id", getattr(test, "attr", "")) == "TYPE_CHECKING"
        self._inside(node, is_top=self._is_top and not is_for_types)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._inside(node, is_top=False)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._inside(node, is_top=False)

    def _inside(self, node: ast.AST, *, is_top: bool) -> None:
        before, self._is_top = self._is_top, is_top
        self.generic_visit(node)
        self._is_top = before

    def visit_Import(self, node: ast.Import) -> None:
        self._add({alias.name for alias in node.names})

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        above = self.package.split(".")[: 1 - node.level or None] if node.level else []
        source = ".".join([*above, *filter(None, [node.module])])
        self._add({f"{source}.{alias.name}" for alias in node.names})

    def _add(self, names: set[str]) -> None:
        self.anywhere |= names
        if self._is_top:
            self.at_once |= names


def _read(path: Path) -> Source:
    parts = path.relative_to(ROOT).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    module = ".".join(parts[:-1] if is_package else parts)
    text = path.read_text(encoding="utf-8")
    imports = _Imports(module if is_package else module.rpartition(".")[0])
    imports.visit(ast.parse(text))
    at_once, anywhere = frozenset(imports.at_once), frozenset(imports.anywhere)
    return Source(path.relative_to(ROOT), module, text, at_once, anywhere)


@functools.cache
def sources() -> dict[str, Source]:
    """Return module -> source file, for all files of the project."""
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return {source.module: source for source in map(_read, paths)}


def ours(name: str) -> str | None:
    """Return the module of the project that has a dotted name; None for a library's."""
    while name and name not in sources():
        name = name.rpartition(".")[0]
    return name or None


@functools.cache
def graph(*, anywhere: bool) -> Graph:
    """Return the imports of each module: at the top of files, or anywhere in them."""

    def needs(source: Source) -> frozenset[str]:
        names = source.anywhere if anywhere else source.at_once
        return frozenset(filter(None, map(ours, names))) - {source.module}

    return {name: needs(source) for name, source in sources().items()}


def in_circles(edges: Graph) -> list[str]:
    """Return the modules that import themselves through others."""

    def reach(name: str) -> set[str]:
        seen: set[str] = set()
        ahead = list(edges[name])
        while ahead:
            other = ahead.pop()
            if other not in seen:
                seen.add(other)
                ahead += edges[other]
        return seen

    return [name for name in edges if name in reach(name)]


def longest_chain(edges: Graph) -> list[str]:
    """Return the longest chain of modules in which each imports the next."""
    chains: dict[str, list[str]] = {}
    for name in graphlib.TopologicalSorter(edges).static_order():
        below = max((chains[other] for other in edges[name]), key=len, default=[])
        chains[name] = [name, *below]
    return max(chains.values(), key=len)
