"""Joins printed lines to paragraphs in reading order, by their positions on the pages; pure.

Hyphenation is undone; hyphens at line ends that belong to compounds are kept.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from operator import attrgetter
from statistics import median

from embeddings.readers.pages.guesses import guess_language
from embeddings.text.analysis import any_of
from embeddings.text.boilerplate import ends_like_sentence, fold

MARGIN = 0.12
"""The share of a page's height, at its top and at its bottom, for running heads."""
LARGER = 1.15
"""The least size of a heading's letters, as a multiple of the usual size."""
_NUMBER = re.compile(
    r"\A(?:page|p\.)?\W{0,20}(?:\d{1,4}|[ivxlc]{1,6})(?:\W{1,20}(?:\d{1,4}|(?:of|sur)\W{1,20}\d{1,4}))?\W{0,20}"
)
_DIGITS = re.compile(r"\d+")
_LEAST_SIDE = 2  # lines of a column, and times their size that two columns overlap
_MOST_ACROSS = 0.3  # of the lines, across two columns
_NARROWEST = 0.15  # of the width of all lines, for a column
_FULL_LINES = 0.15  # of a column's lines, which begin at its left edge
_SOFT = "\u00ad"
_HYPHENS = ("-", "\u2010", _SOFT)
_WORD = re.compile(r"[\w’'-]+")
_BEFORE = re.compile(r"[\w’'-]{0,60}\w$")
_AFTER = re.compile(r"^[\w’'-]*\w")
_ELISION = re.compile(r"^\w{1,2}['’]|^qu['’]|^(?:jus|lors|puis)qu['’]", re.IGNORECASE)
_PRONOUN = re.compile(
    r"(?:il|elle|ils|elles|on|je|tu|nous|vous|ce|ci|là|moi|toi|lui|en|y|même|t)s?\b"
)
_PREFIX = re.compile(
    r"(?:^|-)(?:demi|semi|vice|ex|non|mi|mini|sous|sus|peut|celui|celle|ceux|porte|self|well|half|co)$",
    re.IGNORECASE,
)
_PLACE_NAME = re.compile(
    r"[dl][’']|by\b|(?:à|au|aux|d|de|des|du|en|et|l|la|le|les|lès|lez|sous|sur|under|upon)-"
)
_COMPOUND = re.compile(any_of("always hyphened"))
_RARELY_CLOSED = re.compile(any_of("seldom one word"))
"""English compounds that are rarely closed (one word), even if a dictionary has them so, ..."""
_LEAST_RATIO = {"prefix": 600, "out": 300, None: 50}
"""... by the least ratio of the frequencies of each half and of the closed form."""


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line; lengths are in points, positions from the top left corner of the page.

    Attributes:
        text: The line's words.
        page: The number of its page, from 0.
        left: Its left edge.
        right: Its right edge.
        top: Its upper edge.
        bottom: Its lower edge.
        size: The font size.
        height: The height of the page.
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
    """A paragraph of printed lines.

    Attributes:
        text: Its words in one line, without hyphenation.
        page: The number of the page that it begins on.
        size: The largest font size, in points.
        is_large: Whether that is larger than usual.
        is_heading: Whether it is, and the text does not end like a sentence.
    """

    text: str
    page: int
    size: float
    is_large: bool
    is_heading: bool


