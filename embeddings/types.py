"""The values that the retrieval product passes around: frozen, typed, without behaviour of note."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from embeddings.articles import (
    METADATA,
    SHARED,
    Article,
    ArticleSummary,
    AuditEntry,
    ChangeReport,
    Correction,
    Omission,
    Passage,
    Proposal,
    Proposed,
    ReindexReport,
    Rejected,
    RollbackReport,
    Span,
    Standing,
    digest,
    identity,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    ProgressCallback = Callable[["Progress"], None]

MAX_QUESTION = 1000
"""The longest question, in characters."""

__all__ = [
    "MAX_QUESTION",
    "METADATA",
    "SHARED",
    "Answer",
    "Article",
    "ArticleSummary",
    "AuditEntry",
    "ChangeReport",
    "Correction",
    "Filters",
    "Hit",
    "Note",
    "Omission",
    "Passage",
    "Progress",
    "Proposal",
    "Proposed",
    "Refusal",
    "ReindexReport",
    "Rejected",
    "RollbackReport",
    "Sentence",
    "SnapshotSummary",
    "Span",
    "Standing",
    "Status",
    "VerifyReport",
    "digest",
    "identity",
]


@dataclass(frozen=True, slots=True)
class Sentence:
    """What answers: a sentence or two that follow each other, and their place in the text."""

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
        corrected: When the article's text was last changed since it came.
    """

    rank: int
    score: float
    confidence: float
    article: Article
    passage: Passage
    text: str
    sentence: Sentence
    also_in: tuple[str, ...] = ()
    corrected: datetime | None = None


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
        collection: One collection, and no other: two may each have an article of that id.
    """

    since: date | None = None
    until: date | None = None
    source: str | None = None
    article_id: str | None = None
    collection: str | None = None

    def __bool__(self) -> bool:
        """Say whether anything is narrowed."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader is told beside an answer, such as a day that was not understood.

    Attributes:
        key: Names the sentence, so that it can be said in the reader's language.
        text: The sentence in English.
        values: What stands in its places, by name.
    """

    key: str
    text: str
    values: dict[str, str] = field(default_factory=dict)


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
        understood_as: The question that was answered in place of one that leans on what was asked
            before; None when the question stands by itself.
        closest: On a refusal, what may be shown as "may not answer"; empty when nothing is near.
        notes: What of the question was not understood, and what a filter hides.
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
    understood_as: str | None = None
    closest: tuple[Hit, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def is_small_talk(self) -> bool:
        """Whether nothing was asked: a greeting or thanks, replied to by the only note."""
        return any(note.key in {"thanks", "goodbye", "greeting"} for note in self.notes)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reindex is: ``done`` of ``total`` texts in ``stage``."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class SnapshotSummary:
    """A kept snapshot, as lists show it.

    Attributes:
        by: Who had it published; empty when nobody said.
        added: Articles that the snapshot before it did not have.
        changed: Articles that it has with another text or other metadata.
        removed: Articles that it has no more.
    """

    snapshot: str
    created_at: datetime
    articles: int
    passages: int
    live: bool
    by: str = ""
    added: int = 0
    changed: int = 0
    removed: int = 0


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
    store: str = ""
    """Where the collections are: a folder, or a database without its password."""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What ``verify`` found: ``checked`` files and passages, and a sentence for each problem."""

    checked: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Say whether all is as it was written."""
        return not self.problems
