"""What somebody sees from where they are: the only way to what may be searched and read."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.catalogue import Catalogue
from bot.errors import BotError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.library import Library
    from embeddings.types import Answer, Article, ArticleSummary, Filters, Passage
    from embeddings.view import View

CATALOGUES = 64
"""How many servers' lists of articles are kept in memory."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The collections that are seen from one place, and the list of their articles.

    Attributes:
        view: The collections.
        catalogue: Their articles.
    """

    view: View
    catalogue: Catalogue

    async def ask(self, question: str, filters: Filters, *, top_k: int) -> Answer:
        """Answer from all that is seen."""
        return await self.view.ask(question, top_k=top_k, filters=filters)

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
        return self.view.passages(article)

    async def read(self, article: ArticleSummary) -> Article:
        """Read an article again, with its text."""
        return await self.view.article(article)


class Views:
    """Makes what is seen of the library, by the id of the server; None in private.

    Args:
        library: All collections.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._shared = Catalogue(())
        self._joined: OrderedDict[int, Catalogue] = OrderedDict()

    async def of(self, server: int | None) -> Seen:
        """Return what is seen from a server, or from a private conversation.

        Raises:
            EmbeddingsError: The server's own collection cannot be opened.
        """
        view = await self._library.view(server)
        shared, *own = view.lists
        if self._shared.articles is not shared:
            self._shared = Catalogue(shared)
        if server is None or not own:
            return Seen(view, self._shared)
        return Seen(view, self._with_own(server, own[0]))

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
