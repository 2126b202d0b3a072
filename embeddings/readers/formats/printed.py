"""Printed lines with their places on pages -> paragraphs in the order of reading; pure."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter
from statistics import median

from embeddings.readers.formats.hyphens import Words
from embeddings.text.boilerplate import ends_like_sentence, fold

MARGIN = 0.12
"""The share of a page's height, at its top and at its bottom, where running heads stand."""
LARGER = 1.15
"""From how many times the size of most letters a line is a heading."""
_NUMBER = re.compile(
    r"\A(?:page|p\.)?\W{0,20}(?:\d{1,4}|[ivxlc]{1,6})(?:\W{1,20}(?:\d{1,4}|(?:of|sur)\W{1,20}\d{1,4}))?\W{0,20}"
)
_DIGITS = re.compile(r"\d+")
_LEAST_SIDE = 3
_MOST_ACROSS = 0.3
_NARROWEST = 0.15
_FULL_LINES = 0.15


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line; places in points from the top left corner of its page.

    Attributes:
        text: Its words.
        page: The number of its page, from 0.
        left: Where it begins.
        right: Where it ends.
        top: Its upper edge.
        bottom: Its lower edge.
        size: The height of its letters.
        height: The height of its page.
    """

    text: str
    page: int
    left: float
    right: float
    top: float
    bottom: float
    size: float
    height: float


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some lines put together.

    Attributes:
        text: Its words, on one line, without the hyphens that a line's end made.
        page: The page it begins on.
        size: The height of its letters.
        large: Its letters are larger than most.
        heading: They are, and it does not end as a sentence does.
    """

    text: str
    page: int
    size: float
    large: bool
    heading: bool


def paragraphs_of(lines: Sequence[Line]) -> list[Paragraph]:
    """Put lines together: columns one after another, without running heads and page numbers."""
    kept = without_margins(lines)
    if not kept:
        return []
    pages = groupby(sorted(kept, key=attrgetter("page")), attrgetter("page"))
    groups = _group_lines([part for _, page in pages for part in in_order(list(page))])
    usual = usual_size(kept)
    words = Words("\n".join(line.text for line in kept))
    return [_paragraph(group, usual, words) for group in groups]


def without_margins(lines: Sequence[Line]) -> list[Line]:
    """Return the lines that are neither page numbers nor repeated at the edge of pages."""
    pages = len({line.page for line in lines})
    edge = [line for line in lines if _is_at_edge(line)]
    often = Counter(key for key, _ in {(_key(line), line.page) for line in edge})
    least = max(2, min(3, pages), pages // 4)
    return [
        line
        for line in lines
        if not _is_at_edge(line)
        or not (_NUMBER.fullmatch(line.text.strip().casefold()) or often[_key(line)] >= least)
    ]


def _is_at_edge(line: Line) -> bool:
    depth = MARGIN * line.height
    return line.bottom < depth or line.top > line.height - depth


def _key(line: Line) -> str:
    """Return a running head without its page number, and whether it is at the top."""
    place = "top" if line.top < line.height / 2 else "bottom"
    return f"{place} {fold(_DIGITS.sub(' ', line.text))}"


def in_order(lines: Sequence[Line]) -> list[list[Line]]:
    """Return a page's lines as one reads them, column by column, under what spans them."""
    gutter = _gutter(lines)
    if gutter is None:
        return [sorted(lines, key=lambda x: (round(x.top), x.left))] if lines else []
    across = sorted((x for x in lines if _side(x, gutter) == 0), key=lambda x: x.top)
    rest = [x for x in lines if _side(x, gutter) != 0]
    parts: list[list[Line]] = []
    for below in [*across, None]:
        band = [x for x in rest if below is None or x.top < below.top]
        rest = [x for x in rest if below is not None and x.top >= below.top]
        for side in (-1, 1):
            parts += in_order([x for x in band if _side(x, gutter) == side])
        parts += [[below]] if below else []
    return parts


def _gutter(lines: Sequence[Line]) -> float | None:
    """Return where a column begins that stands to the right of another, if there is one."""
    if len(lines) < 2 * _LEAST_SIDE:
        return None
    width = _width(lines)
    best: tuple[int, float] | None = None
    for place in sorted({round(x.left) - 1.0 for x in lines}):
        left = [x for x in lines if _side(x, place) == -1]
        right = [x for x in lines if _side(x, place) == 1]
        across = len(lines) - len(left) - len(right)
        if min(len(left), len(right)) < _LEAST_SIDE or across > _MOST_ACROSS * len(lines):
            continue
        if min(_width(left), _width(right)) < _NARROWEST * width or not _overlap(left, right):
            continue
        if best is None or across < best[0]:
            best = (across, place)
    return best[1] if best else None


def _side(line: Line, gutter: float) -> int:
    return -1 if line.right <= gutter else 1 if line.left >= gutter else 0


def _width(lines: Sequence[Line]) -> float:
    return max(x.right for x in lines) - min(x.left for x in lines)


def _overlap(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Say whether two sets of lines stand side by side, and not one below the other."""
    low = min(max(x.bottom for x in left), max(x.bottom for x in right))
    high = max(min(x.top for x in left), min(x.top for x in right))
    return low - high > _LEAST_SIDE * median(x.size for x in left)


def _group_lines(parts: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Put the lines of columns together into paragraphs."""
    lines = [line for part in parts for line in part]
    edges = [edge for part in parts for edge in [_edges(part)] * len(part)]
    steps = [(b.top - a.top) / a.size for a, b in pairwise(lines) if _is_below(a, b)]
    usual = median(steps) if steps else 0.0
    groups = [[lines[0]]]
    for i, (above, below) in enumerate(pairwise(lines)):
        if _begins(above, below, usual, edges[i]):
            groups.append([])
        groups[-1].append(below)
    return groups


def _edges(part: Sequence[Line]) -> tuple[float, float]:
    """Return where the lines of a column begin that are not indented, and how far they reach."""
    places = Counter(round(line.left) for line in part)
    often = [place for place, count in places.items() if count >= _FULL_LINES * len(part)]
    return min(often or places), max(line.right for line in part)


def _is_below(above: Line, below: Line) -> bool:
    near = 0 < below.top - above.top < 3 * above.size
    return near and above.page == below.page and abs(above.left - below.left) < 4 * above.size


def _begins(above: Line, below: Line, usual: float, edges: tuple[float, float]) -> bool:
    """Say whether a new paragraph begins at the line below.

    ``usual`` is from one line to the next, in heights of a letter; ``edges`` are the column's.
    """
    if max(above.size, below.size) > LARGER * min(above.size, below.size):
        return True
    closed = ends_like_sentence(above.text)
    if not _is_below(above, below):
        return closed
    if below.top - above.top > 1.35 * usual * above.size:
        return True
    left, right = edges
    indented = 0.7 * below.size < below.left - left < 0.3 * (right - left)
    short = right - above.right > 0.25 * (right - left)
    return closed and (indented or short)


def _paragraph(lines: Sequence[Line], usual: float, words: Words) -> Paragraph:
    text = lines[0].text.strip()
    for line in lines[1:]:
        text = words.join(text, line.text.strip())
    size = max(line.size for line in lines)
    large = size >= LARGER * usual
    return Paragraph(text, lines[0].page, size, large, large and not ends_like_sentence(text))


def usual_size(lines: Sequence[Line]) -> float:
    """Return the height of most letters, to half a point."""
    sizes = Counter(round(line.size * 2) / 2 for line in lines for _ in line.text)
    return sizes.most_common(1)[0][0]
