"""Builds the cards about the bot itself: help, starter questions, and a person's own data."""

import asyncio
import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from discord import ButtonStyle

from bot.asking.render import say_filters
from bot.context import Action, Bot, Interaction, Scope, language_of
from bot.delivery import defer, defer_update
from bot.translate import Language, Languages
from bot.ui.components import REFUSED, Attached, Card, Piece, button, list_under, notice, row, text
from bot.ui.handlers import Input, handles
from bot.ui.markup import clean, escape, fit
from embeddings.errors import EmbeddingsError
from embeddings.store.people import KEPT_DAYS, Inquiry, Unanswered, Vote, Watch
from embeddings.store.records import Records
from embeddings.types import ArticleSummary

_GROUPS = {"ask": ("ask",), "read": ("sources", "source"), "check": (), "data": ("privacy",)}
"""The topics of the help card -> the commands that each one mentions."""


def help_card(
    mentions: Mapping[str, str],
    language: Language,
    *,
    owner: str,
    for_admins: bool,
    start: Iterable[Piece],
) -> Card:
    """Return the help card: commands by topic, limits, the operator, and starter questions.

    ``mentions``: English name of a command -> its clickable mention. ``owner``: who runs the bot;
    empty if unknown. ``start``: the pieces at the end.
    """
    names = {n: f"**/{language(f'{n}-name')}**" for group in _GROUPS.values() for n in group}
    names |= mentions  # a name to type, until Discord has sent the mentions
    lines = [language(f"help-{g}", **{n: names[n] for n in _GROUPS[g]}) for g in _GROUPS]
    if for_admins:
        admin = [mention for name, mention in mentions.items() if name.startswith("admin ")]
        commands = " ".join(admin) or f"**/{language('admin-name')}**"
        lines.append(language("help-admins", commands=commands))
    operator = [f"-# {language('help-owner', name=escape(owner))}"] if owner else []
    return Card(
        text(f"### {language('help-title')}", language("help-intro")),
        text(*(f"- {line}" for line in lines)),
        text(f"-# {language('help-limits')}", *operator),
        *start,
    )


_LISTED, _LINE, _ROOM = 10, 200, 1800
"""The limits of the list of one's waiting questions: entries, characters of each, and of all."""
PersonalData = dict[str, list[Any]]


async def read_personal_data(records: Records, user: int) -> PersonalData:
    """Return the stored rows about a person, by kind."""
    return {
        "votes": await records.find(Vote, user=user),
        "questions": await records.find(Unanswered, user=user),
        "watches": await records.find(Watch, user=user),
        "newsroom": await records.find(Inquiry, user=user),
    }


def privacy_card(data: PersonalData, language: Language, *, kept_by: str, days: float) -> Card:
    """Return the privacy card: what is stored and for how long, and this person's own data.

    ``kept_by``: who turned the storing of questions on here, ``admin`` or ``operator``; empty: no
    one. ``days``: how long a server's articles are kept after it removed the bot.
    """
    kept_for, total = str(KEPT_DAYS), sum(map(len, data.values()))
    keys = {"admin": "privacy-keep-on", "operator": "privacy-keep-operator"}
    waiting = [*data.get("watches", ()), *data.get("newsroom", ())]
    questions = [_show_waiting(watch, language) for watch in waiting]
    yours = language("privacy-yours", count=total)
    return Card(
        text(f"### {language('privacy-title')}"),
        text(language(keys.get(kept_by, "privacy-keep-off"), days=kept_for)),
        text(language("privacy-moment")),
        text(language("privacy-votes", days=kept_for)),
        text(language("privacy-watches", days=kept_for)),
        text(language("privacy-server", days=f"{days:g}")),
        list_under(yours, questions, language, room=_ROOM, most=_LISTED) or text(yours),
        row(
            button(language("button-export"), "v:mine:get"),
            button(language("button-forget"), "v:mine:ask", style=ButtonStyle.danger),
        )
        if total
        else None,
    )


def _show_waiting(watch: Watch, language: Language) -> str:
    """Return a waiting question, with its filters in parentheses."""
    filters = say_filters(watch.filters, language)
    return fit(watch.question, _LINE) + (f" ({filters})" if filters else "")


MOST = 3
"""The number of starter questions."""
_READ, _TRIED, _SECONDS = 12, 24, 2.5
"""The limits of the search for starter questions: articles read, questions tried, seconds."""
_LEAST, _MOST, _WORDS, _SHORT = 15, 80, 4, 40
"""A starter question's minimum and maximum of characters and minimum of words; questions of up to
``_SHORT`` characters, which fit on a line of a telephone, are tried first."""


