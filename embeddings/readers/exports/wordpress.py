"""WordPress's export file (WXR 1.0 to 1.2, an RSS feed with ``wp`` elements) -> its stories."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from embeddings.errors import ReadError
from embeddings.readers.addresses import web_address
from embeddings.readers.dates import first_date
from embeddings.readers.draft import Fields, LeftOut
from embeddings.readers.exports.markup import child, children, prefixed, story, words
from embeddings.readers.pages.guesses import language_code
from embeddings.types import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from embeddings.readers.draft import Draft

_TYPES = ("post", "page")
_SHORTCODE = re.compile(r"\[(/?)([a-z][a-z0-9_-]{1,30})(?: [^\[\]\n]{0,400})?\]")
_KNOWN = frozenset(
    ("audio", "caption", "embed", "gallery", "playlist", "video", "wp_caption", "contact-form")
)
_BLOCK = re.compile(
    r"<!--|</?(?:p|div|[uo]l|li|d[ltd]|t(?:able|r|d|h|body)|blockquote|h[1-6]|figure|pre|section)\b",
    re.IGNORECASE,
)


def is_export(root: Any) -> bool:
    """Say whether a feed is an export of WordPress."""
    channel = child(root, "channel")
    return channel is not None and child(channel, "wxr_version") is not None


def read(root: Any, path: Path) -> Iterator[Draft | Rejected]:
    """Yield the posts and pages of an export that are published; others are told.

    Raises:
        ReadError: It holds none.
    """
    channel = child(root, "channel")
    names = {
        words(child(author, "author_login")): words(child(author, "author_display_name"))
        for author in children(channel, "author")
    }
    language = language_code(words(child(channel, "language")))
    about = Fields(source=words(child(channel, "title")), language=language)
    items = [x for x in children(channel, "item") if words(child(x, "post_type")) in _TYPES]
    for number, item in enumerate(items, 1):
        title = words(child(item, "title")) or f"entry {number}"
        if problem := _problem(item):
            yield Rejected(f"{path}#{title}", f"“{title}” of {path} is {problem} and is not read.")
        else:
            yield _draft(item, about, names, path, number)
    if not items:
        raise ReadError(f"{path} is an export of WordPress without any post.")


def _problem(item: Any) -> str:
    status = words(child(item, "status")) or "publish"
    if status != "publish":
        return f"not published there ({status})"
    return "locked with a password there" * bool(words(child(item, "post_password")))


def _draft(
    item: Any, about: Fields, names: dict[str | None, str | None], path: Path, number: int
) -> Draft:
    held = next((x for x in item if prefixed(x) == "content:encoded"), None)
    text, left_out = _shown("".join(held.itertext()) if held is not None else "")
    login = words(child(item, "creator"))
    fields = replace(
        about,
        title=words(child(item, "title")),
        author=names.get(login) or login,
        date=first_date(words(child(item, "post_date")), words(child(item, "pubDate"))),
        url=web_address(words(child(item, "link"))),
    )
    mark = words(child(item, "post_id")) or words(child(item, "guid")) or str(number)
    return story(text, fields, path, mark, left_out)


def _shown(content: str) -> tuple[str, tuple[LeftOut, ...]]:
    """Return a post as HTML: paragraphs at its empty lines, no shortcodes."""
    codes: set[str] = set()

    def drop(found: re.Match[str]) -> str:
        if found[2] not in _KNOWN:
            return found[0]
        codes.add(found[2])
        return ""

    text = _SHORTCODE.sub(drop, content)
    parts = (part.strip() for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")))
    text = "".join(part if _BLOCK.match(part) else _paragraph(part) for part in parts if part)
    told = (LeftOut(f"[{escape(each)}]", "WordPress puts something else there") for each in codes)
    return text, tuple(told)


def _paragraph(text: str) -> str:
    return f"<p>{text.replace(chr(10), '<br>')}</p>"
