"""HTML pages, from a file or the web -> drafts: the page's own words, chosen, not rewritten."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any

from embeddings.errors import ReadError
from embeddings.readers.draft import Draft
from embeddings.readers.formats.decoding import decode, normal
from embeddings.readers.pages.blocks import page_of
from embeddings.readers.pages.facts import Facts, guess_site, read_facts
from embeddings.readers.pages.guesses import (
    MAX_TITLE,
    Margins,
    guess_author,
    guess_date,
    guess_title,
    margins_of,
)
from embeddings.readers.pages.language import guess_language
from embeddings.readers.pages.opinions import ask, load
from embeddings.readers.pages.story import choose, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from embeddings.readers.pages.blocks import Block

__all__ = ["EXTENSIONS", "load", "read"]

EXTENSIONS = (".html", ".htm", ".xhtml")
"""The extensions of this format."""

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
_MOST_BROKEN = 0.001


def read(
    data: bytes, path: Path, *, address: str | None = None, charset: str | None = None
) -> Draft:
    """Read a page.

    Args:
        data: Its bytes.
        path: The file that they are from; for a page of the web, a name for it.
        address: The address that they are from, for a page of the web.
        charset: The encoding that the server named.

    Returns:
        The draft. Its text is the page's own, spaces as a browser shows them: paragraphs with an
        empty line between, list items after a dash or a number, headings after ``##``.

    Raises:
        ReadError: The bytes are no page, or it shows no text.
    """
    name = address or str(path)
    if len(data) > MAX_BYTES:
        raise ReadError(f"{name} is a page larger than {MAX_BYTES // 1_000_000} MB, the most read.")
    root = _parsed(_decoded(data, name, charset), name)
    stated = read_facts(root, address)
    page = page_of(root)
    chosen = choose(page, ask(root), stated.title or "")
    text = normal(text_of(chosen.story))
    if not text.strip():
        raise ReadError(
            f"{name} shows no text of an article; save the story's text as a .txt or .md file."
        )
    guessed = _guessed(stated, text, _above(page.blocks, chosen.first), path.stem)
    site = None if stated.source else guess_site(root, stated.title, stated.url or address)
    guessed |= {"source": site} if site else {}
    known = {key: getattr(stated, key) for key in _FIELDS if key not in guessed}
    known["url"] = stated.url or address
    origin = address or str(path.resolve()).encode("utf-8", "backslashreplace").decode("utf-8")
    return Draft(
        text=text,
        origin=origin,
        inferred=tuple(guessed),
        left_out=chosen.left_out,
        **(known | guessed),
    )


_FIELDS = ("title", "source", "author", "date", "url", "language")


def _decoded(data: bytes, name: str, charset: str | None) -> str:
    """Decode as a browser does: a mark, what the server says, what the page says, then a guess."""
    declared = _CHARSET.search(data[:_PRESCAN])
    names = [charset, declared[1].decode("ascii") if declared else None, "utf-8"]
    marked = data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in filter(None, [] if marked or b"\0" in data else names):
        text = _as(data, encoding)
        if text is not None:
            break
    else:
        text = decode(data, name)
    if not _TAG.search(text):
        decode(data, name)
        raise ReadError(f"{name} is not an HTML page; save it as a .txt or .md file.")
    return text


def _as(data: bytes, encoding: str) -> str | None:
    """Decode by a declared encoding; a stray byte here and there is shown as a browser does."""
    try:
        codec = codecs.lookup(encoding).name
        western = codec in ("iso8859-1", "ascii")
        text = data.decode("cp1252" if western else codec, "replace")
    except (LookupError, UnicodeError, ValueError):
        return None
    return text if text.count("\ufffd") <= _MOST_BROKEN * len(text) else None


def _parsed(text: str, name: str) -> Any:
    from lxml import etree, html  # half a second that only pages need

    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True
    )
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise ReadError(f"{name} is not an HTML page ({error}).") from None


def _above(found: Sequence[Block], first: int) -> Margins:
    """Return the lines just before the story, and its first ones."""
    return Margins(tuple(b.text for b in found[max(0, first - ABOVE) : first + BELOW]), ())


def _guessed(stated: Facts, text: str, above: Margins, stem: str) -> dict[str, Any]:
    """Guess what the page does not state: the language from the words, the rest from above them."""
    language = guess_language(text, stated.language or "fr")
    guesses: dict[str, Any] = {} if language == stated.language else {"language": language}
    if stated.title is None:
        margins = Margins((*above.head, *margins_of(text).head), ())
        guesses["title"] = guess_title(text, margins, stem)[:MAX_TITLE]
    if stated.author is None:
        guesses["author"] = guess_author(above)
    if stated.date is None:
        guesses["date"] = guess_date(above, stem, language)
    return {key: value for key, value in guesses.items() if value is not None}
