"""A connection to a web site: to the very number that was checked, cut when its time is over."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING

from embeddings.readers.addresses import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from embeddings.readers.addresses import Address

_CONNECT_SECONDS = 5.0
_MOST_NUMBERS = 3


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
def connected(address: Address, deadline: Deadline, *, private: bool) -> Iterator[socket.socket]:
    """Open a socket to a checked number of the host; it is cut when the time is over."""
    numbers = resolve(address, deadline.left, allow_private=private)
    sock = _opened(numbers, address, deadline)
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


def _opened(numbers: Iterable[str], address: Address, deadline: Deadline) -> socket.socket:
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
