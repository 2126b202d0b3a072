"""The formats that a process of their own reads: what loads their libraries, and their readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.readers.formats import office, pdf
from embeddings.readers.pages import html

if TYPE_CHECKING:
    from collections.abc import Callable

    from embeddings.readers.draft import Draft

MOST_SECONDS = 20.0
"""The longest that any file may take."""


@dataclass(frozen=True, slots=True)
class Confined:
    """A format whose files may be hostile.

    Attributes:
        read: The file's bytes and its path, and what else is known of it -> a draft.
        load: Imports what ``read`` needs, which does not count as time spent on the file.
        seconds: How long one file may take, however small.
        slower: How many seconds more each megabyte may take.
    """

    read: Callable[..., Draft]
    load: Callable[[], None]
    seconds: float = 4.0
    slower: float = 0.0

    def patience(self, size: int) -> float:
        """Return how many seconds a file of that many bytes may take."""
        return min(MOST_SECONDS, self.seconds + self.slower * size / 1_000_000)


CONFINED: dict[str, Confined] = {
    **dict.fromkeys(html.EXTENSIONS, Confined(html.read, html.load)),
    **dict.fromkeys(pdf.EXTENSIONS, Confined(pdf.read, pdf.load, slower=8.0)),
    **dict.fromkeys(office.EXTENSIONS, Confined(office.read, office.load)),
}
"""Extension, in small letters and with its period -> how it is read."""
