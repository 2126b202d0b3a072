"""Web addresses: how they are written, which machines they lead to, and a connection to these.

A connection is made to the very number that was checked, and is cut when its time is over.
"""

import contextlib
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from embeddings.errors import ReadError

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_LENGTH = 2000
"""The longest address, in characters."""
_PORTS = {"http": 80, "https": 443}
_LOWEST_FREE_PORT = 1024
_CONNECT_SECONDS = 5.0
_MOST_NUMBERS = 3
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_BLANK = re.compile(r"\s")
_SAFE = "/%:=&?~+!$,;'@()*[]|-._"
_NOT_PUBLIC = tuple(map(ipaddress.ip_network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "2001::/23",
    "2001:db8::/32", "2002::/16", "3fff::/20",
)))  # fmt: skip
"""What no page is fetched from: the special-purpose registries of IANA for IPv4 and IPv6 (RFC 6890
and its updates, as of 2025) and multicast. Of IPv6, all outside of 2000::/3 comes to it."""
_UNICAST = ipaddress.ip_network("2000::/3")
_CARRYING = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::ffff:0:0/96"))
"""Networks that carry an address of IPv4 in their last 32 bits: RFC 6052's, and mapped ones."""


@dataclass(frozen=True, slots=True)
class Address:
    """A web address in its parts, ready to be asked for.

    Attributes:
        scheme: ``http`` or ``https``.
        host: The name of the machine, in ASCII, or its number.
        port: Where it listens.
        target: The path and the query, in ASCII.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The host, and the port when it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def root(self) -> str:
        """The address of the site's own root, without a slash at its end."""
        return f"{self.scheme}://{self.authority}"

    def __str__(self) -> str:
        return self.root + self.target


def is_web_address(given: str) -> bool:
    """Say whether what a person names is meant as a web address, and not as a file."""
    return re.match(r"\s*[a-zA-Z][a-zA-Z0-9+.-]+://", given) is not None


def web_address(*texts: str | None, base: str | None = None) -> str | None:
    """Return the first of some texts that is a whole address of a page, None without any.

    Args:
        texts: Such as a page states for itself.
        base: To which they may be relative.
    """
    for text in filter(None, texts):
        try:
            whole = urljoin(base or "", text.strip())
            parts = urlsplit(whole)
            is_one = parts.scheme in _PORTS and bool(parts.hostname) and "@" not in parts.netloc
        except ValueError:
            continue
        if is_one and len(whole) <= MAX_LENGTH and not _BLANK.search(whole):
            return whole
    return None


def parse(given: str, base: str = "") -> Address:
    """Read a web address.

    Args:
        given: As a person or a page writes it; what stands after ``#`` is dropped.
        base: The address of the page that names it, for one that is relative.

    Raises:
        ReadError: It is not one that can be fetched.
    """
    shown = given.strip()
    if len(shown) > MAX_LENGTH:
        raise ReadError(f"{shown[:60]}… is longer than {MAX_LENGTH} characters; shorten it.")
    try:
        parts = urlsplit(urljoin(base, shown))
        host, port = parts.hostname or "", parts.port
        ascii_host = host if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise ReadError(f"{shown} is not a web address; check how it is spelled.") from None
    if parts.scheme not in _PORTS:
        raise ReadError(f"{shown} cannot be fetched: only http:// and https:// addresses can.")
    if not all(ascii_host.removesuffix(".").split(".")) or _CONTROL.search(ascii_host):
        raise ReadError(f"{shown} is not a web address; check how it is spelled.")
    if parts.username is not None or parts.password is not None:
        raise ReadError(f"{parts.scheme}://…@{host} holds a name or a password; leave it out.")
    number = _PORTS[parts.scheme] if port is None else port
    if number not in _PORTS.values() and number < _LOWEST_FREE_PORT:
        raise ReadError(f"{shown} cannot be fetched: port {number} is not one of a web site.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.scheme, ascii_host.lower(), number, quote(target, safe=_SAFE))


def resolve(address: Address, seconds: float, *, allow_private: bool = False) -> Sequence[str]:
    """Look a host's name up, once, and check every machine that it leads to.

    Args:
        address: Whose host.
        seconds: How long the answer may take.
        allow_private: Let it lead into the own network too.

    Returns:
        The numbers to connect to, and nothing else, in order.

    Raises:
        ReadError: There is no such host, or it leads where nothing may be fetched.
    """
    numbers = list(dict.fromkeys(_looked_up(address, seconds)))
    if not allow_private and not all(is_public(number) for number in numbers):
        raise ReadError(
            f"{address} leads into a private network, from which nothing is fetched; "
            "save the page and add the file."
        )
    return numbers


def is_public(number: str) -> bool:
    """Say whether an address, such as 93.184.216.34, is one of the open internet."""
    ip: Ip = ipaddress.ip_address(number.partition("%")[0])
    if any(ip in network for network in _CARRYING):
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.version == _UNICAST.version and ip not in _UNICAST:
        return False
    return not any(ip in network for network in _NOT_PUBLIC)


def _looked_up(address: Address, seconds: float) -> list[str]:
    """Ask the resolver on a thread of its own, since it knows no time limit."""
    found: list[str] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(str(answer[4][0]) for answer in answers)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise ReadError(
            f"{address} cannot be fetched: there is no host {address.host}, or the network is "
            "down; check how it is spelled."
        )
    return list(found)


class Deadline:
    """A moment after which nothing goes on."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds until then, never less than a hundredth."""
        return max(0.01, self._end - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether it is past."""
        return time.monotonic() >= self._end

    def check(self) -> None:
        """Raise TimeoutError when it is past: what was cut short looks like an end."""
        if self.is_over:
            raise TimeoutError


@contextlib.contextmanager
def connect(address: Address, deadline: Deadline, *, private: bool) -> Iterator[socket.socket]:
    """Open a socket to a checked number of the host; it is cut when the time is over."""
    numbers = resolve(address, deadline.left, allow_private=private)
    sock = _open_socket(numbers, address, deadline)
    if address.scheme == "https":
        context = ssl.create_default_context()
        sock = context.wrap_socket(
            sock, server_hostname=address.host, do_handshake_on_connect=False
        )
    timer = threading.Timer(deadline.left, _cut, (sock,))
    timer.daemon = True
    timer.start()
    try:
        if isinstance(sock, ssl.SSLSocket):
            sock.do_handshake()
        yield sock
    finally:
        timer.cancel()
        sock.close()


def _open_socket(numbers: Iterable[str], address: Address, deadline: Deadline) -> socket.socket:
    problem: OSError | None = None
    for number in list(numbers)[:_MOST_NUMBERS]:
        try:
            place = (number, address.port)
            sock = socket.create_connection(place, min(_CONNECT_SECONDS, deadline.left))
        except OSError as error:
            problem = error
        else:
            sock.settimeout(deadline.left)
            return sock
    raise problem or OSError


def _cut(sock: socket.socket) -> None:
    """Cut a connection under the thread that reads from it."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
