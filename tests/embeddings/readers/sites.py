"""A web site on this machine, which the tests let behave well, badly or like an attacker."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Route = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """A running site: its routes, and what it was asked for.

    A path without a route is answered with 404.
    """

    port: int = 0
    routes: dict[str, Route] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def page(
        self,
        path: str,
        data: bytes,
        kind: str | None = "text/html; charset=utf-8",
        status: int = 200,
        **headers: str,
    ) -> str:
        """Serve bytes at a path; return its address."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            if kind is not None:
                handler.send_header("Content-Type", kind)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(data)

        self.routes[path] = answer
        return self.root + path

    def moved(self, path: str, to: str, status: int = 302) -> str:
        """Send whoever asks for a path elsewhere; return its address."""
        return self.page(path, b"", None, status, Location=to)

    def endless(self, path: str, piece: bytes, pause: float = 0.0, head: bytes = b"") -> str:
        """Send a piece again and again, for ever; return its address."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(head or b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n")
            while not stopped.wait(pause):
                handler.wfile.write(piece)

        stopped = threading.Event()
        self.routes[path] = answer
        return self.root + path


@contextlib.contextmanager
def running() -> Iterator[Site]:
    """Run a site on a free port."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers.items())))
            route = site.routes.get(self.path)
            with contextlib.suppress(OSError):
                if route is None:
                    self.send_error(404)
                else:
                    route(self)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
