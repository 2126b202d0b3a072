"""The first step: questions that are answered here, or how to add stories where there are none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.ui.components import ANSWERED, MAX_LABEL, Card, button, row, text
from bot.ui.markup import clean
from embeddings.errors import EmbeddingsError
from embeddings.types import Filters

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from discord import ui

    from bot.context import Context, Seen, Where
    from bot.translate import Language
    from embeddings.types import ArticleSummary

MOST = 3
"""How many questions are offered."""
_READ, _TRIED, _SECONDS = 12, 8, 2.5
"""How many articles are read for questions, how many questions are tried, and for how long."""
_LEAST, _WORDS = 15, 4


async def starters_card(bot: Context, where: Where, language: Language) -> Card:
    """Return what one may ask here, as buttons that ask it."""
    seen = await bot.see(where)
    told = text(language("mention-help" if seen.catalogue.articles else "refusal-empty-corpus"))
    return Card(told, await start_row(seen, language), accent=ANSWERED)


async def start_row(seen: Seen, language: Language) -> ui.ActionRow[Any] | None:
    """Return the questions that are offered, or the button that adds stories where none are."""
    if not seen.catalogue.articles:
        return row(button(language("button-add"), "v:stories"))
    found = await find_starters(seen, language)
    return row(*(button(asked, f"v:start:{n}") for n, asked in enumerate(found)))


async def find_starters(seen: Seen, language: Language) -> tuple[str, ...]:
    """Return questions of the stories themselves that are answered; looked for once.

    They are titles and sentences that end with a question mark, in the reader's language first.
    """
    kept = seen.catalogue.starters
    if language.code not in kept:
        found: list[str] = []
        try:
            async with asyncio.timeout(_SECONDS):
                async for asked in _answered(seen, language):
                    found.append(asked)
                    if len(found) == MOST:
                        break
        except TimeoutError:
            pass
        kept[language.code] = tuple(found)
    return kept[language.code]


async def _answered(seen: Seen, language: Language) -> AsyncIterator[str]:
    tried: set[str] = set()
    async for asked in _candidates(seen, language):
        if asked in tried:
            continue
        tried.add(asked)
        if len(tried) > _TRIED:
            return
        try:
            answer = await seen.ask(asked, Filters(), top_k=1)
        except EmbeddingsError:
            continue
        if answer.hits and asked not in answer.hits[0].sentence.text:
            yield asked


async def _candidates(seen: Seen, language: Language) -> AsyncIterator[str]:
    articles = seen.catalogue.matching("")
    theirs = [article for article in articles if article.language == language.code]
    for article in (theirs or articles)[:_READ]:
        if _is_question(clean(article.title).strip()):
            yield clean(article.title).strip()
    for article in (theirs or articles)[:_READ]:
        for asked in await _read_questions(seen, article):
            yield asked


async def _read_questions(seen: Seen, article: ArticleSummary) -> list[str]:
    try:
        stored = await seen.read(article)
    except EmbeddingsError:
        return []

    def find() -> Iterator[str]:
        for passage in seen.passages(article):
            for span in passage.sentences:
                said = clean(stored.text[span.start : span.end]).strip()
                if _is_question(said):
                    yield said

    return [*find()]


def _is_question(said: str) -> bool:
    is_whole = _LEAST <= len(said) <= MAX_LABEL and said[:1].isupper()
    return is_whole and said.endswith("?") and len(said.split()) >= _WORDS
