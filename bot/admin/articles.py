"""/admin add, edit, remove, history, watch, and the menu that adds what stands in a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.admin import additions
from bot.admin.buttons import Add, Edit, Rewrite
from bot.admin.history import show_history
from bot.admin.intake import Upload, address, read_message
from bot.admin.target import articles_of, enter, target, where
from bot.delivery import answer, language_of
from bot.newsroom.feeds import change_feeds, feeds_card
from bot.running.commands import Suggestions, command, name, suggest
from bot.ui.components import MAX_OPTION, MAX_OPTIONS
from bot.ui.naming import label

if TYPE_CHECKING:
    from bot.context import Context, Interaction


class Articles(commands.Cog):
    """The half of the admins' commands that is about articles; it becomes part of their group."""

    bot: Context

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
        form = Add.to(where(shared=shared), language_of(interaction))
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
        to, language = where(shared=engine.is_shared), language_of(interaction)
        edit = Edit.about(found, f"v:edit:{to}:{found.id}", language)
        form = Rewrite.of(whole, to, language) if whole else edit
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
        await answer(interaction, await feeds_card(interaction))

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
