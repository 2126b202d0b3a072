"""Files of XML -> what they hold: feeds and sitemaps, WordPress's exports, NewsML-G2 and NITF."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from embeddings.errors import ReadError
from embeddings.readers.addresses import web_address
from embeddings.readers.dates import first_date
from embeddings.readers.draft import Draft, Fields, Found, LeftOut, Listed
from embeddings.readers.exports import newsml
from embeddings.readers.exports.markup import (
    LANGUAGE,
    child,
    children,
    full_name,
    inside,
    local,
    parse_xml,
    story,
    words,
)
from embeddings.readers.formats.decoding import decode_stated
from embeddings.readers.pages import html
from embeddings.readers.pages.guesses import language_code
from embeddings.readers.registry import EXPORTS, LISTS
from embeddings.types import Rejected

_CHANGING = frozenset({"title", "pubDate", "published", "updated", "date", "modified", "lastmod"})
"""Elements of an entry, by their names in RSS, Atom, Dublin Core and sitemaps."""
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_DAYS = ("pubDate", "published", "date", "issued", "updated")
_DECLARED = re.compile(rb"<\?xml[^>]{0,99}?encoding\s{0,9}=\s{0,9}[\"']([\w.-]{1,40})[\"']")
_TYPES = ("post", "page")
_SHORTCODE = re.compile(r"\[(/?)([a-z][a-z0-9_-]{1,30})(?: [^\[\]\n]{0,400})?\]")
_KNOWN = frozenset(
    ("audio", "caption", "embed", "gallery", "playlist", "video", "wp_caption", "contact-form")
)
_BLOCK = re.compile(
    r"<!--|</?(?:p|div|[uo]l|li|d[ltd]|t(?:able|r|d|h|body)|blockquote|h[1-6]|figure|pre|section)\b",
    re.IGNORECASE,
)


def read(
    data: bytes, path: Path, *, address: str | None = None, charset: str | None = None
) -> Draft | Iterable[Found]:
    """Read a feed, a sitemap, or an export in XML; one that declares entities is refused."""
    name = address or str(path)
    root = parse_xml(decode_stated(data, name, charset, _DECLARED.search(data[:1024])), name)
    kind = local(root)
    if kind == "html":
        return html.read(data, path, address=address, charset=charset)
    if child(root, "channel", "wxr_version") is not None:
        return _read_posts(root, path)
    if kind in EXPORTS:
        return newsml.read(root, path)
    if kind in LISTS:
        return _read_list(root, path, address)
    raise ReadError(
        f"{name} is XML of a kind that is not read ({kind}); feeds, sitemaps, WordPress exports, "
        "NewsML-G2 and NITF are."
    )


def _read_list(root: Any, path: Path, address: str | None) -> Iterable[Found]:
    """Return the pages that a list names, in order; addresses may be relative to its own."""
    found = _entries(root, path, address)
    first = next(found, None)
    if first is None:
        raise ReadError(
            f"{address or path} is a list of pages that names none; add a page instead."
        )
    return chain([first], found)


def _entries(root: Any, path: Path, address: str | None) -> Iterator[Found]:
    kind = local(root)
    if kind in ("urlset", "sitemapindex"):
        for entry in children(root, "url", "sitemap"):
            for place in children(entry, "loc"):
                named = _find_page(words(place), place, address)
                yield _with(named, said=_sum_up(entry), is_list=kind == "sitemapindex")
        return
    channel = child(root, "channel") if child(root, "channel") is not None else root
    address = address or _link(channel)
    language = language_code(words(child(channel, "language")))
    about = Fields(source=words(child(channel, "title")), language=language)
    for entry in (each for each in root.iter() if local(each) in ("item", "entry")):
        inner = (e for e in entry.iter() if local(e) == "link" and e.text)  # in what is not closed
        link = _link(entry) or next(map(words, inner), None)
        page = None if link is None else _find_page(link, entry, address)
        draft = _draft(entry, about, page.address if isinstance(page, Listed) else link, path)
        if page is not None:
            yield _with(page, said=_sum_up(entry), draft=draft)
        elif draft is not None:
            yield draft


def _find_page(given: str | None, element: Any, address: str | None) -> Listed | Rejected:
    """Return the page of an address, which may be relative to what the list says or to itself."""
    whole = urljoin(address or "", urljoin(element.base or "", given or ""))
    if web_address(whole):
        return Listed(whole)
    reason = f"{given or 'An entry'} is not a whole web address; add the page by its address."
    return Rejected(given or "", reason)


def _with(named: Listed | Rejected, **known: Any) -> Listed | Rejected:
    return replace(named, **known) if isinstance(named, Listed) else named


def _link(entry: Any) -> str | None:
    """Return the address of an entry: RSS's link, Atom's alternate one, or one that names it."""
    if found := web_address(words(child(entry, "origLink"))):  # before a counter of clicks
        return found
    links = [x for x in children(entry, "link") if x.get("rel", "alternate") == "alternate"]
    for link in links:
        if shown := link.get("href") or words(link):
            return str(shown)
    for mark in children(entry, "guid", "id"):
        if mark.get("isPermaLink", "true") != "false" and web_address(words(mark)):
            return words(mark)
    return web_address(entry.get(_ABOUT))


def _draft(entry: Any, about: Fields, link: str | None, path: Path) -> Draft | None:
    """Return what a feed holds of a story, if it holds more than a summary."""
    held = [x for x in entry if full_name(x) in ("content:encoded", "content", "atom:content")]
    markup = "".join(inside(x) for x in held)
    if not markup.strip():
        return None
    author = child(entry, "author")
    byline = words(child(author, "name") if child(author, "name") is not None else author)
    near = (entry, *entry.iterancestors())
    fields = replace(
        about,
        title=words(child(entry, "title")),
        author=words(child(entry, "creator")) or byline,
        date=first_date(*(words(x) for name in _DAYS for x in children(entry, name))),
        url=web_address(link),
        language=about.language or language_code(*(e.get(LANGUAGE) for e in near)),
    )
    return story(markup, fields, path, link or words(child(entry, "guid")) or fields.title or "")


def _sum_up(entry: Any) -> str:
    """Return an entry's title and days, which change with its page, as a line."""
    told = [(local(c), words(c)) for c in entry if local(c) in _CHANGING]
    return " | ".join(f"{name}: {text[:200]}" for name, text in told if text)


