"""Splits a parsed page into blocks of text as a browser shows them, in order; selects none."""

import re
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, NamedTuple

from lxml import etree

from embeddings.readers.pages import elements, tables
from embeddings.text.boilerplate import LONG_CHARACTERS, is_boilerplate
from embeddings.types import BREAK

POST_MARKER = "— "
"""Prefix of a social-media post that would otherwise be taken for a heading or a notice."""
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_QUOTES = {"fr": ("«", "»"), "de": ("„", "“"), "es": ("«", "»"), "it": ("«", "»")}
_OTHER_QUOTES = ("“", "”")
_INVISIBLE = re.compile(
    r"[\0-\x08\v\x0e-\x1f\x7f\xad\u034f\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_LINE_BREAK = re.compile(rf"[ {BREAK}]{{0,2}}\n[ {BREAK}]{{0,2}}")
_SEARCH_BREAK = re.compile(rf" ?{BREAK}[ {BREAK}]*")
_SPACES = re.compile(r" {2,}")
_EMPTY_LINES = re.compile(r"\n{2,}")
_CREDIT = re.compile(r"^(?:(?:photo|crédit)s?\s?[:©]|©)[^\n]{0,100}$", re.IGNORECASE | re.MULTILINE)


class Kind(Enum):
    """The role of a block in its page."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    ROW = "row"
    POST = "post"
    STANDFIRST = "standfirst"


@dataclass(frozen=True, slots=True)
class Block:
    """A block of text: the lines that a browser shows together.

    Attributes:
        text: The words as shown, with a line break for each ``br``.
        kind: The block's role.
        marker: The text to put before it: a list item's dash or number, a post's POST_MARKER.
        element: The number of the block's element.
        aside: The number of the innermost element around it that marks it as an aside; else 0.
        link_share: The share of its non-blank characters that are link text, in [0, 1].
    """

    text: str
    kind: Kind
    marker: str
    element: int
    aside: int
    link_share: float


@dataclass(slots=True)
class Page:
    """The blocks of a page, and the block elements that contain them, numbered from 1.

    Attributes:
        blocks: All blocks, in order.
        parents: Element's number -> its parent's number; 0, outside all elements, is its own.
        shapes: Element's number -> hash of the tags and classes of the element and its ancestors.
        asides: Number of an aside (an element that is, as a rule, no part of a story) -> the
            number of the next aside around it, or 0, and the name that marks it as one.
    """

    blocks: list[Block] = field(default_factory=list)
    parents: list[int] = field(default_factory=lambda: [0])
    shapes: list[int] = field(default_factory=lambda: [0])
    asides: dict[int, tuple[int, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Context:
    """The properties that a text inherits from the elements around it."""

    kind: Kind = Kind.PARAGRAPH
    element: int = 0  # the innermost one that begins a line
    aside: int = 0
    is_link: bool = False
    is_exact: bool = False  # keeps all spaces, as in ``pre``
    is_button: bool = False
    is_standfirst: bool = False  # by the name of an element
    language: str = ""


class _Piece(NamedTuple):
    text: str
    is_link: bool
    is_control: bool  # a button's text, or BREAK


def page_of(root: Any) -> Page:
    """Split a page into blocks; ``root`` is its ``lxml`` element, without comments."""
    walk = _Walk()
    walk.through(root)
    return walk.page


def words_of(element: Any) -> tuple[str, float]:
    """Return an element's words in one line, and the share of their characters in links."""
    blocks = page_of(element).blocks
    text = " ".join(block.text.replace("\n", " ") for block in blocks).replace(BREAK, "")
    linked = sum(_count_nonblank(b.text) * b.link_share for b in blocks)
    return text, linked / max(1, _count_nonblank(text))


class _Walk:
    """A walk through a page that collects the pieces of the present block."""

    def __init__(self) -> None:
        self.page = Page()
        self._pieces: list[_Piece] = []
        self._has_words, self._marker = False, ""
        self._markers: dict[Any, str] = {}

    def through(self, root: Any) -> None:
        """Collect the blocks, without recursion, so that deep nesting overflows no stack."""
        stack = [(_Context(), False)]
        steps = etree.iterwalk(root, events=("start", "end"))
        for event, element in steps:
            if isinstance(element.tag, str) and elements.breaks_search(element):
                self._pieces.append(_Piece(BREAK, stack[-1][0].is_link, is_control=True))
            if event == "start":
                if not self._enter(element, stack, is_root=element is root):
                    steps.skip_subtree()
                continue
            inside, is_block = stack.pop()
            if is_block:
                self._end_block(inside)
            elif element.tag == "q":
                self._add(_quotation_marks(inside.language)[1], inside)
            if element is not root:
                self._add(element.tail, stack[-1][0])

    def _enter(self, element: Any, stack: list[tuple[_Context, bool]], *, is_root: bool) -> bool:
        """Add an element's context and first text; say whether to walk through its children."""
        outside = inside = stack[-1][0]
        is_hidden = elements.is_hidden(element)
        begins = is_root or elements.begins_line(element, is_first=not self._has_words)
        is_block = begins and not is_hidden
        if is_block:
            self._end_block(outside)
            inside = self._in_block(element, outside)
        elif not is_hidden:
            inside = _in_line(element, outside)
        stack.append((inside, is_block))
        if is_hidden or (not is_root and self._put_whole(element, inside)):
            return False
        if element.tag == "br":
            self._pieces.append(_Piece("\n", is_link=False, is_control=False))
        if element.tag == "q":
            self._add(_quotation_marks(inside.language)[0], inside)
        self._add(element.text, inside)
        return True

    def _in_block(self, element: Any, outside: _Context) -> _Context:
        """Number a block element and return the context of the text within it."""
        number = len(self.page.parents)
        self.page.parents.append(outside.element)
        shape = (self.page.shapes[outside.element], element.tag, element.get("class"))
        self.page.shapes.append(hash(shape))
        kind = outside.kind
        if element.tag in elements.HEADINGS:
            kind = Kind.HEADING
        elif element.tag == "li":
            kind = Kind.ITEM
            if element not in self._markers:
                self._markers |= elements.number_items(element.getparent())
            self._marker = self._markers[element]
        elif elements.wraps_post(element):
            kind = Kind.POST
        aside, name = outside.aside, elements.aside_name(element)
        if name:
            self.page.asides[number], aside = (aside, name), number
        return replace(
            _in_line(element, outside),
            kind=kind,
            element=number,
            aside=aside,
            is_exact=outside.is_exact or element.tag == "pre",
            is_standfirst=outside.is_standfirst or elements.is_standfirst(element),
        )

    def _put_whole(self, element: Any, inside: _Context) -> bool:
        """Put the rows of a data table or a social-media post; False for any other element."""
        if element.tag == "table":
            rows = tables.read_rows(element, words_of)
            for text, link_share in rows:
                self._put(text, replace(inside, kind=Kind.ROW), link_share)
            return bool(rows)
        if elements.is_post(element):
            text = " ".join(b.text.replace("\n", " ") for b in page_of(element).blocks)
            marker = POST_MARKER if is_boilerplate(text, "") else ""
            self._put(text, replace(inside, kind=Kind.POST), 0.0, marker)
            return True
        return False

    def _put(self, text: str, context: _Context, link_share: float, marker: str = "") -> None:
        if text.strip():
            block = Block(text, context.kind, marker, context.element, context.aside, link_share)
            self.page.blocks.append(block)

    def _add(self, text: str | None, context: _Context) -> None:
        if text:
            shown = _INVISIBLE.sub("", text)
            shown = shown if context.is_exact else _BLANKS.sub(" ", shown)
            self._pieces.append(_Piece(shown, context.is_link, context.is_button))
            self._has_words = self._has_words or not shown.isspace()

    def _end_block(self, context: _Context) -> None:
        """Put the pieces since the last block, split into blocks at empty lines and credits."""
        pieces, self._pieces, self._has_words = self._pieces, [], False
        total = sum(_count_nonblank(piece.text) for piece in pieces)
        if not total or all(p.is_control or not p.text.strip() for p in pieces):
            return
        share = sum(_count_nonblank(piece.text) for piece in pieces if piece.is_link) / total
        text = "".join(piece.text for piece in pieces)
        shown = _SEARCH_BREAK.sub(lambda run: " " * (" " in run[0]) + BREAK, text)
        lines = _LINE_BREAK.sub("\n", _SPACES.sub(" ", shown))
        divided = _CREDIT.sub(r"\n\g<0>\n", lines.strip(f" \n{BREAK}"))
        for part in filter(str.strip, _EMPTY_LINES.split(divided.strip("\n"))):
            marker, self._marker = (self._marker, "") if context.kind is Kind.ITEM else ("", "")
            self._put(part, _mark_standfirst(part, context), share, marker)


def _quotation_marks(language: str) -> tuple[str, str]:
    """Return the quotation marks that a browser shows around a ``q`` in a language."""
    return _QUOTES.get(language[:2].lower(), _OTHER_QUOTES)


def _in_line(element: Any, outside: _Context) -> _Context:
    """Return the context of the text within an inline element."""
    language = element.get("lang") or outside.language
    if element.tag not in ("a", "button") and language == outside.language:
        return outside
    return replace(
        outside,
        is_link=outside.is_link or element.tag == "a",
        is_button=outside.is_button or element.tag == "button",
        language=language,
    )


def _mark_standfirst(text: str, context: _Context) -> _Context:
    """Make the kind STANDFIRST if the page names the text so, or it is a heading of sentences."""
    can_be = context.kind in (Kind.HEADING, Kind.PARAGRAPH)
    is_long = len(text) >= LONG_CHARACTERS and text.endswith((".", "…", "»", "”"))
    is_one = context.is_standfirst or (context.kind is Kind.HEADING and is_long)
    return replace(context, kind=Kind.STANDFIRST) if can_be and is_one else context


def _count_nonblank(text: str) -> int:
    """Count the characters of a text that are not blank."""
    return sum(map(len, text.split()))
