"""The values that changes take and return: options, reports, audit entries, status."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from embeddings.types import ArticleSummary, ProgressCallback, Rejected


class OptionArgs(TypedDict, total=False):
    """The options of a change as keyword arguments; see ``Options``."""

    by: str
    anyway: bool
    progress: ProgressCallback | None


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a change.

    Attributes:
        by: The author of the change, for the audit log.
        anyway: Publish even if the new snapshot answers the golden questions less well.
        progress: Called with the progress, on the event loop's thread.
        full: Encode all texts again, and repair what is damaged.
    """

    by: str = ""
    anyway: bool = False
    progress: ProgressCallback | None = None
    full: bool = False


@dataclass(frozen=True, slots=True)
class Omission:
    """A part of an input that was left out on purpose, and why, as a clause."""

    input: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit of a collection, and how much of it is used.

    Attributes:
        what: ``articles``, ``characters``, or ``additions`` within 24 hours.
        most: The limit.
        used: The amount used.
    """

    what: str
    most: int
    used: int


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """The result of a reindex; all but ``snapshot``, ``seconds`` and ``notes`` are counts.

    Attributes:
        snapshot: The id of the snapshot that is live now.
        added: Articles that the previous snapshot did not have.
        changed: Articles whose text or metadata changed.
        removed: Articles that were removed.
        passages: Passages in the snapshot.
        reused: Texts whose vectors came from the previous snapshot.
        encoded: Texts that the model encoded.
        seconds: The duration.
        notes: Sentences for a person, such as why all texts were encoded again.
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
    """An article as it would be stored.

    Attributes:
        inferred: Names of the fields that were guessed, not stated.
        opening: The first words of the text, by which to recognise the article.
        text: The whole text.
    """

    inferred: tuple[str, ...] = ()
    opening: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """The result of a change.

    Attributes:
        added: Articles that the corpus did not have.
        changed: Articles that the corpus had with another text or other metadata.
        unchanged: Articles that the corpus had already, exactly so.
        removed: Ids of the removed articles.
        rejected: Inputs that were refused, each with a sentence.
        left: Inputs beyond a limit of the collection, each with a sentence.
        left_out: Parts of the inputs that were left out on purpose.
        report: The result of the reindex; None if there was none, as on a dry run.
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
        """The articles that the change stores."""
        return (*self.added, *self.changed)


@dataclass(frozen=True, slots=True)
class Proposal(ChangeReport):
    """What a change would do; it is kept until somebody confirms or drops it.

    Attributes:
        token: The proposal's name: 8 to 16 of ``a-z`` and ``0-9``.
        to_encode: The number of texts that the model would encode, which is the cost.
        instead: Id of an added article that seems to correct one of the corpus -> the latter, as
            corrected.
    """

    token: str = ""
    to_encode: int = 0
    instead: Mapping[str, Proposed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RollbackReport:
    """The result of a rollback.

    Attributes:
        snapshot: The id of the snapshot that is live now.
        previous: The id of the snapshot that was live before; empty if none was.
        back_to: The id of the snapshot whose articles are back; ``snapshot`` may rebuild it.
        added: Articles that came back.
        changed: Articles that went back to an earlier version.
        removed: Ids of the articles that ``back_to`` does not have.
    """

    snapshot: str
    previous: str
    back_to: str
    added: tuple[ArticleSummary, ...] = ()
    changed: tuple[ArticleSummary, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log: a change of an article, or of the live snapshot.

    Attributes:
        at: The time, in UTC.
        by: The author, such as ``discord:1234``; empty if unknown.
        what: ``add``, ``change``, ``edit``, ``restore``, ``remove``, ``import`` or ``rollback`` of
            an article; ``publish`` or ``rollback`` of a snapshot.
        article: The article's id; None in an entry about a snapshot.
        before: Digest of the article's previous text; None if there was none. In an entry about a
            snapshot: the id of the previously live one.
        after: Digest of the article's new text; None if it was removed. In an entry about a
            snapshot that was rebuilt for a rollback: the id of the one that it goes back to.
        snapshot: The id of the snapshot that went live.
        fields: Names of the article's fields that changed, ``text`` among them.
        counts: Numbers of articles added, changed and removed; in an entry about a snapshot.
        was: ``identity`` of the article before; None if there was none.
        became: ``identity`` of the article after; None if it was removed.
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

    ``by`` is the author of the change that made it, empty if unknown; ``added``, ``changed`` and
    ``removed`` are numbers of articles, against the snapshot before it.
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
    """The state of an engine; fields that need a live snapshot are None or 0 without one."""

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
    """Where the collections are stored: a file, or a database's address without its password."""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The result of ``verify``: the number of checks, and a sentence for each problem."""

    checked: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no problem."""
        return not self.problems
