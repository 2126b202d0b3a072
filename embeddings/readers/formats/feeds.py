"""Reads XML and JSON: feeds, sitemaps, WordPress exports, and through ``iptc`` its formats."""

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
from embeddings.readers.decoding import decode_stated
from embeddings.readers.draft import Draft, Fields, Item, LeftOut, ListedPage
from embeddings.readers.formats import iptc
from embeddings.readers.formats.markup import (
    draft_story,
    fields_of,
    find,
    find_first,
    find_words,
    inner_html,
    parse_json,
    parse_xml,
    to_html,
)
from embeddings.readers.registry import EXPORTS, LISTS
from embeddings.types import Rejected

_SUMMARIZED = frozenset({"title", "pubDate", "published", "updated", "date", "modified", "lastmod"})
"""Elements of an entry in RSS, Atom, Dublin Core and sitemaps that change with its page."""
_CHANNEL = {"source": "title", "language": "language"}
_ENTRY = {
    "title": "title", "author": "creator author/name author itunes-author ../author/name",
    "date": "pubDate published date issued updated",
    "language": "@xml:lang ../@xml:lang ../../@xml:lang",
}  # fmt: skip
_POST = {"title": "title", "author": "creator", "date": "post_date pubDate", "url": "link"}
_ITEM = {
    "title": "title", "source": "../title",
    "author": "authors/name author/name ../authors/name ../author/name",
    "date": "date_published date_modified", "url": "url external_url",
    "language": "language ../language",
}  # fmt: skip
"""Field -> XPaths of it in an RSS or Atom channel or entry, a WordPress post, or an item of a JSON
Feed (1.0, 1.1), the best first."""
_ALTERNATE = "link[not(@rel!='alternate')]"
_LINK = f"origLink {_ALTERNATE}/@href|{_ALTERNATE}[not(@href)]"
"""The links of an entry: FeedBurner's that counts no clicks, Atom's ``href``, RSS's text."""
_ID = "guid[not(@isPermaLink='false')]|id @*[local-name()='about']"
"""The ids of an entry that may be its URL: of RSS, Atom and RDF."""
_FEED = "jsonfeed.org/version"
_SHORTCODE = re.compile(r"\[(/?)([a-z][a-z0-9_-]{1,30})(?: [^\[\]\n]{0,400})?\]")
_CAPTION = re.compile(r"\[((?:wp_)?caption)\b[^\[\]\n]{0,400}\][^\[\]]{0,2000}\[/\1\]")
_DROPPED = frozenset(
    ("audio", "caption", "embed", "gallery", "playlist", "video", "wp_caption", "contact-form")
)
"""The shortcodes to drop; any other word in brackets may be the story's."""
_BLOCK = re.compile(
    r"<!--|</?(?:p|div|[uo]l|li|d[ltd]|t(?:able|r|d|h|body)|blockquote|h[1-6]|figure|pre|section)\b",
    re.IGNORECASE,
)


def read(
    data: bytes, path: Path, *, address: str | None = None, charset: str | None = None
) -> Draft | Iterable[Item]:
    """Read a feed, a sitemap or an export; raises ReadError for one that declares entities."""
    name = address or str(path)
    text = decode_stated(data, name, charset).lstrip("\ufeff \t\r\n")
    is_json = text.startswith(("{", "["))
    root = parse_json(text) if is_json else parse_xml(text, name)
    if root.find("channel/wxr_version") is not None:
        return _read_posts(root, path)
    if is_json and _FEED in (find_first(root, "version") or ""):
        return _read_json_feed(root, path, name)
    if root.tag in EXPORTS or find_first(root, "uri items/uri _items/uri"):
        return iptc.read(root, path)
    if root.tag in LISTS:
        return _read_list(root, path, address)
    raise ReadError(
        f"{name} is {'JSON' if is_json else 'XML'} of a kind that is not read ({root.tag}); feeds, "
        "sitemaps, WordPress exports, NewsML-G2, NITF and ninjs are."
    )


def _read_list(root: Any, path: Path, address: str | None) -> Iterator[Item]:
    """Yield the pages that a feed or a sitemap lists; raises ReadError if it lists none."""
    page = None
    for page in chain(_sitemap_pages(root, address), _feed_pages(root, path, address)):
        yield page
    if page is None:
        raise ReadError(
            f"{address or path} is a list of pages that names none; add a page instead."
        )


def _sitemap_pages(root: Any, address: str | None) -> Iterator[Item]:
    """Yield the pages of a sitemap, or the sitemaps of an index."""
    is_list = root.tag == "sitemapindex"
    for loc in root.xpath("url/loc|sitemap/loc"):
        summary = _summarize(loc.getparent())
        yield _make_item(find_first(loc, "."), loc, address, summary=summary, is_list=is_list)


