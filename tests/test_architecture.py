"""The house stands as it was drawn: who may import whom, and what every file says it is for."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("config", "embeddings", "bot")
"""Each may import those before it, and itself."""

FORBIDDEN = {
    "config": {"discord", "faiss", "numpy", "torch", "sentence_transformers"},
    "embeddings": {"discord"},
    "bot": {"faiss", "numpy", "torch", "sentence_transformers"},
}
"""Libraries that a package leaves to another."""

LAYERS = (
    ("types", "errors"),
    ("readers", "passages", "analysis", "files", "encoder", "index", "lexical"),
    ("snapshot", "ranker"),
    ("engine",),
)
"""Files of embeddings; each may import its own row and those above it."""

MOST_LINES = 300


def files(*packages: str) -> list[Path]:
    """Return the source files of some packages."""
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def module(path: Path) -> str:
    """Return a file's name as one imports it: ``embeddings/readers/formats/text.py`` -> dotted."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = files(*PACKAGES)
MODULES = {module(path): path for path in SOURCES}


class WithoutTypes(ast.NodeTransformer):
    """Takes out what is imported for type checkers alone."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        is_for_types = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if is_for_types else self.generic_visit(node)


def imports(path: Path, *, types: bool = True) -> set[str]:
    """Return what a file imports: at the top, inside a function, and for ``types`` alone."""
    found = set()
    package = module(path) if path.name == "__init__.py" else module(path).rpartition(".")[0]
    tree: ast.AST = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree if types else WithoutTypes().visit(tree)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: 1 - node.level or None] if node.level else []
            source = ".".join([*above, *filter(None, [node.module])])
            inner = {f"{source}.{alias.name}" for alias in node.names}
            found |= (inner & set(MODULES)) or {source}
    return found


def ours(path: Path, *, types: bool = True) -> set[str]:
    """Return what a file imports of this project."""
    return imports(path, types=types) & set(MODULES) - {module(path)}


def layer(name: str) -> int | None:
    """Return the row of a file of embeddings, by the first part of its name that has one."""
    parts = name.split(".")
    if parts[0] != "embeddings" or len(parts) == 1:
        return None
    rows = [i for i, row in enumerate(LAYERS) if parts[1] in row]
    return rows[0] if rows else None


@pytest.mark.parametrize("path", SOURCES, ids=module)
def test_packages_import_one_way(path: Path) -> None:
    own = PACKAGES.index(module(path).partition(".")[0])
    against = {name for name in imports(path) if name.partition(".")[0] in PACKAGES[own + 1 :]}
    assert not against


@pytest.mark.parametrize("path", SOURCES, ids=module)
def test_each_package_leaves_some_libraries_to_another(path: Path) -> None:
    package = module(path).partition(".")[0]
    assert not {name.partition(".")[0] for name in imports(path)} & FORBIDDEN[package]


@pytest.mark.parametrize("path", SOURCES, ids=module)
def test_no_source_file_needs_the_tests(path: Path) -> None:
    assert "tests" not in {name.partition(".")[0] for name in imports(path)}


def reach(start: str) -> set[str]:
    """Return every module of ours that a module imports, directly or through others."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += ours(MODULES[name])
    return seen


@pytest.mark.parametrize("name", sorted(name for name in MODULES if layer(name) is not None))
def test_inside_embeddings_imports_go_one_way_too(name: str) -> None:
    below = layer(name) or 0
    assert not {other for other in reach(name) if (layer(other) or 0) > below}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return modules that import each other in a circle, if there are such."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_no_imports_go_round_in_a_circle() -> None:
    assert not circle({name: ours(path, types=False) for name, path in MODULES.items()})


def test_below_the_bot_not_even_types_go_round_in_a_circle() -> None:
    assert not circle({module(path): ours(path) for path in files("config", "embeddings")})


@pytest.mark.parametrize("path", files(*PACKAGES), ids=module)
def test_no_file_is_longer_than_one_can_keep_in_mind(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", SOURCES, ids=module)
def test_the_first_line_of_each_file_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    assert first.startswith('"""')
    said = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
    assert said.endswith((".", "::"))
    assert len(said.split()) >= 4


@pytest.mark.parametrize("folder", [p.parent for p in files("tests")], ids=str)
def test_every_folder_of_tests_is_a_package(folder: Path) -> None:
    assert (folder / "__init__.py").exists()
