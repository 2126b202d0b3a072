"""A message somebody wrote -> its sentences, and the passages that speak of each; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.asking.render import ANSWERED, REFUSED, TEXT, day, open_button, quoted, sure
from bot.ui.markup import fit
from bot.ui.parts import Block, Button, Card, Rule, card

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.translate import Language
    from embeddings.types import Answer, Hit

MOST = 5
"""The most sentences of a message that are looked for."""
_LEAST_WORDS = 3
_SENTENCE, _TITLE, _NAME, _LONGEST = 150, 100, 50, 600
_END = re.compile(r"(?<=[.!?…])[\s»”\"')]*\s+|\n+")
_NOISE = re.compile(r"```.*?```|<(?:@[!&]?|#|a?:\w+:|t:)[^>]*>|https?://\S+", re.DOTALL)
_MARK = re.compile(r"^\s*(?:(?:>{1,3}|#{1,3}|-#|[-*+]|\d+[.)])\s+)+", re.MULTILINE)


def sentences(text: str) -> list[str]:
    """Return the sentences of a message that say something, without Discord's marks and links."""
    plain = _MARK.sub("", _NOISE.sub(" ", text)).replace("**", "").replace("__", "")
    parts = (" ".join(part.split())[:_LONGEST] for part in _END.split(plain))
    return [part for part in parts if len(re.findall(r"\w+", part)) >= _LEAST_WORDS]


def attribution_card(found: Sequence[tuple[str, Answer]], left: int, language: Language) -> Card:
    """Return for each sentence the passage that speaks of it, or that none does.

    Args:
        found: Each sentence with the answer to it; ``MOST`` at the most.
        left: How many sentences were left out.
        language: The reader's.
    """
    best = [(sentence, next(iter(answer.hits), None)) for sentence, answer in found]
    title = Block(f"### {language('menu-title')}")
    rest = Block(f"-# {language('menu-left', count=left)}") if left else None
    fixed = sum(len(block.text) for block in _fixed(best, language)) + len(title.text) + 100
    limit = (TEXT - fixed) // max(1, len(best))
    parts: list[Block | Rule] = []
    taken: set[str] = set()
    for sentence, hit in best:
        parts += [Rule(), Block(_said(sentence))]
        parts += _supported(hit, language, limit, taken) if hit else [Block(language("menu-none"))]
    accent = ANSWERED if any(hit for _, hit in best) else REFUSED
    return card(title, *parts, rest, accent=accent)


def _fixed(best: Sequence[tuple[str, Hit | None]], language: Language) -> Iterator[Block]:
    for sentence, hit in best:
        yield Block(_said(sentence))
        yield Block(_source(hit, language) if hit else language("menu-none"))


def _said(sentence: str) -> str:
    return f"-# {fit(sentence, _SENTENCE)}"


def _supported(hit: Hit, language: Language, limit: int, taken: set[str]) -> list[Block]:
    button: Button | None = open_button(hit, language)
    if button and button.custom_id in taken:
        button = None  # a custom id stands once in a message
    elif button and button.custom_id:
        taken.add(button.custom_id)
    return [Block(quoted(hit, language, limit)), Block(_source(hit, language), button)]


def _source(hit: Hit, language: Language) -> str:
    article = hit.article
    details = [fit(article.source, _NAME)] if article.source else []
    details += [day(article.date)] if article.date else []
    details.append(language(sure(hit.confidence, "sure-source")))
    return f"**{fit(article.title, _TITLE)}**\n-# {' · '.join(details)}"
