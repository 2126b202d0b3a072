"""A web address -> a draft, by the format that its bytes are in, whatever the server says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from embeddings.errors import ReadError
from embeddings.readers.addresses import parse
from embeddings.readers.draft import Draft
from embeddings.readers.registry import DOCUMENT, OFFICE, TEXT, look

if TYPE_CHECKING:
    from embeddings.readers.draft import Found
    from embeddings.readers.fetch import Fetched
    from embeddings.readers.sandbox import Sandbox

_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/json": ".json",
    "application/feed+json": ".json",
    "application/epub+zip": ".epub",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "message/rfc822": ".eml",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
}
_XML = ("/xml", "+xml")
_WITH_ADDRESS = frozenset((".html", ".xml", ".json"))
_VAGUE = frozenset(("", "application/octet-stream", "binary/octet-stream", "application/unknown"))
_SUBDOMAIN = re.compile(r"^(?:www|amp|m|mobile)\.")


def read(page: Fetched, given: str, sandbox: Sandbox) -> list[Found]:
    """Read what was fetched for a given address.

    Args:
        page: What was fetched.
        given: The address, as a person or a page writes it.
        sandbox: Where it is read.

    Returns:
        What is in it. The origin of a page is the address that was given, so that it is known
        again.

    Raises:
        ReadError: It cannot be read; the sentence says why.
    """
    extension = format_of(page)
    name = _name(page.address)
    if extension in _WITH_ADDRESS:
        known = {"address": page.address, "charset": page.charset}
        found = sandbox.read(extension, page.data, name, **known)
    else:
        try:
            found = sandbox.read(extension, page.data, str(Path(name).with_suffix(extension)))
        except ReadError as error:
            raise ReadError(f"{page.address} cannot be read: {error}") from None
    if len(found) == 1 and isinstance(found[0], Draft):
        draft = found[0]
        own = draft.url if draft.url and _is_same_site(draft.url, page.address) else page.address
        return [replace(draft, origin=str(parse(given)), url=own)]
    return [_of_web(each, page) for each in found]


def _of_web(found: Found, page: Fetched) -> Found:
    """Return a story of several at an address as one of that address."""
    if not isinstance(found, Draft):
        return found
    mark = (found.origin or "").rpartition("#")[2]
    return replace(found, origin=found.url or f"{page.address}#{mark}")


def format_of(page: Fetched) -> str:
    """Return the extension of a page's format, on which its type and its bytes agree.

    Raises:
        ReadError: They do not, or that format is not read.
    """
    looks = look(page.data)
    stated = _TYPES.get(page.kind) or (".xml" if page.kind.endswith(_XML) else None)
    if looks in (".xml", stated) or (looks == ".rtf" and stated in (None, ".txt")):
        return looks
    if stated is None and page.kind not in _VAGUE:
        raise ReadError(
            f"{page.address} is of the type {page.kind}, which cannot be read; save its text as a "
            ".txt or .md file."
        )
    if stated in (None, ".zip") and looks == DOCUMENT:
        suffix = Path(_name(page.address)).suffix.lower()
        return suffix if suffix in OFFICE else ".docx"
    if stated == ".zip" and looks == ".epub":
        return looks
    if stated is None or (stated in TEXT and looks in ("", ".json")):
        return stated or looks or ".txt"
    family = DOCUMENT if stated in OFFICE else stated
    if stated == ".xml" and looks == ".html":
        return looks
    if looks not in (family, "") or (not looks and stated not in _WITH_ADDRESS):
        raise ReadError(
            f"{page.address} says that it is of the type {page.kind}, and its bytes are not; "
            "save it as a file and add that."
        )
    return stated


def _name(address: str) -> str:
    """Return the last part of an address that is a name, as a file's; its end may be a day's."""
    path = urlsplit(address).path.rstrip("/")
    return re.sub(r"[\x00-\x1f\x7f/\\]", "", unquote(PurePosixPath(path).name))[:200] or "page"


def _is_same_site(url: str, address: str) -> bool:
    """Say whether a page may name another address as its own: one of the same site."""
    hosts = [_SUBDOMAIN.sub("", urlsplit(a).hostname or "") for a in (url, address)]
    return hosts[0] == hosts[1]
