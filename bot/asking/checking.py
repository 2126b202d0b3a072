"""What somebody wrote -> for each of its sentences the passage that says so or speaks of it."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot.asking import asking
from bot.asking.excerpt import POSSIBLE
from bot.asking.render import BRIEF, TEXT, foreign, link_title, open_buttons, quote
from bot.context import Context, Seen, Where, person
from bot.errors import BotError
from bot.reading.about import starters_card
from bot.translate import Language
from bot.ui.components import ANSWERED, REFUSED, Card, Piece, list_texts, row, text, width
from bot.ui.markup import fit
from bot.ui.naming import day
from embeddings.errors import QuestionError
from embeddings.text.analysis import is_stop, stem, words
from embeddings.text.sentences import sentences
from embeddings.types import Answer, Hit

MOST = 5
"""The most sentences of a message that are looked for."""
CANDIDATES = 5
"""How many passages are compared with each."""
SAYS = 0.7
"""The share of a sentence's words and of its figures that a passage holds which says so: chosen on
the stories that come along, where a sentence told in other words of the story keeps as many."""
_LEAST_WORDS = 3
_SENTENCE, _LONGEST = 150, 600
_NOISE = re.compile(r"```.*?```|<(?:@[!&]?|#|a?:\w+:|t:)[^>]*>", re.DOTALL)
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\(<?https?://[^\s()]{1,2000}\)|https?://\S+")
_MARK = re.compile(r"^[^\S\n]*(?:(?:>{1,3}|#{1,3}|-#|[-*+]|\d+[.)])[^\S\n]+)+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """The passage found for a sentence; ``kind``: it ``says`` so, ``speaks`` of it, ``nothing``."""

    sentence: str
    kind: str
    hit: Hit | None = None


def read_sentences(message: discord.Message, key: str = "no-text") -> list[str]:
    """Return the sentences of what a message shows.

    Raises:
        BotError: It shows none, or Discord does not give it to the bot.
    """
    found = cut_sentences(read_message(message))
    if not found:
        raise BotError(key)
    return found


async def check(bot: Context, where: Where, message: discord.Message, language: Language) -> Card:
    """Return the passages for a message that somebody replied to.

    Raises:
        BotError: Its text cannot be read, or it may not be searched for there and now.
    """
    said = read_sentences(message, "no-text-given")
    asking.admit_search(bot, where)
    return await find_sources(bot, where, said, language)


async def find_sources(bot: Context, where: Where, said: list[str], language: Language) -> Card:
    """Return the passages for some sentences.

    Raises:
        BotError: None of them has a word to look for, or somebody has just asked elsewhere.
        TimeoutError: It took too long.
    """
    limit = bot.settings.discord.answer_timeout
    async with bot.queue.turn(person(where).id), asyncio.timeout(limit):
        await asking.check_elsewhere(bot, where)
        seen = await bot.see(where)
        if not seen.catalogue.articles:
            return await starters_card(bot, where, language)
        found = [await _look_for(seen, sentence, language) for sentence in said[:MOST]]
    findings = [finding for finding in found if finding]
    if not findings:
        raise BotError("no-text")
    return await asyncio.to_thread(attribution_card, findings, max(0, len(said) - MOST), language)


async def _look_for(seen: Seen, sentence: str, language: Language) -> Finding | None:
    """Return what was found of a sentence; None when it has no word to look for."""
    try:
        answer = await seen.ask(sentence, top_k=CANDIDATES)
    except QuestionError:
        return None
    return compare(sentence, answer, language)


def read_message(message: discord.Message | discord.MessageSnapshot) -> str:
    """Return all that a message shows: its text, what it forwards, cards, previews and polls."""
    return "\n".join(filter(None, _parts(message)))


def _parts(message: discord.Message | discord.MessageSnapshot) -> Iterator[str]:
    yield message.content
    yield from list_texts(message)
    for embed in message.embeds:
        yield from (embed.title or "", embed.description or "")
        for field in embed.fields:
            yield from (field.name or "", field.value or "")
    if poll := getattr(message, "poll", None):
        yield from (poll.question, *(answer.text for answer in poll.answers))
    for forwarded in getattr(message, "message_snapshots", ()):
        yield from _parts(forwarded)


def cut_sentences(said: str) -> list[str]:
    """Return the sentences of a text that say something, without Discord's marks and addresses."""
    bare = _LINK.sub(lambda m: m[1] or " ", _NOISE.sub(" ", said))
    bare = _MARK.sub("", bare).replace("**", "").replace("__", "")
    lines = (line for line in bare.split("\n") if line.strip())
    parts = (line[span.start : span.end] for line in lines for span in sentences(line))
    found = (" ".join(part.split())[:_LONGEST] for part in parts)
    return [part for part in dict.fromkeys(found) if len(re.findall(r"\w+", part)) >= _LEAST_WORDS]


