"""/admin: index anew, go back, take an article out, set what holds here, see what is kept."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.about import rules_card
from bot.access import changed, moved
from bot.errors import BotError
from bot.guard import admins_only
from bot.markup import plain
from bot.parts import MAX_OPTION, MAX_OPTIONS, Attached, Block, card, notice
from bot.progress import Reporter
from bot.records import corpus_lines, labelled_set, query_lines, records_card
from bot.refs import short
from bot.render import ANSWERED
from bot.reports import reindex_card, removal_card, snapshot_label, status_card
from bot.translate import described, options

if TYPE_CHECKING:
    from bot.client import Interaction, VerbatimBot
    from bot.store import Unanswered, Vote
    from embeddings.types import Passage

MAX_FILE = 8 * 1024 * 1024
"""The largest file that is sent, in bytes: below what Discord takes on every server."""

group = app_commands.Group(
    **described("admin"),
    default_permissions=discord.Permissions(manage_guild=True),
    allowed_contexts=app_commands.AppCommandContext(guild=True),
    allowed_installs=app_commands.AppInstallationType(guild=True),
)


class Admin(commands.Cog):
    """What people who manage the server may do with the index."""

    admin = group

    def __init__(self, bot: VerbatimBot) -> None:
        self.bot = bot

    @group.command(**described("reindex"))
    @options("reindex", "full")
    @admins_only
    async def reindex(self, interaction: Interaction, full: bool = False) -> None:  # noqa: FBT001, FBT002 - an option of the command
        """Build a new snapshot and show how far it is."""
        await delivery.hold(interaction, ephemeral=True)
        async with Reporter(interaction) as reporter:
            report = await self.bot.engine.reindex(full=full, progress=reporter.note)
        await reporter.finish(reindex_card(report, delivery.language_of(interaction)))

    @group.command(**described("status"))
    @admins_only
    async def status(self, interaction: Interaction) -> None:
        """Show what serves now."""
        shown = status_card(self.bot.engine.status(), delivery.language_of(interaction))
        await delivery.answer(interaction, shown)

    @group.command(**described("rollback"))
    @options("rollback", "snapshot")
    @admins_only
    async def rollback(self, interaction: Interaction, snapshot: str | None = None) -> None:
        """Serve an earlier snapshot."""
        await delivery.hold(interaction, ephemeral=True)
        now, before = await self.bot.engine.rollback(snapshot)
        language = delivery.language_of(interaction)
        text = language("rollback-done", snapshot=plain(now), previous=plain(before))
        await delivery.answer(interaction, notice(text, ANSWERED))

    @rollback.autocomplete("snapshot")
    async def snapshots(
        self, interaction: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest the kept snapshots, newest first."""
        language = delivery.language_of(interaction)
        kept = [s for s in self.bot.engine.snapshots() if typed in s.snapshot and not s.live]
        return [
            app_commands.Choice(name=snapshot_label(s, language), value=s.snapshot)
            for s in kept[:MAX_OPTIONS]
        ]

    @group.command(**described("remove"))
    @options("remove", "article")
    @admins_only
    async def remove(self, interaction: Interaction, article: str) -> None:
        """Show what would be removed; a button does it."""
        found = self.bot.catalogue.article_named(article)
        if found is None:
            raise BotError("article-unknown")
        shown = removal_card(found, delivery.language_of(interaction))
        await delivery.answer(interaction, shown)

    @remove.autocomplete("article")
    async def articles(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Suggest titles, newest first."""
        found = self.bot.catalogue.matching(typed)[:MAX_OPTIONS]
        return [app_commands.Choice(name=a.title[:MAX_OPTION], value=short(a.id)) for a in found]

    @group.command(**described("settings"))
    @options("settings", "public", "keep", "cooldown", "channel_cooldown", "allow", "forbid")
    @admins_only
    async def settings(  # noqa: PLR0917 - the command's options
        self,
        interaction: Interaction,
        public: bool | None = None,  # noqa: FBT001 - an option of the command
        keep: bool | None = None,  # noqa: FBT001 - an option of the command
        cooldown: app_commands.Range[int, 0, 3600] | None = None,
        channel_cooldown: app_commands.Range[int, 0, 3600] | None = None,
        allow: app_commands.AppCommandChannel | None = None,
        forbid: app_commands.AppCommandChannel | None = None,
    ) -> None:
        """Change what holds on this server, and show it."""
        guild = interaction.guild_id or 0
        before = self.bot.rules(guild)
        choices = changed(
            self.bot.store.choices(guild),
            public=public,
            keep=keep,
            cooldown_user=cooldown,
            cooldown_channel=channel_cooldown,
            channels=moved(before.channels, allow=_id(allow), forbid=_id(forbid)),
        )
        await delivery.hold(interaction, ephemeral=True)
        await self.bot.store.choose(guild, choices)
        shown = rules_card(self.bot.rules(guild), delivery.language_of(interaction))
        await delivery.answer(interaction, shown)

    @group.command(**described("questions"))
    @admins_only
    async def questions(self, interaction: Interaction) -> None:
        """List what was refused and what people thought of answers, where that is kept."""
        votes, unanswered = await self._kept(interaction)
        shown = records_card(votes, unanswered, delivery.language_of(interaction))
        await delivery.answer(interaction, shown)

    @group.command(**described("export"))
    @admins_only
    async def export(self, interaction: Interaction) -> None:
        """Give what is kept as a labelled set that ``eval`` reads."""
        votes, unanswered = await self._kept(interaction)
        passages: list[Passage] = []
        corpus = []
        for source in self.bot.engine.sources():
            found = self.bot.engine.passages(source.id)
            corpus.append((await self.bot.engine.article(source.id), found))
            passages += found
        queries = query_lines(votes, unanswered, passages)
        archive = await asyncio.to_thread(labelled_set, corpus_lines(corpus), queries)
        if len(archive) > MAX_FILE:
            raise BotError("too-large")
        text = delivery.language_of(interaction)("export-done", count=len(queries))
        file = discord.File(io.BytesIO(archive), "labelled.zip")
        shown = card(Block(text), Attached(file.filename), accent=ANSWERED)
        await delivery.answer(interaction, shown, files=[file])

    async def _kept(self, interaction: Interaction) -> tuple[list[Vote], list[Unanswered]]:
        """Return what is kept of this server, after acknowledging."""
        guild = interaction.guild_id
        if not self.bot.rules(guild).keep:
            raise BotError("keeps-nothing")
        await delivery.hold(interaction, ephemeral=True)
        store = self.bot.store
        return await store.votes(guild=guild), await store.unanswered(guild=guild)


def _id(channel: app_commands.AppCommandChannel | None) -> int | None:
    return channel.id if channel else None


async def setup(bot: VerbatimBot) -> None:
    """Add this part to the bot."""
    await bot.add_cog(Admin(bot))
