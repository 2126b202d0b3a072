"""What somebody sees from where they are: the only way to what may be searched and read."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import BotError
from bot.reading.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.collections import Collections, Scope
    from embeddings.types import Answer, Article, ArticleSummary, Filters, Passage

CATALOGUES = 64
"""How many servers' lists of articles are kept in memory."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The collections that are seen from one place, and the list of their articles.

    Attributes:
        scope: The collections.
        catalogue: Their articles.
    """

    scope: Scope
    catalogue: Catalogue

    async def ask(self, question: str, filters: Filters, *, top_k: int) -> Answer:
        """Answer from all that is seen."""
        return await self.scope.ask(question, top_k=top_k, filters=filters)

    def article(self, ref: str) -> ArticleSummary:
        """Return the article that a button names.

        Raises:
            BotError: It is no longer there, or not to be seen from here.
        """
        found = self.catalogue.by_ref.get(ref)
        if found is None:
            raise BotError("article-gone")
        return found

    def passages(self, article: ArticleSummary) -> Sequence[Passage]:
        """Return an article's passages, from memory."""
        return self.scope.passages(article)

    async def read(self, article: ArticleSummary) -> Article:
        """Read an article again, with its text."""
        return await self.scope.article(article)


class Views:
    """Makes what is seen of the collections, by the id of the server; None in private.

    Args:
        collections: All collections.
    """

    def __init__(self, collections: Collections) -> None:
        self._collections = collections
        self._shared = Catalogue(())
        self._joined: OrderedDict[int, Catalogue] = OrderedDict()

    async def of(self, server: int | None) -> Seen:
        """Return what is seen from a server, or from a private conversation.

        Raises:
            EmbeddingsError: The server's own collection cannot be opened.
        """
        scope = await self._collections.scope(server)
        shared, *own = scope.lists
        if self._shared.articles is not shared:
            self._shared = Catalogue(shared)
        if server is None or not own:
            return Seen(scope, self._shared)
        return Seen(scope, self._with_own(server, own[0]))

    def _with_own(self, server: int, own: tuple[ArticleSummary, ...]) -> Catalogue:
        """Return the shared articles and a server's own as one list, made anew when they change."""
        kept = self._joined.pop(server, None)
        theirs = kept.parts[1] if kept and kept.parts[1].articles is own else Catalogue(own)
        if kept is None or kept.parts != (self._shared, theirs):
            kept = Catalogue.joined((self._shared, theirs))
        self._joined[server] = kept
        if len(self._joined) > CATALOGUES:
            self._joined.popitem(last=False)
        return kept
