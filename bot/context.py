"""What a feature gets: the settings, the articles, what is kept, the languages, the counters.

It imports no feature, so that every feature may import it.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from bot.errors import BotError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.running.askers import Conversations, Cooldown, FairQueue
    from bot.running.metrics import Metrics
    from bot.translate import Languages
    from bot.ui.catalogue import Catalogue, Catalogues
    from bot.ui.naming import Place
    from config.settings import Settings
    from embeddings.collections import Collections
    from embeddings.engine import SearchEngine
    from embeddings.store.records import Records
    from embeddings.types import Answer, Article, ArticleSummary, Filters, Passage

Interaction = discord.Interaction["Context"]
"""What somebody does, as this bot is told of it: for annotations, here and elsewhere."""
Where = Interaction | discord.Message
"""What somebody did, and so the place that they see from."""

PROMPT, LONG = 1.5, 15.0
"""Seconds to wait for a server's articles: before a first answer to Discord is due, and after."""


class Context(commands.Bot):
    """The client as features see it; ``bot.client`` fills it.

    ``engine`` is the shared collection, and one of the ``collections``. ``mentions``: a command's
    name in English -> what one clicks on to use it. ``reading`` bounds how many additions are read
    at the same time. ``deaf``: ids of connections whose events do not come in; None: the only one.
    """

    settings: Settings
    engine: SearchEngine
    collections: Collections
    records: Records
    languages: Languages
    metrics: Metrics
    cooldown: Cooldown
    queue: FairQueue
    conversations: Conversations
    mentions: dict[str, str]
    reading: asyncio.Semaphore
    deaf: set[int | None]
    catalogues: Catalogues

    async def see(self, where: Where) -> Seen:
        """Return what somebody sees from where they do something: all that they may be shown.

        A server's own articles are seen on that server alone, and only while this bot is on it.
        Where a first answer to Discord is still due, this takes no longer than that allows.

        Raises:
            BotError: The server's own articles are not ready yet; they will be soon.
            EmbeddingsError: They cannot be opened.
        """
        async with wait_for_articles(where, LONG):
            return await self.see_from(guild_id(where))

    async def see_from(self, guild: int | None) -> Seen:
        """Return what is seen from a server, or in private.

        Raises:
            EmbeddingsError: The server's own articles cannot be opened.
        """
        server = guild if guild is not None and self.get_guild(guild) is not None else None
        engines = await self.collections.list_seen(server)
        place = server if len(engines) > 1 else None
        return Seen(engines, self.catalogues.of(place, *(e.sources() for e in engines)))


@contextlib.asynccontextmanager
async def wait_for_articles(where: Where, most: float | None = None) -> AsyncIterator[None]:
    """Wait for what may take long; where a first answer to Discord is due, for no longer than that.

    Raises:
        BotError: The time is over, which otherwise is ``most`` seconds.
    """
    is_due = isinstance(where, discord.Interaction) and not where.extras.get("state")
    try:
        async with asyncio.timeout(PROMPT if is_due else most):
            yield
    except TimeoutError:
        raise BotError("opening") from None


@dataclass(frozen=True, slots=True)
class Seen:
    """The articles that may be searched and read from one place; there is no other way to them.

    ``engines``: the shared collection, then the server's own if any; ``catalogue``: their articles.
    """

    engines: tuple[SearchEngine, ...]
    catalogue: Catalogue

    async def ask(
        self, asked: str, filters: Filters | None = None, *, top_k: int, before: Sequence[str] = ()
    ) -> Answer:
        """Answer from all that is seen; ``before``: what was asked before, oldest first."""
        shared, *own = self.engines
        return await shared.ask(asked, top_k=top_k, filters=filters, before=before, also=own)

    async def golden(self) -> list[str]:
        """Return the golden questions about what is seen, the server's own first."""
        return [asked for engine in reversed(self.engines) for asked in await engine.golden()]

    def article(self, ref: str) -> ArticleSummary:
        """Return the article that a button names.

        Raises:
            BotError: It is no longer there, or not to be seen from here.
        """
        found = self.catalogue.by_ref.get(ref)
        if found is None:
            raise BotError("article-gone")
        return found

    def has(self, place: Place) -> bool:
        """Say whether a passage that was shown still serves as it was, and is seen from here."""
        found = self.catalogue.by_ref.get(place.article)
        return found is not None and place.find(self.passages(found)) is not None

    def passages(self, article: ArticleSummary) -> Sequence[Passage]:
        """Return an article's passages, from memory."""
        return self._holder(article).passages(article.id)

    async def read(self, article: ArticleSummary) -> Article:
        """Read an article again, with its text."""
        return await self._holder(article).article(article.id)

    def _holder(self, article: ArticleSummary) -> SearchEngine:
        """Return the collection that an article is of; BotError where it is not to be seen."""
        found = (engine for engine in self.engines if engine.name == article.collection)
        if holder := next(found, None):
            return holder
        raise BotError("article-gone")


def guild_id(where: Where) -> int | None:
    """Return the id of the server something happened on, known to us or not; None in private."""
    if isinstance(where, discord.Message):
        return where.guild.id if where.guild else getattr(where.channel, "guild_id", None)
    return where.guild_id


def person(where: Where) -> discord.User | discord.Member:
    """Return who did something."""
    return where.author if isinstance(where, discord.Message) else where.user
