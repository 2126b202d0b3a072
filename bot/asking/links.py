"""An article and a sentence -> the address that opens the article at that very sentence.

The address carries a text fragment (https://wicg.github.io/scroll-to-text-fragment/):
``#:~:text=[prefix-,]start[,end][,-suffix]``. A browser takes the first place of the page that
fits, so each candidate is first looked up here, in the title and the text, as a browser would.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embeddings.types import Article

MAX_URL = 512
"""The longest address of a Discord button, in characters."""

_SHORT = 9
"""A sentence of at most so many words is given whole."""
_EDGES = (4, 5, 3)
"""How many words stand for each end of a longer one, in the order they are tried."""
_CONTEXT = (3, 5)
"""How many words before or after it tell it from the same words elsewhere."""
_NEAR = 300
"""How far from it those words are looked for, in characters."""
_WORD = re.compile(r"\S*\w\S*(?:\s+[^\w\s]+(?=\s|\Z))*")
_RESERVED = "%/:?#[]@!$&'()*+,;=~-._"
_MARKS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+"
)
"""Accents once they stand apart, and characters without a width."""
_QUOTES = str.maketrans({"’": "'", "‘": "'", "‛": "'", "“": '"', "”": '"', "«": '"', "»": '"'})


def link(article: Article, start: int, end: int) -> str | None:
    """Return the address that opens an article at ``article.text[start:end]``.

    Without a fragment when no short one leads to that place and no other; None without an address.
    """
    url = _clean(article.url)
    if url is None:
        return None
    address, mark, _ = url.partition(":~:")
    base = address + ":~:" if "#" in address else address + "#:~:"
    page = _page(article.title, article.text)
    here = page.folded(start, end)
    for fragment in _candidates(article.text, start, end):
        full = f"{base}text={fragment}"
        if len(full) <= MAX_URL and page.place(fragment) == here:
            return full
    return address if mark else url


@dataclass(frozen=True, slots=True)
class Fragment:
    """The parts of a text fragment, each as it stands in the text, with single spaces."""

    start: str
    end: str = ""
    prefix: str = ""
    suffix: str = ""

    def __str__(self) -> str:
        """Return what follows ``text=``."""
        parts = [_encode(self.start)]
        if self.end:
            parts.append(_encode(self.end))
        if self.prefix:
            parts.insert(0, f"{_encode(self.prefix)}-")
        if self.suffix:
            parts.append(f"-{_encode(self.suffix)}")
        return ",".join(parts)


def _clean(url: str | None) -> str | None:
    """Return an address that a browser and Discord take as it is, or None."""
    try:
        parts = urlsplit((url or "").strip())
        host = parts.netloc.encode("ascii" if parts.netloc.isascii() else "idna").decode("ascii")
    except ValueError:  # not an address at all; UnicodeError is one of these
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return None
    return quote(urlunsplit(parts._replace(netloc=host)), safe=_RESERVED)


def _encode(text: str) -> str:
    """Percent-encode a part; ``-`` too, which has a meaning of its own in a fragment."""
    return quote(text.encode("utf-8", "replace"), safe="").replace("-", "%2D")


def _flat(text: str) -> str:
    """Return a text as a page shows it: spaces and line ends are one space, NBSP stays."""
    return re.sub(r"[ \t\r\n\f\v]+", " ", text).strip(" ")


def _candidates(text: str, start: int, end: int) -> Iterator[Fragment]:
    """Yield fragments for ``text[start:end]``, the plainest first."""
    spans = [m.span() for m in _WORD.finditer(text, start, end)]
    if not spans:
        return
    cores = list(_cores(text, start, end, spans))
    yield from cores
    for prefix, suffix in _sides(text, start, end):
        for core in dict.fromkeys((cores[0], cores[-1])):
            yield Fragment(core.start, core.end, prefix, suffix)


def _cores(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> Iterator[Fragment]:
    whole = Fragment(_flat(text[start:end]))
    if len(spans) <= _SHORT:
        yield whole
        return
    for count in _EDGES:
        head = text[start : spans[count - 1][1]]
        tail = text[spans[-count][0] : end]
        yield Fragment(_flat(head), _flat(tail))
    yield whole


def _sides(text: str, start: int, end: int) -> Iterator[tuple[str, str]]:
    """Yield (prefix, suffix) pairs; each lies in one line, since it must lie in one block."""
    before = text[max(0, start - _NEAR) : start].rstrip().rpartition("\n")[2]
    after = text[end : end + _NEAR].lstrip().partition("\n")[0]
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
    """Return a page of which several sentences may be asked for."""
    return _Page(f"{title}\n\n", text)


class _Page:
    """A text as a browser searches it: case, accents and kinds of quotation marks do not count."""

    def __init__(self, head: str, text: str) -> None:
        self._head, self._raw = head, text
        self._text = _fold(head + text)

    def folded(self, start: int, end: int) -> tuple[int, int]:
        """Return a stretch of the article's text as a stretch of the folded page."""
        before = _fold(self._head + self._raw[:start]).rstrip()
        words = _fold(self._raw[start:end]).strip()
        first = self._text.find(words, len(before))
        return first, first + len(words)

    def place(self, fragment: Fragment) -> tuple[int, int] | None:
        """Return where a browser would stop first, as a stretch of the folded page."""
        after = "" if fragment.end else fragment.suffix
        begin = _pattern(fragment.prefix, fragment.start, after).search(self._text)
        if begin is None or not fragment.end:
            return begin.span("it") if begin else None
        finish = _pattern("", fragment.end, fragment.suffix).search(self._text, begin.end("it"))
        return (begin.start("it"), finish.end("it")) if finish else None


def _pattern(before: str, text: str, after: str) -> re.Pattern[str]:
    """Return what finds a part between two others, each bounded by the ends of words."""
    left = rf"{_bounded(before)}\s*" if before else ""
    right = rf"\s*{_bounded(after)}" if after else ""
    return re.compile(f"{left}(?P<it>{_bounded(text)}){right}")


def _bounded(text: str) -> str:
    folded = _fold(text).strip()
    left = r"\b" if re.match(r"\w", folded) else ""
    right = r"\b" if re.search(r"\w\Z", folded) else ""
    return f"{left}{re.escape(folded)}{right}"


def _fold(text: str) -> str:
    """Return a text as it is compared: in small letters, without marks, with single spaces."""
    plain = unicodedata.normalize("NFKD", text.translate(_QUOTES).casefold())
    return re.sub(r"\s+", " ", _MARKS.sub("", plain))
