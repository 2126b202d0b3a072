"""What happened to an article or to a collection, with what changed in words and a way back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.admin.reports import say_change, tell_entry, write_moment
from bot.admin.target import by, where
from bot.delivery import answer, language_of
from bot.ui.components import ANSWERED, MAX_OPTION, Card, button, cut, row, text
from bot.ui.markup import clean, fit, tell_differences, unplain
from bot.ui.naming import TITLE, say_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from discord import ui

    from bot.context import Interaction
    from bot.translate import Language
    from embeddings.engine import SearchEngine
    from embeddings.reports import AuditEntry
    from embeddings.types import Article

LISTED = 8
"""Changes on one card: each takes four of its forty components, with what changed and a button."""
VALUE, WORDS, CHANGES = 60, 200, 220
"""The most characters of a value, of the words that changed, and of all that one change changed."""


@dataclass(frozen=True, slots=True)
class Step:
    """A change, with what it changed.

    Attributes:
        entry: The line of the log.
        before: The article before it; None where it was not there or is not known.
        after: The article after it.
        number: Which version the article was before; 0 where there is no way back.
    """

    entry: AuditEntry
    before: Article | None = None
    after: Article | None = None
    number: int = 0


async def list_steps(engine: SearchEngine, article: str, page: int) -> tuple[list[Step], int]:
    """Return some of what happened, newest first, and how much that is in all.

    ``article`` is an id, or empty for all of them; ``page`` counts from 0.
    """
    entries = [e for e in await engine.audit(article or None) if e.article or not any(e.counts)]
    shown = entries[page * LISTED : (page + 1) * LISTED]
    names = {entry.article for entry in shown if entry.article}
    versions = {name: await engine.versions(name) for name in names}
    steps = []
    for entry in shown:
        known = versions.get(entry.article or "", {})
        number, before = known.get(entry.was or entry.before or "", (0, None))
        _, after = known.get(entry.became or entry.after or "", (0, None))
        steps.append(Step(entry, before, after, number if before != after else 0))
    return steps, len(entries)


async def find_title(engine: SearchEngine, name: str | None, titles: dict[str, str]) -> None:
    """Add the title of an article that is gone."""
    if name and name not in titles:
        versions = await engine.versions(name)
        titles[name] = next((article.title for _, article in versions.values()), name)


def history_card(
    steps: Sequence[Step],
    titles: Mapping[str, str],
    language: Language,
    *,
    where: str,
    article: str = "",
    page: int = 0,
    total: int,
) -> Card:
    """Return what happened, newest first: who, when, what changed, and the way back.

    ``titles``: article id -> its title, for those that are there; ``where``: the collection as
    buttons name it; ``page`` counts from 0, and ``total`` is how many changes there are in all.
    """
    named = {s.entry.article or "": a.title for s in steps if (a := s.before or s.after)}
    titles = {**named, **titles}
    head = fit(titles.get(article, article), TITLE) or language("history-all")
    can_restore, is_last = any(step.number for step in steps), (page + 1) * LISTED >= total
    later, earlier = (f"v:hist:{where}:{page + step}:{article}" for step in (-1, 1))
    return Card(
        text(f"### {head}"),
        text(language("history-count", count=total)),
        *(
            piece
            for n, step in enumerate(steps)
            for piece in _show_step(step, f"{where}:{n}", titles, language)
        ),
        text(f"-# {language('history-restore')}") if can_restore else None,
        row(
            button(language("button-previous"), later) if page else None,
            None if is_last else button(language("button-next"), earlier),
        ),
        accent=ANSWERED,
    )


def _show_step(
    step: Step, to: str, titles: Mapping[str, str], language: Language
) -> Iterator[ui.Item[Any]]:
    """Yield one change, with the button that takes it back where there is a way."""
    name = f"v:back:{to}:{step.number}:{step.entry.article}"
    back = button(language("button-restore"), name) if step.number else None
    yield text(tell_entry(step.entry, titles, language), beside=back)
    if changes := cut(_tell_changes(step, language), CHANGES, 4):
        yield text(*changes)


def _tell_changes(step: Step, language: Language) -> Iterator[str]:
    """Yield what a change made of an article's fields and of its words."""
    if (before := step.before) is None or (after := step.after) is None:
        return
    for name in step.entry.fields:
        if name == "text":
            words = tell_differences(before.text, after.text, WORDS) or language("proposal-text")
            yield f"> {words}"
        elif f"field-{name}" in language.keys:
            old, new = (say_value(getattr(each, name), language) for each in (before, after))
            said = {"before": fit(old, VALUE), "after": fit(new, VALUE)}
            told = language("proposal-before-after", field=language(f"field-{name}"), **said)
            yield f"> {told}"


async def show_history(
    interaction: Interaction, engine: SearchEngine, article: str, page: int
) -> None:
    """Show a part of what happened to an article, or to all of them where it is empty."""
    steps, total = await list_steps(engine, article, page)
    to = where(shared=engine.is_shared)
    draw = partial(history_card, where=to, article=article, page=page, total=total)
    titles, language = {each.id: each.title for each in engine.sources()}, language_of(interaction)
    await answer(interaction, await asyncio.to_thread(draw, steps, titles, language))


async def say_undone(engine: SearchEngine, language: Language) -> dict[str, str]:
    """Return what going back to each kept version takes back, and when that was done."""
    titles = {article.id: article.title for article in engine.sources()}
    kept = {each.snapshot for each in engine.snapshots()}
    told: dict[str, str] = {}
    changes: list[AuditEntry] = []
    for entry in reversed(await engine.audit()):  # oldest first
        if not entry.article and changes and entry.before in kept:
            done = changes[0] if len(changes) == 1 else entry
            await find_title(engine, done.article, titles)
            told[str(entry.before)] = _say_before(done, titles, language)
        changes = [*changes, entry] if entry.article else []
    return told


def _say_before(done: AuditEntry, titles: dict[str, str], language: Language) -> str:
    """Return a version as a suggestion, by what was done after it."""
    change, at = unplain(say_change(done, titles, language)), write_moment(done.at)
    return f"{language('before-change', change=change)[: MAX_OPTION - len(at) - 2]}, {at}"


def call_author(interaction: Interaction, name: str, language: Language) -> str:
    """Return what somebody is called whom the log of changes names, where names alone can stand."""
    if name == by(interaction):
        return language("yourself")
    number = name.removeprefix("discord:")
    user = interaction.client.get_user(int(number)) if number.isdecimal() else None
    return clean(user.display_name if user else name)
