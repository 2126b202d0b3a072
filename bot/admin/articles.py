"""/admin add, edit, remove, history, and the menu that adds what stands in a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.admin import additions
from bot.admin.changes import removal_card
from bot.admin.forms import Add, Edit
from bot.admin.intake import Upload, read_message
from bot.admin.reports import history_card
from bot.admin.target import articles_of, choose, target, where
from bot.errors import BotError
from bot.running.commands import describe, name, options
from bot.ui.components import MAX_OPTIONS
from bot.ui.markup import fit
from bot.ui.naming import TITLE, label

if TYPE_CHECKING:
    from bot.context import Context, Interaction
    from embeddings.types import ArticleSummary


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

    @app_commands.command(**describe("add"))
    @options("add", "file", "file_2", "file_3", "file_4", "file_5", "url", "shared")
    async def add(  # noqa: PLR0917 - the command's options
        self,
        interaction: Interaction,
        file: discord.Attachment | None = None,
        url: str | None = None,
        file_2: discord.Attachment | None = None,
        file_3: discord.Attachment | None = None,
        file_4: discord.Attachment | None = None,
        file_5: discord.Attachment | None = None,
        shared: bool = False,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        """Show what files or a page would add; a button does it. Without any, give a form."""
        files = [Upload.of(each) for each in (file, file_2, file_3, file_4, file_5) if each]
        if files or url:
            links = [url] if url else []
            await additions.propose(interaction, files, links, shared=shared)
            return
        form = Add.to(where(shared=shared), delivery.language_of(interaction))
        await interaction.response.send_modal(form)

    async def add_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Show what the files and the links of a message would add."""
        await additions.propose(interaction, *read_message(message), shared=False)

    @app_commands.command(**describe("edit"))
    @options("edit", "article", "shared")
    async def edit(
        self,
        interaction: Interaction,
        article: str,
        shared: bool | None = None,  # noqa: FBT001 - an option of the command
    ) -> None:
        """Give the form for what is known of an article."""
        shared = await choose(interaction, shared)
        found = await _find(interaction, article, shared=shared)
        language = delivery.language_of(interaction)
        form = Edit.of(found, where(shared=shared), language)
        await interaction.response.send_modal(form)

    @app_commands.command(**describe("remove"))
    @options("remove", "article", "shared")
    async def remove(
        self,
        interaction: Interaction,
        article: str,
        shared: bool | None = None,  # noqa: FBT001 - an option of the command
    ) -> None:
        """Show what would be removed; a button does it."""
        await delivery.hold(interaction, ephemeral=True)
        shared = await choose(interaction, shared)
        found = await _find(interaction, article, shared=shared)
        language = delivery.language_of(interaction)
        shown = removal_card(found, language, where=where(shared=shared))
        await delivery.answer(interaction, shown)

    @app_commands.command(**describe("history"))
    @options("history", "article", "shared")
    async def history(
        self,
        interaction: Interaction,
        article: str | None = None,
        shared: bool | None = None,  # noqa: FBT001 - an option of the command
    ) -> None:
        """List what happened to an article, or to all of them: who, when, what changed."""
        await delivery.hold(interaction, ephemeral=True)
        shared = await choose(interaction, shared)
        engine = await target(interaction, shared=shared)
        language = delivery.language_of(interaction)
        titles = {each.id: each.title for each in engine.sources()}
        entries, head = await engine.audit(), language("history-all")
        if article is not None:
            found = await _find(interaction, article, shared=shared)
            entries, head = tuple(e for e in entries if e.article == found.id), found.title
        shown = history_card(fit(head, TITLE), entries, titles, language)
        await delivery.answer(interaction, shown)

    @edit.autocomplete("article")
    @remove.autocomplete("article")
    @history.autocomplete("article")
    async def articles(
        self, interaction: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest titles, newest first."""
        shared = await choose(interaction, interaction.namespace.shared)
        engine = await target(interaction, shared=shared)
        found = articles_of(interaction, engine, shared=shared).matching(typed)[:MAX_OPTIONS]
        return [app_commands.Choice(name=label(a, found), value=a.id) for a in found]


async def _find(interaction: Interaction, text: str, *, shared: bool) -> ArticleSummary:
    """Return the article that somebody names in a collection.

    Raises:
        BotError: There is none, or there are several of that title.
    """
    engine = await target(interaction, shared=shared)
    found = articles_of(interaction, engine, shared=shared).articles_named(text)
    if len(found) != 1:
        raise BotError("article-several" if found else "article-unknown")
    return found[0]
