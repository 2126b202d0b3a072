"""/admin: index anew, go back, set what holds here, see what is kept; the articles beside it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.admin import additions, buttons, records
from bot.admin.articles import Articles
from bot.admin.history import find_title
from bot.admin.reports import moment, say_change, snapshot_label, status_card, write_moment
from bot.admin.target import by, enter, target
from bot.errors import BotError
from bot.running.commands import Suggestions, command, name, suggest
from bot.servers.rules import change, move, rules_card, rules_of, toggle
from bot.ui.catalogue import fold
from bot.ui.components import ANSWERED, MAX_OPTION, notice
from bot.ui.markup import clean, unplain
from embeddings.store.people import Unanswered, Vote

if TYPE_CHECKING:
    from bot.context import Context, Interaction
    from bot.translate import Language
    from embeddings.engine import SearchEngine
    from embeddings.reports import AuditEntry


@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
class Admin(
    Articles,
    commands.GroupCog,
    group_name=name("admin-name"),
    group_description=name("admin-description"),
    group_extras={"key": "admin"},
):
    """What people who manage the server may do."""

    def __init__(self, bot: Context) -> None:
        super().__init__()
        self.bot = bot
        bot.tree.add_command(self.menu())

    @command("reindex")
    async def reindex(
        self, interaction: Interaction, *, full: bool = False, shared: bool | None = None
    ) -> None:
        """Build a new snapshot and show how far it is."""
        engine = await enter(interaction, shared=shared)
        await additions.reindex(interaction, engine, full=full)

    @command("status")
    async def status(
        self, interaction: Interaction, *, details: bool = False, shared: bool | None = None
    ) -> None:
        """Show what serves now."""
        engine = await enter(interaction, shared=shared)
        status, guild, week = engine.status(), interaction.guild_id, None
        if not engine.is_shared:
            status = replace(status, collections=())  # which other servers have one is theirs
        if rules_of(self.bot, guild).keep:
            week = records.count_week(await self.bot.records.of(Unanswered, guild=guild))
        language = delivery.language_of(interaction)
        room = await engine.room()
        shown = status_card(status, language, unanswered=week, details=details, room=room)
        await delivery.answer(interaction, shown)

    @command("rollback")
    async def rollback(
        self, interaction: Interaction, *, snapshot: str | None = None, shared: bool | None = None
    ) -> None:
        """Serve an earlier snapshot."""
        engine = await enter(interaction, shared=shared)
        made = {each.snapshot: each.created_at for each in engine.snapshots()}
        done = await engine.rollback(snapshot, by=by(interaction))
        language = delivery.language_of(interaction)
        text = language("rollback-done", when=moment(made.get(done.back_to)))
        await delivery.answer(interaction, notice(text, ANSWERED))

    @rollback.autocomplete("snapshot")
    async def snapshots(self, interaction: Interaction, typed: str) -> Suggestions:
        """Suggest the kept snapshots, newest first."""
        engine = await target(interaction, shared=interaction.namespace.shared)
        language = delivery.language_of(interaction)
        undone = await _say_undone(engine, language)
        labels = {
            s.snapshot: undone.get(s.snapshot)
            or snapshot_label(s, language, lambda who: _call(interaction, who, language))
            for s in engine.snapshots()
            if not s.live
        }
        found = [i for i in labels if fold(typed) in fold(f"{i} {labels[i]}")]
        return suggest((labels[i], i) for i in found)

    @command("settings")
    async def settings(
        self,
        interaction: Interaction,
        *,
        public: bool | None = None,
        keep: bool | None = None,
        cooldown: app_commands.Range[int, 0, 3600] | None = None,
        channel_cooldown: app_commands.Range[int, 0, 3600] | None = None,
        allow: app_commands.AppCommandChannel | None = None,
        forbid: app_commands.AppCommandChannel | None = None,
        editors: discord.Role | None = None,
        newsroom: discord.TextChannel | None = None,
        tell: bool | None = None,
    ) -> None:
        """Change what holds on this server, and show it; what is named again is taken off."""
        await delivery.hold(interaction, ephemeral=True)
        guild = interaction.guild_id or 0
        before = rules_of(self.bot, guild)
        choices = change(
            self.bot.records.choices(guild),
            public=public,
            keep=keep,
            cooldown_user=cooldown,
            cooldown_channel=channel_cooldown,
            channels=move(before.channels, allow=_id(allow), forbid=_id(forbid)),
            editors=toggle(before.editors, _id(editors)),
            news=None if newsroom is None else newsroom.id * (newsroom.id != before.news),
            tell=tell,
        )
        await self.bot.records.choose(guild, choices)
        language = delivery.language_of(interaction)
        shown = rules_card(rules_of(self.bot, guild), language, forbidden=forbid is not None)
        await delivery.answer(interaction, shown)

    @command("questions")
    async def questions(self, interaction: Interaction) -> None:
        """Show what was refused, grouped by week, with the closest passage and all of it as CSV."""
        votes, unanswered = await self._read_kept(interaction)
        language = delivery.language_of(interaction)
        groups = records.group_questions(unanswered)
        seen = await self.bot.see(interaction)
        for group in groups[: records.LOOKED_UP]:
            group.closest = await records.find_closest(seen, group.question)
        shown = records.records_card(votes, groups, language)
        await delivery.answer(interaction, shown)

    @command("export")
    async def export(
        self, interaction: Interaction, *, articles: bool = False, shared: bool | None = None
    ) -> None:
        """Give the articles as ``import`` reads them, or what is kept as a set for ``eval``."""
        if articles:
            engine = await enter(interaction, shared=shared)
            file, key = "file-articles", "export-articles-done"
            data, count = await records.export_articles(engine)
        else:
            kept = await self._read_kept(interaction)
            seen, file, key = await self.bot.see(interaction), "file-labelled", "export-done"
            listed = seen.catalogue.articles
            corpus = [(await seen.read(article), seen.passages(article)) for article in listed]
            data, count = await asyncio.to_thread(records.labelled_set, *kept, corpus)
        language = delivery.language_of(interaction)
        shown = records.enclose(data, language(file), language(key, count=count))
        await delivery.answer(interaction, shown)

    async def _read_kept(self, interaction: Interaction) -> tuple[list[Vote], list[Unanswered]]:
        """Return what is kept of this server, after acknowledging."""
        guild = interaction.guild_id
        if not rules_of(self.bot, guild).keep:
            raise BotError("keeps-nothing")
        await delivery.hold(interaction, ephemeral=True)
        kept = self.bot.records
        return await kept.of(Vote, guild=guild), await kept.of(Unanswered, guild=guild)


async def _say_undone(engine: SearchEngine, language: Language) -> dict[str, str]:
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


def _call(interaction: Interaction, name: str, language: Language) -> str:
    """Return what somebody is called whom the log of changes names, where names alone can stand."""
    if name == by(interaction):
        return language("yourself")
    number = name.removeprefix("discord:")
    user = interaction.client.get_user(int(number)) if number.isdecimal() else None
    return clean(user.display_name if user else name)


def _id(chosen: app_commands.AppCommandChannel | discord.Role | None) -> int | None:
    return chosen.id if chosen else None


async def setup(bot: Context) -> None:
    """Add this part to the bot."""
    bot.add_dynamic_items(*buttons.ALL)
    await bot.add_cog(Admin(bot))
