"""Fetches a web address, with limits of time, size and redirects, never from a private network.

It uses the standard library's client, which accepts a socket that is already open: the host is
resolved once, and the connection goes to the very IP address that was checked.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import time
import zlib
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, cast
from urllib.robotparser import RobotFileParser

from config import find_version
from embeddings.errors import ReadError
from embeddings.readers.addresses import Address, connect, parse
from embeddings.readers.archives import gunzip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.groups import FetchSettings

MAX_REDIRECTS = 5
"""The most redirects to follow."""
NAME = "Verbatim"
"""The program's name in its User-Agent, and in the robots.txt of web sites."""
_CHUNK = 65_536
_MOVED = frozenset((301, 302, 303, 307, 308))
_OK = 200
_NOT_MODIFIED = 304
_SERVER_FAULT = 500
_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,text/markdown,text/plain,application/pdf,*/*;q=0.5",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}
_REASONS = {
    401: "asks for a password", 402: "asks for a payment", 403: "does not let programs read it",
    404: "does not exist", 410: "does not exist any more",
    429: "is asked too often; try again later", 451: "may not be shown for legal reasons",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched page or file.

    Attributes:
        address: Its URL, after redirects.
        data: Its bytes, decompressed; those of a .gz file as well.
        kind: The media type that the server states, such as ``text/html``; may be empty.
        charset: The encoding that the server states.
        marks: Headers for a later conditional request, which sends it only if it has changed.
    """

    address: str
    data: bytes
    kind: str
    charset: str | None
    marks: Mapping[str, str] = field(default_factory=dict)


class Fetcher:
    """Fetches pages; keeps each site's robots.txt in memory."""

    def __init__(self, settings: FetchSettings) -> None:
        self._settings = settings
        self._robots: dict[str, RobotFileParser] = {}

    def get(self, url: str, *, crawled: bool = False) -> Fetched:
        """Fetch a page, changed or not; see ``get_if_changed``."""
        return cast("Fetched", self.get_if_changed(url, {}, crawled=crawled))

    def get_if_changed(
        self, url: str, marks: Mapping[str, str], *, crawled: bool = False
    ) -> Fetched | None:
        """Fetch a page, unless the server says that it has not changed; blocks.

        Args:
            url: The page's URL, as a person or a page writes it.
            marks: The marks of the same page when last fetched; empty to fetch it in any case.
            crawled: Whether a list of pages named the page, not a person; robots.txt then counts.

        Returns:
            The page; None if it has not changed.

        Raises:
            ReadError: The page cannot be fetched.
        """
        address, end = parse(url), time.monotonic() + self._settings.seconds
        for _ in range(MAX_REDIRECTS + 1):
            if crawled and not self._allows(address, end):
                raise ReadError(
                    f"{address} may not be fetched by programs: its robots.txt says so."
                )
            status, headers, data = self._request(address, end, marks)
            location = headers.get("location")
            if status not in _MOVED or not location:
                break
            address = parse(location, str(address))
        else:
            raise ReadError(f"{url} sends the reader on more than {MAX_REDIRECTS} times.")
        if status == _NOT_MODIFIED and marks:
            return None
        if status != _OK:
            reason = _REASONS.get(status, f"answers with the error {status}")
            raise ReadError(f"{address} cannot be fetched: the page {reason}.")
        kind = headers.get_content_type() if headers.get("content-type") else ""
        charset = headers.get_param("charset")
        charset = charset if isinstance(charset, str) else None
        if data.startswith(b"\x1f\x8b"):  # a .gz file
            data = gunzip(data, str(address), self._settings.megabytes * 1_000_000)
        return Fetched(str(address), data, kind, charset, _marks(headers))

    def _allows(self, address: Address, end: float) -> bool:
        """Say whether a site's robots.txt allows a page; one out of reach forbids (RFC 9309)."""
        if address.root not in self._robots:
            rules = RobotFileParser()
            try:
                page = parse("/robots.txt", str(address))
                status, _, data = self._request(page, end)
            except ReadError:
                status, data = _SERVER_FAULT, b""
            if status == _OK:
                rules.parse(data.decode("utf-8", "replace").splitlines())
            elif status >= _SERVER_FAULT:
                rules.parse(["User-agent: *", "Disallow: /"])
            else:
                rules.parse([])
            self._robots[address.root] = rules
        return self._robots[address.root].can_fetch(NAME, str(address))

    def _request(
        self, address: Address, end: float, marks: Mapping[str, str] | None = None
    ) -> tuple[int, Message, bytes]:
        """Send one request; return the response's status, headers and body."""
        most = self._settings.megabytes * 1_000_000
        try:
            with connect(address, end, private=self._settings.private) as sock:
                connection = http.client.HTTPConnection(address.host)
                connection.sock = sock
                own = {"Host": address.authority, "User-Agent": user_agent(self._settings.contact)}
                headers = own | _HEADERS | dict(marks or {})
                connection.request("GET", address.target, headers=headers)
                with contextlib.closing(connection.getresponse()) as response:
                    body = b"" if response.status in _MOVED else _read_body(response, address, most)
                if time.monotonic() >= end:
                    raise TimeoutError  # a body that the deadline cut looks complete
                return response.status, response.headers, body
        except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
            late = f"takes longer than {self._settings.seconds:g} seconds"
            reason = late if time.monotonic() >= end else _describe(error)
            raise ReadError(f"{address} cannot be fetched: it {reason}.") from None


def _marks(headers: Message) -> dict[str, str]:
    """Return the headers of a conditional request for the same page (RFC 9110, section 13.1)."""
    pairs = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
    return {name: headers[source] for name, source in pairs if headers.get(source)}


def user_agent(contact: str | None) -> str:
    """Return the User-Agent header: the program's name and version, and a contact if set."""
    about = f"a bot that quotes articles{f'; {contact}' if contact else ''}"
    return f"{NAME}/{find_version() or '0'} ({about})"


def _describe(error: Exception) -> str:
    """Return why a request failed, as the rest of a sentence."""
    if isinstance(error, ssl.SSLError):
        return "has no valid certificate, or its encryption failed"
    if isinstance(error, ConnectionRefusedError | TimeoutError):
        return "does not answer"
    if isinstance(error, http.client.BadStatusLine | http.client.LineTooLong):
        return "does not answer as a web site does"
    return "could not be read to its end"


def _read_body(response: http.client.HTTPResponse, address: Address, most: int) -> bytes:
    """Read and decompress a body; raises ReadError if it has over ``most`` bytes, packed or not."""
    too_large = ReadError(f"{address} holds more than {most // 1_000_000} MB, the most fetched.")
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise too_large
    coding = response.headers.get("content-encoding", "").strip().lower().removeprefix("identity")
    if coding not in ("", "gzip", "x-gzip", "deflate"):
        raise ReadError(f"{address} cannot be fetched: it is compressed in an unknown way.")
    decompressor = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding else None
    body = bytearray()
    received = 0
    while chunk := response.read1(_CHUNK):
        received += len(chunk)
        body += decompressor.decompress(chunk, most + 1 - len(body)) if decompressor else chunk
        if max(len(body), received) > most:
            raise too_large
    if (decompressor and not decompressor.eof) or (length.isdigit() and received < int(length)):
        raise http.client.IncompleteRead(b"")
    return bytes(body)
