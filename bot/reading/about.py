"""What the bot says of itself: a first question to ask, help, and what is kept about somebody."""

import asyncio
import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from discord import ButtonStyle

from bot.asking.render import filter_words
from bot.context import Context, Seen, Where
from bot.translate import Language, Languages
from bot.ui.components import ANSWERED, REFUSED, Card, Piece, button, list_under, row, text
from bot.ui.markup import clean, fit, plain
from embeddings.errors import EmbeddingsError
from embeddings.store.people import KEPT_DAYS, Inquiry, Unanswered, Vote, Watch
from embeddings.store.records import Records
from embeddings.types import ArticleSummary

_GROUPS = {"ask": ("ask",), "read": ("sources", "source"), "check": (), "data": ("privacy",)}
"""What help speaks of, and the commands of each."""


def help_card(
    mentions: Mapping[str, str],
    language: Language,
    *,
    owner: str,
    for_admins: bool,
    start: Iterable[Piece],
) -> Card:
    """Return what can be done here, in groups, and what cannot.

    ``mentions``: a command's name in English -> what one clicks on to use it. ``owner`` is empty
    when it is not known who runs the bot.
    """
    names = {n: f"**/{language(f'{n}-name')}**" for group in _GROUPS.values() for n in group}
    known = names | dict(mentions)  # a name to type, until Discord has said what to click on
    lines = [language(f"help-{g}", **{n: known[n] for n in _GROUPS[g]}) for g in _GROUPS]
    admins = [shown for name, shown in mentions.items() if name.startswith("admin ")]
    if for_admins:
        told = " ".join(admins) or f"**/{language('admin-name')}**"
        lines.append(language("help-admins", commands=told))
    who = [f"-# {language('help-owner', name=plain(owner))}"] if owner else []
    return Card(
        text(f"### {language('help-title')}", language("help-intro")),
        text(*(f"- {line}" for line in lines)),
        text(f"-# {language('help-limits')}", *who),
        *start,
        accent=ANSWERED,
    )


_LISTED, _LINE, _ROOM = 10, 200, 1800
"""The most questions of one's own that are listed, the characters of each, and of all of them."""
Kept = dict[str, list[Any]]


async def list_kept(records: Records, user: int) -> Kept:
    """Return all that is kept about somebody, by what it is."""
    return {
        "votes": await records.of(Vote, user=user),
        "questions": await records.of(Unanswered, user=user),
        "watches": await records.of(Watch, user=user),
        "newsroom": await records.of(Inquiry, user=user),
    }


def privacy_card(kept: Kept, language: Language, *, kept_by: str, days: float) -> Card:
    """Return what is kept, for how long, and what of it is this person's.

    ``kept_by``: who had questions kept here, ``admin``, ``operator`` or nobody. ``days``: how long
    a server's articles are kept after the bot was removed from it.
    """
    kept_for, total = str(KEPT_DAYS), sum(map(len, kept.values()))
    keys = {"admin": "privacy-keep-on", "operator": "privacy-keep-operator"}
    waiting = [*kept.get("watches", ()), *kept.get("newsroom", ())]
    told = [_show_waiting(each, language) for each in waiting]
    yours = language("privacy-yours", count=total)
    return Card(
        text(f"### {language('privacy-title')}"),
        text(language(keys.get(kept_by, "privacy-keep-off"), days=kept_for)),
        text(language("privacy-moment")),
        text(language("privacy-votes", days=kept_for)),
        text(language("privacy-watches", days=kept_for)),
        text(language("privacy-server", days=f"{days:g}")),
        list_under(yours, told, language, room=_ROOM, most=_LISTED) or text(yours),
        row(
            button(language("button-export"), "v:mine:get"),
            button(language("button-forget"), "v:mine:ask", style=ButtonStyle.danger),
        )
        if total
        else None,
        accent=ANSWERED,
    )


def _show_waiting(asked: Watch, language: Language) -> str:
    """Return a question that waits, with what it was narrowed to."""
    narrowed = ", ".join(filter_words(asked.filters, language))
    return fit(asked.question, _LINE) + (f" ({narrowed})" if narrowed else "")


