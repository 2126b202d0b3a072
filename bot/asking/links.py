"""Builds the link that opens an article at a given sentence and highlights it.

The URL carries a text fragment (https://wicg.github.io/scroll-to-text-fragment/):
``#:~:text=[prefix-,]start[,end][,-suffix]``. A browser jumps to the first match on the page, so
each candidate fragment is first matched here against title and text, as a browser would.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

from embeddings.text.sentences import trim
from embeddings.types import BREAK, Article, Span

MAX_URL = 512
"""Discord's limit for a button's URL, in characters."""

_TINY, _SHORT = 9, 28
"""The limits, in words, of unbroken sentences given whole: always, or as the first candidate."""
_ENDS = ((12, 5), (8, 4), (5, 4), (4, 4), (3, 3))
"""The numbers of words given as start and end of a longer sentence, in the order of candidates.

Long ones come first: a caption or pull quote, which the stored text lacks, may start alike.
"""
_CONTEXT = (3, 5)
"""The numbers of words in a prefix or suffix, which tells equal matches apart."""
_NEAR = 300
"""The distance within which prefix and suffix are taken, in characters."""
_OPENING = 2
"""The number of paragraphs at a story's opening: a standfirst, and one with a drop cap."""
_FEW = 4
"""A line of at most this many words does not lose its first one: too few would be left."""
_GLUE = "\u202f"
"""The narrow no-break space, which Chromium treats as part of a word: "3 200" is one word."""
_WORD = re.compile(rf"[\S{_GLUE}]{{0,99}}\w[\S{_GLUE}]*(?:[^\S{_GLUE}]+[^\w\s]+(?=\s|\Z))*")
_MARK = re.compile(r"^[ \t]*(?:#{1,6}|[-*•‣◦▪·–—]|\d{1,4}\.|[a-z]\.|[ivxlc]{2,6}\.)[ \t]+")
"""The mark of a heading or list item, which a browser draws but does not search."""
_BREAK = re.compile(
    rf"(?<!\s)[^\S\n]*\n\s*|{BREAK}|«(?=\w)|(?<=[\w.!?…])»| — (?=[^\n—]{{1,60}}\(@\w)"
    r"|(?<!\S)[^\s=\[(]{1,20}=[^\s=]{0,20}"
)
"""Breaks, which no match can span: a line end, an omitted element, the quotation marks that a
browser draws around a ``q``, the author of a post, a formula."""
_ROW = re.compile(
    r"(?P<name>[^\n:]{1,60}) : (?:[^\n]{0,300} ; [^\n\d;]{0,80}"
    r"(?P<last>\d(?:[^\n;:]{0,60}\w)?|(?<=\s)[^\s\d;]{1,60})"
    r"|[^\n\d;]{0,80}(?P<figure>\d(?:[\d\s.,]{0,20}\d)?)(?: ?[%°€])?(?: [^\W\d_]{1,30}){0,3}"
    r"|(?P<value>[^\n:;]{1,300}))"
)
"""The row of a table; the page has its cells apart, and no column headings in it."""
_APART = re.compile(f" [;:] |{BREAK}")
_RESERVED = "%/:?#[]@!$&'()*+,;=~-._"
_MARKS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+"
)
"""Combining accents and zero-width characters."""
_QUOTES = str.maketrans({"’": "'", "‘": "'", "‛": "'", "“": '"', "”": '"', "«": '"', "»": '"'})


def build_link(article: Article, start: int, end: int) -> str | None:
    """Return the URL that opens an article at ``article.text[start:end]``; None without a URL.

    It has no fragment if none that fits matches there and nowhere before.
    """
    url = _clean(article.url)
    if url is None:
        return None
    address, mark, _ = url.partition(":~:")
    base = address + ":~:" if "#" in address else address + "#:~:"
    page, runs = _page(article.title, article.text), _runs(article.text, start, end)
    first = _find(page, runs, MAX_URL - len(f"{base}text="))
    if first is None:
        return address if mark else url
    full = f"{base}text={first}"
    later = _without_first_word(article.text, start, runs)
    second = _find(page, later, MAX_URL - len(f"{full}&text=")) if later else None
    return f"{full}&text={second}" if second else full


