"""Where collections are kept: what a local folder and a database both do, and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from embeddings.errors import StorageError
    from embeddings.snapshots.kept import Generations
    from embeddings.types import ProgressCallback
    from embeddings.vectors.encoder import Encoder
    from embeddings.vectors.worker import Worker


class Files(Protocol):
    """The named files of one collection; who writes articles holds the collection's lock.

    A name is relative to the collection, with ``/`` between a folder and what is in it, such as
    ``corpus/crue.md``. A name that begins with a period is nobody's file and is not listed.
    """

    def where(self, name: str = "") -> str:
        """Return what to call a file, or all of them, in a sentence for a person."""
        ...

    def names(self, folder: str) -> list[str]:
        """Return the names of the files right in a folder, in order; none when it is not there.

        Raises:
            StorageError: It cannot be read.
        """
        ...

    def folders(self, folder: str) -> list[str]:
        """Return the names of the folders right in a folder, in order.

        Raises:
            StorageError: It cannot be read.
        """
        ...

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes; None when there is none.

        Raises:
            StorageError: It is there and cannot be read.
        """
        ...

    def read_all(self, folder: str) -> Iterator[tuple[str, bytes | StorageError]]:
        """Return the files right in a folder, in order, with what was wrong where one fails.

        Raises:
            StorageError: The folder cannot be read at all.
        """
        ...

    def write(self, files: Mapping[str, bytes], *, alone: bool = True) -> None:
        """Write files; a reader, or a crash, finds each as it was or as it is to be.

        Args:
            files: Name -> bytes.
            alone: Nobody else writes in these folders: the caller holds the lock.

        Raises:
            StorageError: They cannot be written; all of them are as they were.
        """
        ...

    def remove(self, name: str) -> None:
        """Delete a file, if it is there, for good.

        Raises:
            StorageError: It cannot be deleted.
        """
        ...

    def sweep(self, folder: str, seconds: float) -> None:
        """Delete what was last written in a folder longer ago than that.

        Raises:
            StorageError: It cannot be deleted.
        """
        ...

    def written(self, name: str) -> datetime | None:
        """Return when a file was last written, in UTC; None when there is none.

        Raises:
            StorageError: That cannot be read.
        """
        ...

    def lines(self, name: str) -> Lines:
        """Return a file that only ever grows, line by line."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """Be the one who writes in the collection, across processes; never waits.

        A process that dies frees it.

        Raises:
            BusyError: Somebody else is; the sentence says who, and since when.
            StorageError: The collection cannot be written.
        """
        ...


class Lines(Protocol):
    """A file of lines, such as the audit log: appended, never rewritten."""

    def append(self, lines: list[bytes]) -> None:
        """Add lines, without their ends; after a crash all of them are there, or the first few.

        Raises:
            StorageError: They cannot be written.
        """
        ...

    def read(self) -> tuple[bytes, ...]:
        """Return all lines, oldest first; the same object while nothing was added.

        Raises:
            StorageError: They cannot be read.
        """
        ...

    def known(self) -> tuple[bytes, ...]:
        """Return the lines that this process has heard of, at once: asked at each question.

        Raises:
            StorageError: They cannot be read.
        """
        ...


class Store(Protocol):
    """All collections of one installation."""

    def names(self) -> tuple[str, ...]:
        """Return the names of the collections, in order.

        Raises:
            StorageError: They cannot be read.
        """
        ...

    def known(self) -> tuple[str, ...]:
        """Return those that this process has heard of, at once."""
        ...

    def has(self, name: str) -> bool:
        """Say whether this process has heard of a collection, at once: asked at each question."""
        ...

    def make(self, name: str) -> bool:
        """Make a collection that is not there yet.

        Returns:
            False when nobody can tell now whether it is there, but a copy here can serve.

        Raises:
            StorageError: It cannot be made.
        """
        ...

    def delete(self, name: str) -> bool:
        """Delete a collection with all that is in it, while nobody writes to it.

        It is gone at once; a crash in the middle leaves what ``sweep`` clears away.

        Returns:
            False when there is none.

        Raises:
            BusyError: Somebody is writing to it.
            StorageError: It cannot be deleted.
        """
        ...

    def sweep(self) -> None:
        """Clear away what a crash left of collections that were being deleted."""
        ...

    def files(self, name: str) -> Files:
        """Return a collection's files."""
        ...

    def generations(self, name: str) -> Generations:
        """Return a collection's snapshots."""
        ...

    def where(self) -> str:
        """Return where they are, in words for a person, without any password."""
        ...

    def helper(self, name: str, work: Callable[[], Awaitable[int]]) -> Helping | None:
        """Return what helps other processes when they have much to encode; None: nobody asks.

        Args:
            name: The collection's name.
            work: Encodes some of it; returns how many texts that were.
        """
        ...

    def encoding(self, name: str, encoder: Encoder, worker: Worker) -> Encoding | None:
        """Return how several processes encode a collection together; None: each is alone."""
        ...

    def close(self) -> None:
        """End what is open; nothing is used of it after that."""
        ...


class Encoding(Protocol):
    """Encoding together with whoever else has the model."""

    def make(
        self, texts: Sequence[str], progress: ProgressCallback | None = None
    ) -> AsyncIterator[tuple[int, NDArray[np.float32]]]:
        """Give texts their vectors; yield the number of a text and those from it on, ``[m, d]``.

        Raises:
            StorageError: What they share is gone; what was done is not lost.
        """
        ...

    async def help(self) -> int:
        """Encode some texts that nobody holds; return how many that were.

        Raises:
            StorageError: What they share is gone.
        """
        ...


class Helping(Protocol):
    """Encoding for other processes, as long as it lasts."""

    async def start(self) -> None:
        """Help from now on, whenever there is much to do.

        Raises:
            StorageError: What they share is gone.
        """
        ...

    async def stop(self) -> None:
        """Help no more."""
        ...