def forget_card(kept: Kept, language: Language) -> Card:
    """Return what would be deleted of a person, with the buttons that decide."""
    return Card(
        text(language("privacy-forget", count=sum(map(len, kept.values())))),
        row(
            button(language("button-forget"), "v:mine:drop", style=ButtonStyle.danger),
            button(language("button-cancel"), "v:leave"),
        ),
        accent=REFUSED,
    )


def export(kept: Kept) -> bytes:
    """Return all that is kept of a person, as JSON."""
    rows = {name: [*map(asdict, each)] for name, each in kept.items()}
    return json.dumps(rows, ensure_ascii=False, indent=2).encode()


MOST = 3
"""How many questions are offered."""
_READ, _TRIED, _SECONDS = 12, 24, 2.5
"""How many articles are read for questions, how many questions are tried, and for how long."""
_LEAST, _MOST, _WORDS, _SHORT = 15, 80, 4, 40
"""The fewest and the most characters of a question, its fewest words, and the characters that fit
on a line of a telephone: such questions are tried first."""


async def starters_card(bot: Context, where: Where, language: Language) -> Card:
    """Return what one may ask here, with buttons that ask it, or that stories are to be added."""
    seen = await bot.see(where)
    told = text(language("mention-help" if seen.catalogue.articles else "refusal-empty-corpus"))
    return Card(told, *await offer_starters(bot, seen, language), accent=ANSWERED)


async def offer_starters(bot: Context, seen: Seen, language: Language) -> list[Piece]:
    """Return the questions that are offered, or the button that adds stories where none are."""
    if not seen.catalogue.articles:
        return [row(button(language("button-add"), "v:stories"))]
    kept = seen.catalogue.starters
    if language.code not in kept:
        kept[language.code] = await find_starters(seen, language, bot.languages)
    return draw_starters(kept[language.code], language)


def draw_starters(questions: Iterable[str], language: Language) -> list[Piece]:
    """Return each question beside a button that asks it; a telephone cuts a label short."""
    ask = language("button-ask")
    return [text(plain(q), beside=button(ask, f"v:start:{n}")) for n, q in enumerate(questions)]


async def find_starters(seen: Seen, language: Language, languages: Languages) -> tuple[str, ...]:
    """Return questions that are answered, in the reader's language first.

    They are golden questions, and titles and headings that are questions.
    """
    found: list[str] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SECONDS):
            for asked in await _list_questions(seen, language, languages):
                with contextlib.suppress(EmbeddingsError):
                    answer = await seen.ask(asked, top_k=1)
                    if answer.hits and asked not in answer.hits[0].sentence.text:
                        found.append(asked)
                if len(found) == MOST:
                    break
    return tuple(found)


async def _list_questions(seen: Seen, language: Language, languages: Languages) -> list[str]:
    """Return what may be offered: some golden questions, or what the stories themselves ask."""
    golden: list[str] = []
    with contextlib.suppress(EmbeddingsError):
        golden += filter(_is_question, await seen.golden())
    golden = [asked for asked in golden if languages.guess(asked) is language] or golden
    articles = seen.catalogue.matching("")
    some = [a for a in articles if a.language == language.code] or articles
    said = golden[:: 1 + len(golden) // _TRIED]  # from all over the list
    for article in some[:_READ]:
        said += await _read_lines(seen, article)
    questions = filter(_is_question, (clean(each).strip() for each in said))
    return sorted([*dict.fromkeys(questions)][:_TRIED], key=lambda asked: len(asked) > _SHORT)


async def _read_lines(seen: Seen, article: ArticleSummary) -> list[str]:
    """Return an article's title and its lines; a heading without its mark."""
    with contextlib.suppress(EmbeddingsError):
        lines = (await seen.read(article)).text.split("\n")
        return [article.title, *(line.lstrip("# ") for line in lines)]
    return []


def _is_question(said: str) -> bool:
    is_whole = _LEAST <= len(said) <= _MOST and said[:1].isupper()
    return is_whole and said.endswith("?") and len(said.split()) >= _WORDS
