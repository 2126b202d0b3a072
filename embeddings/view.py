"""What may be searched and read from one place: the shared collection, and one server's own."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from embeddings.errors import UnknownArticle
from embeddings.types import SHARED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from embeddings.engine import SearchEngine
    from embeddings.types import Answer, Article, ArticleSummary, Filters, Passage

EMPTY: Mapping[str, SearchEngine] = MappingProxyType({})
"""No collection of one's own."""


class View:
    """The collections that one place sees; it holds no other, and so can show no other.

    Args:
        shared: The operator's collection.
        own: The server's own, by its name, where it has one.
    """

    def __init__(self, shared: SearchEngine, own: Mapping[str, SearchEngine] = EMPTY) -> None:
        self._shared = shared
        self._own = own

    @property
    def lists(self) -> tuple[tuple[ArticleSummary, ...], ...]:
        """The articles that serve now, from memory: the shared ones, then the server's own."""
        return tuple(engine.sources() for engine in (self._shared, *self._own.values()))

    async def ask(
        self,
        question: str,
        *,
        top_k: int | None = None,
        filters: Filters | None = None,
        before: Sequence[str] = (),
    ) -> Answer:
        """Answer from all collections together, or refuse when none of them answers.

        Raises:
            QuestionError: The question is empty, too long, or has no word.
            UnknownArticle: The filters name an article that is not there.
        """
        return await self._shared.ask(
            question,
            top_k=top_k,
            filters=filters,
            before=before,
            also=tuple(self._own.values()),
        )

    def passages(self, article: ArticleSummary) -> tuple[Passage, ...]:
        """Return an article's passages in order, from memory.

        Raises:
            UnknownArticle: It is not there, or not to be seen from here.
        """
        return self.holder(article).passages(article.id)

    async def article(self, article: ArticleSummary) -> Article:
        """Read an article again, with its text.

        Raises:
            UnknownArticle: It is not there, or not to be seen from here.
        """
        return await self.holder(article).article(article.id)

    def holder(self, article: ArticleSummary) -> SearchEngine:
        """Return the collection that an article is of.

        Raises:
            UnknownArticle: It is not to be seen from here.
        """
        if article.collection == SHARED:
            return self._shared
        if own := self._own.get(article.collection):
            return own
        raise UnknownArticle(f"There is no article {article.id!r} here.")
