"""The supported formats: how to detect each, and the module that reads it, imported on demand."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from embeddings.errors import ReadError
from embeddings.readers.archives import is_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from embeddings.readers.draft import Draft, Item
    from embeddings.readers.fetch import Fetched

LISTS = frozenset(("rss", "feed", "RDF", "urlset", "sitemapindex"))
"""The root elements of feeds and sitemaps."""
EXPORTS = frozenset(("nitf", "newsMessage", "newsItem"))
"""The root elements of newsrooms' exports: NITF and NewsML-G2."""
_HEAD = 4096
_BEFORE = b"\xef\xbb\xbf" + bytes(range(0x21))
_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?([\w-]{1,40})")
_JSON = re.compile(rb'[\[{]\s{0,99}["{]')
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body")


SECONDS = 4.5
"""The limit of processor time per file, imports apart."""
TEXT = (".txt", ".text", ".md", ".markdown")
FORMATS: dict[str, str] = {
    **dict.fromkeys((*TEXT, ".srt", ".vtt"), "formats.frontmatter"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "pages.html"), ".pdf": "formats.pdf",
    **dict.fromkeys((".docx", ".docm", ".odt"), "formats.office"), ".rtf": "formats.rtf",
    **dict.fromkeys((".xml", ".rss", ".rdf", ".atom", ".nitf", ".json", ".ninjs"), "formats.feeds"),
    ".eml": "formats.mail", ".epub": "formats.epub",
}  # fmt: skip
"""Extension, in lower case and with its period -> the module of this package that reads it."""
_OPEN_XML = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MEDIA_TYPES = {
    ".html": "text/html application/xhtml+xml", ".txt": "text/plain", ".eml": "message/rfc822",
    ".md": "text/markdown text/x-markdown", ".json": "application/json application/feed+json",
    ".epub": "application/epub+zip", ".rtf": "application/rtf text/rtf", ".docx": _OPEN_XML,
    ".zip": "application/zip application/x-zip-compressed",
    ".pdf": "application/pdf application/x-pdf", ".odt": "application/vnd.oasis.opendocument.text",
}  # fmt: skip
_BY_TYPE = {kind: end for end, kinds in _MEDIA_TYPES.items() for kind in kinds.split()}
"""Media type -> extension."""
WITH_ADDRESS = frozenset((".html", ".xml", ".json"))
"""Extensions of the formats whose reader takes a page's address and charset."""
ARCHIVE = ".zip"
"""The extension of an archive of files."""
_HINTS = ("", ".json", ".zip")
"""Extensions by the bytes that the stated one overrules: files of others look like these."""
_VAGUE = frozenset(("", "application/octet-stream", "binary/octet-stream", "application/unknown"))


def load_reader(extension: str) -> Callable[..., Draft | Iterable[Item]]:
    """Import the reader of an extension in ``FORMATS``, which takes up to half a second.

    Returns:
        A function of a file's bytes and path, and for ``WITH_ADDRESS`` its ``address`` and the
        server's ``charset``. It returns one draft, or the items of a file of several, in order. It
        raises ReadError, with a sentence that names the file, if that has another format, a
        password or no text; any other error means that it is damaged.
    """
    reader: Callable[..., Draft | Iterable[Item]]
    reader = import_module(f"embeddings.readers.{FORMATS[extension]}").read
    return reader


def list_endings() -> str:
    """Return the supported extensions, as words for a sentence."""
    return ", ".join([*sorted(FORMATS), ARCHIVE])


def is_supported(name: str) -> bool:
    """Say whether a file's extension is supported; that of an archive is."""
    return Path(name).suffix.lower() in {*FORMATS, ARCHIVE}


def root_name(data: bytes) -> str:
    """Return the local name of a document's root element; empty if the bytes begin no document."""
    head = data[:_HEAD].replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    rest = head.lstrip(_BEFORE)
    while rest.startswith((b"<?", b"<!")):
        closing = b"?>" if rest[1:2] == b"?" else b"-->" if rest.startswith(b"<!--") else b">"
        end = rest.find(closing)
        if closing == b">" and 0 <= rest.find(b"[") < end:
            end = rest.find(b"]>") + 1
        rest = rest[end + len(closing) :].lstrip(_BEFORE) if end > 0 else b""
    root = _ROOT.match(rest)
    return root[1].decode("ascii", "replace") if root else ""


def detect(data: bytes) -> str:
    """Return the extension that a file's bytes show; empty if they may be a text.

    It is ``.docx`` for any word processor's document: its reader tells the formats apart.
    """
    start, root = data[:_HEAD].lstrip(_BEFORE), root_name(data)
    if start.startswith(b"%PDF-"):
        return ".pdf"
    if data.startswith(b"PK\x03\x04"):
        is_book = b"application/epub+zip" in data[:100]
        return ".epub" if is_book else ".docx" if is_document(data) else ".zip"
    if root not in LISTS | EXPORTS and (root == "html" or start[:15].lower().startswith(_PAGE)):
        return ".html"
    if root in LISTS | EXPORTS or start.startswith(b"<?xml"):
        return ".xml"
    return ".rtf" if start.startswith(b"{\\rtf") else ".json" if _JSON.match(start) else ""


def choose_format(data: bytes, stated: str | None) -> str:
    """Return the extension of a file's format: as its bytes show, else as stated, else ``.txt``."""
    looks = detect(data)
    return (stated or looks or ".txt") if looks in _HINTS else looks


def format_of_page(page: Fetched) -> str:
    """Return the extension of a page's format, by its bytes, else by its media type.

    Raises:
        ReadError: Neither shows a supported format.
    """
    stated = _BY_TYPE.get(page.kind) or (".xml" if page.kind.endswith(("/xml", "+xml")) else None)
    if not (stated or page.kind in _VAGUE or detect(page.data)):
        raise ReadError(
            f"{page.address} is of the type {page.kind}, which cannot be read; save its text as a "
            ".txt or .md file."
        )
    return choose_format(page.data, stated)


def name_of(address: str) -> str:
    """Return the last segment of a URL's path as a file's name, whatever its extension."""
    path = urlsplit(address).path.rstrip("/")
    return re.sub(r"[\x00-\x1f\x7f/\\]", "", unquote(PurePosixPath(path).name))[:200] or "page"
