"""What the elements of a page are to a browser, and what their names say of a story."""

import re
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

from embeddings.text.analysis import LISTS, any_of, word_set


def _match_names(list_: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[\s_-])(?:{any_of(list_)})(?=$|[\s_-])", re.IGNORECASE)


_NEVER_SHOWN = word_set(*LISTS["pages"]["never shown"])
"""Elements whose words no browser shows as text, or shows struck out."""
_NOT_SEARCHED = word_set(*LISTS["pages"]["not searched"])
"""Elements within a line over which Chromium finds no words."""
BLOCKS = word_set(*LISTS["pages"]["block"])
"""Elements that begin a line of their own; any other stands within one, known or not."""
ASIDES = word_set("nav footer form aside figcaption dialog menu noscript")
"""Elements that hold, as a rule, no part of a story."""
HEADINGS = word_set("h1 h2 h3 h4 h5 h6")
_STRUCK_OR_HIDDEN = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|:\s{0,9}line-through"
    r"|mso-hide\s{0,9}:\s{0,9}all",
    re.IGNORECASE,
)
_BREAKING = re.compile(r"visibility\s{0,9}:\s{0,9}hidden|:\s{0,9}inline-", re.IGNORECASE)
_DISPLAY = re.compile(r"display\s{0,9}:\s{0,9}([a-z-]{1,20})", re.IGNORECASE)
_BLOCK_DISPLAYS = ("block", "flex", "grid", "table", "list")
"""How CSS's displays begin that begin a line."""
_TABLE_PARTS = {
    "table": "table", "tr": "row", "td": "cell", "th": "head",
    "grid": "table", "treegrid": "table", "row": "row", "cell": "cell", "gridcell": "cell",
    "columnheader": "head", "rowheader": "head", "table-row": "row", "table-cell": "cell",
}  # fmt: skip
"""HTML's elements, ARIA's roles and CSS's displays of a table -> which part of it they are."""
_UNSEEN = re.compile(rf"(?:^|\s)(?:{any_of('unseen')})(?=$|\s)")
"""Classes of what a page has for those who listen, or shows when one points at a word."""
_AROUND = _match_names("around")
"""Names of classes and ids that say that something stands around a story."""
_STANDFIRST = _match_names("standfirst")
"""Names of the paragraph that opens a story in larger type."""
_POST = re.compile(rf"(?:^|\s)(?:{any_of('post')})(?=$|\s)")
"""The classes that networks give to a post that another page shows."""
_EMBEDDED = _match_names("network")
"""Names of what pages wrap such a post in."""
LONGEST_BYLINE = 200
"""The most characters of an element that names an author or a day; a longer one is prose."""
FEWEST_PARAGRAPHS = 3
"""From so many paragraphs on, what an author or a day is beside may be a story."""
MOST_BYLINES = 50
"""The most elements that are looked at for an author or a day."""
_LARGEST_ROMAN = 3999
_LONGEST_NUMBER = 9
_STYLE = re.compile(r"list-style(?:-type)?\s{0,9}:\s{0,9}([a-z-]{1,20})", re.IGNORECASE)
_STYLES = {
    "none": "none", "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A",
    "lower-roman": "i", "upper-roman": "I",
}  # fmt: skip
"""CSS's styles of lists -> HTML's types of them; all others count in digits."""


def parse_page(markup: str) -> Any:
    """Return the root of a page as ``lxml`` has it, without comments; None when it has none."""
    from lxml import etree, html  # half a second that only some formats need

    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True
    )
    try:
        return html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def is_unseen(element: Any) -> bool:
    """Say whether a browser shows nothing of an element, or shows its words struck out."""
    return (
        not isinstance(element.tag, str)
        or (element.tag in _NEVER_SHOWN and not element.xpath("self::template[@shadowrootmode]"))
        or element.get("hidden") is not None
        or (element.tag == "dialog" and element.get("open") is None)
        or _UNSEEN.search(element.get("class", "")) is not None
        or (
            element.tag != "body" and _STRUCK_OR_HIDDEN.search(element.get("style", "")) is not None
        )
    )


def breaks_search(element: Any) -> bool:
    """Say whether a browser that looks for the words of a line finds none across an element."""
    return (
        element.tag in _NOT_SEARCHED
        or _UNSEEN.search(element.get("class", "")) is not None
        or _BREAKING.search(element.get("style", "")) is not None
    )


def begins_line(element: Any, *, is_first: bool) -> bool:
    """Say whether a browser begins a line for an element, or a story's line ends there.

    Args:
        element: Any element that is shown.
        is_first: No words stand before it in the present line.
    """
    if (
        element.tag in BLOCKS
        or table_part(element)
        or _display(element).startswith(_BLOCK_DISPLAYS)
    ):
        return True
    if "-" in element.tag and _stands_among_elements(element):
        return True
    return _AROUND.search(_names(element)) is not None and (is_first or _is_last(element))


def table_part(element: Any) -> str | None:
    """Return which part of a table an element is: table, row, head (a cell too), cell, or none."""
    names = (element.get("role", ""), element.tag, _display(element))
    return next((_TABLE_PARTS[name] for name in names if name in _TABLE_PARTS), None)


