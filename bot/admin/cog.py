"""/admin: the stories, going back, what holds here and what is kept; and a message's menu."""

import asyncio
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.admin import additions, buttons, records
from bot.admin.history import call_author, say_undone, show_history
from bot.admin.intake import Upload, address, read_message
from bot.admin.reports import moment, snapshot_label, status_card
from bot.admin.target import articles_of, by, enter, target, where
from bot.context import Context, Interaction
from bot.errors import BotError
from bot.newsroom.feeds import change_feeds, feeds_card
from bot.running.commands import Suggestions, command, name, suggest
from bot.servers.rules import change, move, rules_card, rules_of, toggle
from bot.ui.catalogue import fold
from bot.ui.components import ANSWERED, MAX_OPTION, MAX_OPTIONS, notice
from bot.ui.naming import label
from embeddings.store.people import Unanswered, Vote


@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
class Admin(
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

    def menu(self) -> app_commands.ContextMenu:
        """Return the menu of a message, which cannot be declared inside a class."""
        made = app_commands.ContextMenu(
            name=name("add-menu-name"),
            callback=self.add_message,
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
            extras={"key": "add-menu"},
        )
        made.default_permissions = discord.Permissions(manage_guild=True)
        return made

    @command("add")
    async def add(
        self,
        interaction: Interaction,
        *,
        file: discord.Attachment | None = None,
        url: str | None = None,
        file_2: discord.Attachment | None = None,
        file_3: discord.Attachment | None = None,
        file_4: discord.Attachment | None = None,
        file_5: discord.Attachment | None = None,
        shared: bool = False,
    ) -> None:
        """Show what files or a page would add; a button does it. Without any, give a form."""
        files = [Upload.of(each) for each in (file, file_2, file_3, file_4, file_5) if each]
        if files or url:
            links = [url] if url else []
            await additions.propose(interaction, files, links, shared=shared)
            return
        form = buttons.Add.to(where(shared=shared), delivery.language_of(interaction))
        await interaction.response.send_modal(form)

    async def add_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Show what the files and the links of a message would add."""
        await additions.propose(interaction, *read_message(message), shared=False)

    @command("edit")
    async def edit(
        self,
        interaction: Interaction,
        article: str,
        *,
        text: bool = False,
        shared: bool | None = None,
    ) -> None:
        """Give the form for what is known of an article, or for its text."""
        engine = await target(interaction, shared=shared)
        found = articles_of(interaction, engine).choose(article)
        whole = await engine.article(found.id) if text else None
        to, language = where(shared=engine.is_shared), delivery.language_of(interaction)
        edit = buttons.Edit.about(found, f"v:edit:{to}:{found.id}", language)
        form = buttons.Rewrite.of(whole, to, language) if whole else edit
        await interaction.response.send_modal(form)

    @command("remove")
    async def remove(
        self, interaction: Interaction, *, article: str, shared: bool | None = None
    ) -> None:
        """Show what would be removed; a button does it."""
        engine = await enter(interaction, shared=shared)
        found = articles_of(interaction, engine).choose(article)
        proposal = await engine.propose_removal(found.id)
        await additions.show(interaction, engine, proposal)

    @command("history")
    async def history(
        self, interaction: Interaction, *, article: str | None = None, shared: bool | None = None
    ) -> None:
        """List what happened to an article, or to all of them: who, when, what changed."""
        engine = await enter(interaction, shared=shared)
        found = None
        if article is not None:
            found = articles_of(interaction, engine).choose(article)
        await show_history(interaction, engine, found.id if found else "", 0)

    @command("watch")
    async def watch(
        self,
        interaction: Interaction,
        address_: str | None = None,
        announce: discord.TextChannel | None = None,
        stop: str | None = None,
    ) -> None:
        """Watch a feed or a sitemap for this server, or watch it no more; list those watched."""
        await enter(interaction, shared=False)
        given = address(address_) if address_ else None
        await change_feeds(interaction, given, announce.id if announce else None, stop)
        await delivery.answer(interaction, await feeds_card(interaction))

    @watch.autocomplete("stop")
    async def suggest_feeds(self, interaction: Interaction, typed: str) -> Suggestions:
        """Suggest the addresses that are watched."""
        feeds = await self.bot.records.feeds(interaction.guild_id or 0)
        found = [feed for feed in feeds if typed.casefold() in feed.address.casefold()]
        return suggest((feed.address[-MAX_OPTION:], str(feed.n)) for feed in found)

    @edit.autocomplete("article")
    @remove.autocomplete("article")
    @history.autocomplete("article")
    async def articles(self, interaction: Interaction, typed: str) -> Suggestions:
        """Suggest titles, newest first."""
        engine = await target(interaction, shared=interaction.namespace.shared)
        found = articles_of(interaction, engine).matching(typed)[:MAX_OPTIONS]
        return suggest((label(a, found), a.id) for a in found)

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
        undone = await say_undone(engine, language)
        labels = {
            s.snapshot: undone.get(s.snapshot)
            or snapshot_label(s, language, lambda who: call_author(interaction, who, language))
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


def _id(chosen: app_commands.AppCommandChannel | discord.Role | None) -> int | None:
    return chosen.id if chosen else None


async def setup(bot: Context) -> None:
    """Add this part to the bot."""
    bot.add_dynamic_items(*buttons.ALL)
    await bot.add_cog(Admin(bot))
