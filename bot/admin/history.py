"""Shows the history of an article or a collection: each change, and a button to restore."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.admin.proposals import say_field, say_text
from bot.admin.reports import name_author, read_author, say_change, say_entry, write_moment
from bot.context import language_of
from bot.ui.components import MAX_OPTION, Card, button, cut, row, text
from bot.ui.markup import clean, fit, unescape
from bot.ui.naming import TITLE, write_collection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from discord import ui

    from bot.context import Interaction
    from bot.translate import Language
    from embeddings.engine import SearchEngine
    from embeddings.reports import AuditEntry
    from embeddings.types import Article

LISTED = 8
"""The most changes on a card: each takes four of Discord's forty components."""
VALUE, WORDS, CHANGES = 60, 200, 220
"""The most characters of a field's value, of a text's difference, and of a whole change."""


@dataclass(frozen=True, slots=True)
class Step:
    """A change, with the article's versions before and after it.

    Attributes:
        entry: The entry of the audit log.
        before: The article before; None if there was none, or it is not known.
        after: The article after; None likewise.
        number: The number of the version before, from 1; 0 if it cannot be restored.
    """

    entry: AuditEntry
    before: Article | None = None
    after: Article | None = None
    number: int = 0


async def list_steps(engine: SearchEngine, article: str, page: int) -> tuple[list[Step], int]:
    """Return one page of changes, newest first, and the number of all changes.

    ``article``: an id, or empty for all articles; ``page`` counts from 0.
    """
    entries = [e for e in await engine.audit(article or None) if e.article or not any(e.counts)]
    shown = entries[page * LISTED : (page + 1) * LISTED]
    names = {entry.article for entry in shown if entry.article}
    versions = {name: await engine.versions(name) for name in names}
    steps = []
    for entry in shown:
        numbered = versions.get(entry.article or "", {})
        number, before = numbered.get(entry.was or entry.before or "", (0, None))
        _, after = numbered.get(entry.became or entry.after or "", (0, None))
        steps.append(Step(entry, before, after, number) if before != after else Step(entry))
    return steps, len(entries)


async def list_titles(engine: SearchEngine, *names: str) -> dict[str, str]:
    """Return id -> title of all present articles, and of the named ones that are gone."""
    titles = {article.id: article.title for article in engine.sources()}
    for name in {*names} - titles.keys():
        versions = await engine.versions(name)
        titles[name] = next((article.title for _, article in versions.values()), name)
    return titles


def history_card(
    steps: Sequence[Step],
    titles: Mapping[str, str],
    language: Language,
    *,
    collection: str,
    article: str = "",
    page: int = 0,
    total: int,
) -> Card:
    """Return the card of a page of changes: who, when, what changed, and buttons to restore.

    ``titles``: id -> title of the present articles; ``collection``: its letter in custom ids;
    ``page`` counts from 0, and ``total`` is the number of all changes.
    """
    old_titles = {s.entry.article or "": a.title for s in steps if (a := s.before or s.after)}
    titles = {**old_titles, **titles}
    head = fit(titles.get(article, article), TITLE) or language("history-all")
    can_restore, is_last = any(step.number for step in steps), (page + 1) * LISTED >= total
    later, earlier = (f"v:hist:{collection}:{page + step}:{article}" for step in (-1, 1))
    return Card(
        text(f"### {head}"),
        text(language("history-count", count=total)),
        *(
            piece
            for n, step in enumerate(steps)
            for piece in _show_step(step, f"{collection}:{n}", titles, language)
        ),
        text(f"-# {language('history-restore')}") if can_restore else None,
        row(
            button(language("button-previous"), later) if page else None,
            None if is_last else button(language("button-next"), earlier),
        ),
    )


def _show_step(
    step: Step, place: str, titles: Mapping[str, str], language: Language
) -> Iterator[ui.Item[Any]]:
    """Yield the texts of a change, with a button to restore the version before if possible."""
    name = f"v:back:{place}:{step.number}:{step.entry.article}"
    back = button(language("button-restore"), name) if step.number else None
    yield text(say_entry(step.entry, titles, language), beside=back)
    if changes := cut(_say_changes(step, language), CHANGES, 4, end="> …"):
        yield text(*changes)


def _say_changes(step: Step, language: Language) -> Iterator[str]:
    """Yield the difference of each changed field and of the text, as quoted lines."""
    if (before := step.before) is None or (after := step.after) is None:
        return
    for name in step.entry.fields:
        if name == "text":
            yield f"> {say_text(before.text, after.text, language, WORDS)}"
        elif f"field-{name}" in language.keys:
            old, new = (getattr(article, name) for article in (before, after))
            yield f"> {say_field(name, old, new, language, VALUE)}"


async def show_history(
    interaction: Interaction, engine: SearchEngine, article: str, page: int
) -> Card:
    """Return the card of one page of an article's history, or of all articles' if it is empty."""
    steps, total = await list_steps(engine, article, page)
    collection = write_collection(shared=engine.is_shared)
    draw = partial(history_card, collection=collection, article=article, page=page, total=total)
    titles, language = await list_titles(engine), language_of(interaction)
    return await asyncio.to_thread(draw, steps, titles, language)


async def say_undone(engine: SearchEngine, language: Language) -> dict[str, str]:
    """Return, for each kept snapshot, the option "before this change", with the change's time."""
    kept = {snapshot.snapshot for snapshot in engine.snapshots()}
    undone: dict[str, AuditEntry] = {}
    changes: list[AuditEntry] = []
    for entry in reversed(await engine.audit()):  # oldest first
        if not entry.article and changes and entry.before in kept:
            undone[str(entry.before)] = changes[0] if len(changes) == 1 else entry
        changes = [*changes, entry] if entry.article else []
    titles = await list_titles(engine, *(e.article for e in undone.values() if e.article))
    told = {}
    for name, entry in undone.items():
        change, at = unescape(say_change(entry, titles, language)), write_moment(entry.at)
        told[name] = f"{language('before-change', change=change)[: MAX_OPTION - len(at) - 2]}, {at}"
    return told


def name_entry_author(interaction: Interaction, name: str, language: Language) -> str:
    """Return the display name of an audit entry's author, for plain text without mentions."""
    if name == name_author(interaction):
        return language("yourself")
    user = interaction.client.get_user(read_author(name) or 0)
    return clean(user.display_name if user else name)
