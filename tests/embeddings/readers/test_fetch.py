"""Fetching: a local site plays the attacker, and each thing that goes wrong gets a sentence."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path

import pytest

from config.groups import FetchSettings
from embeddings.errors import ReadError
from embeddings.readers.fetch import Fetcher, user_agent
from tests.embeddings.readers.each import each
from tests.embeddings.readers.sites import Site, running
from tests.waiting import Elapsed

PAGE = b"<html><body><p>Il pleut sur le pont de Kerlan depuis ce matin.</p>"


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as started:
        yield started


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(FetchSettings(private=True, megabytes=1))


def test_a_page_is_fetched_with_its_type_and_its_encoding(site: Site, fetcher: Fetcher) -> None:
    page = fetcher.get(site.page("/a?b=c", PAGE, "Text/HTML; Charset=ISO-8859-1"))
    assert (page.data, page.kind, page.charset) == (PAGE, "text/html", "ISO-8859-1")
    assert page.address == f"{site.root}/a?b=c"


def test_the_site_is_told_who_asks(site: Site) -> None:
    settings = FetchSettings(private=True, contact="https://example.org/bot")
    Fetcher(settings).get(site.page("/", PAGE))
    ((_, headers),) = site.asked
    assert headers["User-Agent"].startswith("Verbatim/")
    assert "https://example.org/bot" in headers["User-Agent"]
    assert headers["Host"] == f"127.0.0.1:{site.port}"
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_the_name_stands_without_a_contact_too() -> None:
    assert user_agent(None).endswith("(a bot that quotes articles)")


@each("contact", ["a\r\nX-Evil: 1", "é@example.org", "", "a b"])
def test_a_contact_that_would_not_fit_in_a_header_is_refused(contact: str) -> None:
    with pytest.raises(ValueError, match="contact"):
        FetchSettings(contact=contact)


def test_a_compressed_page_is_unpacked(site: Site, fetcher: Fetcher) -> None:
    url = site.page("/", gzip.compress(PAGE), Content_Encoding="gzip")
    assert fetcher.get(url).data == PAGE


def test_redirects_are_followed_to_the_end(site: Site, fetcher: Fetcher) -> None:
    site.page("/5", PAGE)
    for n in range(5):
        site.moved(f"/{n}", f"/{n + 1}", (301, 302, 303, 307, 308)[n])
    assert fetcher.get(f"{site.root}/0").address == f"{site.root}/5"


def refusal(fetcher: Fetcher, url: str, **how: bool) -> str:
    """Return the sentence that an address gets, which comes in good time."""
    elapsed = Elapsed()
    with pytest.raises(ReadError) as caught:
        fetcher.get(url, **how)
    assert elapsed.seconds() < 4
    return str(caught.value)


def dialled(site: Site) -> socket.socket:
    """Return a connection to the local site, whatever number was asked for."""
    sock = socket.socket()
    sock.connect(("127.0.0.1", site.port))
    return sock


@each(
    "to",
    [
        "http://127.0.0.1:8000/",
        "http://localhost:8000/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:8000/",
        "http://[::ffff:127.0.0.1]:8000/",
        "http://10.0.0.1/",
        "//192.168.0.1/",
    ],
)
def test_a_public_page_cannot_send_us_into_the_own_network(
    site: Site, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolver(host: str, port: int, **options: object) -> list[object]:
        if host == "example.org":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]
        return list(real(host, port))

    def dial(place: tuple[str, int], timeout: float) -> socket.socket:
        asked.append(place[0])
        return dialled(site)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    monkeypatch.setattr(socket, "create_connection", dial)
    site.moved("/", to)
    sentence = refusal(Fetcher(FetchSettings()), "http://example.org/")
    assert "leads into a private network" in sentence or "there is no host" in sentence
    assert asked == ["93.184.216.34"]


def test_a_name_is_looked_up_once_and_the_checked_number_is_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])
    asked: list[str] = []

    def resolver(host: str, port: int, **options: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(numbers), port))]

    def dial(place: tuple[str, int], timeout: float) -> socket.socket:
        asked.append(place[0])
        return dialled(site)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    monkeypatch.setattr(socket, "create_connection", dial)
    site.page("/", PAGE)
    assert Fetcher(FetchSettings()).get("http://rebinding.example/").data == PAGE
    assert asked == ["93.184.216.34"]


def test_this_machine_is_not_asked_by_default(site: Site) -> None:
    sentence = refusal(Fetcher(FetchSettings()), site.page("/", PAGE))
    assert sentence.endswith("nothing is fetched; save the page and add the file.")
    assert not site.asked


@each(
    ("status", "words"),
    [
        (401, "asks for a password"),
        (403, "does not let programs read it"),
        (404, "does not exist"),
        (410, "does not exist any more"),
        (429, "asked too often"),
        (500, "answers with the error 500"),
        (204, "answers with the error 204"),
        (302, "answers with the error 302"),
    ],
)
def test_each_status_gets_a_sentence(site: Site, fetcher: Fetcher, status: int, words: str) -> None:
    assert words in refusal(fetcher, site.page("/", b"", status=status))


def test_going_round_in_circles_ends(site: Site, fetcher: Fetcher) -> None:
    site.moved("/a", "/b")
    site.moved("/b", "/a")
    assert "more than 5 times" in refusal(fetcher, f"{site.root}/a")
    assert len(site.asked) == 6


@each("to", ["ftp://example.org/a", "file:///etc/passwd", "http://u:p@a.b/", "http://[x"])
def test_a_page_cannot_send_us_to_what_is_no_page(site: Site, fetcher: Fetcher, to: str) -> None:
    site.asked.clear()
    assert refusal(fetcher, site.moved("/", to))
    assert site.paths == ["/"]


def test_a_page_without_end_is_too_large(site: Site, fetcher: Fetcher) -> None:
    assert "more than 1 MB" in refusal(fetcher, site.endless("/", b"a" * 65_536))


def test_a_page_that_says_it_is_too_large_is_not_read(site: Site, fetcher: Fetcher) -> None:
    url = site.page("/", PAGE, Content_Length="1000001")
    assert "more than 1 MB" in refusal(fetcher, url)


def test_what_is_received_counts_although_it_unpacks_to_nothing(
    site: Site, fetcher: Fetcher
) -> None:
    empty = b"\x00\x00\x00\xff\xff" * 10_000  # empty stored blocks of deflate
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n\x78\x9c"
    with pytest.raises(ReadError, match="holds more than"):
        fetcher.get(site.endless("/", empty, head=head))


def test_a_number_in_brackets_reaches_the_wire_in_brackets() -> None:
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.headers['Host']} {self.path}")
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(HTTPServer):
        address_family = socket.AF_INET6

    try:
        server = Server(("::1", 0), Answer)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server, ThreadPoolExecutor(1) as pool:
        done = pool.submit(server.handle_request)
        place = f"http://[::1]:{server.server_port}/a?ids[]=1"
        page = Fetcher(FetchSettings(private=True)).get(place)
        done.result()
    assert asked == [f"[::1]:{server.server_port} /a?ids[]=1"]
    assert page.address == f"http://[::1]:{server.server_port}/a?ids[]=1"


def test_a_small_page_that_unpacks_to_a_large_one_is_too_large(
    site: Site, fetcher: Fetcher
) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 100_000
    assert "more than 1 MB" in refusal(fetcher, site.page("/", bomb, Content_Encoding="gzip"))


@each(
    "head",
    [
        b"",
        b"HTTP/1.0 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"H",
    ],
)
def test_a_page_that_drips_is_cut_off_in_time(site: Site, head: bytes) -> None:
    fetcher = Fetcher(FetchSettings(private=True, seconds=0.6))
    sentence = refusal(fetcher, site.endless("/", b"a", 0.05, head))
    assert "it takes longer than 0.6 seconds" in sentence


def test_a_page_that_never_begins_is_cut_off_in_time(site: Site) -> None:
    fetcher = Fetcher(FetchSettings(private=True, seconds=0.4))
    assert "takes longer than 0.4 seconds" in refusal(fetcher, site.endless("/", b"", 9, b" "))


@each(
    ("data", "headers", "words"),
    [
        (PAGE, {"Content_Length": "5000"}, r"could not be read to its end"),
        (
            gzip.compress(PAGE, mtime=0)[:-12],
            {"Content_Encoding": "gzip"},
            "could not be read to its end",
        ),
        (PAGE, {"Content_Encoding": "gzip"}, "could not be read to its end"),
        (PAGE, {"Content_Encoding": "br"}, "compressed in an unknown way"),
    ],
)
def test_a_page_that_ends_too_early_is_not_half_read(
    site: Site, fetcher: Fetcher, data: bytes, headers: dict[str, str], words: str
) -> None:
    assert words in refusal(fetcher, site.page("/", data, **headers))


def test_a_machine_that_does_not_answer_is_told(fetcher: Fetcher) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # nobody else listens there
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert "it does not answer" in refusal(fetcher, address)


def test_what_is_no_web_site_is_told(site: Site, fetcher: Fetcher) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"220 mail.example.org ESMTP\r\n")

    site.routes["/"] = answer
    assert "does not answer as a web site does" in refusal(fetcher, site.root)


def test_a_site_without_encryption_is_told(site: Site, fetcher: Fetcher) -> None:
    sentence = refusal(fetcher, f"https://127.0.0.1:{site.port}/")
    assert "no valid certificate, or its encryption failed" in sentence


@each(
    ("robots", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /secret", "/secret/a", False),
        ("User-agent: *\nDisallow: /secret", "/a", True),
        ("User-agent: Verbatim\nDisallow: /", "/a", False),
        ("User-agent: Other\nDisallow: /", "/a", True),
        ("", "/a", True),
    ],
)
def test_robots_txt_is_respected_for_crawled_pages(
    site: Site, robots: str, path: str, allowed: bool
) -> None:
    fetcher = Fetcher(FetchSettings(private=True))  # which remembers each robots.txt
    site.asked.clear()
    site.page("/robots.txt", robots.encode(), "text/plain")
    url = site.page(path, PAGE)
    if allowed:
        assert fetcher.get(url, crawled=True).data == PAGE
    else:
        assert "its robots.txt says so" in refusal(fetcher, url, crawled=True)
        assert site.paths == ["/robots.txt"]
    assert fetcher.get(url).data == PAGE


def test_robots_txt_is_asked_for_once_a_site_and_where_a_redirect_leads(
    site: Site, fetcher: Fetcher
) -> None:
    site.page("/robots.txt", b"User-agent: *\nDisallow: /b", "text/plain")
    site.page("/b", PAGE)
    assert "/b may not be fetched" in refusal(fetcher, site.moved("/a", "/b"), crawled=True)
    assert site.paths == ["/robots.txt", "/a"]


def test_a_site_without_robots_txt_allows_and_one_that_fails_does_not(
    site: Site, fetcher: Fetcher
) -> None:
    url = site.page("/a", PAGE)
    assert fetcher.get(url, crawled=True).data == PAGE
    site.page("/robots.txt", b"", status=503)
    other = Fetcher(FetchSettings(private=True))
    assert "its robots.txt says so" in refusal(other, url, crawled=True)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
@each("trusted", [True, False])
def test_a_certificate_is_checked_for_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    name = "localhost" if trusted else "example.org"
    names = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*make.split(), *names, *files], check=True, capture_output=True)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *arguments: object) -> None:
            """Say nothing of a client that turned away."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        url = f"https://localhost:{server.server_address[1]}/"
        fetcher = Fetcher(FetchSettings(private=True))
        try:
            if trusted:
                assert fetcher.get(url).data == PAGE
            else:
                assert "no valid certificate" in refusal(fetcher, url)
        finally:
            server.shutdown()


