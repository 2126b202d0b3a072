"""Which blocks of a page are its story: those that extractors point at, and what belongs to them.

An extractor says where the story lies; the words of a block are never cut. Two are asked, because
each of them cuts some stories off.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from embeddings.readers.draft import LeftOut
from embeddings.readers.formats.decoding import normal
from embeddings.readers.pages import elements
from embeddings.readers.pages.blocks import Block, Kind, Page, page_of
from embeddings.readers.pages.opinions import (
    LONGEST_INVITATION,
    is_aside,
    is_offer,
    is_prose,
    is_text,
    leads_elsewhere,
)
from embeddings.text.boilerplate import LONG_CHARACTERS, ends_like_sentence, fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from embeddings.readers.pages.opinions import Opinion

FEW_LINKED = 0.2
"""The share of links up to which a long block is no teaser."""
MOST_AT_HOME = 0.9
"""The share of the story's characters that an element must hold to be taken for its home."""
COMPANY = 2
"""From so many paragraphs in the same elements on, others in them are the story's too."""
BELOW_HEADLINE = 10
"""Within so many blocks below the headline its story begins."""
LONGEST_TOLD = 60
"""The most characters of a block that are told of it when it is left out."""
_NEVER = frozenset(("nav", "footer", "menu", "figcaption"))
"""The elements that hold no story, however much of the page's text they hold."""


def choose(
    page: Page, opinions: Sequence[Opinion], title: str
) -> tuple[list[Block], tuple[LeftOut, ...]]:
    """Return the blocks that are the story, in order, and what in its midst is no part of it.

    Args:
        page: All blocks of the page.
        opinions: What extractors take for the story.
        title: The headline, which is not repeated.
    """
    found, headline = page.blocks, fold(title)
    votes = [sum(opinion.holds(block.text) for opinion in opinions) for block in found]
    text = {i for i, block in enumerate(found) if is_text(block)}
    sure = {i for i in text if votes[i] and votes[i] == len(opinions)}
    prose = {i for i in text if is_prose(found[i])}
    sure = sure or {i for i in text if votes[i]}
    sure = sure or {i for i in prose if len(found[i].text) >= LONG_CHARACTERS} or prose
    apart = _apart(page, sure)
    top = _headline_at(found, headline)
    core = (_core(page, {i for i in prose if votes[i]}, sure) | _opening(found, votes, top)) - apart
    core |= _beside(page, text, core) - apart
    body = {i for i in core if found[i].kind not in (Kind.STANDFIRST, Kind.HEADING)} or core
    headings = {i for i, b in enumerate(found) if votes[i] and b.kind is Kind.HEADING}
    others = _posts(page, core, apart) | (headings - apart)
    start = min(body, default=0)
    core |= {i for i in others - apart if i > min(start, top) and found[i].kind is Kind.ROW}
    kept = core | {i for i in others if i > start}
    span = range(min(core, default=0), max(core, default=-1) + 1)
    chosen = [
        i for i in span if i in kept and not is_aside(found[i]) and fold(found[i].text) != headline
    ]
    chosen, offer = _until_end(page, chosen)
    return [found[i] for i in chosen], (*offer, *_left_out(page, chosen, apart))


def text_of(chosen: Sequence[Block]) -> str:
    """Return blocks as a text: an empty line between them, none between items, ## on headings."""
    parts: list[str] = []
    for i, block in enumerate(chosen):
        if i:
            together = block.kind is chosen[i - 1].kind is Kind.ITEM and block.mark
            parts.append("\n" if together else "\n\n")
        if block.kind is Kind.HEADING:
            parts.append("## " + block.text.replace("\n", " "))
        else:
            parts.append(block.mark + block.text)
    return "".join(parts)


def fragment_text(markup: str) -> str:
    """Return the text of a piece of HTML that is a story and nothing else, or of a plain text."""
    root = elements.parse_page(f"<!doctype html><html><body>{markup}</body></html>")
    return "" if root is None else normal(text_of(page_of(root).blocks)).strip("\n")


def _core(page: Page, prose: set[int], sure: set[int]) -> set[int]:
    """Return the text of the story: what all extractors found, and the prose that one did.

    The prose must stand at the story's home, or be long and no teaser.
    """
    home = _inside(page, sure)
    return sure | {
        i
        for i in prose
        if i in home
        or (len(page.blocks[i].text) >= LONGEST_INVITATION and page.blocks[i].linked < FEW_LINKED)
    }


def _headline_at(found: Sequence[Block], headline: str) -> int:
    """Return where the folded headline stands, or its beginning; where all ends without it."""
    headlines = (
        i
        for i, block in enumerate(found)
        if block.kind is Kind.HEADING and f"{headline} ".startswith(fold(block.text) + " ")
    )
    return next(headlines, len(found)) if headline else len(found)