def _read_posts(root: Any, path: Path) -> Iterator[Draft | Rejected]:
    """Yield what is published of WordPress's export (WXR), tell the rest; ReadError: nothing."""
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
            yield _post(item, about, names, path, number)
    if not items:
        raise ReadError(f"{path} is an export of WordPress without any post.")


def _problem(item: Any) -> str:
    status = words(child(item, "status")) or "publish"
    if status != "publish":
        return f"not published there ({status})"
    return "locked with a password there" * bool(words(child(item, "post_password")))


def _post(
    item: Any, about: Fields, names: dict[str | None, str | None], path: Path, number: int
) -> Draft:
    held = next((x for x in item if full_name(x) == "content:encoded"), None)
    text, left_out = _show_post("".join(held.itertext()) if held is not None else "")
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


def _show_post(content: str) -> tuple[str, tuple[LeftOut, ...]]:
    """Return a post as HTML: paragraphs at its empty lines, no shortcodes."""
    codes: set[str] = set()

    def drop(found: re.Match[str]) -> str:
        if found[2] not in _KNOWN:
            return found[0]
        codes.add(found[2])
        return ""

    text = _SHORTCODE.sub(drop, content)
    parts = (part.strip() for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")))
    text = "".join(
        part if _BLOCK.match(part) else f"<p>{part.replace(chr(10), '<br>')}</p>"
        for part in parts
        if part
    )
    told = (LeftOut(f"[{escape(each)}]", "WordPress puts something else there") for each in codes)
    return text, tuple(told)
