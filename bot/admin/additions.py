"""Adding from Discord: files and pages become a proposal, a confirmed proposal is published."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from discord import ButtonStyle

from bot import delivery
from bot.admin.history import find_title
from bot.admin.intake import Upload, fetch_all
from bot.admin.progress import Reporter, Work, carry_out
from bot.admin.proposals import SHOWN, proposal_card
from bot.admin.reports import change_card, reindex_card, tell_entry
from bot.admin.target import by, target, where
from bot.errors import BotError
from bot.ui.components import WRONG, Card, button, notice
from embeddings.errors import Overtaken, StorageError
from embeddings.reports import Proposal, ReindexReport

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.context import Interaction
    from embeddings.engine import SearchEngine
    from embeddings.store.records import Records
    from embeddings.types import ArticleSummary

_log = logging.getLogger(__name__)
USUAL = 60.0
"""Texts a second before anything was measured: the model that ships, on one shared core."""
START = 1.5
"""Seconds until the first text is computed: a process starts and reads the model; measured 1.3."""


async def propose(
    interaction: Interaction, uploads: Sequence[Upload], links: Sequence[str], *, shared: bool
) -> None:
    """Show what files and pages would add.

    Raises:
        BotError: There are none, or whoever gives them may not.
    """
    if not uploads and not links:
        raise BotError("nothing-to-add")
    await delivery.hold(interaction, ephemeral=True)
    engine = await target(interaction, shared=shared)
    async with interaction.client.reading:
        proposal = await _read(interaction, engine, uploads, links)
    await show(interaction, engine, proposal)


async def _read(
    interaction: Interaction, engine: SearchEngine, uploads: Sequence[Upload], links: Iterable[str]
) -> Proposal:
    """Read files and pages, and return a proposal to add them; StorageError: of the disk."""
    settings, language = interaction.client.settings, delivery.language_of(interaction)
    megabytes = settings.discord.attachment_megabytes
    async with fetch_all(uploads, links, language, megabytes=megabytes) as given:
        if not given.inputs:
            return Proposal(rejected=given.rejected)
        return await engine.propose(given.inputs, names=given.names, rejected=given.rejected)


async def show(interaction: Interaction, engine: SearchEngine, proposal: Proposal) -> None:
    """Show what a proposal would do, with the buttons that decide; drop one that does nothing."""
    if proposal.token and not (proposal.articles or proposal.removed):
        await engine.drop(proposal.token)
    records, model = interaction.client.records, engine.model
    now, language = await _read_changing(engine, proposal), delivery.language_of(interaction)
    seconds, room = await expect_seconds(records, model, proposal.to_encode), await engine.room()
    to = where(shared=engine.is_shared)
    draw = partial(proposal_card, where=to, seconds=seconds, room=room)
    await delivery.answer(interaction, await asyncio.to_thread(draw, proposal, now, language))


async def _read_changing(
    engine: SearchEngine, proposal: Proposal
) -> dict[str, tuple[ArticleSummary, str]]:
    """Return the present state of the articles that a proposal changes and the card shows."""
    changed = (p.id for p in (*proposal.changed, *proposal.instead.values()))
    changing = {*changed, *proposal.removed}
    found = [each for each in engine.sources() if each.id in changing][: 2 * SHOWN]
    return {each.id: (each, (await engine.article(each.id)).text) for each in found}


async def confirm(interaction: Interaction, engine: SearchEngine, verb: str, token: str) -> None:
    """Do what was proposed.

    ``verb``: ``ok``, or ``rep`` to put what seems to correct an article in its place; ``any`` and
    ``repany`` do the same in spite of the gate.
    """
    language, name = delivery.language_of(interaction), f"{where(shared=engine.is_shared)}:{token}"

    async def do(reporter: Reporter) -> Card:
        titles = {article.id: article.title for article in engine.sources()}
        done = await engine.confirm(
            token,
            by=by(interaction),
            anyway=verb.endswith("any"),
            replacing=verb.startswith("rep"),
            progress=reporter.note,
        )
        await _learn(interaction, engine, done.report, reporter.watch.speed)
        removed = tuple(titles.get(name, name) for name in done.removed)
        return change_card(replace(done, removed=removed), language)

    begun, spite = f"v:plan:{verb}:{name}", "repany" if verb.startswith("rep") else "any"
    cancel = button(language("button-cancel"), f"v:plan:no:{name}")
    anyway = f"v:plan:{spite}:{name}"
    anew = button(language("button-confirm"), begun, style=ButtonStyle.success)
    forced = button(language("button-anyway"), anyway, style=ButtonStyle.danger)
    try:
        await carry_out(interaction, Work(do, begun, forced, cancel, (anew, cancel)))
    except Overtaken as error:
        await _tell_overtaken(interaction, engine, error)


async def _tell_overtaken(interaction: Interaction, engine: SearchEngine, error: Overtaken) -> None:
    """Tell what happened to the articles since a change of them was proposed."""
    language = delivery.language_of(interaction)
    titles = {article.id: article.title for article in engine.sources()}
    for name in error.articles[:5]:
        await find_title(engine, name, titles)
    latest = [(await engine.audit(name))[:1] for name in error.articles[:5]]
    lines = [tell_entry(e, titles, language) for entries in latest for e in entries]
    told = "\n".join([language("error-overtaken"), *lines])
    await delivery.answer(interaction, notice(told, WRONG))


async def reindex(
    interaction: Interaction, engine: SearchEngine, *, full: bool, anyway: bool = False
) -> None:
    """Build a new snapshot."""
    language, who = delivery.language_of(interaction), by(interaction)
    custom_id = f"v:index:{where(shared=engine.is_shared)}:{int(full)}"
    forced = button(language("button-anyway"), custom_id, style=ButtonStyle.danger)
    leave = button(language("button-cancel"), "v:leave")

    async def do(reporter: Reporter) -> Card:
        report = await engine.reindex(full=full, by=who, anyway=anyway, progress=reporter.note)
        await _learn(interaction, engine, report, reporter.watch.speed)
        return reindex_card(report, language)

    await carry_out(interaction, Work(do, custom_id, forced, leave))


async def _learn(
    interaction: Interaction,
    engine: SearchEngine,
    report: ReindexReport | None,
    speed: float | None,
) -> None:
    """Note how fast the model was, tell the bot that articles changed, and log the notes."""
    interaction.client.dispatch("articles_changed")
    for note in report.notes if report else ():
        _log.warning("%s", note)
    if report and speed:
        rest = report.seconds - report.encoded / speed
        await learn_speed(interaction.client.records, engine.model, speed, rest)


async def expect_seconds(store: Records, model: str, texts: int) -> float:
    """Return how many seconds the model will take for some texts, about, and what starts it."""
    try:
        speed, rest = map(float, (await store.note(_name(model)) or "").split())
        return max(START, rest) + texts / speed
    except (StorageError, ValueError, ZeroDivisionError):
        return START + texts / USUAL


async def learn_speed(store: Records, model: str, speed: float, rest: float) -> None:
    """Take note of how many texts a second the model computed, and what else took its seconds."""
    try:
        await store.write_note(_name(model), f"{speed:.3f} {rest:.1f}")
    except StorageError as error:
        _log.warning("the model's speed could not be kept: %s", error)


def _name(model: str) -> str:
    return f"pace:{model}"
