"""Turns a data table into one line per row, with the column headers repeated; skips layouts."""

import re
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

LONGEST_CELL = 200
"""The most characters in a cell; a table with a longer cell lays out paragraphs."""
MOST_COLUMNS = 40
"""The most columns of a table that can be read as lines."""
_LAYOUT_ELEMENTS = (
    "ul", "ol", "article", "section", "h1", "h2", "form", "blockquote", "table",
)  # fmt: skip
_LONGEST_SPAN = 4
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")


class _Cell(NamedTuple):
    text: str
    link_share: float
    is_header: bool


def read_rows(table: Any, words_of: Callable[[Any], tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the rows of a data table as lines of text.

    Args:
        table: The table's ``lxml`` element.
        words_of: Returns an element's words in one line, and their share of link text.

    Returns:
        A line and its share of link text in [0, 1] for each row; empty for a layout table.
    """
    grid = _grid(table, words_of)
    if len(grid) <= 1 or not 1 < max(map(len, grid)) <= MOST_COLUMNS:
        return []
    if any(len(cell.text) > LONGEST_CELL for row in grid for cell in row):
        return []
    header, body = _split(grid)
    lines = [_line(row, header) for row in body]
    shares = [sum(cell.link_share for cell in row) / len(row) for row in body]
    caption = table.find("caption")
    title = [words_of(caption)] if caption is not None else []
    return [*title, *zip(lines, shares, strict=True)]


def _grid(table: Any, words_of: Callable[[Any], tuple[str, float]]) -> list[list[_Cell]]:
    """Return the cells by row, spanning cells repeated; empty if a cell holds a table or blocks."""
    if next(table.iterdescendants(*_LAYOUT_ELEMENTS), None) is not None:
        return []
    grid: list[list[_Cell]] = []
    spanning: dict[int, tuple[int, _Cell]] = {}  # column -> how many rows a cell still spans
    for tr in table.iter("tr"):
        row: list[_Cell] = []
        for td in tr.iterchildren("td", "th"):
            _add_spanning(row, spanning)
            cell = _Cell(*words_of(td), td.tag == "th")
            columns, rows = _span(td, "colspan"), _span(td, "rowspan")
            for _ in range(columns):
                if rows > 1:
                    spanning[len(row)] = (rows - 1, cell)
                row.append(cell)
        _add_spanning(row, spanning)
        if len(row) > MOST_COLUMNS:
            return []
        if any(cell.text for cell in row):
            grid.append(row)
    return grid


def _add_spanning(row: list[_Cell], spanning: dict[int, tuple[int, _Cell]]) -> None:
    """Append to a row the cells of rows above that span into its next columns."""
    while len(row) in spanning:
        rows, cell = spanning.pop(len(row))
        if rows > 1:
            spanning[len(row)] = (rows - 1, cell)
        row.append(cell)


def _span(cell: Any, name: str) -> int:
    value = cell.get(name, "1").strip()[:_LONGEST_SPAN]
    return max(1, min(int(value), MOST_COLUMNS)) if value.isdecimal() else 1


def _split(grid: Sequence[list[_Cell]]) -> tuple[list[_Cell], Sequence[list[_Cell]]]:
    """Split off the header (rows of ``th``, one-cell titles apart, or the one without digits)."""
    first, rest = grid[0], grid[1:]
    heads = [*takewhile(lambda row: all(cell.is_header for cell in row if cell.text), grid)]
    if heads and len(heads) < len(grid):
        titles = [row for row in heads if len({*row}) == 1]
        rows = [*titles, *(row for row in grid[len(heads) :] if row not in heads)]
        heads = [row for row in heads if row not in titles]
        columns = ([row[i].text for row in heads if row[i:]] for i in range(MOST_COLUMNS))
        return [
            _Cell(" ".join(dict.fromkeys(c)).strip(), 0.0, is_header=True) for c in columns
        ], rows
    numeric = all(any(_DIGIT.search(cell.text) for cell in row[1:]) for row in rest)
    if numeric and not any(cell.is_header or _DIGIT.search(cell.text) for cell in first):
        return first, rest
    return [], grid


def _line(row: Sequence[_Cell], header: Sequence[_Cell]) -> str:
    """Return a row as a line: "Sablé : 1 204 voix", or "Sablé : Roche 1 204 ; Morin 998"."""
    name, values = row[0].text, []
    for column, cell in enumerate(row[1:], 1):
        if not cell.text or cell is row[column - 1]:
            continue
        label = header[column].text if column < len(header) else ""
        values.append(_value(cell.text, label, is_only=not row[2:]))
    return " : ".join(filter(None, (name, " ; ".join(values))))


def _value(text: str, label: str, *, is_only: bool) -> str:
    """Return a value after its column's label; after a row's only number the label is its unit."""
    if is_only:
        unit = label[:1].lower() + label[1:] if label[1:].islower() else label
        return text if not unit or _LETTER.search(text) else f"{text} {unit}"
    return f"{label} {text}".strip()
