"""The /admin commands: articles, rollback, settings and records; and a message's menu."""

import asyncio
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.admin import additions, buttons, exports
from bot.admin.additions import make_address, read_message
from bot.admin.history import name_entry_author, say_undone, show_history
from bot.admin.reports import moment, name_author, snapshot_label, status_card
from bot.context import Bot, Interaction, language_of
from bot.delivery import CardOrForm
from bot.errors import BotError
from bot.newsroom.feeds import change_feeds
from bot.running.commands import Suggestions, command, for_managers, menu, name, suggest
from bot.servers.rules import find_collection, get_rules, rules_card, toggle, update, update_ids
from bot.ui.catalogue import Catalogue, fold
from bot.ui.components import ANSWERED, MAX_OPTION, MAX_OPTIONS, Attached, Card, notice
from bot.ui.naming import label, write_collection
from embeddings.engine import SearchEngine
from embeddings.store.people import Unanswered, Vote


@for_managers
class Admin(
    commands.GroupCog,
    group_name=name("admin-name"),
    group_description=name("admin-description"),
    group_extras={"key": "admin"},
):
    """The commands for people who manage a server."""

    def __init__(self, bot: Bot) -> None:
        super().__init__()
        self.bot = bot
        bot.tree.add_command(for_managers(menu("add-menu", self.add_message)))

    @command("add", None)
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
    ) -> CardOrForm:
        """Propose to add files or a page; without any, open a form for them."""
        files = [f for f in (file, file_2, file_3, file_4, file_5) if f]
        if files or url:
            links = [url] if url else []
            return await additions.propose(interaction, files, links, shared=shared)
        return buttons.add_form(language_of(interaction), shared=shared)

    async def add_message(self, interaction: Interaction, message: discord.Message) -> Card:
        """Propose to add the files and links of a message."""
        return await additions.propose(interaction, *read_message(message), shared=False)

    @command("edit", None)
    async def edit(
        self,
        interaction: Interaction,
        article: str,
        *,
        text: bool = False,
        shared: bool | None = None,
    ) -> CardOrForm:
        """Open the form for an article's fields, or for its text."""
        engine = await find_collection(interaction, shared=shared)
        chosen = _find_catalogue(interaction, engine).choose(article, "article-not-yours")
        collection, language = write_collection(shared=engine.is_shared), language_of(interaction)
        if text:
            return buttons.text_form(await engine.article(chosen.id), collection, language)
        return buttons.edit_form(chosen, f"v:edit:{collection}:{chosen.id}", language)

    @command("remove")
    async def remove(
        self, interaction: Interaction, *, article: str, shared: bool | None = None
    ) -> Card:
        """Propose to remove an article."""
        engine = await find_collection(interaction, shared=shared)
        chosen = _find_catalogue(interaction, engine).choose(article, "article-not-yours")
        proposal = await engine.propose_removal(chosen.id)
        return await additions.show_proposal(interaction, engine, proposal)

    @command("history")
    async def history(
        self, interaction: Interaction, *, article: str | None = None, shared: bool | None = None
    ) -> Card:
        """List the changes of an article, or of all articles."""
        engine = await find_collection(interaction, shared=shared)
        catalogue = _find_catalogue(interaction, engine)
        name = catalogue.choose(article, "article-no-history").id if article else ""
        return await show_history(interaction, engine, name, 0)

    @command("watch")
    async def watch(
        self,
        interaction: Interaction,
        address_: str | None = None,
        announce: discord.TextChannel | None = None,
        stop: str | None = None,
    ) -> Card:
        """Watch a feed or a sitemap for this server, or stop; then list the watched ones."""
        await find_collection(interaction, shared=False)
        address = make_address(address_) if address_ else None
        return await change_feeds(interaction, address, announce.id if announce else None, stop)

    @watch.autocomplete("stop")
    async def suggest_feeds(self, interaction: Interaction, typed: str) -> Suggestions:
        """Suggest the addresses of watched feeds that match the typed text."""
        feeds = await self.bot.records.feeds(interaction.guild_id or 0)
        matching = [feed for feed in feeds if typed.casefold() in feed.address.casefold()]
        return suggest((feed.address[-MAX_OPTION:], str(feed.n)) for feed in matching)

    @edit.autocomplete("article")
    @remove.autocomplete("article")
    @history.autocomplete("article")
    async def articles(self, interaction: Interaction, typed: str) -> Suggestions:
        """Suggest articles that match the typed text, newest first."""
        engine = await find_collection(interaction, shared=interaction.namespace.shared)
        found = _find_catalogue(interaction, engine).search(typed)[:MAX_OPTIONS]
        return suggest((label(a, found), a.id) for a in found)

    @command("reindex")
    async def reindex(
        self, interaction: Interaction, *, full: bool = False, shared: bool | None = None
    ) -> None:
        """Build and publish a new snapshot, and show the progress."""
        engine = await find_collection(interaction, shared=shared)
        await additions.reindex(interaction, engine, full=full)

    @command("status")
    async def status(
        self, interaction: Interaction, *, details: bool = False, shared: bool | None = None
    ) -> Card:
        """Show the status of the live snapshot."""
        engine = await find_collection(interaction, shared=shared)
        status, guild, week = engine.status(), interaction.guild_id, None
        if not engine.is_shared:
            status = replace(status, collections=())  # other servers' names stay private
        if get_rules(self.bot, guild).keep:
            week = exports.count_week(await self.bot.records.find(Unanswered, guild=guild))
        language, quotas = language_of(interaction), await engine.quotas()
        return status_card(status, language, unanswered=week, details=details, quotas=quotas)

    @command("rollback")
    async def rollback(
        self, interaction: Interaction, *, snapshot: str | None = None, shared: bool | None = None
    ) -> Card:
        """Roll back to an earlier snapshot."""
        engine = await find_collection(interaction, shared=shared)
        times = {kept.snapshot: kept.created_at for kept in engine.snapshots()}
        report = await engine.rollback(snapshot, by=name_author(interaction))
        when = moment(times.get(report.back_to))
        counts = {key: len(getattr(report, key)) for key in ("added", "changed", "removed")}
        return notice(language_of(interaction)("rollback-done", when=when, **counts), ANSWERED)

    @rollback.autocomplete("snapshot")
    async def snapshots(self, interaction: Interaction, typed: str) -> Suggestions:
        """Suggest the kept snapshots that match the typed text, newest first."""
        engine = await find_collection(interaction, shared=interaction.namespace.shared)
        language = language_of(interaction)
        undone = await say_undone(engine, language)
        labels = {
            s.snapshot: undone.get(s.snapshot)
            or snapshot_label(s, name_entry_author(interaction, s.by, language), language)
            for s in engine.snapshots()
            if not s.live
        }
        matching = [i for i in labels if fold(typed) in fold(f"{i} {labels[i]}")]
        return suggest((labels[i], i) for i in matching)

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
    ) -> Card:
        """Change and show this server's rules; naming the role or newsroom again takes it off."""
        guild = interaction.guild_id or 0
        before = get_rules(self.bot, guild)
        choices = update(
            self.bot.records.choices(guild),
            public=public,
            keep=keep,
            cooldown_user=cooldown,
            cooldown_channel=channel_cooldown,
            channels=update_ids(before.channels, allow=_id(allow), forbid=_id(forbid)),
            editors=toggle(before.editors, _id(editors)),
            news=None if newsroom is None else newsroom.id * (newsroom.id != before.news),
            tell=tell,
        )
        await self.bot.records.choose(guild, choices)
        return rules_card(get_rules(self.bot, guild), language_of(interaction))

    @command("questions")
    async def questions(self, interaction: Interaction) -> Card:
        """Show refused questions by week, with the closest passages, and all of them as CSV."""
        votes, unanswered = await self._read_kept(interaction)
        groups = exports.group_questions(unanswered)
        scope = await self.bot.open_scope(interaction)
        for group in groups[: exports.LOOKED_UP]:
            group.closest = await exports.find_closest(scope, group.question)
        return exports.questions_card(votes, groups, language_of(interaction))

    @command("export")
    async def export(
        self, interaction: Interaction, *, articles: bool = False, shared: bool | None = None
    ) -> Card:
        """Export the articles for ``import``, or the kept questions as a set for ``eval``."""
        if articles:
            engine = await find_collection(interaction, shared=shared)
            file, key = "file-articles", "export-articles-done"
            data, count = await exports.export_articles(engine)
        else:
            kept = await self._read_kept(interaction)
            scope = await self.bot.open_scope(interaction)
            file, key, listed = "file-labelled", "export-done", scope.catalogue.articles
            corpus = [(await scope.read(article), scope.passages(article)) for article in listed]
            data, count = await asyncio.to_thread(exports.build_labelled_set, *kept, corpus)
        if len(data) > exports.MAX_FILE:
            raise BotError("too-large")
        language = language_of(interaction)
        return notice(language(key, count=count), ANSWERED, Attached(language(file), data))

    async def _read_kept(self, interaction: Interaction) -> tuple[list[Vote], list[Unanswered]]:
        """Return this server's votes and refused questions; raises BotError if none are kept."""
        guild, store = interaction.guild_id, self.bot.records
        if not get_rules(self.bot, guild).keep:
            raise BotError("keeps-nothing")
        return await store.find(Vote, guild=guild), await store.find(Unanswered, guild=guild)


def _find_catalogue(interaction: Interaction, engine: SearchEngine) -> Catalogue:
    """Return the searchable catalogue of a collection's articles."""
    place = None if engine.is_shared else ("own", interaction.guild_id)
    return interaction.client.catalogues.of(place, engine.sources())


def _id(chosen: app_commands.AppCommandChannel | discord.Role | None) -> int | None:
    return chosen.id if chosen else None
