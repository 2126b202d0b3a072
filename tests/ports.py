"""Ports on which a test's server may listen."""

from __future__ import annotations

import random
import socket

FIRST, LAST = 20_000, 32_000
"""Below those that Linux gives to whoever connects: there, a client that tries again and again
to reach a server that is down would meet itself (a simultaneous open, RFC 9293, 3.5), and take
the server's port."""


def free_port() -> int:
    """Return a port on which nothing listens."""
    while True:
        port = random.SystemRandom().randrange(FIRST, LAST)  # another worker draws another one
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
