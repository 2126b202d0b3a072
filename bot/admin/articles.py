"""/admin add, edit, remove, history, and the menu that adds what stands in a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot import delivery
from bot.admin import additions as proposing
from bot.admin import editing as adminforms
from bot.admin.changes import removal_card
from bot.admin.corrections import history_card
from bot.admin.intake import in_message
from bot.admin.target import Shelves, chosen, target, where
from bot.errors import BotError
from bot.guard import admins_only
from bot.translate import described, named, options
from bot.ui.markup import clean
from bot.ui.parts import MAX_OPTION, MAX_OPTIONS

if TYPE_CHECKING:
    from bot.client import Interaction, VerbatimBot
    from embeddings.engine import SearchEngine
    from embeddings.types import ArticleSummary


class Articles(commands.Cog):
    """The half of the admins' commands that is about articles; it becomes part of their group."""

    bot: VerbatimBot

    def __init__(self) -> None:
        self.shelves = Shelves()

    def menu(self) -> app_commands.ContextMenu:
        """Return the menu of a message, which cannot be declared inside a class."""
        made = app_commands.ContextMenu(
            name=named("add-menu-name"),
            callback=self.add_message,
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
            extras={"key": "add-menu"},
        )
        made.default_permissions = discord.Permissions(manage_guild=True)
        return made

    @app_commands.command(**described("add"))
    @options("add", "file", "file_2", "file_3", "file_4", "file_5", "url", "shared")
    @admins_only
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
        files = [each for each in (file, file_2, file_3, file_4, file_5) if each]
        if files or url:
            links = [url] if url else []
            await proposing.propose(interaction, files, links, shared=shared)
            return
        form = adminforms.add_form(delivery.language_of(interaction), where=where(shared=shared))
        await interaction.response.send_modal(form)

    @admins_only
    async def add_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Show what the files and the links of a message would add."""
        await proposing.propose(interaction, *in_message(message), shared=False)

    @app_commands.command(**described("edit"))
    @options("edit", "article", "shared")
    @admins_only
    async def edit(
        self,
        interaction: Interaction,
        article: str,
        shared: bool | None = None,  # noqa: FBT001 - an option of the command
    ) -> None:
        """Give the form for what is known of an article."""
        shared = await chosen(interaction, shared)
        found = self._found(await target(interaction, shared=shared), article)
        language = delivery.language_of(interaction)
        form = adminforms.edit_form(language, found, where=where(shared=shared))
        await interaction.response.send_modal(form)

    @app_commands.command(**described("remove"))
    @options("remove", "article", "shared")
    @admins_only
    async def remove(
        self,
        interaction: Interaction,
        article: str,
        shared: bool | None = None,  # noqa: FBT001 - an option of the command
    ) -> None:
        """Show what would be removed; a button does it."""
        await delivery.hold(interaction, ephemeral=True)
        shared = await chosen(interaction, shared)
        found = self._found(await target(interaction, shared=shared), article)
        language = delivery.language_of(interaction)
        shown = removal_card(found, language, where=where(shared=shared))
        await delivery.answer(interaction, shown)

    @app_commands.command(**described("history"))
    @options("history", "article", "shared")
    @admins_only
    async def history(
        self,
        interaction: Interaction,
        article: str,
        shared: bool | None = None,  # noqa: FBT001 - an option of the command
    ) -> None:
        """List when an article was corrected, and by whom."""
        await delivery.hold(interaction, ephemeral=True)
        shared = await chosen(interaction, shared)
        engine = await target(interaction, shared=shared)
        found = self._found(engine, article)
        corrections = await engine.corrections(found.id)
        shown = history_card(found, corrections, delivery.language_of(interaction))
        await delivery.answer(interaction, shown)

    @edit.autocomplete("article")
    @remove.autocomplete("article")
    @history.autocomplete("article")
    async def articles(
        self, interaction: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest titles, newest first."""
        shared = await chosen(interaction, interaction.namespace.shared)
        engine = await target(interaction, shared=shared)
        found = self.shelves.of(engine).matching(typed)[:MAX_OPTIONS]
        return [app_commands.Choice(name=_label(article), value=article.id) for article in found]

    def _found(self, engine: SearchEngine, text: str) -> ArticleSummary:
        found = self.shelves.of(engine).article_named(text)
        if found is None:
            raise BotError("article-unknown")
        return found


def _label(article: ArticleSummary) -> str:
    return clean(article.title)[:MAX_OPTION].strip() or article.id
