"""Opening an article at a page or a passage: looked up in what is seen, read again, compared."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.errors import BotError
from bot.reading.pages import context_card, find, intact, page_card

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.translate import Language
    from bot.ui.parts import Card
    from bot.ui.refs import Place
    from bot.view import Seen
    from embeddings.types import Article, ArticleSummary, Passage


async def page(seen: Seen, ref: str, index: int, language: Language) -> Card:
    """Return a page of an article.

    Args:
        seen: What is seen from where somebody asks.
        ref: The article, as a button names it.
        index: Which page, from 0.
        language: The reader's.

    Raises:
        BotError: The article is gone, or is not what was indexed.
    """
    found = seen.article(ref)
    article, passages = await _read(seen, found)
    return await asyncio.to_thread(page_card, article, passages, index, language, found.corrected)


async def context(seen: Seen, place: Place, language: Language) -> Card:
    """Return a passage between its neighbours.

    Raises:
        BotError: The article is gone, or the passage is not what it was.
    """
    found = seen.article(place.article)
    article, passages = await _read(seen, found)
    passage = find(passages, place)
    if passage is None:
        raise BotError("passage-gone")
    paragraph = passage.paragraph
    return await asyncio.to_thread(
        context_card, article, passages, paragraph, language, found.corrected
    )


def is_there(seen: Seen, place: Place) -> bool:
    """Say whether a passage that was shown still serves as it was, and is seen from here."""
    found = seen.catalogue.by_ref.get(place.article)
    return found is not None and find(seen.passages(found), place) is not None


async def _read(seen: Seen, article: ArticleSummary) -> tuple[Article, Sequence[Passage]]:
    """Read an article again, and compare what will be quoted with what was indexed."""
    passages = seen.passages(article)
    stored = await seen.read(article)
    if not passages or not all(intact(stored, passage) for passage in passages):
        raise BotError("passage-gone")
    return stored, passages