async def starters_card(bot: Bot, action: Action, language: Language) -> Card:
    """Return a greeting with starter questions; without articles, a request to add some."""
    scope = await bot.open_scope(action)
    key = "mention-help" if scope.catalogue.articles else "refusal-empty-corpus"
    return Card(text(language(key)), *await offer_starters(bot, scope, language))


async def offer_starters(bot: Bot, scope: Scope, language: Language) -> list[Piece]:
    """Return the starter questions, or without articles the button that adds some."""
    if not scope.catalogue.articles:
        return [row(button(language("button-add"), "v:stories"))]
    cache = scope.catalogue.starters
    if language.code not in cache:
        cache[language.code] = await find_starters(scope, language, bot.languages)
    return draw_starters(cache[language.code], language)


def draw_starters(questions: Iterable[str], language: Language) -> list[Piece]:
    """Return each question beside a button that asks it, as a telephone truncates long labels."""
    ask = language("button-ask")
    return [text(escape(q), beside=button(ask, f"v:start:{n}")) for n, q in enumerate(questions)]


async def find_starters(scope: Scope, language: Language, languages: Languages) -> tuple[str, ...]:
    """Return up to ``MOST`` questions that have an answer: golden questions, headings and titles.

    Questions in the reader's language are preferred. An answer that repeats the question is none.
    """
    found: list[str] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SECONDS):
            for question in await _list_questions(scope, language, languages):
                with contextlib.suppress(EmbeddingsError):
                    answer = await scope.ask(question, top_k=1)
                    if answer.hits and question not in answer.hits[0].sentence.text:
                        found.append(question)
                if len(found) == MOST:
                    break
    return tuple(found)


async def _list_questions(scope: Scope, language: Language, languages: Languages) -> list[str]:
    """Return candidates: some golden questions, then questions from the articles; short first."""
    golden: list[str] = []
    with contextlib.suppress(EmbeddingsError):
        golden += filter(_is_question, await scope.golden())
    golden = [question for question in golden if languages.guess(question) is language] or golden
    articles = scope.catalogue.search("")
    articles = [a for a in articles if a.language == language.code] or articles
    lines = golden[:: 1 + len(golden) // _TRIED]  # spread over the whole list
    for article in articles[:_READ]:
        lines += await _read_lines(scope, article)
    questions = dict.fromkeys(filter(_is_question, (clean(line).strip() for line in lines)))
    return sorted([*questions][:_TRIED], key=lambda question: len(question) > _SHORT)


async def _read_lines(scope: Scope, article: ArticleSummary) -> list[str]:
    """Return an article's title and lines, headings without ``#``; empty if it cannot be read."""
    with contextlib.suppress(EmbeddingsError):
        lines = (await scope.read(article)).text.split("\n")
        return [article.title, *(line.lstrip("# ") for line in lines)]
    return []


def _is_question(line: str) -> bool:
    is_sentence = _LEAST <= len(line) <= _MOST and line[:1].isupper()
    return is_sentence and line.endswith("?") and len(line.split()) >= _WORDS


@handles(r"v:mine:drop", defer_update)
async def forget(interaction: Interaction, _: Input) -> Card:
    """Delete the data about the person who clicked, once confirmed."""
    count = await interaction.client.records.forget(interaction.user.id)
    return notice(language_of(interaction)("privacy-forgotten", count=count))


@handles(r"v:mine:ask", defer)
async def ask_to_forget(interaction: Interaction, _: Input) -> Card:
    """Ask the person who clicked to confirm that their data is to be deleted."""
    data = await read_personal_data(interaction.client.records, interaction.user.id)
    language, count = language_of(interaction), sum(map(len, data.values()))
    forget = button(language("button-forget"), "v:mine:drop", style=ButtonStyle.danger)
    buttons = row(forget, button(language("button-cancel"), "v:leave")) if count else None
    return notice(language("privacy-forget", count=count), REFUSED, buttons)


@handles(r"v:mine:get", defer)
async def export_data(interaction: Interaction, _: Input) -> Card:
    """Send the person who clicked their data as a JSON file."""
    data = await read_personal_data(interaction.client.records, interaction.user.id)
    rows = {kind: [*map(asdict, records)] for kind, records in data.items()}
    file = Attached("verbatim.json", json.dumps(rows, ensure_ascii=False, indent=2).encode())
    return notice(language_of(interaction)("privacy-given"), None, file)
