"""Tells how a browser shows a page's elements, and what their classes and ids say of a story."""

import re
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

from lxml import etree, html
from pdfminer.utils import format_int_alpha, format_int_roman

from embeddings.text.analysis import LISTS, any_of, word_set


def match_names(list_: str) -> re.Pattern[str]:
    """Return a pattern of a list's words as whole parts of ``names_of`` an element."""
    return re.compile(rf"(?:^|[\s-])(?:{any_of(list_)})(?=$|[\s-])", re.IGNORECASE)


_NEVER_SHOWN = word_set(*LISTS["pages"]["never shown"])
"""Elements whose text no browser shows, or shows only struck out."""
_NOT_SEARCHED = word_set(*LISTS["pages"]["not searched"])
"""Inline elements that Chromium's text search does not cross."""
BLOCKS = word_set(*LISTS["pages"]["block"])
"""Block elements: each begins a line; all others are inline, known or not."""
ASIDES = word_set("nav footer form aside figcaption dialog menu noscript")
"""Elements that are asides: as a rule, they hold no part of a story."""
HEADINGS = word_set("h1 h2 h3 h4 h5 h6")
_STRUCK_OR_HIDDEN = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}(?:hidden|collapse)|:\s{0,9}line-through"
    r"|mso-hide\s{0,9}:\s{0,9}all|(?:left|top|indent)\s{0,9}:\s{0,9}-\d{3}|clip\s{0,9}:\s{0,9}rect",
    re.IGNORECASE,
)
_BREAKING = re.compile(r"visibility\s{0,9}:\s{0,9}hidden|:\s{0,9}inline-", re.IGNORECASE)
_BLOCK = re.compile(r"display\s{0,9}:\s{0,9}(?:block|flex|grid|table|list)", re.IGNORECASE)
"""Styles of elements that begin a line."""
_HIDDEN = match_names("unseen")
"""Classes of texts for screen readers, and of tooltips."""
_ASIDE = match_names("around")
"""Classes and ids of asides, such as newsletters, related stories and captions."""
_PICTURE = "boolean(.//img) and not(.//blockquote | .//pre | .//table)"
"""XPath of a figure whose words are a caption."""
_STANDFIRST = match_names("standfirst")
"""Classes and ids of the standfirst."""
_POST = re.compile(rf"(?:^|\s)(?:{any_of('post')})(?=$|\s)")
"""Classes that social networks give to their embedded posts."""
_POST_WRAPPER = match_names("network")
"""Classes and ids of the elements that pages wrap embedded posts in."""
LONGEST_BYLINE = 200
"""The most characters of an element that names an author or a date; a longer one is prose."""
FEWEST_PARAGRAPHS = 3
"""The fewest paragraphs of an ``article`` or ``main`` for it to be the story's."""
MOST_BYLINES = 50
"""The most elements to examine for an author or a date."""
_NOTE_MARK = re.compile(r"[\[(]?(?:\d{1,3}|\*{1,3}|[†‡])[\])]?")
_PART = re.compile(r"(?<=[a-z])(?=[A-Z])|_+")
_LARGEST_ROMAN = 3999
_LONGEST_NUMBER = 9


def parse_page(markup: str) -> Any:
    """Parse a page with ``lxml`` and return its root, without comments; None if it has none."""
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True
    )
    try:
        return html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def is_hidden(element: Any) -> bool:
    """Say whether a browser hides an element's text, or shows it only struck out."""
    return (
        not isinstance(element.tag, str)
        or (element.tag in _NEVER_SHOWN and not element.xpath("self::template[@shadowrootmode]"))
        or element.get("hidden") is not None
        or (element.tag == "dialog" and element.get("open") is None)
        or is_unseen(element)
        or (element.tag != "body" and bool(_STRUCK_OR_HIDDEN.search(element.get("style", ""))))
    )


def is_unseen(element: Any) -> bool:
    """Say whether an element is for screen readers, or the mark that links to a note."""
    is_note = element.tag == "a" and "#" in element.get("href", "")
    is_mark = is_note and _NOTE_MARK.fullmatch(text_of(element)) is not None
    return is_mark or _HIDDEN.search(names_of(element)) is not None


def breaks_search(element: Any) -> bool:
    """Say whether a browser's text search finds no match that crosses an element's edge."""
    mark = element.tag in _NOT_SEARCHED or _BREAKING.search(element.get("style", ""))
    return bool(mark) or is_unseen(element)


def begins_line(element: Any, *, is_first: bool) -> bool:
    """Say whether an element begins a line in a browser, or is an aside at the edge of one.

    So does a custom element with no text beside it. ``is_first`` says that no words precede it.
    """
    alone = "parent::*[self::div|self::article|self::section][not(text()[normalize-space()])]"
    is_custom = "-" in element.tag and element.xpath(alone)
    is_block = element.tag in BLOCKS or _BLOCK.search(element.get("style", ""))
    return bool(is_custom or is_block or (is_first and _ASIDE.search(names_of(element))))


