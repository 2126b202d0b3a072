"""A paragraph -> its sentences, as offsets, in French and English; pure."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from embeddings.text.analysis import LISTS
from embeddings.types import BREAK, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG_QUOTATION = 300
"""Characters between quotation marks from which a quotation is cut into sentences like the rest."""
ITEM = re.compile(r"(?:[-*•‣◦▪·–—]|\d{1,2}[.)]|[a-z][.)]|[ivxlc]{2,6}\.)[^\S\n]+(?=\S)")
"""The mark that opens a list item, matched at the first character of a line."""
_END = re.compile(
    r"[.!?…。！？؟।](?<![.!?…。！？؟।]{2})[.!?…。！？؟।]*+(?:[^\S\n]*+»|[\"”’')\]}*_」』])*+"
)
_NO_SPACE_AFTER = frozenset("。！？")
_STRUCTURE = re.compile(r"\n(?=[^\S\n]*\n)|\n(?=[^\S\n]*" + ITEM.pattern + ")")
_QUOTATION = re.compile(rf"«[^«»]{{0,{LONG_QUOTATION}}}+»|“[^“”]{{0,{LONG_QUOTATION}}}+”")
_OPENERS = re.compile(rf"[\s{BREAK}\"“«‘'’(\[{{*_¿¡–—•-]*+")
_TOKEN = re.compile(r"[^\s'’\"“«(\[]{0,20}$")
_WORD = re.compile(r"[^\W\d_]+")
_HAS_WORD = re.compile(r"[^\W\d_]{2}|[\u3040-\u9fff\uac00-\ud7af]")
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?)*[^\W\d_]")
_COUNT = re.compile(r"[a-zA-Z]|[ivxlc]{2,6}|[IVXLC]{2,6}")
"""The number of an item in letters, or in Roman figures."""
_DASHES = frozenset("–—")
_GO_ON = frozenset(",;:.!?…»”")


_TITLES, _BEFORE_NUMBERS, _MAY_END, _STARTERS = (
    frozenset(" ".join(LISTS[name]).split())
    for name in ("titles", "before numbers", "may end", "starters")
)
"""Abbreviations whose period ends nothing before a name or a number, before a digit, but before a
usual first word; and words that often open a sentence, seldom going on with a name after one."""
_CODES = ("L", "R", "D", "L.O")
"""Letters that the numbers of articles of French codes begin with: "art. L. 123-4"."""
_NUMBER = re.compile(r"(?:(?:[LRD]|L\.O)\.?[^\S\n]?\*?)?\d|(?:[IVXLC]{2,7}|[VX])\b(?![’'])")
"""What a number looks like after "art." or "vol.", Roman ones included."""


def sentences(text: str, start: int = 0, end: int | None = None) -> tuple[Span, ...]:
    """Cut ``text[start:end]`` into its sentences.

    Args:
        text: The stored text.
        start: First character of the paragraph.
        end: One past its last character; by default the end of the text.

    Returns:
        Stretches of ``text``, ordered, disjoint, trimmed and not empty, inside the paragraph; only
        white space lies between them, some of it without width.
    """
    stop = len(text) if end is None else end
    spans: list[Span] = []
    begin = start
    for cut in sorted(_cuts(text, start, stop)):
        if _HAS_WORD.search(text, begin, cut):
            spans.append(trim(text, begin, cut, BREAK))
            begin = cut
    tail = trim(text, begin, stop, BREAK)
    if tail.start == tail.end:
        return tuple(spans)
    if spans and not _HAS_WORD.search(text, tail.start, tail.end):
        tail = Span(spans.pop().start, tail.end)
    return (*spans, tail)


def trim(text: str, start: int, end: int, extra: str = "") -> Span:
    """Return the stretch without white space at its ends, nor the characters of ``extra``."""
    while start < end and (text[start].isspace() or text[start] in extra):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in extra):
        end -= 1
    return Span(start, end)


def _cuts(text: str, start: int, end: int) -> set[int]:
    """Return the places where one sentence ends and another may begin."""
    cuts = {m.start() for m in _STRUCTURE.finditer(text, start, end) if _opens_item(text, m.end())}
    ends = [m for m in _END.finditer(text, start, end) if _is_end(text, m, end)]
    if not ends:
        return cuts
    quoted = [m.span() for m in _QUOTATION.finditer(text, start, end)]
    return cuts | {m.end() for m in ends if not _inside(quoted, m.end())}


def _opens_item(text: str, place: int) -> bool:
    """Say whether the line at ``place`` opens an item, and not a wrapped – incise – instead."""
    rest = text[place : place + 40].lstrip(" \t")
    before = text[max(0, place - 3) : place].rstrip()
    return not (rest[:1] in _DASHES and before[-1:].isalnum())


def _inside(quoted: list[tuple[int, int]], place: int) -> bool:
    return any(first < place < last for first, last in quoted)


def _is_end(text: str, mark: re.Match[str], end: int) -> bool:
    """Say whether a sentence ends at this mark, judging by what stands before and after it."""
    after = mark.end()
    if after < end and not text[after].isspace() and text[mark.start()] not in _NO_SPACE_AFTER:
        return False
    opener = _OPENERS.match(text, after, end)
    place = opener.end() if opener else after
    following = text[place : min(place + 1, end)]
    if following.islower() or following in _GO_ON:
        return False
    lone_period = mark[0].rstrip("\"”’')]}*_") == "."
    return not (lone_period and _is_abbreviation(text, mark.start(), place, end))


def _is_abbreviation(text: str, period: int, place: int, end: int) -> bool:
    """Say whether the word before ``period`` is one, given what follows at ``place``."""
    found = _TOKEN.search(text[max(0, period - 20) : period])
    token = found[0] if found else ""
    opens_line = text[period - len(token) - 1 : period - len(token)] in {"", "\n"}
    if token in _TITLES or (opens_line and _COUNT.fullmatch(token)):
        return True
    if token.casefold() in _BEFORE_NUMBERS and _NUMBER.match(text, place, end):
        return True
    if text[place : min(place + 1, end)].isdigit():
        return token in _CODES
    is_unit = len(token) == 1 and not token.isupper()  # as in "5 m."
    is_title = token.isupper() and token.capitalize() in _TITLES
    if is_title or token.casefold() in _MAY_END or (_INITIALS.fullmatch(token) and not is_unit):
        return not _opens_sentence(text, place, end)
    return False


def _opens_sentence(text: str, place: int, end: int) -> bool:
    """Say whether the word at ``place`` usually opens a sentence; an initial does not."""
    word = _WORD.match(text, place, end)
    if word is None:
        return True
    is_initial = len(word[0]) == 1 and text[word.end() : word.end() + 1] == "."
    return not is_initial and word[0].casefold() in _STARTERS


def breaks_inside(spans: tuple[Span, ...], limit: int) -> Iterator[Span]:
    """Yield runs of neighbouring sentences of at most ``limit`` characters, when they allow it."""
    first = spans[0]
    for left, right in pairwise(spans):
        if right.end - first.start > limit:
            yield Span(first.start, left.end)
            first = right
    yield Span(first.start, spans[-1].end)
