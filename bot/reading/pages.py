"""An article on Discord: its pages, and a passage between its neighbours."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from discord import ButtonStyle, ui

from bot.asking.excerpt import select, stretches
from bot.asking.links import MAX_URL, link
from bot.context import Seen
from bot.errors import BotError
from bot.translate import Language
from bot.ui.components import ANSWERED, Card, button, row, text
from bot.ui.markup import plain
from bot.ui.naming import Place, heading, ref
from embeddings.types import Article, ArticleSummary, Passage

PAGE = 2800
"""The most characters of a story on one page, mark-up included."""
NEIGHBOUR = 900
"""The most characters of the paragraph before, and of the one after."""
_WIDEST, _MARKS = 3, 4
"""What a character made plain takes at the most, and the marks around a text."""


@dataclass(frozen=True, slots=True)
class Page:
    """A paragraph, or the part of a long one that fits: ``text[start:end]``."""

    paragraph: int
    start: int
    end: int


def pages(text: str, passages: Sequence[Passage]) -> list[Page]:
    """Cut an article into pages, one a paragraph; a long one at the ends of its sentences."""
    return [page for passage in passages for page in _pages_of(text, passage)]


def _pages_of(text: str, passage: Passage) -> Iterator[Page]:
    start = end = passage.start
    if _fits(text, passage.start, passage.end):
        yield Page(passage.paragraph, passage.start, passage.end)
        return
    for first, last in _fitting(text, passage):
        if end > start and not _fits(text, start, last):
            yield Page(passage.paragraph, start, end)
            start = first
        end = last
    yield Page(passage.paragraph, start, end)


def _fitting(text: str, passage: Passage) -> Iterator[tuple[int, int]]:
    """Yield the passage's sentences; one that alone is too long in parts that cannot be."""
    for first, last in stretches(passage.start, passage.end, passage.sentences):
        if _fits(text, first, last):
            yield first, last
        else:
            yield from _parts(text, first, last)


def _fits(text: str, start: int, end: int) -> bool:
    """Say whether a stretch fits on a page; made plain only where its length does not tell."""
    return _WIDEST * (end - start) + _MARKS <= PAGE or len(plain(text[start:end])) <= PAGE


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a stretch after words, or anywhere when it has no spaces."""
    step = PAGE // _WIDEST
    while end - start > step:
        space = text.rfind(" ", start + step // 2, start + step)
        stop = space + 1 if space >= 0 else start + step
        yield start, stop
        start = stop
    yield start, end


async def open_page(seen: Seen, name: str, index: int, language: Language) -> Card:
    """Return a page of an article, counted from 0, read again and compared.

    Raises:
        BotError: The article is gone, or is not what was indexed.
    """
    article, passages = await _read(seen, seen.article(name))
    return await asyncio.to_thread(page_card, article, passages, index, language)


async def open_context(seen: Seen, place: Place, language: Language) -> Card:
    """Return a passage between its neighbours; raises BotError when it is gone, or another."""
    article, passages = await _read(seen, seen.article(place.article))
    passage = place.find(passages)
    if passage is None:
        raise BotError("passage-gone")
    return await asyncio.to_thread(context_card, article, passages, passage.paragraph, language)


async def _read(seen: Seen, article: ArticleSummary) -> tuple[Article, Sequence[Passage]]:
    """Read an article again, and compare what will be quoted with what was indexed."""
    passages = seen.passages(article)
    stored = await seen.read(article)
    if not passages or not all(passage.stands_in(stored.text) for passage in passages):
        raise BotError("passage-gone")
    return stored, passages


def page_card(
    article: Article, passages: Sequence[Passage], index: int, language: Language
) -> Card:
    """Return the page nearest to one of an article's ``pages``, from 0, with buttons to turn it."""
    all_pages = pages(article.text, passages)
    at = max(0, min(index, len(all_pages) - 1))
    page, name = all_pages[at], ref(article)
    foot = language("page", number=str(page.paragraph), total=str(passages[-1].paragraph))
    back = button(language("button-previous"), f"v:read:{name}.{at - 1}")
    onward = f"v:read:{name}.{at + 1}"
    on = button(language("button-next"), onward, style=ButtonStyle.primary)
    return Card(
        text(heading(article, language)),
        ui.Separator(),
        text(f"> {plain(article.text[page.start : page.end])}"),
        text(f"-# {foot}"),
        row(
            back if at else None,
            on if at + 1 < len(all_pages) else None,
            _open(article, page.start, page.end, language),
            button(language("button-about"), f"v:then:{name}"),
        ),
        accent=ANSWERED,
    )


def context_card(
    article: Article, passages: Sequence[Passage], paragraph: int, language: Language
) -> Card:
    """Return a passage between the paragraphs before and after it, itself in bold."""
    at = next(i for i, p in enumerate(passages) if p.paragraph == paragraph)
    passage = passages[at]
    before = _neighbour(article.text, passages[at - 1], last=True) if at else ""
    after = _neighbour(article.text, passages[at + 1]) if at + 1 < len(passages) else ""
    pieces = stretches(passage.start, passage.end, passage.sentences)
    shown = select(article.text, pieces, (passage.start, pieces[0][1]), PAGE - 2 * NEIGHBOUR)
    middle = f"{shown.before}{shown.sentence}{shown.after}".strip(" ")
    first = next(i for i, p in enumerate(pages(article.text, passages)) if p.paragraph == paragraph)
    return Card(
        text(heading(article, language)),
        ui.Separator(),
        text(f"> {before}") if before else None,
        text(f"> **{middle}**"),
        text(f"> {after}") if after else None,
        text(f"-# {language('paragraph', number=str(paragraph))}"),
        row(
            button(language("button-read-on"), f"v:read:{ref(article)}.{first}"),
            _open(article, passage.start, pieces[0][1], language),
        ),
        accent=ANSWERED,
    )


def _neighbour(text: str, passage: Passage, *, last: bool = False) -> str:
    """Return a paragraph from its end, or from its beginning, in a few sentences."""
    pieces = stretches(passage.start, passage.end, passage.sentences)
    shown = select(text, pieces, pieces[-1] if last else pieces[0], NEIGHBOUR)
    return f"{shown.before}{shown.sentence}{shown.after}".strip(" ")


def _open(article: Article, start: int, end: int, language: Language) -> ui.Button[Any] | None:
    url = link(article, start, end)
    return button(language("button-open"), url=url) if url and len(url) <= MAX_URL else None
