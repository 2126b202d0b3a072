"""Parses web addresses, resolves their hosts, refuses private networks, and opens connections.

A connection goes to the very IP address that was checked, and is cut at its deadline.
"""

import contextlib
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from embeddings.errors import ReadError

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_LENGTH = 2000
"""The most characters of an address."""
_PORTS = {"http": 80, "https": 443}
_LOWEST_FREE_PORT = 1024
_CONNECT_SECONDS = 5.0
_MOST_ATTEMPTS = 3
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_BLANK = re.compile(r"\s")
_SAFE = "/%:=&?~+!$,;'@()*[]|-._"
_NOT_PUBLIC = tuple(map(ipaddress.ip_network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "2001::/23",
    "2001:db8::/32", "2002::/16", "3fff::/20",
)))  # fmt: skip
"""Networks never to fetch from: IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890 and
its updates, as of 2025), and multicast. All of IPv6 outside 2000::/3 is refused as well."""
_UNICAST = ipaddress.ip_network("2000::/3")
_EMBEDS_IPV4 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::ffff:0:0/96"))
"""IPv6 networks with an IPv4 address in their last 32 bits: RFC 6052's, and mapped addresses."""


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed web address, ready to be requested.

    Attributes:
        scheme: ``http`` or ``https``.
        host: The host's name, in ASCII, or its IP address.
        port: The host's port.
        target: The path and the query, in ASCII.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The host, and the port unless it is the scheme's default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def root(self) -> str:
        """The address of the site's root, without a slash at its end."""
        return f"{self.scheme}://{self.authority}"

    def __str__(self) -> str:
        return self.root + self.target


def is_web_address(text: str) -> bool:
    """Say whether an input is meant as a web address, not as a file."""
    return re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+://", text.lstrip()) is not None


def web_address(*texts: str | None, base: str | None = None) -> str | None:
    """Return the first text that is the URL of a page, in full; None if no text is.

    A relative URL is joined to ``base``.
    """
    for text in filter(None, texts):
        try:
            url = urljoin(base or "", text.strip())
            parts = urlsplit(url)
            is_web = parts.scheme in _PORTS and bool(parts.hostname) and "@" not in parts.netloc
        except ValueError:
            continue
        if is_web and len(url) <= MAX_LENGTH and not _BLANK.search(url):
            return url
    return None


def parse(text: str, base: str = "") -> Address:
    """Parse a web address.

    Args:
        text: The address as a person or a page writes it; its fragment is dropped.
        base: The address of the page that names it, to which it may be relative.

    Raises:
        ReadError: The text is no address, or one that must not be fetched.
    """
    shown = text.strip()
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
    """Resolve a host once, within a time limit, and check all its IP addresses.

    Returns:
        The IP addresses to connect to, in order; connect to no others.

    Raises:
        ReadError: The host is unknown, or leads into a private network without ``allow_private``.
    """
    ips = list(dict.fromkeys(_look_up(address, seconds)))
    if not allow_private and not all(map(is_public, ips)):
        raise ReadError(
            f"{address} leads into a private network, from which nothing is fetched; "
            "save the page and add the file."
        )
    return ips


def is_public(address: str) -> bool:
    """Say whether an IP address, such as 93.184.216.34, belongs to the public internet."""
    ip: Ip = ipaddress.ip_address(address.partition("%")[0])
    if any(ip in network for network in _EMBEDS_IPV4):
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.version == _UNICAST.version and ip not in _UNICAST:
        return False
    return not any(ip in network for network in _NOT_PUBLIC)


def _look_up(address: Address, seconds: float) -> list[str]:
    """Look a host up in a thread, since the resolver takes no time limit."""
    ips: list[str] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        ips.extend(str(answer[4][0]) for answer in answers)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if not ips:
        raise ReadError(
            f"{address} cannot be fetched: there is no host {address.host}, or the network is "
            "down; check how it is spelled."
        )
    return list(ips)


def seconds_until(end: float) -> float:
    """Return the seconds until a time of the monotonic clock, at least 0.01."""
    return max(0.01, end - time.monotonic())


@contextlib.contextmanager
def connect(address: Address, end: float, *, private: bool) -> Iterator[socket.socket]:
    """Connect to a checked IP address of the host until a time of the monotonic clock."""
    ips = resolve(address, seconds_until(end), allow_private=private)
    sock = _open_socket(ips, address, end)
    if address.scheme == "https":
        context = ssl.create_default_context()
        sock = context.wrap_socket(
            sock, server_hostname=address.host, do_handshake_on_connect=False
        )
    timer = threading.Timer(seconds_until(end), _cut, (sock,))
    timer.daemon = True
    timer.start()
    try:
        if isinstance(sock, ssl.SSLSocket):
            sock.do_handshake()
        yield sock
    finally:
        timer.cancel()
        sock.close()


def _open_socket(ips: Sequence[str], address: Address, end: float) -> socket.socket:
    problem: OSError | None = None
    for ip in ips[:_MOST_ATTEMPTS]:
        try:
            seconds = min(_CONNECT_SECONDS, seconds_until(end))
            sock = socket.create_connection((ip, address.port), seconds)
        except OSError as error:
            problem = error
        else:
            sock.settimeout(seconds_until(end))
            return sock
    raise problem or OSError


def _cut(sock: socket.socket) -> None:
    """Shut a connection down while another thread reads from it."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