class Words:
    """The words that a hyphenated text may hold: those of the text itself and of its language."""

    def __init__(self, text: str) -> None:
        self._language = guess_language(text)
        self._counts = Counter(_WORD.findall(text.casefold()))

    @cached_property
    def _frequencies(self) -> Mapping[str, int]:
        """The frequencies of the language's words, some of them compounds; loaded on demand."""
        from spellchecker import SpellChecker  # takes a quarter of a second; few files need it

        return SpellChecker(self._language).word_frequency.dictionary

    def join(self, above: str, below: str) -> str:
        """Join two lines; drop a hyphen between them unless it belongs to a compound."""
        if not above.endswith(_HYPHENS) or not above[-2:-1].isalnum():
            return f"{above} {below}"
        start, end = _BEFORE.search(above[-80:-1]), _AFTER.match(below)
        capitals = start and end and start[0].isupper() and end[0].isupper() and len(start[0]) > 1
        if not (start and end and (below[0].islower() or capitals)):
            return above + below
        kept = above[-1] != _SOFT and self._keeps(start[0].casefold(), end[0].casefold(), above)
        return f"{above[:-1]}{'-' * kept}{below}"

    def _keeps(self, start: str, end: str, above: str) -> bool:
        """Say whether two parts keep their hyphen: as elsewhere in the text, or as a compound."""
        start = _ELISION.sub("", start)
        compound, closed = f"{start}-{end}", start + end
        if self._counts[compound] != self._counts[closed]:
            return self._counts[compound] > self._counts[closed]
        last, first = start.rpartition("-")[2], end.partition("-")[0]
        known = self._frequencies
        if len(start) == 1 or compound in known or _COMPOUND.fullmatch(f"{last}-{first}"):
            return True  # no word is hyphenated after one letter
        if self._language == "en" and (rare := _RARELY_CLOSED.fullmatch(f"{last}-{first}")):
            halves = (first,) if rare["prefix"] else (last, first)
            least = _LEAST_RATIO[rare.lastgroup] * known.get(last + first, 0)
            if least < min(known.get(half, 0) for half in halves):
                return True
        if last + first in known:
            return False
        if _PRONOUN.match(end) or _PREFIX.search(start) or "-" in start or _PLACE_NAME.match(end):
            return True
        is_name = above[-len(last) - 1 : -len(last)].isupper()
        return not is_name and last in known and first in known


def paragraphs_of(lines: Sequence[Line]) -> list[Paragraph]:
    """Join lines to paragraphs, column by column, without running heads and page numbers."""
    kept = without_margins(lines)
    if not kept:
        return []
    pages = groupby(sorted(kept, key=attrgetter("page")), attrgetter("page"))
    groups = _group_lines([part for _, page in pages for part in split_columns(list(page))])
    usual = usual_size(kept)
    words = Words("\n".join(line.text for line in kept))
    return [_paragraph(group, usual, words) for group in groups]


