"""What can go wrong in the retrieval product, each error with a sentence for the person.

The tree::

    EmbeddingsError
    ├── InputError            the caller's mistake: exit code 2, nothing was changed
    │   ├── QuestionError     a question that cannot be asked: empty, too long, without a word
    │   ├── ReadError         a file that cannot be read as an article
    │   ├── UnknownArticle    no article has that id
    │   └── UnknownSnapshot   no such snapshot is kept
    ├── BusyError             somebody else is writing: says who and since when
    ├── StorageError          the disk is full, or the folder cannot be written
    ├── SnapshotError         a snapshot on disk is not what was written
    └── ModelError            the model cannot be loaded, or does not fit
"""

from __future__ import annotations


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


class ReadError(InputError):
    """A file or an address that cannot be read as an article."""


class UnknownArticle(InputError):  # noqa: N818 - named as in the words of the design
    """No article has that id."""


class UnknownSnapshot(InputError):  # noqa: N818 - named as in the words of the design
    """No such snapshot is kept."""


class BusyError(EmbeddingsError):
    """Somebody else is writing to the same collection."""


class StorageError(EmbeddingsError):
    """The disk is full, or the folder cannot be written."""


class SnapshotError(EmbeddingsError):
    """A snapshot on disk is not what was written."""


class ModelError(EmbeddingsError):
    """The model cannot be loaded, or does not fit what it is used for."""
