"""Finds, for each sentence of a message, the passage that says the same or is about the same."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import Message, MessageSnapshot, ui

from bot.asking import asking
from bot.asking.excerpt import POSSIBLE
from bot.asking.render import BRIEF, TEXT, credit, name_language, open_buttons, quote
from bot.context import Action, Bot, Scope
from bot.delivery import defer
from bot.errors import BotError
from bot.reading.about import starters_card
from bot.translate import Language
from bot.ui.components import (
    ANSWERED,
    REFUSED,
    Card,
    Piece,
    list_custom_ids,
    list_texts,
    measure,
    row,
    text,
)
from bot.ui.markup import fit
from bot.ui.naming import day
from embeddings.errors import QuestionError
from embeddings.text.analysis import is_stop, stem, words
from embeddings.text.sentences import sentences as split_sentences
from embeddings.types import Answer, Article, Hit

MOST = 5
"""The limit of sentences searched for in one message."""
CANDIDATES = 5
"""The number of passages compared with each sentence."""
SAYS = 0.7
"""The minimum share of a sentence's words in a passage that says the same; chosen on the bundled
stories, where a sentence reworded with the story's own words keeps as many."""
_LEAST_WORDS = 3
_SENTENCE, _LONGEST = 150, 600
_NOISE = re.compile(r"```.*?```|<(?:@[!&]?|#|a?:\w+:|t:)[^>]*>", re.DOTALL)
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\(<?https?://[^\s()]{1,2000}\)|https?://\S+")
_MARK = re.compile(r"^[^\S\n]*(?:(?:>{1,3}|#{1,3}|-#|[-*+]|\d+[.)])[^\S\n]+)+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """The passage for a sentence; ``kind``: it ``says`` the same, ``speaks`` of it, ``nothing``."""

    sentence: str
    kind: str
    hit: Hit | None = None


async def find_sources(bot: Bot, action: Action, message: Message, language: Language) -> Card:
    """Return the card with the passages that say the same as a message, sentence by sentence.

    Raises:
        BotError: There is no sentence to check, or it is the bot's answer; or as ``wait_for_turn``.
        TimeoutError: The search takes too long.
    """
    if message.author == bot.user and any(i.startswith("v:ctx:") for i in list_custom_ids(message)):
        raise BotError("own")
    if not (sentences := cut_sentences(shown := read_message(message))):
        is_hidden = isinstance(action, Message) and not shown.strip()
        raise BotError("no-text-given" if is_hidden else "no-text")
    asking.admit(bot, action)
    if isinstance(action, discord.Interaction):
        await defer(action)
    async with asking.wait_for_turn(bot, action) as scope:
        if not scope.catalogue.articles:
            return await starters_card(bot, action, language)
        found = [await _find_passage(scope, sentence, language) for sentence in sentences[:MOST]]
    if not (findings := [finding for finding in found if finding]):
        raise BotError("no-text")
    omitted = max(0, len(sentences) - MOST)
    return await asyncio.to_thread(attribution_card, findings, omitted, language)


async def _find_passage(scope: Scope, sentence: str, language: Language) -> Finding | None:
    """Search for a sentence; return None if it has no word to search for."""
    try:
        answer = await scope.ask(sentence, top_k=CANDIDATES)
    except QuestionError:
        return None
    return compare(sentence, answer, language)


def read_message(message: Message | MessageSnapshot) -> str:
    """Return all text of a message: content, components, embeds, polls, forwarded messages."""
    return "\n".join(filter(None, _list_parts(message)))


def _list_parts(message: Message | MessageSnapshot) -> Iterator[str]:
    yield message.content
    yield from list_texts(message)
    for embed in message.embeds:
        yield from (embed.title or "", embed.description or "")
        for field in embed.fields:
            yield from (field.name or "", field.value or "")
    if poll := getattr(message, "poll", None):
        yield from (poll.question, *(answer.text for answer in poll.answers))
    for forwarded in getattr(message, "message_snapshots", ()):
        yield from _list_parts(forwarded)


def cut_sentences(text: str) -> list[str]:
    """Return the distinct sentences of three words or more, without markdown, mentions and URLs."""
    bare = _LINK.sub(lambda m: m[1] or " ", _NOISE.sub(" ", text))
    bare = re.sub(r"\*\*|__|~~|\|\|", "", _MARK.sub("", bare))
    lines = (line for line in bare.split("\n") if line.strip())
    parts = (line[span.start : span.end] for line in lines for span in split_sentences(line))
    found = (" ".join(part.split())[:_LONGEST] for part in parts)
    return [part for part in dict.fromkeys(found) if len(re.findall(r"\w+", part)) >= _LEAST_WORDS]


def compare(sentence: str, answer: Answer, language: Language) -> Finding:
    """Return the best passage that says the same as a sentence, or else one about the same.

    Of passages that say the same, the reader's language decides, then the share of the words; of
    the others, the confidence.
    """
    hits = [*answer.hits, *answer.closest]

    def rank(hit: Hit) -> tuple[bool, bool, float, float]:
        share = overlap(sentence, hit)
        is_theirs = hit.article.language == language.code
        return share >= SAYS, is_theirs, share, hit.confidence

    best = max(hits, key=rank, default=None)
    if best and rank(best)[0]:
        return Finding(sentence, "says", best)
    likely = (hit for hit in hits if hit.confidence >= POSSIBLE)
    best = max(likely, key=lambda hit: (hit.confidence, *rank(hit)), default=None)
    return Finding(sentence, "speaks" if best else "nothing", best)


def overlap(sentence: str, hit: Hit) -> float:
    """Return the share of a sentence's words that a passage contains; 0 if it lacks a number."""
    code = hit.article.language
    wanted, present = _stem_words(sentence, code), _stem_words(hit.text, code)
    numbers = {word for word in wanted if any(c.isdigit() for c in word)}
    return len(wanted & present) / len(wanted) if wanted and numbers <= present else 0.0


def _stem_words(text: str, code: str) -> set[str]:
    return {stem(word, code) for word in words(text) if not is_stop(word, code)}


def attribution_card(findings: Sequence[Finding], omitted: int, language: Language) -> Card:
    """Return the card of at most ``MOST`` findings, and the number of ``omitted`` sentences."""
    title = text(f"### {language('menu-title')}")
    rest = text(f"-# {language('menu-left', count=omitted)}") if omitted else None
    heads = [text(f"-# {fit(f.sentence, _SENTENCE)}", language(f"menu-{f.kind}")) for f in findings]
    feet = [text(_credit(f.hit.article, language)) if f.hit else None for f in findings]
    found = sum(finding.hit is not None for finding in findings)
    limit = (TEXT - measure([title, rest, *heads, *feet])) // max(1, found)
    pieces: list[Piece] = [title]
    linked: set[str] = set()
    for finding, head, foot in zip(findings, heads, feet, strict=True):
        pieces += [ui.Separator(), head]
        if hit := finding.hit:
            pieces += [text(quote(hit, language, limit)), foot, _draw_link(hit, language, linked)]
    return Card(*pieces, rest, accent=ANSWERED if found else REFUSED)


def _credit(article: Article, language: Language) -> str:
    source, at = fit(article.source or "", BRIEF), day(article.date) if article.date else ""
    return credit(article, source, at, name_language(article, language))


def _draw_link(hit: Hit, language: Language, linked: set[str]) -> ui.ActionRow[Any] | None:
    """Return the button that opens a passage; None if ``linked`` has it already."""
    link = open_buttons(hit, language)[0]
    target = str(link.custom_id or link.url)
    if target in linked:
        return None
    linked.add(target)
    return row(link)
