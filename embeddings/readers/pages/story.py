"""Selects the blocks of a page that are its story: those that extractors return, and their kin.

An extractor only votes for blocks; the words of a block are never cut. Two extractors vote,
because each of them truncates some stories.
"""

import re
import textwrap
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from embeddings.readers.decoding import normal
from embeddings.readers.draft import LeftOut
from embeddings.readers.pages import elements
from embeddings.readers.pages.blocks import Block, Kind, Page, page_of
from embeddings.text.analysis import any_of
from embeddings.text.boilerplate import LONG_CHARACTERS, ends_like_sentence, fold, is_notice
from embeddings.types import BREAK

SHINGLE = 3
"""Words per shingle, the unit by which texts are compared."""
FEW_WORDS = 5
"""The most words of a text that must equal a whole line of an extractor to get its vote."""
MOST_LINKED = 0.5
"""The share of link text above which a block is a menu or a teaser."""
ONLY_LINKS = 0.9
"""The share of link text above which even a sentence or a table's row is one."""
LONGEST_TEASER = 250
"""The most characters of a teaser, or of an offer to subscribe."""
_OFFER = re.compile(any_of("offer"), re.IGNORECASE)
_ELSEWHERE = re.compile(any_of("elsewhere"), re.IGNORECASE)
"""How a heading above other stories begins."""
MOST_AT_HOME = 0.9
"""The least share of the story's characters in the element that is taken for its home."""
COMPANY = 2
"""How many blocks of the core must share a shape for other text of that shape to join it."""
BELOW_HEADLINE = 10
"""How many blocks below the headline may open the story."""
LONGEST_EXCERPT = 60
"""The most characters that a warning quotes of a text that was left out."""


