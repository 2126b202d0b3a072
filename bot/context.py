"""The context that all features share: settings, engines, records, languages and metrics.

It imports no feature, so that every feature may import it.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands

from bot.errors import BotError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence

    from bot.running.askers import Conversations, Cooldown, FairQueue
    from bot.translate import Language, Languages
    from bot.ui.catalogue import Catalogue, Catalogues
    from bot.ui.naming import Place
    from config.settings import Settings
    from embeddings.collections import Collections
    from embeddings.engine import SearchEngine
    from embeddings.store.records import Records
    from embeddings.types import Answer, Article, ArticleSummary, Filters, Passage

Interaction = discord.Interaction["Bot"]
"""A person's command, click or form, with this bot as its client; for annotations."""
Action = Interaction | discord.Message
"""A person's action; its server decides which articles they may see."""

PROMPT, LONG = 1.5, 15.0
"""Seconds to wait for a server's articles while the first response is due, and afterwards."""


class Bot(commands.Bot):
    """The client's interface for features; ``bot.client`` sets the attributes.

    ``mentions``: a command's English name -> its clickable mention. ``reading_slots``: limits how
    many additions are read at a time. ``disconnected``: ids of shards that receive no events; None:
    the only connection. ``handling``: clicks being handled: person, message and input.
    """

    settings: Settings
    collections: Collections
    records: Records
    languages: Languages
    count_question: Callable[[Awaitable[Answer]], Awaitable[Answer]]
    cooldown: Cooldown
    queue: FairQueue
    conversations: Conversations
    mentions: dict[str, str]
    reading_slots: asyncio.Semaphore
    disconnected: set[int | None]
    handling: set[tuple[int, discord.Message | None, str]]
    catalogues: Catalogues

    async def open_scope(self, action: Action) -> Scope:
        """Return the scope of a person's action: all articles that they may be shown there.

        A server's own articles are in scope on that server only, and only while the bot is on it.
        While the first response to Discord is due, this waits PROMPT seconds, else LONG.

        Raises:
            BotError: The server's own articles are still being opened.
            EmbeddingsError: The server's own articles cannot be opened.
        """
        async with wait_for_articles(action, LONG):
            return await self.open_guild_scope(guild_id(action))

    async def open_guild_scope(self, guild: int | None) -> Scope:
        """Return the scope of a server, or of private messages if None; raises EmbeddingsError."""
        server = guild if guild is not None and self.get_guild(guild) is not None else None
        engines = await self.collections.list_visible(server)
        place = server if len(engines) > 1 else None
        return Scope(engines, self.catalogues.of(place, *(e.sources() for e in engines)))


@contextlib.asynccontextmanager
async def wait_for_articles(action: Action, most: float | None = None) -> AsyncIterator[None]:
    """Limit the block to PROMPT seconds while a first response is due, else to ``most`` seconds.

    Raises:
        BotError: The time is over; the articles are still being opened.
    """
    is_due = isinstance(action, discord.Interaction) and not action.extras.get("state")
    try:
        async with asyncio.timeout(PROMPT if is_due else most):
            yield
    except TimeoutError:
        raise BotError("opening") from None


@contextlib.asynccontextmanager
async def run_beside(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Run a coroutine in a task beside the ``async with`` block; cancel it at the end."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


@dataclass(frozen=True, slots=True)
class Scope:
    """The articles that may be searched and read in one place; features reach articles only by it.

    ``engines``: the shared collection's, then the server's, if any; ``catalogue``: their articles.
    """

    engines: tuple[SearchEngine, ...]
    catalogue: Catalogue

    async def ask(
        self, asked: str, filters: Filters | None = None, *, top_k: int, before: Sequence[str] = ()
    ) -> Answer:
        """Answer a question from the scope; ``before``: the earlier questions, oldest first."""
        shared, *own = self.engines
        return await shared.ask(asked, top_k=top_k, filters=filters, before=before, also=own)

    async def golden(self) -> list[str]:
        """Return the golden questions of the scope, the server's own first."""
        return [gold for engine in reversed(self.engines) for gold in await engine.golden()]

    def article(self, ref: str) -> ArticleSummary:
        """Return the article of a button's reference; raises BotError if it is not in scope."""
        if article := self.catalogue.by_ref.get(ref):
            return article
        raise BotError("article-gone")

    def has(self, place: Place) -> bool:
        """Return whether a passage that was shown is still in scope, with the same text."""
        article = self.catalogue.by_ref.get(place.article)
        return article is not None and place.find(self.passages(article)) is not None

    def passages(self, article: ArticleSummary) -> Sequence[Passage]:
        """Return an article's passages, from memory."""
        return self._find_engine(article).passages(article.id)

    async def read(self, article: ArticleSummary) -> Article:
        """Read an article with its text from the store."""
        return await self._find_engine(article).article(article.id)

    def _find_engine(self, article: ArticleSummary) -> SearchEngine:
        """Return the engine of an article's collection; raises BotError when it is out of scope."""
        engines = {engine.name: engine for engine in self.engines}
        if engine := engines.get(article.collection):
            return engine
        raise BotError("article-gone")


def guild_id(action: Action) -> int | None:
    """Return the id of an action's server, even if the bot is not on it; None in private."""
    if isinstance(action, discord.Message):
        return action.guild.id if action.guild else getattr(action.channel, "guild_id", None)
    return action.guild_id


def person(action: Action) -> discord.User | discord.Member:
    """Return the person of an action."""
    return action.author if isinstance(action, discord.Message) else action.user


def language_of(interaction: Interaction) -> Language:
    """Return the language of an interaction's person, or else of the server."""
    return interaction.client.languages.of(interaction.locale, interaction.guild_locale)
