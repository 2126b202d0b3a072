"""Reads HTML pages, from files or the web, as drafts of the page's own words, never rewritten.

Two extractors of a library vote on which words are the story's; their output is never stored.
"""

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import trafilatura
from lxml import html
from trafilatura.readability_lxml import Document

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of
from embeddings.readers.decoding import decode, decode_stated, normal
from embeddings.readers.draft import Draft
from embeddings.readers.pages import elements
from embeddings.readers.pages.blocks import page_of
from embeddings.readers.pages.elements import parse_page
from embeddings.readers.pages.facts import JOINT, guess_site, read_facts
from embeddings.readers.pages.guesses import guess_language
from embeddings.readers.pages.story import FEW_WORDS, choose, excerpt, shingles, text_of
from embeddings.text.analysis import any_of
from embeddings.text.boilerplate import LONG_CHARACTERS, fold
from embeddings.types import BREAK

MAX_BYTES = 5_000_000
"""The largest page to read: 5 MB."""
MOST_ELEMENTS = 20_000
"""The most elements of a page for the extractors, whose time grows faster than the page."""
ABOVE = 12
"""How many blocks above the story to search for its author and date."""
BELOW = 3
"""How many of the story's first blocks to search for them; its last and the next one count too."""
LONGEST_ERROR, LONGEST_CONSENT = 1000, 3000
"""The most characters of an error, and of a consent, that a page shows in a story's place."""
_ERROR, _TO_VISITOR, _CONSENT, _COOKIES = (
    re.compile(any_of(name), re.IGNORECASE)
    for name in ("error title", "to a visitor", "consent", "cookies")
)
_TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|article|div|p|br|h1|table)\b", re.IGNORECASE
)


def read(
    data: bytes, path: Path, *, address: str | None = None, charset: str | None = None
) -> Draft:
    """Read a page's story as plain text, with spaces as a browser shows them.

    An empty line separates paragraphs; list items begin with a dash or number, headings with ##.
    """
    name = address or str(path)
    if len(data) > MAX_BYTES:
        raise ReadError(f"{name} is a page larger than {MAX_BYTES // 1_000_000} MB, the most read.")
    root = parse_page(_decode(data, name, charset))
    if root is None:
        raise ReadError(f"{name} is not an HTML page; save it as a .txt or .md file.")
    stated = read_facts(root, address)
    page = page_of(root)
    story, left_out = choose(page, extract(root), stated.title or "")
    text = normal(text_of(story))
    shown = [block.text.replace(BREAK, "") for block in story or page.blocks]
    if not (stated.author or stated.date) and _stands_in(root, shown):
        raise ReadError(
            f"{name} shows no article, only what a site puts in its place: "
            f"{excerpt(' '.join(shown))}; open it in a browser, and save it once the article shows."
        )
    if not text.strip():
        raise ReadError(
            f"{name} shows no text of an article; save the story's text as a .txt or .md file."
        )
    language = guess_language(text, stated.language or "fr")
    own = language if language == stated.language else None
    fields = replace(stated, url=stated.url or address, language=own)
    site = guess_site(root, stated.title, fields.url)
    first, end = page.blocks.index(story[0]), page.blocks.index(story[-1]) + 1
    after = [block for block in page.blocks[end - 1 : end + 1] if not block.aside]
    nearby = page.blocks[max(0, first - ABOVE) : first + BELOW] + after
    above = [block.text.replace(BREAK, "") for block in nearby]
    return draft_of(text, path, fields, left_out, above=above, source=site)


def _stands_in(root: Any, lines: Sequence[str]) -> bool:
    """Say whether the lines of a page are an error, a captcha or a consent in a story's place."""
    whole = elements.text_of(root.find(".//head/title"))
    titles = map(fold, (*JOINT.split(whole), *map(elements.text_of, root.iter("h1"))))
    length, long = sum(map(len, lines)), [line for line in lines if len(line) >= LONG_CHARACTERS]
    is_error = any(map(_ERROR.fullmatch, titles)) or any(map(_TO_VISITOR.match, lines))
    is_consent = all(map(_CONSENT.search, long)) and any(map(_COOKIES.match, long))
    return (is_error and length <= LONGEST_ERROR) or (is_consent and length <= LONGEST_CONSENT)


def _decode(data: bytes, name: str, charset: str | None) -> str:
    text = decode_stated(data, name, charset)
    if not _TAG.search(text):
        decode(data, name)
        raise ReadError(f"{name} is not an HTML page; save it as a .txt or .md file.")
    return text


def match_words(text: str) -> Callable[[str], bool]:
    """Return a function that says whether another text is in this one, an extractor's output.

    It is if half of its shingles are, or if it has few words and is a whole line.
    """
    lines = [fold(line) for line in text.splitlines()]
    known = frozenset(shingles(" ".join(lines).split()))

    def holds(other: str) -> bool:
        folded = fold(other)
        words = folded.split()
        if len(words) <= FEW_WORDS:
            return bool(words) and folded in lines
        runs = shingles(words)
        return 2 * sum(run in known for run in runs) >= len(runs)

    return holds


def extract(root: Any) -> list[Callable[[str], bool]]:
    """Extract a page's story with trafilatura, and by readability's method.

    Returns a function of each that says whether a text is in the story as it extracted it.
    """
    if any(count > MOST_ELEMENTS for count, _ in enumerate(root.iter())):
        return []
    texts = _trafilatura(copy.deepcopy(root)), _readability(copy.deepcopy(root))
    return [match_words(text) for text in texts if text.strip()]


def _trafilatura(root: Any) -> str:
    document = trafilatura.bare_extraction(root, include_comments=False, with_metadata=False)
    return "" if document is None or isinstance(document, dict) else document.text or ""


def _readability(root: Any) -> str:
    try:
        summary = Document(root).summary()
        return "\n".join(html.document_fromstring(summary).itertext()) if summary else ""
    except ValueError:  # characters that XML does not allow
        return ""
