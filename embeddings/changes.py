"""What a change of a collection does: proposed, reported, and remembered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from embeddings.articles import ArticleSummary


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


@dataclass(frozen=True, slots=True)
class Correction:
    """A change of an article's text: when, by whom, and the digests before and after."""

    at: datetime
    by: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log: a change of an article, or of what serves.

    Attributes:
        at: When, in UTC.
        by: Who, such as ``discord:1234``; empty when nobody said.
        what: ``add``, ``change``, ``edit``, ``remove`` or ``import`` of an article; ``publish`` or
            ``rollback`` of a snapshot.
        article: The article's id; None when it is about a snapshot.
        before: Digest of the article's text before; None when it was not there. Of a snapshot: the
            one that served before.
        after: Digest of its text after; None when it is gone.
        snapshot: The snapshot that serves since.
        fields: Names of what changed of the article: ``text`` and its metadata.
        counts: Of a publication: how many articles it added, changed and removed.
    """

    at: datetime
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
