"""The formats that are read: the module of each, which is imported where such a file is met."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from embeddings.readers.draft import Draft, Found

MOST_SECONDS = 20.0
"""The most processor time that any file may take."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format.

    Attributes:
        module: Where its ``read`` is, in this package.
        libraries: What that imports; it does not count as time spent on the file.
        seconds: How much processor time one file may take, however small.
        slower: How many seconds more each megabyte may take.
    """

    module: str
    libraries: tuple[str, ...] = ()
    seconds: float = 4.0
    slower: float = 0.0

    def load(self) -> Callable[..., Draft | Iterable[Found]]:
        """Import what reads it, up to half a second that other files do not need.

        Returns:
            The file's bytes and its path, and what else is known of it -> one draft, or what
            several stories it holds or names.
        """
        for name in self.libraries:
            import_module(name)
        reader: Callable[..., Draft | Iterable[Found]]
        reader = import_module(f"embeddings.readers.{self.module}").read
        return reader

    def patience(self, size: int) -> float:
        """Return how many seconds of processor time a file of that many bytes may take."""
        return min(MOST_SECONDS, self.seconds + self.slower * size / 1_000_000)


TEXT = (".txt", ".text", ".md", ".markdown")
OFFICE = (".docx", ".docm", ".odt")
_HTML = ("lxml.html",)
FORMATS: dict[str, Format] = {
    **dict.fromkeys(TEXT, Format("formats.text")),
    **dict.fromkeys(
        (".html", ".htm", ".xhtml"), Format("pages.html", ("readability", "trafilatura"))
    ),
    ".pdf": Format("formats.pdf", ("pdfminer.high_level",), slower=8.0),
    **dict.fromkeys(OFFICE, Format("formats.office", (*_HTML, "defusedxml.ElementTree"))),
    ".rtf": Format("formats.rtf", (*_HTML, "striprtf.striprtf")),
    **dict.fromkeys(
        (".xml", ".rss", ".atom", ".nitf"), Format("exports.xmlfiles", _HTML, 3.0, 2.0)
    ),
    **dict.fromkeys((".json", ".ninjs"), Format("exports.items", _HTML, 3.0, 2.0)),
    ".eml": Format("exports.mail", _HTML),
    ".epub": Format("exports.epub", _HTML),
}
"""Extension, in small letters and with its period -> how it is read."""


def supported() -> str:
    """Return the extensions that can be read, as words for a sentence."""
    return ", ".join(sorted(FORMATS))


def is_supported(name: str) -> bool:
    """Say whether a file can be read, by the extension of its name."""
    return Path(name).suffix.lower() in FORMATS
