"""A fake engine for tests of the bot: real small articles, ranked by common words, no model."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Self

from embeddings.errors import QuestionError, UnknownArticle
from embeddings.reports import Status, VerifyReport
from embeddings.store.sqlite import SqliteDatabase
from embeddings.types import (
    SHARED,
    Answer,
    ArticleSummary,
    Filters,
    Hit,
    Passage,
    Refusal,
    Sentence,
)
from tests.fakechanges import Changes
from tests.stories import BAKERY, LETTER, RIVER, STORIES, split, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from embeddings.types import Article

__all__ = ["BAKERY", "LETTER", "RIVER", "STORIES", "FakeEngine", "split", "words"]


class Nowhere(SqliteDatabase):
    """A database without collections."""

    def look(self) -> None:
        """Find nothing."""


class FakeEngine(Changes):
    """The public face of ``SearchEngine`` over a few articles held in memory.

    Attributes:
        delay: Seconds that each question takes.
        asked: The questions with their filters.
        threshold: The least confidence of an answer.
        boost: Added to each confidence, to test the words for it.
        before: The earlier questions given with the last question.
        known: The golden questions.
    """

    def __init__(self, articles: Sequence[Article] = STORIES, collection: str = SHARED) -> None:
        super().__init__(articles, collection)
        self.database = Nowhere(Path(tempfile.gettempdir(), f"fake-{token_hex(8)}"))
        self.delay = 0.0
        self.asked: list[tuple[str, Filters]] = []
        self.before: tuple[str, ...] = ()
        self.known: list[str] = []
        self.understood_as: str | None = None
        self.threshold, self.model = 0.3, "fake"
        self.boost = 0.0
        self.understood: tuple[str, ...] = ()
        self.widened = False
        self.also_in: tuple[str, ...] = ()

    def put(self, article: Article) -> None:
        """Add or change an article at once."""
        self._corpus[article.id] = article
        self._refresh()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    async def warm(self) -> None:
        """There is nothing to load."""

    async def ask(
        self,
        question: str,
        *,
        top_k: int | None = None,
        filters: Filters | None = None,
        before: Sequence[str] = (),
        also: Sequence[FakeEngine] = (),
    ) -> Answer:
        filters = filters or Filters()
        self.asked.append((question, filters))
        self.before = tuple(before)
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.failure is not None:
            raise self.failure
        if not question.strip():
            raise QuestionError("The question is empty; ask it in a few words.", "empty")
        if len(question) > 1000:
            raise QuestionError(
                f"The question has {len(question)} characters; cut it to 1000.", "too_long"
            )
        wanted = words(question)
        if not wanted:
            raise QuestionError(
                "The question has no word in it; ask it in a few words.", "no_words"
            )
        read = [
            (article, passage)
            for engine in (self, *also)
            for article in engine._corpus.values()
            for passage in engine._passages[article.id]
        ]
        if not read:
            return Answer(question, "", None, Refusal.EMPTY_CORPUS)
        within = [(a, p) for a, p in read if _within(a, filters)]
        return self._rank(question, wanted, top_k or 3, filters, within)

    def _rank(
        self,
        question: str,
        wanted: set[str],
        top_k: int,
        filters: Filters,
        read: Sequence[tuple[Article, Passage]],
    ) -> Answer:
        scored = sorted(
            ((len(wanted & words(p_text(a, p))) / len(wanted), a, p) for a, p in read),
            key=lambda row: (-row[0], row[1].id, row[2].start),
        )
        best = [row for row in scored if row[0] >= 0.3][:top_k]
        common: dict[str, Any] = {
            "snapshot": self._live, "milliseconds": 1.0, "filters": filters,
            "understood": self.understood, "widened": self.widened,
            "understood_as": self.understood_as if self.before else None,
        }  # fmt: skip
        if not best:
            refusal = Refusal.NO_MATCH_IN_FILTER if filters else Refusal.NOT_FOUND
            near = tuple(a.summary(1) for _, a, _ in scored[:1])
            closest = tuple(self._hit(1, wanted, *row) for row in scored[:1])
            return Answer(
                question,
                confidence=None,
                refusal=refusal,
                nearest=near,
                closest=closest,
                **common,
            )
        hits = tuple(self._hit(i, wanted, *row) for i, row in enumerate(best, 1))
        return Answer(question, confidence=hits[0].confidence, refusal=None, hits=hits, **common)

    def _hit(self, rank: int, wanted: set[str], score: float, article: Article, p: Passage) -> Hit:
        span = max(p.sentences, key=lambda s: len(wanted & words(s.of(article.text))))
        sentence = Sentence(span.of(article.text), span.start, span.end)
        confidence = min(1.0, score + self.boost)
        text = article.text[p.start : p.end]
        return Hit(rank, score, confidence, article, p, text, sentence, self.also_in)

    def sources(self) -> tuple[ArticleSummary, ...]:
        return self._sources

    def passages(self, article_id: str) -> tuple[Passage, ...]:
        if article_id not in self._passages:
            raise UnknownArticle(f"No article has the id {article_id}.")
        return self._passages[article_id]

    async def golden(self) -> list[str]:
        return self.known

    async def article(self, article_id: str) -> Article:
        if article_id not in self._corpus:
            raise UnknownArticle(f"No article has the id {article_id}.")
        return self._corpus[article_id]

    def status(self) -> Status:
        return Status(
            snapshot=self._live,
            created_at=datetime(2026, 1, 1, 12, tzinfo=UTC),
            model=self.model,
            dimension=8,
            articles=len(self._corpus),
            passages=sum(map(len, self._passages.values())),
            collections=("shared",),
            index="exact",
            threshold=self.threshold,
            calibration="none",
            snapshots=self.snapshots(),
            versions={"verbatim": "0"},
            notes=(),
        )

    async def verify(self) -> VerifyReport:
        return VerifyReport(checked=1, problems=())


def p_text(article: Article, passage: Passage) -> str:
    """Return a passage's words with its article's title, as the search compares them."""
    return f"{article.title} {article.text[passage.start : passage.end]}"


def _within(article: Article, filters: Filters) -> bool:
    checks: list[Callable[[], bool]] = [
        lambda: not filters.since or (article.date is not None and article.date >= filters.since),
        lambda: not filters.until or (article.date is not None and article.date <= filters.until),
        lambda: not filters.source or words(filters.source) == words(article.source or ""),
        lambda: not filters.article_id or article.id == filters.article_id,
        lambda: not filters.collection or article.collection == filters.collection,
    ]
    return all(check() for check in checks)