def choose(
    page: Page, extractors: Sequence[Callable[[str], bool]], title: str
) -> tuple[list[Block], tuple[LeftOut, ...]]:
    """Return the blocks of the story, in order, and what was left out between them.

    Args:
        page: All blocks of the page.
        extractors: One function per extractor: whether a text is part of the story it extracted.
        title: The headline; the blocks that repeat it are dropped.
    """
    blocks, headline = page.blocks, fold(title)
    votes = [sum(holds(block.text) for holds in extractors) for block in blocks]
    text = {i for i, block in enumerate(blocks) if is_text(block)}
    sure = {i for i in text if votes[i] and votes[i] == len(extractors)}
    prose = {i for i in text if is_prose(blocks[i])}
    sure = sure or {i for i in text if votes[i]}
    sure = sure or {i for i in prose if len(blocks[i].text) >= LONG_CHARACTERS} or prose
    aside = _in_asides(page, sure)
    top = _find_headline(blocks, headline)
    core = _core(page, {i for i in prose if votes[i]}, sure) | _opening(blocks, votes, top)
    core -= aside
    core |= _like_core(page, text, core) - aside
    headings = {i for i, b in enumerate(blocks) if votes[i] and b.kind is Kind.HEADING}
    others = _posts_and_rows(page, core, aside) | (headings - aside)
    below = min(core | {top})
    core |= {i for i in others - aside if i > below and blocks[i].kind is Kind.ROW}
    story = core | others
    story -= {i for i in story if is_aside(blocks[i]) or fold(blocks[i].text) == headline}
    story -= _find_repeated({i: blocks[i] for i in story})
    span = range(min(core, default=0), max(core, default=-1) + 1)
    kept, texts = [i for i in span if i in story], [blocks[i].text for i in span if i in story]
    is_double = texts[: len(texts) // 2] == texts[len(texts) // 2 :]  # for telephones once more
    chosen, offer = _cut_end(page, kept[: len(kept) // 2] if is_double else kept)
    return [blocks[i] for i in chosen], (*offer, *_left_out(page, chosen, aside))


def _find_repeated(story: dict[int, Block]) -> set[int]:
    """Return the blocks of some words that are a part of a paragraph, as a pull quote is.

    Short ones must be sentences or quotations; a standfirst may also be the whole paragraph.
    """
    prose = {i: b for i, b in story.items() if b.kind in (Kind.PARAGRAPH, Kind.STANDFIRST)}
    texts = {i: f" {fold(block.text)} " for i, block in prose.items()}
    runs = {i: shingles(text.split()) for i, text in texts.items()}
    is_lead = {i: block.kind is Kind.STANDFIRST for i, block in prose.items()}
    is_said = {i: ends_like_sentence(b.text) or b.text[0] in '«“"' for i, b in prose.items()}
    holders: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for i, text in texts.items():
        for run in runs[i] * (not is_lead[i]):
            holders[run].add(text)
    long = (i for i, text in texts.items() if len(text.split()) > FEW_WORDS * (2 - is_said[i]))
    pairs = ((i, texts[i], other) for i in long for other in holders[runs[i][0]])
    return {i for i, text, other in pairs if text in other and (text != other or is_lead[i])}


def shingles(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the runs of ``SHINGLE`` words."""
    return list(zip(*(words[i:] for i in range(SHINGLE)), strict=False))


def text_of(chosen: Sequence[Block]) -> str:
    """Join blocks to a text: an empty line between them, none between items, ## before headings."""
    parts: list[str] = []
    for i, block in enumerate(chosen):
        if i:
            in_list = block.kind is chosen[i - 1].kind is Kind.ITEM and block.marker
            parts.append("\n" if in_list else "\n\n")
        heading = "## " + block.text.replace("\n", " ")
        parts.append(heading if block.kind is Kind.HEADING else block.marker + block.text)
    return "".join(parts)


def fragment_text(markup: str) -> str:
    """Return the whole text of an HTML fragment, or of a plain text, without captions."""
    root = elements.parse_page(f"<!doctype html><html><body>{markup}</body></html>")
    for caption in () if root is None else [*root.iter("figcaption")]:
        caption.clear(keep_tail=True)
    return "" if root is None else normal(text_of(page_of(root).blocks)).strip("\n")


def _core(page: Page, prose: set[int], sure: set[int]) -> set[int]:
    """Return the sure blocks, and the prose that one extractor voted for.

    The prose must be in the story's home, or be long and no teaser.
    """
    long = {i for i in prose if len(page.blocks[i].text) >= LONGEST_TEASER}
    unlinked = {i for i in long if page.blocks[i].link_share < MOST_LINKED}
    return sure | (prose & _at_home(page, sure)) | unlinked


def _find_headline(blocks: Sequence[Block], headline: str) -> int:
    """Return the index of the heading that the folded headline begins with; else len(blocks)."""
    headings = {i: fold(b.text) for i, b in enumerate(blocks) if b.kind is Kind.HEADING}
    tops = (i for i, heading in headings.items() if f"{headline} ".startswith(f"{heading} "))
    return next(tops, len(blocks)) if headline else len(blocks)


def _opening(blocks: Sequence[Block], votes: Sequence[int], top: int) -> set[int]:
    """Return the standfirst just below the headline, and the headings and long texts with votes."""
    return {
        i
        for i in range(top + 1, min(top + BELOW_HEADLINE, len(blocks)))
        if blocks[i].kind is Kind.STANDFIRST
        or (votes[i] and blocks[i].kind is Kind.HEADING and not leads_elsewhere(blocks[i]))
        or (votes[i] and is_text(blocks[i]) and len(blocks[i].text) >= LONG_CHARACTERS)
    }


def _in_asides(page: Page, core: set[int]) -> set[int]:
    """Return the blocks in asides, except in those that hold most of the story."""
    sizes: Counter[int] = Counter()
    for i in core:
        sizes[page.blocks[i].aside] += len(page.blocks[i].text)
    half = sizes.total() / 2
    for number in sorted(page.asides, reverse=True):
        sizes[page.asides[number][0]] += sizes[number]
    excluded: dict[int, bool] = {0: False}
    for number, (outer, name) in sorted(page.asides.items()):
        is_never = name in ("nav", "footer", "menu", "figcaption")  # however short the story is
        excluded[number] = excluded[outer] or is_never or sizes[number] <= half
    return {i for i, block in enumerate(page.blocks) if excluded[block.aside]}


def _like_core(page: Page, text: set[int], core: set[int]) -> set[int]:
    """Return the text in the story's home that is in elements of the same shape as the core's.

    Text that is no prose must also stand between two blocks of the core.
    """
    shapes = Counter(_shape_around(page, i) for i in core)
    between = range(min(core, default=0), max(core, default=-1))
    return {
        i
        for i in text & _at_home(page, core)
        if shapes[_shape_around(page, i)] >= COMPANY
        and (is_prose(page.blocks[i]) or (i in between and page.blocks[i].link_share < MOST_LINKED))
    }


def _shape_around(page: Page, i: int) -> int:
    """Return the shape of the parent of a block's element, or of an item's list."""
    block = page.blocks[i]
    parent = page.parents[block.element]
    return page.shapes[page.parents[parent] if block.kind is Kind.ITEM else parent]


def _posts_and_rows(page: Page, core: set[int], aside: set[int]) -> set[int]:
    """Return the posts in the story's home, asides included, and the rows of its tables.

    Rows in an aside count unless a class or id marks it, as of a weather forecast.
    """
    blocks = page.blocks
    named = {i for i in aside if page.asides[blocks[i].aside][1] not in elements.ASIDES}
    texts = {i for i in _at_home(page, core) if is_text(blocks[i])}
    posts = {i for i in texts if blocks[i].kind is Kind.POST}
    return posts | {i for i in texts - named if blocks[i].kind is Kind.ROW}


def _at_home(page: Page, core: set[int]) -> set[int]:
    """Return the blocks in the story's home: the innermost element with nearly all of the core."""
    sizes = [0] * len(page.parents)
    for i in core:
        sizes[page.blocks[i].element] += len(page.blocks[i].text)
    enough = MOST_AT_HOME * sum(sizes)
    for number in range(len(sizes) - 1, 0, -1):
        sizes[page.parents[number]] += sizes[number]
    home = max((n for n, size in enumerate(sizes) if size >= enough), default=0)
    is_inside = [number == home for number in range(len(sizes))]
    for number in range(1, len(sizes)):
        is_inside[number] = is_inside[number] or is_inside[page.parents[number]]
    return {i for i, block in enumerate(page.blocks) if is_inside[block.element]}


def _cut_end(page: Page, chosen: list[int]) -> tuple[list[int], tuple[LeftOut, ...]]:
    """Cut a story at an offer to subscribers, or at the heading of other stories.

    Such a heading ends the story only after the last prose of the elements passed so far.
    """
    texts = {i: page.blocks[i] for i in chosen if is_text(page.blocks[i])}
    prose = {i for i, b in texts.items() if len(b.text) >= LONG_CHARACTERS or is_prose(b)}
    last = {page.parents[page.blocks[i].element]: i for i in sorted(prose)}
    reach = -1
    for place, i in enumerate(chosen):
        block = page.blocks[i]
        if reach >= 0 and is_offer(block):
            return chosen[:place], (LeftOut(excerpt(block.text), "the rest is for subscribers"),)
        if 0 <= reach < i and leads_elsewhere(block):
            return chosen[:place], ()
        if i in prose:
            reach = max(reach, last[page.parents[block.element]])
    return [i for i in chosen if not is_offer(page.blocks[i])], ()


def _left_out(page: Page, chosen: Sequence[int], aside: set[int]) -> Iterator[LeftOut]:
    """Yield the asides, rows and sentences between two chosen blocks that were not chosen."""
    between = range(min(chosen, default=0), max(chosen, default=-1))
    for i in sorted(set(between).difference(chosen)):
        block = page.blocks[i]
        if i in aside or block.kind is Kind.ROW or ends_like_sentence(block.text):
            _, name = page.asides.get(block.aside, (0, ""))
            why = f"the page sets it apart ({name})" if name else "it is no part of the story"
            yield LeftOut(excerpt(block.text), why)


def excerpt(text: str) -> str:
    """Return the first words of a text that was left out, in quotation marks."""
    return f"“{textwrap.shorten(text, LONGEST_EXCERPT, placeholder=' …')}”"


def is_text(block: Block) -> bool:
    """Say whether a block may be part of a story, by its kind and its share of link text."""
    can_be = block.kind is not Kind.HEADING and not is_aside(block)
    is_row = block.kind is Kind.ROW and block.link_share < ONLY_LINKS
    return can_be and (block.link_share < MOST_LINKED or is_row or _is_linked_sentence(block))


def is_prose(block: Block) -> bool:
    """Say whether a block that may be part of a story is a sentence, a post or a table row."""
    can_be = block.kind in (Kind.POST, Kind.ROW) or ends_like_sentence(block.text)
    return can_be and is_text(block)


def _is_linked_sentence(block: Block) -> bool:
    """Say whether a block of links is a sentence: a long one, or with words outside its links."""
    has_own_words = block.link_share < ONLY_LINKS and ":" not in block.text
    return (has_own_words or len(block.text) >= LONG_CHARACTERS) and ends_like_sentence(block.text)


def is_aside(block: Block) -> bool:
    """Say whether a block is a menu, a teaser or a notice."""
    is_linked = block.link_share > MOST_LINKED and not _is_linked_sentence(block)
    return is_linked or is_notice(block.text.replace(BREAK, ""))


def is_offer(block: Block) -> bool:
    """Say whether a block offers the rest of the story to subscribers."""
    return len(block.text) <= LONGEST_TEASER and _OFFER.match(block.text) is not None


def leads_elsewhere(block: Block) -> bool:
    """Say whether a block is the heading above other stories."""
    return block.kind is Kind.HEADING and _ELSEWHERE.match(block.text) is not None
