"""Which collection an admin changes: this server's own, or the operator's shared one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from bot.access import require_target
from bot.catalogue import Catalogue
from bot.errors import BotError

if TYPE_CHECKING:
    from bot.client import Interaction
    from embeddings.engine import SearchEngine
    from embeddings.types import ArticleSummary

WHERE = r"(?P<where>[so])"
"""The pattern of a collection in a custom id: shared, or this server's own; never which server."""

PROMPT = 1.5
"""Seconds to wait for a collection before a first answer to Discord is due."""


async def target(interaction: Interaction, *, shared: bool) -> SearchEngine:
    """Return the collection that somebody may change.

    Args:
        interaction: Whoever does something, and the server on which they do it.
        shared: True for the operator's collection, which all servers search.

    Raises:
        BotError: They may not change it, or it is not ready yet and a first answer is due.
    """
    held = interaction.extras.get("state")
    try:
        async with asyncio.timeout(None if held else PROMPT):
            await require_target(interaction, shared=shared)
            return await _collection(interaction, shared=shared)
    except TimeoutError:
        raise BotError("opening") from None


async def _collection(interaction: Interaction, *, shared: bool) -> SearchEngine:
    library, server = interaction.client.library, interaction.guild_id
    if shared:
        return library.shared
    own = await library.of(server, create=True) if server else None
    if own is None:
        raise BotError("server-only")
    return own


def where(*, shared: bool) -> str:
    """Return a collection as ``WHERE`` reads it."""
    return "s" if shared else "o"


def is_shared(fields: dict[str, str]) -> bool:
    """Read a collection again from the groups of ``WHERE``."""
    return fields["where"] == "s"


class Shelves:
    """The articles of each collection that admins look through, for as long as they serve."""

    def __init__(self) -> None:
        self._made: WeakKeyDictionary[SearchEngine, Catalogue] = WeakKeyDictionary()

    def of(self, engine: SearchEngine) -> Catalogue:
        """Return the articles of a collection."""
        articles = engine.sources()
        made = self._made.get(engine)
        if made is None or made.articles is not articles:
            made = self._made[engine] = Catalogue(articles)
        return made


def by(interaction: Interaction) -> str:
    """Return who does something, as the log of changes names them."""
    return f"discord:{interaction.user.id}"


def named(engine: SearchEngine, name: str) -> ArticleSummary:
    """Return the article of a collection that has an id.

    Raises:
        BotError: It is no longer there.
    """
    found = next((article for article in engine.sources() if article.id == name), None)
    if found is None:
        raise BotError("article-gone")
    return found