def aside_name(element: Any) -> str | None:
    """Return the tag, class or id that marks an element as an aside; None if none does."""
    if element.tag in ASIDES or (element.tag == "figure" and element.xpath(_PICTURE)):
        return str(element.tag)
    names = names_of(element)
    is_of_story = is_standfirst(element) or _POST_WRAPPER.search(names)
    match = None if is_of_story else _ASIDE.search(names)
    return match[0].strip(" _-") if match else None


def is_standfirst(element: Any) -> bool:
    """Say whether an element is named as the standfirst; a teaser counts if it links nowhere."""
    match = None if element.tag == "h1" else _STANDFIRST.search(names_of(element))
    if match is None or "teaser" not in match[0].lower():
        return match is not None
    return next(element.iter("a", *HEADINGS), None) is None


def is_post(element: Any) -> bool:
    """Say whether an element is an embedded post itself, not a part of one."""
    quotes = [element, *element.iterancestors("blockquote")] * (element.tag == "blockquote")
    return [quote for quote in quotes if _POST.search(quote.get("class", ""))] == [element]


def wraps_post(element: Any) -> bool:
    """Say whether an element is named after a social network."""
    return _POST_WRAPPER.search(names_of(element)) is not None


def near_headline(
    root: Any, is_wanted: Callable[[Any], bool], reach: int | None = None
) -> Iterator[Any]:
    """Yield the wanted short elements outside asides, those below the headline first.

    ``reach`` limits how many elements below the headline are examined.
    """
    everything = list(root.iter("*"))
    tops = [place for place, element in enumerate(everything) if element.tag == "h1"]
    above = {next(everything[place].iterancestors("article", "main"), root) for place in tops}
    homes = {e for e in above if sum(1 for _ in e.iter("p")) >= FEWEST_PARAGRAPHS} or {root}
    top, end = (tops[-1], reach and tops[-1] + reach) if tops else (0, None)
    wanted = filter(is_wanted, chain(everything[top:end], everything[:top]))
    for element in islice(wanted, MOST_BYLINES):
        is_near = not homes.isdisjoint(element.iterancestors())
        if is_near and not _is_in_aside(element) and 0 < len(text_of(element)) <= LONGEST_BYLINE:
            yield element


def _is_in_aside(element: Any) -> bool:
    """Say whether an element is in an aside; a ``form``, or a box named for an author, is none."""
    above = (e for e in element.iterancestors() if e.tag not in ("form", "body", "html"))
    names = filter(None, map(aside_name, above))
    return any("author" not in name for name in names)


def text_of(element: Any) -> str:
    """Return an element's text, hidden text too, in one line; empty for None."""
    return "" if element is None else " ".join(str(element.text_content()).split())


def names_of(element: Any) -> str:
    """Return an element's classes, ids and tag; empty for the page's or the article's whole.

    Hyphens separate their parts, as in "image-Caption" for ``imageCaption`` or ``image_Caption``.
    """
    if element.tag in ("html", "body", "main", "article"):
        return ""
    names = " ".join(element.get(name, "") for name in ("class", "id", "data-testid"))
    return f"{_PART.sub('-', names)} {element.tag.removeprefix('amp-')}"


def number_items(parent: Any) -> dict[Any, str]:
    """Return the marker of each list item of an element: "- ", or its number as in "1. ".

    Only the items of an ``ol`` are numbered.
    """
    items = [child for child in parent if child.tag == "li"]
    if parent.tag != "ol":
        return dict.fromkeys(items, "- ")
    step, first = (1, 1) if parent.get("reversed") is None else (-1, len(items))
    number, markers = _number(parent.get("start"), first), {}
    for item in items:
        number = _number(item.get("value"), number)
        markers[item] = f"{_format_number(number, item.get('type', parent.get('type', '')))}. "
        number += step
    return markers


def _number(attribute: str | None, default: int) -> int:
    """Parse an attribute as a number; ``default`` if it is none, or longer than 9 characters."""
    text = (attribute or "").strip()
    is_number = text.removeprefix("-").isdecimal() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number else default


def _format_number(number: int, kind: str) -> str:
    """Write a number as HTML's list types do: as letters (a, A), Roman (i, I) or digits."""
    if number > 0 and kind in ("a", "A"):
        letters = format_int_alpha(number)
    elif 0 < number <= _LARGEST_ROMAN and kind in ("i", "I"):
        letters = format_int_roman(number)
    else:
        return str(number)
    return letters.upper() if kind.isupper() else letters