def compare(sentence: str, answer: Answer, language: Language) -> Finding:
    """Return the passage that says a sentence, or else one that speaks of it.

    Of two, the one in the reader's language is better, then the one that has more of its words.
    """
    hits = [*answer.hits, *answer.closest]

    def rank(hit: Hit) -> tuple[bool, bool, float, float]:
        share = overlap(sentence, hit)
        is_theirs = hit.article.language == language.code
        return share >= SAYS, is_theirs, share, hit.confidence

    best = max(hits, key=rank, default=None)
    if best is None:
        return Finding(sentence, "nothing")
    if rank(best)[0]:
        return Finding(sentence, "says", best)
    likely = [hit for hit in hits if hit.confidence >= POSSIBLE]
    if not likely:
        return Finding(sentence, "nothing")
    return Finding(sentence, "speaks", max(likely, key=lambda h: (h.confidence, *rank(h))))


def overlap(sentence: str, hit: Hit) -> float:
    """Return the share of a sentence's words that a passage holds; 0 when it lacks a figure."""
    code = hit.article.language
    mine, theirs = _stems(sentence, code), _stems(hit.text, code)
    figures = {word for word in mine if any(c.isdigit() for c in word)}
    if not mine or not figures <= theirs:
        return 0.0
    return len(mine & theirs) / len(mine)


def _stems(said: str, code: str) -> set[str]:
    return {stem(word, code) for word in words(said) if not is_stop(word, code)}


def attribution_card(findings: Sequence[Finding], left: int, language: Language) -> Card:
    """Return for each sentence the passage that says so or speaks of it, or that none does.

    They are ``MOST`` at the most; ``left`` were left out.
    """
    title = text(f"### {language('menu-title')}")
    rest = text(f"-# {language('menu-left', count=left)}") if left else None
    heads = [
        text(f"-# {fit(each.sentence, _SENTENCE)}", language(f"menu-{each.kind}"))
        for each in findings
    ]
    feet = [text(_source(f.hit, language)) if f.hit else None for f in findings]
    found = sum(finding.hit is not None for finding in findings)
    limit = (TEXT - width([title, rest, *heads, *feet])) // max(1, found)
    pieces: list[Piece] = [title]
    taken: set[str] = set()
    for finding, head, foot in zip(findings, heads, feet, strict=True):
        pieces += [ui.Separator(), head]
        if finding.hit:
            pieces += [text(quote(finding.hit, language, limit)), foot]
            pieces += [_open(finding.hit, language, taken)]
    return Card(*pieces, rest, accent=ANSWERED if found else REFUSED)


def _source(hit: Hit, language: Language) -> str:
    article = hit.article
    told = [fit(article.source, BRIEF)] if article.source else []
    told += [day(article.date)] if article.date else []
    told += foreign(article, language)
    return "\n-# ".join(filter(None, [link_title(article), " · ".join(told)]))


def _open(hit: Hit, language: Language, taken: set[str]) -> ui.ActionRow[ui.LayoutView] | None:
    """Return the buttons of a passage; a custom id stands once in a message."""
    buttons = [b for b in open_buttons(hit, language)[:1] if (b.custom_id or b.url) not in taken]
    taken.update(str(b.custom_id or b.url) for b in buttons)
    return row(*buttons)
