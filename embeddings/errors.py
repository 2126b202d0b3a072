"""The errors of the retrieval engine, each with a sentence for a person.

The tree::

    EmbeddingsError
    ├── InputError            the caller's mistake: exit code 2, nothing was changed
    │   ├── QuestionError     the question is empty, too long or without a word
    │   ├── LimitError        the change exceeds a limit of a server's own collection
    │   ├── Overtaken         an article changed after the change to it was proposed
    │   ├── ReadError         a file or an address cannot be read as an article
    │   ├── UnknownArticle    no article has that id
    │   ├── UnknownProposal   the proposal was confirmed, dropped, or is too old
    │   └── UnknownSnapshot   no such snapshot is kept
    ├── GateError             the new snapshot answers the golden questions less well
    ├── BusyError             another change is under way: the sentence says whose, since when
    ├── StorageError          the store cannot be read or written
    │   ├── AwayError         the database cannot be reached for now
    │   ├── FullError         the disk is full; nothing was changed
    │   └── PlaceError        this user may not use that place: exit code 2
    ├── SnapshotError         a stored snapshot or article is damaged
    │   └── OtherFormat       an intact snapshot of another program version or model
    └── ModelError            the model cannot be loaded, or does not fit
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class EmbeddingsError(Exception):
    """The base class: ``str(error)`` is one sentence that says what is wrong and what to do."""


class InputError(EmbeddingsError):
    """The caller's mistake."""


class QuestionError(InputError):
    """A question that cannot be asked.

    Attributes:
        reason: ``empty``, ``too_long`` or ``no_words``.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class LimitError(InputError):
    """A change exceeds a limit of a server's own collection."""


class Overtaken(InputError):
    """An article changed after the change to it was proposed.

    Attributes:
        articles: The ids of the articles that changed.
    """

    def __init__(self, message: str, articles: tuple[str, ...]) -> None:
        super().__init__(message)
        self.articles = articles


class ReadError(InputError):
    """A file or an address that cannot be read as an article."""


class UnknownArticle(InputError):
    """No article has that id."""

    @classmethod
    def of(cls, article_id: str) -> UnknownArticle:
        """Return the error for an id that no article has."""
        return cls(f"There is no article {article_id!r}; `sources` lists the articles.")


class UnknownProposal(InputError):
    """The proposal was confirmed, dropped, or is too old."""


class UnknownSnapshot(InputError):
    """No such snapshot is kept."""


@dataclass(frozen=True, slots=True)
class BrokenQuestion:
    """A golden question whose passage the new snapshot does not find, and the article's title."""

    question: str
    title: str


class GateError(EmbeddingsError):
    """A new snapshot answers the golden questions less well than the live one: not published.

    Attributes:
        broken: The questions whose passage the new snapshot no longer finds.
        before: The live snapshot's share of questions with their passage in the top 3, in [0, 1].
        after: The same share of the new snapshot.
    """

    def __init__(self, broken: tuple[BrokenQuestion, ...], before: float, after: float) -> None:
        self.broken = broken
        self.before = before
        self.after = after
        first = " ".join(f"“{each.question}”" for each in broken[:3])
        super().__init__(
            f"Nothing was changed: of the golden questions, {after:.0%} would find their passage "
            f"among the first three, and {before:.0%} do now; {len(broken)} no longer do: {first}. "
            "Publish all the same with --anyway, or change the stories."
        )

    def __reduce__(self) -> tuple[type[GateError], tuple[tuple[BrokenQuestion, ...], float, float]]:
        """Support pickling, by which the error reaches another process."""
        return GateError, (self.broken, self.before, self.after)


class BusyError(EmbeddingsError):
    """Another change of the same collection is under way.

    Attributes:
        since: When it began, with its time zone; None if unknown.
    """

    def __init__(self, message: str, since: datetime | None = None) -> None:
        super().__init__(message, since)
        self.since = since

    def __str__(self) -> str:
        """Return the sentence without ``since``."""
        return str(self.args[0])


class StorageError(EmbeddingsError):
    """The store cannot be read or written."""


class AwayError(StorageError):
    """The database cannot be reached for now; nothing was changed."""


class FullError(StorageError):
    """The disk is full; nothing was changed."""


class PlaceError(StorageError):
    """This user may not write to that place, or not enter that database."""


class SnapshotError(EmbeddingsError):
    """A stored snapshot or article is damaged: it is not what was written."""


def describe_damage(article: str) -> str:
    """Return the sentence about an article whose row is damaged, with the remedy."""
    return (
        f"The article {article} is not as it was stored: run reindex --full, which mends it, or "
        "add it again."
    )


class OtherFormat(SnapshotError):
    """Another program version or model made the snapshot; a rebuild from the articles is needed."""


class ModelError(EmbeddingsError):
    """The model cannot be loaded, or does not fit what it is used for."""
