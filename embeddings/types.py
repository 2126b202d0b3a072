"""The values that the retrieval product passes around: frozen, typed, without behaviour of note."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    ProgressCallback = Callable[["Progress"], None]

SHARED = "shared"
"""The name of the collection that belongs to the operator and that everybody may search."""


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Article:
    """A story as it is stored.

    Attributes:
        id: Its name in the corpus: 1 to 80 of ``a-z``, ``0-9`` and ``-``.
        title: Its headline, never empty.
        text: The stored text, which every offset counts into, in characters.
        source: Who published it.
        author: Who signed it.
        date: The day it was published.
        url: Where it can be read.
        language: ISO 639-1 code of its language, such as ``fr``.
        collection: The collection it belongs to.
        origin: Where it was read from: an absolute path or an address.
    """

    id: str
    title: str
    text: str
    source: str | None = None
    author: str | None = None
    date: date | None = None
    url: str | None = None
    language: str = "fr"
    collection: str = SHARED
    origin: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the stored text."""
        return digest(self.text)

    def summary(self, passages: int) -> ArticleSummary:
        """Return the article without its text, with the number of its passages."""
        names = (f.name for f in fields(ArticleSummary) if f.name != "passages")
        return ArticleSummary(**{n: getattr(self, n) for n in names}, passages=passages)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text: ``text[start:end]``, in characters."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the words of this stretch of ``text``."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Passage:
    """The quoted unit: one paragraph of an article, by its place and a digest of its words.

    Attributes:
        article_id: The article it stands in.
        start: Its first character, counted in the article's stored text.
        end: One past its last character.
        paragraph: Which quotable paragraph of the article it is, from 1.
        digest: SHA-256 of ``text[start:end]``.
        sentences: Its sentences, in order, as stretches of the article's stored text.
    """

    article_id: str
    start: int
    end: int
    paragraph: int
    digest: str
    sentences: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """The sentence that answers: its words, and its place in the article's text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, read again from the stored text and compared just before.

    Attributes:
        rank: Its place in the answer, from 1.
        score: What it was ranked by; comparable within one answer only.
        confidence: The probability, in [0, 1], that it answers the question.
        article: The whole article, as it was read again.
        passage: Where the words are; ``passage`` lies inside ``article.text``.
        text: The words, exactly ``article.text[passage.start:passage.end]``.
        sentence: The sentence that answers; it lies inside the passage.
        also_in: Titles of other articles that carry nearly the same passage.
    """

    rank: int
    score: float
    confidence: float
    article: Article
    passage: Passage
    text: str
    sentence: Sentence
    also_in: tuple[str, ...] = ()


class Refusal(StrEnum):
    """Why an answer has no hits."""

    EMPTY_CORPUS = "empty_corpus"
    NOT_FOUND = "not_found"
    NO_MATCH_IN_FILTER = "no_match_in_filter"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is narrowed to; both days are included.

    Attributes:
        since: The earliest day of publication.
        until: The latest day of publication.
        source: The name of a source, compared without regard to case and accents.
        article_id: One article, and no other.
    """

    since: date | None = None
    until: date | None = None
    source: str | None = None
    article_id: str | None = None

    def __bool__(self) -> bool:
        """Say whether anything is narrowed."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Answer:
    """What Verbatim says to one question: quotes, or one refusal.

    Attributes:
        question: The question as it was asked.
        snapshot: The id of the snapshot that answered; empty when there is none.
        confidence: That of the best passage, shown or not; None when there was none to rank.
        refusal: Why there are no hits; None exactly when there are some.
        hits: The passages, best first.
        nearest_titles: Titles of the nearest articles, to name and not to quote, on a refusal.
        milliseconds: How long it took.
        filters: What it was narrowed to in the end.
        understood: The words of the question that were read as a filter, such as "en juin 2018".
        widened: True when nothing answered within those words' filter, and all was searched.
    """

    question: str
    snapshot: str
    confidence: float | None
    refusal: Refusal | None
    hits: tuple[Hit, ...] = ()
    nearest_titles: tuple[str, ...] = ()
    milliseconds: float = 0.0
    filters: Filters = field(default_factory=Filters)
    understood: tuple[str, ...] = ()
    widened: bool = False


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """An article without its text, as lists show it."""

    id: str
    title: str
    source: str | None
    author: str | None
    date: date | None
    url: str | None
    language: str
    passages: int
    collection: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """An input that was not taken, and one sentence that says why and what to do."""

    input: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What a reindex did.

    Attributes:
        snapshot: The id of the snapshot that serves now.
        added: Articles that the snapshot before did not have.
        changed: Articles whose text or metadata changed.
        removed: Articles that are gone.
        passages: Passages in the snapshot.
        reused: Texts whose vectors were taken over from the snapshot before.
        encoded: Texts that went through the model.
        seconds: How long it took.
        notes: Sentences for a person, such as why everything was encoded again.
    """

    snapshot: str
    added: int
    changed: int
    removed: int
    passages: int
    reused: int
    encoded: int
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """What an addition or a removal did; ``report`` is None on a dry run or without a change."""

    added: tuple[ArticleSummary, ...] = ()
    changed: tuple[ArticleSummary, ...] = ()
    unchanged: tuple[ArticleSummary, ...] = ()
    removed: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    report: ReindexReport | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reindex is: ``done`` of ``total`` texts in ``stage``."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class SnapshotSummary:
    """A kept snapshot, as lists show it."""

    snapshot: str
    created_at: datetime
    articles: int
    passages: int
    live: bool


@dataclass(frozen=True, slots=True)
class Status:
    """What serves now; the fields that need a snapshot are None or 0 without one."""

    snapshot: str | None
    created_at: datetime | None
    model: str
    dimension: int
    articles: int
    passages: int
    collections: tuple[str, ...]
    index: str | None
    threshold: float
    calibration: str
    snapshots: tuple[SnapshotSummary, ...]
    versions: dict[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What ``verify`` found: ``checked`` files and passages, and a sentence for each problem."""

    checked: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Say whether all is as it was written."""
        return not self.problems