def without_margins(lines: Sequence[Line]) -> list[Line]:
    """Remove page numbers, and running heads: lines that several pages have at their edge."""
    pages = len({line.page for line in lines})
    edge = [line for line in lines if _is_at_edge(line)]
    counts = Counter(key for key, _ in {(_key(line), line.page) for line in edge})
    least = max(2, min(3, pages), pages // 4)
    return [
        line
        for line in lines
        if not _is_at_edge(line)
        or not (_NUMBER.fullmatch(line.text.strip().casefold()) or counts[_key(line)] >= least)
    ]


def _is_at_edge(line: Line) -> bool:
    depth = MARGIN * line.height
    return line.bottom < depth or line.top > line.height - depth


def _key(line: Line) -> str:
    """Return a key of a running head: its text without page numbers, at the top or bottom."""
    edge = "top" if line.top < line.height / 2 else "bottom"
    return f"{edge} {fold(_DIGITS.sub(' ', line.text))}"


def split_columns(lines: Sequence[Line]) -> list[list[Line]]:
    """Split a page's lines into columns in reading order; a line across several is one itself."""
    gutter = _find_gutter(lines)
    if gutter is None:
        return [sorted(lines, key=lambda x: (round(x.top), x.left))] if lines else []
    across = sorted((x for x in lines if _side(x, gutter) == 0), key=lambda x: x.top)
    rest = [x for x in lines if _side(x, gutter) != 0]
    parts: list[list[Line]] = []
    for below in [*across, None]:
        band = [x for x in rest if below is None or x.top < below.top]
        rest = [x for x in rest if below is not None and x.top >= below.top]
        for side in (-1, 1):
            parts += split_columns([x for x in band if _side(x, gutter) == side])
        parts += [[below]] if below else []
    return parts


def _find_gutter(lines: Sequence[Line]) -> float | None:
    """Return the position between two columns that the fewest lines cross; None without columns."""
    if len(lines) < 2 * _LEAST_SIDE:
        return None
    width = _width(lines)
    best: tuple[int, float] | None = None
    for gutter in sorted({round(x.left) - 1.0 for x in lines}):
        left = [x for x in lines if _side(x, gutter) == -1]
        right = [x for x in lines if _side(x, gutter) == 1]
        across = len(lines) - len(left) - len(right)
        if min(len(left), len(right)) < _LEAST_SIDE or across > _MOST_ACROSS * len(lines):
            continue
        if min(_width(left), _width(right)) < _NARROWEST * width or not _overlap(left, right):
            continue
        if best is None or across < best[0]:
            best = (across, gutter)
    return best[1] if best else None


def _side(line: Line, gutter: float) -> int:
    """Return -1 for a line left of a gutter, 1 right of it, 0 across it."""
    return -1 if line.right <= gutter else 1 if line.left >= gutter else 0


def _width(lines: Sequence[Line]) -> float:
    return max(x.right for x in lines) - min(x.left for x in lines)


def _overlap(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Say whether two sets of lines are side by side, not one below the other."""
    bottom = min(max(x.bottom for x in left), max(x.bottom for x in right))
    top = max(min(x.top for x in left), min(x.top for x in right))
    return bottom - top > _LEAST_SIDE * median(x.size for x in left)


def _group_lines(columns: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Group the lines of columns by paragraph."""
    lines = [line for column in columns for line in column]
    edges = [edge for column in columns for edge in [_edges(column)] * len(column)]
    spacings = [(b.top - a.top) / a.size for a, b in pairwise(lines) if _is_below(a, b)]
    usual = median(spacings) if spacings else 0.0
    groups = [[lines[0]]]
    for i, (above, below) in enumerate(pairwise(lines)):
        if _begins_paragraph(above, below, usual, edges[i]):
            groups.append([])
        groups[-1].append(below)
    return groups


def _edges(column: Sequence[Line]) -> tuple[float, float]:
    """Return the left edge of a column's lines without indent, and the right edge of all."""
    counts = Counter(round(line.left) for line in column)
    frequent = [left for left, count in counts.items() if count >= _FULL_LINES * len(column)]
    return min(frequent or counts), max(line.right for line in column)


def _is_below(above: Line, below: Line) -> bool:
    near = 0 < below.top - above.top < 3 * above.size
    return near and above.page == below.page and abs(above.left - below.left) < 4 * above.size


def _begins_paragraph(above: Line, below: Line, usual: float, edges: tuple[float, float]) -> bool:
    """Say whether a new paragraph begins at the line below.

    ``usual`` is the usual line spacing in multiples of the size; ``edges`` are the column's.
    """
    if max(above.size, below.size) > LARGER * min(above.size, below.size):
        return True
    is_sentence, (left, right) = ends_like_sentence(above.text), edges
    is_short = right - above.right > 0.25 * (right - left)
    if not _is_below(above, below):
        return is_sentence or (is_short and above.top < below.top)
    if below.top - above.top > 1.35 * usual * above.size:
        return True
    is_indented = 0.7 * below.size < below.left - left < 0.3 * (right - left)
    return is_sentence and (is_indented or is_short)


def _paragraph(lines: Sequence[Line], usual: float, words: Words) -> Paragraph:
    text = lines[0].text.strip()
    for line in lines[1:]:
        text = words.join(text, line.text.strip())
    size = max(line.size for line in lines)
    is_large = size >= LARGER * usual
    return Paragraph(text, lines[0].page, size, is_large, is_large and not ends_like_sentence(text))


def usual_size(lines: Sequence[Line]) -> float:
    """Return the font size of most characters, in points, rounded to half a point."""
    sizes = Counter(round(line.size * 2) / 2 for line in lines for _ in line.text)
    return sizes.most_common(1)[0][0]
