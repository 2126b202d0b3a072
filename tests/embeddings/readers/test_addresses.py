"""Addresses: how they are read, and which machines may be asked."""

from __future__ import annotations

import ipaddress
import socket
import threading

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from embeddings.errors import ReadError
from embeddings.readers.addresses import is_public, is_web_address, parse, resolve
from tests.embeddings.readers.each import each


@each(
    ("given_", "read"),
    [
        ("https://example.org", "https://example.org/"),
        (" HTTPS://Example.ORG:443/a?b=c#d ", "https://example.org/a?b=c"),
        ("http://example.org:8080/a", "http://example.org:8080/a"),
        ("https://été.example/à lire?q=é", "https://xn--t-9fab.example/%C3%A0%20lire?q=%C3%A9"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ("http://[2001:db8::1]:8000/", "http://[2001:db8::1]:8000/"),
    ],
)
def test_an_address_is_read(given_: str, read: str) -> None:
    assert str(parse(given_)) == read


def test_a_relative_address_is_read_from_where_it_stands() -> None:
    assert str(parse("../b?c", "https://example.org/x/y/z")) == "https://example.org/x/b?c"


@each(
    ("given_", "words"),
    [
        ("ftp://example.org/a", "only http:// and https://"),
        ("file:///etc/passwd", "only http:// and https://"),
        ("gopher://example.org", "only http:// and https://"),
        ("javascript://alert(1)", "only http:// and https://"),
        ("https://", "not a web address"),
        ("https:///a", "not a web address"),
        ("https://[::1", "not a web address"),
        ("https://a..b/", "not a web address"),
        ("https://example.org:99999/", "not a web address"),
        ("https://example.org:x/", "not a web address"),
        ("https://" + "a" * 70 + ".org", "not a web address"),
        ("https://user:secret@example.org/", "a name or a password; leave it out"),
        ("https://user@example.org/", "a name or a password"),
        ("https://example.org:22/", "port 22"),
        ("https://example.org:25/", "port 25"),
        ("https://example.org/" + "a" * 2000, "longer than 2000 characters"),
    ],
)
def test_what_is_none_gets_a_sentence(given_: str, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        parse(given_)


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(ReadError) as caught:
        parse("https://user:secret@example.org/")
    assert "secret" not in str(caught.value)


@each("given_", ["http://a.b", "ftp://a.b", " HTTPS://a.b"])
def test_addresses_are_told_from_files(given_: str) -> None:
    assert is_web_address(given_)


@each("given_", ["a.txt", "/a/b.txt", "C:\\a.txt", "a:b", "http", "", "notes: a"])
def test_files_are_told_from_addresses(given_: str) -> None:
    assert not is_web_address(given_)


@given(st.text(max_size=60))
@example("\u2024")
@example("a\u2024\u2024b")
def test_any_address_is_read_or_told(text: str) -> None:
    try:
        read = str(parse(f"https://{text}"))
    except ReadError:
        return
    assert read.isascii()
    assert str(parse(read)) == read


PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - nobody listens on it
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:0:0:0:0:80ff:fffe",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "100::1",
    "192.88.99.1",
    "64:ff9b:1::101:101",
    "2001:20::1",
    "2002:101:101::1",
    "3fff::1",
    "5f00::1",
    "4000::1",
]


PUBLIC = [
    "93.184.216.34",
    "1.1.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "64:ff9b::101:101",
]


def test_the_open_internet_is_told_from_all_else_whatever_the_running_python_knows() -> None:
    assert [number for number in PRIVATE if is_public(number)] == []
    assert [number for number in PUBLIC if not is_public(number)] == []


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_is_judged_alike(ip: ipaddress.IPv4Address) -> None:
    for network in ("::ffff:0:0", "64:ff9b::"):
        inside = ipaddress.IPv6Address(int(ipaddress.IPv6Address(network)) | int(ip))
        assert is_public(str(inside)) == is_public(str(ip))


@each(
    "host",
    ["127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "017700000001", "[::1]", "0"],
)
def test_this_machine_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(ReadError, match=r"private network|there is no host"):
        resolve(parse(f"http://{host}:8000/"), 5)


def answers(*numbers: str) -> object:
    def resolver(host: str, port: int, **options: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (n, port)) for n in numbers]

    return resolver


def test_one_private_number_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers("1.1.1.1", "10.0.0.1"))
    with pytest.raises(ReadError, match="private network"):
        resolve(parse("https://example.org"), 5)


def test_public_numbers_are_returned_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers("1.1.1.1", "8.8.8.8", "1.1.1.1"))
    assert resolve(parse("https://example.org"), 5) == ["1.1.1.1", "8.8.8.8"]


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answers_now = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **o: answers_now.wait(60) and [])
    with pytest.raises(ReadError, match=r"there is no host example\.org, or the network is down"):
        resolve(parse("https://example.org"), 0.05)
    answers_now.set()
