"""A table of data -> one line a row, in which the heads are repeated; other tables are layout."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from embeddings.readers.pages import elements

LONGEST_CELL = 200
"""The most characters of a cell; a longer one holds paragraphs, and its table sets them out."""
MOST_COLUMNS = 40
"""The most columns of a table that can be read as lines."""
_STRUCTURE = frozenset(("ul", "ol", "article", "section", "h1", "h2", "form", "blockquote"))
_LONGEST_SPAN = 4
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")


class _Cell(NamedTuple):
    text: str
    linked: float
    is_head: bool


def read_rows(table: Any, words_of: Callable[[Any], tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the rows of a table of data.

    Args:
        table: Its ``lxml`` element.
        words_of: An element -> its words in one line, and the share of them that are links.

    Returns:
        A line a row and the share of it that is links; nothing when the table is a layout.
    """
    grid = _grid(table, words_of)
    if len(grid) <= 1 or not 1 < max(map(len, grid)) <= MOST_COLUMNS:
        return []
    if any(len(cell.text) > LONGEST_CELL for row in grid for cell in row):
        return []
    heads, body = _split(grid)
    lines = [_line(row, heads) for row in body]
    shares = [sum(cell.linked for cell in row) / len(row) for row in body]
    caption = table.find("caption")
    top = [words_of(caption)] if caption is not None else []
    return [*top, *zip(lines, shares, strict=True)]


def _grid(table: Any, words_of: Callable[[Any], tuple[str, float]]) -> list[list[_Cell]]:
    """Return the cells row by row, one that spans several columns or rows in each of them."""
    parts = {each: elements.table_part(each) for each in table.iterdescendants()}
    if any(each.tag in _STRUCTURE or part == "table" for each, part in parts.items()):
        return []
    grid: list[list[_Cell]] = []
    hanging: dict[int, tuple[int, _Cell]] = {}
    for tr in (each for each, part in parts.items() if part == "row"):
        row: list[_Cell] = []
        for td in (child for child in tr if parts[child] in ("cell", "head")):
            _hang(row, hanging)
            cell = _Cell(*words_of(td), parts[td] == "head")
            columns, deep = _span(td, "colspan"), _span(td, "rowspan")
            for _ in range(columns):
                if deep > 1:
                    hanging[len(row)] = (deep - 1, cell)
                row.append(cell)
        _hang(row, hanging)
        if len(row) > MOST_COLUMNS:
            return []
        if any(cell.text for cell in row):
            grid.append(row)
    return grid


def _hang(row: list[_Cell], hanging: dict[int, tuple[int, _Cell]]) -> None:
    """Add the cells that reach down into a row at its present end."""
    while len(row) in hanging:
        left, cell = hanging.pop(len(row))
        if left > 1:
            hanging[len(row)] = (left - 1, cell)
        row.append(cell)


def _span(cell: Any, name: str) -> int:
    stated = cell.get(name, "1").strip()[:_LONGEST_SPAN]
    return max(1, min(int(stated), MOST_COLUMNS)) if stated.isdecimal() else 1


def _split(grid: Sequence[list[_Cell]]) -> tuple[list[_Cell], Sequence[list[_Cell]]]:
    """Return the heads of the columns, if there are any, and the other rows."""
    first, rest = grid[0], grid[1:]
    heads = [cell for cell in first if cell.text]
    if all(cell.is_head for cell in heads) and not all(c.is_head for row in rest for c in row):
        return first, [row for row in rest if row != first]
    numbered = all(any(_DIGIT.search(cell.text) for cell in row[1:]) for row in rest)
    if numbered and not any(cell.is_head or _DIGIT.search(cell.text) for cell in first):
        return first, rest
    return [], grid


def _line(row: Sequence[_Cell], heads: Sequence[_Cell]) -> str:
    """Return a row as a line: "Sablé : 1 204 voix", or "Sablé : Roche 1 204 ; Morin 998"."""
    name, values = row[0].text, []
    for place, cell in enumerate(row[1:], 1):
        if not cell.text or cell is row[place - 1]:
            continue
        head = heads[place].text if place < len(heads) else ""
        values.append(_value(cell.text, head, alone=not row[2:]))
    return " : ".join(filter(None, (name, " ; ".join(values))))


def _value(text: str, head: str, *, alone: bool) -> str:
    """Return a value with its head before it; a bare number has a unit after it."""
    if alone:
        unit = head[:1].lower() + head[1:] if head[1:].islower() else head
        return text if not unit or _LETTER.search(text) else f"{text} {unit}"
    return f"{head} {text}".strip()
