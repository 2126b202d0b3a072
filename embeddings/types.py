"""The values that the retrieval product passes around: frozen, typed, without behaviour of note."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

SHARED = "shared"
"""The name of the collection that belongs to the operator and that everybody may search."""
MAX_QUESTION = 1000
"""The longest question, in characters."""
ATTACHED = "attached:"
"""How the origin begins of what is known by its file's name alone."""
BREAK = "\u200b"
"""A space without a width: in a page, something stands there that is not read, such as an icon."""
METADATA = ("id", "title", "source", "author", "date", "url", "language", "collection", "origin")
"""What an article is besides its text; with that, ``identity`` tells two versions apart."""
FIELDS = ("title", "source", "author", "date", "url", "language")
"""What is known of an article besides its text, in the order in which it is told; what somebody
sets of it stays, whatever is read anew."""


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def identity(article: Article) -> str:
    """Return a digest of all that makes an article what it is: its text and its metadata."""
    given = [str(getattr(article, name)) for name in METADATA]
    return digest("\0".join([*given, article.text]))


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
        corrected: When its text was last changed since it came; None when it never was.
    """

    id: str
    title: str
    text: str
    source: str | None = None
    author: str | None = None
    date: dt.date | None = None
    url: str | None = None
    language: str = "fr"
    collection: str = SHARED
    origin: str | None = None
    corrected: dt.datetime | None = field(default=None, compare=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the stored text."""
        return digest(self.text)

    def dump(self) -> dict[str, Any]:
        """Return all but its text as values of JSON, days and moments in ISO 8601."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in METADATA}
        fields["date"] = self.date.isoformat() if self.date else None
        fields["corrected"] = self.corrected.isoformat() if self.corrected else None
        return fields

    @classmethod
    def parse(cls, fields: Mapping[str, Any], text: str) -> Article:
        """Return an article of such values and its text.

        Raises:
            KeyError: A field is missing.
            TypeError: One is not what it must be, or too many.
            ValueError: A day or a moment is none.
        """
        day, moment = fields["date"], fields["corrected"]
        read = {
            "date": dt.date.fromisoformat(day) if day else None,
            "corrected": dt.datetime.fromisoformat(moment) if moment else None,
        }
        return cls(**{**fields, **read}, text=text)

    def summary(self, passages: int) -> ArticleSummary:
        """Return the article without its text, with the number of its passages."""
        known = (self.id, self.title, self.source, self.author, self.date, self.url)
        return ArticleSummary(*known, self.language, passages, self.collection, self.corrected)


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

    def stands_in(self, text: str) -> bool:
        """Say whether a text still reads there as it did when it was indexed."""
        return digest(text[self.start : self.end]) == self.digest


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """An article without its text, as lists show it.

    Attributes:
        corrected: When its text was last changed since it came; None when it never was.
    """

    id: str
    title: str
    source: str | None
    author: str | None
    date: dt.date | None
    url: str | None
    language: str
    passages: int
    collection: str
    corrected: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """An input that was not taken, and one sentence that says why and what to do."""

    input: str
    reason: str


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
        collection: One collection, and no other: two may each have an article of that id.
    """

    since: dt.date | None = None
    until: dt.date | None = None
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


ProgressCallback = Callable[[Progress], None]
"""Is told how far a reindex is."""
