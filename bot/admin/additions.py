"""From what an admin gives to a proposal on Discord, and from a proposal to what serves."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from discord import ButtonStyle

from bot import delivery
from bot.admin import eta
from bot.admin.changes import change_card, removal_done
from bot.admin.intake import fetch_all
from bot.admin.progress import Work, carry_out
from bot.admin.proposals import list_proposed, proposal_card
from bot.admin.reports import reindex_card
from bot.admin.target import by, target, where
from bot.errors import BotError
from bot.ui.components import button
from embeddings.reports import Proposal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.admin.intake import Upload
    from bot.context import Interaction
    from embeddings.engine import SearchEngine
    from embeddings.reports import ChangeReport, ReindexReport
    from embeddings.types import ProgressCallback


async def propose(
    interaction: Interaction,
    uploads: Sequence[Upload],
    links: Sequence[str],
    *,
    shared: bool,
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
        proposal = await read(interaction, engine, uploads, links)
    await show(interaction, engine, proposal, shared=shared)


_log = logging.getLogger(__name__)


async def read(
    interaction: Interaction,
    engine: SearchEngine,
    uploads: Sequence[Upload],
    links: Iterable[str],
) -> Proposal:
    """Read files and pages, and keep aside what adding them would do.

    Raises:
        StorageError: The disk is full or cannot be written.
    """
    settings, language = interaction.client.settings, delivery.language_of(interaction)
    megabytes = settings.discord.attachment_megabytes
    async with fetch_all(uploads, links, language, megabytes=megabytes) as given:
        if not given.inputs:
            return Proposal("", rejected=given.rejected)
        return await engine.propose(
            given.inputs, by=by(interaction), names=given.names, rejected=given.rejected
        )


async def show(
    interaction: Interaction, engine: SearchEngine, proposal: Proposal, *, shared: bool
) -> None:
    """Show what a proposal would do, with the buttons that decide; drop one that does nothing."""
    if proposal.token and not list_proposed(proposal):
        await engine.drop(proposal.token)
    model, records = engine.status().model, interaction.client.records
    changing = {each.article.id for each in proposal.changed}
    shown = proposal_card(
        proposal,
        {a.id: a for a in engine.sources() if a.id in changing},
        delivery.language_of(interaction),
        where=where(shared=shared),
        seconds=await eta.expect(records, model, proposal.to_encode),
    )
    await delivery.answer(interaction, shown)


async def confirm(
    interaction: Interaction, engine: SearchEngine, token: str, *, shared: bool, anyway: bool
) -> None:
    """Do what was proposed."""
    language = delivery.language_of(interaction)
    name = f"{where(shared=shared)}:{token}"
    cancel = button(language("button-cancel"), f"v:plan:no:{name}")
    anew = button(language("button-confirm"), f"v:plan:ok:{name}", style=ButtonStyle.success)
    forced = button(language("button-anyway"), f"v:plan:any:{name}", style=ButtonStyle.danger)

    async def do(progress: ProgressCallback) -> ChangeReport:
        done = await engine.confirm(token, by=by(interaction), anyway=anyway, progress=progress)
        await _learn(interaction, engine, done.report)
        return done

    work = Work(do, lambda done: change_card(done, language), (forced, cancel), (anew, cancel))
    await carry_out(interaction, work)


async def remove(
    interaction: Interaction, engine: SearchEngine, article: str, *, shared: bool, anyway: bool
) -> None:
    """Take an article out.

    Raises:
        BotError: It is no longer there.
    """
    language = delivery.language_of(interaction)
    custom_id = f"v:drop!:{where(shared=shared)}:{article}"
    forced = button(language("button-anyway"), custom_id, style=ButtonStyle.danger)

    async def do(progress: ProgressCallback) -> ChangeReport:
        who = by(interaction)
        done = await engine.remove([article], by=who, anyway=anyway, progress=progress)
        if not done.removed:
            raise BotError("article-gone")
        await _learn(interaction, engine, done.report)
        return done

    leave = button(language("button-cancel"), "v:leave")
    work = Work(do, lambda done: removal_done(done, language), (forced, leave))
    await carry_out(interaction, work)


async def reindex(
    interaction: Interaction, engine: SearchEngine, *, shared: bool, full: bool, anyway: bool
) -> None:
    """Build a new snapshot."""
    language = delivery.language_of(interaction)
    custom_id = f"v:index:{where(shared=shared)}:{int(full)}"
    forced = button(language("button-anyway"), custom_id, style=ButtonStyle.danger)

    async def do(progress: ProgressCallback) -> ReindexReport:
        who = by(interaction)
        report = await engine.reindex(full=full, by=who, anyway=anyway, progress=progress)
        await _learn(interaction, engine, report)
        return report

    leave = button(language("button-cancel"), "v:leave")
    await carry_out(
        interaction, Work(do, lambda report: reindex_card(report, language), (forced, leave))
    )


async def _learn(
    interaction: Interaction, engine: SearchEngine, report: ReindexReport | None
) -> None:
    """Take note of how quick it was, and give the operator what is of no use to anybody else."""
    interaction.client.dispatch("articles_changed")
    for note in report.notes if report else ():
        _log.warning("%s", note)
    await eta.learn(interaction.client.records, engine.status().model, report)
