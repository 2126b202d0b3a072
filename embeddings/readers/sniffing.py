"""How files of a format begin -> its extension, whatever their names or servers say."""

from __future__ import annotations

import re

from embeddings.readers.formats.archives import is_document

LISTS = frozenset(("rss", "feed", "RDF", "urlset", "sitemapindex"))
"""The first elements of feeds and sitemaps."""

EXPORTS = frozenset(("nitf", "newsMessage", "newsItem"))
"""The first elements of what newsrooms hand over."""

OFFICE = "office"
"""What looks like a document of a word processor."""

_HEAD = 4096
_BEFORE = b"\xef\xbb\xbf" + bytes(range(0x21))
_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?([\w-]{1,40})")
_JSON = re.compile(rb'[\[{]\s{0,99}["{]')
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body")


def first_element(data: bytes) -> str:
    """Return the name of the first element, past what may stand before it; empty without one."""
    head = data[:_HEAD].replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    rest = head.lstrip(_BEFORE)
    while rest.startswith((b"<?", b"<!")):
        closing = b"?>" if rest[1:2] == b"?" else b"-->" if rest.startswith(b"<!--") else b">"
        end = rest.find(closing)
        if closing == b">" and 0 <= rest.find(b"[") < end:
            end = rest.find(b"]>") + 1
        rest = rest[end + len(closing) :].lstrip(_BEFORE) if end > 0 else b""
    found = _ROOT.match(rest)
    return found[1].decode("ascii", "replace") if found else ""


def look(data: bytes) -> str:
    """Return the extension of the format that bytes are in; empty when they may be a text."""
    head = data[:1024]
    start = head.lstrip(_BEFORE)
    if b"%PDF-" in head:
        return ".pdf"
    if head.startswith(b"PK\x03\x04"):
        is_book = b"application/epub+zip" in head[:100]
        return ".epub" if is_book else OFFICE if is_document(data) else ".zip"
    if first_element(data) in LISTS | EXPORTS:
        return ".xml"
    if start[:15].lower().startswith(_PAGE) or start.startswith((b"<!--", b"<?xml")):
        return ".html"
    return ".rtf" if start.startswith(b"{\\rtf") else ".json" if _JSON.match(start) else ""
