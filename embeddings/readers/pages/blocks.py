"""A parsed page -> its blocks of text as a browser shows them, in order; nothing is chosen yet."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_UNSEEN = _set(
    "head script style noscript template nav footer form button select textarea input iframe svg "
    "math video audio canvas object figcaption aside dialog menu map",
)
"""Elements whose words are no part of a story, or are not shown."""

_INLINE = _set(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp "
    "small span strike strong sub sup time tt u var wbr ruby rb rt rp nobr",
)
_HEADINGS = _set("h1 h2 h3 h4 h5 h6")
_NO_DISPLAY = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_AROUND = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|newsletters?|sign-?up|subscribe|share|sharing|social|"
    r"sharedaddy|related|relatedposts|recommended|recommendations|most-read|popular|comments?|"
    r"promo|ads?|advert|advertisement|sponsored|video|player|tweet|instagram|tiktok|embed|"
    r"breadcrumbs?|pull-?quote|caption|credits?|read-(?:also|more)|lire-aussi|outbrain|taboola|"
    r"teaser|toolbar|tags)(?=$|[\s_-])",
    re.IGNORECASE,
)
"""Names of classes and ids that say that something stands around a story."""

_BLANKS = re.compile(r"[ \t\n\r\f]+")
_UNPRINTED = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\u00ad]")
_LINE = re.compile(r" *\n *")
_SPACES = re.compile(r" {2,}")
_EMPTY_LINES = re.compile(r"\n{2,}")


class Kind(Enum):
    """What a block is in its page."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines that stand together.

    Attributes:
        text: Its words as shown, one line for each that the author broke.
        kind: What it is.
        mark: What a browser puts before a list item: a dash or a number; else nothing.
        parent: A number for the element that its own element stands in.
        around: A number for the outermost element that says it is no part of the story; else 0.
        linked: The share of its characters, blanks apart, that are links, in [0, 1].
    """

    text: str
    kind: Kind
    mark: str
    parent: int
    around: int
    linked: float


@dataclass(frozen=True, slots=True)
class _Place:
    """What the elements around a text say of it; ``own`` is the number of the innermost block."""

    kind: Kind = Kind.PARAGRAPH
    parent: int = 0
    own: int = 0
    around: int = 0
    linked: bool = False
    exact: bool = False


class _Step(NamedTuple):
    """An element to enter; or, with what it is inside, to leave."""

    element: Any
    outside: _Place
    inside: _Place | None = None


def blocks(root: Any) -> list[Block]:
    """Return the blocks of a page.

    Args:
        root: The ``lxml`` element of the page, without comments.
    """
    return list(_Walk().through(root))


class _Walk:
    """A walk through a page, with the text since the last block ended."""

    def __init__(self) -> None:
        self._pieces: list[tuple[str, bool]] = []
        self._mark = ""
        self._items: Counter[int] = Counter()
        self._count = 0

    def through(self, root: Any) -> Iterator[Block]:
        """Yield the blocks; without recursion, so that depth costs nothing."""
        ahead = [_Step(root, _Place())]
        while ahead:
            step = ahead.pop()
            tag = step.element.tag if isinstance(step.element.tag, str) else ""
            if step.inside is None:
                yield from self._enter(step, tag, ahead)
                continue
            if not _is_inline(tag):
                yield from self._end(step.inside)
            if step.element is not root:
                self._add(step.element.tail, step.outside)

    def _enter(self, step: _Step, tag: str, ahead: list[_Step]) -> Iterator[Block]:
        if not _is_inline(tag):
            yield from self._end(step.outside)
        if tag == "br":
            self._pieces.append(("\n", False))
        inside = self._inside(step, tag)
        ahead.append(_Step(step.element, step.outside, inside))
        if tag and not _is_unseen(step.element, tag):
            self._add(step.element.text, inside)
            ahead.extend(_Step(child, inside) for child in reversed(step.element))

    def _inside(self, step: _Step, tag: str) -> _Place:
        """Return the place within an element."""
        element, outside = step.element, step.outside
        if _is_inline(tag):
            return replace(outside, linked=True) if tag == "a" else outside
        self._count += 1
        kind = outside.kind
        if tag in _HEADINGS:
            kind = Kind.HEADING
        elif tag == "li":
            kind = Kind.ITEM
            self._items[outside.own] += 1
            parent = element.getparent()
            numbered = parent is not None and parent.tag == "ol"
            self._mark = f"{self._items[outside.own]}. " if numbered else "- "
        around = outside.around or (self._count if _AROUND.search(_names(element, tag)) else 0)
        exact = outside.exact or tag == "pre"
        return _Place(kind, outside.own, self._count, around, outside.linked, exact)

    def _add(self, text: str | None, place: _Place) -> None:
        if text:
            shown = _UNPRINTED.sub("", text)
            self._pieces.append((shown if place.exact else _BLANKS.sub(" ", shown), place.linked))

    def _end(self, place: _Place) -> Iterator[Block]:
        """Yield what has come together, in as many blocks as empty lines divide it into."""
        text = "".join(piece for piece, _ in self._pieces)
        linked = sum(_inked(piece) for piece, is_link in self._pieces if is_link)
        share = linked / max(1, _inked(text))
        self._pieces.clear()
        lines = _LINE.sub("\n", _SPACES.sub(" ", text)).strip(" \n")
        for part in filter(str.strip, _EMPTY_LINES.split(lines)):
            mark, self._mark = (self._mark, "") if place.kind is Kind.ITEM else ("", "")
            yield Block(part, place.kind, mark, place.parent, place.around, share)


def _inked(text: str) -> int:
    """Count the characters that are not blank."""
    return sum(map(len, text.split()))


def _is_inline(tag: str) -> bool:
    return tag in _INLINE or tag in ("br", "")


def _names(element: Any, tag: str) -> str:
    """Return an element's classes and id; those of the page's own body tell nothing."""
    if tag in ("html", "body", "main", "article"):
        return ""
    return f"{element.get('class', '')} {element.get('id', '')} {tag.removeprefix('amp-')}"


def _is_unseen(element: Any, tag: str) -> bool:
    return (
        tag in _UNSEEN
        or element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or _NO_DISPLAY.search(element.get("style", "")) is not None
    )
