"""On what terms a change is asked for, what it reports and logs, and what serves now."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from embeddings.types import ArticleSummary, ProgressCallback, Rejected


class Terms(TypedDict, total=False):
    """On what terms a change is asked for, as arguments; see ``Wish``."""

    by: str
    anyway: bool
    progress: ProgressCallback | None


@dataclass(frozen=True, slots=True)
class Wish:
    """On what terms a change is made.

    Attributes:
        by: Who wants it, for the audit log.
        anyway: Publish it even if it answers the golden questions less well.
        progress: Told how far it is, on the event loop's thread.
        full: Encode everything again, and mend what is damaged.
    """

    by: str = ""
    anyway: bool = False
    progress: ProgressCallback | None = None
    full: bool = False


@dataclass(frozen=True, slots=True)
class Omission:
    """Something of an input that was left out on purpose, and why: half a sentence."""

    input: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Room:
    """How much a collection may hold, or take within 24 hours, and how much it does.

    Attributes:
        what: ``articles``, ``characters`` or ``additions``.
        most: The limit.
        used: What there is of it.
    """

    what: str
    most: int
    used: int


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
class Proposed(ArticleSummary):
    """An article as it is to be stored.

    Attributes:
        inferred: Names of its fields that were guessed, not stated.
        opening: The first words of its text, to recognise it by.
        text: The whole of it.
    """

    inferred: tuple[str, ...] = ()
    opening: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """What a change did; without a report nothing is done: on a dry run, or where it changes none.

    Attributes:
        added: Articles that the corpus did not have.
        changed: Articles that it had with another text or other metadata.
        unchanged: Articles that it had already, as they are.
        removed: Ids of articles that are taken out.
        rejected: Inputs that are not taken, each with a sentence.
        left: Inputs for which the collection has no room, each with a sentence.
        left_out: What of the inputs is left out on purpose.
        report: What the reindex did.
    """

    added: tuple[Proposed, ...] = ()
    changed: tuple[Proposed, ...] = ()
    unchanged: tuple[ArticleSummary, ...] = ()
    removed: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    left: tuple[Rejected, ...] = ()
    left_out: tuple[Omission, ...] = ()
    report: ReindexReport | None = None

    @property
    def articles(self) -> tuple[Proposed, ...]:
        """The articles that are stored."""
        return (*self.added, *self.changed)


@dataclass(frozen=True, slots=True)
class Proposal(ChangeReport):
    """What an addition, an edit or a removal would do, kept until somebody confirms or drops it.

    Attributes:
        token: Its name: 8 to 16 of ``a-z`` and ``0-9``.
        to_encode: How many texts would go through the model: what it costs.
        instead: Id of an article that would be added -> what would become of the one that it
            seems to correct.
    """

    token: str = ""
    to_encode: int = 0
    instead: Mapping[str, Proposed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RollbackReport:
    """What a rollback did.

    Attributes:
        snapshot: The id of the snapshot that serves now.
        previous: The one that served before; empty when none did.
        back_to: The one whose articles are back, of which ``snapshot`` may be made anew.
        added: Articles that are back, and were not there.
        changed: Articles that are as they were then.
        removed: Ids of the articles that were not there then.
    """

    snapshot: str
    previous: str
    back_to: str
    added: tuple[ArticleSummary, ...] = ()
    changed: tuple[ArticleSummary, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log: a change of an article, or of what serves.

    Attributes:
        at: When, in UTC.
        by: Who, such as ``discord:1234``; empty when nobody said.
        what: ``add``, ``change``, ``edit``, ``restore``, ``remove``, ``import`` or ``rollback`` of
            an article; ``publish`` or ``rollback`` of a snapshot.
        article: The article's id; None when it is about a snapshot.
        before: Digest of the article's text before; None when it was not there. Of a snapshot: the
            one that served before.
        after: Digest of its text after; None when it is gone. Of a snapshot that was built anew to
            go back: the one that it goes back to.
        snapshot: The snapshot that serves since.
        fields: Names of what changed of the article: ``text`` and its metadata.
        counts: Of a publication: how many articles it added, changed and removed.
        was: ``identity`` of the article before; None when it was not there.
        became: The same, after.
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
    was: str | None = None
    became: str | None = None


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
    created_at: dt.datetime
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
    created_at: dt.datetime | None
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
