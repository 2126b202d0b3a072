"""The values that the retrieval engine takes and returns: frozen dataclasses with little logic."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

SHARED = "shared"
"""The name of the operator's collection, which everybody may search."""
MAX_QUESTION = 1000
"""The longest question, in characters."""
ATTACHED = "attached:"
"""The prefix of the origin of an attachment, of which only the file name is known."""
BREAK = "\u200b"
"""A zero-width space; it replaces a part of a page that is not read, such as an icon."""
METADATA = ("id", "title", "source", "author", "date", "url", "language", "collection", "origin")
"""The fields of an article that ``identity`` digests along with the text."""
FIELDS = ("title", "source", "author", "date", "url", "language")
"""The fields of an article that people may set, in the order of lists; what somebody has set stays
when the article is read again."""


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def identity(article: Article) -> str:
    """Return a digest of an article's text and metadata, which tells versions apart."""
    values = [str(getattr(article, name)) for name in METADATA]
    return digest("\0".join([*values, article.text]))


@dataclass(frozen=True, slots=True)
class Article:
    """A story as it is stored.

    Attributes:
        id: The article's name in the corpus: 1 to 80 of ``a-z``, ``0-9`` and ``-``.
        title: The headline, never empty.
        text: The stored text; all offsets count its characters.
        source: The publisher.
        author: The author.
        date: The day of publication.
        url: The address where readers find it.
        language: The ISO 639-1 code of the language, such as ``fr``.
        collection: The collection that it belongs to.
        origin: Where it was read from: an absolute path or an address.
        corrected: When the text last changed after the article was added; None: never.
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
        """Return all fields but the text as JSON values, dates and times in ISO 8601."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in METADATA}
        fields["date"] = self.date.isoformat() if self.date else None
        fields["corrected"] = self.corrected.isoformat() if self.corrected else None
        return fields

    @classmethod
    def parse(cls, fields: Mapping[str, Any], text: str) -> Article:
        """Return the article of ``dump``'s values and a text.

        Raises:
            KeyError: A field is missing.
            TypeError: A field has the wrong type, or is unknown.
            ValueError: A date or time cannot be parsed.
        """
        day, moment = fields["date"], fields["corrected"]
        parsed = {
            "date": dt.date.fromisoformat(day) if day else None,
            "corrected": dt.datetime.fromisoformat(moment) if moment else None,
        }
        return cls(**{**fields, **parsed}, text=text)

    def summary(self, passages: int) -> ArticleSummary:
        """Return the article without its text, with the number of its passages."""
        first = (self.id, self.title, self.source, self.author, self.date, self.url)
        return ArticleSummary(*first, self.language, passages, self.collection, self.corrected)


@dataclass(frozen=True, slots=True)
class Span:
    """A range of a text: ``text[start:end]``, in characters."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return this range of ``text``."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Passage:
    """The quoted unit: one paragraph of an article, by its offsets and a digest of its text.

    Attributes:
        article_id: The article's id.
        start: The offset of the first character in the article's stored text.
        end: The offset after the last character.
        paragraph: The number of the paragraph among the article's quotable ones, from 1.
        digest: SHA-256 of ``text[start:end]``.
        sentences: The sentences in order, as ranges of the article's stored text.
    """

    article_id: str
    start: int
    end: int
    paragraph: int
    digest: str
    sentences: tuple[Span, ...] = ()

    def stands_in(self, text: str) -> bool:
        """Say whether the text at the passage's offsets still has the passage's digest."""
        return digest(text[self.start : self.end]) == self.digest


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """An article without its text, and the number of its passages; see ``Article``."""

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
    """An input that was refused, and one sentence that says why and what to do."""

    input: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """The marked part of a passage, one or two adjacent sentences, and its offsets in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked passage, read again from the stored text and verified against its digest.

    Attributes:
        rank: The place in the answer, from 1.
        score: The ranking score; comparable within one answer only.
        confidence: The probability, in [0, 1], that the passage answers the question.
        article: The whole article, as read again.
        passage: The passage, with its offsets in ``article.text``.
        text: The quote, exactly ``article.text[passage.start:passage.end]``.
        sentence: The marked sentence that answers, inside the passage.
        also_in: Titles of other articles with nearly the same passage.
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
    """The restrictions of a search.

    Attributes:
        since: The earliest day of publication, itself included.
        until: The latest day of publication, itself included.
        source: The name of a source or an author, compared without case and accents.
        article_id: The only article to search.
        collection: The only collection to search; two may have an article of the same id.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    source: str | None = None
    article_id: str | None = None
    collection: str | None = None

    def __bool__(self) -> bool:
        """Say whether there is any restriction."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for the reader beside an answer, such as about a date that was not understood.

    Attributes:
        key: The sentence's name, by which it is translated.
        text: The sentence in English.
        values: Placeholder of the translation -> its value.
    """

    key: str
    text: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question: quotes, or a refusal.

    Attributes:
        question: The question as it was asked.
        snapshot: The id of the snapshot that was searched; empty if there is none.
        confidence: The best passage's confidence, shown or not; None if no passage was ranked.
        refusal: The reason why there are no hits; None exactly if there are some.
        hits: The hits, best first.
        nearest: On a refusal: the nearest articles, to name and not to quote.
        milliseconds: The duration.
        filters: The filters that were applied in the end.
        understood: The words of the question that were read as a filter, such as "en juin 2018".
        widened: Whether that filter was dropped, since only a wider search answers or is sure.
        understood_as: The question that was answered in its place: a follow-up made whole, or its
            misspelt words corrected; None if it was answered as asked.
        closest: On a refusal: hits that may be shown as "may not answer"; empty if none is near.
        notes: Notes on words that were not understood, and on what a filter hides.
    """

    question: str
    snapshot: str
    confidence: float | None
    refusal: Refusal | None
    hits: tuple[Hit, ...] = ()
    nearest: tuple[ArticleSummary, ...] = ()
    milliseconds: float = 0.0
    filters: Filters = field(default_factory=Filters)
    understood: tuple[str, ...] = ()
    widened: bool = False
    understood_as: str | None = None
    closest: tuple[Hit, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def nearest_titles(self) -> tuple[str, ...]:
        """The titles of the nearest articles, each once."""
        return tuple(dict.fromkeys(article.title for article in self.nearest))

    @property
    def is_small_talk(self) -> bool:
        """Whether the only note is the reply: to a greeting, thanks, or a question for articles."""
        keys = {"about", "thanks", "goodbye", "greeting", "articles", "unclear"}
        return any(note.key in keys for note in self.notes)


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a reindex: ``done`` of ``total`` texts in ``stage``."""

    stage: str
    done: int
    total: int


ProgressCallback = Callable[[Progress], None]
"""Called with the progress of a reindex."""
