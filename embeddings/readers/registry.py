"""The formats that are read: what loads their libraries, and their readers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.readers.exports import epub, items, mail, xmlfiles
from embeddings.readers.formats import office, pdf, rtf, text
from embeddings.readers.pages import html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from embeddings.readers.draft import Draft, Found

MOST_SECONDS = 20.0
"""The most processor time that any file may take."""


def _nothing() -> None:
    """Load nothing."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format.

    Attributes:
        read: The file's bytes and its path, and what else is known of it -> one draft, or what
            several stories it holds or names.
        load: Imports what ``read`` needs, which does not count as time spent on the file.
        seconds: How much processor time one file may take, however small.
        slower: How many seconds more each megabyte may take.
    """

    read: Callable[..., Draft | Iterable[Found]]
    load: Callable[[], None] = _nothing
    seconds: float = 4.0
    slower: float = 0.0

    def patience(self, size: int) -> float:
        """Return how many seconds of processor time a file of that many bytes may take."""
        return min(MOST_SECONDS, self.seconds + self.slower * size / 1_000_000)


FORMATS: dict[str, Format] = {
    **dict.fromkeys(text.EXTENSIONS, Format(text.read)),
    **dict.fromkeys(html.EXTENSIONS, Format(html.read, html.load)),
    **dict.fromkeys(pdf.EXTENSIONS, Format(pdf.read, pdf.load, slower=8.0)),
    **dict.fromkeys(office.EXTENSIONS, Format(office.read, office.load)),
    **dict.fromkeys(rtf.EXTENSIONS, Format(rtf.read, rtf.load)),
    **dict.fromkeys(xmlfiles.EXTENSIONS, Format(xmlfiles.read, xmlfiles.load, 3.0, 2.0)),
    **dict.fromkeys(items.EXTENSIONS, Format(items.read, xmlfiles.load, 3.0, 2.0)),
    **dict.fromkeys(mail.EXTENSIONS, Format(mail.read, xmlfiles.load)),
    **dict.fromkeys(epub.EXTENSIONS, Format(epub.read, xmlfiles.load)),
}
"""Extension, in small letters and with its period -> how it is read."""


def supported() -> str:
    """Return the extensions that can be read, as words for a sentence."""
    return ", ".join(sorted(FORMATS))


def is_supported(name: str) -> bool:
    """Say whether a file can be read, by the extension of its name."""
    return Path(name).suffix.lower() in FORMATS
