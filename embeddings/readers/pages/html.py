"""HTML pages, from a file or the web -> drafts: the page's own words, chosen, not rewritten."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of
from embeddings.readers.formats.decoding import decode, decode_stated, normal
from embeddings.readers.pages.blocks import page_of
from embeddings.readers.pages.elements import parse_page
from embeddings.readers.pages.facts import guess_site, read_facts
from embeddings.readers.pages.guesses import Margins, guess_language
from embeddings.readers.pages.opinions import ask
from embeddings.readers.pages.story import choose, text_of
from embeddings.types import BREAK

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.readers.draft import Draft

MAX_BYTES = 5_000_000
"""The largest page that is read: 5 MB."""
ABOVE = 12
"""How many blocks before the story may tell its author and its day."""
BELOW = 3
"""How many of its own blocks may."""
_TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|article|div|p|br|h1|table)\b", re.IGNORECASE
)
_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w-]+)", re.IGNORECASE
)
_PRESCAN = 4096
_OF_HEAD = ("base", "link", "meta", "noscript", "script", "style", "template", "title")


def read(
    data: bytes, path: Path, *, address: str | None = None, charset: str | None = None
) -> Draft:
    """Read a page: its own text, spaces as a browser shows them.

    Paragraphs have an empty line between, list items a dash or a number, headings ``##``.
    """
    name = address or str(path)
    if len(data) > MAX_BYTES:
        raise ReadError(f"{name} is a page larger than {MAX_BYTES // 1_000_000} MB, the most read.")
    root = parse_page(_decoded(data, name, charset))
    if root is None:
        raise ReadError(f"{name} is not an HTML page; save it as a .txt or .md file.")
    _move_out_of_head(root)
    stated = read_facts(root, address)
    page = page_of(root)
    story, left_out = choose(page, ask(root), stated.title or "")
    text = normal(text_of(story))
    if not text.strip():
        raise ReadError(
            f"{name} shows no text of an article; save the story's text as a .txt or .md file."
        )
    language = guess_language(text, stated.language or "fr")
    fields = replace(
        stated,
        url=stated.url or address,
        origin=address,
        language=language if language == stated.language else None,
    )
    site = guess_site(root, stated.title, fields.url)
    first = page.blocks.index(story[0])
    around = page.blocks[max(0, first - ABOVE) : first + BELOW]
    near = tuple(b.text.replace(BREAK, "") for b in around)
    return draft_of(text, path, fields, left_out, above=Margins(near, ()), source=site)


def _move_out_of_head(root: Any) -> None:
    """Put into the body what a page shows and ``lxml`` has in the head.

    It does not know where the head ends when no ``body`` says so and the first element is one that
    HTML 4 did not have, such as ``article``.
    """
    head = root.find("head")
    shown = [e for e in head if e.tag not in _OF_HEAD] if head is not None else ()
    if shown:
        body = root.find("body")
        body = root.makeelement("body") if body is None else body
        root.append(body)
        body[:0] = head[head.index(shown[0]) :]


def _decoded(data: bytes, name: str, charset: str | None) -> str:
    text = decode_stated(data, name, charset, _CHARSET.search(data[:_PRESCAN]))
    if not _TAG.search(text):
        decode(data, name)
        raise ReadError(f"{name} is not an HTML page; save it as a .txt or .md file.")
    return text
