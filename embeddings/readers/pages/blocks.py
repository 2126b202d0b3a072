"""A parsed page -> its blocks of text as a browser shows them, in order; nothing is chosen yet."""

import re
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, NamedTuple

from embeddings.readers.pages import elements, tables
from embeddings.text.boilerplate import LONG_CHARACTERS, is_furniture
from embeddings.types import BREAK

SHORTEST_OPENING = 40
"""The fewest characters of what can be a standfirst."""
SAID = "— "
"""What is put before a post that would pass for a heading: it is what somebody said."""
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_QUOTES = {"fr": ("«", "»"), "de": ("„", "“"), "es": ("«", "»"), "it": ("«", "»")}
_OTHER_QUOTES = ("“", "”")
_UNPRINTED = re.compile(
    r"[\0-\x08\v\x0e-\x1f\x7f\xad\u034f\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_LINE = re.compile(rf"[ {BREAK}]{{0,2}}\n[ {BREAK}]{{0,2}}")
_BROKEN = re.compile(rf" ?{BREAK}[ {BREAK}]*")
_SPACES = re.compile(r" {2,}")
_EMPTY_LINES = re.compile(r"\n{2,}")
_CREDIT = re.compile(r"^(?:(?:photo|crédit)s?\s?[:©]|©)[^\n]{0,100}$", re.IGNORECASE | re.MULTILINE)


class Kind(Enum):
    """What a block is in its page."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    ROW = "row"
    POST = "post"
    STANDFIRST = "standfirst"


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines that stand together.

    Attributes:
        text: Its words as shown, one line for each that the author broke.
        kind: What it is.
        mark: What stands before it: before a list item, the dash or the number of a browser.
        own: A number for its element.
        around: The number of the innermost element that says it is no part of the story; else 0.
        linked: The share of its characters, blanks apart, that are links, in [0, 1].
    """

    text: str
    kind: Kind
    mark: str
    own: int
    around: int
    linked: float


@dataclass(slots=True)
class Page:
    """The blocks of a page and the elements that they stand in.

    Attributes:
        blocks: All of them, in order.
        parents: Element's number -> that of the one it stands in; the first stands in itself.
        shapes: Element's number -> one for the names and classes of it and of those around it.
        asides: Number of an element that is no part of a story, as a rule -> (the number of the
            next one around it, or 0, and its name).
    """

    blocks: list[Block] = field(default_factory=list)
    parents: list[int] = field(default_factory=lambda: [0])
    shapes: list[int] = field(default_factory=lambda: [0])
    asides: dict[int, tuple[int, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """What the elements around a text say of it; ``own`` is the number of the innermost block."""

    kind: Kind = Kind.PARAGRAPH
    own: int = 0
    around: int = 0
    linked: bool = False
    exact: bool = False
    control: bool = False
    opens: bool = False
    language: str = ""


class _Piece(NamedTuple):
    text: str
    linked: bool
    control: bool


def page_of(root: Any) -> Page:
    """Return the blocks of a page.

    Args:
        root: The ``lxml`` element of the page, without comments.
    """
    walk = _Walk()
    walk.through(root)
    return walk.page


def words_of(element: Any) -> tuple[str, float]:
    """Return the words of an element in one line, and the share of them that are links."""
    blocks = page_of(element).blocks
    text = " ".join(block.text.replace("\n", " ") for block in blocks).replace(BREAK, "")
    linked = sum(_inked(b.text) * b.linked for b in blocks)
    return text, linked / max(1, _inked(text))


class _Walk:
    """A walk through a page, with the text since the last block ended."""

    def __init__(self) -> None:
        self.page = Page()
        self._pieces: list[_Piece] = []
        self._has_words, self._mark = False, ""
        self._numbers: dict[int, elements.Numbers] = {}

    def through(self, root: Any) -> None:
        """Gather the blocks; without recursion, so that depth costs nothing."""
        from lxml import etree  # as in parse_page

        around = [(_Place(), False)]
        steps = etree.iterwalk(root, events=("start", "end"))
        for event, element in steps:
            if isinstance(element.tag, str) and elements.breaks_search(element):
                self._pieces.append(_Piece(BREAK, around[-1][0].linked, control=True))
            if event == "start":
                if not self._enter(element, around, is_root=element is root):
                    steps.skip_subtree()
                continue
            inside, is_block = around.pop()
            if is_block:
                self._end(inside)
            elif element.tag == "q":
                self._add(_quotation_marks(inside.language)[1], inside)
            if element is not root:
                self._add(element.tail, around[-1][0])

    def _enter(self, element: Any, around: list[tuple[_Place, bool]], *, is_root: bool) -> bool:
        """Take what stands first in an element; say whether there is more to take."""
        outside = inside = around[-1][0]
        is_unseen = elements.is_unseen(element)
        begins = is_root or elements.begins_line(element, is_first=not self._has_words)
        is_block = begins and not is_unseen
        if is_block:
            self._end(outside)
            inside = self._inside(element, outside)
        elif not is_unseen:
            inside = _within(element, outside)
        around.append((inside, is_block))
        if is_unseen or (not is_root and self._take_whole(element, inside)):
            return False
        if element.tag == "br":
            self._pieces.append(_Piece("\n", linked=False, control=False))
        if element.tag == "q":
            self._add(_quotation_marks(inside.language)[0], inside)
        self._add(element.text, inside)
        return True

    def _inside(self, element: Any, outside: _Place) -> _Place:
        """Return the place within a block."""
        number = len(self.page.parents)
        self.page.parents.append(outside.own)
        shape = (self.page.shapes[outside.own], element.tag, element.get("class"))
        self.page.shapes.append(hash(shape))
        kind = outside.kind
        if element.tag in elements.HEADINGS:
            kind = Kind.HEADING
        elif element.tag == "li":
            kind = Kind.ITEM
            self._number(element, outside.own)
        elif elements.wraps_post(element):
            kind = Kind.POST
        around, name = outside.around, elements.aside_name(element)
        if name:
            self.page.asides[number], around = (around, name), number
        return replace(
            _within(element, outside),
            kind=kind,
            own=number,
            around=around,
            exact=outside.exact or element.tag == "pre",
            opens=outside.opens or elements.opens_story(element),
        )

    def _number(self, item: Any, own: int) -> None:
        """Keep what stands before an item of the list of that number."""
        if own not in self._numbers:
            self._numbers[own] = elements.Numbers(item.getparent())
        self._mark = self._numbers[own].mark(item)

    def _take_whole(self, element: Any, inside: _Place) -> bool:
        """Take a table of data, or a post of a network, as what it is; say whether it was one."""
        if elements.table_part(element) == "table":
            rows = tables.read_rows(element, words_of)
            for text, linked in rows:
                self._put(text, replace(inside, kind=Kind.ROW), linked)
            return bool(rows)
        if elements.is_post(element):
            text = " ".join(b.text.replace("\n", " ") for b in page_of(element).blocks)
            mark = SAID if is_furniture(text, "") else ""
            self._put(text, replace(inside, kind=Kind.POST), 0.0, mark)
            return True
        return False

    def _put(self, text: str, place: _Place, linked: float, mark: str = "") -> None:
        if text.strip():
            block = Block(text, place.kind, mark, place.own, place.around, linked)
            self.page.blocks.append(block)

    def _add(self, text: str | None, place: _Place) -> None:
        if text:
            shown = _UNPRINTED.sub("", text)
            shown = shown if place.exact else _BLANKS.sub(" ", shown)
            self._pieces.append(_Piece(shown, place.linked, place.control))
            self._has_words = self._has_words or not shown.isspace()

    def _end(self, place: _Place) -> None:
        """Put what has come together, in as many blocks as empty lines divide it into."""
        pieces, self._pieces, self._has_words = self._pieces, [], False
        inked = sum(_inked(piece.text) for piece in pieces)
        if not inked or all(p.control or not p.text.strip() for p in pieces):
            return
        share = sum(_inked(piece.text) for piece in pieces if piece.linked) / inked
        text = "".join(piece.text for piece in pieces)
        shown = _BROKEN.sub(lambda run: " " * (" " in run[0]) + BREAK, text)
        lines = _LINE.sub("\n", _SPACES.sub(" ", shown))
        apart = _CREDIT.sub(r"\n\g<0>\n", lines.strip(f" \n{BREAK}"))
        for part in filter(str.strip, _EMPTY_LINES.split(apart.strip("\n"))):
            mark, self._mark = (self._mark, "") if place.kind is Kind.ITEM else ("", "")
            self._put(part, _as_said(part, place), share, mark)


def _quotation_marks(language: str) -> tuple[str, str]:
    """Return the marks that a browser shows around a ``q`` in a language."""
    return _QUOTES.get(language[:2].lower(), _OTHER_QUOTES)


def _within(element: Any, outside: _Place) -> _Place:
    """Return the place within an element that begins no line."""
    language = element.get("lang") or outside.language
    if element.tag not in ("a", "button") and language == outside.language:
        return outside
    return replace(
        outside,
        linked=outside.linked or element.tag == "a",
        control=outside.control or element.tag == "button",
        language=language,
    )


def _as_said(text: str, place: _Place) -> _Place:
    """Take a heading of whole sentences, or what the page names so, for the standfirst it is."""
    is_long = len(text) >= LONG_CHARACTERS and text.endswith((".", "…", "»", "”"))
    told = place.opens or (place.kind is Kind.HEADING and is_long)
    told = told and place.kind in (Kind.HEADING, Kind.PARAGRAPH) and len(text) >= SHORTEST_OPENING
    return replace(place, kind=Kind.STANDFIRST) if told else place


def _inked(text: str) -> int:
    """Count the characters that are not blank."""
    return sum(map(len, text.split()))