def _display(element: Any) -> str:
    """Return how an element's own style has it displayed; empty where it says nothing."""
    style = element.get("style")
    found = _DISPLAY.search(style) if style else None
    return found[1].lower() if found else ""


def aside_name(element: Any) -> str | None:
    """Return the word that says that an element holds, as a rule, no part of a story."""
    if element.tag in ASIDES:
        return str(element.tag)
    names = _names(element)
    is_own = opens_story(element) or _EMBEDDED.search(names)
    named = None if is_own else _AROUND.search(names)
    return named[0].strip(" _-") if named else None


def opens_story(element: Any) -> bool:
    """Say whether an element is named as the standfirst; a teaser is one, unless it leads away."""
    named = None if element.tag == "h1" else _STANDFIRST.search(_names(element))
    if named is None or "teaser" not in named[0].lower():
        return named is not None
    return next(element.iter("a", *HEADINGS), None) is None


def is_post(element: Any) -> bool:
    """Say whether an element is the post of a network, with its author and what stands in it."""
    if element.tag != "blockquote":
        return False
    near = (element, *element.iterancestors("blockquote"))
    return [each for each in near if _POST.search(each.get("class", ""))] == [element]


def wraps_post(element: Any) -> bool:
    """Say whether an element is named after a network."""
    return _EMBEDDED.search(_names(element)) is not None


def near_headline(
    root: Any, is_it: Callable[[Any], bool], reach: int | None = None
) -> Iterator[Any]:
    """Yield short elements of a kind, not around a story, those below its headline first.

    ``reach`` is how many elements below the headline are looked at.
    """
    everything = list(root.iter("*"))
    tops = [place for place, each in enumerate(everything) if each.tag == "h1"]
    above = {next(everything[place].iterancestors("article", "main"), root) for place in tops}
    homes = {e for e in above if sum(1 for _ in e.iter("p")) >= FEWEST_PARAGRAPHS} or {root}
    top, end = (tops[-1], reach and tops[-1] + reach) if tops else (0, None)
    found = filter(is_it, chain(everything[top:end], everything[:top]))
    for element in islice(found, MOST_BYLINES):
        is_near = not homes.isdisjoint(element.iterancestors())
        if is_near and not _is_apart(element) and 0 < len(text_of(element)) <= LONGEST_BYLINE:
            yield element


def _is_apart(element: Any) -> bool:
    above = (e for e in element.iterancestors() if e.tag not in ("form", "body", "html"))
    names = filter(None, map(aside_name, above))
    return any("author" not in name for name in names)


def text_of(element: Any) -> str:
    """Return the words of an element, hidden ones too, in one line; none of None."""
    return "" if element is None else " ".join(str(element.text_content()).split())


def _stands_among_elements(element: Any) -> bool:
    """Say whether no text stands beside an element in a block that holds elements alone."""
    parent = element.getparent()
    if parent is None or parent.tag not in BLOCKS or parent.tag in ("p", "li", *HEADINGS):
        return False
    before = element.getprevious()
    beside = (parent.text, element.tail, None if before is None else before.tail)
    return not any(text and text.strip() for text in beside)


def _is_last(element: Any) -> bool:
    """Say whether nothing follows an element in its line."""
    while element is not None and element.tag not in BLOCKS:
        if (element.tail or "").strip() or element.getnext() is not None:
            return False
        element = element.getparent()
    return True


def _names(element: Any) -> str:
    """Return an element's classes and id; those of the page's own body tell nothing."""
    if element.tag in ("html", "body", "main", "article"):
        return ""
    return f"{element.get('class', '')} {element.get('id', '')} {element.tag.removeprefix('amp-')}"


class Numbers:
    """The count of one list.

    Args:
        element: The ``ol``, or any other element that holds items; None for none.
    """

    def __init__(self, element: Any) -> None:
        style = _STYLE.search(element.get("style", "")) if element is not None else None
        said = _STYLES.get(style[1].lower(), "1") if style else ""
        self._is_ordered = element is not None and element.tag == "ol" and said != "none"
        self._type, self._step, self._next = said, 1, 1
        if self._is_ordered:
            self._type = said or element.get("type", "1")
            if element.get("reversed") is not None:
                self._step, self._next = -1, sum(child.tag == "li" for child in element)
            self._next = _number(element.get("start"), self._next)

    def mark(self, item: Any) -> str:
        """Return what stands before the next item, with the space after it."""
        if not self._is_ordered:
            return "- "
        number = _number(item.get("value"), self._next)
        self._next = number + self._step
        return f"{_written(number, item.get('type', self._type))}. "


def _number(stated: str | None, otherwise: int) -> int:
    """Return a stated number, unless it is none or too large to be one."""
    text = (stated or "").strip()
    is_number = text.removeprefix("-").isdecimal() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number else otherwise


def _written(number: int, kind: str) -> str:
    """Write a number as HTML's types of lists do: a, A, i, I, or else in digits."""
    from pdfminer.utils import format_int_alpha, format_int_roman  # for few lists alone

    if number > 0 and kind in ("a", "A"):
        letters = format_int_alpha(number)
    elif 0 < number <= _LARGEST_ROMAN and kind in ("i", "I"):
        letters = format_int_roman(number)
    else:
        return str(number)
    return letters.upper() if kind.isupper() else letters
