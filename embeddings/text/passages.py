"""An article -> its quotable paragraphs and their sentences, as offsets into its text; pure.

A paragraph ends at a blank line, or at the end of a line where a paragraph is one line. Lines that
were wrapped by hand make one paragraph. Which of the two a block is shows in the shape of its
lines. What is not the story's own sentences (see ``boilerplate``) is left out.
"""

from __future__ import annotations

import re
from bisect import bisect
from functools import lru_cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from embeddings.text.boilerplate import (
    LONG_CHARACTERS,
    ends_like_sentence,
    fold,
    is_furniture,
    is_heading,
    stands_alone,
    tells_of_term,
)
from embeddings.text.sentences import ITEM, breaks_inside, sentences, trim
from embeddings.types import Article, Passage, Span, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RECENT = 64
"""Articles whose paragraphs are kept: a change asks for them again and again."""
LONG_PARAGRAPH = 2500
"""Characters from which a paragraph without any line structure is cut at sentence ends."""
PIECE = 1500
"""The most characters of such a piece, unless one sentence is longer; also of a list."""
WIDEST_WRAP = 120
"""The longest line, in characters, of text that was wrapped by hand."""
NARROWEST_WRAP = 40
"""The shortest longest line of such text; narrower blocks are verse, addresses or short lines."""
SHORTEST_VERSE = 3
"""The fewest lines of a block that can be verse."""
_INVISIBLE = "\u200b\u2060\ufeff"
_RULE = re.compile(r"\A(?:[-=_*~#+.·•–—]\s?){2,}$")
_UNDERLINE = re.compile(r"\A(?:={2,}|-{2,})$")
_ALNUM = re.compile(r"[^\W_]")
_FIRST_WORD = re.compile(r"\S+")


class _Line(NamedTuple):
    """One line, trimmed; ``indent`` counts what was trimmed before it.

    ``alone`` tells that it cannot be part of a paragraph.
    """

    start: int
    end: int
    text: str
    indent: int
    heading: bool
    alone: bool


class _Part(NamedTuple):
    """A paragraph in the making: a run of lines of the block of that number."""

    lines: tuple[_Line, ...]
    block: int
    lists: bool = False

    @property
    def span(self) -> Span:
        return Span(self.lines[0].start, self.lines[-1].end)


def split(article: Article) -> tuple[Passage, ...]:
    """Return the quotable paragraphs of an article's stored text, in order.

    Returns:
        Passages with exact offsets, disjoint and trimmed, numbered from 1.
    """
    return _split(article.id, article.text, fold(article.title))


@lru_cache(RECENT)
def _split(article_id: str, text: str, title: str) -> tuple[Passage, ...]:
    parts = _parts(text, title)
    lines = [part.span.of(text) for part in parts]
    terms = [tells_of_term(line) and not stands_alone(line, title) for line in lines]
    rows = {row for i, pair in enumerate(pairwise(terms)) if all(pair) for row in (i, i + 1)}
    spans = chain.from_iterable(
        _pieces(text, part)
        for i, part in enumerate(parts)
        if not _heads(part) and (i in rows or not is_furniture(lines[i], title))
    )
    return whole(article_id, text, spans)


def titles(article: Article, passages: Iterable[Passage]) -> tuple[str, ...]:
    """Return what each passage stands under: the article's title, and the heading above it.

    Args:
        article: The article.
        passages: Its passages, in order.
    """
    above = [part.lines[0] for part in _parts(article.text, fold(article.title)) if _heads(part)]
    starts = [line.start for line in above]
    last = (bisect(starts, each.start) for each in passages)
    under = (above[max(0, place - 1) : place] for place in last)
    return tuple(
        ". ".join([article.title, *(line.text.strip("# \t") for line in each)]) for each in under
    )


def _heads(part: _Part) -> bool:
    return len(part.lines) == 1 and part.lines[0].heading


def paragraphs(text: str, title: str = "") -> tuple[Span, ...]:
    """Return every paragraph of a text, furniture too, in order."""
    return tuple(part.span for part in _parts(text, fold(title)))


def whole(article_id: str, text: str, spans: Iterable[Span]) -> tuple[Passage, ...]:
    """Make a passage of each given stretch of ``text``, kept whole, numbered from 1."""
    return tuple(
        Passage(
            article_id=article_id,
            start=span.start,
            end=span.end,
            paragraph=number,
            digest=digest(span.of(text)),
            sentences=sentences(text, span.start, span.end),
        )
        for number, span in enumerate(spans, 1)
    )


def _pieces(text: str, part: _Part) -> Iterator[Span]:
    """Yield a paragraph whole, or cut at sentence ends when it is one endless line."""
    span = part.span
    if span.end - span.start <= LONG_PARAGRAPH or len(part.lines) > 1:
        yield span
    else:
        yield from breaks_inside(sentences(text, span.start, span.end), PIECE)


@lru_cache(RECENT)
def _parts(text: str, title: str) -> list[_Part]:
    """Return every paragraph of a text, furniture too, lists put together."""
    blocks = _blocks(text, title)
    habit = _is_wrapped([p for b in blocks for p in pairwise(b)], blocks)
    parts: list[_Part] = []
    for number, block in enumerate(blocks):
        for each in _divide(block, number, habit=habit):
            part = each
            if parts and _continues_list(parts[-1], part):
                part = _Part(parts.pop().lines + part.lines, number, lists=True)
            parts.append(part)
    return parts


