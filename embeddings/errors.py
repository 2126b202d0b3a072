"""What can go wrong in the retrieval product, each error with a sentence for the person.

The tree::

    EmbeddingsError
    ├── InputError            the caller's mistake: exit code 2, nothing was changed
    │   ├── QuestionError     a question that cannot be asked: empty, too long, without a word
    │   ├── LimitError        more than a server's own collection may hold
    │   ├── Overtaken         the articles changed since a change of them was proposed
    │   ├── ReadError         a file that cannot be read as an article
    │   ├── UnknownArticle    no article has that id
    │   ├── UnknownProposal   a proposal that is used, dropped or too old
    │   └── UnknownSnapshot   no such snapshot is kept
    ├── GateError             golden questions that the new snapshot does not answer any more
    ├── BusyError             somebody else is writing: says who and since when
    ├── StorageError          the disk is full, or the folder cannot be written
    │   ├── AwayError         the database cannot be reached; it may be a moment later
    │   ├── FullError         there is no room left; nothing was changed
    │   └── PlaceError        no place where this user may write: exit code 2
    ├── SnapshotError         what is stored is not what was written
    │   └── OtherFormat       a snapshot is whole, of another version or model
    └── ModelError            the model cannot be loaded, or does not fit
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class EmbeddingsError(Exception):
    """The root: ``str(error)`` is one sentence that says what is wrong and what to do."""


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
    """More than a server's own collection may hold."""


class Overtaken(InputError):
    """The articles changed since a change of them was proposed.

    Attributes:
        articles: The ids of those that did.
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
        """Return the error of an id that no article has."""
        return cls(f"There is no article {article_id!r}; `sources` lists the articles.")


class UnknownProposal(InputError):
    """A proposal was used, dropped, or is too old."""


class UnknownSnapshot(InputError):
    """No such snapshot is kept."""


@dataclass(frozen=True, slots=True)
class BrokenQuestion:
    """A golden question whose passage the new snapshot does not find, and that passage's story."""

    question: str
    title: str


class GateError(EmbeddingsError):
    """A new snapshot finds less than the one that serves, and is not published.

    Attributes:
        broken: The questions that it does not find the answer of any more.
        before: The share of the golden questions found among the first three passages, in [0, 1].
        after: The same, of the new snapshot.
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
        """Make it again as it was, in another process."""
        return GateError, (self.broken, self.before, self.after)


class BusyError(EmbeddingsError):
    """Somebody else is writing to the same collection.

    Attributes:
        since: Since when, with its time zone; None when that is not known.
    """

    def __init__(self, message: str, since: datetime | None = None) -> None:
        super().__init__(message, since)
        self.since = since

    def __str__(self) -> str:
        """Return the sentence alone."""
        return str(self.args[0])


class StorageError(EmbeddingsError):
    """The disk is full, or the folder cannot be written."""


class AwayError(StorageError):
    """The database cannot be reached, and nothing was changed; a moment later it may be."""


class FullError(StorageError):
    """There is no room left on the disk, and nothing was changed."""


class PlaceError(StorageError):
    """No place where this user may write."""


class SnapshotError(EmbeddingsError):
    """A snapshot or an article that is stored is not what was written."""


class OtherFormat(SnapshotError):
    """Another version or model made a snapshot: it is built again from the articles."""


class ModelError(EmbeddingsError):
    """The model cannot be loaded, or does not fit what it is used for."""