def _feed_pages(root: Any, path: Path, address: str | None) -> Iterator[Item]:
    """Yield the page of each entry of a feed, or the entry's own story if it links to no page."""
    channel = root if root.find("channel") is None else root.find("channel")
    address = address or _link(channel)
    about = fields_of(channel, _CHANNEL)
    for entry in root.iter("item", "entry"):
        link = _link(entry) or find_first(entry, ".//link")  # within an unclosed element
        page = _make_item(link, entry, address, summary=_summarize(entry)) if link else None
        draft = _draft(entry, about, page.address if isinstance(page, ListedPage) else link, path)
        if isinstance(page, ListedPage):
            yield replace(page, draft=draft)
        elif found := page or draft:
            yield found


def _make_item(url: str | None, element: Any, address: str | None, **known: Any) -> Item:
    """Return the page of a URL, joined to the XML base of its element and to the feed's URL."""
    full = urljoin(address or "", urljoin(element.base or "", url or ""))
    if web_address(full):
        return ListedPage(full, **known)
    reason = f"{url or 'An entry'} is not a whole web address; add the page by its address."
    return Rejected(url or "", reason)


def _link(entry: Any) -> str | None:
    """Return the URL of an entry: its link, or its id if that is a URL."""
    return find_first(entry, _LINK) or web_address(*find_words(entry, _ID))


def _draft(entry: Any, about: Fields, link: str | None, path: Path) -> Draft | None:
    """Return an entry's story; None if the entry has only a summary of a page."""
    parts = entry.xpath("encoded|content") or entry.xpath("description|summary") * (not link)
    markup = "".join(map(inner_html, parts))
    if not markup.strip():
        return None
    fields = replace(fields_of(entry, _ENTRY, about), url=web_address(link))
    key = link or find_first(entry, "guid") or fields.title or ""
    return draft_story(markup if {"<", "&"} & {*markup} else to_html(markup), fields, path, key)


def _summarize(entry: Any) -> str:
    """Return an entry's title and dates in one line, by which a later change is noticed."""
    parts = [(each.tag, find_first(each, ".")) for each in entry if each.tag in _SUMMARIZED]
    return " | ".join(f"{name}: {text[:200]}" for name, text in parts if text)


def _read_json_feed(root: Any, path: Path, name: str) -> Iterator[Item]:
    """Yield the stories of a JSON Feed, and the pages of items without content."""
    items = [item for item in root.xpath("items") if len(item)]
    for number, item in enumerate(items, 1):
        fields = fields_of(item, _ITEM)
        content = next(filter(None, find(item, "content_html")), "")
        markup = content or to_html("".join(find(item, "content_text")))
        if markup.strip():
            key = find_first(item, "id") or fields.url or str(number)
            yield draft_story(markup, fields, path, key)
        elif fields.url:
            parts = filter(None, (fields.title, str(fields.date or "")))
            yield ListedPage(fields.url, " | ".join(parts))
    if not items:
        raise ReadError(f"{name} is a JSON Feed without any item.")


def _read_posts(root: Any, path: Path) -> Iterator[Draft | Rejected]:
    """Yield a WordPress export's posts (WXR), unpublished ones as rejections; ReadError if none."""
    channel = root.find("channel")
    login, name = "author_login", "author_display_name"
    authors = {find_first(x, login): find_first(x, name) for x in channel if len(x)}
    about = fields_of(channel, _CHANNEL)
    items = channel.xpath("item[post_type='post'or post_type='page']")
    for number, item in enumerate(items, 1):
        title = find_first(item, "title") or f"entry {number}"
        if problem := _problem(item):
            yield Rejected(f"{path}#{title}", f"“{title}” of {path} is {problem} and is not read.")
            continue
        fields = fields_of(item, _POST, about)
        fields = replace(fields, author=authors.get(fields.author) or fields.author)
        markup, left_out = _convert_post("".join(find(item, "encoded")[:1]))
        key = find_first(item, "post_id guid") or str(number)
        yield draft_story(markup, fields, path, key, left_out)
    if not items:
        raise ReadError(f"{path} is an export of WordPress without any post.")


def _problem(item: Any) -> str:
    """Return why a post was not public, as a part of a sentence; empty if it was."""
    status = find_first(item, "status") or "publish"
    if status != "publish":
        return f"not published there ({status})"
    return "locked with a password there" * bool(find_first(item, "post_password"))


def _convert_post(content: str) -> tuple[str, tuple[LeftOut, ...]]:
    """Return a post as HTML, with paragraphs for empty lines, and the shortcodes dropped."""
    dropped: set[str] = set()

    def drop(shortcode: re.Match[str]) -> str:
        if shortcode[2] not in _DROPPED:
            return shortcode[0]
        dropped.add(shortcode[2])
        return ""

    text = _SHORTCODE.sub(drop, _CAPTION.sub(r"[\1]", content))
    parts = (part.strip() for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")))
    markup = "".join(
        part if _BLOCK.match(part) else f"<p>{part.replace(chr(10), '<br>')}</p>"
        for part in parts
        if part
    )
    why = "WordPress puts something else there"
    return markup, tuple(LeftOut(f"[{escape(name)}]", why) for name in dropped)