def test_what_did_not_change_is_not_sent_again(site: Site, fetcher: Fetcher) -> None:
    stamp = "Mon, 01 Jan 2024 10:00:00 GMT"
    page = site.page("/a", b"Bonjour.", "text/plain", ETag='"one"', Last_Modified=stamp)
    fetched = fetcher.get_if_changed(page, {})
    assert fetched is not None
    assert fetched.marks == {"If-None-Match": '"one"', "If-Modified-Since": stamp}
    site.page("/a", b"", None, 304)
    assert fetcher.get_if_changed(page, fetched.marks) is None
    asked = site.asked[-1][1]
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"one"', stamp)


def test_what_changed_is_sent_again(site: Site, fetcher: Fetcher) -> None:
    page = site.page("/a", b"Bonsoir.", "text/plain", ETag='"two"')
    fetched = fetcher.get_if_changed(page, {"If-None-Match": '"one"'})
    assert fetched is not None
    assert (fetched.data, fetched.marks) == (b"Bonsoir.", {"If-None-Match": '"two"'})


def test_a_site_that_calls_unchanged_what_was_never_fetched_is_told(
    site: Site, fetcher: Fetcher
) -> None:
    page = site.page("/a", b"", None, 304)
    with pytest.raises(ReadError, match="304"):
        fetcher.get(page)
    with pytest.raises(ReadError, match="304"):
        fetcher.get_if_changed(page, {})
