"""A web address -> a draft, by the format that its bytes are in, whatever the server says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from embeddings.errors import ReadError
from embeddings.readers.addresses import parse
from embeddings.readers.formats import office, text

if TYPE_CHECKING:
    from embeddings.readers.draft import Draft
    from embeddings.readers.fetch import Fetched, Fetcher
    from embeddings.readers.sandbox import Sandbox

_OFFICE = "office"
_SIGNS = (
    (re.compile(rb"[\s\S]*?%PDF-"), ".pdf"),
    (re.compile(rb"PK\x03\x04"), _OFFICE),
    (
        re.compile(
            rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|!--|\?xml)", re.IGNORECASE
        ),
        ".html",
    ),
)
"""How files of a format begin -> its extension; what begins otherwise is a text, or a page."""

_HEAD = 1024
_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
}
_VAGUE = frozenset(("", "application/octet-stream", "binary/octet-stream", "application/unknown"))
_SUBDOMAIN = re.compile(r"^(?:www|amp|m|mobile)\.")


def read(given: str, fetcher: Fetcher, sandbox: Sandbox, *, crawled: bool = False) -> Draft:
    """Fetch and read an address.

    Args:
        given: As a person or a page writes it.
        fetcher: What fetches it.
        sandbox: Where pages are read.
        crawled: A list of pages named it, not a person: robots.txt is asked.

    Returns:
        The draft; its origin is the address that was given, so that it is known again.

    Raises:
        ReadError: It cannot be fetched or read; the sentence says why.
    """
    return draft_of(fetcher.get(given, crawled=crawled), given, sandbox)


def draft_of(page: Fetched, given: str, sandbox: Sandbox) -> Draft:
    """Read what was fetched for a given address; as ``read`` otherwise."""
    extension = _extension(page)
    if extension == ".html":
        draft = sandbox.read(
            ".html", page.data, _name(page.address), address=page.address, charset=page.charset
        )
    else:
        draft = _document(page, extension, sandbox)
    own = draft.url if draft.url and _is_same_site(draft.url, page.address) else page.address
    return replace(draft, origin=str(parse(given)), url=own)


def _document(page: Fetched, extension: str, sandbox: Sandbox) -> Draft:
    """Read what is no page as the file that it is; errors name its address."""
    path = Path(_name(page.address)).with_suffix(extension)
    try:
        if extension in text.EXTENSIONS:
            return text.read(page.data, path)
        return sandbox.read(extension, page.data, str(path))
    except ReadError as error:
        raise ReadError(f"{page.address} cannot be read: {error}") from None


def _extension(page: Fetched) -> str:
    """Return the format of a page, on which its type and its bytes agree."""
    looks = next((kind for sign, kind in _SIGNS if sign.match(page.data[:_HEAD])), ".txt")
    stated = _TYPES.get(page.kind)
    if stated is None and page.kind not in _VAGUE:
        raise ReadError(
            f"{page.address} is of the type {page.kind}, which cannot be read; save its text as a "
            ".txt or .md file."
        )
    if stated is None and looks == _OFFICE:
        return Path(_name(page.address)).suffix.lower() if _is_office(page.address) else ".docx"
    if stated is None or (stated in text.EXTENSIONS and looks == ".txt"):
        return stated or looks
    family = _OFFICE if stated in office.EXTENSIONS else stated
    if looks not in (family, ".txt") or (looks == ".txt" and stated != ".html"):
        raise ReadError(
            f"{page.address} says that it is of the type {page.kind}, and its bytes are not; "
            "save it as a file and add that."
        )
    return stated


def _is_office(address: str) -> bool:
    return Path(_name(address)).suffix.lower() in office.EXTENSIONS


def _name(address: str) -> str:
    """Return the last part of an address that is a name, as a file's; its end may be a day's."""
    path = urlsplit(address).path.rstrip("/")
    return re.sub(r"[\x00-\x1f\x7f/\\]", "", unquote(PurePosixPath(path).name))[:200] or "page"


def _is_same_site(url: str, address: str) -> bool:
    """Say whether a page may name another address as its own: one of the same site."""
    hosts = [_SUBDOMAIN.sub("", urlsplit(a).hostname or "") for a in (url, address)]
    return hosts[0] == hosts[1]
