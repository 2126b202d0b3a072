"""The formats that are read: what loads their libraries, and their readers."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
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


@dataclass(frozen=True, slots=True)
class Format:
    """A format.

    Attributes:
        read: The file's bytes and its path, and what else is known of it -> one draft, or what
            several stories it holds or names.
        libraries: What ``read`` imports; that does not count as time spent on the file.
        seconds: How much processor time one file may take, however small.
        slower: How many seconds more each megabyte may take.
    """

    read: Callable[..., Draft | Iterable[Found]]
    libraries: tuple[str, ...] = ()
    seconds: float = 4.0
    slower: float = 0.0

    def load(self) -> None:
        """Import the libraries, up to half a second that other files do not need."""
        for name in self.libraries:
            import_module(name)

    def patience(self, size: int) -> float:
        """Return how many seconds of processor time a file of that many bytes may take."""
        return min(MOST_SECONDS, self.seconds + self.slower * size / 1_000_000)


_HTML = ("lxml.html",)
FORMATS: dict[str, Format] = {
    **dict.fromkeys(text.EXTENSIONS, Format(text.read)),
    **dict.fromkeys(html.EXTENSIONS, Format(html.read, ("readability", "trafilatura"))),
    **dict.fromkeys(pdf.EXTENSIONS, Format(pdf.read, ("pdfminer.high_level",), slower=8.0)),
    **dict.fromkeys(office.EXTENSIONS, Format(office.read, (*_HTML, "defusedxml.ElementTree"))),
    **dict.fromkeys(rtf.EXTENSIONS, Format(rtf.read, (*_HTML, "striprtf.striprtf"))),
    **dict.fromkeys(xmlfiles.EXTENSIONS, Format(xmlfiles.read, _HTML, 3.0, 2.0)),
    **dict.fromkeys(items.EXTENSIONS, Format(items.read, _HTML, 3.0, 2.0)),
    **dict.fromkeys(mail.EXTENSIONS, Format(mail.read, _HTML)),
    **dict.fromkeys(epub.EXTENSIONS, Format(epub.read, _HTML)),
}
"""Extension, in small letters and with its period -> how it is read."""


def supported() -> str:
    """Return the extensions that can be read, as words for a sentence."""
    return ", ".join(sorted(FORMATS))


def is_supported(name: str) -> bool:
    """Say whether a file can be read, by the extension of its name."""
    return Path(name).suffix.lower() in FORMATS
