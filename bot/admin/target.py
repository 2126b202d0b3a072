"""Which collection an admin changes: this server's own, or the operator's shared one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.context import Interaction, wait_for_articles
from bot.delivery import hold
from bot.errors import BotError
from bot.servers.rules import is_operator, require_target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.ui.catalogue import Catalogue
    from embeddings.engine import SearchEngine
    from embeddings.types import ArticleSummary

WHERE = r"(?P<where>[so])"
"""The pattern of a collection in a custom id: shared, or this server's own; never which server."""


async def target(interaction: Interaction, *, shared: bool | None) -> SearchEngine:
    """Return the collection that somebody may change: their server's own, or the shared one.

    None: the one that ``choose`` says.

    Raises:
        BotError: They may not change it, or it is not ready yet and a first answer is due.
    """
    shared = await choose(interaction, shared=shared)
    async with wait_for_articles(interaction):
        await require_target(interaction, shared=shared)
        collections, server = interaction.client.collections, interaction.guild_id
        if shared:
            return collections.shared
        own = await collections.of(server, create=True) if server else None
        if own is None:
            raise BotError("server-only")
        return own


async def choose(interaction: Interaction, *, shared: bool | None) -> bool:
    """Return whether somebody who may not have said so means the shared collection.

    On a server that never had articles of its own the operator does.

    Raises:
        BotError: It is not ready yet, and a first answer is due.
    """
    if shared is not None:
        return shared
    bot, server = interaction.client, interaction.guild_id
    async with wait_for_articles(interaction):
        own = await bot.collections.of(server) if server else None
        had = own and (own.sources() or own.snapshots())
        return not had and await is_operator(bot, interaction.user)


async def enter(interaction: Interaction, *, shared: bool | None) -> SearchEngine:
    """Acknowledge a command, and return the collection that it is about.

    Raises:
        BotError: Whoever uses the command may not change it.
    """
    await hold(interaction, ephemeral=True)
    return await target(interaction, shared=shared)


def where(*, shared: bool) -> str:
    """Return a collection as ``WHERE`` reads it."""
    return "s" if shared else "o"


def is_shared(fields: Mapping[str, str]) -> bool:
    """Read a collection again from the groups of ``WHERE``."""
    return fields["where"] == "s"


def articles_of(interaction: Interaction, engine: SearchEngine) -> Catalogue:
    """Return the list of a collection's articles, to look through."""
    place = None if engine.is_shared else ("own", interaction.guild_id)
    return interaction.client.catalogues.of(place, engine.sources())


def by(interaction: Interaction) -> str:
    """Return who does something, as the log of changes names them."""
    return f"discord:{interaction.user.id}"


def find_article(engine: SearchEngine, name: str) -> ArticleSummary:
    """Return a collection's article with an id; raises BotError when it is no longer there."""
    found = next((article for article in engine.sources() if article.id == name), None)
    if found is None:
        raise BotError("article-gone")
    return found
