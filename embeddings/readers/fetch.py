"""Fetching one web address: bounded in time, size and redirects, and never from the own network.

The client is the standard library's, because it speaks on a socket that is opened here: the name
is looked up once, and the connection is made to the very number that was checked.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import zlib
from dataclasses import dataclass, field
from email.message import Message
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, cast
from urllib.robotparser import RobotFileParser

from embeddings.errors import ReadError
from embeddings.readers.addresses import Address, Deadline, connect, parse
from embeddings.readers.formats.archives import gunzip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.settings import FetchSettings

MAX_REDIRECTS = 5
"""How many times a page may send the reader elsewhere."""
NAME = "Verbatim"
"""What the program calls itself to web sites and looks for in their robots.txt."""
_PIECE = 65_536
_MOVED = frozenset((301, 302, 303, 307, 308))
_OK = 200
_NOT_MODIFIED = 304
_SERVER_FAULT = 500
_ACCEPT = "text/html,application/xhtml+xml,text/markdown,text/plain,application/pdf,*/*;q=0.5"
_REASONS = {
    401: "asks for a password",
    402: "asks for a payment",
    403: "does not let programs read it",
    404: "does not exist",
    410: "does not exist any more",
    429: "is asked too often; try again later",
    451: "may not be shown for legal reasons",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address holds.

    Attributes:
        address: Where it was found in the end.
        data: Its bytes, decompressed, those of a file that gzip compressed too.
        kind: The type that the server states, such as ``text/html``; may be empty.
        charset: The encoding that the server states.
        marks: What to send when it is asked for again, to have it only if it changed: headers.
    """

    address: str
    data: bytes
    kind: str
    charset: str | None
    marks: Mapping[str, str] = field(default_factory=dict)


class Fetcher:
    """Fetches pages; remembers each site's robots.txt.

    Args:
        settings: How long, how much, and whether the own network may be asked.
    """

    def __init__(self, settings: FetchSettings) -> None:
        self._settings = settings
        self._robots: dict[str, RobotFileParser] = {}

    def get(self, given: str, *, crawled: bool = False) -> Fetched:
        """Fetch an address.

        Args:
            given: As a person or a page writes it.
            crawled: Nobody named this page: a list of pages did; robots.txt is asked.

        Raises:
            ReadError: It cannot be fetched; the sentence says why.
        """
        return cast("Fetched", self.get_if_changed(given, {}, crawled=crawled))

    def get_if_changed(
        self, given: str, marks: Mapping[str, str], *, crawled: bool = False
    ) -> Fetched | None:
        """Fetch an address, unless its server says that it is as it was.

        Args:
            given: As a person or a page writes it.
            marks: Those of what was fetched there before; empty to have it in any case.
            crawled: Nobody named this page.

        Returns:
            What it holds; None when that has not changed.

        Raises:
            ReadError: It cannot be fetched; the sentence says why.
        """
        address, deadline = parse(given), Deadline(self._settings.seconds)
        for _ in range(MAX_REDIRECTS + 1):
            if crawled and not self._allows(address, deadline):
                raise ReadError(
                    f"{address} may not be fetched by programs: its robots.txt says so."
                )
            status, headers, data = self._ask(address, deadline, marks)
            location = headers.get("location")
            if status not in _MOVED or not location:
                break
            address = parse(location, str(address))
        else:
            raise ReadError(f"{given} sends the reader on more than {MAX_REDIRECTS} times.")
        if status == _NOT_MODIFIED and marks:
            return None
        if status != _OK:
            reason = _REASONS.get(status, f"answers with the error {status}")
            raise ReadError(f"{address} cannot be fetched: the page {reason}.")
        kind = Message()
        kind["content-type"] = headers.get("content-type", "")
        stated = kind.get_content_type() if headers.get("content-type") else ""
        charset = kind.get_param("charset")
        charset = charset if isinstance(charset, str) else None
        if data.startswith(b"\x1f\x8b"):  # a file that is compressed itself
            data = gunzip(data, str(address), self._settings.megabytes * 1_000_000)
        return Fetched(str(address), data, stated, charset, _marks(headers))

    def _allows(self, address: Address, deadline: Deadline) -> bool:
        """Ask a site's robots.txt, once; one that cannot be had forbids, as RFC 9309 asks."""
        if address.root not in self._robots:
            rules = RobotFileParser()
            try:
                page = parse("/robots.txt", str(address))
                status, _, data = self._ask(page, deadline)
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

    def _ask(
        self, address: Address, deadline: Deadline, marks: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request; return its status, its headers and what it holds."""
        most = self._settings.megabytes * 1_000_000
        try:
            with connect(address, deadline, private=self._settings.private) as sock:
                connection = http.client.HTTPConnection(address.host)
                connection.sock = sock
                wanted = self._headers(address) | dict(marks or {})
                connection.request("GET", address.target, headers=wanted)
                with contextlib.closing(connection.getresponse()) as answer:
                    headers = {name.lower(): value for name, value in answer.getheaders()}
                    is_moved = answer.status in _MOVED
                    body = b"" if is_moved else _body(answer, headers, address, most)
                deadline.check()
                return answer.status, headers, body
        except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
            late = f"takes longer than {self._settings.seconds:g} seconds"
            reason = late if deadline.is_over else _reason(error)
            raise ReadError(f"{address} cannot be fetched: it {reason}.") from None

    def _headers(self, address: Address) -> dict[str, str]:
        return {
            "Host": address.authority,
            "User-Agent": user_agent(self._settings.contact),
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }


def _marks(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that ask for the same only if it changed (RFC 9110, section 13.1)."""
    pairs = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
    return {name: headers[stated] for name, stated in pairs if headers.get(stated)}


def user_agent(contact: str | None) -> str:
    """Return the name under which pages are fetched, with where to complain if that is known."""
    try:
        number = version("verbatim")
    except PackageNotFoundError:
        number = "0"
    return f"{NAME}/{number} (a bot that quotes articles{f'; {contact}' if contact else ''})"


def _reason(error: Exception) -> str:
    """Say what went wrong on the way."""
    if isinstance(error, ssl.SSLError):
        return "has no valid certificate, or its encryption failed"
    if isinstance(error, ConnectionRefusedError | TimeoutError):
        return "does not answer"
    if isinstance(error, http.client.BadStatusLine | http.client.LineTooLong):
        return "does not answer as a web site does"
    return "could not be read to its end"


def _body(
    answer: http.client.HTTPResponse, headers: Mapping[str, str], address: Address, most: int
) -> bytes:
    """Read what an answer holds, decompressed, up to a size."""
    too_large = ReadError(f"{address} holds more than {most // 1_000_000} MB, the most fetched.")
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise too_large
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise ReadError(f"{address} cannot be fetched: it is compressed in an unknown way.")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding not in ("identity", "") else None
    whole = bytearray()
    sent = 0
    while piece := answer.read1(_PIECE):
        sent += len(piece)
        whole += unpack.decompress(piece, most + 1 - len(whole)) if unpack else piece
        if max(len(whole), sent) > most:
            raise too_large
    if (unpack and not unpack.eof) or (length.isdigit() and sent < int(length)):
        raise http.client.IncompleteRead(b"")
    return bytes(whole)