def _blocks(text: str, title: str) -> list[list[_Line]]:
    """Group the lines between blank lines and rules; an underlined line is a heading."""
    blocks: list[list[_Line]] = [[]]
    for line in _lines(text, title):
        if _ALNUM.search(line.text) or not (line.text == "" or _RULE.match(line.text)):
            blocks[-1].append(line)
            continue
        last = blocks[-1][-1:]
        above = last[0].text if last and _UNDERLINE.match(line.text) else ""
        if above and len(above) < LONG_CHARACTERS and not ends_like_sentence(above):
            blocks[-1][-1] = last[0]._replace(heading=True)
        blocks.append([])
    return [block for block in blocks if block]


def _lines(text: str, title: str) -> Iterator[_Line]:
    place = 0
    for raw in text.splitlines(keepends=True):
        span = trim(text, place, place + len(raw), _INVISIBLE)
        line = span.of(text)
        heading, alone = is_heading(line), line != "" and stands_alone(line, title)
        yield _Line(span.start, span.end, line, span.start - place, heading, alone)
        place += len(raw)


def _divide(block: list[_Line], number: int, *, habit: bool) -> Iterator[_Part]:
    """Yield the paragraphs of one block."""
    if _is_verse(block):
        yield _Part(tuple(block), number)
        return
    width = max(len(line.text) for line in block)
    if width > WIDEST_WRAP or not (habit or _is_wrapped(list(pairwise(block)), [block])):
        width = 0
    run = [block[0]]
    for above, below in pairwise(block):
        if _is_boundary(above, below, width):
            yield _Part(tuple(run), number, lists=_is_item(run[0]))
            run = []
        run.append(below)
    yield _Part(tuple(run), number, lists=_is_item(run[0]))


def _is_wrapped(pairs: list[tuple[_Line, _Line]], blocks: list[list[_Line]]) -> bool:
    """Say whether lines look wrapped by hand.

    Most of them end in the middle of a sentence, and had no room for the next line's first word.
    """
    width = max((len(line.text) for block in blocks for line in block), default=0)
    if not pairs or not NARROWEST_WRAP <= width <= WIDEST_WRAP:
        return False
    open_ends = sum(not ends_like_sentence(above.text) for above, _ in pairs)
    full = sum(_room(above, below, width) <= 0.15 * width for above, below in pairs)
    return 2 * open_ends > len(pairs) and full >= 0.6 * len(pairs)


def _room(above: _Line, below: _Line, width: int) -> int:
    """Return how many characters were left after putting the next word on the line above."""
    word = _FIRST_WORD.match(below.text)
    return width - len(above.text) - 1 - (len(word[0]) if word else 0)


def _is_boundary(above: _Line, below: _Line, width: int) -> bool:
    """Say whether a new paragraph begins at the line below.

    ``width``: the most characters of a line, where lines were wrapped by hand; or else 0.
    """
    if above.heading or below.heading or above.alone:
        return True
    closed = ends_like_sentence(above.text)
    if below.alone and (closed or not width):
        return True
    if _is_item(below):
        return closed or not (width and below.text[0] in "–—")
    goes_on = _goes_on(above, below, closed=closed)
    if goes_on or not width:
        return not goes_on
    room = _room(above, below, width)
    indented = below.indent >= above.indent + 2 and not _is_item(above)
    return room > (0.1 if closed else 0.4) * width or (closed and indented)


def _goes_on(above: _Line, below: _Line, *, closed: bool) -> bool:
    """Say whether the line below is the middle of a sentence that the line above began."""
    if _starts_small(below) and not (closed or _is_item(below)):
        return True
    return above.text[-1] in ",;" or (_is_item(above) and below.indent > 1)


def _starts_small(line: _Line) -> bool:
    first = _ALNUM.search(line.text)
    return first is not None and first[0].islower()


def _is_item(line: _Line) -> bool:
    return ITEM.match(line.text) is not None


def _is_verse(block: list[_Line]) -> bool:
    """Say whether a block is verse: short lines that begin with capitals, and most run on."""
    if len(block) < SHORTEST_VERSE or any(len(line.text) >= LONG_CHARACTERS for line in block):
        return False
    if any(_is_item(line) or line.heading or line.alone for line in block):
        return False
    inner = [line.text for line in block[:-1]]
    if 2 * sum(_starts_small(line) for line in block) > len(block):
        return False
    commas = sum(text[-1] in ",;" for text in inner)
    closed = sum(ends_like_sentence(text) for text in inner)
    return commas > 0 and 2 * closed <= len(inner) and ends_like_sentence(block[-1].text)


def _continues_list(before: _Part, after: _Part) -> bool:
    """Say whether a list item belongs to what stands before it: another item, or its opening."""
    if not after.lists or after.span.end - before.span.start > PIECE:
        return False
    last = before.lines[-1]
    opens = last.text.endswith(":") or (
        before.block == after.block and not ends_like_sentence(last.text)
    )
    return before.lists or (opens and not last.heading)
