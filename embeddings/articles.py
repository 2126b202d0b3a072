"""A story, its parts, and what a change of a collection reports and leaves in the audit log."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotations
import hashlib
from dataclasses import dataclass, field, fields
from enum import StrEnum

SHARED = "shared"
"""The name of the collection that belongs to the operator and that everybody may search."""


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


METADATA = ("id", "title", "source", "author", "date", "url", "language", "collection", "origin")
"""What an article is besides its text; with that, ``identity`` tells two versions apart."""


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
class Proposed:
    """An article as it would be stored, before somebody confirms it.

    Attributes:
        article: What it would be.
        inferred: Names of its fields that were guessed, not stated.
        opening: The first words of its text, to recognise it by.
    """

    article: ArticleSummary
    inferred: tuple[str, ...]
    opening: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an addition or an edit would do, kept until somebody confirms or drops it.

    Attributes:
        token: Its name: 8 to 16 of ``a-z`` and ``0-9``.
        added: Articles that the corpus does not have.
        changed: Articles that it has with another text or other metadata.
        unchanged: Articles that it has already, as they are.
        rejected: Inputs that are not taken, each with a sentence.
        to_encode: How many texts would go through the model: what it costs.
    """

    token: str
    added: tuple[Proposed, ...] = ()
    changed: tuple[Proposed, ...] = ()
    unchanged: tuple[ArticleSummary, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    to_encode: int = 0


@dataclass(frozen=True, slots=True)
class Omission:
    """Something of an input that was left out on purpose, and why: half a sentence."""

    input: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """What an addition or a removal did; ``report`` is None on a dry run or without a change.

    On a dry run, ``proposed`` says how each article that would come or change was understood.
    """

    added: tuple[ArticleSummary, ...] = ()
    changed: tuple[ArticleSummary, ...] = ()
    unchanged: tuple[ArticleSummary, ...] = ()
    removed: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    report: ReindexReport | None = None
    proposed: tuple[Proposed, ...] = ()
    left_out: tuple[Omission, ...] = ()


@dataclass(frozen=True, slots=True)
class RollbackReport:
    """What a rollback did.

    Attributes:
        snapshot: The id of the snapshot that serves now.
        previous: The one that served before; empty when none did.
        added: Articles that are back, and were not there.
        changed: Articles that are as they were then.
        removed: Ids of the articles that were not there then.
    """

    snapshot: str
    previous: str
    added: tuple[ArticleSummary, ...] = ()
    changed: tuple[ArticleSummary, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A change of an article's text: when, by whom, and the digests before and after."""

    at: dt.datetime
    by: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log: a change of an article, or of what serves.

    Attributes:
        at: When, in UTC.
        by: Who, such as ``discord:1234``; empty when nobody said.
        what: ``add``, ``change``, ``edit``, ``remove``, ``import`` or ``rollback`` of an article;
            ``publish`` or ``rollback`` of a snapshot.
        article: The article's id; None when it is about a snapshot.
        before: Digest of the article's text before; None when it was not there. Of a snapshot: the
            one that served before.
        after: Digest of its text after; None when it is gone.
        snapshot: The snapshot that serves since.
        fields: Names of what changed of the article: ``text`` and its metadata.
        counts: Of a publication: how many articles it added, changed and removed.
    """

    at: dt.datetime
    by: str
    what: str
    article: str | None = None
    before: str | None = None
    after: str | None = None
    snapshot: str | None = None
    fields: tuple[str, ...] = ()
    counts: tuple[int, int, int] = (0, 0, 0)


class Standing(StrEnum):
    """Whether a passage that was quoted is still in its article, word for word."""

    CURRENT = "current"
    CHANGED = "changed"
    GONE = "gone"
