"""Opening an article at a page or a passage: looked up in memory, read again, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import BotError
from bot.reading import context_card, find, intact, page_card

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.client import VerbatimBot
    from bot.parts import Card
    from bot.refs import Place
    from bot.translate import Language
    from embeddings.types import Article, Passage


def article_id(bot: VerbatimBot, ref: str) -> str:
    """Return the id of the article that a button names.

    Raises:
        BotError: It is no longer there.
    """
    found = bot.catalogue.ids.get(ref)
    if found is None:
        raise BotError("article-gone")
    return found


async def page(bot: VerbatimBot, ref: str, index: int, language: Language) -> Card:
    """Return a page of an article.

    Raises:
        BotError: The article is gone, or is not what was indexed.
    """
    article, passages = await _read(bot, article_id(bot, ref))
    return page_card(article, passages, index, language)


async def context(bot: VerbatimBot, place: Place, language: Language) -> Card:
    """Return a passage between its neighbours.

    Raises:
        BotError: The article is gone, or the passage is not what it was.
    """
    article, passages = await _read(bot, article_id(bot, place.article))
    passage = find(passages, place)
    if passage is None:
        raise BotError("passage-gone")
    return context_card(article, passages, passage.paragraph, language)


def is_there(bot: VerbatimBot, place: Place) -> bool:
    """Say whether a passage that was shown still serves as it was."""
    found = bot.catalogue.ids.get(place.article)
    return found is not None and find(bot.engine.passages(found), place) is not None


async def _read(bot: VerbatimBot, article: str) -> tuple[Article, Sequence[Passage]]:
    """Read an article again, and compare what will be quoted with what was indexed."""
    passages = bot.engine.passages(article)
    stored = await bot.engine.article(article)
    if not passages or not all(intact(stored, passage) for passage in passages):
        raise BotError("passage-gone")
    return stored, passages