@dataclass(frozen=True, slots=True)
class Fragment:
    """The parts of a text fragment, as in the article's text but with single spaces."""

    start: str
    end: str = ""
    prefix: str = ""
    suffix: str = ""

    def __str__(self) -> str:
        """Return the value of the directive ``text=``."""
        prefix = f"{_encode(self.prefix)}-" if self.prefix else ""
        suffix = f"-{_encode(self.suffix)}" if self.suffix else ""
        return ",".join(filter(None, (prefix, _encode(self.start), _encode(self.end), suffix)))


def _clean(url: str | None) -> str | None:
    """Return a URL normalized for browsers and Discord; None if it is no web address."""
    try:
        parts = urlsplit((url or "").strip())
        host = parts.netloc.encode("ascii" if parts.netloc.isascii() else "idna").decode("ascii")
    except ValueError:  # no URL at all; UnicodeError is a subclass
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return None
    return quote(urlunsplit(parts._replace(netloc=host)), safe=_RESERVED)


def _encode(text: str) -> str:
    """Percent-encode a part, including ``-``, which is a delimiter in a fragment."""
    return quote(text.encode("utf-8", "replace"), safe="").replace("-", "%2D")


def _find(page: _Page, runs: Sequence[Span], room: int) -> Fragment | None:
    """Return the first candidate of at most ``room`` characters whose first match is ``runs``."""
    if not runs:
        return None
    here = page.locate(runs[0].start, runs[-1].end)
    fitting = (f for f in _candidates(page.text, runs) if len(str(f)) <= room)
    return next((f for f in fitting if page.place(f) == here), None)


def _runs(text: str, start: int, end: int) -> list[Span]:
    """Return the runs of a sentence: the spans without breaks; of a table row, name and value."""
    mark = _MARK.match(text[start:end]) if start == 0 or text[start - 1] == "\n" else None
    start += mark.end() if mark else 0
    row = _ROW.fullmatch(text, start, end)
    if row:
        cell = next(name for name in ("last", "figure", "value") if row[name])
        return [Span(*row.span("name")), Span(*row.span(cell))]
    edges = [start, *(edge for m in _BREAK.finditer(text, start, end) for edge in m.span()), end]
    spans = (trim(text, *pair) for pair in zip(edges[::2], edges[1::2], strict=True))
    return [span for span in spans if _WORD.search(text, span.start, span.end)]


def _without_first_word(text: str, start: int, runs: Sequence[Span]) -> list[Span]:
    """Return the runs of a paragraph's first sentence without its first word, as a second match.

    Only for paragraphs that open a story or a section: a drop cap, or a credit glued to the first
    word, keeps a browser from finding that word. Overlapping matches are highlighted once.
    """
    above = text[:start].rstrip().rpartition("\n")
    is_opening = text[start - 1 : start] in ("", "\n") and (
        above[0].count("\n\n") < _OPENING or above[2].startswith("#")
    )
    words = _words(text, runs[0]) if runs and is_opening else []
    return [Span(words[1].start, runs[0].end), *runs[1:]] if len(words) > _FEW else []


def _words(text: str, run: Span) -> list[Span]:
    return [Span(*m.span()) for m in _WORD.finditer(text, run.start, run.end)]


def _flat(text: str) -> str:
    """Return a text with white space collapsed as in HTML; no-break spaces stay."""
    return re.sub(r"[ \t\r\n\f\v]+", " ", text).strip(" ")


def _candidates(text: str, runs: Sequence[Span]) -> Iterator[Fragment]:
    """Yield fragments for the runs of a sentence: first without, then with prefix and suffix."""
    cores = list(dict.fromkeys(_cores(text, runs)))
    yield from cores
    for prefix, suffix in _sides(text, runs[0].start, runs[-1].end):
        for core in dict.fromkeys((cores[0], cores[-1])):
            yield Fragment(core.start, core.end, prefix, suffix)


