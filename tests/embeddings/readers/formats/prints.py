"""PDF files for the tests: columns, hyphens at line ends, running heads, page numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from fpdf import FPDF

FONT = Path(mpl.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"
LEADING = 14
TOP, BOTTOM = 110, 730
HEAD, FOOT = 40, 810


def paper() -> FPDF:
    """Return a page to put lines on, measured in points."""
    made = FPDF(unit="pt", format="A4")
    made.add_font("own", "", str(FONT))
    made.add_page()
    return made


def put(on: FPDF, left: float, baseline: float, text: str, size: float) -> None:
    """Put a line on a page."""
    on.set_font("own", size=size)
    on.text(left, baseline, text)


def wrapped(text: str, width: int) -> list[str]:
    """Break a paragraph into lines; a long word that does not fit is cut, with a hyphen."""
    lines = [""]
    for word in text.split(" "):
        room = width - len(lines[-1]) - 1
        if len(word) <= room or not lines[-1]:
            lines[-1] = f"{lines[-1]} {word}".strip()
        elif len(word) > 8 and word.isalpha() and room >= 5:
            lines[-1] += f" {word[:4]}-"
            lines.append(word[4:])
        else:
            lines.append(word)
    return lines


@dataclass(frozen=True)
class Column:
    """Where text runs down a page: its left edge in points, its width in letters."""

    left: float
    width: int


ONE = (Column(60, 80),)
TWO = (Column(60, 38), Column(310, 38))
THREE = (Column(40, 25), Column(215, 25), Column(390, 25))


def pdf(
    paragraphs: Sequence[str],
    columns: Sequence[Column] = ONE,
    *,
    title: str = "",
    head: str = "",
    indent: bool = False,
    lock: str = "",
    stated: str = "",
) -> bytes:
    """Print paragraphs, in columns, on as many pages as it takes.

    Args:
        paragraphs: What runs down the columns.
        columns: The columns of every page.
        title: A headline across the first page.
        head: A running head; with it, each page has its number at the bottom.
        indent: A paragraph begins with an indented line, and not after an empty one.
        lock: The password that opens the file.
        stated: The title in the file's own properties.
    """
    paper = FPDF(format="A4", unit="pt")
    paper.set_auto_page_break(auto=False)
    paper.add_font("body", fname=FONT)
    paper.set_title(stated)
    if lock:
        paper.set_encryption(lock * 2, lock)
    column, y, page = len(columns), float(BOTTOM), 0
    for part in paragraphs:
        for number, line in enumerate(wrapped(part, columns[0].width)):
            if y + LEADING > BOTTOM:
                column, y = column + 1, float(TOP)
                if column >= len(columns):
                    column, page = 0, page + 1
                    paper.add_page()
                    _margins(paper, head, page, title)
            paper.set_font("body", size=10)
            shift = 15 if indent and number == 0 else 0
            paper.text(columns[column].left + shift, y, line)
            y += LEADING
        y += 0 if indent else LEADING
    return bytes(paper.output())


def _margins(paper: FPDF, head: str, page: int, title: str) -> None:
    paper.set_font("body", size=8)
    if head:
        paper.text(60, HEAD, f"{head} {page}" if page % 2 else f"{page} {head}")
        paper.text(290, FOOT, str(page))
    if title and page == 1:
        paper.set_font("body", size=18)
        for number, line in enumerate(wrapped(title, 44)):
            paper.text(60, 70 + 22 * number, line)


def scanned(pages: int = 1) -> bytes:
    """Print pages with a drawing and no text."""
    paper = FPDF(format="A4", unit="pt")
    for _ in range(pages):
        paper.add_page()
        paper.rect(50, 50, 400, 600)
    return bytes(paper.output())