def _opening(found: Sequence[Block], votes: Sequence[int], top: int) -> set[int]:
    """Return the text just below the headline that an extractor found, and the standfirst."""
    return {
        i
        for i in range(top + 1, min(top + BELOW_HEADLINE, len(found)))
        if found[i].kind is Kind.STANDFIRST
        or (votes[i] and found[i].kind is Kind.HEADING and not leads_elsewhere(found[i]))
        or (votes[i] and is_text(found[i]) and len(found[i].text) >= LONG_CHARACTERS)
    }


def _apart(page: Page, core: set[int]) -> set[int]:
    """Return the blocks that an element sets apart, unless it holds most of the story."""
    sizes: Counter[int] = Counter()
    for i in core:
        sizes[page.blocks[i].around] += len(page.blocks[i].text)
    most = sizes.total() / 2
    for number in sorted(page.asides, reverse=True):
        sizes[page.asides[number][0]] += sizes[number]
    closed: dict[int, bool] = {0: False}
    for number, (outer, name) in sorted(page.asides.items()):
        closed[number] = closed[outer] or name in _NEVER or sizes[number] <= most
    return {i for i, block in enumerate(page.blocks) if closed[block.around]}


def _beside(page: Page, text: set[int], core: set[int]) -> set[int]:
    """Return the text at the story's home that stands in the same elements as the story does.

    What is no prose must stand between two of its blocks.
    """
    shapes = Counter(_shape_around(page, i) for i in core)
    between = range(min(core, default=0), max(core, default=-1))
    return {
        i
        for i in text & _inside(page, core)
        if shapes[_shape_around(page, i)] >= COMPANY
        and (is_prose(page.blocks[i]) or (i in between and page.blocks[i].linked < FEW_LINKED))
    }


def _shape_around(page: Page, i: int) -> int:
    """Return the shape of the element that a paragraph, or the list of an item, stands in."""
    block = page.blocks[i]
    around = page.parents[block.own]
    return page.shapes[page.parents[around] if block.kind is Kind.ITEM else around]


def _posts(page: Page, core: set[int], apart: set[int]) -> set[int]:
    """Return the posts at the story's home, in whatever elements, and the rows of tables.

    Rows are none where a name sets them apart, such as those of the weather.
    """
    blocks = page.blocks
    named = {i for i in apart if page.asides[blocks[i].around][1] not in elements.ASIDES}
    inside = {i for i in _inside(page, core) if is_text(blocks[i])}
    posts = {i for i in inside if blocks[i].kind is Kind.POST}
    return posts | {i for i in inside - named if blocks[i].kind is Kind.ROW}


def _inside(page: Page, core: set[int]) -> set[int]:
    """Return the blocks within the innermost element that holds nearly all of the story."""
    sizes = [0] * len(page.parents)
    for i in core:
        sizes[page.blocks[i].own] += len(page.blocks[i].text)
    enough = MOST_AT_HOME * sum(sizes)
    for number in range(len(sizes) - 1, 0, -1):
        sizes[page.parents[number]] += sizes[number]
    home = max((n for n, size in enumerate(sizes) if size >= enough), default=0)
    inside = [number == home for number in range(len(sizes))]
    for number in range(1, len(sizes)):
        inside[number] = inside[number] or inside[page.parents[number]]
    return {i for i, block in enumerate(page.blocks) if inside[block.own]}


def _until_end(page: Page, chosen: list[int]) -> tuple[list[int], tuple[LeftOut, ...]]:
    """Cut a story where the page says that the rest is for subscribers, or another story."""
    prose = {i for i in chosen if is_prose(page.blocks[i])}
    last = {page.parents[page.blocks[i].own]: i for i in sorted(prose)}
    reach = -1
    for place, i in enumerate(chosen):
        block = page.blocks[i]
        if reach >= 0 and is_offer(block):
            return chosen[:place], (LeftOut(_quoted(block), "the rest is for subscribers"),)
        if 0 <= reach < i and leads_elsewhere(block):
            return chosen[:place], ()
        if i in prose:
            reach = max(reach, last[page.parents[block.own]])
    return [i for i in chosen if not is_offer(page.blocks[i])], ()


def _left_out(page: Page, chosen: Sequence[int], apart: set[int]) -> Iterator[LeftOut]:
    """Yield what stands between the first and the last block of the story and was not taken."""
    taken = set(chosen)
    for i in range(min(chosen, default=0), max(chosen, default=-1)):
        block = page.blocks[i]
        told = i in apart or block.kind is Kind.ROW or ends_like_sentence(block.text)
        if told and i not in taken:
            _, name = page.asides.get(block.around, (0, ""))
            why = f"the page sets it apart ({name})" if name else "it is no part of the story"
            yield LeftOut(_quoted(block), why)


def _quoted(block: Block) -> str:
    """Return the first words of a block."""
    return f"“{textwrap.shorten(block.text, LONGEST_TOLD, placeholder=' …')}”"