def _cores(text: str, runs: Sequence[Span]) -> Iterator[Fragment]:
    """Yield fragments without prefix and suffix: the whole sentence, or its start and end."""
    first, last = runs[0], runs[-1]
    heads, tails = _words(text, first), _words(text, last)
    is_one = len(runs) == 1
    whole = Fragment(_flat(first.of(text)))
    if is_one and len(heads) <= _SHORT:
        yield whole
    if is_one and len(heads) <= _TINY:
        return
    for before, after in _ENDS:
        tail = min(after, len(tails))
        head = min(before, len(heads) - tail if is_one else len(heads))
        yield Fragment(
            _flat(text[first.start : heads[head - 1].end]),
            _flat(text[tails[-tail].start : last.end]),
        )
    if is_one:
        yield whole


def _sides(text: str, start: int, end: int) -> Iterator[tuple[str, str]]:
    """Yield (prefix, suffix) pairs, each within one line, as it must lie within one block."""
    before = text[max(0, start - _NEAR) : start].rstrip().rpartition("\n")[2]
    after = text[end : end + _NEAR].lstrip().partition("\n")[0]
    before, after = _MARK.sub("", before, count=1), _MARK.sub("", after, count=1)
    before, after = _APART.split(before)[-1], _APART.split(after)[0]
    heads = [before[m.start() :] for m in _WORD.finditer(before)]
    tails = [after[: m.end()] for m in _WORD.finditer(after)]
    for count in _CONTEXT:
        prefix = _flat(heads[-count] if len(heads) >= count else before)
        suffix = _flat(tails[count - 1] if len(tails) >= count else after)
        if prefix:
            yield prefix, ""
        if suffix:
            yield "", suffix
        if prefix and suffix:
            yield prefix, suffix


@lru_cache(maxsize=16)
def _page(title: str, text: str) -> _Page:
    """Return a page, cached since several of its sentences are often linked in a row."""
    return _Page(f"{title}\n\n", text)


class _Page:
    """A page as a browser searches it: regardless of case, accents and quotation mark styles."""

    def __init__(self, head: str, text: str) -> None:
        self._head, self.text = head, text
        self._folded = _fold(head + text)

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the folded page of ``text[start:end]``."""
        before = _fold(self._head + self.text[:start]).rstrip()
        words = _fold(self.text[start:end]).strip()
        first = self._folded.find(words, len(before))
        return first, first + len(words)

    def place(self, fragment: Fragment) -> tuple[int, int] | None:
        """Return the span in the folded page of a fragment's first match; None without one."""
        after = "" if fragment.end else fragment.suffix
        begin = _pattern(fragment.prefix, fragment.start, after).search(self._folded)
        if begin is None or not fragment.end:
            return begin.span("it") if begin else None
        finish = _pattern("", fragment.end, fragment.suffix).search(self._folded, begin.end("it"))
        return (begin.start("it"), finish.end("it")) if finish else None


def _pattern(before: str, text: str, after: str) -> re.Pattern[str]:
    """Return the pattern of a text between two others, each with word boundaries at its ends."""
    left = rf"{_bound_by_words(before)}\s*" if before else ""
    right = rf"\s*{_bound_by_words(after)}" if after else ""
    return re.compile(f"{left}(?P<it>{_bound_by_words(text)}){right}")


def _bound_by_words(text: str) -> str:
    folded = _fold(text).strip()
    left = r"\b" if re.match(r"\w", folded) else ""
    right = r"\b" if re.search(r"\w\Z", folded) else ""
    return f"{left}{re.escape(folded)}{right}"


def _fold(text: str) -> str:
    """Return a text folded for comparison: case-folded, without accents, with single spaces."""
    glued = text.replace(_GLUE, "_").replace(BREAK, "|").translate(_QUOTES)
    plain = unicodedata.normalize("NFKD", glued.casefold())
    return re.sub(r"\s+", " ", _MARKS.sub("", plain))
