"""Splits an article into quotable paragraphs and their sentences, as offsets into its text; pure.

A paragraph ends at a blank line, or at each line's end where paragraphs are single lines; lines
wrapped by hand make one paragraph. The shape of a block's lines shows which of the two it is.
Boilerplate (see ``boilerplate``) is left out.
"""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

from embeddings.text.boilerplate import (
    LONG_CHARACTERS,
    ends_like_sentence,
    fold,
    is_boilerplate,
    is_heading,
    is_term_entry,
    stands_alone,
)
from embeddings.text.sentences import ITEM, group_sentences, sentences, trim
from embeddings.types import Article, Passage, Span, digest

RECENT = 64
"""Articles whose paragraphs are cached: one change asks for them several times."""
LONG_PARAGRAPH = 2500
"""Characters beyond which a paragraph of one line is cut at sentence ends."""
PIECE = 1500
"""Most characters of such a piece, unless a sentence is longer, and of a list."""
WIDEST_WRAP = 120
"""Most characters of a line in text wrapped by hand."""
NARROWEST_WRAP = 40
"""Fewest characters of its longest line; narrower blocks are addresses or other short lines."""
_INVISIBLE = "\u200b\u2060\ufeff"
_RULE = re.compile(r"\A(?:[-=_*~#+.·•–—]\s?){2,}$")
_UNDERLINE = re.compile(r"\A(?:={2,}|-{2,})$")
_ALNUM = re.compile(r"[^\W_]")
_FIRST_WORD = re.compile(r"\S+")


class _Line(NamedTuple):
    """A trimmed line, without ``indent`` leading characters; ``alone``: part of no paragraph."""

    start: int
    end: int
    text: str
    indent: int
    heading: bool
    alone: bool


class _Part(NamedTuple):
    """A paragraph: consecutive lines, and the number of their block; ``lists`` if it has items."""

    lines: tuple[_Line, ...]
    block: int
    lists: bool = False

    @property
    def span(self) -> Span:
        return Span(self.lines[0].start, self.lines[-1].end)


def split(article: Article) -> tuple[Passage, ...]:
    """Split a stored text into its quotable paragraphs, in order, disjoint and trimmed."""
    return _split(article.id, article.text, fold(article.title))


@lru_cache(RECENT)
def _split(article_id: str, text: str, title: str) -> tuple[Passage, ...]:
    parts = _parts(text, title)
    texts = [part.span.of(text) for part in parts]
    is_term = [is_term_entry(each) and not stands_alone(each, title) for each in texts]
    series = {row for i, pair in enumerate(pairwise(is_term)) if all(pair) for row in (i, i + 1)}
    spans = chain.from_iterable(
        _pieces(text, part)
        for i, part in enumerate(parts)
        if not _is_heading(part) and (i in series or not is_boilerplate(texts[i], title))
    )
    return make_passages(article_id, text, spans)


def titles_of(article: Article, passages: Iterable[Passage]) -> tuple[str, ...]:
    """Return each passage's title: the article's, and the heading above the passage, if any."""
    parts = _parts(article.text, fold(article.title))
    headings = [part.lines[0] for part in parts if _is_heading(part)]
    starts = [line.start for line in headings]
    counts = (bisect(starts, passage.start) for passage in passages)
    nearest = (headings[max(0, count - 1) : count] for count in counts)
    return tuple(
        ". ".join([article.title, *(line.text.strip("# \t") for line in lines)])
        for lines in nearest
    )


def _is_heading(part: _Part) -> bool:
    return len(part.lines) == 1 and part.lines[0].heading


def paragraphs(text: str) -> tuple[Span, ...]:
    """Return every paragraph of a text in order, boilerplate included."""
    return tuple(part.span for part in _parts(text, ""))


def make_passages(article_id: str, text: str, spans: Iterable[Span]) -> tuple[Passage, ...]:
    """Make a passage of each span of ``text``, numbered from 1."""
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
    """Yield a paragraph's span, or several cut at sentence ends if it is one long line."""
    span = part.span
    if span.end - span.start <= LONG_PARAGRAPH or len(part.lines) > 1:
        yield span
    else:
        yield from group_sentences(sentences(text, span.start, span.end), PIECE)


@lru_cache(RECENT)
def _parts(text: str, title: str) -> list[_Part]:
    """Return every paragraph of a text, boilerplate included; the items of a list are joined."""
    blocks = _blocks(text, title)
    habit = _is_wrapped([pair for block in blocks for pair in pairwise(block)], blocks)
    parts: list[_Part] = []
    for number, block in enumerate(blocks):
        for part in _divide(block, number, habit=habit):
            if parts and _continues_list(parts[-1], part):
                parts[-1] = _Part(parts[-1].lines + part.lines, number, lists=True)
            else:
                parts.append(part)
    return parts


def _blocks(text: str, title: str) -> list[list[_Line]]:
    """Group lines that no blank line or rule separates; mark an underlined line as a heading."""
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
    """Split a block into paragraphs; ``habit``: the text as a whole is wrapped by hand."""
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

    Most of them end inside a sentence, without room for the next line's first word.
    """
    width = max((len(line.text) for block in blocks for line in block), default=0)
    if not pairs or not NARROWEST_WRAP <= width <= WIDEST_WRAP:
        return False
    open_ends = sum(not ends_like_sentence(above.text) for above, _ in pairs)
    full = sum(_room(above, below, width) <= 0.15 * width for above, below in pairs)
    return 2 * open_ends > len(pairs) and full >= 0.6 * len(pairs)


def _room(above: _Line, below: _Line, width: int) -> int:
    """Return the room that is left on the line above after the next line's first word."""
    word = _FIRST_WORD.match(below.text)
    return width - len(above.text) - 1 - (len(word[0]) if word else 0)


def _is_boundary(above: _Line, below: _Line, width: int) -> bool:
    """Say whether a new paragraph begins at the line below.

    ``width`` is the wrapping width in characters, or 0 if the lines are not wrapped by hand.
    """
    closed = ends_like_sentence(above.text)
    if above.heading or below.heading or above.alone or (below.alone and (closed or not width)):
        return True
    if _is_item(below):
        return closed or not (width and below.text[0] in "–—")
    continues = _continues_sentence(above, below, closed=closed)
    if continues or not width:
        return not continues
    room = _room(above, below, width)
    indented = below.indent >= above.indent + 2 and not _is_item(above)
    return room > (0.1 if closed else 0.4) * width or (closed and indented)


def _continues_sentence(above: _Line, below: _Line, *, closed: bool) -> bool:
    """Say whether the line below continues a sentence of the line above."""
    if _starts_small(below) and not (closed or _is_item(below)):
        return True
    return above.text[-1] in ",;" or (_is_item(above) and below.indent > 1)


def _starts_small(line: _Line) -> bool:
    first = _ALNUM.search(line.text)
    return first is not None and first[0].islower()


def _is_item(line: _Line) -> bool:
    return ITEM.match(line.text) is not None


def _continues_list(before: _Part, after: _Part) -> bool:
    """Say whether an item continues a list, or follows the paragraph that introduces the list."""
    if not after.lists or after.span.end - before.span.start > PIECE:
        return False
    last = before.lines[-1]
    opens = last.text.endswith(":") or (
        before.block == after.block and not ends_like_sentence(last.text)
    )
    return before.lists or (opens and not last.heading)
