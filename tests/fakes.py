"""A search engine for tests of what is around it: real small articles, word overlap, no model."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from embeddings.errors import BusyError, QuestionError, UnknownArticle, UnknownSnapshot
from embeddings.types import (
    Answer,
    ArticleSummary,
    ChangeReport,
    Filters,
    Hit,
    Passage,
    Progress,
    Refusal,
    ReindexReport,
    Rejected,
    Sentence,
    SnapshotSummary,
    Status,
    VerifyReport,
)
from tests.stories import BAKERY, LETTER, RIVER, STORIES, split, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from embeddings.types import Article, ProgressCallback

__all__ = ["BAKERY", "LETTER", "RIVER", "STORIES", "FakeEngine", "split", "words"]


class FakeEngine:
    """The public face of ``SearchEngine`` over a few articles held in memory.

    Attributes:
        delay: Seconds that each question takes.
        failure: Raised by the next questions, when set.
        steps: How many times a reindex reports its progress.
        step: Seconds between two of those reports.
        asked: The questions, with what they were narrowed to.
        boost: Added to each confidence, to try the words for it.
    """

    def __init__(self, articles: Sequence[Article] = STORIES) -> None:
        self.delay = 0.0
        self.failure: Exception | None = None
        self.steps = 3
        self.step = 0.0
        self.asked: list[tuple[str, Filters]] = []
        self.boost = 0.0
        self.understood: tuple[str, ...] = ()
        self.widened = False
        self.also_in: tuple[str, ...] = ()
        self.busy = False
        self._corpus = {a.id: a for a in articles}
        self._serial = 1
        self._kept = ["s1"]
        self._live = "s1"
        self._sources: tuple[ArticleSummary, ...] = ()
        self._refresh()

    def _refresh(self) -> None:
        self._passages = {a.id: split(a) for a in self._corpus.values()}
        self._sources = tuple(
            ArticleSummary(
                a.id, a.title, a.source, a.author, a.date, a.url, a.language,
                len(self._passages[a.id]), a.collection,
            )
            for a in sorted(self._corpus.values(), key=lambda a: a.id)
        )  # fmt: skip

    def put(self, article: Article) -> None:
        """Have an article added or changed at once."""
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
        self, question: str, *, top_k: int | None = None, filters: Filters | None = None
    ) -> Answer:
        filters = filters or Filters()
        self.asked.append((question, filters))
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.failure is not None:
            raise self.failure
        if not question.strip():
            raise QuestionError("The question is empty.", "empty")
        if len(question) > 1000:
            raise QuestionError("The question is too long.", "too_long")
        wanted = words(question)
        if not wanted:
            raise QuestionError("The question has no word.", "no_words")
        if not self._corpus:
            return Answer(question, "", None, Refusal.EMPTY_CORPUS)
        return self._rank(question, wanted, top_k or 3, filters)

    def _rank(self, question: str, wanted: set[str], top_k: int, filters: Filters) -> Answer:
        articles = [a for a in self._corpus.values() if _within(a, filters)]
        scored = sorted(
            (
                (len(wanted & words(p_text(a, p))) / len(wanted), a, p)
                for a in articles
                for p in self._passages[a.id]
            ),
            key=lambda row: (-row[0], row[1].id, row[2].start),
        )
        best = [row for row in scored if row[0] >= 0.3][:top_k]
        common: dict[str, Any] = {
            "snapshot": self._live, "milliseconds": 1.0, "filters": filters,
            "understood": self.understood, "widened": self.widened,
        }  # fmt: skip
        if not best:
            refusal = Refusal.NO_MATCH_IN_FILTER if filters else Refusal.NOT_FOUND
            near = tuple(a.title for _, a, _ in scored[:1])
            return Answer(question, confidence=None, refusal=refusal, nearest_titles=near, **common)
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

    async def article(self, article_id: str) -> Article:
        if article_id not in self._corpus:
            raise UnknownArticle(f"No article has the id {article_id}.")
        return self._corpus[article_id]

    async def reindex(
        self,
        *,
        dry_run: bool = False,
        full: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ReindexReport:
        if self.busy:
            raise BusyError("A reindex has been running since 10:00.")
        if self.failure is not None:
            raise self.failure
        for done in range(1, self.steps + 1):
            if progress:
                progress(Progress("encode", done, self.steps))
            await asyncio.sleep(self.step)
        total = sum(map(len, self._passages.values()))
        encoded = total if full else 0
        if not dry_run:
            self._serial += 1
            self._live = f"s{self._serial}"
            self._kept.insert(0, self._live)
        return ReindexReport(self._live, 0, 0, 0, total, total - encoded, encoded, 0.1)

    async def add(
        self,
        inputs: Sequence[str],
        *,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ChangeReport:
        return ChangeReport(rejected=tuple(Rejected(i, "Not read here.") for i in inputs))

    async def remove(
        self,
        article_ids: Sequence[str],
        *,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
    ) -> ChangeReport:
        known = tuple(i for i in article_ids if i in self._corpus)
        unknown = tuple(
            Rejected(i, "No article has that id.") for i in article_ids if i not in known
        )
        if dry_run or not known:
            return ChangeReport(removed=known, rejected=unknown)
        for article_id in known:
            del self._corpus[article_id]
        self._refresh()
        report = await self.reindex(progress=progress)
        return ChangeReport(removed=known, rejected=unknown, report=report)

    async def rollback(self, snapshot: str | None = None) -> tuple[str, str]:
        older = self._kept[self._kept.index(self._live) + 1 :]
        wanted = snapshot or (older[0] if older else "")
        if wanted not in self._kept:
            raise UnknownSnapshot("There is no such snapshot.")
        previous, self._live = self._live, wanted
        return wanted, previous

    def status(self) -> Status:
        return Status(
            snapshot=self._live,
            created_at=datetime(2026, 1, 1, 12, tzinfo=UTC),
            model="fake",
            dimension=8,
            articles=len(self._corpus),
            passages=sum(map(len, self._passages.values())),
            collections=("shared",),
            index="exact",
            threshold=0.3,
            calibration="none",
            snapshots=self.snapshots(),
            versions={"verbatim": "0"},
            notes=(),
        )

    def snapshots(self) -> tuple[SnapshotSummary, ...]:
        made = datetime(2026, 1, 1, 12, tzinfo=UTC)
        return tuple(
            SnapshotSummary(name, made, len(self._corpus), 6, live=name == self._live)
            for name in self._kept
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
    ]
    return all(check() for check in checks)
