"""Splits a paragraph into sentences, as offsets, in French and English; pure."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

from embeddings.text.analysis import LISTS
from embeddings.types import BREAK, Span

LONG_QUOTATION = 300
"""Longest quotation, in characters, that is one sentence; a longer one is split like other text."""
ITEM = re.compile(r"(?:[-*•‣◦▪·–—]|\d{1,2}[.)]|[a-z][.)]|[ivxlc]{2,6}\.)[^\S\n]+(?=\S)")
"""The marker of a list item, matched at a line's first character."""
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
"""An item's number: a letter or a Roman numeral."""
_DASHES = frozenset("–—")
_GO_ON = frozenset(",;:.!?…»”")


_TITLES, _BEFORE_NUMBERS, _MAY_END, _STARTERS = (
    frozenset(" ".join(LISTS[name]).split())
    for name in ("titles", "before numbers", "may end", "starters")
)
"""Abbreviations whose period ends no sentence; ends none before a number; ends one only before a
usual first word. And these first words, which seldom continue a name."""
_CODES = ("L", "R", "D", "L.O")
"""Letters before article numbers of French codes: "art. L. 123-4"."""
_NUMBER = re.compile(r"(?:(?:[LRD]|L\.O)\.?[^\S\n]?\*?)?\d|(?:[IVXLC]{2,7}|[VX])\b(?![’'])")
"""A number after "art." or "vol.", perhaps a Roman numeral."""


def sentences(text: str, start: int = 0, end: int | None = None) -> tuple[Span, ...]:
    """Split a paragraph, ``text[start:end]``, into sentences.

    Returns:
        Spans of ``text``: ordered, disjoint, trimmed, not empty, inside the paragraph. Between them
        lies only white space, zero-width space (BREAK) included.
    """
    stop = len(text) if end is None else end
    spans: list[Span] = []
    begin, word = start, _HAS_WORD.search(text, start, stop)
    for cut in sorted(_cuts(text, start, stop)):
        if word and word.end() <= cut:
            spans.append(trim(text, begin, cut, BREAK))
            begin, word = cut, _HAS_WORD.search(text, cut, stop)
    tail = trim(text, begin, stop, BREAK)
    if tail.start == tail.end:
        return tuple(spans)
    if spans and not word:
        tail = Span(spans.pop().start, tail.end)
    return (*spans, tail)


def trim(text: str, start: int, end: int, extra: str = "") -> Span:
    """Return the span without white space, or characters of ``extra``, at its ends."""
    while start < end and (text[start].isspace() or text[start] in extra):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in extra):
        end -= 1
    return Span(start, end)


def _cuts(text: str, start: int, end: int) -> set[int]:
    """Return the positions at which one sentence ends and the next may begin."""
    cuts = {m.start() for m in _STRUCTURE.finditer(text, start, end) if _opens_item(text, m.end())}
    ends = [m for m in _END.finditer(text, start, end) if _is_end(text, m, end)]
    quoted = [m.span() for m in _QUOTATION.finditer(text, start, end)]
    return cuts | {m.end() for m in ends if not _inside(quoted, m.end())}


def _opens_item(text: str, place: int) -> bool:
    """Say whether the line at ``place`` begins an item, and not the rest of a – wrapped – aside."""
    rest = text[place : place + 40].lstrip(" \t")
    before = text[max(0, place - 3) : place].rstrip()
    return not (rest[:1] in _DASHES and before[-1:].isalnum())


def _inside(quoted: list[tuple[int, int]], place: int) -> bool:
    last = bisect_left(quoted, (place,)) - 1  # that begins before the place
    return last >= 0 and place < quoted[last][1]


def _is_end(text: str, mark: re.Match[str], end: int) -> bool:
    """Say whether a sentence ends at a mark, from the text before and after it."""
    after = mark.end()
    if after < end and not text[after].isspace() and text[mark.start()] not in _NO_SPACE_AFTER:
        return False
    opener = _OPENERS.match(text, after, end)
    place = opener.end() if opener else after
    following = text[place : min(place + 1, end)]
    goes_on = following.islower() or following in _GO_ON
    lone_period = mark[0].rstrip("\"”’')]}*_") == "."
    return not (goes_on or (lone_period and _is_abbreviation(text, mark.start(), place, end)))


def _is_abbreviation(text: str, period: int, place: int, end: int) -> bool:
    """Say whether the word before ``period`` is an abbreviation, given the text at ``place``."""
    match = _TOKEN.search(text[max(0, period - 20) : period])
    token = match[0] if match else ""
    opens_line = text[period - len(token) - 1 : period - len(token)] in {"", "\n"}
    is_numbered = token.casefold() in _BEFORE_NUMBERS and _NUMBER.match(text, place, end)
    if token in _TITLES or is_numbered or (opens_line and _COUNT.fullmatch(token)):
        return True
    if text[place : min(place + 1, end)].isdigit():
        return token in _CODES
    is_unit = len(token) == 1 and not token.isupper()  # as in "5 m."
    is_title = token.isupper() and token.capitalize() in _TITLES
    if is_title or token.casefold() in _MAY_END or (_INITIALS.fullmatch(token) and not is_unit):
        return not _opens_sentence(text, place, end)
    return False


def _opens_sentence(text: str, place: int, end: int) -> bool:
    """Say whether the word at ``place`` usually begins a sentence; an initial does not."""
    word = _WORD.match(text, place, end)
    if word is None:
        return True
    is_initial = len(word[0]) == 1 and text[word.end() : word.end() + 1] == "."
    return not is_initial and word[0].casefold() in _STARTERS


def group_sentences(spans: tuple[Span, ...], limit: int) -> Iterator[Span]:
    """Yield spans of consecutive sentences, each of at most ``limit`` characters if it can be."""
    first = spans[0]
    for left, right in pairwise(spans):
        if right.end - first.start > limit:
            yield Span(first.start, left.end)
            first = right
    yield Span(first.start, spans[-1].end)
