"""Shows an article on Discord: page by page, or one passage with its neighbours."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from discord import ButtonStyle, ui

from bot.asking.excerpt import cut_at_sentences, excerpt
from bot.asking.render import open_link
from bot.context import Interaction, Scope, language_of
from bot.delivery import defer, defer_update
from bot.errors import BotError
from bot.translate import Language
from bot.ui.components import Card, button, row, text
from bot.ui.handlers import Input, handles
from bot.ui.markup import escape
from bot.ui.naming import DIGEST, PLACE, Place, heading, ref
from embeddings.types import Article, ArticleSummary, Passage, Span

PAGE = 2800
"""The limit of a page's text in characters, markdown included."""
NEIGHBOUR = 900
"""The limit of each neighbouring paragraph, in characters."""
_WIDEST, _MARKS = 3, 4
"""The most characters that escaping makes of one character, and adds around a text."""


@dataclass(frozen=True, slots=True)
class Page:
    """A paragraph, or a part of a long one, as ``text[start:end]``."""

    paragraph: int
    start: int
    end: int


def cut_pages(text: str, passages: Sequence[Passage]) -> list[Page]:
    """Cut an article into one page per paragraph, and long paragraphs between sentences."""
    return [page for passage in passages for page in _cut_passage(text, passage)]


def _cut_passage(text: str, passage: Passage) -> Iterator[Page]:
    start = end = passage.start
    if _fits(text, passage.start, passage.end):
        yield Page(passage.paragraph, passage.start, passage.end)
        return
    for first, last in _list_pieces(text, passage):
        if end > start and not _fits(text, start, last):
            yield Page(passage.paragraph, start, end)
            start = first
        end = last
    yield Page(passage.paragraph, start, end)


def _list_pieces(text: str, passage: Passage) -> Iterator[tuple[int, int]]:
    """Yield the spans of a passage's sentences; a sentence longer than a page in several pieces."""
    for first, last in cut_at_sentences(passage):
        if _fits(text, first, last):
            yield first, last
        else:
            yield from _cut_sentence(text, first, last)


def _fits(text: str, start: int, end: int) -> bool:
    """Say whether a span fits on a page; the text is escaped only if its length leaves doubt."""
    return _WIDEST * (end - start) + _MARKS <= PAGE or len(escape(text[start:end])) <= PAGE


def _cut_sentence(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a span after words, or anywhere if it has no spaces."""
    step = PAGE // _WIDEST
    while end - start > step:
        space = text.rfind(" ", start + step // 2, start + step)
        stop = space + 1 if space >= 0 else start + step
        yield start, stop
        start = stop
    yield start, end


async def open_page(scope: Scope, name: str, index: int, language: Language) -> Card:
    """Return a page of an article, counted from 0, after checking its text against the index.

    Raises:
        BotError: The article is gone, or its stored text differs from what was indexed.
    """
    article, passages = await _read(scope, scope.article(name))
    return await asyncio.to_thread(page_card, article, passages, index, language)


async def open_context(scope: Scope, place: Place, language: Language) -> Card:
    """Return a passage with its neighbours; raises BotError if it is gone or has changed."""
    article, passages = await _read(scope, scope.article(place.article))
    if (passage := place.find(passages)) is None:
        raise BotError("passage-gone")
    return await asyncio.to_thread(context_card, article, passages, passage.paragraph, language)


async def _read(scope: Scope, article: ArticleSummary) -> tuple[Article, Sequence[Passage]]:
    """Read the stored article, and check that its passages are the indexed ones."""
    passages, stored = scope.passages(article), await scope.read(article)
    if not passages or not all(passage.stands_in(stored.text) for passage in passages):
        raise BotError("passage-gone")
    return stored, passages


def page_card(
    article: Article, passages: Sequence[Passage], index: int, language: Language
) -> Card:
    """Return the page nearest to an index, counted from 0, with the buttons that turn pages."""
    pages = cut_pages(article.text, passages)
    at = max(0, min(index, len(pages) - 1))
    page, name = pages[at], ref(article)
    foot = language("page", number=str(page.paragraph), total=str(passages[-1].paragraph))
    back = button(language("button-previous"), f"v:read:{name}.{at - 1}")
    next_id = f"v:read:{name}.{at + 1}"
    onward = button(language("button-next"), next_id, style=ButtonStyle.primary)
    return Card(
        text(heading(article, language)),
        ui.Separator(),
        text(f"> {escape(article.text[page.start : page.end])}"),
        text(f"-# {foot}"),
        row(
            back if at else None,
            onward if at + 1 < len(pages) else None,
            open_link(article, Span(page.start, page.end), language),
            button(language("button-about"), f"v:then:{name}"),
        ),
    )


def context_card(
    article: Article, passages: Sequence[Passage], paragraph: int, language: Language
) -> Card:
    """Return a passage in bold, between the paragraphs before and after it."""
    at = next(i for i, p in enumerate(passages) if p.paragraph == paragraph)
    passage = passages[at]
    before = _neighbour(article.text, passages[at - 1], last=True) if at else ""
    after = _neighbour(article.text, passages[at + 1]) if at + 1 < len(passages) else ""
    opening = cut_at_sentences(passage)[0]
    middle = "".join(excerpt(article.text, passage, opening, PAGE - 2 * NEIGHBOUR)).strip(" ")
    pages = cut_pages(article.text, passages)
    first = next(i for i, page in enumerate(pages) if page.paragraph == paragraph)
    return Card(
        text(heading(article, language)),
        ui.Separator(),
        text(f"> {before}") if before else None,
        text(f"> **{middle}**"),
        text(f"> {after}") if after else None,
        text(f"-# {language('paragraph', number=str(paragraph))}"),
        row(
            button(language("button-read-on"), f"v:read:{ref(article)}.{first}"),
            open_link(article, Span(*opening), language),
        ),
    )


def _neighbour(text: str, passage: Passage, *, last: bool = False) -> str:
    """Return the first sentences of a paragraph, or the ``last``, as many as fit."""
    sentence = cut_at_sentences(passage)[-1 if last else 0]
    return "".join(excerpt(text, passage, sentence, NEIGHBOUR)).strip(" ")


@handles(rf"v:ctx:{PLACE}", defer)
async def show_context(interaction: Interaction, data: Input) -> Card:
    """Show a passage between the paragraphs before and after it."""
    scope, place = await interaction.client.open_scope(interaction), Place.read(data.parts)
    return await open_context(scope, place, language_of(interaction))


@handles(rf"v:read:(?P<article>{DIGEST})\.(?P<page>\d+)", defer_update)
async def turn_page(interaction: Interaction, data: Input) -> Card:
    """Show another page of the article, in the same message."""
    scope, page = await interaction.client.open_scope(interaction), int(data["page"])
    return await open_page(scope, data["article"], page, language_of(interaction))


@handles(r"v:open", defer)
async def open_chosen(interaction: Interaction, data: Input) -> Card:
    """Show the first page of the article that was chosen in the list."""
    scope = await interaction.client.open_scope(interaction)
    return await open_page(scope, data.chosen, 0, language_of(interaction))
