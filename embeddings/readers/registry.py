"""The formats that are read: how one is known, and its module, imported where it is met."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from embeddings.errors import ReadError
from embeddings.readers.formats.archives import is_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from embeddings.readers.draft import Draft, Found
    from embeddings.readers.fetch import Fetched

LISTS = frozenset(("rss", "feed", "RDF", "urlset", "sitemapindex"))
"""The first elements of feeds and sitemaps."""
EXPORTS = frozenset(("nitf", "newsMessage", "newsItem"))
"""The first elements of what newsrooms hand over."""
DOCUMENT = "document"
"""What looks like a document of a word processor: which one, its reader tells."""
_HEAD = 4096
_BEFORE = b"\xef\xbb\xbf" + bytes(range(0x21))
_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?([\w-]{1,40})")
_JSON = re.compile(rb'[\[{]\s{0,99}["{]')
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body")


@dataclass(frozen=True, slots=True)
class Format:
    """A format.

    Attributes:
        module: Where its ``read`` is, in this package.
        libraries: What that imports; it does not count as time spent on the file.
        seconds: How much processor time one file may take.
    """

    module: str
    libraries: tuple[str, ...] = ()
    seconds: float = 4.0

    def load(self) -> Callable[..., Draft | Iterable[Found]]:
        """Import what reads it, up to half a second that other files do not need.

        Returns:
            The file's bytes and its path -> one draft, or what several stories it holds or names,
            in order. What is from the web has its ``address``, and the ``charset`` that the server
            named. ReadError is raised, with a sentence that names the file, where that is of
            another kind, locked or without text; any other error says that it is damaged.
        """
        for name in self.libraries:
            import_module(name)
        reader: Callable[..., Draft | Iterable[Found]]
        reader = import_module(f"embeddings.readers.{self.module}").read
        return reader


TEXT = (".txt", ".text", ".md", ".markdown")
OFFICE = (".docx", ".docm", ".odt")
_HTML = ("lxml.html",)
FORMATS: dict[str, Format] = {
    **dict.fromkeys((*TEXT, ".srt", ".vtt"), Format("formats.frontmatter")),
    **dict.fromkeys(
        (".html", ".htm", ".xhtml"), Format("pages.html", ("trafilatura.readability_lxml",))
    ),
    ".pdf": Format("formats.pdf", ("pdfminer.high_level",), 4.5),
    **dict.fromkeys(OFFICE, Format("formats.office", (*_HTML, "defusedxml.ElementTree"))),
    ".rtf": Format("formats.rtf", (*_HTML, "striprtf.striprtf")),
    **dict.fromkeys(
        (".xml", ".rss", ".rdf", ".atom", ".nitf"), Format("exports.xmlfiles", _HTML, 4.5)
    ),
    **dict.fromkeys((".json", ".ninjs"), Format("exports.items", _HTML, 4.5)),
    ".eml": Format("exports.mail", _HTML),
    ".epub": Format("exports.epub", _HTML),
}
"""Extension, in small letters and with its period -> how it is read."""

_OPEN_XML = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_NAMED = {
    ".html": "text/html application/xhtml+xml", ".txt": "text/plain", ".eml": "message/rfc822",
    ".md": "text/markdown text/x-markdown", ".json": "application/json application/feed+json",
    ".epub": "application/epub+zip", ".rtf": "application/rtf text/rtf", ".docx": _OPEN_XML,
    ".zip": "application/zip application/x-zip-compressed",
    ".pdf": "application/pdf application/x-pdf", ".odt": "application/vnd.oasis.opendocument.text",
}  # fmt: skip
_TYPES = {kind: extension for extension, kinds in _NAMED.items() for kind in kinds.split()}
"""Type that a server states -> extension of the format."""
WITH_ADDRESS = frozenset((".html", ".xml", ".json"))
"""Extensions of the formats whose reader takes a page's address and its encoding."""
ARCHIVE = ".zip"
"""The extension of an archive of files."""
_VAGUE = frozenset(("", "application/octet-stream", "binary/octet-stream", "application/unknown"))


def list_ends() -> str:
    """Return the extensions that can be read, as words for a sentence."""
    return ", ".join([*sorted(FORMATS), ARCHIVE])


def is_supported(name: str) -> bool:
    """Say whether a file can be read, by the extension of its name."""
    return Path(name).suffix.lower() in FORMATS


def first_element(data: bytes) -> str:
    """Return the name of the first element, past what may stand before it; empty without one."""
    head = data[:_HEAD].replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    rest = head.lstrip(_BEFORE)
    while rest.startswith((b"<?", b"<!")):
        closing = b"?>" if rest[1:2] == b"?" else b"-->" if rest.startswith(b"<!--") else b">"
        end = rest.find(closing)
        if closing == b">" and 0 <= rest.find(b"[") < end:
            end = rest.find(b"]>") + 1
        rest = rest[end + len(closing) :].lstrip(_BEFORE) if end > 0 else b""
    found = _ROOT.match(rest)
    return found[1].decode("ascii", "replace") if found else ""


def look(data: bytes) -> str:
    """Return the extension of the format that bytes are in; empty when they may be a text."""
    head = data[:1024]
    start = head.lstrip(_BEFORE)
    if b"%PDF-" in head:
        return ".pdf"
    if head.startswith(b"PK\x03\x04"):
        is_book = b"application/epub+zip" in head[:100]
        return ".epub" if is_book else DOCUMENT if is_document(data) else ".zip"
    if first_element(data) in LISTS | EXPORTS:
        return ".xml"
    if start[:15].lower().startswith(_PAGE) or start.startswith((b"<!--", b"<?xml")):
        return ".html"
    return ".rtf" if start.startswith(b"{\\rtf") else ".json" if _JSON.match(start) else ""


def format_of_page(page: Fetched) -> str:
    """Return the extension of a page's format, on which its type and its bytes agree.

    Raises:
        ReadError: They do not, or that format is not read.
    """
    looks = look(page.data)
    stated = _TYPES.get(page.kind) or (".xml" if page.kind.endswith(("/xml", "+xml")) else None)
    if looks in (".xml", stated) or (looks == ".rtf" and stated in (None, ".txt")):
        return looks
    if stated is None and page.kind not in _VAGUE:
        raise ReadError(
            f"{page.address} is of the type {page.kind}, which cannot be read; save its text as a "
            ".txt or .md file."
        )
    if stated in (None, ".zip") and looks == DOCUMENT:
        suffix = Path(name_of(page.address)).suffix.lower()
        return suffix if suffix in OFFICE else ".docx"
    if stated == ".zip" and looks == ".epub":
        return looks
    if stated is None or (stated in TEXT and looks in ("", ".json")):
        return stated or looks or ".txt"
    family = DOCUMENT if stated in OFFICE else stated
    if stated == ".xml" and looks == ".html":
        return looks
    if looks not in (family, "") or (not looks and stated not in WITH_ADDRESS):
        raise ReadError(
            f"{page.address} says that it is of the type {page.kind}, and its bytes are not; "
            "save it as a file and add that."
        )
    return stated


def name_of(address: str) -> str:
    """Return the last part of an address that is a name, as a file's; its end may be a day's."""
    path = urlsplit(address).path.rstrip("/")
    return re.sub(r"[\x00-\x1f\x7f/\\]", "", unquote(PurePosixPath(path).name))[:200] or "page"
