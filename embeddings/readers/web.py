"""A web address -> a draft, by the format that its bytes are in, whatever the server says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from embeddings.errors import ReadError
from embeddings.readers import text
from embeddings.readers.addresses import parse

if TYPE_CHECKING:
    from embeddings.readers.draft import Draft
    from embeddings.readers.fetch import Fetched, Fetcher
    from embeddings.readers.sandbox import Sandbox

_MARKUP = re.compile(
    rb"^[\s\xef\xbb\xbf]*<(?:!doctype\s+html|html|head|body|!--|\?xml)", re.IGNORECASE
)
_HEAD = 1024
_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
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
    page = fetcher.get(given, crawled=crawled)
    extension = _extension(page)
    if extension == ".html":
        draft = sandbox.read(
            ".html", page.data, _name(page.address), address=page.address, charset=page.charset
        )
    else:
        draft = _text(page, extension)
    own = draft.url if draft.url and _is_same_site(draft.url, page.address) else page.address
    return replace(draft, origin=str(parse(given)), url=own)


def _text(page: Fetched, extension: str) -> Draft:
    try:
        return text.read(page.data, Path(_name(page.address)).with_suffix(extension))
    except ReadError as error:
        raise ReadError(f"{page.address} cannot be read: {error}") from None


def _extension(page: Fetched) -> str:
    """Return the format of a page, on which its type and its bytes agree."""
    looks = ".html" if _MARKUP.match(page.data[:_HEAD]) else ""
    stated = _TYPES.get(page.kind)
    if stated is None and page.kind not in _VAGUE:
        raise ReadError(
            f"{page.address} is of the type {page.kind}, which cannot be read; save its text as a "
            ".txt or .md file."
        )
    if stated in (".txt", ".md") and looks:
        raise ReadError(f"{page.address} says that it is {page.kind}, but its bytes are a page's.")
    return stated or looks or ".txt"


def _name(address: str) -> str:
    """Return the last part of an address that is a name, as a file's; its end may be a day's."""
    path = urlsplit(address).path.rstrip("/")
    return re.sub(r"[\x00-\x1f\x7f/\\]", "", unquote(PurePosixPath(path).name))[:200] or "page"


def _is_same_site(url: str, address: str) -> bool:
    """Say whether a page may name another address as its own: one of the same site."""
    hosts = [_SUBDOMAIN.sub("", urlsplit(a).hostname or "") for a in (url, address)]
    return hosts[0] == hosts[1]
